"""`verify`: scans in, a verdict a slip out, with the workers and the journal of every run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from os import PathLike
from pathlib import Path

import msgspec

from elqr_fast.errors import Interrupted
from elqr_fast.forms import Form
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.run.engines import check_engine
from elqr_fast.run.journal import Journal
from elqr_fast.run.plan import Outline
from elqr_fast.run.reading import Position, make_reader, read_files
from elqr_fast.run.request import VerifyRequest, place_of, save_request
from elqr_fast.run.segments import SEGMENT_ROWS, Segments
from elqr_fast.scan import (
    Limits,
    Profile,
    ProfileLike,
    Target,
    list_scanners,
    parse_grade,
    shown_path,
)
from elqr_fast.verify.batch import (
    FormLike,
    Progress,
    Summary,
    finish,
    parse_day,
    profile_of,
    target_of,
)
from elqr_fast.verify.duplicates import find_duplicates
from elqr_fast.verify.ledger import Source as LedgerSource
from elqr_fast.verify.ledger import open_ledger
from elqr_fast.verify.manifest import Manifests, check_manifests
from elqr_fast.verify.report import About
from elqr_fast.verify.rows import KEY_COLUMNS, Spool
from elqr_fast.verify.sources import Scans, list_scans
from elqr_fast.verify.verdicts import Basis, judge
from elqr_fast.verify.work import Outcome
from elqr_fast.version import __version__

#: Batches below this many bytes are read before worker processes would have started.
SMALL_BATCH_BYTES = 100_000

Outcomes = Iterator[tuple[Outcome, Position]]


def verify(
    scans: Scans,
    *,
    form: FormLike | None = None,
    ledger: LedgerSource | None = None,
    columns: ColumnMap | None = None,
    out: str | PathLike[str] | None = None,
    scanner: ProfileLike | None = None,
    as_of: date | str | None = None,
    min_grade: str | float | None = None,
    workers: int | None = None,
    engine: str = "local",
    deadline: float | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Summary:
    """Read the slips of a batch and check each; write results.parquet, results.csv and report.html
    into `out`.

    `scans` are files and directories (all scans in them, sorted).  `ledger` is the notices file, or
    a table; `columns` says which of its headers mean what.  A manifest beside a scan is found by
    itself.  `workers`: processes, every core if None; 1 reads in this process.  `deadline`: seconds
    for 32 pages, after which who reads them is taken for hung.  `progress(done, total)` is told the
    pages read and those known so far.  The results do not depend on workers, engine or
    interruptions: with `out`, the same call again goes on where one was stopped.

    Raises ConfigError for a bad option or form and if the scans are not those of the batch that was
    stopped in `out`, InputError if a named scan does not exist, none is found, or ledger or
    manifest cannot be read, OutputError if the results cannot be written, Interrupted.  A scan that
    cannot be read is a row with the verdict `bad_file`.
    """
    began = time.perf_counter()
    profile, least = profile_of(scanner), parse_grade(min_grade)
    check_engine(engine, workers, deadline)
    day, target = parse_day(as_of), target_of(form)
    files = list_scans(scans)
    check_manifests(files)
    notices = None if ledger is None else open_ledger(ledger, columns)
    setup = partial(make_reader, target, limits or Limits(), profile)
    count = _worker_count(workers, files)
    read = partial(read_files, files, setup, count, engine=engine, deadline=deadline)
    report = progress or (lambda done, total: None)

    def judged(rows: Spool | Segments, out: Path | None) -> Summary:
        duplicates = find_duplicates(lambda: rows.tables(KEY_COLUMNS), rows.rows)
        basis = Basis(Manifests(), duplicates, notices, day, least, _odd_paths(files))
        about = About(len(files), target is not None, basis, limits)
        verdicts = finish(judge(rows.tables(), basis), rows.rows, out, about)
        return Summary(rows.rows, verdicts, time.perf_counter() - began)

    if out is None:
        with Spool(None) as spool:
            _spool(spool, read, len(files), report)
            return judged(spool, None)
    outline = Outline(_basis(files, target, limits, profile), len(files), SEGMENT_ROWS)
    request = VerifyRequest(
        scans=files,
        cwd=str(Path.cwd()),
        form=form.path if isinstance(form, Form) else None if form is None else str(form),
        ledger=place_of(ledger),
        columns=columns,
        scanner=None if scanner is None else _place_of_scanner(scanner),
        as_of=day,
        min_grade=least,
        workers=workers,
        engine=engine,
        deadline=deadline,
        memory=limits is not None
        or isinstance(scanner, Profile)
        or not (ledger is None or place_of(ledger)),
    )
    with Journal(Path(out), outline) as journal:
        save_request(Path(out), request)
        segments = Segments(journal, outline)
        _resume(segments, read, report, Path(out))
        summary = judged(segments, Path(out))
        segments.discard()
    return summary


def _spool(spool: Spool, read: Callable[..., Outcomes], known: int, report: Progress) -> None:
    """Read all; a file not yet begun counts as one page."""
    done = 0
    for outcome, _ in read():
        spool.add(outcome.batch)
        done += outcome.pages
        known = max(known + outcome.new_pages, done)
        report(done, known)
    spool.finish()


def _resume(segments: Segments, read: Callable[..., Outcomes], report: Progress, out: Path) -> None:
    """Read what the segments lack."""
    done, known = segments.after.pages, segments.after.known
    try:
        report(done, known)
        for outcome, position in read(begin=segments.after.position):
            done += outcome.pages
            known = max(known + outcome.new_pages, done)
            segments.add(outcome.batch, position, done, known)
            report(done, known)
        segments.finish()
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"stopped with {done} pages read; `elqr run resume {out}` or the same command again"
            " resumes"
        ) from error


def _odd_paths(files: Sequence[str]) -> dict[str, Path]:
    """Of the files that rows cannot name as they are."""
    return {name: Path(file) for file in files if (name := shown_path(file)) != file}


def _place_of_scanner(scanner: ProfileLike) -> str:
    """A built-in profile's name, a file's absolute path."""
    known = isinstance(scanner, Profile) or str(scanner) in list_scanners()
    return str(scanner) if known else str(Path(str(scanner)).absolute())


def _basis(
    files: Sequence[str], target: Target | None, limits: Limits | None, scanner: Profile | None
) -> dict[str, str]:
    """What the readings depend on.  Scans are known by path, size and time of change: to read
    them all for their hashes would take as long as the work itself."""
    digest = hashlib.sha256()
    for file in files:
        found = Path(file).stat()
        digest.update(f"{shown_path(file)}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return {
        "scans": digest.hexdigest(),
        "form": msgspec.json.encode(target).decode(),
        "limits": msgspec.json.encode(limits).decode(),
        "scanner": msgspec.json.encode(scanner).decode(),
        "version": __version__,
    }


def _worker_count(workers: int | None, files: Sequence[str]) -> int | None:
    if workers is not None:
        return workers
    few = sum(Path(file).stat().st_size for file in files[:1000]) <= SMALL_BATCH_BYTES
    return 1 if few else None
