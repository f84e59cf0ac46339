"""Previews, read by Pillow."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from elqr_fast.render.preview import write_png
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Scene

GREEN = (0, 112, 72)


def preview(plate, page):
    target = io.BytesIO()
    write_png(plate, page, target)
    return Image.open(io.BytesIO(target.getvalue()))


def test_black_ink_gives_one_bit_a_pixel(hand):
    plate = hand.slip_plate()
    page = hand.slip_page(plate, 1)
    image = preview(plate, page)
    assert (image.mode, image.size) == ("1", (700, 500))
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    dots = hand.dots(Rasteriser(plate).bits(page), 700)
    assert np.array_equal(np.asarray(image) == 0, dots == 1)


def test_coloured_ink_lies_under_the_slip_s_black(hand):
    plate = hand.slip_plate(static_ink=GREEN)
    page = hand.slip_page(plate, 1)
    image = preview(plate, page)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
    found = np.asarray(image.convert("RGB"))
    rasteriser = Rasteriser(plate)
    own = hand.dots(rasteriser.variable(page), 700) == 1
    static = hand.dots(rasteriser.static, 700) == 1
    expected = np.full((500, 700, 3), 255)
    expected[static] = GREEN
    expected[own] = 0
    assert np.array_equal(found, expected)


def test_ink_of_a_plate_without_static_layer_is_black(hand):
    plate = hand.slip_plate(static_ink=GREEN, static=Scene())
    assert preview(plate, hand.slip_page(plate, 1)).mode == "1"


@pytest.mark.parametrize("ink", [(0, 0, 0), GREEN])
def test_without_a_page_it_shows_what_all_share(hand, ink):
    plate = hand.slip_plate(static_ink=ink)
    inked = (np.asarray(preview(plate, None).convert("L")) < 255).sum()
    assert inked == hand.dots(Rasteriser(plate).static, 700).sum()


def test_equal_input_equal_bytes(hand):
    plate = hand.slip_plate(static_ink=GREEN)
    first, second = io.BytesIO(), io.BytesIO()
    for target in (first, second):
        write_png(plate, hand.slip_page(plate, 1), target)
    assert first.getvalue() == second.getvalue()
