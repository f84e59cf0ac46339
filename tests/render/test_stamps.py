"""Stamps, against drawing dot by dot."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.render import stamps
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import BarsAt, Rect, Scene, Shape, SymbolAt, TextRun
from elqr_fast.render.stamps import bar_dots

WIDTH, HEIGHT = 61, 40

places = st.integers(-70, 70)
matrices = st.integers(1, 6).flatmap(
    lambda side: st.lists(st.integers(0, 1), min_size=side * side, max_size=side * side).map(
        lambda bits: np.array(bits, np.uint8).reshape(side, side)
    )
)
rects = st.builds(Rect, places, places, st.integers(1, 90), st.integers(1, 60))
symbols = st.builds(SymbolAt, places, places, st.integers(1, 9), matrices)
bar_lists = st.lists(st.integers(0, 1), min_size=1, max_size=12).map(
    lambda bits: np.array(bits, np.uint8)
)
bars = st.builds(
    BarsAt, places, places, st.integers(2, 5), st.integers(1, 30), bar_lists, st.integers(0, 1)
)
scenes = st.builds(
    Scene,
    rects=st.lists(rects, max_size=3),
    symbols=st.lists(symbols, max_size=2),
    bars=st.lists(bars, max_size=2),
)


def drawn(hand, scene, width=WIDTH, height=HEIGHT):
    plate = hand.plate(width, height)
    return hand.dots(Rasteriser(plate).bits(hand.page(scene)), width)


def naive(scene, width=WIDTH, height=HEIGHT):
    """Rectangles, symbols and bars, one dot at a time, on an endless sheet cut to the page."""
    inked = set()
    for rect in scene.rects:
        inked |= block(rect.x, rect.y, rect.width, rect.height)
    for symbol in scene.symbols:
        for row, column in np.argwhere(symbol.modules):
            module = symbol.module
            inked |= block(symbol.x + column * module, symbol.y + row * module, module, module)
    for code in scene.bars:
        for index in np.flatnonzero(code.modules):
            last = index + 1 == len(code.modules) or not code.modules[index + 1]
            width_of_it = code.module - (code.narrower if last else 0)
            inked |= block(code.x + index * code.module, code.y, width_of_it, code.height)
    sheet = np.zeros((height, width), np.uint8)
    for x, y in inked:
        if 0 <= x < width and 0 <= y < height:
            sheet[y, x] = 1
    return sheet


def block(x, y, width, height):
    return {(column, row) for column in range(x, x + width) for row in range(y, y + height)}


@given(scene=scenes)
def test_every_dot_of_rectangles_symbols_and_bars(hand, scene):
    assert np.array_equal(drawn(hand, scene), naive(scene))


corners = st.tuples(
    st.floats(-20, 80, width=32).map(lambda value: round(value * 8) / 8),
    st.floats(-20, 60, width=32).map(lambda value: round(value * 8) / 8),
)
shapes = st.builds(
    Shape,
    st.lists(st.lists(corners, min_size=3, max_size=6).map(tuple), min_size=1, max_size=2).map(
        tuple
    ),
)


def inside(shape, x, y):
    """Even-odd: whether a ray to the left crosses an odd number of edges."""
    crossings = 0
    for contour in shape.contours:
        for (x0, y0), (x1, y1) in zip(contour, contour[1:] + contour[:1], strict=True):
            if (y0 <= y) != (y1 <= y):
                crossings += x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x
    return crossings % 2


@given(shape=shapes)
def test_shapes_ink_the_dots_whose_centres_lie_inside(hand, shape):
    expected = [[inside(shape, x + 0.5, y + 0.5) for x in range(WIDTH)] for y in range(HEIGHT)]
    assert np.array_equal(drawn(hand, Scene(shapes=[shape])), np.array(expected, np.uint8))


@pytest.mark.parametrize("x", range(-3, 9))
def test_glyphs_in_every_phase_of_a_byte(hand, x):
    run = hand.run("gothic", 40.5, x, 45, "納 g、")
    sheet = np.zeros((60, 170), np.uint8)
    for glyph, offset in zip(run.glyphs, run.offsets, strict=True):
        dots, left, top = hand.faces["gothic"].bitmap(glyph, 40.5)
        for row, column in np.argwhere(dots):
            if x + offset + left + column >= 0:
                sheet[45 - top + row, x + offset + left + column] = 1
    assert sheet.any()
    assert np.array_equal(drawn(hand, Scene(runs=[run]), 170, 60), sheet)


def test_forgotten_glyphs_are_made_again(hand, monkeypatch):
    scene = Scene(runs=[hand.run("gothic", 20, 3, 30, "一二三一二三四一")])
    expected = drawn(hand, scene, 200, 40)
    monkeypatch.setattr(stamps, "GLYPHS_KEPT", 2)
    assert np.array_equal(drawn(hand, scene, 200, 40), expected)


def test_narrower_bars_lose_their_right_edge_only():
    modules = np.array([1, 0, 1, 1, 0, 0, 1], np.uint8)
    assert bar_dots(modules, 3, 0).tolist() == np.repeat(modules, 3).tolist()
    assert "".join(map(str, bar_dots(modules, 3, 1))) == "110000111110000000110"
    assert "".join(map(str, bar_dots(modules, 3, 2))) == "100000111100000000100"


def test_an_empty_run_and_a_blank_glyph_ink_nothing(hand):
    blank = hand.faces["gothic"].glyph(" ")
    empty = TextRun("gothic", 20, 5, 20, (), (), ())
    runs = [empty, TextRun("gothic", 20, 5, 20, (blank,), (0,), (" ",))]
    assert not drawn(hand, Scene(runs=runs)).any()


def test_a_shape_of_fractions_keeps_to_its_dots(hand):
    # Centres at 10.5 … 19.5: a box from 10.4 to 19.6 has them all, one from 10.6 to 19.4 eight.
    for low, high in ((10.4, 19.6), (10.6, 19.4)):
        box = ((low, low), (high, low), (high, high), (low, high))
        dots = drawn(hand, Scene(shapes=[Shape((box,))]))
        assert dots.sum() == (ceil(high - 0.5) - floor(low - 0.5) - 1) ** 2
