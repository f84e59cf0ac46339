"""The `elqr` command: one thin module per subcommand, and what they share."""

from __future__ import annotations

import sys

import click

from elqr_fast.cli import certify, code, demo, doctor, form, render, run, scanner, verify
from elqr_fast.errors import ElqrError, ExitCode, Interrupted
from elqr_fast.version import __version__


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all done, 1 done with rejects or verdicts other than ok and without_code,"
    " 2 usage or configuration, 3 input unreadable, 4 output failed,"
    " 5 interrupted (rerun to resume).",
)
@click.version_option(__version__, prog_name="elqr")
def elqr() -> None:
    """Make, print and read eL-QR payment slips (納付書)."""


COMMANDS = (
    demo.demo,
    render.render,
    run.run,
    verify.verify,
    certify.certify,
    form.form,
    scanner.scanner,
    code.code,
    doctor.doctor,
)
for command in COMMANDS:
    elqr.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with a documented code; errors are one line on stderr."""
    try:
        code_ = elqr.main(arguments, prog_name="elqr", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except ElqrError as error:
        click.echo(f"elqr: {error}", err=True)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt) as error:
        # click makes an Abort of every KeyboardInterrupt; ours says how far the run is.
        cause = error.__cause__ if isinstance(error, click.Abort) else error
        why = cause if isinstance(cause, Interrupted) else "interrupted"
        click.echo(f"elqr: {why}", err=True)
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        sys.exit(ExitCode.OUTPUT)
    except OSError as error:
        click.echo(f"elqr: {error.filename or 'output'}: {error.strerror}", err=True)
        sys.exit(ExitCode.OUTPUT)
    sys.exit(code_ or ExitCode.OK)
