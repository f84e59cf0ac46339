"""A run whose processes are killed at random moments, again and again, until it is whole.

`survive(seed, …)` is one round; tools/nightly/kill_rounds.py plays many of them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

COMMAND = [sys.executable, "-c", "from elqr_fast.cli import main; main()"]
#: A run takes a second or two to get going, and about as long to end.
LONGEST = 2.5


def workers_of(process: int) -> list[int]:
    """The spawned workers of a supervisor, and not the helper that multiprocessing starts."""
    found = []
    with suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
        for child in children.split():
            with suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
    return found


def survive(seed: int, notices: Path, out: Path, kills: int = 2) -> list[str]:
    """Kill workers and supervisors `kills` times, then let the run end; what was killed."""
    dice = random.Random(seed)
    story = []
    render = [*COMMAND, "render", str(notices), "--form", "maru", "--dpi", "300"]
    render += ["--workers", "2", "--chunk-rows", "2", "--out", str(out)]
    while len(story) < kills:
        with subprocess.Popen(render, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            story += _shoot(dice, process, kills - len(story))
            errors = process.communicate(timeout=120)[1]
        if process.returncode not in (0, -signal.SIGKILL):
            raise AssertionError(f"seed {seed}: exit {process.returncode}: {errors.decode()}")
        if process.returncode == 0:
            break
    subprocess.run([*COMMAND, "run", "resume", str(out)] if (out / ".run" / "request.json").exists()
                   else render, check=True, capture_output=True, timeout=120)  # fmt: skip
    return story


def _shoot(dice: random.Random, process: subprocess.Popen[bytes], most: int) -> list[str]:
    """Kill workers at random moments, or the supervisor, with which it ends."""
    story = []
    for _ in range(most):
        try:
            process.wait(dice.uniform(0, LONGEST))
            break
        except subprocess.TimeoutExpired:
            workers = workers_of(process.pid)
        if workers and dice.random() < 0.6:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(workers), signal.SIGKILL)
            story.append("worker")
        else:
            process.kill()
            story.append("supervisor")
            break
    return story
