"""Grades of readings: letters, what is graded, and what a page's geometry does to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from elqr_fast.errors import ConfigError
from elqr_fast.scan import Kind, read_page, read_pages
from elqr_fast.scan.grade import below_grade, letter_of, parse_grade
from elqr_fast.scan.scanners import load_scanner
from elqr_fast.verify import read


@pytest.mark.parametrize(
    ("value", "letter"),
    [(4, "A"), (3.5, "A"), (3.49, "B"), (2.5, "B"), (2.49, "C"), (1.5, "C"), (1.49, "D"),
     (0.5, "D"), (0.49, "F"), (0, "F")],
)  # fmt: skip
def test_letters(value: float, letter: str) -> None:
    assert letter_of(value) == letter


@pytest.mark.parametrize(
    ("given", "least"),
    [
        ("A", 3.5),
        ("b", 2.5),
        (" C ", 1.5),
        ("D", 0.5),
        ("F", 0),
        ("3", 3),
        (2.7, 2.7),
        (None, None),
    ],
)
def test_parse(given: Any, least: float | None) -> None:
    assert parse_grade(given) == least


@pytest.mark.parametrize("given", ["E", "", "5", -0.1, "nan", "AA"])
def test_what_is_no_grade(given: Any) -> None:
    with pytest.raises(ConfigError, match="min_grade"):
        parse_grade(given)


def grey_page(pictures: Any) -> Any:
    """Ink and paper as a grey scanner has them; the page holds the sample at (24, 24)."""
    symbol = pictures.symbol(pictures.sample, 4)
    return np.pad(np.where(symbol < 128, 30, 230).astype(np.uint8), 20, constant_values=230)


@pytest.mark.parametrize("turns", range(4))
def test_an_a_whichever_way_up(pictures: Any, turns: int) -> None:
    [reading] = read_page(np.ascontiguousarray(np.rot90(grey_page(pictures), turns)))
    assert reading.grade is not None
    assert (reading.grade.overall, reading.grade.letter, reading.grade.worst) == (4.0, "A", "")
    assert len(reading.grade.grades) == 8
    assert not reading.grade.bilevel


def test_bilevel_pages_say_so(pictures: Any) -> None:
    [reading] = read_page(np.pad(pictures.symbol(pictures.sample, 4), 20, constant_values=255))
    assert reading.grade is not None
    assert reading.grade.bilevel
    assert set(reading.grade.grades) == {"axial", "grid", "unused_ec", "fixed_patterns", "decode"}


def test_only_an_elqr_has_a_grade(pictures: Any) -> None:
    [reading] = read_page(np.pad(pictures.symbol("https://example.jp", 4), 20, constant_values=255))
    assert (reading.kind, reading.grade) == (Kind.URL, None)
    [reading] = read_page(np.full((300, 300), 255, np.uint8))
    assert reading.grade is None


def test_two_finder_modules_gone(pictures: Any) -> None:
    """Quiet zones are 20 + 16 pixels wide: modules (0, 1) and (0, 4) of the first finder."""
    page = grey_page(pictures)
    for column in (1, 4):
        page[36:40, 36 + 4 * column : 40 + 4 * column] = 230
    [reading] = read_page(page)
    assert reading.grade is not None
    assert (reading.grade.overall, reading.grade.letter) == (2.0, "C")
    assert reading.grade.worst == "fixed_patterns"
    assert reading.grade.damaged == (2, 0, 0, 0, 0, 0)
    assert below_grade(reading.grade, 1.5) == ""
    for least, verdict in ((None, "ok"), ("C", "ok"), (2, "ok"), (2.1, "below_grade")):
        [judged] = read(page, min_grade=least)
        assert judged.verdict == verdict
    [judged] = read(page, min_grade="B")
    assert judged.detail == "grade 2.0 (C), worst in fixed_patterns"
    [expired] = read(page, min_grade="B", as_of="2030-01-01")
    assert expired.verdict == "expired"


def test_a_profile_gives_a_page_its_resolution(pictures: Any) -> None:
    page = grey_page(pictures)
    scanner = load_scanner("grey-300")
    pages, count = read_pages(page, scanner=scanner)
    assert count == 1
    assert pages[0][0].verdict == "ok"
