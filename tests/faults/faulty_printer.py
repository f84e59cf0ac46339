"""Chunk functions that fail on purpose, importable by spawned workers."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from elqr_fast.run import chunk
from elqr_fast.run.journal import ChunkEntry
from elqr_fast.run.plan import ChunkJob


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang() -> None:
    # Not even interrupts get through, as in a loop inside a library.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(600)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def run_out_of_memory() -> None:
    raise MemoryError


def stumble() -> None:
    raise ValueError("山田 太郎, 東京都")


FAULTS = {"die": die, "hang": hang, "stop": stop, "memory": run_out_of_memory, "raise": stumble}


def make_faulty(fault: str, rows: list[int], once: str | None, *setup: Any) -> Callable[..., Any]:
    """A printer that fails on these input rows; with `once`, only until that file exists."""
    print_chunk = chunk.make_printer(*setup)

    def print_or_fail(job: ChunkJob) -> ChunkEntry:
        keys = job.table.column("case_key")
        bad = [row for row in rows if 0 <= row - job.first_row < job.size]
        if any(keys[row - job.first_row].is_valid for row in bad) and _due(once):
            FAULTS[fault]()
        return print_chunk(job)

    return print_or_fail


def _due(once: str | None) -> bool:
    if once is None:
        return True
    try:
        Path(once).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
