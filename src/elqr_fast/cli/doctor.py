"""`elqr doctor`: what this installation consists of, for a report of a fault."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

import click

from elqr_fast.errors import ExitCode, FontError
from elqr_fast.render.fonts import open_face
from elqr_fast.version import __version__

LIBRARIES = ("numpy", "pyarrow", "pikepdf", "pillow", "pypdfium2", "uharfbuzz", "zxing-cpp")
FONTS = ("ipaexg", "ocrb")


@click.command()
def doctor() -> ExitCode:
    """Show versions, kernels, fonts and limits."""
    click.echo(f"elqr_fast {__version__}")
    click.echo(f"Python {sys.version.split()[0]} on {platform.platform()}")
    for name in LIBRARIES:
        click.echo(f"  {name} {version(name)}")
    complete = True
    for key in FONTS:
        try:
            click.echo(f"font {key}: {open_face(key).path}")
        except FontError as error:
            complete = False
            click.echo(f"font {key}: {error}")
    return ExitCode.OK if complete else ExitCode.PARTIAL
