"""`elqr code`: one code at a time."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from elqr_fast.codes.elqr import build_payloads, parse_payload
from elqr_fast.errors import ConfigError, ExitCode
from elqr_fast.scan import Grade
from elqr_fast.verify import read as read_image


@click.group()
def code() -> None:
    """Build, parse or read a single eL-QR."""


@code.command()
@click.argument("fields", nargs=-1, required=True, metavar="COLUMN=VALUE...")
def build(fields: tuple[str, ...]) -> ExitCode:
    """Print the 255 digits of one payload, e.g. institution=12345 case_key=… amount=45000."""
    columns = {}
    for item in fields:
        name, equals, value = item.partition("=")
        if not equals:
            raise ConfigError(f"{item!r} is not COLUMN=VALUE")
        columns[name] = [value]
    payloads = build_payloads(columns)
    for error in payloads.errors:
        click.echo(
            f"elqr: {error.field}: {error.rule}: found {error.found!r}, expected {error.expected}",
            err=True,
        )
    if payloads.errors:
        return ExitCode.PARTIAL
    click.echo(bytes(payloads.digits[0]).decode("ascii"))
    return ExitCode.OK


@code.command()
@click.argument("digits")
def parse(digits: str) -> ExitCode:
    """Check the 255 digits of a payload (`-` reads them from standard input); print its fields."""
    text = sys.stdin.read().strip() if digits == "-" else digits
    fields = parse_payload(text)
    values = {**asdict(fields), "el_number": fields.el_number}
    click.echo(json.dumps(values, ensure_ascii=False, indent=1))
    return ExitCode.OK


@code.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--form", help="A form: says where the eL-QR must be.")
@click.option("--scanner", help="A scanner profile.")
@click.option("--min-grade", help="The lowest print grade that passes: A to D, or 0 to 4.")
def read(image: Path, form: str | None, scanner: str | None, min_grade: str | None) -> ExitCode:
    """Read the slips in one image; print each verdict, payload and grade."""
    readings = read_image(image, form=form, scanner=scanner, min_grade=min_grade)
    for reading in readings:
        click.echo(f"{reading.verdict} {reading.digits}".rstrip())
        if reading.grade:
            click.echo(shown_grade(reading.grade))
    fine = bool(readings) and all(reading.verdict == "ok" for reading in readings)
    return ExitCode.OK if fine else ExitCode.PARTIAL


def shown_grade(grade: Grade) -> str:
    """A line for people: the grade, and each parameter's."""
    each = ", ".join(f"{name} {value}" for name, value in grade.grades.items())
    return f"grade {grade.overall:.1f} {grade.letter} (15415-style, not calibrated): {each}"
