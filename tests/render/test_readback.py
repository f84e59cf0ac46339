"""The closed loop: every fault put into the emitted bytes must be found, and nothing else."""

from __future__ import annotations

import io
import re

import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from elqr_fast.render.geometry import QrPlace
from elqr_fast.render.pdf import write_pdf
from elqr_fast.render.preview import write_png
from elqr_fast.render.readback import (
    OTHER,
    UNREADABLE,
    WRONG_MODULES,
    bars_fault,
    check_chunk,
    sample_pdf,
    symbol_fault,
)
from elqr_fast.render.scene import BarsAt, Rect, Scene
from elqr_fast.render.tiff import write_tiff

PAGES = 4
WRITERS = {"pdf": write_pdf, "tiff": write_tiff}


class Chunk:
    """Some pages, their file, and what the record says they hold."""

    def __init__(self, hand, kind, **plate):
        self.kind = kind
        self.plate = hand.slip_plate(**plate)
        self.pages = [hand.slip_page(self.plate, number) for number in range(PAGES)]
        texts = [hand.digits(number) for number in range(PAGES)]
        self.digits = np.array([list(text.encode()) for text in texts], np.uint8)
        self.bars = [hand.bar_text(number) for number in range(PAGES)]

    def written(self):
        target = io.BytesIO()
        WRITERS[self.kind](self.plate, self.pages, target)
        return target.getvalue()

    def check(self, data=None):
        source = io.BytesIO(self.written() if data is None else data)
        found = check_chunk(self.kind, source, self.plate, self.digits, self.bars)
        return dict(found)


@pytest.fixture(params=["pdf", "tiff"])
def chunk(hand, request):
    return Chunk(hand, request.param)


# -------------------------------------------------------------- nothing wrong


def test_what_was_written_is_the_record(chunk):
    assert chunk.check() == {}


def test_from_a_path(chunk, tmp_path):
    file = tmp_path / "chunk"
    file.write_bytes(chunk.written())
    assert check_chunk(chunk.kind, file, chunk.plate, chunk.digits, chunk.bars) == []


@pytest.mark.parametrize("kind", WRITERS)
def test_other_places_and_narrower_bars(hand, kind):
    """Places off the byte grid, strips that cut through codes."""
    for x in range(100, 108):
        chunk = Chunk(hand, kind, qr=QrPlace(x, 150, 3))
        for page in chunk.pages:
            [bars] = page.scene.bars
            page.scene.bars = [
                BarsAt(bars.x, bars.y, bars.module, bars.height, bars.modules, narrower=1)
            ]
        assert chunk.check() == {}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_slip_without_a_bar_code(hand, kind):
    chunk = Chunk(hand, kind)
    chunk.pages[2].scene.bars = []
    assert chunk.check() == {2: "the bar code is missing"}
    chunk.bars[2] = None
    assert chunk.check() == {}


@pytest.mark.parametrize("kind", WRITERS)
def test_plates_with_one_code_or_none(hand, kind):
    chunk = Chunk(hand, kind, bars=None)
    source = io.BytesIO(chunk.written())
    assert check_chunk(kind, source, chunk.plate, chunk.digits) == []
    chunk = Chunk(hand, kind, qr=None)
    source = io.BytesIO(chunk.written())
    assert check_chunk(kind, source, chunk.plate, None, chunk.bars) == []


def test_as_many_bar_codes_as_payloads(chunk):
    with pytest.raises(ValueError, match="4 payloads, but 3 bar codes"):
        check_chunk(chunk.kind, io.BytesIO(), chunk.plate, chunk.digits, chunk.bars[:3])


# -------------------------------------------------------------- wrong pages


def test_swapped_pages(chunk):
    chunk.pages[1], chunk.pages[2] = chunk.pages[2], chunk.pages[1]
    reason = "the eL-QR is another record's"
    assert chunk.check() == {1: reason, 2: reason}


def test_swapped_bars(chunk):
    scenes = [page.scene for page in chunk.pages]
    scenes[0].bars, scenes[3].bars = scenes[3].bars, scenes[0].bars
    reason = "the bar code is another record's"
    assert chunk.check() == {0: reason, 3: reason}


