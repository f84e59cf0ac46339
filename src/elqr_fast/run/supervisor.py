"""Work that may kill, hang or fail who does it: handed out, timed, retried, and narrowed down.

A task that fails three times is halved, and its halves are tried out, until the single item that
cannot be done is found; the task is then done without it.  So one bad slip costs itself and
nobody else.  What is wrong with the machine (a full disk, say) is nobody's slip: it ends the run.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from elqr_fast.errors import ConfigError, ElqrError, KernelError, OutputError, ReadBackError

#: How often a whole task is tried again before it is taken apart.
RETRIES = 2
#: How often a single item is tried again, alone, before it is given up.
RETRIES_ALONE = 1
#: Tasks taken apart without finding anything, before the run gives up on them.
SEARCHES = 3
#: Items of one task that may be given up; where more fail, it is not the items' fault.
MOST_LOST = 10
#: Workers in a row that end before they are ready, before none can be expected to start.
FALSE_STARTS = 3
#: The same where somebody outside ended them: an operator, or the system for want of memory.
KILLED_STARTS = 20
#: Seconds a worker may take to be ready.
START_SECONDS = 300.0
#: The least seconds for a part of a task, however small.
LEAST_SECONDS = 10.0


class Task(Protocol):
    """Something to be done as a whole or not at all, made of `size` items."""

    @property
    def size(self) -> int: ...

    def halves(self) -> Sequence[Any]:
        """Tasks of fewer items that only find out what fails: nothing of theirs is kept."""
        ...

    def without(self, lost: Sequence[Lost[Any]]) -> Any:
        """The task again, but for these items, which are accounted for as lost."""
        ...

    def settled(self, lost: Sequence[Lost[Any]]) -> bool:
        """Whether nothing further need be tried, as these items decide about all."""
        ...


T = TypeVar("T", bound=Task)
R = TypeVar("R")


class Lost(NamedTuple, Generic[T]):
    """A task of one item that cannot be done, and why, in words without personal data."""

    part: T
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker can take tasks from now on."""


@dataclass(frozen=True, slots=True)
class Done:
    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that came to nothing; `fatal` is what no other attempt can mend.

    `usable`: the worker is none the worse for it.  `killed`: the worker was ended from outside.
    """

    reason: str
    fatal: ElqrError | None = None
    usable: bool = False
    killed: bool = False


Answer = Ready | Done | Failed


class Worker(Protocol):
    """Does one task at a time, wherever it is."""

    def start(self, packed: Any) -> None:
        """Begin a task that its place has packed.

        Returns at once, and never raises: a dead worker answers `Failed`.
        """
        ...

    def stop(self) -> None:
        """End the worker, whatever it is doing, and wait until it can write no more."""
        ...


class Place(Protocol):
    """Where workers live: this machine, a cluster."""

    #: Seconds after which a worker that is not ready is replaced; None: it may wait for room.
    start_seconds: float | None

    def hire(self) -> Any: ...

    def packed(self, task: Any) -> Any:
        """A task as `Worker.start` takes it: packed ahead, while workers are busy."""
        ...

    def answers(self, workers: Sequence[Any], seconds: float | None) -> list[tuple[Any, Answer]]:
        """What these workers have answered; waits for the first answer, up to `seconds`."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True)
class _Case(Generic[T]):
    """A task on its way, and what is known of why it fails."""

    task: T
    #: What to do in the end: the task, or the task without what is lost.
    final: T
    failures: int = 0
    searches: int = 0
    #: Parts to be tried out, the next one last.
    parts: list[T] = field(default_factory=list)
    lost: list[Lost[T]] = field(default_factory=list)
    #: The task itself, packed.
    packed: Any = None

    @property
    def current(self) -> T:
        return self.parts[-1] if self.parts else self.final

    def finished(self) -> bool:
        """Told that the current part was done; True if that was the task itself."""
        if not self.parts:
            return True
        self.parts.pop()
        self._advance()
        return False

    def failed(self, reason: str) -> None:
        """Told that the current part failed: try again, or look closer."""
        part, probing = self.current, bool(self.parts)
        self.failures += 1
        alone = RETRIES_ALONE if part.size == 1 else 0
        if self.failures <= (alone if probing else RETRIES):
            return
        if probing:
            self.parts.pop()
        else:
            self._begin_search(reason)
        if part.size == 1:
            self.lost.append(Lost(part, reason))
        else:
            self.parts += reversed(part.halves())
        self._advance()

    def _begin_search(self, reason: str) -> None:
        self.searches += 1
        if self.searches > SEARCHES or self.lost:
            raise OutputError(
                f"a chunk of {self.task.size} cannot be done ({reason}), though its parts can;"
                " fewer workers need less memory; the same command resumes"
            )

    def _advance(self) -> None:
        self.failures = 0
        if len(self.lost) > MOST_LOST:
            raise OutputError(
                f"more than {MOST_LOST} items of one chunk of {self.task.size} cannot be done"
                f" ({self.lost[-1].reason}): that is not their fault; nothing of it was kept"
            )
        if self.lost and self.task.settled(self.lost):
            self.parts.clear()
        if not self.parts and self.lost:
            self.final = self.task.without(self.lost)


@dataclass(slots=True)
class _Post(Generic[T]):
    """A worker and what it is doing since when."""

    worker: Any
    since: float
    case: _Case[T] | None = None
    ready: bool = False


