"""`elqr render`: notices in, slips out."""

from __future__ import annotations

from pathlib import Path

import click

from elqr_fast.cli.common import interruptible, printed
from elqr_fast.cli.progress import show_progress
from elqr_fast.errors import ExitCode
from elqr_fast.records.mapping import load_column_map
from elqr_fast.render.plate import Layer
from elqr_fast.run import render as run_render
from elqr_fast.run.engines import ENGINES
from elqr_fast.run.plan import CHUNK_ROWS, LAYERS, OUTPUTS, VERIFY, Output, Verify


@click.command()
@click.argument("notices", type=click.Path(path_type=Path))
@click.option("--form", "form", required=True, help="A built-in form's name, or a TOML file.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The run's directory.")
@click.option("--to", type=click.Choice(OUTPUTS), default="pdf", show_default=True)
@click.option("--dpi", type=int, default=600, show_default=True, help="The printer's resolution.")
@click.option(
    "--layer",
    type=click.Choice(LAYERS),
    default="all",
    show_default=True,
    help="`variable` prints only what changes, for pre-printed stock.",
)
@click.option("--columns", type=click.Path(path_type=Path), help="A TOML map of the columns.")
@click.option(
    "--encoding",
    type=click.Choice(["auto", "utf-8", "cp932"]),
    default="auto",
    show_default=True,
)
@click.option(
    "--verify",
    type=click.Choice(VERIFY),
    default="all",
    show_default=True,
    help="Which slips are read back from what was emitted before it counts as printed.",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes; default: every core.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="`ray` works on a Ray cluster (an extra: elqr-fast[ray]).",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds a chunk may take before its worker is replaced; default 60, and 1 a slip.",
)
@click.option(
    "--chunk-rows",
    type=click.IntRange(1, 50_000),
    default=CHUNK_ROWS,
    show_default=True,
    help="Notices in one chunk, and so slips in one file.",
)
@click.option(
    "--issued",
    type=click.Path(path_type=Path),
    help="A TOML layout: write the issued slips' data (納付書情報) by it at the end.",
)
@click.option(
    "--narrower",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="DOTS",
    help="Dots taken off every bar of the bar code, against ink that spreads.",
)
@click.option(
    "--rows-per-strip",
    type=click.IntRange(min=1),
    metavar="ROWS",
    help="Height of a TIFF's strips; default: half an inch.",
)
@click.option(
    "--share-strips",
    is_flag=True,
    help="In a TIFF, strips that all pages have alike once for all of them.",
)
@click.option("--draft", is_flag=True, help="Use stand-in fonts and stamp every slip DRAFT.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def render(
    notices: Path,
    form: str,
    out: Path,
    to: Output,
    dpi: int,
    layer: Layer,
    columns: Path | None,
    encoding: str,
    verify: Verify,
    workers: int | None,
    engine: str,
    deadline: float | None,
    chunk_rows: int,
    issued: Path | None,
    narrower: int,
    rows_per_strip: int | None,
    share_strips: bool,
    draft: bool,
    as_json: bool,
) -> ExitCode:
    """Print NOTICES (CSV or Parquet) as slips into --out.

    Rows that break a rule go to rejects.csv and the rest is printed. The same command again
    resumes an interrupted run.
    """
    with show_progress("printing", "slips") as progress, interruptible():
        summary = run_render(
            notices,
            form,
            out,
            to=to,
            dpi=dpi,
            layer=layer,
            verify=verify,
            workers=workers,
            engine=engine,
            deadline=deadline,
            chunk_rows=chunk_rows,
            issued=issued,
            encoding=encoding,
            columns=load_column_map(columns) if columns else None,
            narrower=narrower,
            rows_per_strip=rows_per_strip,
            share_strips=share_strips,
            draft=draft,
            progress=progress,
        )
    return printed(summary, out, as_json=as_json)
