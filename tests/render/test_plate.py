"""Plates of the built-in forms: sizes, layers, fonts, drafts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from elqr_fast.errors import ConfigError, FontError, FormError
from elqr_fast.forms import Form, list_forms, load_form
from elqr_fast.forms.model import Box
from elqr_fast.render import fonts
from elqr_fast.render.clearance import inside, overlap
from elqr_fast.render.geometry import to_rect
from elqr_fast.render.plate import Layer, Plate, make_plate
from elqr_fast.render.scene import Scene, TextRun
from elqr_fast.render.static import ink_boxes

AlteredForm = Callable[..., Form]


@pytest.fixture
def no_ocr_b(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_folders", list)
    monkeypatch.delenv("ELQR_FONT_PATH", raising=False)


#: Millimetres to dots, worked out by hand.
DOTS = {300: {114: 1346, 180: 2126, 210: 2480, 297: 3508},
        600: {114: 2693, 180: 4252, 210: 4961, 297: 7016}}  # fmt: skip


@pytest.mark.parametrize("name", list_forms())
@pytest.mark.parametrize("dpi", [300, 600])
def test_a_plate_has_the_page_in_whole_dots(name: str, dpi: int) -> None:
    form = load_form(name)
    plate = make_plate(form, dpi, draft=True)
    assert plate.width == DOTS[dpi][int(form.page.width)]
    assert plate.height == DOTS[dpi][int(form.page.height)]
    assert (plate.dpi, plate.layer, plate.static_ink) == (dpi, "all", plate.form.ink)
    used = {run.face for run in plate.static.runs}
    assert used <= set(plate.faces)
    for key, face in plate.faces.items():
        assert face.key == key


@pytest.mark.parametrize("name", list_forms())
@pytest.mark.parametrize("dpi", [300, 400, 600])
def test_no_rule_runs_through_a_value(name: str, dpi: int) -> None:
    """Neither rules nor words of the built-in forms come within a field's box."""
    plate = make_plate(load_form(name), dpi, draft=True)
    stamped = [rect for run in stamps(plate) for rect in ink_boxes(Scene(runs=[run]), plate.faces)]
    printed = [rect for rect in ink_boxes(plate.static, plate.faces) if rect not in stamped]
    for place in (*plate.fields, *plate.bar_texts):
        clash = [rect for rect in printed if overlap(rect, place.rect)]
        assert not clash, (place.key, place.rect, clash)


def test_the_variable_layer_has_no_static_ink_but_the_same_places() -> None:
    form = load_form("maru")
    both, variable = make_plate(form, 300), make_plate(form, 300, layer="variable")
    assert variable.static == Scene()
    assert both.static.rects
    assert (both.qr, both.bars) == (variable.qr, variable.bars)
    assert [place.rect for place in both.fields] == [place.rect for place in variable.fields]


def test_the_variable_layer_is_checked_with_the_static_one(altered_form: AlteredForm) -> None:
    form = altered_form("maru", {"box = [49.5, 101, 14, 6]": "box = [53, 101, 14, 6]"})
    with pytest.raises(FormError, match="quiet zone"):
        make_plate(form, 300, layer="variable")


def test_a_wrong_layer_or_resolution() -> None:
    form = load_form("maru")
    with pytest.raises(ConfigError, match="layer 'static'"):
        make_plate(form, 300, layer="static")  # type: ignore[arg-type]
    with pytest.raises(FormError, match="2400 dpi"):
        make_plate(form, 2400)
    with pytest.raises(FormError, match="what fits is 300 dpi × 2"):
        make_plate(form, 240)


def test_a_plate_without_codes_has_no_places_for_them() -> None:
    form = replace(load_form("maru"), qr=None, bar_code=None)
    plate = make_plate(form, 240)
    assert plate.qr is plate.bars is None
    assert plate.bar_texts == ()


