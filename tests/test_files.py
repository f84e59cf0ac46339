"""files.py: what appears under a final name, with which mode, and what a failure leaves."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from elqr_fast.errors import ExitCode, OutputError
from elqr_fast.files import private_directory, replacing, replacing_text


def test_a_finished_file_is_private_and_leaves_no_part(tmp_path: Path) -> None:
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    target.chmod(0o644)
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.bin"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), replacing(tmp_path / "out.bin") as file:
        file.write(b"half")
        raise KeyError("in mid-write")
    assert list(tmp_path.iterdir()) == []


def test_an_oserror_names_the_file_and_owns_exit_code_4(tmp_path: Path) -> None:
    message = r"out\.bin: cannot write: No space left"
    with pytest.raises(OutputError, match=message) as caught, replacing(tmp_path / "out.bin"):
        raise OSError(28, "No space left on device")
    assert caught.value.exit_code is ExitCode.OUTPUT


def test_a_missing_directory_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"), replacing(tmp_path / "no" / "out.bin"):
        pass


def test_private_directory(tmp_path: Path) -> None:
    private_directory(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_file_in_the_way_of_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        private_directory(tmp_path / "a")


def test_a_directory_without_write_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write anywhere, so the permission itself is simulated.
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(OutputError, match="not writable"):
        private_directory(tmp_path)


def test_text_is_encoded_with_the_line_ends_it_came_with(tmp_path: Path) -> None:
    with replacing_text(tmp_path / "out.csv", "cp932") as file:
        file.write("髙\r\n﨑\n")
    assert (tmp_path / "out.csv").read_bytes() == "髙\r\n﨑\n".encode("cp932")


def test_text_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(UnicodeEncodeError),
        replacing_text(tmp_path / "out.csv", "cp932") as file,
    ):
        file.write("𠮷")
    assert list(tmp_path.iterdir()) == []
