"""records/columns.py: the canonical columns and the headers they go by."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from elqr_fast.records.columns import BY_NAME, COLUMNS, REQUIRED, default_headers, fold_header


def test_the_payload_needs_these_columns() -> None:
    assert (
        *("institution", "case_key", "confirmation", "levy", "amount"),
        *("levy_year", "tax_year", "period", "due", "pay_by"),
    ) == REQUIRED


def test_no_header_means_two_columns() -> None:
    for one, other in combinations(COLUMNS, 2):
        folded = [{fold_header(h) for h in default_headers(c.name)} for c in (one, other)]
        assert not folded[0] & folded[1], (one.name, other.name)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("収納機関番号", "institution"),
        ("共通納税機関コード", "institution"),
        ("納付番号", "case_key"),
        ("案件特定キー", "case_key"),
        ("税目・料金番号", "levy"),
        ("納付区分", "levy"),
        ("合計金額", "amount"),
        ("納付金額", "amount"),
        ("支払期限", "pay_by"),
        ("宛名", "name"),
        ("件名", "title"),
        ("督促手数料", "fees"),
    ],
)
def test_headers_of_the_field(header: str, column: str) -> None:
    assert header in default_headers(column)


@pytest.mark.parametrize(
    "header",
    ["税目･料金番号", " 税目・料金番号 ", "\u3000税目・料金番号"],
    ids=["half", "blank", "wide"],
)
def test_headers_are_compared_folded(header: str) -> None:
    assert fold_header(header) == fold_header("税目・料金番号")


def test_case_does_not_matter() -> None:
    assert fold_header("Ｃase_Key") == "case_key"


def test_every_column_says_what_it_means() -> None:
    assert all(column.meaning and "\n" not in column.meaning for column in BY_NAME.values())


def test_the_manual_has_them_all() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"`{column.name}`" in manual
        assert f"| {column.meaning} | {', '.join(column.headers)} |" in manual
