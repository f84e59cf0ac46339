"""verify/survey.py: the same counts and the same worst slips wherever one table ends."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from elqr_fast.verify.rows import SCHEMA
from elqr_fast.verify.survey import BINS, FAULTY, LETTERS, LOWEST, Survey

GRADES = {4.0: "A", 3.0: "B", 2.0: "C", 1.0: "D", 0.0: "F"}


def rows_of(verdicts: list[str], grades: list[float | None]) -> list[dict[str, Any]]:
    return [
        {
            "file": "a.tif",
            "page": page,
            "verdict": verdict,
            "detail": "",
            "grade": grade,
            "grade_letter": None if grade is None else GRADES[grade],
            "rung": None if grade is None else "native_fast",
        }
        for page, (verdict, grade) in enumerate(zip(verdicts, grades, strict=True))
    ]


def survey_of(rows: list[dict[str, Any]], size: int) -> Survey:
    survey = Survey(len(rows))
    tables = [
        pa.Table.from_pylist(rows[at : at + size], SCHEMA) for at in range(0, len(rows), size)
    ]
    assert sum(table.num_rows for table in survey.passing(tables)) == len(rows)
    return survey


@pytest.fixture(scope="module")
def mixed() -> list[dict[str, Any]]:
    random = np.random.default_rng(5)
    names = ["ok"] * 6 + ["without_code", "unreadable", "duplicate", "expired"]
    verdicts = [names[at] for at in random.integers(0, len(names), 1000)]
    grades = [
        None if verdict in ("without_code", "unreadable") else float(random.integers(0, 5))
        for verdict in verdicts
    ]
    return rows_of(verdicts, grades)


@pytest.mark.parametrize("size", [1, 7, 333, 1000])
def test_counts_and_worst_by_another_way(mixed: list[dict[str, Any]], size: int) -> None:
    survey = survey_of(mixed, size)
    assert survey.verdicts == Counter(row["verdict"] for row in mixed)
    assert list(survey.verdicts) == ["ok", "without_code", "unreadable", "duplicate", "expired"]
    expected = np.zeros((BINS, len(LETTERS)), np.int64)
    for at, row in enumerate(mixed):
        expected[at * BINS // len(mixed), LETTERS.index(row["grade_letter"] or "")] += 1
    assert np.array_equal(survey.over_batch, expected)

    def lowest(verdict: str) -> list[int]:
        mine = [row for row in mixed if row["verdict"] == verdict]
        mine.sort(key=lambda row: (-1 if row["grade"] is None else row["grade"], row["page"]))
        return [row["page"] for row in mine]

    assert [slip["page"] for slip in survey.lowest()] == lowest("ok")[:LOWEST]
    # Three verdicts with a fault share twenty places.
    thirds = [*lowest("unreadable")[:7], *lowest("duplicate")[:7], *lowest("expired")[:6]]
    assert [slip["page"] for slip in survey.faulty()] == thirds


def test_a_rare_fault_is_not_crowded_out() -> None:
    rows = rows_of([*["bad_file"] * 500, "expired"], [*[None] * 500, 4.0])
    slips = survey_of(rows, 100).faulty()
    assert [slip["page"] for slip in slips] == [*range(FAULTY - 1), 500]


def test_the_best_grade_is_not_among_the_lowest() -> None:
    survey = survey_of(rows_of(["ok"] * 4, [4.0, 3.0, None, 4.0]), 3)
    assert [slip["page"] for slip in survey.lowest()] == [1]
    assert len(survey.over_batch) == 4


def test_what_is_kept_has_nothing_from_the_payload() -> None:
    [row] = rows_of(["expired"], [4.0])
    survey = survey_of([row | {"institution": "12345", "case_key": "6" * 20}], 1)
    assert not {"institution", "case_key", "amount"} & set(survey.faulty()[0])


def test_no_rows() -> None:
    survey = survey_of([], 1)
    assert (survey.verdicts, survey.faulty(), survey.lowest()) == ({}, [], [])
