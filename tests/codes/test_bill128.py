"""The bar code's 44 digits, its two lines of text, and which rows have one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import elqr_fast as ef
from elqr_fast.codes import bill128 as module
from elqr_fast.errors import BadCharacterError, ConfigError, InputError

SAMPLE = "91948000012345678901234567890005053100450000"
NOTICE: dict[str, Any] = {
    "bill_issuer": "948000",
    "bill_free": "012345678901234567890",
    "pay_by": "20050531",
    "amount": "45000",
}


def columns(**changes: Any) -> dict[str, list[Any]]:
    return {name: [value] for name, value in (NOTICE | changes).items()}


def mod10(digits: str) -> str:
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


@pytest.mark.parametrize(
    "digits",
    [
        "9191234501234567890123456789010103310123000" + "3",
        "9194800001234567890123456789000505310045000" + "0",
    ],
)
def test_vectors(digits: str) -> None:
    bills = ef.bill128(
        {
            "bill_issuer": [digits[2:8]],
            "bill_free": [digits[8:29]],
            "bill_reissue": [digits[29]],
            "pay_by": ["20" + digits[30:36]],
            "stamp": [digits[36]],
            "amount": [digits[37:43]],
        }
    )
    assert bills.errors == []
    assert bills.digits == [digits]
    assert digits[-1] == mod10(digits[:-1])


def test_the_two_lines() -> None:
    bills = ef.bill128(columns())
    assert bills.digits == [SAMPLE]
    assert bills.lines == [("(91)948000-0123456789012345678900", "050531-0-045000-0")]


def test_defaults_and_padding() -> None:
    (digits,) = ef.bill128(
        {"bill_issuer": [12], "bill_free": ["345"], "amount": [7], "pay_by": [None]}
    ).digits
    assert digits is not None
    assert digits[:-1] == "91000012" + "345".ljust(21, "0") + "0" + "999999" + "0" + "000007"
    assert ef.bill128(columns(), with_pay_by=False).digits[0][30:36] == "999999"  # type: ignore[index]


def test_rows_without_a_bar_code() -> None:
    bills = ef.bill128(
        {
            "bill_issuer": ["948000", None, "948000", "", "948000"],
            "bill_free": ["1", None, "1", "", "1"],
            "amount": ["300000", "1", "300001", "1", "99999999999"],
        }
    )
    assert [digits is not None for digits in bills.digits] == [True, False, False, False, False]
    assert [lines is not None for lines in bills.lines] == [True, False, False, False, False]
    assert bills.errors == []


def test_without_bill_columns_there_is_no_bar_code() -> None:
    bills = ef.bill128({"amount": ["1", "2"]})
    assert (bills.digits, bills.lines, bills.errors) == ([None, None], [None, None], [])
    assert ef.bill128({"amount": []}).digits == []


@pytest.mark.parametrize("limit", [0, 44999, 45000, 999_999])
def test_the_limit_belongs_to_the_caller(limit: int) -> None:
    bills = ef.bill128(columns(), max_amount=limit)
    assert (bills.digits[0] is not None) is (limit >= 45000)


@pytest.mark.parametrize("limit", [-1, 1_000_000])
def test_a_limit_the_code_cannot_hold_is_refused(limit: int) -> None:
    with pytest.raises(ConfigError, match="max_amount"):
        ef.bill128(columns(), max_amount=limit)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("bill_issuer", None, "required"),
        ("bill_issuer", "1234567", "length"),
        ("bill_issuer", "12345x", "digits"),
        ("bill_free", None, "required"),
        ("bill_free", "1" * 22, "length"),
        ("bill_reissue", "10", "length"),
        ("stamp", "x", "digits"),
        ("pay_by", "20240231", "date"),
        ("pay_by", "240201", "date"),
        ("amount", "0", "range"),
        ("amount", "1x", "digits"),
        ("amount", None, "required"),
        ("amount", "1" * 12, "length"),
    ],
)
def test_broken_rules(field: str, value: Any, rule: str) -> None:
    three = {name: [entry] * 3 for name, entry in (NOTICE | {"bill_reissue": 0}).items()}
    three[field] = [three.get(field, ["0"])[0], value, three.get(field, ["0"])[0]]
    if field != "bill_issuer":
        three["bill_issuer"] = [None, "948000", "948000"]  # a row left out moves no error
        three["bill_free"][0] = None
    bills = ef.bill128(three)
    assert [(error.row, error.field, error.rule) for error in bills.errors] == [(1, field, rule)]
    assert bills.digits[1] is None
    assert bills.lines[1] is None
    assert bills.digits[2] is not None


def test_amount_is_required() -> None:
    with pytest.raises(ConfigError, match="missing column: amount"):
        ef.bill128({"bill_issuer": ["1"], "bill_free": ["1"]})


def test_a_table_gives_the_same() -> None:
    assert ef.bill128(pa.table(columns())).digits == [SAMPLE]


@given(
    st.text("0123456789", min_size=1, max_size=6),
    st.text("0123456789", min_size=1, max_size=21),
    st.integers(1, 300_000),
    st.dates(),
)
def test_any_bill_has_a_right_check_digit(issuer: str, free: str, amount: int, day: Any) -> None:
    pay_by = f"{day.year:04}{day:%m%d}"
    bills = ef.bill128(
        {"bill_issuer": [issuer], "bill_free": [free], "amount": [amount], "pay_by": [pay_by]}
    )
    body = f"91{issuer.zfill(6)}{free.ljust(21, '0')}0{pay_by[2:]}0{amount:06}"
    assert bills.digits == [body + mod10(body)]


# ---- Bars ----------------------------------------------------------------------------------------


def test_bars_of_texts_and_of_arrays() -> None:
    from_text = module.bars([SAMPLE, SAMPLE])
    array = np.frombuffer(SAMPLE.encode(), np.uint8).reshape(1, 44)
    assert from_text.shape == (2, module.MODULES)
    np.testing.assert_array_equal(from_text[1:], module.bars(array))
    assert module.bars([]).shape == (0, module.MODULES)


@pytest.mark.parametrize("text", ["", SAMPLE[:-1], SAMPLE + "0", "１" * 44])
def test_bars_of_another_length_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="item 1"):
        module.bars([SAMPLE, text])


def test_bars_of_what_is_no_digit_are_refused() -> None:
    with pytest.raises(BadCharacterError, match="item 1") as caught:
        module.bars([SAMPLE, SAMPLE[:-1] + "A"])
    assert caught.value.item == 1
