"""Pieces of a batch: some pages of one file, read wherever there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from elqr_fast.scan import Limits, Profile, Reading, Target, Verdict, read_pages, shown_path
from elqr_fast.verify.rows import as_batch, slips_of

#: Pages in one piece of work: some tenths of a second, so that small batches spread too.
SPAN_PAGES = 32


@dataclass(frozen=True, order=True)
class Span:
    """Pages [start, start + pages) of the batch's file number `index`.

    `lost`: pages that cannot be read, as they kill or hang who tries, and why.  If page 0 is one
    of them, nothing of the file can be read.
    """

    index: int
    start: int
    path: str
    pages: int = SPAN_PAGES
    lost: tuple[tuple[int, str], ...] = ()

    @property
    def size(self) -> int:
        return self.pages

    def halves(self) -> tuple[Span, Span]:
        """The first half and the second; of a file's first pages, page 0 and the others."""
        middle = self.pages // 2 if self.start else 1
        return (
            replace(self, pages=middle),
            replace(self, start=self.start + middle, pages=self.pages - middle),
        )

    def without(self, lost: Iterable[tuple[Span, str]]) -> Span:
        """The same pages, but for these single ones."""
        return replace(self, lost=tuple(sorted((part.start, reason) for part, reason in lost)))

    def settled(self, lost: Iterable[tuple[Span, str]]) -> bool:
        """If page 0 cannot be read, the file cannot be opened at all."""
        return any(part.start == 0 for part, _ in lost)


@dataclass(frozen=True)
class Outcome:
    """A span's rows, how many pages were read, and how many its file has (0: nobody knows)."""

    batch: pa.RecordBatch
    pages: int
    file_pages: int
    #: Pages that came to light with this span, beyond the one that every file is taken to have.
    new_pages: int = 0


Read = Callable[[Span], Outcome]


def read_span(
    span: Span, *, target: Target | None, limits: Limits, scanner: Profile | None = None
) -> Outcome:
    """The piece of work: readings of a span's pages, as rows."""
    if span.lost and span.lost[0][0] == 0:
        return Outcome(as_batch([_unreadable(span, None, span.lost[0][1])]), 1, 0)
    slips: list[Reading] = []
    read = count = 0
    for start, stop, reason in _stretches(span):
        pages, file_pages = read_pages(
            span.path, target=target, start=start, stop=stop, limits=limits, scanner=scanner
        )
        slips += [slip for page in pages for slip in slips_of(page, one_slip=target is not None)]
        if reason:
            slips.append(_unreadable(span, stop, reason))
        read += len(pages) + bool(reason)
        count = max(count, file_pages)
    new_pages = 0 if span.start else max(count - 1, 0)
    return Outcome(as_batch(slips), read, count, new_pages)


def _stretches(span: Span) -> Iterator[tuple[int, int, str]]:
    """Pages [start, stop) that can be read, and why page `stop` cannot ("": the span ends)."""
    start = span.start
    for page, reason in span.lost:
        yield start, page, reason
        start = page + 1
    yield start, span.start + span.pages, ""


def _unreadable(span: Span, page: int | None, reason: str) -> Reading:
    detail = f"cannot be read: {reason}"
    return Reading(Verdict.BAD_FILE, detail, file=shown_path(span.path), page=page)
