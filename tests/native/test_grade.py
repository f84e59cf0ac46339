"""The grading kernel against thresholds, constructed defects and a slow reading of the rules."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import segno
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from elqr_fast._native import grade as native

CONTRAST, MODULATION, MARGIN, AXIAL, GRID, UNUSED, FIXED, DECODE = range(8)
SIDE, PX, QUIET = 41, 4, 5
DARK, LIGHT = 20, 240
GRADER = native.Grader(6, 1)
#: 6-M: four blocks of 43 codewords, 16 of them for error correction.
BLOCKS, EC, CODEWORDS = 4, 16, 172
Grey = NDArray[np.uint8]

#: DOMAIN: lowest (or for AN, GN highest) values of 4, 3, 2, 1.
TABLE = {
    CONTRAST: (70, 55, 40, 20),
    MODULATION: (0.50, 0.40, 0.30, 0.20),
    MARGIN: (0.50, 0.40, 0.30, 0.20),
    AXIAL: (0.06, 0.08, 0.10, 0.12),
    GRID: (0.38, 0.50, 0.63, 0.75),
    UNUSED: (0.62, 0.50, 0.37, 0.25),
}


def symbol() -> Grey:
    content = "".join(str(digit) for digit in np.random.default_rng(5).integers(0, 10, 255))
    made = segno.make_qr(content, version=6, error="m", mask=3, mode="numeric", boost_error=False)
    return np.array([list(row) for row in made.matrix], np.uint8)


TRUTH = symbol()


def placement() -> NDArray[np.int64]:
    """[172, 8]: module numbers of each codeword's bits, by 7.7.3 written down for version 6."""
    taken = np.zeros((SIDE, SIDE), bool)
    taken[:9, :9] = taken[:9, -8:] = taken[-8:, :9] = True
    taken[6], taken[:, 6], taken[32:37, 32:37] = True, True, True
    order = []
    for index, right in enumerate([*range(40, 6, -2), 5, 3, 1]):
        rows = range(SIDE) if index % 2 else reversed(range(SIDE))
        for row in rows:
            order += [row * SIDE + col for col in (right, right - 1) if not taken[row, col]]
    return np.array(order[: 8 * CODEWORDS]).reshape(CODEWORDS, 8)


PLACES = placement()


def picture(greys: NDArray[Any] | None = None, px: int = PX) -> Grey:
    """Modules' greys as an image with a quiet zone."""
    levels = np.where(TRUTH, DARK, LIGHT) if greys is None else greys
    padded = np.pad(levels, QUIET, constant_values=int(levels.max()))
    return np.kron(padded, np.ones((px, px), np.int64)).astype(np.uint8)


def corners(px: float = PX, height: float | None = None) -> list[float]:
    down = px if height is None else height
    low, high = QUIET, QUIET + SIDE
    places = ((low, low), (high, low), (high, high), (low, high))
    return [number for x, y in places for number in (x * px, y * down)]


def graded(image: Grey, at: list[float] | None = None) -> tuple[Any, ...]:
    found = native.grade(GRADER, image, at or corners(), TRUTH)
    assert found is not None
    return found


def flipped(modules: list[int]) -> Grey:
    greys = np.where(TRUTH, DARK, LIGHT).reshape(-1)
    for module in modules:
        greys[module] = DARK + LIGHT - greys[module]
    return picture(greys.reshape(SIDE, SIDE))


@pytest.mark.parametrize("parameter", TABLE)
def test_thresholds_at_their_edges(parameter: int) -> None:
    worse = 1 if parameter in (AXIAL, GRID) else -1
    for place, edge in enumerate(TABLE[parameter]):
        assert native.grade_of(parameter, edge) == 4 - place
        assert native.grade_of(parameter, edge + worse * edge * 1e-5) == 3 - place
    assert native.grade_of(FIXED, 0) == native.grade_of(-1, 0) == -1


def test_clean_symbol_is_an_a() -> None:
    values, grades, overall, _, bilevel, damaged = graded(picture())
    assert grades == (4,) * 8
    assert (overall, bilevel, damaged) == (4, False, (0,) * 6)
    assert values[CONTRAST] == pytest.approx(100 * (LIGHT - DARK) / 255, abs=1e-3)
    assert values[MODULATION:] == pytest.approx((1, 1, 0, 0, 1, 0, 1), abs=1e-3)


