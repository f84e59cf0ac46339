"""Spans of pages in worker processes: order, and what kills a worker."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elqr_fast.verify import work

#: A stand-in for the reader, in a file of its own because workers have to import it.  Every file
#: has 40 pages.  Reading `deadly` kills the process, as does page 36 of `b`; `slow` takes longer.
READER = """
import os, time
from elqr_fast.scan import Reading, Verdict
from elqr_fast.verify.rows import as_batch
from elqr_fast.verify.work import Outcome

def read(span):
    pages = range(span.start, min(span.start + span.pages, 40))
    if span.path == "deadly" or (span.path == "b" and 36 in pages):
        os._exit(1)
    if span.path == "slow":
        time.sleep(0.5)
    rows = [Reading(Verdict.OK, file=span.path, page=page) for page in pages]
    return Outcome(as_batch(rows), len(rows), 40)
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "reader_stand_in.py").write_text(READER)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "reader_stand_in", raising=False)
    return importlib.import_module("reader_stand_in").read


def pages_read(read: Any, files: list[str], workers: int) -> list[dict[str, Any]]:
    outcomes = work.read_files(files, read, workers)
    rows: list[dict[str, Any]] = pa.Table.from_batches(
        [outcome.batch for outcome in outcomes]
    ).to_pylist()
    return rows


def every_page(*files: str) -> list[tuple[str, int]]:
    return [(file, page) for file in files for page in range(40)]


@pytest.mark.parametrize("waiting", [1, 64])
@pytest.mark.parametrize("workers", [1, 2])
def test_order_whatever_is_slow(
    read: Any, workers: int, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "WAITING", waiting)
    files = ["a", "slow", "c", "d", "e", "f"]
    rows = pages_read(read, files, workers)
    assert [(row["file"], row["page"]) for row in rows] == every_page(*files)


def test_a_killed_worker_costs_only_its_page(read: Any) -> None:
    rows = pages_read(read, ["a", "deadly", "b"], 2)
    bad = [(row["file"], row["page"], row["detail"]) for row in rows if row["verdict"] != "ok"]
    killed = "reading this killed the process that did it"
    assert bad == [("deadly", None, killed), ("b", 36, killed)]
    assert [(row["file"], row["page"]) for row in rows] == [
        *every_page("a"),
        ("deadly", None),
        *every_page("b"),
    ]


def test_a_pool_that_broke_while_idle_is_made_anew(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = ProcessPoolExecutor.submit
    broken = iter([False, False, True])  # the pool's first sign of life, a span, another span

    def fail_once(pool: ProcessPoolExecutor, *args: Any) -> Any:
        if next(broken, False):
            raise BrokenProcessPool
        return submit(pool, *args)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", fail_once)
    rows = pages_read(read, ["a", "c", "d"], 2)
    assert [(row["file"], row["page"]) for row in rows] == every_page("a", "c", "d")