@pytest.mark.usefixtures("no_ocr_b")
def test_without_ocr_b_a_form_with_ocr_lines_is_refused_unless_a_draft() -> None:
    form = load_form("kaku-mpn")
    with pytest.raises(FontError, match="apt-get install fonts-ocr-b"):
        make_plate(form, 300)
    plate = make_plate(form, 300, draft=True)
    assert plate.draft
    assert set(plate.faces) == {"ipaexg"}
    assert make_plate(load_form("maru"), 300)


@pytest.mark.parametrize("layer", ["all", "variable"])
def test_a_draft_is_stamped_where_the_bank_would_stamp(layer: Layer) -> None:
    plate = make_plate(load_form("maru"), 300, layer=layer, draft=True)
    for run, (_, part) in zip(stamps(plate), plate.form.parts, strict=True):
        box = to_rect(part.empty[0].box.moved(part.box.x, part.box.y), 300)
        assert all(inside(ink, box) for ink in ink_boxes(Scene(runs=[run]), plate.faces))
        assert run.size > 40
    assert not stamps(make_plate(load_form("maru"), 300, layer=layer))


def stamps(plate: Plate) -> list[TextRun]:
    return [run for run in plate.static.runs if "".join(run.clusters) == "DRAFT"]


def test_a_form_without_stamp_boxes_is_stamped_on_top(altered_form: AlteredForm) -> None:
    boxes = ("[5, 80,", "[14, 80,", "[3.5, 80,")
    form = altered_form(
        "maru",
        {f'kind = "date_stamp", box = {box}': f'kind = "remarks", box = {box}' for box in boxes},
    )
    (run,) = stamps(make_plate(form, 300, layer="variable", draft=True))
    assert run.y < 3508 / 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('text = "原符", box = [11.5, 3, 30, 6]', 'text = "原符", box = [11.5, 3, 8, 6]',
         "takes 8.47 mm of width, its box has 7.96 mm"),
        ('text = "原符", box = [11.5, 3, 30, 6]', 'text = "原符", box = [11.5, 3, 30, 4]',
         "takes 4.23 mm of height, its box has 3.98 mm"),
        ('text = "見本市会計管理者", box = [130', 'text = "𠮷野市会計管理者", box = [130',
         r"page.texts\[0\]: no font of 'gothic' \(ipaexg\) has U\+20BB7"),
        ("[page]", '[drawings.el]\nview = [1, 1]\npath = "M 0 0 X 1"\n[page]',
         "drawings.el.path: path command 'X' is not known"),
        ('source = "due", box = [62, 120.4, 58, 6.2]', 'source = "due", box = [62, 120.4, 58, 3]',
         r"page.fields\[9\]: the text takes 3.53 mm of height"),
        ('source = "amount", box = [62,', 'source = "amount", suffix = "00円", box = [62,',
         r"page.fields\[8\]: '00円' would be read as part of the amount"),
        ('gothic = ["ipaexg"]', 'gothic = ["no-such-font.ttf"]', "no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_is_refused(
    altered_form: AlteredForm, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        make_plate(altered_form("maru", {old: new}), 300)


def test_a_slip_with_a_qr_code_has_three_parts(without_receipt: Callable[[str], Form]) -> None:
    form = without_receipt("maru")
    with pytest.raises(FormError, match="receipt is missing"):
        make_plate(form, 300)


def test_qr_box_in_millimetres_holds_the_quiet_zone_on_every_plate() -> None:
    for form in filter(lambda form: form.qr, map(load_form, list_forms())):
        assert isinstance(form.qr_box, Box)
        for dpi in (300, 600, 1200):
            plate = make_plate(form, dpi, draft=True)
            assert plate.qr
            quiet, box = plate.qr.quiet, form.qr_box
            edges = (quiet.x, quiet.x + quiet.width, quiet.y, quiet.y + quiet.height)
            left, right, top, bottom = (edge * 25.4 / dpi for edge in edges)
            assert box.x <= left < right <= box.right
            assert box.y <= top < bottom <= box.bottom
