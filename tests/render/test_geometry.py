"""Dots a module at each printer, what is refused, and rules on whole dots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.errors import FormError
from elqr_fast.forms import Form, load_form
from elqr_fast.forms.model import BarCode, Box, Line, Qr, Span
from elqr_fast.render.geometry import (
    check_dpi,
    frame_rects,
    inner_rect,
    line_rects,
    place_bars,
    place_qr,
    to_dots,
    to_rect,
)
from elqr_fast.render.scene import Rect

AlteredForm = Callable[..., Form]
MARU = load_form("maru")


def qr_of(form: Form) -> Qr:
    assert form.qr
    return form.qr


def bar_code_of(form: Form) -> BarCode:
    assert form.bar_code
    return form.bar_code


@pytest.mark.parametrize(
    ("dpi", "module", "millimetres"),
    [(240, 3, 15.56), (300, 4, 16.59), (400, 6, 18.67), (600, 9, 18.67), (1200, 19, 19.71)],
)
def test_the_qr_code_is_the_largest_of_whole_dots(
    dpi: int, module: int, millimetres: float
) -> None:
    place = place_qr(MARU, qr_of(MARU), dpi)
    assert place.module == module
    assert place.quiet.width == place.quiet.height == 49 * module
    assert place.quiet.width * 25.4 / dpi == pytest.approx(millimetres, abs=0.005)


@pytest.mark.parametrize("name", ["maru", "kaku-mpn"])
@pytest.mark.parametrize("dpi", [240, 300, 360, 400, 480, 600, 720, 1200])
def test_the_qr_code_lies_in_its_corner(name: str, dpi: int) -> None:
    form = load_form(name)
    notice = form.parts.paid_notice.box
    corner = inner_rect(qr_of(form).corner.moved(notice.x, notice.y), dpi)
    quiet = place_qr(form, qr_of(form), dpi).quiet
    assert corner.x <= quiet.x
    assert quiet.x + quiet.width <= corner.x + corner.width
    assert corner.y <= quiet.y
    assert quiet.y + quiet.height <= corner.y + corner.height
    # In the middle of the 20 mm: as far from the perforation as from the bottom edge, to a dot.
    right = to_dots(notice.right, dpi) - quiet.x - quiet.width
    below = to_dots(notice.bottom, dpi) - quiet.y - quiet.height
    assert abs(right - below) <= 2


@pytest.mark.parametrize(
    ("dpi", "module"), [(300, 2), (360, 2), (400, 3), (480, 3), (600, 4), (720, 5), (1200, 9)]
)
def test_the_bar_code_is_the_widest_of_whole_dots(dpi: int, module: int) -> None:
    place = place_bars(MARU, bar_code_of(MARU), dpi)
    assert place.module == module
    assert place.quiet.width == 308 * module
    assert place.quiet.width * 25.4 / dpi <= 60 < 308 * (module + 1) * 25.4 / dpi
    assert place.height * 25.4 / dpi >= 10


@pytest.mark.parametrize("dpi", [200, 240])
def test_no_bar_code_below_300_dpi(dpi: int) -> None:
    with pytest.raises(FormError) as caught:
        place_bars(MARU, bar_code_of(MARU), dpi)
    said = str(caught.value)
    assert f"at {dpi} dpi the bar code of 2 dots a module" in said
    assert "its box is 60 mm wide" in said
    assert "300 dpi × 2, 360 dpi × 2, 400 dpi × 3, 480 dpi × 3, 600 dpi × 4" in said
    assert "maru.toml:" in said


def test_modules_can_be_chosen(altered_form: AlteredForm) -> None:
    form = altered_form(
        "maru",
        {
            "[qr]": "[qr]\nmodule_dots = { 600 = 8, 300 = 5 }",
            "[bar_code]": "[bar_code]\nmodule_dots = { 1200 = 8, 600 = 5 }",
        },
    )
    assert place_qr(form, qr_of(form), 600).module == 8
    assert place_qr(form, qr_of(form), 1200).module == 19
    assert place_bars(form, bar_code_of(form), 1200).module == 8
    with pytest.raises(FormError, match=r"qr\.module_dots.*20\.74 mm.*3 to 4 dots a module fit"):
        place_qr(form, qr_of(form), 300)
    with pytest.raises(FormError, match=r"bar_code\.module_dots.*65\.19 mm.*2 to 4 dots"):
        place_bars(form, bar_code_of(form), 600)


def test_a_box_too_small_for_any_module(altered_form: AlteredForm) -> None:
    form = altered_form(
        "maru",
        {
            "box = [64, 94, 20, 20]": "box = [64, 94, 12, 12]",
            "box = [12.5, 60.6, 60, 10.5]": "box = [12.5, 60.6, 10, 10.5]",
        },
    )
    with pytest.raises(FormError, match=r"12 × 12 mm: 3 dots a module are the least"):
        place_qr(form, qr_of(form), 300)
    with pytest.raises(FormError, match="no common printer fits it"):
        place_bars(form, bar_code_of(form), 600)


def test_bars_can_be_narrower_by_half_a_module() -> None:
    place = place_bars(MARU, bar_code_of(MARU), 600, narrower=2)
    assert (place.module, place.narrower) == (4, 2)
    assert replace(place, narrower=0) == place_bars(MARU, bar_code_of(MARU), 600)
    for wrong in (-1, 3):
        with pytest.raises(FormError, match="4 dots: bars can be 0 to 2 dots narrower"):
            place_bars(MARU, bar_code_of(MARU), 600, narrower=wrong)


@pytest.mark.parametrize("dpi", [100, 199, 1201, 0, -600])
def test_resolutions_out_of_range(dpi: int) -> None:
    with pytest.raises(FormError, match="200 to 1200 dpi"):
        check_dpi(dpi)


def test_a4_at_600_dpi() -> None:
    assert (to_dots(210, 600), to_dots(297, 600)) == (4961, 7016)
    assert to_dots(25.4 / 600 * 2.5, 600) == 3


@given(x=st.integers(0, 3000), y=st.integers(0, 3000), dpi=st.sampled_from([200, 300, 600, 1200]))
def test_boxes_that_touch_share_no_dot_and_leave_none_out(x: int, y: int, dpi: int) -> None:
    left = to_rect(Box(x / 10, y / 10, 12.3, 4.5), dpi)
    right = to_rect(Box(x / 10 + 12.3, y / 10, 7, 4.5), dpi)
    assert left.x + left.width == right.x
    inner = inner_rect(Box(x / 10, y / 10, 12.3, 4.5), dpi)
    assert abs(inner.x - left.x) <= 1
    assert inner.x * 25.4 / dpi >= x / 10 - 1e-6
    assert (inner.x + inner.width) * 25.4 / dpi <= x / 10 + 12.3 + 1e-6


def test_a_rule_is_centred_and_as_thick_as_it_says() -> None:
    (rect,) = line_rects(Line(span=Span(1, 2, 11, 2), width=0.5), 0, 0, 254)
    assert rect == Rect(10, 18, 100, 5)
    (rect,) = line_rects(Line(span=Span(3, 9, 3, 4), width=0.01), 1, 1, 254)
    assert rect == Rect(40, 50, 1, 50)


def test_a_dashed_rule_ends_where_its_span_does() -> None:
    rects = line_rects(Line(span=Span(0, 0, 10, 0), dash=(2, 1)), 0, 5, 254)
    assert [(rect.x, rect.width) for rect in rects] == [(0, 20), (30, 20), (60, 20), (90, 10)]


def test_frames_side_by_side_share_a_rule() -> None:
    first = frame_rects(Rect(0, 10, 50, 20), 3)
    second = frame_rects(Rect(0, 30, 50, 20), 3)
    assert first[1] == second[0] == Rect(-1, 29, 53, 3)


@pytest.mark.parametrize(
    ("stand", "outer", "hole"),
    [
        ("inside", (5, 5, 10, 8), (8, 8, 4, 2)),
        ("on", (4, 4, 13, 11), (7, 7, 7, 5)),
        ("outside", (2, 2, 16, 14), (5, 5, 10, 8)),
    ],
)
def test_a_frame_has_no_dot_twice(
    stand: Literal["inside", "on", "outside"],
    outer: tuple[int, int, int, int],
    hole: tuple[int, int, int, int],
) -> None:
    inked = [dot for rect in frame_rects(Rect(5, 5, 10, 8), 3, stand) for dot in dots(rect)]
    assert len(inked) == len(set(inked))
    assert set(inked) == set(dots(Rect(*outer))) - set(dots(Rect(*hole)))


def dots(rect: Rect) -> list[tuple[int, int]]:
    return [
        (x, y)
        for x in range(rect.x, rect.x + rect.width)
        for y in range(rect.y, rect.y + rect.height)
    ]
