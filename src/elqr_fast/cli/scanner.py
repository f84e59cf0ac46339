"""`elqr scanner`: the scanner profiles."""

from __future__ import annotations

import click

from elqr_fast.errors import ExitCode
from elqr_fast.scan.scanners import list_scanners, load_scanner, scanner_text


@click.group()
def scanner() -> None:
    """Scanner profiles: what a scanner does to a page."""


@scanner.command("list")
def list_command() -> ExitCode:
    """Name the built-in profiles."""
    for name in list_scanners():
        click.echo(f"{name:16} {load_scanner(name).title}")
    return ExitCode.OK


@scanner.command()
@click.argument("name")
def show(name: str) -> ExitCode:
    """Print a profile's TOML, after checking it; to start one of your own from."""
    load_scanner(name)
    click.echo(scanner_text(name), nl=False)
    return ExitCode.OK