def test_bilevel_has_no_reflectances() -> None:
    image = np.where(picture() < 128, 0, 255).astype(np.uint8)
    _, grades, overall, _, bilevel, _ = graded(image)
    assert bilevel
    assert grades == (-1, -1, -1, 4, 4, 4, 4, 4)
    assert overall == 4


@pytest.mark.parametrize("span", [180, 177, 141, 139, 103, 101, 52, 50])
def test_contrast(span: int) -> None:
    values, grades, *_ = graded(picture(np.where(TRUTH, 30, 30 + span)))
    assert values[CONTRAST] == pytest.approx(100 * span / 255, abs=1e-3)
    assert grades[CONTRAST] == sum(100 * span / 255 >= edge for edge in TABLE[CONTRAST])


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize("finder", range(3))
def test_damaged_finder_modules(finder: int, count: int) -> None:
    row, column = [(0, 0), (0, SIDE - 7), (SIDE - 7, 0)][finder]
    ring = [(0, 1), (3, 3), (0, 5), (6, 2), (2, 6)]
    modules = [(row + r) * SIDE + column + c for r, c in ring[:count]]
    _, grades, overall, worst, _, damaged = graded(flipped(modules))
    assert damaged[finder] == sum(damaged) == count
    assert grades[FIXED] == overall == max(4 - count, 0)
    assert count == 0 or worst == FIXED


@pytest.mark.parametrize(("count", "grade"), [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)])
def test_damaged_timing(count: int, grade: int) -> None:
    """25 modules lie between the finder patterns: one of them is 4 %, two 8, three 12, four 16."""
    for across in (True, False):
        places = [10, 15, 21, 28][:count]
        _, grades, _, _, _, damaged = graded(
            flipped([6 * SIDE + at if across else at * SIDE + 6 for at in places])
        )
        assert damaged[3 if across else 4] == sum(damaged) == count
        assert grades[FIXED] == grade


@pytest.mark.parametrize(
    ("count", "grade"), [(0, 4), (2, 3), (3, 2), (5, 2), (6, 1), (7, 1), (8, 0)]
)
def test_damaged_alignment(count: int, grade: int) -> None:
    """Of 25 modules two are 8 %, three 12, five 20, six 24, seven 28, eight 32."""
    ring = [(32, 32), (36, 36), (32, 36), (36, 32), (33, 33), (35, 35), (33, 35), (35, 33)]
    _, grades, _, _, _, damaged = graded(flipped([r * SIDE + c for r, c in ring[:count]]))
    assert damaged[5] == sum(damaged) == count
    assert grades[FIXED] == grade


@pytest.mark.parametrize("count", range(10))
def test_codewords_in_error(count: int) -> None:
    """UEC = 1 - 2 t / 16; a ninth error in a block of 16 cannot be corrected."""
    chosen = [int(PLACES[BLOCKS * i + 2, 3]) for i in range(count)]
    values, grades, *_ = graded(flipped(chosen))
    unused = max(1 - 2 * count / EC, 0)
    assert values[UNUSED] == pytest.approx(unused)
    assert grades[UNUSED] == sum(unused >= edge for edge in TABLE[UNUSED])
    assert values[DECODE] == (count <= 8)
    assert grades[MODULATION] == 4
    assert grades[MARGIN] == grades[UNUSED]


def stretched(image: Grey, across: float, down: float) -> Grey:
    size = round(image.shape[1] * across), round(image.shape[0] * down)
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))


@pytest.mark.parametrize("part", [0.0, 0.03, 0.05, 0.07, 0.09, 0.11, 0.14])
def test_stretch_is_axial_non_uniformity(part: float) -> None:
    """Pitches 1 and 1 + s differ by s / (1 + s / 2) of their mean."""
    image = stretched(picture(px=8), 1.0, 1 + part)
    down = image.shape[0] / (SIDE + 2 * QUIET)
    values, grades, *_ = graded(image, corners(8, down))
    expected = (down - 8) / ((down + 8) / 2)
    assert values[AXIAL] == pytest.approx(expected, abs=0.003)
    assert grades[AXIAL] == sum(values[AXIAL] <= edge for edge in TABLE[AXIAL])
    assert values[GRID] < 0.15


