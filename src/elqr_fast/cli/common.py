"""What several commands share: the progress bar, the JSON line, the stage table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from tqdm import tqdm

from elqr_fast.errors import ExitCode
from elqr_fast.run import RunSummary


@contextmanager
def progress_bar(label: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal; it shows counts, never people."""
    with tqdm(desc=label, unit=f" {unit}", disable=None, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


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
