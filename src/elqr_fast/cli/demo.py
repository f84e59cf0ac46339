"""`elqr demo`: the whole chain on notices it makes up itself."""

from __future__ import annotations

from pathlib import Path

import click

from elqr_fast.cli.common import echo_json, echo_run, interruptible, run_values
from elqr_fast.cli.progress import show_progress
from elqr_fast.cli.verify import echo_verdicts, verify_exit_code, verify_values
from elqr_fast.errors import ExitCode
from elqr_fast.files import private_directory
from elqr_fast.records.synthetic import make_notices, write_csv, write_parquet
from elqr_fast.run import render as run_render
from elqr_fast.run import verify as run_verify


@click.command()
@click.option("--notices", "count", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--form", default="maru", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("elqr-demo"), show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def demo(count: int, form: str, out: Path, as_json: bool) -> ExitCode:
    """Make synthetic notices, print them, read every slip back, and report."""
    private_directory(out)
    table = make_notices(count)
    write_csv(table, out / "notices.csv", encoding="cp932")
    write_parquet(table, out / "notices.parquet")
    slips = out / "slips"
    with show_progress("printing", "slips") as progress, interruptible():
        printed = run_render(out / "notices.csv", form, slips, progress=progress)
    with show_progress("reading back", "slips") as progress, interruptible():
        read = run_verify(
            sorted(slips.glob("slips-*.pdf")),
            form=form,
            ledger=out / "notices.parquet",
            out=out / "results",
            progress=progress,
        )
    if as_json:
        echo_json({**run_values(printed), "read": verify_values(read)})
    else:
        echo_run(printed, slips)
        echo_verdicts(read)
        click.echo(
            f"notices: {out / 'notices.csv'} (CP932), {out / 'notices.parquet'}\n"
            f"results: {out / 'results' / 'results.csv'}\n"
            f"report: {out / 'results' / 'report.html'}"
        )
    complete = printed.printed == printed.notices == read.verdicts.get("ok", 0)
    return verify_exit_code(read) if complete else ExitCode.PARTIAL