@pytest.mark.parametrize("bend", [0.0, 0.3, 0.6])
def test_keystone_is_grid_non_uniformity(bend: float) -> None:
    """The lower right corner pulled out by `bend` modules either way."""
    px, size = 8, 8 * (SIDE + 2 * QUIET)
    low, high = QUIET * px, (QUIET + SIDE) * px
    source = [(low, low), (high, low), (high, high), (low, high)]
    target = [*source[:2], (high + bend * px, high + bend * px), source[3]]
    # Pillow maps places of the result to places of the source.
    rows, right = [], []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    image = Image.fromarray(picture(px=px)).transform(
        (size, size), Image.Transform.PERSPECTIVE, tuple(np.linalg.solve(rows, right)),
        Image.Resampling.BICUBIC, fillcolor=LIGHT,
    )  # fmt: skip
    at = [float(number) for point in target for number in point]
    values, grades, *_ = graded(np.asarray(image), at)
    # An even grid goes through the finder patterns, whose places the bend moves too.
    matrix = np.append(np.linalg.solve(*_forward(source, target)), 1).reshape(3, 3)
    assert values[GRID] == pytest.approx(_off_even(matrix, low, high, px), abs=0.13)
    assert grades[DECODE] == grades[UNUSED] == 4


def _forward(source: list[Any], target: list[Any]) -> tuple[list[list[float]], list[float]]:
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return rows, right


def _off_even(matrix: NDArray[Any], low: float, high: float, px: float) -> float:
    def mapped(x: float, y: float) -> NDArray[Any]:
        point = matrix @ (x, y, 1)
        return point[:2] / point[2]

    inner, outer = low + 3.5 * px, high - 3.5 * px
    first, across, down = mapped(inner, inner), mapped(outer, inner), mapped(inner, outer)
    most = 0.0
    for x in (low, high):
        for y in (low, high):
            even = first + (x - inner) / (outer - inner) * (across - first)
            even += (y - inner) / (outer - inner) * (down - first)
            most = max(most, float(np.hypot(*(mapped(x, y) - even))) / px)
    return most


@pytest.mark.parametrize("seed", range(12))
def test_modulation_by_a_slow_reading_of_the_rules(seed: int) -> None:
    """Random greys in the encoding region, some of them on the wrong side."""
    draw = np.random.default_rng(seed)
    greys = np.where(TRUTH, DARK, LIGHT).reshape(-1).astype(np.int64)
    spread = draw.choice([20, 50, 80, 110])
    moved = draw.permutation(PLACES[:CODEWORDS].reshape(-1))[: draw.integers(20, 500)]
    inwards = np.where(TRUTH.reshape(-1)[moved], 1, -1)
    greys[moved] += inwards * draw.integers(0, spread, len(moved))
    values, grades, *_ = graded(picture(greys.reshape(SIDE, SIDE)))
    middle, span = (DARK + LIGHT) / 2, LIGHT - DARK
    each = 2 * np.abs(greys - middle) / span
    wrong = (greys < middle) != (TRUTH.reshape(-1) == 1)
    mod = each[PLACES].min(axis=1)
    margin = np.where(wrong, 0, each)[PLACES].min(axis=1)
    assert values[MODULATION] == pytest.approx(mod.min(), abs=1e-4)
    assert values[MARGIN] == pytest.approx(margin.min(), abs=1e-4)
    assert grades[MODULATION] == overlaid(mod, TABLE[MODULATION])
    assert grades[MARGIN] == overlaid(margin, TABLE[MARGIN])
    assert grades[UNUSED] == unused_grade(wrong[PLACES].any(axis=1))


def unused_grade(errors: NDArray[Any]) -> int:
    most = max(int(errors[block::BLOCKS].sum()) for block in range(BLOCKS))
    return sum(max(1 - 2 * most / EC, 0) >= edge for edge in TABLE[UNUSED])


