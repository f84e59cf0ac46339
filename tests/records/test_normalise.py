"""records/normalise.py: cells tidied without being judged."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.records.normalise import DEFAULT_DATES, date_pattern, tidy_dates, tidy_digits


def tidied(*cells: str | None) -> list[str | None]:
    found: list[str | None] = tidy_digits(pa.array(cells, pa.string())).to_pylist()
    return found


def dated(*cells: str | None, forms: tuple[str, ...] = DEFAULT_DATES) -> list[str | None]:
    found: list[str | None] = tidy_dates(pa.array(cells, pa.string()), forms).to_pylist()
    return found


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("00000000000000000001", "00000000000000000001"),
        ("０１２３４５６７８９", "0123456789"),
        (" 12\t", "12"),
        ("\u300012\u3000", "12"),
        ("１００－０００１", "100-0001"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_blanks_and_full_width_digits(cell: str | None, expected: str | None) -> None:
    assert tidied(cell) == [expected]


@pytest.mark.parametrize(
    "cell", ["①", "1,200", "１，２００", "12.0", "-5a", "²", "1e5", "㍘", "一二"]
)
def test_what_is_not_plainly_digits_is_left_for_the_checks(cell: str) -> None:
    assert tidied(cell, "５") == [cell, "5"]


@given(st.lists(st.none() | st.text(max_size=8), max_size=20))
def test_tidying_twice_changes_nothing(cells: list[str | None]) -> None:
    once = tidied(*cells)
    assert tidied(*once) == once


@given(st.lists(st.dates(min_value=date(1000, 1, 1)), min_size=1, max_size=5))
def test_every_form_of_a_date_becomes_the_same_eight_digits(days: list[date]) -> None:
    for day in days:
        forms = {
            f"{day:%Y%m%d}",
            f"{day:%Y-%m-%d}",
            f"{day:%Y/%m/%d}",
            f"{day.year}/{day.month}/{day.day}",
            f" {day:%Y/%m/%d} ",
            f"{day:%Y/%m/%d}".translate({ord("0") + n: ord("０") + n for n in range(10)}),
        }
        assert set(dated(*sorted(forms))) == {f"{day:%Y%m%d}"}


@pytest.mark.parametrize(
    "cell", ["2026.04.30", "30/04/2026", "令和8年4月30日", "20264", "2026/4", "x"]
)
def test_other_dates_stay_as_found(cell: str) -> None:
    assert dated(cell) == [cell]


def test_an_impossible_date_is_left_to_the_payload_checks() -> None:
    assert dated("2026/13/45") == ["20261345"]


def test_forms_of_ones_own() -> None:
    assert (
        dated("2026年4月3日", "03.04.2026", forms=("YYYY年M月D日", "DD.MM.YYYY"))
        == ["20260403"] * 2
    )


@pytest.mark.parametrize("form", ["", "YYYY", "YYYYMMDDMM", "YYMMDD", "YYYY MM DD h", "YYYYMM"])
def test_forms_that_are_none(form: str) -> None:
    with pytest.raises(ValueError, match=f"^{form}$"):
        date_pattern(form)


def test_the_separators_are_taken_literally() -> None:
    assert dated("2026x04x30", forms=("YYYY.MM.DD",)) == ["2026x04x30"]