class Supervisor(Generic[T]):
    """Keeps `count` workers of a place busy until all is done."""

    def __init__(self, place: Place, count: int, seconds: Callable[[T], float]) -> None:
        """`seconds`: how long a task may take before its worker counts as hung."""
        self._place = place
        self._count = count
        self._seconds = seconds
        self._posts: list[_Post[T]] = []
        self._waiting: deque[_Case[T]] = deque()
        self._false_starts = 0

    def results(self, take: Callable[[], T | None]) -> Generator[tuple[T, Any], None, None]:
        """Each task that `take` hands out, with its result, in the order they finish.

        `take` returns None where there is none for the moment; it is asked again after the next
        result.  A task is taken only when a worker will soon be free for it, so that memory does
        not grow however slow the disk is.  Raises the first fatal error.
        """
        try:
            while True:
                self._prepare(take)
                if not self._busy and not self._waiting:
                    return
                self._man()
                self._hand_out()
                finished = self._collect()
                self._hand_out()  # before whoever takes the results keeps the workers waiting
                yield from finished
        finally:
            for post in self._posts:
                post.worker.stop()
            self._place.close()

    @property
    def _busy(self) -> int:
        return sum(post.case is not None for post in self._posts)

    def _prepare(self, take: Callable[[], T | None]) -> None:
        """Have one task ready for each idle worker, and one more for the next to be idle."""
        while len(self._waiting) + self._busy <= self._count:
            task = take()
            if task is None:
                return
            self._waiting.append(_Case(task, task, packed=self._place.packed(task)))

    def _man(self) -> None:
        wanted = min(self._count, len(self._waiting) + self._busy)
        while len(self._posts) < wanted:
            self._posts.append(_Post(self._place.hire(), time.monotonic()))

    def _hand_out(self) -> None:
        for post in self._posts:
            if post.ready and post.case is None and self._waiting:
                post.case = self._waiting.popleft()
                post.since = time.monotonic()
                post.worker.start(self._packed(post.case))

    def _packed(self, case: _Case[T]) -> Any:
        return case.packed if case.current is case.task else self._place.packed(case.current)

    def _collect(self) -> list[tuple[T, Any]]:
        """Wait for answers; what was done, with its result."""
        by_worker = {id(post.worker): post for post in self._posts}
        workers = [post.worker for post in self._posts if post.case or not post.ready]
        finished = []
        for worker, answer in self._place.answers(workers, self._patience()):
            post = by_worker[id(worker)]
            if isinstance(answer, Ready):
                post.ready, self._false_starts = True, 0
            elif isinstance(answer, Failed):
                self._mind(post, answer)
            else:
                finished += self._take_back(post, answer.result)
        for post in [post for post in self._posts if self._left(post) <= 0]:
            self._mind(post, Failed("it gave no answer in time"))
        return finished

    def _take_back(self, post: _Post[T], result: Any) -> list[tuple[T, Any]]:
        """The task that a worker has done, unless only a part of it was tried out."""
        case, post.case = post.case, None
        assert case is not None
        if case.finished():
            return [(case.task, result)]
        self._waiting.appendleft(case)
        return []

    def _patience(self) -> float | None:
        """Seconds until the next worker is overdue; None if none can be."""
        least = min((self._left(post) for post in self._posts), default=float("inf"))
        return None if least == float("inf") else max(least, 0.0)

    def _left(self, post: _Post[T]) -> float:
        if post.case is not None:
            allowed: float | None = self._seconds(post.case.current)
        else:
            allowed = None if post.ready else self._place.start_seconds
        return float("inf") if allowed is None else post.since + allowed - time.monotonic()

    def _mind(self, post: _Post[T], why: Failed) -> None:
        """Look after a failure: a worker that is the worse for it goes, another one is hired."""
        if why.fatal is not None:
            raise why.fatal
        if not why.usable:
            self._posts.remove(post)
            post.worker.stop()
        case, post.case = post.case, None
        if case is not None:
            case.failed(why.reason)
            self._waiting.appendleft(case)
        else:
            self._count_false_start(why)

    def _count_false_start(self, why: Failed) -> None:
        self._false_starts += 1
        if why.killed:
            if self._false_starts >= KILLED_STARTS:
                raise OutputError(
                    f"worker processes are killed before they are ready ({why.reason}); fewer"
                    " workers need less memory; the same command resumes"
                )
        elif self._false_starts >= FALSE_STARTS:
            raise ConfigError(
                f"worker processes do not start ({why.reason}); a script's own code must stand"
                ' under if __name__ == "__main__"'
            )


def failure(error: BaseException) -> Failed:
    """An exception as an answer: whose fault it is, in words that hold no data of anybody."""
    if isinstance(error, ReadBackError):
        return Failed("its page does not read back as its record", usable=True)
    if isinstance(error, MemoryError):
        return Failed("there is not enough memory for it")
    if isinstance(error, ElqrError) and not isinstance(error, KernelError):
        return Failed(type(error).__name__, error)
    if isinstance(error, OSError):
        return Failed(type(error).__name__, OutputError(f"a worker failed: {error.strerror}"))
    return Failed(f"it raises {type(error).__name__}", usable=True)


def part_seconds(whole: float, size: int, whole_size: int) -> float:
    """The deadline of a task of `size` items where one of `whole_size` has `whole` seconds."""
    return max(whole * size / whole_size, min(whole, LEAST_SECONDS))
