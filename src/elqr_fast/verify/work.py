"""Reading a batch's files, here or in spawned processes, always in the same order."""

from __future__ import annotations

import heapq
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

import pyarrow as pa

from elqr_fast.errors import ConfigError
from elqr_fast.scan import Limits, Reading, Target, Verdict, read_pages, shown_path
from elqr_fast.verify.rows import as_batch, slips_of

#: Pages in one piece of work: some tenths of a second, so that small batches spread too.
SPAN_PAGES = 32
#: Pieces under way per worker: enough to keep it busy, few enough that memory does not grow.
AHEAD = 3
#: Finished pieces that may wait for an earlier one.
WAITING = 64

KILLED = "reading this killed the process that did it"


@dataclass(frozen=True, order=True)
class Span:
    """Pages [start, start + SPAN_PAGES) of the batch's file number `index`."""

    index: int
    start: int
    path: str
    pages: int = SPAN_PAGES


@dataclass(frozen=True)
class Outcome:
    """A span's rows, how many pages were read, and how many its file has (0: nobody knows)."""

    batch: pa.RecordBatch
    pages: int
    file_pages: int
    #: Pages that came to light with this span, beyond the one that every file is taken to have.
    new_pages: int = 0


Read = Callable[[Span], Outcome]


def read_span(span: Span, *, target: Target | None, limits: Limits) -> Outcome:
    """The piece of work: readings of a span's pages, as rows."""
    stop = span.start + span.pages
    pages, count = read_pages(span.path, target=target, start=span.start, stop=stop, limits=limits)
    slips = [slip for page in pages for slip in slips_of(page, one_slip=target is not None)]
    new_pages = 0 if span.start else max(count - 1, 0)
    return Outcome(as_batch(slips), len(pages), count, new_pages)


def read_files(files: Sequence[str], read: Read, workers: int) -> Iterator[Outcome]:
    """Read the files' pages; outcomes come in the order of files and pages, whatever `workers`."""
    spans = (Span(index, 0, path) for index, path in enumerate(files))
    return _read_here(spans, read) if workers == 1 else _Crew(spans, read, workers).outcomes()


def _rest(span: Span, outcome: Outcome) -> list[Span]:
    """What is left of a file whose first span told how many pages there are."""
    if span.start:
        return []
    starts = range(SPAN_PAGES, outcome.file_pages, SPAN_PAGES)
    return [replace(span, start=start) for start in starts]


def _read_here(spans: Iterable[Span], read: Read) -> Iterator[Outcome]:
    for span in spans:
        outcome = read(span)
        yield outcome
        yield from map(read, _rest(span, outcome))


class _Crew:
    """Worker processes, and the spans that wait, are read, or wait for an earlier one."""

    def __init__(self, spans: Iterator[Span], read: Read, workers: int) -> None:
        self._fresh = spans
        self._read = read
        self._workers = workers
        #: Spans that come before any fresh one: the rest of files that were begun.
        self._rest: list[Span] = []
        self._running: dict[Future[Outcome], Span] = {}
        self._done: list[tuple[Span, Outcome]] = []
        self._pool = _pool(workers)

    def outcomes(self) -> Iterator[Outcome]:
        try:
            self._hand_out()
            while self._running:
                finished, _ = wait(self._running, return_when=FIRST_COMPLETED)
                self._collect(finished)
                yield from self._in_order()
                self._hand_out()
            assert not self._rest
            assert not self._done
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _hand_out(self) -> None:
        while len(self._running) < self._workers * AHEAD:
            span = self._next()
            if span is None:
                return
            self._begin(span)

    def _begin(self, span: Span) -> None:
        try:
            self._running[self._pool.submit(self._read, span)] = span
        except BrokenProcessPool:
            # A worker has just died, of what is under way or of a lack of memory while idle.
            heapq.heappush(self._rest, span)
            self._find_killer()

    def _next(self) -> Span | None:
        """The next span to read; None if there is none, or none that may be begun now.

        One that others wait for may always be begun: else nobody would go on.
        """
        crowded = len(self._done) >= WAITING
        if self._rest and (not crowded or self._rest[0] < self._done[0][0]):
            return heapq.heappop(self._rest)
        return None if self._rest or crowded else next(self._fresh, None)

    def _collect(self, finished: Iterable[Future[Outcome]]) -> None:
        for future in finished:
            if isinstance(future.exception(), BrokenProcessPool):
                self._find_killer()
                return
            self._finish(self._running.pop(future), future.result())

    def _finish(self, span: Span, outcome: Outcome) -> None:
        heapq.heappush(self._done, (span, outcome))
        for rest in _rest(span, outcome):
            heapq.heappush(self._rest, rest)

    def _in_order(self) -> Iterator[Outcome]:
        """What is done and has nothing undone before it."""
        undone = min([*self._running.values(), *self._rest[:1]], default=None)
        while self._done and (undone is None or self._done[0][0] < undone):
            yield heapq.heappop(self._done)[1]

    def _find_killer(self) -> None:
        """A worker died: what was under way is read once more, each span alone in its process."""
        suspects = sorted(self._running.values())
        self._running.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)
        with _Alone(self._read) as alone:
            for span in suspects:
                self._finish(span, alone.outcome(span))
        self._pool = _pool(self._workers)


class _Alone:
    """Reads one span at a time in a process of its own, and finds the pages that kill it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Alone:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()

    def outcome(self, span: Span) -> Outcome:
        """The span's rows; a page that kills the process has a row that says so.

        If the first page does, nothing else of the file is known: the row is the file's.
        """
        outcome = self._attempt(span)
        if outcome is not None:
            return outcome
        if span.pages == 1:
            return _killed(span, span.start)
        if span.start == 0 and self._attempt(replace(span, pages=1)) is None:
            return _killed(span, None)
        half = span.pages // 2
        left = self.outcome(replace(span, pages=half))
        right = self.outcome(replace(span, start=span.start + half, pages=span.pages - half))
        return _joined(left, right)

    def _attempt(self, span: Span) -> Outcome | None:
        self._pool = self._pool or _pool(1)
        try:
            return self._pool.submit(self._read, span).result()
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = None
            return None


def _joined(left: Outcome, right: Outcome) -> Outcome:
    return Outcome(
        pa.concat_batches([left.batch, right.batch]),
        left.pages + right.pages,
        max(left.file_pages, right.file_pages),
        max(left.new_pages, right.new_pages),
    )


def _killed(span: Span, page: int | None) -> Outcome:
    reading = Reading(Verdict.BAD_FILE, KILLED, file=shown_path(span.path), page=page)
    return Outcome(as_batch([reading]), 1, 0)


def _pool(workers: int) -> ProcessPoolExecutor:
    """Spawned workers that are known to start.

    Raises ConfigError if they do not: a script without `if __name__ == "__main__"` starts itself
    again in each of them.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)
    try:
        pool.submit(_ready).result()
    except BrokenProcessPool as error:
        raise ConfigError(
            "worker processes do not start: put the script's own code under if __name__ =="
            ' "__main__", or pass workers=1'
        ) from error
    return pool


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _ready() -> None:
    """Nothing: that it ran is the answer."""
