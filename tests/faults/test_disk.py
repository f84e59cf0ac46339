"""Disks and files that go wrong: full, read-only, torn, flipped, changed, shared."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elqr_fast.errors import ConfigError, ExitCode, Interrupted, OutputError
from elqr_fast.records.synthetic import write_parquet
from elqr_fast.run import audit, resume


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB: room for a whole run, and some more while it is sealed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k,mode=0700", "none", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs root, and to be allowed to mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(small_disk: Path, runs: Any, good: dict[str, str], tmp_path: Path) -> None:
    hog = small_disk / "hog"
    hog.write_bytes(bytes(270_000))  # leaves room for some chunks, not for all
    out = small_disk / "run"
    with pytest.raises(OutputError, match="No space left on device") as caught:
        runs.render(out, workers=2)
    assert caught.value.exit_code is ExitCode.OUTPUT
    assert not (out / "run.json").exists()
    assert runs.leftovers(out) == []
    hog.unlink()
    assert resume(out).printed == 24
    assert runs.hashes(out) == good


@pytest.mark.parametrize("call", [1, 2, 4, 7, 11, 16, 22, 29])
def test_a_disk_that_fails_at_any_moment(
    call: int, runs: Any, good: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write that must last goes through fsync: the one with this number fails."""
    fsync, calls = os.fsync, [0]

    def fail_once(descriptor: int) -> None:
        calls[0] += 1
        if calls[0] == call:
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_once)
        try:
            runs.render(tmp_path / "run")
        except OSError:
            assert calls[0] >= call
    runs.render(tmp_path / "run")
    assert runs.hashes(tmp_path / "run") == good
    assert audit(tmp_path / "run").problems == []


def test_a_read_only_directory(runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so what the system answers to others is played."""

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "run").mkdir()
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(OutputError, match=r"plan\.json: cannot write: Permission denied"):
        runs.render(tmp_path / "run")
    monkeypatch.setattr("os.access", lambda *arguments: False)
    with pytest.raises(OutputError, match="the directory is not writable"):
        runs.render(tmp_path / "run")


@pytest.mark.parametrize("cut", [1, 2, 40, 300])
def test_a_truncated_journal(cut: int, runs: Any, good: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "run"
    runs.render(out)
    journal = out / ".run" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    runs.render(out)
    assert runs.hashes(out) == good
    assert len(journal.read_bytes().splitlines()) == 4


@pytest.mark.parametrize("name", ["slips-000002.pdf", ".run/000002.manifest.parquet"])
def test_a_bit_flipped_in_a_finished_chunk(
    name: str, runs: Any, good: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    runs.render(out)
    path = out / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    kept = (out / "slips-000001.pdf").stat().st_mtime_ns
    if not name.startswith("."):
        assert audit(out).problems == [f"{name} has other bytes than were written"]
    resume(out)
    assert audit(out).problems == []
    assert runs.hashes(out) == good
    assert (out / "slips-000001.pdf").stat().st_mtime_ns == kept


def test_a_clock_that_jumps(
    runs: Any, good: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither bytes nor deadlines know what time of the day it is."""
    clock = iter(range(10**12))
    monkeypatch.setattr(time, "time", lambda: (-1.0) ** next(clock) * 4e9)
    runs.render(tmp_path / "run", workers=2)
    assert runs.hashes(tmp_path / "run") == good


def stop_after_first(done: int, total: int) -> None:
    if done:
        raise KeyboardInterrupt


def test_input_that_changed_since_the_interruption_is_refused(runs: Any, tmp_path: Path) -> None:
    notices, out = tmp_path / "notices.parquet", tmp_path / "run"
    shutil.copy(runs.notices, notices)
    with pytest.raises(Interrupted):
        runs.render(out, source=notices, progress=stop_after_first)
    write_parquet(runs.table.slice(0, 23), notices)
    with pytest.raises(ConfigError, match="holds another run: its input differ"):
        resume(out)
    shutil.copy(runs.notices, notices)
    assert resume(out).printed == 24


def test_options_that_changed_are_named(runs: Any, tmp_path: Path) -> None:
    runs.render(tmp_path / "run")
    with pytest.raises(ConfigError, match="its dpi, draft differ"):
        runs.render(tmp_path / "run", dpi=600, draft=True)


def test_a_library_of_another_version_is_named(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.render(tmp_path / "run")
    monkeypatch.setattr("elqr_fast.run.plan.version", lambda name: "0")
    with pytest.raises(ConfigError, match="its libraries differ"):
        runs.render(tmp_path / "run")


def hold(notices: Path, out: Path, holding: Any, release: Any) -> None:
    from elqr_fast.run import render

    def wait(done: int, total: int) -> None:
        holding.set()
        release.wait(60)

    render(notices, "maru", out, dpi=300, workers=1, progress=wait)


def test_two_runs_started_on_one_directory(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = multiprocessing.get_context("fork")
    holding, release = context.Event(), context.Event()
    first = context.Process(target=hold, args=(runs.notices, tmp_path / "run", holding, release))
    first.start()
    assert holding.wait(60)
    with pytest.raises(OutputError, match="another run is writing here"):
        runs.render(tmp_path / "run")
    release.set()
    first.join(60)
    assert first.exitcode == 0
    assert audit(tmp_path / "run").problems == []
