"""Grades of the slip's GS1-128, in the manner of ISO/IEC 15416, from the scan as it is.

As in `grade`, nothing is calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter

import numpy as np

from elqr_fast._native import bars as bars_native
from elqr_fast._native import bars_grade as native
from elqr_fast.scan.grade import HIGHEST, letter_of
from elqr_fast.scan.pages import Grey, PageImage, in_rows
from elqr_fast.scan.reading import BarsGrade
from elqr_fast.scan.symbols import Bars

#: The kernel's parameters in its order.
PARAMETERS = (
    "decode", "contrast", "reflectance", "edge_contrast", "modulation", "defects", "decodability",
)  # fmt: skip
MODULES = 288
#: Below, a pixel takes in more than half a module, and edges of the narrowest bars run together: a
#: grade would be one of the scan.
LEAST_PIXELS = 2.0
#: How far feeders stretch, as in `place`.
STRETCH = 0.03
#: Said instead of a letter.
TOO_COARSE = "too coarse"
#: Modules that are looked at on either side: a quiet zone, and what the place may be off.
AROUND = 16

Points = list[tuple[float, float]]


def grade_bars(page: PageImage, found: Sequence[Bars], turns: int) -> BarsGrade | None:
    """How well a page's only bar code is printed and scanned; None if there is none or several.

    `turns`: the page's quarter turns clockwise.
    """
    if len(found) != 1:
        return None
    [bars] = found
    module = _length(bars, turns) / MODULES
    if module < LEAST_PIXELS * (1 - STRETCH):
        return BarsGrade(None, TOO_COARSE, module=module)
    meant = bars_native.bars(np.frombuffer(bars.digits.encode("ascii"), np.uint8)[None])[0]
    grey, corners = _upright(page, bars, turns, math.ceil(AROUND * module))
    graded = native.grade(grey, [number for point in corners for number in point], meant)
    return None if graded is None else _grade(*graded)


def _length(bars: Bars, turns: int) -> float:
    """Pixels from the first bar to the last."""
    along = [point[turns % 2] for point in bars.corners]
    return max(along) - min(along)


def _upright(page: PageImage, bars: Bars, turns: int, around: int) -> tuple[Grey, Points]:
    """The bars along rows, and their corners: top left, top right, bottom right, bottom left."""
    across, down = zip(*bars.corners, strict=True)
    left, top = max(math.floor(min(across)) - around, 0), max(math.floor(min(down)) - around, 0)
    crop = page.crop(left, top, math.ceil(max(across)) + around, math.ceil(max(down)) + around)
    height, width = crop.shape
    points = [(x - left, y - top) for x, y in bars.corners]
    for _ in range(turns % 4):  # each against the clock, as np.rot90 turns
        points = [(y, width - x) for x, y in points]
        width, height = height, width
    upper, lower = _halves(points)
    return in_rows(np.rot90(crop, turns) if turns % 4 else crop), [*upper, *reversed(lower)]


def _halves(points: Points) -> tuple[Points, Points]:
    """The two upper corners and the two lower ones, both from the left."""
    ordered = sorted(points)
    upper_left, lower_left = sorted(ordered[:2], key=itemgetter(1))
    upper_right, lower_right = sorted(ordered[2:], key=itemgetter(1))
    return [upper_left, upper_right], [lower_left, lower_right]


def _grade(
    values: tuple[float, ...],
    grades: tuple[float, ...],
    lines: tuple[int, ...],
    overall: float,
    worst: int,
    bilevel: bool,
    module: float,
) -> BarsGrade:
    measured = {name: grade for name, grade in zip(PARAMETERS, grades, strict=True) if grade >= 0}
    return BarsGrade(
        overall=overall,
        letter=letter_of(overall),
        worst=PARAMETERS[worst] if overall < HIGHEST else "",
        bilevel=bilevel,
        lines=lines,
        grades=measured,
        values={
            name: value for name, value in zip(PARAMETERS, values, strict=True) if name in measured
        },
        module=module,
    )
