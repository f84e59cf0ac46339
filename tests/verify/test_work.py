"""verify/work.py: spans of pages, and those of them that must not be touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from elqr_fast.scan import Limits
from elqr_fast.verify.work import Span, read_span


def test_the_first_pages_are_tried_alone() -> None:
    first, others = Span(0, 0, "a").halves()
    assert (first.start, first.pages, others.start, others.pages) == (0, 1, 1, 31)
    left, right = others.halves()
    assert (left.start, left.pages, right.start, right.pages) == (1, 15, 16, 16)


@pytest.fixture
def three_pages(slips: Any, pictures: Any, tmp_path: Path) -> str:
    path = tmp_path / "three.tif"
    pictures.save_tiff(path, [slips.page(1), slips.page(2), slips.page(3)])
    return str(path)


def read(span: Span) -> list[tuple[int | None, str, str]]:
    outcome = read_span(span, target=None, limits=Limits())
    assert outcome.batch.num_rows == outcome.pages
    rows = outcome.batch.to_pylist()
    return [(row["page"], row["verdict"], row["detail"]) for row in rows]


def test_a_page_left_out_has_a_row_that_says_why(three_pages: str) -> None:
    span = Span(0, 0, three_pages)
    lost = [(Span(0, 1, three_pages, 1), "its worker was ended by signal 11")]
    assert read(span) == [(0, "ok", ""), (1, "ok", ""), (2, "ok", "")]
    assert read(span.without(lost)) == [
        (0, "ok", ""),
        (1, "bad_file", "cannot be read: its worker was ended by signal 11"),
        (2, "ok", ""),
    ]


def test_without_its_first_page_nothing_of_a_file_is_read(three_pages: str) -> None:
    span = Span(0, 0, three_pages)
    lost = [(Span(0, 0, three_pages, 1), "it gave no answer in time")]
    assert span.settled(lost)
    assert read(span.without(lost)) == [
        (None, "bad_file", "cannot be read: it gave no answer in time")
    ]
