"""Whole slips: what stands where, measured on the dots; what cannot be set is no page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import zxingcpp

from elqr_fast.forms import list_forms, load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.clearance import inside, overlap
from elqr_fast.render.geometry import to_rect
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.plate import Plate, make_plate
from elqr_fast.render.scene import Rect, Scene, TextRun
from elqr_fast.render.slips import Slips, prepare
from elqr_fast.render.static import ink_boxes


def slips_of(count: int, name: str = "maru") -> Slips:
    batch = make_notices(count).combine_chunks().to_batches()[0]
    slips = prepare(batch, 50, load_form(name))
    assert slips.errors == []
    return slips


def texts(page: Page) -> Counter[str]:
    return Counter("".join(run.clusters) for run in page.scene.runs)


def code_picture(plate: Plate, scene: Scene) -> Any:
    """The page with its codes only, drawn by this test itself; 255 = paper."""
    page = np.zeros((plate.height, plate.width), np.uint8)
    for symbol in scene.symbols:
        dots = np.kron(symbol.modules, np.ones((symbol.module, symbol.module), np.uint8))
        page[symbol.y : symbol.y + len(dots), symbol.x : symbol.x + len(dots)] |= dots
    for bars in scene.bars:
        dots = np.repeat(bars.modules, bars.module)
        page[bars.y : bars.y + bars.height, bars.x : bars.x + len(dots)] |= dots
    return (1 - page) * 255


@pytest.mark.parametrize("name", list_forms())
@pytest.mark.parametrize("dpi", [300, 600])
def test_codes_are_read_where_the_form_puts_them(name: str, dpi: int) -> None:
    form = load_form(name)
    plate = make_plate(form, dpi, draft=True)
    slips = slips_of(1, name)
    ((page,), errors) = compose(plate, slips)
    assert errors == []
    assert page.row == 50
    found = zxingcpp.read_barcodes(code_picture(plate, page.scene))
    codes = {code.symbology_identifier: code for code in found}
    kinds = {"qr": "]Q1", "bar_code": "]C1"}
    assert set(codes) == {kinds[claim] for claim in form.claims if claim in kinds}
    if not form.qr:
        return
    assert codes["]Q1"].bytes == slips.digits[0].tobytes()
    corner = codes["]Q1"].position.bottom_right
    notice = form.parts.paid_notice.box
    # The symbol's own edge: 4 modules, and what the whole dots leave, from either edge.
    for edge, size in [(corner.x, notice.right), (corner.y, notice.bottom)]:
        away = size - edge * 25.4 / dpi
        assert 1.3 < away < 4.5
        assert away > 4 * plate.qr.module * 25.4 / dpi - 2 * 25.4 / dpi  # type: ignore[union-attr]


@pytest.mark.parametrize("name", list_forms())
def test_every_value_is_on_the_page_and_in_its_box(name: str) -> None:
    plate = make_plate(load_form(name), 300, draft=True)
    slips = slips_of(20, name)
    pages, errors = compose(plate, slips)
    assert errors == []
    assert [page.row for page in pages] == slips.rows.tolist()
    boxed = (*plate.fields, *plate.bar_texts)
    boxes = [place.rect for place in boxed]
    for index, page in enumerate(pages):
        ocr = [run for run in page.scene.runs if set(run.offsets) and is_ocr(plate, run)]
        for run in page.scene.runs:
            if run in ocr:
                continue
            # A glyph may lean out of its own width by a hair, so its box of ink by a dot or two.
            for ink in ink_boxes(Scene(runs=[run]), plate.faces):
                grown = [Rect(b.x - 2, b.y - 2, b.width + 4, b.height + 4) for b in boxes]
                assert any(inside(ink, box) for box in grown)
        printed = "".join(texts(page).elements()).replace("\u3000", "").replace(" ", "")
        shown = {place.field.source for place in boxed}
        for column in {"name", "case_key", "confirmation", "bill_line_1"} & shown:
            value = slips.texts[column][index].replace("\u3000", "").replace(" ", "")
            assert value in printed
        assert f"¥{int(slips.texts['amount'][index]):,}" in texts(page)


def is_ocr(plate: Plate, run: TextRun) -> bool:
    return any(run.y == place.baseline for place in plate.ocr)


def test_variable_ink_keeps_out_of_the_quiet_zones_and_stamp_boxes() -> None:
    plate = make_plate(load_form("maru"), 300)
    kept = [
        to_rect(empty.box.moved(x, y), 300)
        for _, items, x, y in plate.form.areas
        for empty in items.empty
    ]
    assert plate.qr
    assert plate.bars
    kept += [plate.qr.quiet, plate.bars.quiet]
    for page in compose(plate, slips_of(30))[0]:
        for ink in ink_boxes(replace(page.scene, symbols=[], bars=[]), plate.faces):
            assert not any(overlap(ink, box) for box in kept)


def test_the_ocr_lines_stand_on_their_baselines_at_their_pitch() -> None:
    plate = make_plate(load_form("kaku-mpn"), 600, draft=True)
    slips = slips_of(1, "kaku-mpn")
    (page,), _ = compose(plate, slips)
    lines = [run for run in page.scene.runs if is_ocr(plate, run)]
    upper, lower = ("".join(run.clusters) for run in lines)
    assert upper == "34 " + slips.texts["ocr_upper"][0]
    assert lower == slips.texts["ocr_lower"][0]
    for run, baseline in zip(lines, (96 + 43.5, 96 + 52), strict=True):
        assert run.y == round(baseline * 600 / 25.4)
        face = plate.faces[run.face]
        for index, (gid, offset) in enumerate(zip(run.glyphs, run.offsets, strict=True)):
            middle = run.x + offset + face.advance(gid) * run.size / face.units_per_em / 2
            assert abs(middle - (6.62 * 600 / 25.4 + (index + 0.5) * 60)) <= 0.5 + 1e-6


def test_a_slip_above_the_limit_has_neither_bars_nor_their_text() -> None:
    plate = make_plate(load_form("maru"), 300)
    slips = slips_of(2)
    slips = replace(slips, has_bars=np.array([True, False]))
    with_bars, without = compose(plate, slips)[0]
    assert len(with_bars.scene.bars) == 1
    assert without.scene.bars == []
    assert texts(with_bars)[slips.texts["bill_line_2"][0]] == 1
    assert texts(without)[slips.texts["bill_line_2"][1]] == 0
    assert len(without.scene.symbols) == 1


def changed(slips: Slips, **columns: dict[int, str]) -> Slips:
    texts = {name: list(column) for name, column in slips.texts.items()}
    for name, values in columns.items():
        for index, value in values.items():
            texts[name][index] = value
    return replace(slips, texts=texts)


def test_a_missing_glyph_rejects_the_row_and_names_the_code_point_once() -> None:
    plate = make_plate(load_form("maru"), 300)
    slips = changed(slips_of(3), name={1: "𠮷田 太郎"}, address={1: "見本市\U0002a6d6町"})
    pages, errors = compose(plate, slips)
    assert [page.row for page in pages] == [50, 52]
    said = {(error.row, error.field, error.rule, error.found, error.expected) for error in errors}
    assert said == {
        (51, "name", "glyph", "U+20BB7", "a character of ipaexg"),
        (51, "address", "glyph", "U+2A6D6", "a character of ipaexg"),
    }
    assert len(errors) == 2


def test_a_name_too_long_for_a_box_rejects_the_row() -> None:
    plate = make_plate(load_form("maru"), 300)
    pages, errors = compose(plate, changed(slips_of(2), name={0: "見" * 400}))
    assert [page.row for page in pages] == [51]
    (error,) = errors
    assert (error.row, error.field, error.rule) == (50, "name", "too_wide")
    assert error.found == "見" * 400 + " 様"
    assert error.expected.startswith("what fits ")


@pytest.mark.parametrize("name", list_forms())
def test_extreme_values_still_fit(name: str) -> None:
    """The highest amount, a name of 40 and an address of 60 characters."""
    plate = make_plate(load_form(name), 300, draft=True)
    extreme = changed(
        slips_of(1, name),
        amount={0: "99999999999"},
        tax={0: "99999999999"},
        name={0: "株式会社見本市総合開発振興事業団管理部" * 2 + "会社"},
        address={0: "見本県見本市大字見本字中央一丁目二番三号" * 3},
        title={0: "国民健康保険料・介護保険料・後期高齢者医療保険料"},
        period={0: "99"},
    )
    pages, errors = compose(plate, extreme)
    assert errors == []
    assert texts(pages[0])["¥99,999,999,999"] >= len(list(plate.form.parts))


def test_a_variation_sequence_is_printed_as_itself() -> None:
    plate = make_plate(load_form("maru"), 300)
    name = "葛\U000e0100西 花子"
    (page,), _ = compose(plate, changed(slips_of(1), name={0: name}))
    assert texts(page)[f"{name} 様"] == 4


def test_no_slips_no_pages() -> None:
    plate = make_plate(load_form("maru"), 300)
    slips = slips_of(1)
    none = prepare(
        make_notices(1).combine_chunks().to_batches()[0].slice(0, 0), 0, load_form("maru")
    )
    assert compose(plate, none) == ([], [])
    assert len(compose(plate, slips)[0]) == 1


def test_layers_share_the_variable_ink() -> None:
    slips = slips_of(3)
    both, variable = (
        compose(make_plate(load_form("maru"), 300, layer=layer), slips)[0]  # type: ignore[arg-type]
        for layer in ("all", "variable")
    )
    assert [page.scene.runs for page in both] == [page.scene.runs for page in variable]
