"""`render`: notices in, a directory of slips, rejects and a manifest out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from elqr_fast.errors import ConfigError, Interrupted
from elqr_fast.forms import Form, list_forms, load_form
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import Notices, open_notices
from elqr_fast.render import pdf
from elqr_fast.render.plate import Layer, make_plate
from elqr_fast.render.slips import required_columns
from elqr_fast.run.chunk import make_printer
from elqr_fast.run.engines import check_engine, chunk_seconds, open_place
from elqr_fast.run.issued import IssuedSlips, load_issued_layout
from elqr_fast.run.journal import ChunkEntry, Journal, load_outline
from elqr_fast.run.plan import CHUNK_ROWS, ChunkJob, Options, Outline, Output, Verify, make_plan
from elqr_fast.run.request import Request, load_print_request, place_of, save_request
from elqr_fast.run.seal import seal
from elqr_fast.run.supervisor import Supervisor, part_seconds

#: Called with (rows finished, rows in all) when the run starts and after each chunk.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a finished run amounts to, the parts done by earlier invocations included.

    `stages` are the workers' seconds by stage, summed; `seconds` is this invocation's wall time.
    """

    notices: int
    printed: int
    rejected: int
    verified: int
    chunks: int
    pages: int
    bytes: int
    seconds: float
    stages: Mapping[str, float]


def render(
    notices: Any,
    form: str | Path | Form,
    out: str | Path,
    to: Output = "pdf",
    dpi: int = 600,
    layer: Layer = "all",
    verify: Verify = "all",
    workers: int | None = None,
    engine: str = "local",
    *,
    encoding: str = "auto",
    columns: ColumnMap | None = None,
    draft: bool = False,
    narrower: int = 0,
    rows_per_strip: int | None = None,
    share_strips: bool = False,
    chunk_rows: int = CHUNK_ROWS,
    deadline: float | None = None,
    issued: str | Path | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Print every valid notice as a slip; every other one goes to `rejects.csv`.

    `notices` is a CSV or Parquet file, an Arrow table or a mapping of columns; `form` the name of
    a built-in form, a TOML file or a loaded form.  Calling it again with the same arguments
    resumes; the files' bytes do not depend on workers, engine or interruptions.

    `workers` None takes every core; 1 prints in this process, which nobody can replace if a
    notice kills or hangs it.  `deadline`: seconds for a chunk of `chunk_rows`, after which its
    worker is taken for hung; default 60, and one more a row.
    `narrower`: dots taken off every bar of the bar code, for a device whose ink spreads by so many.
    `rows_per_strip`, `share_strips`: how a TIFF is cut; see `render.tiff.write_tiff`.
    `issued`: a layout in TOML, by which the issued slips' data are written when all is printed.

    Raises ConfigError, FormError, FontError, InputError, OutputError and Interrupted.
    """
    start = time.perf_counter()
    check_engine(engine, workers, deadline)
    options = Options(
        to, dpi, layer, verify, draft, narrower, rows_per_strip, share_strips, chunk_rows
    )
    loaded = form if isinstance(form, Form) else load_form(form)
    plate = make_plate(loaded, dpi, layer=layer, draft=draft, narrower=narrower)
    if to == "pdf":
        pdf.check_fonts(plate)
    source = open_notices(
        notices, encoding=encoding, columns=columns, required=required_columns(loaded)
    )
    slips = _issued_slips(issued, source, loaded)
    plan = make_plan(source, columns or ColumnMap(), plate, options)
    folder = Path(out)
    request = Request(
        notices=place_of(notices),
        form=loaded.name if loaded.name in list_forms() else loaded.path,
        **asdict(options),
        encoding=encoding,
        columns=columns,
        workers=workers,
        engine=engine,
        deadline=deadline,
        issued=place_of(issued),
    )
    report = progress or (lambda done, total: None)
    with Journal(folder, plan.outline) as journal:
        save_request(folder, request)
        jobs = (job for job in plan.jobs(source) if job.index not in journal.done)
        finished = sum(entry.rows for entry in journal.done.values())
        rows = plan.outline.rows
        try:
            report(finished, rows)
            for entry in _entries(jobs, loaded, options, folder, engine, workers, deadline):
                journal.enter(entry)
                finished += entry.rows
                report(finished, rows)
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"stopped with {finished} of {rows} notices done; `elqr run resume {out}` or the"
                " same command again resumes"
            ) from error
        seal(folder, plan.outline, journal.done, slips)
        return _summary(rows, journal.done.values(), time.perf_counter() - start)


def _issued_slips(layout: str | Path | None, notices: Notices, form: Form) -> IssuedSlips | None:
    if layout is None:
        return None
    slips = IssuedSlips(load_issued_layout(Path(layout)), notices, form)
    slips.check()
    return slips


def _entries(
    jobs: Iterator[ChunkJob],
    form: Form,
    options: Options,
    out: Path,
    engine: str,
    workers: int | None,
    deadline: float | None,
) -> Iterator[ChunkEntry]:
    """Print the jobs; each chunk's entry as it finishes, in any order."""
    place, count = open_place(engine, partial(make_printer, form, options, out), workers)
    whole = chunk_seconds(deadline, options.chunk_rows)

    def seconds(job: ChunkJob) -> float:
        return part_seconds(whole, job.size, options.chunk_rows)

    supervisor = Supervisor[ChunkJob](place, count, seconds)
    with closing(supervisor.results(lambda: next(jobs, None))) as results:
        for _, entry in results:
            yield entry


def seal_run(out: str | Path, *, issued: str | Path | None = None) -> RunSummary:
    """Close a run whose chunks are all printed; with a layout, write the issued slips' data.

    The notices are opened only for the issued slips' data.  Raises ConfigError if no run was
    started there, OutputError if chunks are missing or damaged.
    """
    start = time.perf_counter()
    folder = Path(out)
    outline, request = load_outline(folder), load_print_request(folder)
    with Journal(folder, outline) as journal:
        layout = issued or request.issued
        seal(folder, outline, journal.done, _issued_of(folder, outline, request, layout))
        if issued is not None:
            save_request(folder, msgspec.structs.replace(request, issued=place_of(issued)))
        return _summary(outline.rows, journal.done.values(), time.perf_counter() - start)


def _issued_of(
    out: Path, outline: Outline, request: Request, layout: str | Path | None
) -> IssuedSlips | None:
    """The issued slips of a run that is only known by its directory."""
    if layout is None:
        return None
    arguments = request.arguments(out)
    form = load_form(request.form)
    notices = open_notices(
        arguments["notices"],
        encoding=request.encoding,
        columns=request.columns,
        required=required_columns(form),
    )
    if notices.fingerprint() != outline.basis["input"]:
        raise ConfigError(f"{request.notices}: has changed since the run began")
    return _issued_slips(layout, notices, form)


def _summary(rows: int, entries: Iterable[ChunkEntry], seconds: float) -> RunSummary:
    done = list(entries)
    files = [file for entry in done for file in entry.files]
    stages: dict[str, float] = {}
    for entry in done:
        for stage, spent in entry.seconds.items():
            stages[stage] = stages.get(stage, 0.0) + spent
    return RunSummary(
        notices=rows,
        printed=sum(entry.printed for entry in done),
        rejected=sum(entry.rejected for entry in done),
        verified=sum(entry.verified for entry in done),
        chunks=len(done),
        pages=sum(file.pages for file in files),
        bytes=sum(file.bytes for file in files),
        seconds=seconds,
        stages=stages,
    )
