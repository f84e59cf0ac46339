"""kill -9 of workers and of the supervisor at random moments; Ctrl-C again and again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elqr_fast.errors import Interrupted
from elqr_fast.run import audit

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds workers in /proc")
ROUNDS = 10


@pytest.fixture
def survive(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import chaos

    return chaos.survive


@pytest.fixture(scope="session")
def by_twos(runs: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("whole") / "run"
    runs.render(out, chunk_rows=2)
    return runs.hashes(out)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_whatever_is_killed_every_slip_comes_out_once(
    seed: int,
    survive: Callable[..., list[str]],
    runs: Any,
    by_twos: dict[str, str],
    tmp_path: Path,
) -> None:
    story = survive(seed, runs.notices, tmp_path / "run")
    assert runs.hashes(tmp_path / "run") == by_twos, story
    assert audit(tmp_path / "run").problems == []
    assert runs.leftovers(tmp_path / "run") == []


def test_ten_interruptions(runs: Any, by_twos: dict[str, str], tmp_path: Path) -> None:
    """One chunk at a time, stopped after each; the bytes are those of a run in one go."""
    out = tmp_path / "run"
    for stop in range(10):
        calls = 0

        def stop_after_one(done: int, total: int) -> None:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise KeyboardInterrupt

        with pytest.raises(Interrupted, match=f"{2 * stop + 2} of 24 notices done"):
            runs.render(out, chunk_rows=2, progress=stop_after_one)
    runs.render(out, chunk_rows=2, workers=2)
    assert runs.hashes(out) == by_twos


def test_workers_end_with_a_supervisor_that_was_killed(runs: Any, tmp_path: Path) -> None:
    import os
    import signal
    import subprocess
    import time

    sys.path.insert(0, str(Path(__file__).parent))
    import chaos

    command = [*chaos.COMMAND, "render", str(runs.notices), "--form", "maru", "--dpi", "300"]
    command += ["--workers", "2", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        workers: list[int] = []
        while process.poll() is None and len(workers) < 1:
            workers = chaos.workers_of(process.pid)
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    for _ in range(500):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            break
        time.sleep(0.02)
    else:
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        pytest.fail("workers outlived their supervisor")
