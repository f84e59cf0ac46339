"""Grades of bar codes against thresholds, constructed defects and a slow reading of the rules."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from elqr_fast._native import bars, bars_grade

DECODE, CONTRAST, REFLECTANCE, EDGE, MODULATION, DEFECTS, DECODABILITY = range(7)
DIGITS = b"91912345012345678901234567890024071000123006"
MODULES = bars.bars(np.frombuffer(DIGITS, np.uint8)[None])[0]
#: Modules of each element, a bar first.
WIDTHS = [len(list(run)) for _, run in groupby(MODULES)]
PX, QUIET, HIGH = 4, 12, 40
DARK, LIGHT = 20, 240
Grey = NDArray[np.uint8]

#: ISO/IEC 15416: lowest (for defects highest) values of 4, 3, 2, 1.
TABLE = {
    CONTRAST: (70, 55, 40, 20),
    MODULATION: (0.70, 0.60, 0.50, 0.40),
    DEFECTS: (0.15, 0.20, 0.25, 0.30),
    DECODABILITY: (0.62, 0.50, 0.37, 0.25),
}


def of(parameter: int, value: float) -> int:
    if parameter == DEFECTS:
        return sum(value <= edge for edge in TABLE[DEFECTS])
    return sum(value >= edge for edge in TABLE[parameter])


def picture(gain: int = 0, px: int = PX, dark: int = DARK, light: int = LIGHT) -> Grey:
    """Bars wider by `gain` pixels, half of them on either side: an even number."""
    row = np.repeat(np.pad(MODULES, QUIET), px) != 0
    for shift in range(-gain // 2, gain // 2 + 1):
        row = row | np.roll(np.repeat(np.pad(MODULES, QUIET), px) != 0, shift)
    return np.tile(np.where(row, dark, light).astype(np.uint8), (HIGH, 1))


def corners(px: float = PX, off: float = 0) -> list[float]:
    left, right = QUIET * px + off, (QUIET + 288) * px + off
    return [left, 0, right, 0, right, HIGH, left, HIGH]


def graded(image: Grey, at: list[float] | None = None) -> tuple[Any, ...]:
    found = bars_grade.grade(image, at or corners(), MODULES)
    assert found is not None
    return found


@pytest.mark.parametrize("parameter", TABLE)
def test_thresholds_at_their_edges(parameter: int) -> None:
    worse = 1 if parameter == DEFECTS else -1
    for place, edge in enumerate(TABLE[parameter]):
        assert bars_grade.grade_of(parameter, edge) == 4 - place
        assert bars_grade.grade_of(parameter, edge + worse * edge * 1e-5) == 3 - place


def test_what_only_passes_or_fails() -> None:
    for parameter, good, bad in ((EDGE, 15, 14.99), (REFLECTANCE, 0.5, 0.501), (DECODE, 1, 0)):
        assert bars_grade.grade_of(parameter, good) == 4
        assert bars_grade.grade_of(parameter, bad) == 0
    assert bars_grade.grade_of(7, 1) == bars_grade.grade_of(-1, 1) == -1


def test_clean_bars_are_an_a() -> None:
    values, grades, lines, overall, _, bilevel, module = graded(picture())
    contrast = 100 * (LIGHT - DARK) / 255
    expected = (1, contrast, DARK / LIGHT, contrast, 1, 0, 1)
    assert values == pytest.approx(expected, abs=1e-3)
    assert (grades, lines, overall, bilevel) == ((4.0,) * 7, (4,) * 10, 4.0, False)
    assert module == PX


def test_bilevel_has_no_reflectances() -> None:
    _, grades, _, overall, _, bilevel, _ = graded(picture(dark=0, light=255))
    assert bilevel
    assert grades == (4, -1, -1, -1, -1, -1, 4)
    assert overall == 4


@pytest.mark.parametrize("gain", [2, 4, 6, 8, 10])
def test_ink_gain_is_decodability(gain: int) -> None:
    """Distances of edges of one direction stay; three bars a character widen by g modules: what
    is left of 1.75 is 1.75 - 3 g."""
    px = 16
    values, grades, *_ = graded(picture(gain, px), corners(px))
    left = 1 - 3 * (gain / px) / 1.75
    assert values[DECODABILITY] == pytest.approx(max(left, 0), abs=1e-3)
    assert values[DECODE] == (left > 0)
    assert grades[DECODABILITY] == of(DECODABILITY, left)


@pytest.mark.parametrize("void", [30, 50, 55, 70, 75, 85, 90])
def test_a_void_is_a_defect(void: int) -> None:
    """A spot in the middle of a wide bar, through all lines: void - DARK of the contrast."""
    image = picture()
    first = WIDTHS.index(3) if WIDTHS.index(3) % 2 == 0 else next(
        i for i, width in enumerate(WIDTHS) if i % 2 == 0 and width >= 3
    )  # fmt: skip
    at = (QUIET + sum(WIDTHS[:first])) * PX + 5
    image[:, at : at + 2] = void
    values, grades, _, overall, worst, *_ = graded(image)
    defects = (void - DARK) / (LIGHT - DARK)
    assert values[DEFECTS] == pytest.approx(defects, abs=1e-4)
    assert grades[DEFECTS] == overall == of(DEFECTS, defects)
    assert overall == 4 or worst == DEFECTS


def test_a_spot_in_the_quiet_zone_is_a_defect() -> None:
    image = picture()
    image[:, 20:22] = LIGHT - 50
    assert graded(image)[0][DEFECTS] == pytest.approx(50 / (LIGHT - DARK), abs=1e-4)


def test_a_void_in_some_lines_is_a_mean() -> None:
    """Lines 0 to 2 lie in rows 5 to 12: half of them lost is seven tenths of four."""
    image = picture()
    image[:14, QUIET * PX : (QUIET + 30) * PX] = LIGHT
    _, _, lines, overall, worst, *_ = graded(image)
    assert lines == (0, 0, 0, 4, 4, 4, 4, 4, 4, 4)
    assert overall == pytest.approx(2.8)
    assert worst == DECODE


@pytest.mark.parametrize("span", [180, 177, 141, 139, 103, 101, 52, 50])
def test_low_contrast(span: int) -> None:
    values, grades, *_ = graded(picture(dark=40, light=40 + span))
    assert values[CONTRAST] == pytest.approx(100 * span / 255, abs=1e-3)
    assert grades[CONTRAST] == of(CONTRAST, 100 * span / 255)
    assert grades[REFLECTANCE] == (4 if 40 + span >= 80 else 0)
    assert grades[EDGE] == 4
    assert values[MODULATION] == pytest.approx(1)


def slow(image: Grey) -> dict[int, float]:
    """The parameters of a picture of equal rows, by the standard's words, in numpy."""
    row = image[0].astype(float)
    middle = (row.min() + row.max()) / 2
    span = row.max() - row.min()
    crossings = np.flatnonzero((row[1:] < middle) != (row[:-1] < middle))
    edges = crossings + 0.5 + (middle - row[crossings]) / (row[crossings + 1] - row[crossings])
    if len(edges) != 158:
        return {DECODE: 0}
    parts = np.split(row, np.floor(edges + 0.5).astype(int))
    peaks = [part.min() if i % 2 else part.max() for i, part in enumerate(parts)]
    uneven = 0.0
    for i, part in enumerate(parts):
        level = -part if i % 2 else part
        for at in range(1, len(level) - 1):
            if level[at] < min(level[:at].max(), level[at + 1 :].max()):
                uneven = max(uneven, level.max() - level[at])
    left = 1.0
    runs = np.diff(edges)
    groups = [(6 * c, slice(6 * c, 6 * c + 6)) for c in range(26)]
    for first, its in [*groups, (151, slice(156, 150, -1))]:
        is_runs, want = runs[its], np.array(WIDTHS)[its]
        pitch = is_runs.sum() / 11
        pairs = (is_runs[:4] + is_runs[1:5]) / pitch
        thresholds = np.arange(1.5, 8)
        nearest = np.abs(pairs[:, None] - thresholds).min(axis=1)
        right = np.floor(pairs + 0.5) == want[:4] + want[1:5]
        sums = 1 - abs(is_runs[::2].sum() / pitch - want[::2].sum()) / 1.75
        left = min(left, *(2 * nearest * right), sums, *([0.0] if first < 0 else []))
    contrast = np.abs(np.diff(peaks)).min()
    return {
        DECODE: float(left > 0), CONTRAST: 100 * span / 255, REFLECTANCE: row.min() / row.max(),
        EDGE: 100 * contrast / 255, MODULATION: contrast / span, DEFECTS: uneven / span,
        DECODABILITY: left,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_a_slow_reading_of_the_rules(seed: int) -> None:
    """Bars of 2 to 4 pixels a module, blurred and with noise that is the same in all rows."""
    draw = np.random.default_rng(seed)
    px = int(draw.integers(2, 5))
    image = Image.fromarray(picture(px=px)).filter(
        ImageFilter.GaussianBlur(draw.uniform(0, 0.35) * px)
    )
    row = np.asarray(image)[HIGH // 2] + draw.normal(0, draw.uniform(0, 6), image.width)
    # Ten modules of quiet zone, no more: what is beyond belongs to no bar code.
    row = np.clip(row[2 * px : -2 * px], 0, 255).astype(np.uint8)
    spoilt = np.tile(row, (HIGH, 1))
    at = corners(px, off=-2 * px)
    values, grades, lines, *_ = graded(spoilt, at)
    expected = slow(spoilt)
    assert expected[DECODE]
    for parameter, value in expected.items():
        assert values[parameter] == pytest.approx(value, rel=2e-3, abs=0.02), parameter
        assert grades[parameter] == bars_grade.grade_of(parameter, values[parameter])
    assert set(lines) == {min(grades)}


@pytest.mark.parametrize("off", [-3.5, 3.5])
def test_corners_need_not_be_exact(off: float) -> None:
    assert graded(picture(), corners(off=off * PX))[3] == 4


@pytest.mark.parametrize("degrees", [-1.0, 1.0])
def test_skewed_lines_follow_the_bars(degrees: float) -> None:
    """Bars that lie askew, between corners that say how much."""
    tilt = np.tan(np.radians(degrees))
    image = np.full((HIGH + 60, picture().shape[1]), LIGHT, np.uint8)
    for x, column in enumerate(picture().T):
        top = round(30 + tilt * (x - image.shape[1] / 2))
        image[top : top + HIGH, x] = column
    at = corners()
    at = [
        y + 30 + tilt * (at[i - 1] - image.shape[1] / 2) if i % 2 else y for i, y in enumerate(at)
    ]
    assert graded(image, at)[2] == (4,) * 10


def test_other_digits_are_not_decoded() -> None:
    other = bars.bars(np.frombuffer(DIGITS[::-1], np.uint8)[None])[0]
    found = bars_grade.grade(picture(), corners(), other)
    assert found is not None
    assert found[1][DECODE] == found[3] == 0


def test_no_bars_there() -> None:
    assert graded(np.full((HIGH, 1300), 200, np.uint8))[3] == 0
    assert bars_grade.grade(picture(), [0.0] * 8, MODULES) is None
    assert bars_grade.grade(picture(), [float("nan")] * 8, MODULES) is None
    assert bars_grade.grade(np.zeros((1, 5), np.uint8), corners(), MODULES) is None
    assert bars_grade.grade(picture(), corners(), np.ones(288, np.uint8)) is None
    with pytest.raises(ValueError, match="corners"):
        bars_grade.grade(picture(), [1.0], MODULES)
    with pytest.raises(ValueError, match="contiguous"):
        bars_grade.grade(picture()[:, ::2], corners(), MODULES)
