"""What is drawn over and around a slip."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from elqr_fast.criteria.check import check_sheet
from elqr_fast.criteria.overlay import Shown, page_image, picture, write_pdf_of
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.forms import Form, load_form

RED = (220, 0, 0)
Altered = Callable[..., Form]


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return Sheet(load_form("kaku-general"), 300)


def margin_of(sheet: Sheet, image: Image.Image) -> int:
    return (image.width - sheet.plate.width) // 2


def test_a_page_is_in_the_forms_colours(sheet: Sheet) -> None:
    colours = page_image(sheet, 0).getcolors()
    assert colours
    assert {colour for _, colour in colours} == {(255, 255, 255), (192, 32, 48), (0, 0, 0)}


def test_without_overlays_the_page_is_untouched(sheet: Sheet) -> None:
    image = picture(sheet, 0, Shown())
    margin = margin_of(sheet, image)
    inner = image.crop((margin, margin, image.width - margin, image.height - margin))
    assert inner.tobytes() == page_image(sheet, 0).tobytes()


def test_rulers_have_a_line_every_millimetre(sheet: Sheet) -> None:
    image = np.asarray(picture(sheet, 0, Shown(rulers=True)).convert("L"))
    margin = (image.shape[1] - sheet.plate.width) // 2
    # One dot above the page: nothing there but the marks.
    row = image[margin - 2, margin:]
    starts = np.flatnonzero((row < 128) & (np.roll(row, 1) >= 128))
    assert len(starts) == 298
    assert np.abs(np.diff(starts) - 300 / 25.4).max() < 1


def test_a_broken_rule_is_marked_where_it_is_broken(altered_form: Altered) -> None:
    form = altered_form("kaku-general", {"box = [105, 94, 20, 20] ": "box = [104, 92, 20, 20] "})
    broken = Sheet(form, 300)
    results = check_sheet(broken)
    image = np.asarray(picture(broken, 0, Shown(results=results)))
    margin = margin_of(broken, picture(broken, 0, Shown()))
    red = (image == RED).all(axis=2)
    assert broken.plate.qr
    quiet = broken.plate.qr.quiet
    edge = red[margin + quiet.y, margin + quiet.x : margin + quiet.x + quiet.width]
    # The rule's number covers a little of its upper edge.
    assert edge.mean() > 0.8
    # Its line of text stands below the page.
    assert red[margin + broken.plate.height :].any()


def test_boxes_and_dimensions_leave_the_symbol_readable(sheet: Sheet) -> None:
    image = picture(sheet, 0, Shown(rulers=True, boxes=True, dimensions=True))
    assert image.size > (sheet.plate.width, sheet.plate.height)
    assert image.tobytes() != picture(sheet, 0, Shown()).tobytes()


def test_a_pdf_of_a_picture_is_of_true_size_and_lossless(sheet: Sheet) -> None:
    image = picture(sheet, 0, Shown(boxes=True))
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        write_pdf_of(image, 300, file)
    assert files[0].getvalue() == files[1].getvalue()
    with pikepdf.open(files[0]) as document:
        box = [float(edge) for edge in document.pages[0].mediabox]
    assert box[2:] == pytest.approx([edge * 72 / 300 for edge in image.size], abs=0.01)
    with pikepdf.open(files[1]) as document:
        stored = document.pages[0].Resources.XObject.P.read_bytes()
    assert stored == image.tobytes()
    with pypdfium2.PdfDocument(files[1]) as document:
        shown = np.asarray(document[0].render(scale=1).to_pil().convert("L"), np.int16)
    whole = np.asarray(image.convert("L").resize(shown.shape[::-1], Image.Resampling.BOX), np.int16)
    # A mirrored or shifted picture would differ by far more.
    assert np.abs(shown - whole).mean() < 8
