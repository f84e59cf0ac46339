"""Grades of eL-QRs, in the manner of ISO/IEC 15415, from the scan as it is.

Nothing here is calibrated: grey levels are taken for reflectances, and the scanner's optics for a
verifier's.  A grade compares slips that one scanner has scanned.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from elqr_fast._native import grade as native
from elqr_fast._native import symbols
from elqr_fast.codes.symbols import LAST_PLANNED_VERSION, LEVELS
from elqr_fast.errors import ConfigError, KernelError
from elqr_fast.scan.pages import PageImage, in_rows
from elqr_fast.scan.reading import Grade, Reading

#: Lowest values of A, B, C, D and F.
LETTERS = {"A": 3.5, "B": 2.5, "C": 1.5, "D": 0.5, "F": 0.0}
#: The kernel's parameters in its order.
PARAMETERS = (
    "contrast", "modulation", "margin", "axial", "grid", "unused_ec", "fixed_patterns", "decode",
)  # fmt: skip
#: Modules around a symbol that are looked at with it.
AROUND = 2
HIGHEST = 4.0


def parse_grade(grade: str | float | None) -> float | None:
    """The lowest value of a grade given as a letter, A to D or F, or as a number, 0 to 4.

    Raises ConfigError.
    """
    if grade is None:
        return None
    letter = LETTERS.get(str(grade).strip().upper())
    if letter is not None:
        return letter
    try:
        number = float(grade)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= HIGHEST:
        raise ConfigError(f"min_grade is {grade!r}; it must be A, B, C, D, F or a number, 0 to 4")
    return number


def letter_of(value: float) -> str:
    """A from 3.5 on, B from 2.5, C from 1.5, D from 0.5, else F."""
    for letter, least in LETTERS.items():
        if value >= least:
            return letter
    return "F"


def below_grade(grade: Grade | None, least: float) -> str:
    """What is to be said of a slip whose grade is below the least; "" if it is not."""
    if grade is None or grade.overall >= least:
        return ""
    return grade_detail(grade.overall, grade.letter, grade.worst)


def grade_detail(value: float, letter: str, worst: str) -> str:
    return f"grade {value:.1f} ({letter}), worst in {worst}"


def grade_reading(page: PageImage, reading: Reading) -> Grade | None:
    """How well an eL-QR of a page is printed and scanned.

    None for other readings, and for a symbol that is not as this program would have made it.
    """
    mask, version, level = reading.mask, reading.version, reading.level
    if not reading.digits or not reading.position or mask is None or not version or not level:
        return None
    try:
        grader = _grader(version, LEVELS.index(level))
        truth = _meant(reading.digits, version, LEVELS.index(level), mask)
    except (KernelError, ValueError):
        return None
    left, top, right, bottom = _around(reading, grader.side)
    corners = [number for x, y in reading.position for number in (x - left, y - top)]
    crop = in_rows(page.crop(left, top, right, bottom))
    found = native.grade(grader, crop, corners, truth)
    return None if found is None else _grade(*found)


def _meant(digits: str, version: int, level: int, mask: int) -> npt.NDArray[np.uint8]:
    """The modules of a symbol of digits, 1 = dark, [side, side]."""
    # Not codes.symbols.encode: what that does for any batch takes longer than this one symbol.
    data, numeric = np.frombuffer(digits.encode(), np.uint8), digits.isdecimal()
    if numeric and version <= LAST_PLANNED_VERSION:
        return _plan(len(data), version, level, mask).modules(data)
    side = symbols.side(version)
    packed, used = np.empty((1, side, (side + 7) // 8), np.uint8), np.empty(1, np.uint8)
    mode = symbols.NUMERIC if numeric else symbols.survey(data, None, len(data), 1)[1][0]
    symbols.encode(data, None, len(data), mode, version, level, mask, packed, used)
    return np.unpackbits(packed[0], axis=1, count=side)


@lru_cache(maxsize=64)  # nearly all slips have the same, but for the mask
def _plan(length: int, version: int, level: int, mask: int) -> symbols.Plan:
    return symbols.Plan(length, symbols.NUMERIC, version, level, mask)


@cache
def _grader(version: int, level: int) -> native.Grader:
    return native.Grader(version, level)


def _around(reading: Reading, side: int) -> tuple[int, int, int, int]:
    assert reading.position is not None
    across, down = zip(*reading.position, strict=True)
    left, top, right, bottom = min(across), min(down), max(across), max(down)
    margin = AROUND * (max(right - left, bottom - top) // side + 1)
    return max(left - margin, 0), max(top - margin, 0), right + margin, bottom + margin


def _grade(
    values: tuple[float, ...],
    grades: tuple[int, ...],
    overall: int,
    worst: int,
    bilevel: bool,
    damaged: tuple[int, ...],
) -> Grade:
    measured = {name: grade for name, grade in zip(PARAMETERS, grades, strict=True) if grade >= 0}
    return Grade(
        overall=float(overall),
        letter=letter_of(overall),
        worst=PARAMETERS[worst] if overall < HIGHEST else "",
        bilevel=bilevel,
        grades=measured,
        values={
            name: value for name, value in zip(PARAMETERS, values, strict=True) if name in measured
        },
        damaged=damaged,
    )
