"""cli/render.py: what it says, its JSON line, and every documented exit code of a bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Elqr = Callable[..., "object"]
PRINT = ("--form", "maru", "--dpi", "300", "--workers", "1")


def test_all_printed(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    code, out, err = elqr("render", notices_csv, *PRINT, "--out", tmp_path / "run")
    assert code == 0
    assert [json.loads(line)["done"] for line in err.splitlines()] == [0, 12]
    assert "12 notices: 12 printed, 0 rejected, 12 read back" in out
    assert str(tmp_path / "run") in out


def test_the_json_line(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    code, out, _ = elqr("render", notices_csv, *PRINT, "--out", tmp_path / "run", "--json")
    values = json.loads(out.splitlines()[-1])
    assert code == 0
    counts = ("notices", "printed", "rejected", "verified", "chunks", "pages")
    assert [values[name] for name in counts] == [12, 12, 0, 12, 1, 12]
    assert values["bytes"] == (tmp_path / "run" / "slips-000001.pdf").stat().st_size
    assert values["seconds"] > 0


def test_rejects_give_exit_code_1(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    lines = notices_csv.read_bytes().splitlines(keepends=True)
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"".join([*lines, lines[3]]))
    code, out, _ = elqr("render", bad, *PRINT, "--out", tmp_path / "run")
    assert code == 1
    assert "13 notices: 12 printed, 1 rejected" in out
    assert "rejects.csv" in out


def csv_of(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "notices.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        ("納付番号,金額\r\n".encode(), "required"),
        ("納付番号,金額\r\n1,2\r\n".encode(), "required"),
        (b"case_key\r\n\xff\xfe\x80\x81\r\n", "cp932|encod|byte"),
    ],
)
def test_an_unreadable_input_gives_exit_code_3(
    content: bytes, message: str, elqr: Elqr, tmp_path: Path
) -> None:
    code, out, err = elqr("render", csv_of(content, tmp_path), *PRINT, "--out", tmp_path / "run")
    assert (code, out) == (3, "")
    assert err.startswith("elqr: notices.csv: ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_header_only(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    header = notices_csv.read_bytes().splitlines(keepends=True)[0]
    code, _, err = elqr("render", csv_of(header, tmp_path), *PRINT, "--out", tmp_path / "run")
    assert (code, err) == (3, "elqr: notices.csv: no notices, only a header\n")


def test_a_missing_file(elqr: Elqr, tmp_path: Path) -> None:
    code, _, err = elqr("render", tmp_path / "none.csv", *PRINT, "--out", tmp_path / "run")
    assert code == 3
    assert "none.csv: cannot read: No such file" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--form", "mru"), "unknown form 'mru'; did you mean 'maru'"),
        (("--form", "maru", "--dpi", "240"), "240"),
        (("--form", "maru", "--to", "docx"), "docx"),
        (("--form", "maru", "--engine", "dask"), "'dask'"),
        (("--form", "maru", "--workers", "0"), "workers"),
        (("--form", "maru", "--columns", "none.toml"), "none.toml"),
        ((), "--form"),
    ],
)
def test_wrong_usage_gives_exit_code_2(
    options: tuple[str, ...], message: str, elqr: Elqr, notices_csv: Path, tmp_path: Path
) -> None:
    code, out, err = elqr("render", notices_csv, *options, "--out", tmp_path / "run")
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "run").exists()


def test_an_unwritable_directory_gives_exit_code_4(
    elqr: Elqr, notices_csv: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    code, out, err = elqr("render", notices_csv, *PRINT, "--out", tmp_path / "file" / "run")
    assert (code, out) == (4, "")
    assert "cannot write" in err
