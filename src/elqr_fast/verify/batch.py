"""`verify` and `read`: from files to verdicts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from os import PathLike
from pathlib import Path

import pyarrow as pa

from elqr_fast.errors import ConfigError, FormError, InputError
from elqr_fast.files import private_directory
from elqr_fast.forms import Form, load_form
from elqr_fast.forms.model import Box as FormBox
from elqr_fast.scan import Box, Limits, Reading, Source, Target, Verdict, read_pages, shown_path
from elqr_fast.verify.duplicates import find_duplicates
from elqr_fast.verify.ledger import Source as LedgerSource
from elqr_fast.verify.ledger import open_ledger
from elqr_fast.verify.manifest import Manifests, check_manifests
from elqr_fast.verify.results import Tally, write_results
from elqr_fast.verify.rows import KEY_COLUMNS, Spool
from elqr_fast.verify.sources import Scans, list_scans
from elqr_fast.verify.verdicts import Basis, expired_detail, is_expired, judge
from elqr_fast.verify.work import Outcome, read_files, read_span

FormLike = str | PathLike[str] | Form
Progress = Callable[[int, int], None]

#: Batches below this many bytes are read before worker processes would have started.
SMALL_BATCH_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a batch: rows in the results, how many of each verdict, time taken."""

    scans: int
    verdicts: dict[str, int]
    seconds: float


def read(
    image: Source,
    *,
    form: FormLike | None = None,
    scanner: str | None = None,
    as_of: date | str | None = None,
    min_grade: str | None = None,
    limits: Limits | None = None,
) -> list[Reading]:
    """Read every code of an image: a path, a file's bytes, or pixels (uint8 [h, w], 0 = black).

    With a form the first reading of each page is the slip's own.  With `as_of` a slip to be paid by
    an earlier day is `expired`.  A bad picture is a reading with the verdict `bad_file`.

    Raises InputError for a path that is no file, ConfigError for a bad option or form.
    """
    _refuse_unsupported(scanner, min_grade)
    if isinstance(image, str | PathLike) and not Path(image).is_file():
        raise InputError(f"{image}: no such file")
    day = parse_day(as_of)
    pages, _ = read_pages(image, target=target_of(form), limits=limits)
    return [_dated(reading, day) for page in pages for reading in page]


def verify(
    scans: Scans,
    *,
    form: FormLike | None = None,
    ledger: LedgerSource | None = None,
    out: str | PathLike[str] | None = None,
    scanner: str | None = None,
    as_of: date | str | None = None,
    min_grade: str | None = None,
    workers: int | None = None,
    engine: str = "local",
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Summary:
    """Read the slips of a batch and check each; write results.parquet and results.csv into `out`.

    `scans` are files and directories (all scans in them, sorted).  `ledger` is the notices file, or
    a table.  A manifest beside a scan is found by itself.  `workers`: processes, every core if
    None; 1 reads in this process.  `progress(done, total)` is told the pages read and those known
    so far.  The results do not depend on `workers`.

    Raises ConfigError for a bad option or form, InputError if a named scan does not exist, none is
    found, or ledger or manifest cannot be read, OutputError if the results cannot be written.  A
    scan that cannot be read is a row with the verdict `bad_file`.
    """
    began = time.perf_counter()
    _refuse_unsupported(scanner, min_grade)
    if engine != "local":
        raise ConfigError(f"engine is {engine!r}; only 'local' reads scans")
    day, target = parse_day(as_of), target_of(form)
    files = list_scans(scans)
    check_manifests(files)
    notices = None if ledger is None else open_ledger(ledger)
    folder = None if out is None else Path(out)
    if folder is not None:
        private_directory(folder)
    do = partial(read_span, target=target, limits=limits or Limits())
    with Spool(folder) as spool:
        _fill(spool, read_files(files, do, _worker_count(workers, files)), len(files), progress)
        duplicates = find_duplicates(lambda: spool.tables(KEY_COLUMNS), spool.rows)
        odd = {shown_path(file): Path(file) for file in files if shown_path(file) != file}
        basis = Basis(Manifests(), duplicates, notices, day, odd)
        verdicts = _finish(judge(spool.tables(), basis), folder)
    return Summary(spool.rows, verdicts, time.perf_counter() - began)


def target_of(form: FormLike | None) -> Target | None:
    """What the reader has to know of a form.  Raises FormError if it has no eL-QR."""
    if form is None:
        return None
    if not isinstance(form, Form):
        form = load_form(Path(form) if isinstance(form, PathLike) else form)
    if form.qr_box is None:
        raise FormError(f"{form.name}: this form has no eL-QR to be read")
    faces = (form.parts.paid_notice.box, form.parts.office_copy.box)
    return Target(
        box=_box(form.qr_box),
        page=(form.page.width, form.page.height),
        faces=tuple(map(_box, faces)),
    )


def parse_day(day: date | str | None) -> date | None:
    """A date, or its text as YYYY-MM-DD or YYYYMMDD.  Raises ConfigError."""
    if isinstance(day, datetime):
        return day.date()
    if day is None or isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except ValueError as error:
        raise ConfigError(f"as_of is {day!r}; it must be a date, YYYY-MM-DD") from error


def _box(box: FormBox) -> Box:
    return box.x, box.y, box.width, box.height


def _refuse_unsupported(scanner: str | None, min_grade: str | None) -> None:
    if scanner is not None:
        raise ConfigError("scanner needs scanner profiles, which this version does not have")
    if min_grade is not None:
        raise ConfigError("min_grade needs print-quality grades, which this version does not have")


def _worker_count(workers: int | None, files: Sequence[str]) -> int:
    if workers is not None:
        if workers < 1:
            raise ConfigError(f"workers is {workers}; it must be 1 or more")
        return workers
    few = sum(Path(file).stat().st_size for file in files[:1000]) <= SMALL_BATCH_BYTES
    return 1 if few else os.cpu_count() or 1


def _dated(reading: Reading, day: date | None) -> Reading:
    fields = reading.fields
    if day is None or reading.verdict is not Verdict.OK or fields is None:
        return reading
    if not is_expired(fields.pay_by, day):
        return reading
    return replace(reading, verdict=Verdict.EXPIRED, detail=expired_detail(fields.pay_by))


def _fill(spool: Spool, outcomes: Iterable[Outcome], files: int, progress: Progress | None) -> None:
    """Put the rows into the spool as they come; a file not yet begun counts as one page."""
    done, known = 0, files
    for outcome in outcomes:
        spool.add(outcome.batch)
        done += outcome.pages
        known = max(known + outcome.new_pages, done)
        if progress:
            progress(done, known)
    spool.finish()


def _finish(tables: Iterable[pa.Table], out: Path | None) -> dict[str, int]:
    """Write the results, if there is a place for them, and count the verdicts."""
    tally = Tally()
    if out is None:
        for _ in tally.passing(tables):
            pass
    else:
        write_results(out, tally.passing(tables))
    return tally.verdicts
