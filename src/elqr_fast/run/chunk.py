"""One chunk from rows to files: checked, composed, written, read back, renamed.

`Press` is what a worker makes once (plate, fonts); `Press.print` is the chunk function that every
engine calls.  What it leaves behind does not depend on which worker ran it or how often.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from elqr_fast.codes.elqr import key_hash
from elqr_fast.errors import FieldError, ReadBackError
from elqr_fast.files import replacing
from elqr_fast.forms import Form
from elqr_fast.render import pdf, pdf_g4, preview, readback, tiff
from elqr_fast.render.batch import PageBatch, compose_batch
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.plate import Plate, make_plate
from elqr_fast.render.slips import Slips, prepare
from elqr_fast.run.journal import (
    MANIFEST,
    REJECTS,
    SIDECARS,
    STATE,
    ChunkEntry,
    FileEntry,
    sha256_of,
    sidecar,
)
from elqr_fast.run.plan import ChunkJob, Options

#: Pages are set as a batch, but for PNG, which has a file each, one by one.
Pages = list[Page] | PageBatch

#: Of every so manieth chunk, from the first, a page is rendered: that takes as long as printing and
#: reading back some hundred pages.
RENDERED = 16

MANIFEST_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("page", pa.int32()),
        ("row", pa.int64()),
        ("chunk", pa.int32()),
        ("case_key_hash", pa.string()),
        ("read_back", pa.string()),
        # Whether the page has an eL-QR.
        ("qr", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            self.seconds[stage] = self.seconds.get(stage, 0.0) + spent

    def rest(self, stage: str, start: float) -> None:
        """Count to a stage what of the time since `start` no stage has."""
        others = sum(self.seconds.values())
        spent = time.perf_counter() - start - others
        self.seconds[stage] = self.seconds.get(stage, 0.0) + spent


def make_printer(form: Form, options: Options, out: Path) -> Callable[[ChunkJob], ChunkEntry]:
    """The chunk function; made in the worker that will call it."""
    return Press(form, options, out).print


def _page_writer(plate: Plate, options: Options) -> Callable[[Any, BinaryIO], object]:
    """What writes pages, as `_compose` makes them, to a file; serves all chunks of a worker."""
    to = options.to
    if to == "tiff":
        coder = tiff.page_coder(plate, options.rows_per_strip)
        return partial(tiff.write_tiff, plate, share_static=options.share_strips, coder=coder)
    if to == "pdf-g4":
        return pdf_g4.ImageWriter(plate).write
    if to == "png":
        return lambda pages, file: preview.write_png(plate, pages[0], file)
    return pdf.BatchWriter(plate).write


class Press:
    """A form set up on one device: prints any chunk of the run."""

    def __init__(self, form: Form, options: Options, out: Path) -> None:
        self.options = options
        self.out = out
        self.plate: Plate = make_plate(
            form,
            options.dpi,
            layer=options.layer,
            draft=options.draft,
            narrower=options.narrower,
        )
        self._write_pages = _page_writer(self.plate, options)

    def print(self, job: ChunkJob) -> ChunkEntry:
        """Print one chunk; its files, rejects and manifest rows are on disk on return.

        Of a trial nothing is.  Raises ReadBackError, and OutputError if a file cannot be written.
        """
        watch, start = Stopwatch(), time.perf_counter()
        entry = self._print(job, watch)  # on return of which the chunk's memory is given back
        watch.rest("bookkeeping", start)
        return entry

    def _print(self, job: ChunkJob, watch: Stopwatch) -> ChunkEntry:
        with watch("codes"):
            slips = prepare(
                job.table,
                job.first_row,
                self.plate.form,
                unread=job.unread,
                duplicates=job.duplicates,
            )
        with watch("layout"):
            pages, unprintable = self._compose(slips)
            if unprintable:
                unprinted = [error.row for error in unprintable]
                slips = slips.take(np.flatnonzero(~np.isin(slips.rows, unprinted)))
        errors = sorted([*slips.errors, *unprintable], key=lambda e: (e.row, e.field, e.rule))
        files = self._write(job, pages, slips, watch)
        verified = self._checked_pages(len(pages))
        sidecars: list[str] = []
        if job.keep:
            with watch("bookkeeping"):
                self._write_rejects(job.index, errors)
                self._write_manifest(job.index, files, slips, set(verified))
                sidecars = [sha256_of(sidecar(self.out, job.index, kind)) for kind in SIDECARS]
        return ChunkEntry(
            index=job.index,
            id=job.id,
            rows=job.size,
            printed=len(pages),
            rejected=job.size - len(pages),
            verified=len(verified),
            files=files,
            sidecars=sidecars,
            seconds=watch.seconds,
        )

    def _compose(self, slips: Slips) -> tuple[Pages, list[FieldError]]:
        if self.options.to == "png":
            return compose(self.plate, slips)
        return compose_batch(self.plate, slips)

    def _write(
        self, job: ChunkJob, pages: Pages, slips: Slips, watch: Stopwatch
    ) -> list[FileEntry]:
        if not pages:
            return []
        if self.options.to == "png" and not isinstance(pages, PageBatch):
            return [
                self._write_file(
                    f"slip-{page.row + 1:09d}.png",
                    job,
                    [page],
                    slips.take(np.array([i])),
                    watch,
                )
                for i, page in enumerate(pages)
            ]
        suffix = self.options.to.partition("-")[0]
        name = f"slips-{job.index + 1:06d}.{suffix}"
        return [self._write_file(name, job, pages, slips, watch)]

    def _open(self, name: str, keep: bool) -> AbstractContextManager[BinaryIO]:
        """A file to write to; of a trial, one without a name."""
        return replacing(self.out / name) if keep else TemporaryFile(dir=self.out / STATE)

    def _write_file(
        self, name: str, job: ChunkJob, pages: Pages, slips: Slips, watch: Stopwatch
    ) -> FileEntry:
        with _closing(self._open(name, job.keep), watch) as file:
            with watch("writing"):
                self._write_pages(pages, file)
                file.flush()
                file.seek(0)
            with watch("reading back"):
                self._read_back(name, file, slips, job.index % RENDERED == 0)
            with watch("bookkeeping"):
                size = file.seek(0, 2)
                file.seek(0)
                digest = hashlib.sha256()
                while block := file.read(1 << 20):
                    digest.update(block)
        return FileEntry(name, len(pages), size, digest.hexdigest())

    def _read_back(self, name: str, file: BinaryIO, slips: Slips, rendered: bool) -> None:
        """The closed loop: what was emitted must read as the record, or the chunk fails."""
        checked = self._checked_pages(len(slips.rows))
        faults = self._faults(file, slips, checked, rendered) if checked else []
        if faults:
            page, reason = faults[0]
            raise ReadBackError(
                f"{name}: page {page + 1} does not read back as its record ({reason});"
                f" {len(faults)} of {len(checked)} pages checked are wrong; nothing was kept"
            )

    def _faults(
        self, file: BinaryIO, slips: Slips, checked: list[int], rendered: bool
    ) -> list[readback.Difference]:
        digits = slips.digits if self.plate.qr else None
        # Where the form has no bar code, a None for each page: that there is none, and which pages.
        faults = readback.check_chunk(
            self.options.to, file, self.plate, digits, slips.bills, only=set(checked)
        )
        if rendered and self.options.to in ("pdf", "pdf-g4") and not faults:
            # What our own parser reads is what a renderer shows.
            faults = readback.sample_pdf(file, _rendered(checked, slips), digits, slips.bills)
        return faults

    def _checked_pages(self, pages: int) -> list[int]:
        if self.options.verify == "all":
            return list(range(pages))
        if self.options.verify == "sample":
            return sorted({0, pages // 2, pages - 1}) if pages else []
        return []

    def _write_rejects(self, index: int, errors: list[FieldError]) -> None:
        with replacing(sidecar(self.out, index, REJECTS)) as file:
            for error in errors:
                file.write(msgspec.json.encode(asdict(error)) + b"\n")

    def _write_manifest(
        self, index: int, files: list[FileEntry], slips: Slips, verified: set[int]
    ) -> None:
        names = [file.name for file in files for _ in range(file.pages)]
        pages = [page for file in files for page in range(file.pages)]
        keys = zip(slips.texts["institution"], slips.texts["case_key"], strict=True)
        table = pa.table(
            {
                "file": names,
                "page": pages,
                "row": slips.rows,
                "chunk": [index] * len(names),
                "case_key_hash": [key_hash(institution, key) for institution, key in keys],
                "read_back": ["ok" if i in verified else "" for i in range(len(names))],
                "qr": slips.has_qr if self.plate.qr else np.zeros(len(names), np.bool_),
            },
            schema=MANIFEST_SCHEMA,
        )
        with replacing(sidecar(self.out, index, MANIFEST)) as file:
            pq.write_table(table, file)


@contextmanager
def _closing(opened: AbstractContextManager[BinaryIO], watch: Stopwatch) -> Iterator[BinaryIO]:
    """A file whose way to the disk is timed as a stage of its own."""
    with ExitStack() as stack:
        yield stack.enter_context(opened)
        with watch("syncing"):
            stack.close()


def _rendered(checked: list[int], slips: Slips) -> list[int]:
    """The first page with an eL-QR and the first without."""
    first = [
        next((page for page in checked if slips.has_qr[page] == kind), None) for kind in (1, 0)
    ]
    return [page for page in first if page is not None]
