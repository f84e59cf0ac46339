"""records/checks.py: what is in no code and must still be right."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.errors import FieldError
from elqr_fast.records.checks import check_records
from elqr_fast.records.synthetic import make_notices

Batch = Callable[..., pa.RecordBatch]


def test_good_notices_have_no_errors() -> None:
    (batch,) = make_notices(500).to_batches()
    assert check_records(batch, 0, ("name", "address", "title")) == []


def test_required_text(batch: Batch) -> None:
    errors = check_records(batch(name=["髙橋", None, "", " \u3000"]), 10, ("name", "title"))
    assert [(e.row, e.field) for e in errors] == [
        (10, "title"),
        *[(row, field) for row in (11, 12, 13) for field in ("name", "title")],
    ]
    assert {(e.rule, e.expected) for e in errors} == {("required", "something")}


def test_nothing_is_required_unless_asked_for(batch: Batch) -> None:
    assert check_records(batch(name=[None]), 0) == []


@pytest.mark.parametrize("character", ["\0", "\t", "\n", "\r", "\x7f", "\x85", "\u2028", "\u2029"])
def test_control_characters(batch: Batch, character: str) -> None:
    errors = check_records(batch(name=["髙橋", f"髙{character}\n橋"]), 5)
    code = f"U+{ord(character):04X}"
    assert errors == [FieldError(6, "name", "control", code, "printable characters")]


def test_controls_in_a_column_nobody_prints_do_no_harm(batch: Batch) -> None:
    notices = batch(備考=["a\nb"])
    assert check_records(notices, 0) == []
    assert [error.rule for error in check_records(notices, 0, ("備考",))] == ["control"]


@pytest.mark.parametrize("cell", ["-1", "1,200", "12.0", "１２", "x", "1" * 12, " 1"])
@pytest.mark.parametrize("column", ["tax", "arrears", "fees"])
def test_parts_are_digits(batch: Batch, column: str, cell: str) -> None:
    errors = check_records(batch(amount=["100"], **{column: [cell]}), 0)
    assert errors == [FieldError(0, column, "digits", cell, "up to 11 digits")]


@pytest.mark.parametrize(
    ("amount", "tax", "arrears", "fees", "good"),
    [
        ("1000", "900", "50", "50", True),
        ("1000", "1000", None, None, True),
        ("001000", "0900", "100", "0", True),
        ("1000", None, None, None, True),
        ("1000", "900", None, None, False),
        ("1000", None, "1", None, False),
        ("1000", "0", "0", "0", False),
        ("99999999999", "99999999999", None, None, True),
        ("99999999999", "99999999999", "99999999999", "99999999999", False),
    ],
)
def test_the_sum(
    batch: Batch, amount: str, tax: str | None, arrears: str | None, fees: str | None, good: bool
) -> None:
    errors = check_records(batch(amount=[amount], tax=[tax], arrears=[arrears], fees=[fees]), 3)
    if good:
        assert errors == []
        return
    total = sum(int(part or 0) for part in (tax, arrears, fees))
    expected = f"{total}, the sum of tax, arrears and fees"
    assert errors == [FieldError(3, "amount", "sum", amount, expected)]


@pytest.mark.parametrize("amount", [None, "x", "-5", "1" * 12])
def test_an_amount_that_is_none_is_left_to_the_payload(batch: Batch, amount: str | None) -> None:
    assert check_records(batch(amount=[amount], tax=["1"]), 0) == []


@given(
    st.lists(
        st.tuples(*[st.none() | st.integers(0, 300).map(str)] * 3, st.integers(0, 600).map(str)),
        min_size=1,
        max_size=30,
    )
)
def test_the_sum_row_by_row(rows: list[tuple[str | None, str | None, str | None, str]]) -> None:
    names = ("tax", "arrears", "fees", "amount")
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    errors = check_records(pa.record_batch(columns, names=names), 0)
    wrong = [
        index
        for index, (*parts, amount) in enumerate(rows)
        if any(parts) and sum(int(part or 0) for part in parts) != int(amount)
    ]
    assert [error.row for error in errors] == wrong


@pytest.mark.parametrize("postal", ["1000001", "100-0001", None])
def test_good_postal_codes(batch: Batch, postal: str | None) -> None:
    assert check_records(batch(postal=[postal]), 0) == []


@pytest.mark.parametrize("postal", ["100-001", "〒1000001", "1000-001", "100 0001", "10000011"])
def test_bad_postal_codes(batch: Batch, postal: str) -> None:
    errors = check_records(batch(postal=["1000001", postal]), 0)
    assert errors == [FieldError(1, "postal", "postal", postal, "7 digits")]


def test_errors_are_in_the_order_of_rows(batch: Batch) -> None:
    notices = batch(name=["a", "\t", None], postal=["x", "1000001", "y"], amount=["1", "2", "3"])
    errors = check_records(notices, 0, ("name",))
    assert [(e.row, e.rule) for e in errors] == [
        (0, "postal"),
        (1, "required"),
        (1, "control"),
        (2, "required"),
        (2, "postal"),
    ]
