"""Progress on standard error: a bar on a terminal, else JSON lines; counts, never people.

A line is {"event": "progress", "what": …, "done": …, "total": …, "seconds": …, "rate": …,
"left": …}: `seconds` since the command began to work, `rate` of what this command did itself,
`left` seconds at that rate (null while it is unknown).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

#: Seconds between two lines; the first and the last come always.
EVERY = 5.0

Report = Callable[[int, int], None]


@contextmanager
def show_progress(label: str, unit: str) -> Iterator[Report]:
    """Yields what is to be called with (done, total)."""
    if not sys.stderr.isatty():
        yield _Lines(label)
        return
    with tqdm(desc=label, unit=f" {unit}", leave=False, dynamic_ncols=True) as bar:
        first = True

        def report(done: int, total: int) -> None:
            nonlocal first
            bar.total = total
            if first:  # what earlier commands did says nothing about this one's rate
                bar.initial, bar.n, first = done, done, False
                bar.refresh()
            bar.update(done - bar.n)

        yield report


class _Lines:
    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._last = float("-inf")
        self._before: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._before is None:
            self._before = done
        if now - self._last < EVERY and done < total:
            return
        self._last = now
        seconds = now - self._began
        rate = (done - self._before) / seconds if seconds else 0.0
        line = {
            "event": "progress",
            "what": self._label,
            "done": done,
            "total": total,
            "seconds": round(seconds, 1),
            "rate": round(rate, 1),
            "left": round((total - done) / rate, 1) if rate else None,
        }
        click.echo(json.dumps(line, ensure_ascii=False), err=True)
