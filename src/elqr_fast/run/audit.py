"""Proof that a sealed run is whole: everything on disk is read again, nothing is taken on trust.

in = printed + rejected is proved row by row: each row of the input is in the manifest, on a page
that exists in a file whose hash is right, or in the rejects, and never in both.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from elqr_fast.run.journal import (
    ChunkEntry,
    FileEntry,
    damage,
    load_outline,
    read_entries,
    sha256_of,
)
from elqr_fast.run.plan import Outline
from elqr_fast.run.request import load_print_request
from elqr_fast.run.seal import PRINTED, REJECTED, SUMMARY, summarise

#: Of a kind of problem so many are named, then counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Audit:
    """What was counted, and what is wrong: one line each, nobody named."""

    notices: int
    printed: int
    rejected: int
    files: int
    pages: int
    problems: list[str]


def audit(out: str | Path) -> Audit:
    """Read a run's outputs, manifest and rejects again, and compare all with all.

    Raises ConfigError if no run was started in the directory.  Memory: one byte a notice.
    """
    folder = Path(out)
    load_print_request(folder)
    outline = load_outline(folder)
    done = {entry.index: entry for entry in read_entries(folder, outline)}
    entries = [done[index] for index in sorted(done)]
    auditor = _Auditor(folder, outline, entries)
    groups = (
        auditor.chunks(),
        auditor.files(),
        auditor.strangers(),
        auditor.summary(),
        auditor.manifest(),
        auditor.rejects(),
        auditor.rows(),
    )
    problems = [problem for group in groups for problem in _shortened(group)]
    return Audit(
        notices=outline.rows,
        printed=int((auditor.fate == PRINTED_ONCE).sum()),
        rejected=int((auditor.fate == REJECTED_ONCE).sum()),
        files=sum(len(entry.files) for entry in entries),
        pages=auditor.pages,
        problems=problems,
    )


#: What is known of a row: the manifest adds 1 for each time it names it, the rejects 16 once.
PRINTED_ONCE, REJECTED_ONCE = 1, 16


class _Auditor:
    def __init__(self, out: Path, outline: Outline, entries: Sequence[ChunkEntry]) -> None:
        self.out = out
        self.outline = outline
        self.entries = entries
        self.pages = 0
        self.fate: npt.NDArray[np.uint8] = np.zeros(outline.rows, np.uint8)

    def chunks(self) -> Iterator[str]:
        have = {entry.index for entry in self.entries}
        for index in range(self.outline.chunks):
            if index not in have:
                yield f"chunk {index + 1} is not in the journal"

    def files(self) -> Iterator[str]:
        for entry in self.entries:
            for file in entry.files:
                wrong = damage(self.out, file) or self._miscounted(file)
                if wrong:
                    yield f"{file.name} {wrong}"

    def _miscounted(self, file: FileEntry) -> str:
        try:
            pages = _count_pages(self.out / file.name)
        except (OSError, ValueError, pikepdf.PdfError) as error:
            return f"cannot be opened ({type(error).__name__})"
        self.pages += pages
        return "" if pages == file.pages else f"has {pages} pages, not {file.pages}"

    def strangers(self) -> Iterator[str]:
        known = {file.name for entry in self.entries for file in entry.files}
        for path in sorted(self.out.iterdir()):
            printed = path.name.startswith(("slips-", "slip-")) or path.suffix == ".part"
            if printed and path.name not in known:
                yield f"{path.name} is not of this run"

    def summary(self) -> Iterator[str]:
        try:
            found = msgspec.json.decode((self.out / SUMMARY).read_bytes())
            records = dict(found["records"])
        except FileNotFoundError:
            yield f"{SUMMARY} is missing: the run is not sealed"
            return
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            yield f"{SUMMARY} is damaged"
            return
        expected = msgspec.to_builtins(summarise(self.outline, self.entries, records))
        for name, value in expected.items():
            if found.get(name) != value:
                yield f"{SUMMARY}: {name} is not what the journal says"
        for name in sorted({REJECTED, PRINTED, *records}):
            path = self.out / name
            if not path.is_file():
                yield f"{name} is missing"
            elif records.get(name) != sha256_of(path):
                yield f"{name} has other bytes than were sealed"

    def manifest(self) -> Iterator[str]:
        """Each row of the manifest must be on a page of its own that exists."""
        pages = Counter({file.name: file.pages for entry in self.entries for file in entry.files})
        try:
            with pq.ParquetFile(self.out / PRINTED) as table:
                for batch in table.iter_batches(columns=["row", "file", "page"]):
                    rows = np.asarray(batch.column("row"))
                    yield from self._printed(rows)
                    yield from _misplaced(batch, rows, pages)
        except (OSError, pa.ArrowException, KeyError) as error:
            yield f"{PRINTED} cannot be read ({type(error).__name__})"
            return
        for name, left in pages.items():
            if left > 0:
                yield f"{name}: {left} of its pages are not in the manifest"

    def _printed(self, rows: npt.NDArray[np.int64]) -> Iterator[str]:
        inside = (rows >= 0) & (rows < self.outline.rows)
        for row in rows[~inside]:
            yield f"{PRINTED}: row {row + 1} is none of the input's"
        # Never beyond 15, where a row would pass for a rejected one.
        counts = np.bincount(rows[inside], minlength=self.outline.rows)
        self.fate = np.minimum(self.fate + counts, REJECTED_ONCE - 1).astype(np.uint8)

    def rejects(self) -> Iterator[str]:
        try:
            with (self.out / REJECTED).open(encoding="utf-8-sig", newline="") as file:
                rows = {int(line["row"]) - 1 for line in csv.DictReader(file)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            yield f"{REJECTED} cannot be read ({type(error).__name__})"
            return
        for row in sorted(rows):
            if 0 <= row < self.outline.rows:
                self.fate[row] |= REJECTED_ONCE
            else:
                yield f"{REJECTED}: row {row + 1} is none of the input's"

    def rows(self) -> Iterator[str]:
        for row in np.flatnonzero((self.fate != PRINTED_ONCE) & (self.fate != REJECTED_ONCE)):
            times = int(self.fate[row]) % REJECTED_ONCE
            if not self.fate[row]:
                yield f"row {row + 1} is neither printed nor rejected"
            elif times == self.fate[row]:
                yield f"row {row + 1} is printed {times} times"
            else:
                yield f"row {row + 1} is both printed and rejected"


def _misplaced(
    batch: pa.RecordBatch, rows: npt.NDArray[np.int64], pages: Counter[str]
) -> Iterator[str]:
    """Rows whose page is not the next of its file; `pages` counts what is left of each."""
    files, places = batch.column("file").to_pylist(), batch.column("page").to_pylist()
    for row, file, page in zip(rows.tolist(), files, places, strict=True):
        if file not in pages:
            yield f"{PRINTED}: row {row + 1} is in a file that is not of this run"
        pages[file] -= 1
        if pages[file] < 0 <= page:
            yield f"{PRINTED}: row {row + 1} is on a page that {file} does not have"


def _count_pages(path: Path) -> int:
    if path.suffix == ".pdf":
        with pikepdf.open(path) as document:
            return len(document.pages)
    with Image.open(path) as image:
        return int(getattr(image, "n_frames", 1))


def _shortened(problems: Iterator[str]) -> list[str]:
    found = list(problems)
    rest = len(found) - NAMED
    return found if rest <= 1 else [*found[:NAMED], f"… and {rest} more like these"]
