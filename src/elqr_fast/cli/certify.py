"""`elqr certify`: how far form, printer and scanner can drift before reads fail."""

from __future__ import annotations

import json
from pathlib import Path

import click

from elqr_fast.certify import certify as run_certify
from elqr_fast.certify import page
from elqr_fast.cli.common import echo_json, interruptible
from elqr_fast.errors import ExitCode
from elqr_fast.files import private_directory, replacing_text

#: A combination that loses this share of slips without any drift is not fit for use.
FIT = 0.99


@click.command()
@click.option("--form", required=True, help="A built-in form or a TOML file.")
@click.option("--printer", required=True, type=int, help="The printer's dots an inch.")
@click.option("--scanner", required=True, help="A scanner profile.")
@click.option("--out", type=click.Path(path_type=Path), help="For certify.html and certify.json.")
@click.option("--scans", default=500, show_default=True, help="Scans a cell.")
@click.option("--edge-scans", default=3000, show_default=True, help="Scans a step of a margin.")
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def certify(
    form: str, printer: int, scanner: str, out: Path | None, scans: int, edge_scans: int,
    seed: int, *, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Simulate scans of a form's eL-QR: read rates over each tolerance, and the margins.

    Returns 1 if even without drift fewer than 99 % of slips are read.
    """
    if out is not None:
        private_directory(out)
    with interruptible():
        certificate = run_certify(
            form, printer=printer, scanner=scanner, scans=scans, edge_scans=edge_scans, seed=seed,
            progress=lambda what: click.echo(f"certify: {what}", err=True),
        )  # fmt: skip
    if out is not None:
        with replacing_text(out / "certify.html", "utf-8") as file:
            file.write(page.html(certificate))
        with replacing_text(out / "certify.json", "utf-8") as file:
            file.write(json.dumps(certificate.values(), indent=1) + "\n")
    if as_json:
        echo_json(certificate.values())
    else:
        click.echo(page.text(certificate))
    return ExitCode.OK if certificate.normal.rate >= FIT else ExitCode.PARTIAL
