"""`elqr verify`: scans in, a verdict per slip out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from elqr_fast.cli.common import echo_json, interruptible
from elqr_fast.cli.progress import show_progress
from elqr_fast.errors import ExitCode
from elqr_fast.records.mapping import load_column_map
from elqr_fast.run import verify as run_verify
from elqr_fast.run.engines import ENGINES
from elqr_fast.verify import Summary


def verify_values(summary: Summary) -> dict[str, Any]:
    """A verification's summary as JSON values."""
    return {
        "scans": summary.scans,
        "verdicts": dict(summary.verdicts),
        "seconds": round(summary.seconds, 3),
    }


def verify_exit_code(summary: Summary) -> ExitCode:
    as_expected = sum(summary.verdicts.get(name, 0) for name in ("ok", "without_code"))
    all_are = as_expected == sum(summary.verdicts.values())
    return ExitCode.OK if all_are else ExitCode.PARTIAL


def echo_verdicts(summary: Summary) -> None:
    """A verification's summary for people."""
    verdicts = ", ".join(f"{count:,} {name}" for name, count in summary.verdicts.items())
    rate = summary.scans / summary.seconds if summary.seconds else 0.0
    click.echo(
        f"{summary.scans:,} slips read: {verdicts}; {summary.seconds:.1f} s ({rate:,.0f} a second)"
    )


def verified(summary: Summary, out: Path, *, as_json: bool) -> ExitCode:
    """Say what came of a verification; its exit code."""
    if as_json:
        echo_json(verify_values(summary))
    else:
        echo_verdicts(summary)
        click.echo(
            f"results: {out / 'results.csv'}, {out / 'results.parquet'}; {out / 'report.html'}"
        )
    return verify_exit_code(summary)


@click.command()
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="For the results.")
@click.option("--form", help="A form: says where the eL-QR must be.")
@click.option("--ledger", type=click.Path(path_type=Path), help="The notices file itself.")
@click.option(
    "--columns", type=click.Path(path_type=Path), help="A TOML map of the ledger's columns."
)
@click.option("--scanner", help="A scanner profile.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Slips payable until before it are expired."
)
@click.option("--min-grade", help="The lowest print grade that passes: A to D, or 0 to 4.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; default: every core.")
@click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds 32 pages may take before who reads them is replaced; default 92.",
)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def verify(
    scans: tuple[Path, ...],
    out: Path,
    form: str | None,
    ledger: Path | None,
    columns: Path | None,
    scanner: str | None,
    as_of: datetime | None,
    min_grade: str | None,
    workers: int | None,
    engine: str,
    deadline: float | None,
    as_json: bool,
) -> ExitCode:
    """Read the slips in SCANS (TIFF, PDF, PNG, JPEG, or directories of them) and check each.

    The same command again goes on with an interrupted batch.
    """
    with show_progress("reading", "slips") as progress, interruptible():
        summary = run_verify(
            list(scans),
            form=form,
            ledger=ledger,
            columns=load_column_map(columns) if columns else None,
            out=out,
            scanner=scanner,
            as_of=as_of.date() if as_of else None,
            min_grade=min_grade,
            workers=workers,
            engine=engine,
            deadline=deadline,
            progress=progress,
        )
    return verified(summary, out, as_json=as_json)
