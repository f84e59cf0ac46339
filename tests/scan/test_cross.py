"""The bar code beside the eL-QR."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from elqr_fast.scan import Reading, read_page

NO_DATE = "999999"
#: The sample's pay-by date, and an amount that fits into the bar code's six digits.
PAY_BY = "240710"
AMOUNT = 12_300


@pytest.fixture(scope="module")
def digits(pictures: Any) -> str:
    """The sample with an amount that a bar code can hold, every check made right."""
    from elqr_fast.codes.elqr import build_payloads, parse_payload

    fields = parse_payload(pictures.sample)
    names = "institution case_key confirmation levy levy_year tax_year period due pay_by office"
    columns: dict[str, Any] = {name: [getattr(fields, name)] for name in names.split()}
    return build_payloads(columns | {"amount": [AMOUNT]}).digits[0].tobytes().decode()


def read_with_bar(
    pictures: Any, code: Any, digits: str, bar: str, turns: int = 0, dpi: int = 300
) -> Reading:
    page = pictures.page(code(digits, 67, 279), dpi=dpi)
    pictures.draw_bars(page, bar, 12, 244, dpi)
    return read_page(np.ascontiguousarray(np.rot90(page, -turns)), dpi=dpi)[0]


def bar_code(amount: int, pay_by: str = PAY_BY) -> str:
    return f"91912345{'012345678901234567890'}0{pay_by}0{amount:06d}"


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("pay_by", [PAY_BY, NO_DATE])
def test_agrees(pictures: Any, code: Any, digits: str, turns: int, pay_by: str) -> None:
    reading = read_with_bar(pictures, code, digits, bar_code(AMOUNT, pay_by), turns)
    assert (reading.verdict, reading.detail) == ("ok", "")


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_other_amount(pictures: Any, code: Any, digits: str, turns: int) -> None:
    reading = read_with_bar(pictures, code, digits, bar_code(AMOUNT + 1), turns)
    assert (reading.verdict, reading.detail) == (
        "cross_mismatch",
        "the bar code has another amount",
    )


@pytest.mark.parametrize("dpi", [300, 600])
def test_other_date(pictures: Any, code: Any, digits: str, dpi: int) -> None:
    reading = read_with_bar(pictures, code, digits, bar_code(AMOUNT, "240711"), dpi=dpi)
    assert reading.verdict == "cross_mismatch"
    assert reading.detail == "the bar code has another pay-by date"


def test_wrong_check_digit(
    pictures: Any, code: Any, digits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = pictures.mod10(bar_code(AMOUNT))
    monkeypatch.setattr(type(pictures), "mod10", lambda self, digits: (right + 1) % 10)
    reading = read_with_bar(pictures, code, digits, bar_code(AMOUNT))
    assert reading.verdict == "cross_mismatch"
    assert reading.detail == "the bar code is unsound: bad_check_digit"


def test_other_bar_codes_are_none_of_ours(pictures: Any, code: Any, digits: str) -> None:
    reading = read_with_bar(pictures, code, digits, bar_code(AMOUNT + 1).replace("91", "92", 1))
    assert reading.verdict == "ok"


def test_with_two_slips_nobody_knows_whose_bar_code_it_is(
    pictures: Any, code: Any, digits: str
) -> None:
    page = pictures.page(code(digits, 67, 279), code(digits, 150, 200))
    pictures.draw_bars(page, bar_code(AMOUNT + 1), 12, 244)
    assert [reading.verdict for reading in read_page(page, dpi=300)] == ["ok", "ok"]
