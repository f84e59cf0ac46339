"""What counts as red, blue or black ink."""

from __future__ import annotations

import pytest

from elqr_fast.criteria.maru import colour_name


@pytest.mark.parametrize(
    ("ink", "name"),
    [
        ((192, 32, 48), "red"),
        ((230, 0, 0), "red"),
        ((220, 60, 20), "red"),
        ((0, 60, 160), "blue"),
        ((0, 150, 220), "blue"),
        ((0, 0, 0), "black"),
        ((30, 30, 60), "black"),
        ((128, 128, 128), "black"),
        ((0, 112, 72), ""),
        ((120, 60, 150), ""),
        ((160, 90, 20), ""),
        ((230, 130, 0), ""),
    ],
)
def test_colours_by_the_names_people_give_them(ink: tuple[int, int, int], name: str) -> None:
    assert colour_name(*ink) == name
