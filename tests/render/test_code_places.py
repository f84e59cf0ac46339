"""Codes recovered from dots and from rectangles: the same, whole, or a fault."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_boxes import bars_in_boxes, symbol_in_boxes

from elqr_fast.render.code_places import (
    Fault,
    bars_in_dots,
    bars_in_line,
    symbol_in_dots,
)
from elqr_fast.render.geometry import BarPlace, QrPlace
from elqr_fast.render.pdf_content import runs
from elqr_fast.render.stamps import bar_dots

seeds = st.integers(0, 2**32 - 1)


def boxes_of(modules, place, tall=None):
    """Dark runs as rectangles, where the place puts them."""
    found = [
        (start * place.module, row * place.module, end * place.module, (row + 1) * place.module)
        for row, start, end in runs(modules)
    ]
    boxes = np.array(found, np.int64).reshape(-1, 4)
    if tall:
        boxes[:, 3] = tall
    return boxes + np.array([place.x, place.y] * 2)


@given(seed=seeds, module=st.integers(1, 5))
def test_any_matrix(seed, module):
    modules = np.random.default_rng(seed).integers(0, 2, (41, 41), np.uint8)
    modules[0, 0] = 1
    place = QrPlace(100, 70, module)
    dots = np.pad(np.kron(modules, np.ones((module, module), np.uint8)), 4 * module)
    assert np.array_equal(symbol_in_dots(dots, place), modules)
    assert np.array_equal(symbol_in_boxes(boxes_of(modules, place), place), modules)


@given(seed=seeds, module=st.integers(2, 5), narrower=st.integers(0, 1))
def test_any_bars(seed, module, narrower):
    modules = np.random.default_rng(seed).integers(0, 2, 288, np.uint8)
    modules[0] = 1
    place = BarPlace(100, 70, module, 30, narrower)
    line = bar_dots(modules, module, narrower)
    dots = np.pad(np.tile(line, (30, 1)), ((0, 0), (10 * module, 10 * module)))
    boxes = boxes_of(modules[np.newaxis], place, tall=30)
    boxes[:, 2] -= narrower
    assert np.array_equal(bars_in_dots(dots, place), modules)
    assert np.array_equal(bars_in_boxes(boxes, place), modules)


@given(seed=seeds, row=st.integers(0, 146), column=st.integers(0, 146))
def test_one_dot_too_many_or_too_few(seed, row, column):
    """In a symbol of 3 dots a module, wherever it is."""
    modules = np.random.default_rng(seed).integers(0, 2, (41, 41), np.uint8)
    dots = np.pad(np.kron(modules, np.ones((3, 3), np.uint8)), 12)
    dots[row, column] ^= 1
    with pytest.raises(Fault):
        symbol_in_dots(dots, QrPlace(0, 0, 3))


def test_an_empty_place():
    symbol, bars = QrPlace(50, 50, 2), BarPlace(50, 50, 2, 9)
    elsewhere = np.array([[0, 0, 10, 10], [500, 500, 900, 900]], np.int64)
    assert symbol_in_dots(np.zeros((98, 98), np.uint8), symbol) is None
    assert symbol_in_boxes(elsewhere, symbol) is None
    assert bars_in_dots(np.zeros((9, 616), np.uint8), bars) is None
    assert bars_in_boxes(elsewhere, bars) is None
    assert bars_in_boxes(elsewhere[:0], bars) is None


def test_bars_that_lost_different_widths():
    line = bar_dots(np.tile(np.array([1, 1, 0, 0], np.uint8), 72), 3, 1)
    assert bars_in_line(line, 3, 1).tolist() == [1, 1, 0, 0] * 72
    line[16] = 0
    with pytest.raises(Fault, match="whole modules"):
        bars_in_line(line, 3, 1)
