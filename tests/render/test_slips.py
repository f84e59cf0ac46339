"""A batch of notices with its codes; what is wrong with a row keeps it out, and is all said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import segno
import zxingcpp
from msgspec.structs import replace

from elqr_fast.codes.elqr import parse_payload
from elqr_fast.errors import ConfigError
from elqr_fast.forms import Form, list_forms, load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.plate import FieldPlace, make_plate
from elqr_fast.render.slips import Slips, prepare

MARU = load_form("maru")


def notices(count: int, **columns: list[Any]) -> pa.RecordBatch:
    """Synthetic notices with some columns of one's own; None drops a column."""
    batch = make_notices(count).combine_chunks().to_batches()[0]
    data = {name: batch.column(name).to_pylist() for name in batch.schema.names} | columns
    return pa.RecordBatch.from_pydict(
        {name: pa.array(values, pa.string()) for name, values in data.items() if values is not None}
    )


def good(count: int = 8) -> Slips:
    slips = prepare(notices(count), 100, MARU)
    assert slips.errors == []
    return slips


def test_a_good_batch_is_whole() -> None:
    slips = good()
    assert slips.rows.tolist() == list(range(100, 108))
    assert slips.rows.dtype == np.int64
    assert slips.digits.shape == (8, 255)
    assert slips.digits.dtype == slips.bars.dtype == np.uint8
    assert slips.bars.shape == (8, 288)
    assert slips.symbols.modules.shape == (8, 41, 41)
    assert {len(column) for column in slips.texts.values()} == {8}


def test_symbols_hold_the_digits() -> None:
    slips = good(4)
    for index in range(4):
        digits = slips.digits[index].tobytes().decode("ascii")
        mask = int(slips.symbols.mask[index])
        code = segno.make_qr(digits, error="m", version=6, mask=mask, boost_error=False)
        assert np.array_equal(slips.symbols.modules[index], [list(row) for row in code.matrix])


def test_texts_say_what_the_codes_say() -> None:
    slips = good()
    source = notices(8)
    for index in range(8):
        digits = slips.digits[index].tobytes().decode("ascii")
        text = {name: column[index] for name, column in slips.texts.items()}
        assert text["ocr_upper"] + text["ocr_lower"] == digits[29:112]
        assert text["amount"] == digits[116:127].lstrip("0")
        assert text["case_key"] == digits[70:90]
        assert text["el_number"] == (
            f"{text['institution']}-{text['case_key'][:10]} {text['case_key'][10:]}"
            f"-{text['confirmation']}-{text['levy']}"
        )
        assert text["name"] == source.column("name")[index].as_py()


@pytest.mark.parametrize("name", list_forms())
def test_every_number_on_a_page_is_the_coded_one(name: str) -> None:
    """From the page's own runs of text back to the payload of the same slip."""
    plate = make_plate(load_form(name), 300)
    slips = prepare(notices(6), 0, plate.form)
    pages, errors = compose(plate, slips)
    assert errors == []
    for page, digits in zip(pages, slips.digits, strict=True):
        coded = parse_payload(digits.tobytes())
        for place in plate.fields:
            shown = printed_in(page, place)
            if place.field.source == "amount":
                assert int(re.sub(r"[¥,]", "", shown)) == coded.amount
            elif place.field.source == "el_number":
                assert shown == coded.el_number.replace(" ", "")
            elif place.field.source in ("institution", "case_key", "confirmation", "levy"):
                assert shown == getattr(coded, place.field.source)
        for place in plate.ocr:
            lines = coded_lines(digits.tobytes().decode())
            runs = [run for run in page.scene.runs if run.y == place.baseline]
            shown = "".join(cluster for run in runs for cluster in run.clusters)
            assert shown == place.line.prefix + lines[place.line.source]


def printed_in(page: Page, place: FieldPlace) -> str:
    """The text whose baseline begins in a field's box, spaces left out."""
    rect = place.rect
    runs = [
        run
        for run in page.scene.runs
        if rect.x <= run.x < rect.x + rect.width and rect.y <= run.y < rect.y + rect.height
    ]
    return "".join(cluster for run in runs for cluster in run.clusters).replace(" ", "")


def coded_lines(digits: str) -> dict[str, str]:
    """Sub-tag 01 of tag 27 is the upper line's 39 digits, then the lower one's 44."""
    return {"ocr_upper": digits[29:68], "ocr_lower": digits[68:112]}


def test_what_is_coded_with_zeros_in_front_is_printed_so() -> None:
    slips = prepare(notices(1, case_key=["123"], confirmation=["7"], levy=["4"]), 0, MARU)
    text = {name: column[0] for name, column in slips.texts.items()}
    assert text["case_key"] == "00000000000000000123"
    assert text["el_number"].endswith("-0000000000 0000000123-000007-004")


