"""render/uncoded.py: slips without an eL-QR among others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from elqr_fast.errors import FormError
from elqr_fast.forms import Form, load_form
from elqr_fast.forms.loader import parse_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.plate import make_plate
from elqr_fast.render.slips import Slips, prepare

MIXED = load_form("maru-mixed")


def made(form: Form = MIXED, **columns: list[str | None]) -> Slips:
    """Four notices of ¥5,000 with a bar code and no parts, of which the second has no eL-QR."""
    table = make_notices(4)
    data: dict[str, list[str | None]] = {n: table[n].to_pylist() for n in table.column_names}
    data |= {"amount": ["5000"] * 4, "qr": [None, "no", "yes", None], "bill_issuer": ["948000"] * 4}
    data |= {"bill_free": ["1"] * 4, **dict.fromkeys(("tax", "arrears", "fees"), [None] * 4)}
    batch = {name: pa.array(cells, pa.string()) for name, cells in (data | columns).items()}
    return prepare(pa.RecordBatch.from_pydict(batch), 10, form)


def told(slips: Slips) -> list[tuple[int, str, str]]:
    return [(error.row, error.field, error.rule) for error in slips.errors]


def test_a_slip_without_a_code_has_none_and_no_el_number() -> None:
    slips, all_coded = made(), made(qr=[None] * 4)
    assert slips.errors == all_coded.errors == []
    assert slips.has_qr.tolist() == [True, False, True, True]
    assert not slips.digits[1].any()
    assert not slips.symbols.packed[1].any()
    others = [0, 2, 3]
    assert np.array_equal(slips.digits[others], all_coded.digits[others])
    assert np.array_equal(slips.symbols.packed[others], all_coded.symbols.packed[others])
    assert [bool(text) for text in slips.texts["el_number"]] == [True, False, True, True]
    assert slips.texts["qr_label"] == ["eL-QR", "", "eL-QR", "eL-QR"]
    assert slips.texts["qr"] == ["yes", "no", "yes", "yes"]
    for name in ("amount", "case_key", "name", "ocr_upper", "bill_line_1"):
        assert slips.texts[name] == all_coded.texts[name]
    assert slips.has_bars.all()


def test_its_amount_may_be_blank_and_then_nothing_shows_one() -> None:
    slips = made(amount=["5000", None, "5000", "5000"])
    assert slips.errors == []
    assert slips.has_bars.tolist() == [True, False, True, True]
    for name in ("amount", "ocr_upper", "ocr_lower", "bill_line_1", "bill_line_2"):
        assert [bool(text) for text in slips.texts[name]] == [True, False, True, True]
    assert slips.texts["case_key"][1]


def test_a_coded_slip_needs_its_amount() -> None:
    assert told(made(amount=[None, None, "5000", "5000"])) == [(10, "amount", "required")]


def test_parts_without_their_sum_are_refused() -> None:
    slips = made(amount=["5000", None, "5000", "5000"], tax=[None, "4900", None, None])
    assert told(slips) == [(11, "amount", "required")]
    assert slips.rows.tolist() == [10, 12, 13]


def test_what_is_given_must_be_right_all_the_same() -> None:
    slips = made(
        due=["20261130", "20260231", "20261130", "20261130"], amount=["5000", "x", "1", "1"]
    )
    assert told(slips) == [(11, "amount", "digits"), (11, "due", "date")]


@pytest.mark.parametrize(("name", "row"), [("maru", 11), ("kaku-mpn", 11), ("maru-no-qr", 12)])
def test_other_forms_refuse_the_row(name: str, row: int) -> None:
    slips = made(load_form(name))
    assert told(slips) == [(row, "qr", "form")]
    assert row not in slips.rows


def test_the_words_beside_a_code_are_no_part_of_the_stock() -> None:
    plate, always = make_plate(MIXED, 300), make_plate(load_form("maru"), 300)
    assert [place.field.source for place in plate.fields].count("qr_label") == 1
    assert "eL-QR" not in words(plate)
    assert "eL-QR" in words(always)


def words(plate: Any) -> set[str]:
    return {"".join(run.clusters) for run in plate.static.runs}


@pytest.mark.parametrize("label", ['text = "eL\\nQR"', 'text = "eL-QR", align = "spread"'])
def test_words_that_no_field_can_set_are_refused(label: str) -> None:
    text = Path(MIXED.path).read_text("utf-8")
    old = 'label = { text = "eL-QR", box = [49.5, 101, 14, 6], size = 10, align = "right" }'
    assert old in text
    form = parse_form(
        text.replace(old, f"label = {{ {label}, box = [49.5, 101, 14, 12], size = 5 }}"),
        Path("own.toml"),
    )
    with pytest.raises(FormError, match=r"qr\.label: on a form that claims mixed it is one line"):
        make_plate(form, 300)
