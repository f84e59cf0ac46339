"""`render`: notices in, a directory of slips, rejects and a manifest out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from elqr_fast.errors import Interrupted
from elqr_fast.forms import Form, load_form
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import open_notices
from elqr_fast.render.plate import Layer, make_plate
from elqr_fast.render.slips import required_columns
from elqr_fast.run.chunk import make_printer
from elqr_fast.run.engines import check_engine, chunk_seconds, open_place
from elqr_fast.run.journal import ChunkEntry, Journal
from elqr_fast.run.plan import CHUNK_ROWS, ChunkJob, Options, Output, Verify, make_plan
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
    chunk_rows: int = CHUNK_ROWS,
    deadline: float | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Print every valid notice as a slip; every other one goes to `rejects.csv`.

    `notices` is a CSV or Parquet file, an Arrow table or a mapping of columns; `form` the name of
    a built-in form, a TOML file or a loaded form.  Calling it again with the same arguments
    resumes; the files' bytes do not depend on workers, engine or interruptions.

    `workers` None takes every core; 1 prints in this process, which nobody can replace if a
    notice kills or hangs it.  `deadline`: seconds for a chunk of `chunk_rows`, after which its
    worker is taken for hung; default 60, and one more a row.

    Raises ConfigError, FormError, FontError, InputError, OutputError and Interrupted.
    """
    start = time.perf_counter()
    check_engine(engine, workers, deadline)
    options = Options(to, dpi, layer, verify, draft, chunk_rows)
    loaded = form if isinstance(form, Form) else load_form(form)
    plate = make_plate(loaded, dpi, layer=layer, draft=draft)
    source = open_notices(
        notices, encoding=encoding, columns=columns, required=required_columns(loaded)
    )
    plan = make_plan(source, plate, options)
    report = progress or (lambda done, total: None)
    with Journal(Path(out), plan) as journal:
        jobs = (job for job in plan.jobs(source) if job.index not in journal.done)
        finished = sum(entry.rows for entry in journal.done.values())
        try:
            report(finished, plan.rows)
            for entry in _entries(jobs, loaded, options, Path(out), engine, workers, deadline):
                journal.enter(entry)
                finished += entry.rows
                report(finished, plan.rows)
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"stopped with {finished} of {plan.rows} notices done;"
                " run the same command again to resume"
            ) from error
        seal(Path(out), plan, journal.done)
        return _summary(plan.rows, journal.done.values(), time.perf_counter() - start)


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

    with closing(Supervisor[ChunkJob](place, count, seconds).results(lambda: next(jobs, None))) as (
        results
    ):
        for _, entry in results:
            yield entry


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
