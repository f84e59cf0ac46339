"""SVG path data to polygons."""

from __future__ import annotations

from itertools import pairwise
from math import pi

import pytest

from elqr_fast.forms import list_forms, load_form
from elqr_fast.forms.drawing import Contour, contours

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def area(contour: Contour) -> float:
    closed = [*contour, contour[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed)) / 2


@pytest.mark.parametrize(
    "path",
    [
        "M 0 0 L 10 0 L 10 10 L 0 10 Z",
        "M0,0 10,0 10,10 0,10z",
        "m0 0h10v10h-10z",
        "M 0 0 H 10 V 10 H 0",
        "M 0 0 l 10 0 0 1e1 -10 0 Z",
    ],
)
def test_one_square_many_spellings(path: str) -> None:
    assert contours(path) == (SQUARE,)


def test_a_second_contour_counts_from_where_the_first_began() -> None:
    first, second = contours("m 5 5 h 10 v 10 z m 1 2 h 3 v 4 z")
    assert first == ((5, 5), (15, 5), (15, 15))
    assert second == ((6, 7), (9, 7), (9, 11))


def test_curves_are_followed() -> None:
    # Four cubic quarters with the usual handle 0.5523 are a circle within 0.03 %.
    k = 0.5522847498
    circle = (
        f"M 1 0 C 1 {k} {k} 1 0 1 C {-k} 1 -1 {k} -1 0 C -1 {-k} {-k} -1 0 -1 C {k} -1 1 {-k} 1 0 Z"
    )
    assert area(contours(circle)[0]) == pytest.approx(pi, rel=2e-3)
    # A parabola's segment is two thirds of its box.
    assert area(contours("M 0 0 Q 1 2 2 0 Z")[0]) == pytest.approx(-2 / 3 * 2, rel=4e-3)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("L 1 1", "begins with M"),
        ("M 0 0 A 1 1 0 0 0 2 2", "'A' is not known"),
        ("M 0 0 L 1", "'L' needs 2 numbers"),
        ("M 0 0 L 1 1 Z 5", "not known"),
        ("M 0 0 L 1 # 2", "could not convert"),
    ],
)
def test_what_is_no_path_is_refused(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        contours(path)


@pytest.mark.parametrize("name", list_forms())
def test_the_drawings_of_the_forms_lie_in_their_views(name: str) -> None:
    for drawing in load_form(name).drawings.values():
        polygons = contours(drawing.path)
        assert polygons
        for x, y in (point for polygon in polygons for point in polygon):
            assert 0 <= x <= drawing.view[0]
            assert 0 <= y <= drawing.view[1]
