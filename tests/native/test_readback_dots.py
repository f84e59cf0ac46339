"""Codes from coded rows, beside the same from dots: `code_places` knows no coding."""

from __future__ import annotations

import numpy as np
import pytest

from elqr_fast._native import g4
from elqr_fast._native import readback as native
from elqr_fast.errors import OutOfRangeError
from elqr_fast.render.code_places import Fault, as_page_codes, bars_in_dots, symbol_in_dots
from elqr_fast.render.geometry import BAR_MODULES, QR_SIDE, BarPlace, QrPlace
from elqr_fast.render.readback_tiff import FAULTS
from elqr_fast.render.stamps import bar_dots

WIDTH, HEIGHT = 700, 300
QR = QrPlace(33, 20, 3)
BARS = BarPlace(65, 190, 2, 30, 1)
PLACES = ((QR.x, QR.y, QR.module, QR_SIDE, 0, 0), (BARS.x, BARS.y, BARS.module, BAR_MODULES, 30, 1))


def drawn(chance):
    """A page with both codes, and ink of all kinds around them."""
    dots = (chance.random((HEIGHT, WIDTH)) < 0.1).astype(np.uint8)
    modules = chance.integers(0, 2, (QR_SIDE, QR_SIDE), np.uint8)
    bars = chance.integers(0, 2, BAR_MODULES, np.uint8)
    bars[[0, -1]] = 1, 0
    for place in (QR.quiet, BARS.quiet):
        dots[place.y : place.y + place.height, place.x : place.x + place.width] = 0
    across = slice(QR.x, QR.x + 3 * QR_SIDE)
    dots[QR.y : QR.y + 3 * QR_SIDE, across] = modules.repeat(3, axis=0).repeat(3, axis=1)
    line = bar_dots(bars, BARS.module, BARS.narrower)
    dots[BARS.y : BARS.y + BARS.height, BARS.x : BARS.x + len(line)] = line
    return dots, modules, bars


def from_dots(dots):
    def cut(box):
        return dots[box.y : box.y + box.height, box.x : box.x + box.width]

    try:
        return symbol_in_dots(cut(QR.quiet), QR), bars_in_dots(cut(BARS.quiet), BARS)
    except Fault:
        return None


def read(dots, height=HEIGHT):
    coded = g4.encode(np.packbits(dots, axis=1), WIDTH)
    [codes] = as_page_codes(*native.image(coded, WIDTH, height, *PLACES), FAULTS)
    return None if codes.fault else (codes.symbol, codes.bars)


def same(one, other):
    return one is other or (
        None not in (one, other)
        and all(
            a is b or (a is not None and b is not None and np.array_equal(a, b))
            for a, b in zip(one, other, strict=True)
        )
    )


def test_whole_modules_come_back():
    dots, modules, bars = drawn(np.random.default_rng(1))
    assert same(read(dots), (modules, bars))
    assert same(read(np.zeros_like(dots)), (None, None))


@pytest.mark.parametrize("box", [QR.quiet, BARS.quiet])
def test_any_changed_dot_is_judged_as_from_dots(box):
    chance = np.random.default_rng(box.x)
    dots, _, _ = drawn(chance)
    found = []
    for _ in range(300):
        spoilt = dots.copy()
        x = box.x - 1 + int(chance.integers(box.width + 2))
        y = box.y - 1 + int(chance.integers(box.height + 2))
        spoilt[y : y + int(chance.integers(1, 4)), x : x + int(chance.integers(1, 4))] ^= 1
        found.append(read(spoilt))
        assert same(found[-1], from_dots(spoilt))
    assert 0 < sum(one is not None for one in found) < 100


@pytest.mark.parametrize("box", [QR.quiet, BARS.quiet])
def test_changed_rows_and_columns(box):
    """Whole lines of a place moved by dots and modules: some are other codes, most are none."""
    chance = np.random.default_rng(5 + box.x)
    dots, _, _ = drawn(chance)
    for _ in range(100):
        spoilt = dots.copy()
        x = box.x + int(chance.integers(box.width - 8))
        part = spoilt[box.y : box.y + box.height, x : x + int(chance.integers(1, 8))]
        part[:] = chance.integers(0, 2) if chance.integers(2) else part[::-1]
        assert same(read(spoilt), from_dots(spoilt))


def test_rows_after_the_codes_are_not_asked_for():
    dots, modules, bars = drawn(np.random.default_rng(2))
    assert same(read(dots[: BARS.y + BARS.height]), (modules, bars))
    assert read(dots[: BARS.y + BARS.height - 1]) is None


@pytest.mark.parametrize("change", [(0, 11), (1, 700), (2, 0), (2, 1001), (3, 65)])
def test_places_off_the_page_are_refused(change):
    place = list(PLACES[0])
    place[change[0]] = change[1]
    error = ValueError if change[0] == 3 else OutOfRangeError
    with pytest.raises(error):
        native.image(b"", WIDTH, HEIGHT, tuple(place), PLACES[1])
