"""run/reading.py: spans of pages in workers; their order, where they go on, and what kills."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elqr_fast.run import reading
from elqr_fast.run.reading import Position

#: A stand-in for the reader, in a file of its own because workers have to import it.  Every file
#: has 40 pages.  Reading `deadly` kills the process, as does page 36 of `b`; `slow` takes longer.
READER = """
import os, time
from elqr_fast.scan import Reading, Verdict
from elqr_fast.verify.rows import as_batch
from elqr_fast.verify.work import Outcome

def setup():
    return read

def read(span):
    lost = [page for page, _ in span.lost]
    pages = range(span.start, min(span.start + span.pages, 40))
    if 0 in lost:
        row = Reading(Verdict.BAD_FILE, span.lost[0][1], file=span.path)
        return Outcome(as_batch([row]), 1, 0)
    if span.path == "deadly" or (span.path == "b" and 36 in pages and 36 not in lost):
        os._exit(1)
    if span.path == "slow":
        time.sleep(0.5)
    verdicts = [Verdict.BAD_FILE if page in lost else Verdict.OK for page in pages]
    rows = [Reading(v, file=span.path, page=page) for v, page in zip(verdicts, pages)]
    return Outcome(as_batch(rows), len(rows), 40)
"""


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "reader_stand_in.py").write_text(READER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "reader_stand_in", raising=False)
    return importlib.import_module("reader_stand_in").setup


def pages_read(
    setup: Any, files: list[str], workers: int, begin: Position | None = None
) -> list[dict[str, Any]]:
    outcomes = reading.read_files(files, setup, workers, begin=begin)
    rows: list[dict[str, Any]] = pa.Table.from_batches(
        [outcome.batch for outcome, _ in outcomes]
    ).to_pylist()
    return rows


def every_page(*files: str) -> list[tuple[str, int]]:
    return [(file, page) for file in files for page in range(40)]


@pytest.mark.parametrize("waiting", [1, 64])
@pytest.mark.parametrize("workers", [1, 2])
def test_order_whatever_is_slow(
    setup: Any, workers: int, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WAITING", waiting)
    files = ["a", "slow", "c", "d", "e", "f"]
    rows = pages_read(setup, files, workers)
    assert [(row["file"], row["page"]) for row in rows] == every_page(*files)


def test_what_kills_a_worker_costs_only_its_page(setup: Any) -> None:
    rows = pages_read(setup, ["a", "deadly", "b"], 2)
    bad = [(row["file"], row["page"]) for row in rows if row["verdict"] != "ok"]
    assert bad == [("deadly", None), ("b", 36)]
    assert [(row["file"], row["page"]) for row in rows] == [
        *every_page("a"),
        ("deadly", None),
        *every_page("b"),
    ]


def test_reading_goes_on_after_any_outcome(setup: Any) -> None:
    files = ["a", "c", "d"]
    outcomes = list(reading.read_files(files, setup, 1))
    assert [position for _, position in outcomes] == [
        Position(0, 32, 40),
        Position(1),
        Position(1, 32, 40),
        Position(2),
        Position(2, 32, 40),
        Position(3),
    ]
    whole = every_page(*files)
    read = 0
    for outcome, position in outcomes:
        read += outcome.pages
        rows = [] if position.file == 3 else pages_read(setup, files, 1, position)
        assert [(row["file"], row["page"]) for row in rows] == whole[read:]
