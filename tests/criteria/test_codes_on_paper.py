"""What the checker measures, against zxing-cpp's own measure of the rendered picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from elqr_fast.criteria.codes_on_paper import corner, printed_symbol, with_quiet_zone
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.forms import list_forms, load_form
from elqr_fast.render.plate import make_plate
from elqr_fast.render.preview import write_png

WITH_QR = [name for name in list_forms() if load_form(name).qr]


@pytest.mark.parametrize("name", WITH_QR)
@pytest.mark.parametrize("dpi", [300, 600])
def test_an_independent_reader_finds_the_symbol_where_the_checker_does(name: str, dpi: int) -> None:
    sheet = Sheet(load_form(name), dpi)
    ours = printed_symbol(sheet)
    assert ours
    theirs = position_in_picture(sheet, dpi)
    # zxing-cpp's corners are those of the outermost dots, the lower right ones included.
    mine = (ours.x, ours.y, ours.x + ours.width - 1, ours.y + ours.height - 1)
    assert np.abs(np.subtract(theirs, mine)).max() <= 1
    # In millimetres, from the perforation and the bottom edge: the same to a dot.
    form = sheet.form
    right = form.parts.paid_notice.box.right - (theirs[2] + 1) * 25.4 / dpi
    below = form.slip.bottom - (theirs[3] + 1) * 25.4 / dpi
    space, quiet = corner(sheet), with_quiet_zone(ours)
    margin = (quiet.width - ours.width) / 2
    dot = 25.4 / dpi
    from_right = space.x + space.width - quiet.x - quiet.width + margin
    from_below = space.y + space.height - quiet.y - quiet.height + margin
    assert right == pytest.approx(sheet.mm(from_right), abs=1.5 * dot)
    assert below == pytest.approx(sheet.mm(from_below), abs=1.5 * dot)


def position_in_picture(sheet: Sheet, dpi: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the only QR code in the PNG that a preview writes."""
    target = io.BytesIO()
    write_png(make_plate(sheet.form, dpi), sheet.samples.pages[0], target)
    picture = np.asarray(Image.open(target).convert("L"))
    # Colour print is grey here; codes are black.
    found = zxingcpp.read_barcodes(
        np.where(picture < 60, 0, 255).astype(np.uint8), formats=zxingcpp.BarcodeFormat.QRCodeModel2
    )
    assert [code.bytes for code in found] == [sheet.samples.slips.digits[0].tobytes()]
    place = found[0].position
    return place.top_left.x, place.top_left.y, place.bottom_right.x, place.bottom_right.y


def test_the_corner_is_35_by_20_mm() -> None:
    sheet = Sheet(load_form("kaku-mpn"), 600)
    space = corner(sheet)
    assert (sheet.mm(space.width), sheet.mm(space.height)) == pytest.approx((35, 20), abs=0.05)


def test_a_symbol_that_is_overprinted_is_not_found() -> None:
    sheet = Sheet(load_form("maru"), 300)
    place = sheet.plate.qr
    assert place
    sheet.pages[1][place.y + 40, place.x // 8 + 5] ^= 0x10
    assert printed_symbol(sheet) is None
