"""One page after the other in one buffer."""

from __future__ import annotations

import numpy as np

from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Scene


def test_one_page_leaves_nothing_on_the_next(hand):
    plate = hand.slip_plate()
    rasteriser = Rasteriser(plate)
    static = rasteriser.static.copy()
    pages = [hand.slip_page(plate, number) for number in (1, 2, 1)]
    first, second, again = [rasteriser.bits(page).copy() for page in pages]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)
    assert np.array_equal(second, Rasteriser(plate).bits(pages[1]))
    assert np.array_equal(rasteriser.static, static)
    assert np.array_equal(rasteriser.bits(hand.page(Scene())), static)


def test_inked_boxes_cover_all_that_differs_from_the_static_layer(hand):
    plate = hand.slip_plate()
    rasteriser = Rasteriser(plate)
    differs = rasteriser.bits(hand.slip_page(plate, 7)) != rasteriser.static
    assert differs.any()
    for top, bottom, left, right in rasteriser.inked:
        differs[top:bottom, left:right] = False
    assert not differs.any()


def test_the_variable_plane_is_the_page_without_the_static_ink(hand):
    plate = hand.slip_plate()
    page = hand.slip_page(plate, 3)
    rasteriser = Rasteriser(plate)
    alone = Rasteriser(hand.plate(plate.width, plate.height)).bits(page)
    assert np.array_equal(rasteriser.variable(page), alone)
    assert np.array_equal(rasteriser.variable(page) | rasteriser.static, rasteriser.bits(page))
