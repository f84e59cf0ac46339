"""What several commands share: being interrupted, the JSON line, the stage table."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from elqr_fast.errors import ExitCode
from elqr_fast.run import RunSummary


@contextmanager
def interruptible() -> Iterator[None]:
    """Take `kill` (SIGTERM) for Ctrl-C: what is finished stays, and the run can be resumed."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def echo_json(values: Mapping[str, Any]) -> None:
    """The machine's answer: one JSON object, the last line of standard output."""
    click.echo(json.dumps(values, ensure_ascii=False))


def run_values(summary: RunSummary) -> dict[str, Any]:
    """A run's summary as JSON values, times rounded."""
    values = asdict(summary)
    values["seconds"] = round(summary.seconds, 3)
    values["stages"] = {stage: round(spent, 3) for stage, spent in summary.stages.items()}
    return values


def echo_run(summary: RunSummary, out: object) -> None:
    """A run's summary for people."""
    rate = summary.notices / summary.seconds if summary.seconds else 0.0
    click.echo(
        f"{summary.notices:,} notices: {summary.printed:,} printed, {summary.rejected:,} rejected,"
        f" {summary.verified:,} read back while printing\n"
        f"{summary.pages:,} pages in {summary.chunks:,} chunks, {summary.bytes / 1e6:,.1f} MB,"
        f" {summary.seconds:.1f} s ({rate:,.0f} a second)"
    )
    if summary.stages:
        stages = ", ".join(f"{name} {spent:.1f} s" for name, spent in summary.stages.items())
        click.echo(f"work by stage: {stages}")
    click.echo(f"files: {out}")


def run_exit_code(summary: RunSummary) -> ExitCode:
    return ExitCode.PARTIAL if summary.rejected else ExitCode.OK


def printed(summary: RunSummary, out: Path, *, as_json: bool) -> ExitCode:
    """Say what a run amounts to; its exit code."""
    if as_json:
        echo_json(run_values(summary))
    else:
        echo_run(summary, out)
        if summary.rejected:
            click.echo(f"rejected rows and why: {out / 'rejects.csv'}")
    return run_exit_code(summary)