def test_missing_codes(chunk):
    chunk.pages[0].scene.symbols = []
    chunk.pages[1].scene.bars = []
    assert chunk.check() == {0: "the eL-QR is missing", 1: "the bar code is missing"}


def test_missing_and_surplus_pages(chunk):
    lost = chunk.pages.pop()
    assert chunk.check() == {3: "the page is missing"}
    chunk.pages += [lost, lost]
    assert chunk.check() == {4: "a page that no record asks for"}


@pytest.mark.parametrize(("row", "column"), [(20, 20), (3, 3), (6, 9), (33, 8), (8, 2), (40, 40)])
def test_every_flipped_module_is_found(chunk, row, column):
    """In the data, a finder, the timing pattern, the dark module, the format: far less than what
    error correction forgives.
    """
    [symbol] = chunk.pages[1].scene.symbols
    symbol.modules[row, column] ^= 1
    reason = WRONG_MODULES if row > 7 or column > 7 else UNREADABLE
    assert chunk.check() == {1: f"the eL-QR {reason}"}


def test_a_symbol_beyond_recognition(chunk):
    [symbol] = chunk.pages[1].scene.symbols
    symbol.modules[12:40, 12:20] ^= 1
    assert chunk.check() == {1: f"the eL-QR {UNREADABLE}"}


@pytest.mark.parametrize("module", [0, 100, 150, 287])
def test_a_flipped_bar_module(chunk, module):
    [bars] = chunk.pages[1].scene.bars
    bars.modules[module] ^= 1
    assert list(chunk.check()) == [1]


@pytest.mark.parametrize(
    ("rect", "reason"),
    [
        (Rect(510, 210, 1, 1), "the eL-QR is not made of whole modules"),
        (Rect(486, 250, 1, 1), "the eL-QR is not made of whole modules"),
        (Rect(520, 199, 60, 4), "the eL-QR is not made of whole modules"),
        (Rect(49, 425, 1, 1), "the bar code's bars are not whole"),
        (Rect(26, 420, 2, 40), "the bar code's bars are not whole"),
        (Rect(640, 420, 1, 40), "the bar code's bars are not whole"),
        (Rect(485 - 1, 250, 1, 1), ""),
        (Rect(501 + 41 * 4 + 16, 250, 1, 1), ""),
        (Rect(60, 419, 2, 1), ""),
        (Rect(60, 460, 2, 1), ""),
    ],
)
def test_stray_ink(chunk, rect, reason):
    # The place of the eL-QR with its quiet zone begins at (485, 187), the bars' at (25, 420).
    chunk.pages[3].scene.rects = [rect]
    found = chunk.check()
    assert list(found) == ([3] if reason else [])
    assert found.get(3, "").startswith(reason)


# -------------------------------------------------------------- damaged TIFF


@pytest.fixture
def tiff(hand):
    return Chunk(hand, "tiff")


def test_damaged_strips(tiff):
    """A flipped bit anywhere in a page's coded data is found, or changed no dot of a code."""
    data = tiff.written()
    chance = np.random.default_rng(1)
    found = 0
    with Image.open(io.BytesIO(data)) as image:
        image.seek(2)
        offsets, lengths = image.tag_v2[273], image.tag_v2[279]
    for strip in (1, 2, 2, 2, 2, 3):
        at = offsets[strip] + int(chance.integers(lengths[strip]))
        bad = bytearray(data)
        bad[at] ^= 1 << int(chance.integers(8))
        differences = tiff.check(bytes(bad))
        assert set(differences) <= {2}
        found += len(differences)
    assert found >= 4


