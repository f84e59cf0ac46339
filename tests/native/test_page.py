"""Pages from a plate: every way of coding gives the bits of a full coding of the composed page."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import elqr_fast as ef
from elqr_fast._native.page import JOINED, ROW_CACHED, Atlas, Batch, Plate
from elqr_fast.errors import EmptyError, OutOfRangeError

Rows = npt.NDArray[np.uint8]
Dots = npt.NDArray[np.uint8]
Blit = tuple[int, int, int]


def pack(dots: Dots) -> Rows:
    return np.packbits(dots, axis=1)


def blob(height: int, width: int, seed: int) -> Dots:
    """A shape like a letter's: strokes, not noise."""
    random = np.random.default_rng(seed)
    dots = np.zeros((height, width), np.uint8)
    for _ in range(4):
        x, y = random.integers(0, width), random.integers(0, height)
        w, h = random.integers(1, width + 1), random.integers(1, height + 1)
        dots[y : y + max(2, h // 3), x : x + max(1, w // 4)] ^= 1
    return dots


class Sheet:
    """A form with its glyphs, and what a page of it must look like."""

    def __init__(
        self,
        static: Dots,
        glyphs: list[Dots],
        rows_per_strip: int,
        zones: list[tuple[int, int, int, int]] | None = None,
        qr: tuple[int, int, int, int] | None = None,
        bars: tuple[int, int, int, int, int, int] | None = None,
    ) -> None:
        self.static, self.glyphs, self.qr, self.bars = static, glyphs, qr, bars
        self.height, self.width = static.shape
        boxes = np.array(zones or np.zeros((0, 4)), np.int32).reshape(-1, 4)
        self.plate = Plate(pack(static), self.width, rows_per_strip, boxes, qr=qr, bars=bars)
        self.atlas = Atlas()
        for glyph in glyphs:
            self.atlas.add(pack(glyph), glyph.shape[1])

    def batch(
        self, pages: list[list[Blit]], symbols: Dots | None = None, bars: Dots | None = None
    ) -> Batch:
        blits = np.array([blit for page in pages for blit in page], np.int32).reshape(-1, 3)
        ends = np.cumsum([len(page) for page in pages]).astype(np.uint64)
        packed = None
        if symbols is not None:
            packed = np.packbits(symbols, axis=2).reshape(len(pages), -1)
        return Batch(self.plate, self.atlas, blits, ends, packed, bars)

    def composed(
        self, blits: list[Blit], symbol: Dots | None = None, bars: Dots | None = None
    ) -> Dots:
        page = self.static.copy()
        for glyph, x, y in blits:
            dots = self.glyphs[glyph]
            page[y : y + dots.shape[0], x : x + dots.shape[1]] |= dots
        if symbol is not None and self.qr:
            x, y, module, side = self.qr
            block = np.kron(symbol, np.ones((module, module), np.uint8))
            page[y : y + side * module, x : x + side * module] |= block
        if bars is not None and self.bars:
            x, y, module, count, height, narrower = self.bars
            line = np.repeat(bars, module)
            for i in range(count):
                if bars[i] and (i + 1 == count or not bars[i + 1]):
                    line[(i + 1) * module - narrower : (i + 1) * module] = 0
            page[y : y + height, x : x + count * module] |= line
        return page

    def strips(self, dots: Dots) -> list[bytes]:
        """The full coding."""
        step = self.plate.rows_per_strip
        parts = [dots[y : y + step] for y in range(0, self.height, step)]
        return [ef.g4_encode(pack(part), self.width, len(part)) for part in parts]


def coded(batch: Batch, pages: int, method: int) -> list[list[bytes]]:
    """The strips of each page, from one buffer that is large enough."""
    out = np.empty(20_000_000, np.uint8)
    ends = np.zeros((pages, batch.plate.strips), np.uint64)
    assert batch.code(out, ends, method=method) == pages
    flat = [0, *ends.reshape(-1).tolist()]
    strips = [out[a:b].tobytes() for a, b in pairwise(flat)]
    count = batch.plate.strips
    return [strips[i * count : (i + 1) * count] for i in range(pages)]


def check(
    sheet: Sheet, pages: list[list[Blit]], symbols: Dots | None = None, bars: Dots | None = None
) -> None:
    batch = sheet.batch(pages, symbols, bars)
    rows = pack(sheet.static)
    wanted = []
    for index, blits in enumerate(pages):
        symbol = None if symbols is None else symbols[index]
        row_of_bars = None if bars is None else bars[index]
        dots = sheet.composed(blits, symbol, row_of_bars)
        wanted.append(sheet.strips(dots))
        batch.draw(index, rows, only_added=True)
        np.testing.assert_array_equal(rows, pack(dots))
        batch.erase(index, rows)
        np.testing.assert_array_equal(rows, pack(sheet.static))
    for method in (ROW_CACHED, JOINED):
        assert coded(batch, len(pages), method) == wanted


def slip_sheet(rows_per_strip: int = 400) -> Sheet:
    """A small form: rules, static marks, two lines of digits, a symbol and bars."""
    static = np.zeros((400, 700), np.uint8)
    static[20, 10:690] = 1
    static[380:383, 10:690] = 1
    static[20:380, 10:13] = 1
    static[20:380, 300] = 1
    static[100:130, 20:45] = blob(30, 25, 9)
    static[210:212, 30:200] = 1  # right below the second line of digits
    zones = [(60, 95, 220, 40), (320, 95, 300, 40), (60, 170, 220, 40)]
    glyphs = [blob(24, 14, seed) for seed in range(12)] + [blob(31, 30, 20), blob(5, 1, 21)]
    return Sheet(
        static, glyphs, rows_per_strip, zones, qr=(520, 200, 4, 25), bars=(330, 330, 2, 80, 40, 1)
    )


def slip_blits(seed: int) -> list[Blit]:
    random = np.random.default_rng(seed)
    blits = [(int(random.integers(12)), 64 + 18 * i, 100) for i in range(10)]
    blits += [(int(random.integers(12)), 330 + 19 * i, 100 + i % 3) for i in range(14)]
    return blits + [(int(random.integers(12)), 64 + 18 * i, 186) for i in range(9)]


def random_modules(shape: tuple[int, ...], seed: int) -> Dots:
    return np.random.default_rng(seed).integers(0, 2, shape, dtype=np.uint8)


@pytest.mark.parametrize("rows_per_strip", [400, 64, 7, 1])
def test_slips(rows_per_strip: int) -> None:
    sheet = slip_sheet(rows_per_strip)
    pages = [slip_blits(seed) for seed in range(4)] + [[]]
    bars = random_modules((5, 80), 1)
    bars[2] = 0
    check(sheet, pages, random_modules((5, 25, 25), 2), bars)


def test_order_of_blits_does_not_matter() -> None:
    sheet = slip_sheet()
    blits = slip_blits(3)
    check(sheet, [blits, blits[::-1], sorted(blits, key=lambda blit: blit[2])])


@pytest.mark.parametrize(
    "blits",
    [
        pytest.param([(1, 5, 100)], id="on a rule"),
        pytest.param([(1, 14, 100)], id="next to a rule"),
        pytest.param([(12, 280, 90)], id="over a rule"),
        pytest.param([(1, 100, 100), (2, 108, 105)], id="over another"),
        pytest.param([(1, 100, 100), (2, 116, 100)], id="too close to another"),
        pytest.param([(1, 400, 250)], id="in no zone"),
        pytest.param([(1, 100, 0), (1, 200, 376)], id="at top and bottom"),
        pytest.param([(1, 0, 40), (1, 686, 40)], id="at both sides"),
        pytest.param([(13, 699, 50)], id="one dot at the right"),
        pytest.param([(1, 64, 187)], id="down to static ink"),
        pytest.param([(1, 522, 190)], id="in the symbol"),
    ],
)
def test_awkward_places(blits: list[Blit]) -> None:
    check(slip_sheet(), [blits], random_modules((1, 25, 25), 3))


@pytest.mark.parametrize("gap", range(8))
def test_gaps_between_glyphs(gap: int) -> None:
    solid = [np.ones((9, 10), np.uint8), np.tri(9, 10, dtype=np.uint8)]
    sheet = Sheet(np.zeros((40, 200), np.uint8), solid, 40, [(0, 0, 200, 40)])
    pages = [[(a, 50, 10), (b, 60 + gap, 10 + dy)] for a in (0, 1) for b in (0, 1) for dy in (0, 3)]
    check(sheet, pages)


@pytest.mark.parametrize("width", [2000, 2700, 5300, 9921])
def test_long_runs(width: int) -> None:
    static = np.zeros((60, width), np.uint8)
    static[30, 4:-4] = 1
    sheet = Sheet(static, [blob(20, 10, 1)], 60, [(0, 0, width, 60)])
    check(sheet, [[(0, 100, 5)], [(0, width - 100, 5)], [(0, width - 14, 5), (0, 0, 5)]])


def test_wide_glyphs_have_long_code_words() -> None:
    noise = np.random.default_rng(1).integers(0, 2, (12, 500), dtype=np.uint8)
    static = np.zeros((50, 1500), np.uint8)
    static[5:40, 20:300] = np.random.default_rng(2).integers(0, 2, (35, 280), dtype=np.uint8)
    sheet = Sheet(static, [noise], 50, [(400, 0, 1000, 50)])
    check(sheet, [[(0, 500, 10)], [(0, 401, 13), (0, 910, 20)]])


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Sheet, list[list[Blit]]]:
    width, height = draw(st.integers(1, 150)), draw(st.integers(1, 60))
    seed = draw(st.integers(0, 1000))
    static = np.zeros((height, width), np.uint8)
    for i in range(draw(st.integers(0, 4))):
        part = blob(min(height, 10), min(width, 14), seed + i)
        x = draw(st.integers(0, width - part.shape[1]))
        y = draw(st.integers(0, height - part.shape[0]))
        static[y : y + part.shape[0], x : x + part.shape[1]] |= part
    glyphs = [
        blob(draw(st.integers(1, min(height, 12))), draw(st.integers(1, min(width, 12))), seed + i)
        for i in range(3)
    ]
    box = st.tuples(*[st.integers(-20, 160)] * 2, *[st.integers(0, 160)] * 2)
    zones = draw(st.lists(box, max_size=4))
    sheet = Sheet(static, glyphs, draw(st.integers(1, height)), zones)
    blit = st.integers(0, 2).flatmap(
        lambda glyph: st.tuples(
            st.just(glyph),
            st.integers(0, width - glyphs[glyph].shape[1]),
            st.integers(0, height - glyphs[glyph].shape[0]),
        )
    )
    return sheet, draw(st.lists(st.lists(blit, max_size=10), min_size=1, max_size=3))


@settings(max_examples=300)
@given(scenes())
def test_any_scene(scene: tuple[Sheet, list[list[Blit]]]) -> None:
    check(*scene)


def test_a_full_buffer_can_be_emptied() -> None:
    sheet = slip_sheet(100)
    pages = [slip_blits(seed) for seed in range(6)]
    batch = sheet.batch(pages)
    whole = coded(batch, 6, JOINED)
    out = np.empty(12_000, np.uint8)
    ends = np.zeros((6, 4), np.uint64)
    done = 0
    while done < 6:
        first, done = done, batch.code(out, ends, first=done)
        assert first < done
        bounds = [0, *ends[first:done].reshape(-1).tolist()]
        got = [out[a:b].tobytes() for a, b in pairwise(bounds)]
        assert got == [strip for page in whole[first:done] for strip in page]
    assert batch.code(np.empty(10, np.uint8), ends) == 0


def test_what_is_no_page_is_refused() -> None:
    sheet = slip_sheet()
    ends = np.zeros((2, 1), np.uint64)
    for bad in ((14, 0, 0), (-1, 0, 0), (1, -1, 0), (1, 0, -1), (1, 687, 0), (1, 0, 377)):
        batch = sheet.batch([[(1, 0, 0)], [bad]])
        with pytest.raises(OutOfRangeError, match="item 1"):
            batch.code(np.empty(100_000, np.uint8), ends)
        with pytest.raises(OutOfRangeError, match="item 1"):
            batch.draw(1, pack(sheet.static))
    with pytest.raises(ValueError, match="no page 2"):
        batch.draw(2, pack(sheet.static))
    with pytest.raises(ValueError, match="strip_ends"):
        batch.code(np.empty(100, np.uint8), np.zeros((2, 2), np.uint64))
    with pytest.raises(ValueError, match="blit_ends"):
        Batch(sheet.plate, sheet.atlas, np.zeros((1, 3), np.int32), np.array([2], np.uint64))
    with pytest.raises(ValueError, match="symbol"):
        sheet.batch([[]], random_modules((1, 21, 21), 0))


def test_what_is_no_plate_is_refused() -> None:
    rows = np.zeros((10, 2), np.uint8)
    with pytest.raises(ValueError, match="bytes a row"):
        Plate(rows, 17, 10)
    with pytest.raises(EmptyError):
        Plate(rows, 16, 0)
    with pytest.raises(EmptyError):
        Atlas().add(np.zeros((0, 1), np.uint8), 8)
    for wrong in (
        {"qr": (0, 0, 1, 17)},
        {"bars": (0, 5, 1, 10, 6, 0)},
        {"bars": (0, 0, 1, 9, 1, 1)},
    ):
        with pytest.raises(OutOfRangeError):
            Plate(rows, 16, 10, **wrong)
    with pytest.raises(OutOfRangeError):
        Plate(rows, 16, 11)
    with pytest.raises(OutOfRangeError):
        Atlas().add(np.zeros((1, 251), np.uint8), 2001)


def test_without_vectors_the_same(tmp_path: Path) -> None:
    """In a process of its own, as the processor is asked once."""
    sheet = slip_sheet(150)
    pages = [slip_blits(seed) for seed in range(3)]
    wanted = b"".join(strip for page in coded(sheet.batch(pages), 3, JOINED) for strip in page)
    program = (
        f"import runpy, sys; t = runpy.run_path({__file__!r}); sheet = t['slip_sheet'](150);"
        "batch = sheet.batch([t['slip_blits'](seed) for seed in range(3)]);"
        "strips = t['coded'](batch, 3, t['JOINED']);"
        "sys.stdout.buffer.write(b''.join(strip for page in strips for strip in page))"
    )
    environment = {**os.environ, "ELQR_DISABLE_CPU": "avx2"}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=tmp_path)
    assert ran.stdout == wanted
