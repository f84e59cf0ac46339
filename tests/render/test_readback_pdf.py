"""Reading PDF pages back, and faults put into them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from page_boxes import Fault, bars_in_boxes, page_boxes, symbol_in_boxes

from elqr_fast._native import readback as native
from elqr_fast.render.geometry import BarPlace, QrPlace
from elqr_fast.render.pdf_codes import CodeFonts
from elqr_fast.render.pdf_content import Content
from elqr_fast.render.pdf_fonts import PdfFont
from elqr_fast.render.readback_pdf import FAULTS
from elqr_fast.render.scene import BarsAt, Rect, Scene, Shape, SymbolAt

NOT_OURS = "the page says something that this version does not write"


@pytest.fixture
def pdf(make_chunk):
    return make_chunk("pdf")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (rb"0\.24 0 0 0\.24", b"0.25 0 0 0.24", "the page's unit is not the dot"),
        (rb"0\.24 0 0 0\.24", b"0.2.4 0 0 0.24", "the page holds a number that is none"),
        (rb"/S Do\n", b"/S Do\n1 g\n", NOT_OURS),
        (rb"/S Do\n", b"/S Do\n/S Do\n", NOT_OURS),
        (rb"ET\n", b"ET\n1 0 0 rg 0 0 9 9 re f\n", NOT_OURS),
        (rb"BT\n", b"BT\n3 Tr\n", NOT_OURS),
        (rb"ET\n", b"(0)Tj\nET\n", NOT_OURS),
        (rb"BT\n", b"BT\n1 1 Td(A)Tj\n", NOT_OURS),
        (rb"/F0 ", b"1 1 Td(A)Tj\n/F0 ", NOT_OURS),  # in the font of bars
        (rb"/F0 ", b"/Q ", NOT_OURS),
        (rb"/F0 ", b"/Q 2 Tf\n/F0 ", NOT_OURS),
        (rb"4 TL\n", b"", NOT_OURS),
        (rb"4 TL\n", b"5 TL\n", "the eL-QR is not made of whole modules"),
        (rb"TL\n501 ", b"TL\n501.5 ", NOT_OURS),
        (rb"TL\n501 ", b"TL\n99999999999999999999 ", "the page holds a number that no page has"),
        (rb"TL\n501 ", b"TL\n502 ", "the eL-QR is not made of whole modules"),
        (rb"TL\n501 ", b"TL\n505 ", "the eL-QR"),
        (rb"TL\n501 297 ", b"TL\n501 296 ", "the eL-QR is not made of whole modules"),
        (rb"TL\n501 297 ", b"TL\n501 293 ", "the eL-QR"),
        (rb"\(([@-O]{11})\)'\(", rb"(\1)'(\1)'(", "the eL-QR"),
        (rb"([@-O]{10}).\)'\(", rb"\1P)'(", NOT_OURS),
        (rb"([@-O]{11})\)'\(", rb"\1H)'(", "the eL-QR is not made of whole modules"),
        (rb"([@-O]{11})\)'\(", rb"\1@@@@@@)'(", NOT_OURS),
        (rb"([@-O]{10}).\)'\(", rb"\1G)'(", "the eL-QR is not made of whole modules"),
        (rb"/B 1 Tf\n-456 ", b"/B 1 Tf\n-455 ", "the bar code's bars are not whole modules"),
        (rb"/B 1 Tf\n-456 ", b"/B 1 Tf\n-458 ", "the bar code"),
        (rb"/B 1 Tf\n-456 -(\d+) ", b"/B 1 Tf\n-456 -90 ", "the bar code"),
        (rb"\)Tj\n", b"@@@@@@)Tj\n", "the bar code"),
        (rb"ET\n", rb"0 0 Td(\\x)Tj\nET\n", NOT_OURS),
        (rb"ET\n", b"0 0 Td(()Tj\nET\n", NOT_OURS),
        (rb"ET\n", b"0 0 Td(\r)Tj\nET\n", NOT_OURS),
        (rb"ET\n", rb"0 0 Td(\\)Tj\nET\n", NOT_OURS),
        (rb"BT\n", b"501.54 250.04 8.92 8.92 re\nf\nBT\n", "a rectangle is off the dot grid"),
        (rb"BT\n", b"1.04 1.04 8.92 8.92 re\nn\nBT\n", NOT_OURS),
        (rb"BT\n", b"5.1.4 250.04 8.92 8.92 re\nf\nBT\n", "the page holds a number that is none"),
        (rb"BT\n", b"502.04 250.04 2.92 2.92 re\nf\nBT\n", "the eL-QR is not made of whole"),
    ],
)
def test_damaged_content(pdf, old, new, reason):
    data = pdf.edited(1, lambda content: re.sub(old, new, content, count=1))
    found = pdf.check(data)
    assert list(found) == [1]
    assert found[1].startswith(reason)


def test_ink_away_from_the_codes_is_not_judged(pdf):
    stray = b"/S Do\n1.04 1.04 8.92 8.92 re\nf\n"
    data = pdf.edited(1, lambda content: content.replace(b"/S Do\n", stray))
    assert pdf.check(data) == {}


def test_a_shape_over_a_code(pdf):
    shape = b"/S Do\n510.5 240 m\n530 240 l\n530 260 l\nh\nf*\n"
    data = pdf.edited(2, lambda content: content.replace(b"/S Do\n", shape))
    assert list(pdf.check(data)) == [2]


def test_damaged_streams(pdf):
    """A flipped bit anywhere in a page's compressed stream is found."""
    data = pdf.written()
    starts = [match.end() for match in re.finditer(rb"FlateDecode>>\nstream\n", data)]
    # The static layer's dictionary goes on behind the filter: page 0 is the first.
    first, end = starts[1], data.index(b"\nendstream", starts[1])
    for at in np.random.default_rng(3).integers(first, end, 25).tolist():
        bad = bytearray(data)
        bad[at] ^= 0x10
        assert list(pdf.check(bytes(bad))) == [1]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"16 0 d0\n0.04 0.04 15.92 3.92 re", b"16 0 d0\n0.04 0.04 11.92 3.92 re", "the eL-QR"),
        (b"8 0 d0\n0.04 0.04 5.92", b"8 0 d0\n0.04 0.04 3.92", "the bar code"),
        (b"/FontMatrix[1 0 0 1", b"/FontMatrix[1 0 1 1", "the eL-QR"),
        (b"/p ", b"/o ", "the eL-QR"),
        (b"<</Q ", b"<</R ", "the eL-QR"),
        (b" 0 R/B ", b" 0 R/Q ", "the PDF cannot be opened"),
        (b"<</Q ", b"<<(Q ", "the PDF cannot be opened"),
    ],
)
def test_letters_that_draw_something_else(pdf, old, new, reason):
    data = pdf.written()
    assert old in data
    found = pdf.check(data.replace(old, new, 1))
    assert list(found) == [0, 1, 2, 3]
    assert all(said.startswith(reason) for said in found.values())