def test_damaged_structure(tiff):
    data = tiff.written()
    unreadable = dict.fromkeys(range(PAGES), "the file is no classic little-endian TIFF")
    assert tiff.check(b"") == unreadable
    assert tiff.check(b"MM" + data[2:]) == unreadable
    assert data[4:8] == (8).to_bytes(4, "little")
    cut = tiff.check(data[: len(data) // 2])
    assert set(cut) >= {2, 3}
    assert 0 not in cut
    # The last directory, made to point to the first.
    last = data.rindex((254).to_bytes(2, "little") + (4).to_bytes(2, "little")) - 2
    end = last + 2 + 12 * int.from_bytes(data[last : last + 2], "little")
    circle = data[:end] + (8).to_bytes(4, "little") + data[end + 4 :]
    assert tiff.check(circle) == {4: "the TIFF's directories form a circle"}


def test_a_page_of_another_size(hand, tiff):
    other = hand.plate(701, 500, qr=tiff.plate.qr, bars=tiff.plate.bars)
    found = check_chunk("tiff", io.BytesIO(tiff.written()), other, tiff.digits, tiff.bars)
    assert {reason for _, reason in found} == {"the page does not have the plate's size"}


# -------------------------------------------------------------- damaged PDF


@pytest.fixture
def pdf(hand):
    return Chunk(hand, "pdf")


def edited(data, page, edit):
    """The file with one page's content changed."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        contents = document.pages[page].obj.Contents
        changed = edit(contents.read_bytes())
        assert changed != contents.read_bytes()
        contents.write(changed)
        document.save(target)
    return target.getvalue()


NOT_OURS = "the page says something that this version does not write"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (rb"0\.24 0 0 0\.24", b"0.25 0 0 0.24", "the page's unit is not the dot"),
        (rb"0\.24 0 0 0\.24", b"0.2.4 0 0 0.24", "the page holds a number that is none"),
        (rb"/S Do\n", b"/S Do\n1 g\n", NOT_OURS),
        (rb"/S Do\n", b"/S Do\n/S Do\n", NOT_OURS),
        (rb"ET\n", b"ET\n1 0 0 rg 0 0 9 9 re f\n", NOT_OURS),
        (rb"BT\n", b"BT\n3 Tr\n", NOT_OURS),
        (rb"f\nQ\n", b"f\n", NOT_OURS),
        (rb" re\nf\nQ", b" re\nn\nQ", NOT_OURS),
        (rb"([\d.]+) re\n", b"1x re\n", NOT_OURS),
        (rb"\d\.04 0\.04 ", b"7.5 0.04 ", "a rectangle is off the dot grid"),
        (rb"1 0 0 1 501 ", b"1 0 0 1 502 ", "the eL-QR is not made of whole modules"),
        (rb"1 0 0 1 501 ", b"1 0 0 1 505 ", "the eL-QR"),
        (rb"1 0 0 1 45 ", b"1 0 0 1 46 ", "the bar code"),
        (rb"0\.04 0\.04 27\.92 ", b"0.04 0.04 23.92 ", "the eL-QR"),
    ],
)
def test_damaged_content(pdf, old, new, reason):
    data = edited(pdf.written(), 1, lambda content: re.sub(old, new, content, count=1))
    found = pdf.check(data)
    assert list(found) == [1]
    assert found[1].startswith(reason)


def test_a_rectangle_that_changes_nothing_is_none_of_ours_to_judge(pdf):
    """Text and ink away from the codes are not read back; what lies there is not compared."""
    data = edited(
        pdf.written(),
        1,
        lambda content: content.replace(b"/S Do\n", b"/S Do\n1.04 1.04 8.92 8.92 re\nf\n"),
    )
    assert pdf.check(data) == {}


def test_a_shape_over_a_code(pdf):
    shape = b"/S Do\n510.5 240 m\n530 240 l\n530 260 l\nh\nf*\n"
    data = edited(pdf.written(), 2, lambda content: content.replace(b"/S Do\n", shape))
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


def test_damaged_files(pdf):
    data = pdf.written()
    everything = dict.fromkeys(range(PAGES), "the PDF cannot be opened")
    assert pdf.check(b"") == everything
    assert pdf.check(data[: len(data) // 2]) == everything
    assert pdf.check(data.replace(b"startxref\n", b"startxref\n9")) == everything


# -------------------------------------------------------------- PNG, a file for each page


@pytest.mark.parametrize("ink", [(0, 0, 0), (0, 112, 72)])
def test_png_pages(hand, ink):
    chunk = Chunk(hand, "png", static_ink=ink)
    digits, text = chunk.digits[2:3], chunk.bars[2:3]

    def check(page, expected=digits):
        target = io.BytesIO()
        write_png(chunk.plate, page, target)
        return [reason for _, reason in check_chunk("png", target, chunk.plate, expected, text)]

    assert check(chunk.pages[2]) == []
    assert check(chunk.pages[1]) == [f"the eL-QR {OTHER}"]
    chunk.pages[2].scene.symbols[0].modules[20, 20] ^= 1
    assert check(chunk.pages[2]) == [f"the eL-QR {WRONG_MODULES}"]
    chunk.pages[2].scene.rects.append(Rect(486, 250, 1, 1))
    assert check(chunk.pages[2]) == [
        "the eL-QR is not made of whole modules, or its quiet zone is not empty"
    ]


def test_damaged_png_files(hand):
    chunk = Chunk(hand, "png")
    target = io.BytesIO()
    write_png(chunk.plate, chunk.pages[0], target)
    data = target.getvalue()

    def check(data, plate=chunk.plate):
        found = check_chunk("png", io.BytesIO(data), plate, chunk.digits[:1], chunk.bars[:1])
        return [reason for _, reason in found]

    assert check(b"") == check(data[:10]) == ["the PNG cannot be opened"]
    assert check(data[:-200]) == ["the page's data are damaged"]
    middle = len(data) // 2
    spoilt = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    assert check(spoilt) == ["the page's data are damaged"]
    other = hand.slip_plate(height=501)
    assert check(data, other) == ["the page does not have the plate's size"]


# -------------------------------------------------------------- reading one code


def test_symbols(hand):
    digits = hand.digits(5)
    for mask in range(8):
        assert symbol_fault(hand.symbol(digits, mask), digits.encode()) == ""
    assert symbol_fault(hand.symbol(digits), hand.digits(6).encode()) == OTHER
    assert symbol_fault(np.zeros((41, 41), np.uint8), digits.encode()) == UNREADABLE


def test_bars(hand):
    text = hand.bar_text(5)
    assert bars_fault(hand.bars(text), text.encode()) == ""
    assert bars_fault(hand.bars(text), hand.bar_text(6).encode()) == OTHER
    assert bars_fault(np.zeros(288, np.uint8), text.encode()) == UNREADABLE
    kind = zxingcpp.BarcodeFormat.Code128
    plain = zxingcpp.create_barcode(text, kind).to_image(scale=1, add_quiet_zones=False)
    assert bars_fault((np.asarray(plain)[0] == 0).astype(np.uint8), text.encode()) == UNREADABLE


# -------------------------------------------------------------- rendered samples


def test_samples_are_rendered_and_read(pdf):
    source = io.BytesIO(pdf.written())
    assert sample_pdf(source, [0, 3], pdf.digits, pdf.bars) == []


def test_a_sample_shows_what_operators_do_not(hand, pdf):
    """White over a code, another page's code, a second symbol."""
    data = edited(
        pdf.written(),
        1,
        lambda content: content.replace(b"ET\n", b"ET\n1 g 480 90 200 250 re f\n"),
    )
    second = hand.symbol(hand.digits(9))
    scene = pdf.pages[2].scene
    scene.symbols = [*scene.symbols, scene.symbols[0].__class__(100, 180, 4, second)]
    doubled = pdf.written()
    reason = "rendered, the page shows other codes"
    assert sample_pdf(io.BytesIO(data), range(PAGES), pdf.digits, pdf.bars) == [(1, reason)]
    assert sample_pdf(io.BytesIO(doubled), range(PAGES), pdf.digits, pdf.bars) == [(2, reason)]


def test_an_empty_page_shows_no_code(hand, pdf):
    pdf.pages[0] = hand.page(Scene())
    source = io.BytesIO(pdf.written())
    [(page, _)] = sample_pdf(source, [0], pdf.digits, pdf.bars)
    assert page == 0
