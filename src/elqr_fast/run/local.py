"""The local engine: workers on this machine, in spawned processes or in this one."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from elqr_fast.run.supervisor import START_SECONDS, Answer, Done, Failed, Ready, failure

#: Makes, in the worker and once, what does its tasks.
Setup = Callable[[], Callable[[Any], Any]]

#: Linux kills the process with the highest score when memory runs out: a worker can be replaced,
#: its supervisor cannot.  The scale ends at 1000.
OOM_SCORE = 500
#: Signals that come from outside a worker, not from a fault of its own.
OUTSIDE = (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has no SIGKILL


class LocalPlace:
    """Spawned processes, each with a pipe of its own: one that breaks breaks no other."""

    start_seconds: float | None = START_SECONDS

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._context = multiprocessing.get_context("spawn")

    def hire(self) -> _Process:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._setup), daemon=True)
        process.start()
        # From now on only the worker holds its end: when it dies, ours reads the end of file.
        theirs.close()
        return _Process(process, ours)

    def packed(self, task: Any) -> bytes:
        return pickle.dumps(task)

    def answers(
        self, workers: Sequence[_Process], seconds: float | None
    ) -> list[tuple[_Process, Answer]]:
        by_pipe = {worker.pipe: worker for worker in workers}
        return [(by_pipe[pipe], by_pipe[pipe].answer()) for pipe in wait(by_pipe, seconds)]  # type: ignore[index]

    def close(self) -> None:
        """Nothing is held but the workers."""


class _Process:
    """The supervisor's side of a worker process."""

    def __init__(self, process: Any, pipe: Connection[Any, Any]) -> None:
        self._process = process
        self.pipe = pipe

    def start(self, packed: bytes) -> None:
        # A stopped worker does not empty its pipe, and a full pipe must not hold up the rest.
        threading.Thread(target=self._send, args=(packed,), daemon=True).start()

    def _send(self, task: bytes) -> None:
        with suppress(OSError):  # the worker died or was stopped, which `answer` tells
            self.pipe.send_bytes(task)

    def answer(self) -> Answer:
        try:
            answer: Answer = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            return _ended(self._process.exitcode)
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _ended(code: int | None) -> Failed:
    if code is None or code >= 0:
        return Failed("its worker ended")
    return Failed(f"its worker was ended by signal {-code}", killed=-code in OUTSIDE)


def _serve(pipe: Connection[Any, Any], setup: Setup) -> None:
    """A worker's whole life: set up, then task after task, until it fails or nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the supervisor's to handle
    _end_with_supervisor()
    _offer_to_oom_killer()
    with suppress(EOFError, OSError):  # the supervisor is gone: so are we
        try:
            do = setup()
        except Exception as error:
            pipe.send(failure(error))
            return
        pipe.send(Ready())
        while True:
            pipe.send(attempt(do, pickle.loads(pipe.recv_bytes())))


def attempt(do: Callable[[Any], Any], task: Any) -> Answer:
    """Do a task; what it raises is an answer too."""
    try:
        return Done(do(task))
    except Exception as error:
        return failure(error)


def _end_with_supervisor() -> None:
    """Die when the supervisor dies: a chunk in hand would be done again beside us."""
    supervisor = multiprocessing.parent_process()
    if supervisor is None:
        return

    def watch() -> None:
        wait([supervisor.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _offer_to_oom_killer() -> None:
    with suppress(OSError):  # Linux only, and not in every container
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")


class HerePlace:
    """This process as the only worker.  Nobody can replace it: no deadline, and what kills it
    kills the run; what merely raises is retried and narrowed down as anywhere."""

    start_seconds: float | None = None

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._do: Callable[[Any], Any] | None = None

    def hire(self) -> _Here:
        self._do = self._do or self._setup()
        return _Here(self._do)

    def packed(self, task: Any) -> Any:
        return task

    def answers(
        self, workers: Sequence[_Here], seconds: float | None
    ) -> list[tuple[_Here, Answer]]:
        return [(worker, worker.answer()) for worker in workers]

    def close(self) -> None:
        """Nothing is held."""


class _Here:
    def __init__(self, do: Callable[[Any], Any]) -> None:
        self._do = do
        self._task: Any = None
        self._ready = False

    def start(self, packed: Any) -> None:
        self._task = packed

    def answer(self) -> Answer:
        if not self._ready:
            self._ready = True
            return Ready()
        return attempt(self._do, self._task)

    def stop(self) -> None:
        """There is nothing to stop."""