def overlaid(codewords: NDArray[Any], edges: tuple[float, ...]) -> int:
    return max(min(4 - place, unused_grade(codewords < edge)) for place, edge in enumerate(edges))


def blurred(image: Grey, amount: float) -> Grey:
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(amount)))


def noisy(image: Grey, amount: float) -> Grey:
    noise = np.random.default_rng(3).normal(0, 1, image.shape)
    return np.clip(image + amount * noise, 0, 255).astype(np.uint8)


def faded(image: Grey, amount: float) -> Grey:
    return (LIGHT - (LIGHT - image.astype(float)) * (1 - amount)).astype(np.uint8)


@pytest.mark.parametrize(
    ("spoil", "amounts"),
    [
        (blurred, [0, 1, 1.5, 2, 2.5, 3, 4]),
        (noisy, [0, 10, 25, 50, 80, 120]),
        (faded, [0, 0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_worse_pictures_are_never_better(
    spoil: Callable[[Grey, float], Grey], amounts: list[float]
) -> None:
    overall = [graded(spoil(picture(), amount))[2] for amount in amounts]
    assert overall == sorted(overall, reverse=True)
    assert overall[0] == 4
    assert overall[-1] <= 1


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("shift", [-1.5, 1.5])
def test_corners_need_not_be_exact(turns: int, shift: float) -> None:
    image = np.ascontiguousarray(np.rot90(picture(), -turns))
    points = np.array(corners()).reshape(4, 2)[[(i - turns) % 4 for i in range(4)]]
    at = points[[(i + 0) % 4 for i in range(4)]] + shift
    # A clockwise turn takes the symbol's own first corner to the image's next one.
    own = [at[(i + 2 * turns) % 4] for i in range(4)]
    values, grades, *_ = graded(image, [float(n) for point in own for n in point])
    assert grades == (4,) * 8
    assert values[GRID] < 0.15


def test_no_symbol_there() -> None:
    assert graded(np.full((204, 204), 200, np.uint8))[2] == 0
    assert native.grade(GRADER, picture(), [0.0] * 8, TRUTH) is None
    assert native.grade(GRADER, picture(), [float("nan")] * 8, TRUTH) is None
    assert native.grade(GRADER, np.zeros((1, 5), np.uint8), corners(), TRUTH) is None
    with pytest.raises(ValueError, match="corners"):
        native.grade(GRADER, picture(), [1.0], TRUTH)
    with pytest.raises(ValueError, match="contiguous"):
        native.grade(GRADER, picture()[:, ::2], corners(), TRUTH)
    for version, level in ((1, 0), (41, 0), (6, 4)):
        with pytest.raises(ValueError, match=r"version|level"):
            native.Grader(version, level)


def test_instruction_sets_grade_alike() -> None:
    """To the last bit, of pictures of 2 to 8 pixels a module, askew, cut off at the symbol's edge
    or of nothing, down to four pixels."""
    program = """
import numpy as np
from elqr_fast._native import grade
rng = np.random.default_rng(8)
graders = {version: grade.Grader(version, 1) for version in (2, 6, 11)}
for case in range(300):
    version = (2, 6, 11)[case % 3]
    side = 17 + 4 * version
    truth = rng.integers(0, 2, (side, side)).astype(np.uint8)
    px, quiet = int(rng.integers(2, 9)), int(rng.integers(0, 4))
    modules = np.pad(255 * (1 - truth), quiet, constant_values=255)
    image = np.kron(modules, np.ones((px, px), int)) + rng.normal(0, 9, (len(modules) * px,) * 2)
    image = np.clip(image, 0, 255).astype(np.uint8)
    if case % 5 == 0:
        image = rng.integers(0, 256, rng.integers(2, 9, 2)).astype(np.uint8)
    low, high = quiet * px, (quiet + side) * px
    at = np.array([low, low, high, low, high, high, low, high]) + rng.normal(0, px, 8)
    print(grade.grade(graders[version], image, list(at), truth))
"""
    results = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env={**os.environ, "ELQR_DISABLE_CPU": disabled},
        ).stdout
        for disabled in ("", "avx2")
    }
    assert len(results) == 1
    assert results.pop().count(b"((") > 200
