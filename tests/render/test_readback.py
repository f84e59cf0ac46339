"""The closed loop: every fault put into the emitted bytes must be found, and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
import zxingcpp

from elqr_fast.render.geometry import BarPlace, QrPlace
from elqr_fast.render.readback import (
    OTHER,
    UNREADABLE,
    WRONG_MODULES,
    bars_fault,
    check_chunk,
    sample_pdf,
    symbol_fault,
)
from elqr_fast.render.scene import Rect, Scene, SymbolAt

KINDS = ["pdf", "pdf-g4", "tiff"]
PAGES = 4


@pytest.fixture(params=KINDS)
def chunk(make_chunk, request):
    return make_chunk(request.param)


# -------------------------------------------------------------- nothing wrong


def test_what_was_written_is_the_record(chunk):
    assert chunk.check() == {}


def test_from_a_path(chunk, tmp_path):
    file = tmp_path / "chunk"
    file.write_bytes(chunk.written())
    assert check_chunk(chunk.kind, file, chunk.plate, chunk.digits, chunk.bars) == []


@pytest.mark.parametrize("kind", KINDS)
def test_other_places_and_narrower_bars(make_chunk, kind):
    """Places off the byte grid, strips that cut through codes."""
    for x in range(100, 108):
        chunk = make_chunk(
            kind, qr=QrPlace(x, 150, 3), bars=BarPlace(45, 420, 2, 40, narrower=x % 2)
        )
        data = chunk.written()
        assert chunk.check(data) == {}
        chunk.plate.bars = BarPlace(45, 420, 2, 40, narrower=1 - x % 2)
        assert set(chunk.check(data).values()) == {"the bar code's bars are not whole modules"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_slip_without_a_bar_code(make_chunk, kind):
    chunk = make_chunk(kind)
    chunk.pages[2].scene.bars = []
    assert chunk.check() == {2: "the bar code is missing"}
    chunk.bars[2] = None
    assert chunk.check() == {}


@pytest.mark.parametrize("kind", KINDS)
def test_plates_with_one_code_or_none(make_chunk, kind):
    chunk = make_chunk(kind, bars=None)
    source = io.BytesIO(chunk.written())
    assert check_chunk(kind, source, chunk.plate, chunk.digits) == []
    chunk = make_chunk(kind, qr=None)
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
    if chunk.kind != "pdf":  # its pages have no rectangles of their own
        chunk.plate.static.rects.append(rect)
    else:
        for page in chunk.pages:
            page.scene.rects = [rect]
    found = chunk.check()
    assert list(found) == (list(range(4)) if reason else [])
    assert all(said.startswith(reason) for said in found.values())


def test_only_some_pages(chunk):
    chunk.pages[1], chunk.pages[2] = chunk.pages[2], chunk.pages[1]

    def check(only):
        source = io.BytesIO(chunk.written())
        found = check_chunk(chunk.kind, source, chunk.plate, chunk.digits, chunk.bars, only=only)
        return [page for page, _ in found]

    assert check({0, 3}) == []
    assert check({0, 2}) == [2]
    # The others are counted all the same.
    chunk.pages.pop()
    assert check({0}) == [3]


def test_damage_anywhere_raises_nothing(chunk):
    """Structure, directories, fonts: what is not a code's need not be noticed."""
    data = chunk.written()
    chance = np.random.default_rng(5)
    for flips in [1, 2, 3] * 40:
        spoilt = bytearray(data)
        for _ in range(flips):
            spoilt[chance.integers(len(data))] ^= 1 << chance.integers(8)
        assert set(chunk.check(bytes(spoilt))) <= {*range(PAGES + 1)}


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


@pytest.fixture
def pdf(make_chunk):
    return make_chunk("pdf")


def test_samples_are_rendered_and_read(pdf):
    source = io.BytesIO(pdf.written())
    assert sample_pdf(source, [0, 3], pdf.digits, pdf.bars) == []


def test_a_sample_shows_what_operators_do_not(hand, pdf):
    """White over a code, another page's code, a second symbol."""
    white = b"ET\n1 g 480 90 200 250 re f\n"
    data = pdf.edited(1, lambda content: content.replace(b"ET\n", white))
    second = hand.symbol(hand.digits(9))
    scene = pdf.pages[2].scene
    scene.symbols = [*scene.symbols, SymbolAt(100, 180, 4, second)]
    doubled = pdf.written()
    reason = "rendered, the page shows other codes"
    assert sample_pdf(io.BytesIO(data), range(PAGES), pdf.digits, pdf.bars) == [(1, reason)]
    assert sample_pdf(io.BytesIO(doubled), range(PAGES), pdf.digits, pdf.bars) == [(2, reason)]


def test_an_empty_page_shows_no_code(hand, pdf):
    pdf.pages[0] = hand.page(Scene())
    source = io.BytesIO(pdf.written())
    [(page, _)] = sample_pdf(source, [0], pdf.digits, pdf.bars)
    assert page == 0
