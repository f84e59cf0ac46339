"""`elqr form`: list, show and preview forms."""

from __future__ import annotations

from pathlib import Path

import click

from elqr_fast.errors import ExitCode
from elqr_fast.files import replacing
from elqr_fast.forms import list_forms, load_form
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.pages import compose
from elqr_fast.render.plate import make_plate
from elqr_fast.render.preview import write_png
from elqr_fast.render.slips import prepare


@click.group()
def form() -> None:
    """Forms: what a slip looks like."""


@form.command("list")
def list_command() -> ExitCode:
    """Name the built-in forms."""
    for name in list_forms():
        click.echo(f"{name:24} {load_form(name).title}")
    return ExitCode.OK


@form.command()
@click.argument("name")
def show(name: str) -> ExitCode:
    """Print a form's TOML, to start one of your own from."""
    click.echo(Path(load_form(name).path).read_text(encoding="utf-8"), nl=False)
    return ExitCode.OK


@form.command()
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="Default: NAME.png here.")
@click.option("--dpi", type=int, default=300, show_default=True)
@click.option("--notices", type=click.Path(path_type=Path), help="Take the first valid row of it.")
@click.option("--draft", is_flag=True, help="Use stand-in fonts and stamp the page DRAFT.")
def preview(name: str, out: Path | None, dpi: int, notices: Path | None, draft: bool) -> ExitCode:
    """Draw one slip of a form as a PNG, from a synthetic notice unless one is given."""
    loaded = load_form(name)
    plate = make_plate(loaded, dpi, draft=draft)
    source = open_notices(notices if notices else make_notices(1))
    batch = next(source.batches(1))
    slips = prepare(batch.table, batch.first_row, loaded, unread=batch.errors)
    pages, errors = compose(plate, slips)
    for error in [*slips.errors, *errors]:
        raise click.ClickException(f"row 1, {error.field}: {error.rule}; expected {error.expected}")
    target = out or Path(f"{loaded.name}.png")
    with replacing(target) as file:
        write_png(plate, pages[0], file)
    click.echo(f"{target}: {plate.width} × {plate.height} dots at {dpi} dpi")
    return ExitCode.OK