def test_bars_are_there_when_their_columns_are_and_the_amount_is_low_enough() -> None:
    batch = notices(
        4,
        amount=["300000", "300001", "5000", "5000"],
        tax=[None] * 4,
        arrears=[None] * 4,
        fees=[None] * 4,
        bill_issuer=["948000"] * 3 + [None],
        bill_free=["123"] * 3 + [None],
        pay_by=["20270131"] * 4,
        bill_reissue=["1"] * 4,
    )
    slips = prepare(batch, 0, MARU)
    assert slips.errors == []
    assert slips.has_bars.tolist() == [True, False, True, False]
    assert not slips.bars[[1, 3]].any()
    assert slips.texts["bill_line_1"][1] == slips.texts["bill_line_2"][3] == ""
    for index in (0, 2):
        wide = np.pad(slips.bars[index], 20) == 0
        image = np.repeat(np.tile(wide.astype(np.uint8) * 255, (20, 1)), 3, axis=1)
        (code,) = zxingcpp.read_barcodes(image)
        assert code.symbology_identifier == "]C1"
        printed = slips.texts["bill_line_1"][index] + slips.texts["bill_line_2"][index]
        digits = "".join(char for char in printed if char.isdigit())
        assert code.bytes.decode().lstrip("\x1d") == digits
        assert digits.startswith("91948000123")


def test_the_forms_limit_holds() -> None:
    assert MARU.bar_code
    form = replace(MARU, bar_code=replace(MARU.bar_code, max_amount=100))
    batch = notices(1, amount=["101"], tax=[None], arrears=[None], fees=[None])
    assert prepare(batch, 0, MARU).has_bars.tolist() == [True]
    assert prepare(batch, 0, form).has_bars.tolist() == [False]
    assert prepare(batch, 0, replace(MARU, bar_code=None)).has_bars.tolist() == [False]


def test_every_fault_of_a_row_is_said_once_and_keeps_it_out() -> None:
    batch = notices(
        5,
        amount=["0", "45000", "45000", "123456789012", "45000"],
        due=["20261130", "20260230", "20261130", "20261130", "20261130"],
        tax=[None, "45000", "44000", None, None],
        arrears=[None] * 5,
        fees=[None] * 5,
        name=["見本 太郎", "", "見本 太郎", None, "見本 太郎"],
        bill_free=["1", "1", "x", "1", "1"],
    )
    slips = prepare(batch, 1000, MARU)
    said = {(error.row, error.field, error.rule) for error in slips.errors}
    assert said == {
        (1000, "amount", "range"),
        (1001, "due", "date"),
        (1001, "name", "required"),
        (1002, "amount", "sum"),
        (1002, "bill_free", "digits"),
        (1003, "amount", "length"),
        (1003, "name", "required"),
    }
    assert len(slips.errors) == len(said)
    assert [error.row for error in slips.errors] == sorted(error.row for error in slips.errors)
    assert slips.rows.tolist() == [1004]
    assert {len(column) for column in slips.texts.values()} == {1}
    assert slips.symbols.modules.shape == (1, 41, 41)


def test_a_batch_without_one_good_row() -> None:
    slips = prepare(notices(2, amount=["x", ""]), 0, MARU)
    assert slips.rows.tolist() == []
    assert slips.symbols.modules.shape == (0, 41, 41)
    assert slips.texts["el_number"] == []
    assert {error.row for error in slips.errors} == {0, 1}


def test_missing_columns_are_named() -> None:
    with pytest.raises(ConfigError, match="missing column: amount"):
        prepare(notices(1, amount=None), 0, MARU)  # type: ignore[arg-type]
    said = r"maru\.toml:\d+: page\.fields\[2\]: the form maru needs the column name, which"
    with pytest.raises(ConfigError, match=said):
        prepare(notices(1, name=None), 0, MARU)  # type: ignore[arg-type]
    bare = notices(1, address=None, postal=None, title=None, tax=None)  # type: ignore[arg-type]
    assert prepare(bare, 0, MARU).rows.tolist() == [0]


def test_a_misspelt_optional_column_is_not_passed_over(altered_form: Callable[..., Form]) -> None:
    form = altered_form("maru", {'source = "postal"': 'source = "postall"'})
    with pytest.raises(ConfigError, match=r"page\.fields\[0\]: .*'postall': did you mean 'postal'"):
        prepare(notices(1), 0, form)
    # A column of the city's own is another matter: it prints where the notices have it.
    form = altered_form("maru", {'source = "postal"': 'source = "区画"'})
    assert prepare(notices(1), 0, form).errors == []
    assert prepare(notices(1, 区画=["A-1"]), 0, form).texts["区画"] == ["A-1"]