def test_damaged_files(pdf):
    data = pdf.written()
    everything = dict.fromkeys(range(4), "the PDF cannot be opened")
    assert pdf.check(b"") == everything
    assert pdf.check(data[: len(data) // 2]) == everything
    assert pdf.check(data.replace(b"startxref\n", b"startxref\n9")) == everything


def test_boxes_of_a_page(hand):
    """Everything that is drawn, in dots with y downwards."""
    plate = hand.plate(
        100, 100, dpi=600, qr=QrPlace(50, 60, 3), bars=BarPlace(7, 8, 2, 9, narrower=1)
    )
    scene = Scene(
        rects=[Rect(3, 4, 1, 2), Rect(-2, 90, 5, 20)],
        shapes=[Shape((((10.5, 20), (30, 20), (30, 25.2)),))],
        symbols=[SymbolAt(50, 60, 3, np.array([[1, 1, 0], [0, 0, 0], [0, 1, 0]], np.uint8))],
        bars=[BarsAt(7, 8, 2, 9, np.array([1, 0, 1, 1], np.uint8), narrower=1)],
        runs=[hand.run("gothic", 20, 10, 50, "字")],
    )
    fonts = {"gothic": PdfFont(b"F0", hand.faces["gothic"])}
    content = Content(100, fonts, CodeFonts()).page(scene)
    boxes = page_boxes(b"q\n0.12 0 0 0.12 0 0 cm\n" + content + b"Q\n", plate)
    assert sorted(boxes.tolist()) == sorted(
        [
            [3, 4, 4, 6],
            [-2, 90, 3, 110],
            [10, 20, 30, 26],
            [50, 60, 56, 63],
            [53, 66, 56, 69],
            [7, 8, 8, 17],
            [11, 8, 14, 17],
        ]
    )


def test_every_fault_has_its_reason():
    assert len(FAULTS) == native.PDF_FAULTS


def by_oracle(plate, content):
    """Whether the oracle finds the codes that the record asks for, or none of the fault's kind."""
    try:
        boxes = page_boxes(content, plate)
        return symbol_in_boxes(boxes, plate.qr), bars_in_boxes(boxes, plate.bars)
    except Fault:
        return None


def test_the_oracle_agrees(pdf):
    """Contents with bytes exchanged, doubled and left out: sound or not, whatever the grammar."""
    chance = np.random.default_rng(7)
    contents = []
    pdf.edited(1, lambda content: contents.append(content) or content + b" ")
    [content] = contents
    intact = by_oracle(pdf.plate, content)
    alphabet = b"0123456789.- \nqfrecmlhQBTdj@ADO()'\\/L"
    sound = 0
    for _ in range(150):
        at = int(chance.integers(len(content)))
        new = bytes([alphabet[chance.integers(len(alphabet))]]) * int(chance.integers(0, 3))
        changed = content[:at] + new + content[at + 1 :]
        if changed == content:
            continue
        found = by_oracle(pdf.plate, changed)
        equal = found is not None and all(map(np.array_equal, found, intact))
        differences = pdf.check(pdf.edited(1, lambda _, changed=changed: changed))
        assert (not differences) == equal, changed[max(0, at - 40) : at + 40]
        sound += equal
    assert sound  # in text, mostly
