"""`elqr run`: look after runs that were started: status, resume, seal, audit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from elqr_fast.cli.common import echo_json, interruptible, printed
from elqr_fast.cli.progress import show_progress
from elqr_fast.cli.verify import verified
from elqr_fast.errors import ExitCode
from elqr_fast.run import audit as audit_run
from elqr_fast.run import resume as resume_run
from elqr_fast.run import run_status, seal_run
from elqr_fast.run.engines import ENGINES
from elqr_fast.verify import Summary

DIRECTORY = click.argument("directory", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")


@click.group()
def run() -> None:
    """Look after a run by its directory."""


@run.command()
@DIRECTORY
@AS_JSON
def status(directory: Path, as_json: bool) -> ExitCode:
    """Say how far a run is. Takes no time and disturbs nothing."""
    found = run_status(directory)
    if as_json:
        echo_json(asdict(found))
        return ExitCode.OK
    state = "running" if found.running else "sealed" if found.sealed else "stopped"
    click.echo(
        f"{state}: {found.done:,} of {found.notices:,} notices done ({found.printed:,} printed,"
        f" {found.rejected:,} rejected), {found.chunks_done:,} of {found.chunks:,} chunks"
    )
    if state == "stopped":
        click.echo(f"resume: elqr run resume {directory}")
    return ExitCode.OK


@run.command()
@DIRECTORY
@click.option("--workers", type=click.IntRange(min=1), help="Instead of what was asked for.")
@click.option("--engine", type=click.Choice(ENGINES), help="Instead of what was asked for.")
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), help="Likewise.")
@AS_JSON
def resume(
    directory: Path,
    workers: int | None,
    engine: str | None,
    deadline: float | None,
    as_json: bool,
) -> ExitCode:
    """Go on with a run as it was asked for, and redo what is missing or damaged."""
    with show_progress("resuming", "slips") as progress, interruptible():
        summary = resume_run(
            directory, workers=workers, engine=engine, deadline=deadline, progress=progress
        )
    if isinstance(summary, Summary):
        return verified(summary, directory, as_json=as_json)
    return printed(summary, directory, as_json=as_json)


@run.command()
@DIRECTORY
@click.option(
    "--issued",
    type=click.Path(path_type=Path),
    help="A TOML layout: write the issued slips' data (納付書情報) by it.",
)
@AS_JSON
def seal(directory: Path, issued: Path | None, as_json: bool) -> ExitCode:
    """Close a run whose chunks are all printed: count, hash, write manifest and rejects."""
    return printed(seal_run(directory, issued=issued), directory, as_json=as_json)


@run.command()
@DIRECTORY
@AS_JSON
def audit(directory: Path, as_json: bool) -> ExitCode:
    """Read all of a sealed run again and prove that nothing is lost, doubled or changed."""
    found = audit_run(directory)
    if as_json:
        echo_json(asdict(found))
    else:
        click.echo(
            f"{found.notices:,} notices = {found.printed:,} printed + {found.rejected:,} rejected;"
            f" {found.pages:,} pages in {found.files:,} files"
        )
        for problem in found.problems:
            click.echo(f"wrong: {problem}")
        if not found.problems:
            click.echo("every row, page and hash is right")
    return ExitCode.PARTIAL if found.problems else ExitCode.OK
