"""What a form says of itself."""

from __future__ import annotations

import pytest

from elqr_fast.forms import load_form
from elqr_fast.forms.model import Box


def test_box() -> None:
    box = Box(1, 2, 3, 4)
    assert (box.right, box.bottom) == (4, 6)
    assert box.moved(10, 20) == Box(11, 22, 3, 4)


@pytest.mark.parametrize(("name", "corner"), [("maru", (84, 297)), ("kaku-mpn", (125, 210))])
def test_the_qr_code_is_where_the_criteria_want_it(name: str, corner: tuple[int, int]) -> None:
    """35 × 20 mm, from the perforation on the right and the slip's bottom edge."""
    form = load_form(name)
    assert form.qr
    assert form.qr_box
    notice = form.parts.paid_notice.box
    given = form.qr.corner.moved(notice.x, notice.y)
    assert (given.width, given.height) == (35, 20)
    assert (given.right, given.bottom) == corner == (notice.right, form.slip.bottom)
    assert given.x <= form.qr_box.x < form.qr_box.right <= given.right
    assert given.y <= form.qr_box.y < form.qr_box.bottom <= given.bottom


@pytest.mark.parametrize("name", ["maru", "kaku-mpn"])
def test_the_parts_fill_the_slip_side_by_side(name: str) -> None:
    form = load_form(name)
    left = form.slip.x
    for _, part in form.parts:
        assert (part.box.x, part.box.y, part.box.height) == (left, form.slip.y, form.slip.height)
        left = part.box.right
    assert left == form.slip.right
    assert form.slip.height == 114


def test_required_columns_leave_out_the_optional_ones() -> None:
    columns = load_form("maru").columns
    assert {"amount", "name", "el_number", "due"} <= set(columns)
    assert not {"tax", "arrears", "postal", "address"} & set(columns)
    assert len(columns) == len(set(columns))
    assert {"ocr_upper", "case_key"} - set(columns) == {"ocr_upper", "case_key"}
