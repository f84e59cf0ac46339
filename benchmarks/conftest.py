"""Races: the same work by elqr_fast and by its peers, and a table of all at the end.

Every race is run by one pytest process, so that ratios compare like with like; the table is
Markdown, ready for docs/performance.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))  # slip_page: --import-mode=importlib adds no folder

OURS = "elqr_fast"


@dataclass
class Race:
    """The rates (items a second) of one piece of work, by who did it."""

    unit: str
    rates: dict[str, float] = field(default_factory=dict)


RACES = pytest.StashKey[dict[str, Race]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RACES] = {}


def human(rate: float) -> str:
    """Three significant digits, grouped: 218, 4,210, 3,910,000."""
    digits = max(0, 2 - math.floor(math.log10(rate)))
    return (
        f"{rate:,.{digits}f}" if digits else f"{round(rate, 2 - math.floor(math.log10(rate))):,.0f}"
    )


@pytest.fixture
def race(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., None]:
    """`race(work, who, unit, items, function, *arguments)` times `function(*arguments)`.

    The best of the rounds counts: what disturbs a run only ever slows it down.  A runner whose
    name starts with elqr_fast gets its ratio to each peer that ran before it.
    """

    def run(
        work: str, who: str, unit: str, items: int, function: Callable[..., Any], *arguments: Any
    ) -> None:
        benchmark.group = work
        benchmark(function, *arguments)
        rates = request.config.stash[RACES].setdefault(work, Race(unit)).rates
        rates[who] = items / benchmark.stats.stats.min
        benchmark.extra_info[f"{unit}/s"] = rates[who]
        if who.startswith(OURS):
            peers = {name: rate for name, rate in rates.items() if not name.startswith(OURS)}
            benchmark.extra_info |= {f"x {name}": rates[who] / rate for name, rate in peers.items()}

    return run


def table(work: str, race: Race) -> list[str]:
    """A race as Markdown, fastest last; ratios of ours to each peer."""
    peers = {name: rate for name, rate in race.rates.items() if not name.startswith(OURS)}
    lines = [
        f"| {work} | {race.unit}/s | " + " | ".join(f"× {name}" for name in peers) + " |",
        "|---|---:|" + "---:|" * len(peers),
    ]
    for name, rate in sorted(race.rates.items(), key=lambda item: item[1]):
        ratios = [human(rate / other) for other in peers.values()]
        lines.append(f"| {name} | {human(rate)} | " + " | ".join(ratios) + " |")
    return lines


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for work, race in config.stash[RACES].items():
        terminalreporter.write_line("")
        for line in table(work, race):
            terminalreporter.write_line(line)
