"""cli/run.py: status, resume, seal and audit of a run that is known by its directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from elqr_fast.records.synthetic import make_notices, write_csv

Elqr = Callable[..., "object"]
PRINT = ("--form", "maru", "--dpi", "300", "--workers", "1", "--chunk-rows", "4")


@pytest.fixture
def printed(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    assert elqr("render", notices_csv, *PRINT, "--out", out)[0] == 0
    return out


def test_status_of_a_sealed_run(elqr: Elqr, printed: Path) -> None:
    code, out, _ = elqr("run", "status", printed)
    assert code == 0
    assert out == "sealed: 12 of 12 notices done (12 printed, 0 rejected), 3 of 3 chunks\n"
    values = json.loads(elqr("run", "status", printed, "--json")[1])
    assert (values["notices"], values["chunks_done"], values["running"]) == (12, 3, False)


def test_a_stopped_run_is_shown_resumed_sealed_and_audited(elqr: Elqr, printed: Path) -> None:
    whole = (printed / "run.json").read_bytes()
    journal = printed / ".run" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    (printed / "run.json").unlink()
    out = elqr("run", "status", printed)[1]
    assert out.startswith("stopped: 4 of 12 notices done")
    assert f"elqr run resume {printed}" in out
    code, _, err = elqr("run", "seal", printed)
    assert code == 4
    assert "12 notices came in, but 4 were printed" in err
    code, out, _ = elqr("run", "audit", printed)
    assert code == 1
    assert "wrong: chunk 2 is not in the journal" in out
    assert "wrong: run.json is missing: the run is not sealed" in out
    assert elqr("run", "resume", printed)[0] == 0
    assert (printed / "run.json").read_bytes() == whole
    code, out, _ = elqr("run", "audit", printed)
    assert code == 0
    assert "12 notices = 12 printed + 0 rejected; 12 pages in 3 files" in out
    assert "every row, page and hash is right" in out


def test_seal_needs_no_notices(elqr: Elqr, notices_csv: Path, tmp_path: Path) -> None:
    source = tmp_path / "moved.csv"
    source.write_bytes(notices_csv.read_bytes())
    out = tmp_path / "run"
    elqr("render", source, *PRINT, "--out", out)
    before = (out / "run.json").read_bytes()
    for name in ("run.json", "manifest.parquet", "rejects.csv"):
        (out / name).unlink()
    source.unlink()
    assert elqr("run", "seal", out)[0] == 0
    assert (out / "run.json").read_bytes() == before
    assert elqr("run", "resume", out)[0] == 3


@pytest.mark.parametrize("command", ["status", "resume", "seal", "audit"])
def test_a_directory_without_a_run(command: str, elqr: Elqr, tmp_path: Path) -> None:
    code, _, err = elqr("run", command, tmp_path)
    assert (code, err) == (2, f"elqr: {tmp_path}: no run was started here\n")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_with_5_and_says_how_to_resume(
    how: signal.Signals, elqr: Elqr, tmp_path: Path
) -> None:
    notices, out = tmp_path / "notices.csv", tmp_path / "run"
    write_csv(make_notices(200), notices)  # so many chunks that the signal comes before the end
    command = ("render", str(notices), *PRINT[:-3], "2", "--chunk-rows", "1", "--out", str(out))
    with subprocess.Popen(
        [sys.executable, "-c", "from elqr_fast.cli import main; main()", *command],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        journal = out / ".run" / "journal.jsonl"
        while process.poll() is None and not (journal.exists() and journal.stat().st_size):
            time.sleep(0.01)
        if how == signal.SIGINT:
            os.killpg(process.pid, how)  # as a terminal does, to workers too
        else:
            process.send_signal(how)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert f"`elqr run resume {out}` or the same command again resumes" in err.splitlines()[-1]
    assert not list(out.rglob("*.part"))
    assert elqr("run", "resume", out, "--workers", "1")[0] == 0
    assert elqr("run", "audit", out)[0] == 0
