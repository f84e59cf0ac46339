"""cli/progress.py: JSON lines where nobody watches, a bar where somebody does."""

from __future__ import annotations

import io
import json
import sys

import pytest

from elqr_fast.cli import progress


def test_lines_are_counts_at_the_start_now_and_then_and_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 100.0, 101.0, 104.9, 110.0, 111.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    with progress.show_progress("printing", "slips") as report:
        for done in (1000, 1100, 1500, 2000, 4000):
            report(done, 4000)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["done"] for line in lines] == [1000, 2000, 4000]
    assert lines[0] == {
        "event": "progress",
        "what": "printing",
        "done": 1000,
        "total": 4000,
        "seconds": 0.0,
        "rate": 0.0,
        "left": None,
    }
    # What an earlier command did is not this one's rate.
    assert (lines[1]["seconds"], lines[1]["rate"], lines[1]["left"]) == (10.0, 100.0, 20.0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar_with_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.show_progress("printing", "slips") as report:
        report(1000, 4000)
        report(4000, 4000)
    shown = terminal.getvalue()
    assert "printing" in shown
    assert "1000/4000" in shown
    assert "slips/s" in shown
    assert "{" not in shown
