"""`elqr form`: list, show, draw, check and make forms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from elqr_fast.cli.common import echo_json
from elqr_fast.criteria import RuleResult, check_form
from elqr_fast.criteria.check import check_sheet
from elqr_fast.criteria.overlay import Shown, picture, write_pdf_of
from elqr_fast.criteria.pack import report, write_pack
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.errors import ConfigError, ExitCode
from elqr_fast.files import replacing
from elqr_fast.forms import list_forms, load_form
from elqr_fast.forms.schema import SCHEMA_NAME, renamed, schema_text
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.pdf import write_pdf
from elqr_fast.render.plate import Plate, make_plate
from elqr_fast.render.preview import write_png
from elqr_fast.render.slips import prepare


@click.group()
def form() -> None:
    """Forms: what a slip looks like, and whether it meets the criteria."""


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
@click.option("--from", "source", required=True, help="A built-in form, or a form's file.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: NAME.toml here.")
def new(name: str, source: str, out: Path | None) -> ExitCode:
    """Write a form of your own, a copy of another, and beside it the schema for your editor."""
    target = out or Path(f"{name}.toml")
    text = renamed(name, source)
    if target.exists():
        raise ConfigError(f"{target}: is there already; name another file with --out")
    _write(target, text)
    _write(target.parent / SCHEMA_NAME, schema_text())
    click.echo(f"{target}: a copy of {source}; change it, then: elqr form check {target}")
    return ExitCode.OK


@form.command()
@click.option("--out", type=click.Path(path_type=Path), help="Default: standard output.")
def schema(out: Path | None) -> ExitCode:
    """Print the JSON Schema of a form's TOML, so that editors complete and check it."""
    if out is None:
        click.echo(schema_text(), nl=False)
    else:
        _write(out, schema_text())
    return ExitCode.OK


@form.command()
@click.argument("name")
@click.option("--dpi", type=int, default=600, show_default=True, help="The printer's.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, clauses and all.")
def check(name: str, dpi: int, as_json: bool) -> ExitCode:
    """Check a form against the criteria, clause by clause, on the dots that it prints.

    Both layers are checked together, also where only the variable one will be printed.
    Exit code 1 if any rule fails.
    """
    loaded = load_form(name)
    results = check_form(loaded, dpi)
    if as_json:
        echo_json(report(loaded, results))
    else:
        _echo_results(results)
    return _exit_code(results)


@form.command()
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A directory.")
@click.option("--dpi", type=int, default=600, show_default=True, help="The printer's.")
def pack(name: str, out: Path, dpi: int) -> ExitCode:
    """Make what form examinations and reading tests ask for.

    Sample slips at true size, a dimensioned drawing, the rule report, every code decoded.
    Exit code 1 if any rule fails.
    """
    results = write_pack(load_form(name), out, dpi)
    failed = [result.rule for result in results if result.result == "fail"]
    verdict = f"fails {', '.join(failed)}" if failed else "passes every rule that can be checked"
    click.echo(f"{out}: samples.pdf, drawing.pdf, report.md, report.json, codes.json")
    click.echo(f"{name} {verdict}")
    return _exit_code(results)


@form.command()
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A .png or .pdf file. Default: NAME.png here."
)
@click.option("--dpi", type=int, default=300, show_default=True)
@click.option("--notices", type=click.Path(path_type=Path), help="Take the first valid row of it.")
@click.option("--draft", is_flag=True, help="Use stand-in fonts and stamp the page DRAFT.")
@click.option("--rulers", is_flag=True, help="Millimetres along the edges.")
@click.option("--boxes", is_flag=True, help="Fields, codes, and what must stay empty.")
@click.option("--verdicts", is_flag=True, help="The criteria's rules, and where they are broken.")
def preview(
    name: str,
    out: Path | None,
    dpi: int,
    notices: Path | None,
    draft: bool,
    rulers: bool,
    boxes: bool,
    verdicts: bool,
) -> ExitCode:
    """Draw one slip of a form, as PNG or PDF, from a synthetic notice unless one is given.

    With --rulers, --boxes or --verdicts the checker's own sample slip is drawn, even of a form
    that could not be printed yet.
    """
    loaded = load_form(name)
    target = out or Path(f"{loaded.name}.png")
    if target.suffix.lower() not in (".png", ".pdf"):
        raise ConfigError(f"{target}: a preview is a .png or a .pdf file")
    if rulers or boxes or verdicts:
        if notices or draft:
            raise ConfigError("--notices and --draft go without --rulers, --boxes and --verdicts")
        _write_overlaid(Sheet(loaded, dpi), target, rulers, boxes, verdicts)
        click.echo(f"{target}: with what was asked for around it, at {dpi} dpi")
        return ExitCode.OK
    plate = make_plate(loaded, dpi, draft=draft)
    page = _first_page(plate, notices)
    with replacing(target) as file:
        if target.suffix.lower() == ".pdf":
            write_pdf(plate, [page], file, title=loaded.name)
        else:
            write_png(plate, page, file)
    click.echo(f"{target}: {plate.width} × {plate.height} dots at {dpi} dpi")
    return ExitCode.OK


def _first_page(plate: Plate, notices: Path | None) -> Page:
    source = open_notices(notices if notices else make_notices(1))
    batch = next(source.batches(1))
    slips = prepare(batch.table, batch.first_row, plate.form, unread=batch.errors)
    pages, errors = compose(plate, slips)
    for error in [*slips.errors, *errors]:
        raise click.ClickException(f"row 1, {error.field}: {error.rule}; expected {error.expected}")
    return pages[0]


def _write_overlaid(sheet: Sheet, target: Path, rulers: bool, boxes: bool, verdicts: bool) -> None:
    results = check_sheet(sheet) if verdicts else []
    image = picture(sheet, 0, Shown(rulers=rulers, boxes=boxes, results=results))
    with replacing(target) as file:
        if target.suffix.lower() == ".pdf":
            write_pdf_of(image, sheet.dpi, file)
        else:
            image.save(file, "PNG", dpi=(sheet.dpi, sheet.dpi))


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())


def _echo_results(results: Sequence[RuleResult]) -> None:
    for result in results:
        if not result.applies:
            continue
        click.echo(f"{result.rule:4}{result.result.replace('_', ' '):14}{result.clause_en}")
        click.echo(f"      {result.measured}")
        if result.result == "fail":
            click.echo(f"      demanded: {result.demanded}")
            click.echo(f"      {result.clause}")
        for advice in result.advice:
            click.echo(f"      note: {advice}")
    others = [result.rule for result in results if not result.applies]
    click.echo(f"do not apply: {', '.join(others)}")


def _exit_code(results: Sequence[RuleResult]) -> ExitCode:
    return ExitCode.PARTIAL if any(result.result == "fail" for result in results) else ExitCode.OK
