"""The local engine: chunks on this machine, in this process or in spawned workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

from elqr_fast.errors import OutputError
from elqr_fast.forms import Form
from elqr_fast.run.chunk import Press
from elqr_fast.run.journal import ChunkEntry
from elqr_fast.run.plan import ChunkJob, Options

#: Chunks waiting per worker: enough to keep it busy, few enough that memory does not grow.
AHEAD = 2

_press: Press | None = None


def print_chunks(
    jobs: Iterator[ChunkJob], form: Form, options: Options, out: Path, workers: int | None
) -> Iterator[ChunkEntry]:
    """Print the jobs, yielding each chunk's entry as it finishes, in any order."""
    count = workers or os.cpu_count() or 1
    if count == 1:
        press = Press(form, options, out)
        yield from map(press.print, jobs)
        return
    pool = ProcessPoolExecutor(
        count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_set_up,
        initargs=(form, options, out),
    )
    try:
        yield from _flow(pool, jobs, count * AHEAD)
    except BrokenProcessPool as error:
        raise OutputError(
            "a worker process died (out of memory?); run the same command again to resume"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _flow(
    pool: ProcessPoolExecutor, jobs: Iterator[ChunkJob], in_flight: int
) -> Iterator[ChunkEntry]:
    running: set[Future[ChunkEntry]] = {pool.submit(_print, job) for job in islice(jobs, in_flight)}
    while running:
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            yield future.result()
        running |= {pool.submit(_print, job) for job in islice(jobs, len(finished))}


def _set_up(form: Form, options: Options, out: Path) -> None:
    """Make the worker's press once; Ctrl-C is the supervisor's to handle."""
    global _press
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _press = Press(form, options, out)


def _print(job: ChunkJob) -> ChunkEntry:
    assert _press is not None
    return _press.print(job)
