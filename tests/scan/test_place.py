"""Boxes in millimetres on pages of pixels, whichever way up."""

from __future__ import annotations

import pytest

from elqr_fast.scan.place import Placement, placements, turns_of

A4 = (210.0, 297.0)


def turned(size: tuple[int, int], point: tuple[int, int], turns: int) -> tuple[int, int]:
    """Where a point of an upright image goes when the image is turned clockwise, step by step."""
    (width, height), (x, y) = size, point
    for _ in range(turns):
        (width, height), (x, y) = (height, width), (height - y, x)
    return x, y


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_region_turns_with_the_page(turns: int) -> None:
    upright = (2100, 2970)
    size = upright if turns % 2 == 0 else upright[::-1]
    place = Placement(size, turns, (10.0, 10.0))
    corners = [turned(upright, point, turns) for point in ((300, 2700), (500, 2800))]
    xs, ys = zip(*corners, strict=True)
    box = (30.0, 270.0, 20.0, 10.0)
    assert place.region(box, margin=0.0) == (min(xs), min(ys), max(xs), max(ys))
    left, top, right, bottom = place.region(box, margin=5.0)
    assert (right - left, bottom - top) == (max(xs) - min(xs) + 100, max(ys) - min(ys) + 100)
    assert turns_of(tuple(turned(upright, p, turns) for p in SQUARE)) == turns  # type: ignore[arg-type]


SQUARE = ((300, 2700), (400, 2700), (400, 2800), (300, 2800))


def test_regions_stay_on_the_page() -> None:
    assert Placement((2100, 2970), 0, (10.0, 10.0)).region((0, 0, 10, 10))[:2] == (0, 0)


@pytest.mark.parametrize("askew", [-3, 0, 3])
def test_turns_of_a_code_that_is_a_little_askew(askew: int) -> None:
    assert turns_of(((0, 0), (100, askew), (100, 100), (0, 100))) == 0


@pytest.mark.parametrize(
    ("size", "dpi", "turns"),
    [
        ((2480, 3508), (300.0, 300.0), [0, 2]),
        ((3508, 2480), (300.0, 300.0), [1, 3]),
        ((1728, 2292), (204.0, 196.0), [0, 2]),  # fax, fine
        ((2480, 3508), (72.0, 72.0), [0, 2]),  # the file does not know: the width tells
        ((2480, 3508), None, [0, 2]),
        ((2480, 3508), (200.0, 200.0), []),  # a larger sheet
        ((2480, 1700), (300.0, 300.0), []),  # a part of the page
        ((2480, 2480), None, []),
        ((1, 1), None, []),
    ],
)
def test_how_a_page_can_lie(
    size: tuple[int, int], dpi: tuple[float, float] | None, turns: list[int]
) -> None:
    assert [place.turns for place in placements(size, dpi, A4)] == turns


def test_scale_of_unequal_resolutions() -> None:
    [place, _] = placements((1728, 2292), (204.0, 196.0), A4)
    assert place.scale == (204 / 25.4, 196 / 25.4)


def test_a_square_page_can_lie_any_way() -> None:
    assert len(placements((1000, 1000), None, (100.0, 100.0))) == 4
