"""A batch's pages in pieces, read in any order and given back in theirs, from any place on."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import NamedTuple

from elqr_fast.run.engines import chunk_seconds, open_place
from elqr_fast.run.supervisor import Supervisor, part_seconds
from elqr_fast.scan import Limits, Profile, Target
from elqr_fast.verify.work import SPAN_PAGES, Outcome, Read, Span, read_span

#: Finished pieces that may wait for an earlier one.
WAITING = 64


class Position(NamedTuple):
    """The next page to be read: of file number `file`, which has `pages` if `page` is not 0."""

    file: int = 0
    page: int = 0
    pages: int = 0


class Pieces:
    """The spans of a batch from a position on: handed out, taken back, put in order."""

    def __init__(self, files: Sequence[str], begin: Position) -> None:
        begun = begin.page > 0
        fresh = range(begin.file + begun, len(files))
        self._fresh: Iterator[Span] = (Span(index, 0, files[index]) for index in fresh)
        #: Spans that come before any fresh one: the rest of files that were begun.
        self._rest: list[Span] = []
        self._running: set[Span] = set()
        self._done: list[tuple[Span, Outcome]] = []
        #: How many pages the files have that were begun and not finished.
        self._pages: dict[int, int] = {}
        if begun:
            self._begin(Span(begin.file, 0, files[begin.file]), begin.pages, begin.page)

    def take(self) -> Span | None:
        """The next span to read; None if there is none, or none that may be begun now.

        One that others wait for may always be begun: else nobody would go on.
        """
        crowded = len(self._done) >= WAITING
        span: Span | None
        if self._rest and (not crowded or self._rest[0] < self._done[0][0]):
            span = heapq.heappop(self._rest)
        else:
            span = None if self._rest or crowded else next(self._fresh, None)
        if span is not None:
            self._running.add(span)
        return span

    def finish(self, span: Span, outcome: Outcome) -> Iterator[tuple[Outcome, Position]]:
        """Take an outcome back; what now is in order, each with the position after it."""
        self._running.remove(span)
        heapq.heappush(self._done, (span, outcome))
        if not span.start:
            self._begin(span, outcome.file_pages, SPAN_PAGES)
        undone = min([*self._running, *self._rest[:1]], default=None)
        while self._done and (undone is None or self._done[0][0] < undone):
            first, its = heapq.heappop(self._done)
            yield its, self._after(first)

    def _begin(self, span: Span, pages: int, start: int) -> None:
        """A file's first span told how many pages there are: its other spans can be read."""
        self._pages[span.index] = pages
        for page in range(start, pages, SPAN_PAGES):
            heapq.heappush(self._rest, Span(span.index, page, span.path))

    def _after(self, span: Span) -> Position:
        pages, following = self._pages[span.index], span.start + SPAN_PAGES
        if following < pages:
            return Position(span.index, following, pages)
        del self._pages[span.index]
        return Position(span.index + 1)


def make_reader(target: Target | None, limits: Limits, scanner: Profile | None = None) -> Read:
    """What reads a span; made in the worker that will call it."""
    return partial(read_span, target=target, limits=limits, scanner=scanner)


def read_files(
    files: Sequence[str],
    setup: Callable[[], Read],
    workers: int | None,
    *,
    begin: Position | None = None,
    engine: str = "local",
    deadline: float | None = None,
) -> Generator[tuple[Outcome, Position], None, None]:
    """Read the files' pages from `begin` on, in order whatever the workers; each outcome comes
    with the position after it.  `deadline`: seconds for a span of pages."""
    pieces = Pieces(files, begin or Position())
    place, count = open_place(engine, setup, workers)
    whole = chunk_seconds(deadline, SPAN_PAGES)
    supervisor = Supervisor[Span](
        place, count, lambda span: part_seconds(whole, span.pages, SPAN_PAGES)
    )
    with closing(supervisor.results(pieces.take)) as results:
        for span, outcome in results:
            yield from pieces.finish(span, outcome)
