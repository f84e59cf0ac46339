"""What may not touch on a plate."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.errors import FormError
from elqr_fast.forms import Form
from elqr_fast.render.clearance import inside, overlap
from elqr_fast.render.plate import make_plate
from elqr_fast.render.scene import Rect

AlteredForm = Callable[..., Form]
RECTS = st.builds(
    Rect, st.integers(0, 12), st.integers(0, 12), st.integers(1, 6), st.integers(1, 6)
)

#: Alterations of the maru form, and what is said of each.
CLASHES = [
    # A text set into the eL-QR's quiet zone; 1 mm of it.
    ("box = [49.5, 101, 14, 6]", "box = [53, 101, 14, 6]", "the ink at .* enters the eL-QR with"),
    # A field over the bar code.
    ("box = [11, 53, 68, 5.6]", "box = [11, 56, 68, 5.6]", "the field at .* enters the bar code"),
    # A field in a date-stamp box, and a rule through one.
    ("box = [12.5, 73.9, 60, 2.6]", "box = [12.5, 78, 60, 2.6]", "enters the date stamp at"),
    ("width = 210\nheight = 297\nlines = [", "width = 210\nheight = 297\nlines = [\n"
     "  { span = [0, 290, 210, 290] },", "the ink at .* enters the"),
    # The eL mark in a stamp box of the receipt.
    ("empty = [{ kind = \"date_stamp\", box = [3.5, 80, 30, 30]",
     "marks = [{ drawing = \"el\", box = [5, 90, 12, 7] }]\n"
     "empty = [{ kind = \"date_stamp\", box = [3.5, 80, 30, 30]", "enters the date stamp"),
    # Code upon code.
    ("box = [12.5, 60.6, 60, 10.5]", "box = [12.5, 92, 60, 10.5]", "enters the"),
    ("box = [64, 94, 20, 20]", "box = [20, 88, 20, 20]", "enters the eL-QR with"),
    # Two values in one place.
    ("box = [62, 99.4, 58, 6.2]", "box = [62, 98, 58, 6.2]", "the field at .* enters the field at"),
    # Off the page.
    ("box = [68, 2.5, 12, 7]", "box = [68, -190, 12, 7]", "the ink at .* leaves the page"),
    ("slip = [0, 183, 210, 114]", "slip = [0, 183, 210, 115]", "the slip at .* leaves the page"),
    ("box = [142, 183, 68, 114]", "box = [142, 183, 69, 114]", "the part at .* leaves the page"),
    ("span = [0, 183, 210, 183]", "span = [0, 183, 211, 183]", "the ink at .* leaves the page"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), CLASHES)
def test_a_clash_is_refused_with_both_keys(
    altered_form: AlteredForm, old: str, new: str, message: str
) -> None:
    form = altered_form("maru", {old: new})
    with pytest.raises(FormError, match=message) as caught:
        make_plate(form, 300)
    assert str(caught.value).startswith("altered.toml: ")
    assert " mm of " in str(caught.value)


def test_the_ocr_band_takes_the_ocr_lines_and_nothing_else(altered_form: AlteredForm) -> None:
    text = '{ text = "34", box = [6, 38, 6, 5] },\n  { text = "見本県"'
    form = altered_form("kaku-mpn", {'{ text = "見本県"': text})
    with pytest.raises(FormError, match=r"the ink at .* enters the ocr band"):
        make_plate(form, 300, draft=True)
    form = altered_form("kaku-mpn", {'kind = "ocr_band"': 'kind = "clear_zone"'})
    with pytest.raises(FormError, match=r"the OCR line at .* enters the clear zone"):
        make_plate(form, 300, draft=True)


@given(a=RECTS, b=RECTS)
def test_overlap_is_sharing_a_dot_and_inside_is_having_all(a: Rect, b: Rect) -> None:
    first, second = dots(a), dots(b)
    assert overlap(a, b) == overlap(b, a) == bool(first & second)
    assert inside(a, b) == (first <= second)


def dots(rect: Rect) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(rect.x, rect.x + rect.width)
        for y in range(rect.y, rect.y + rect.height)
    }
