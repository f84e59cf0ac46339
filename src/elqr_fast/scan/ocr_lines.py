"""The slip's OCR lines beside its eL-QR, which carries the same digits.

A line is read by our own kernel (csrc/ocr_lines.c), without a look at what it ought to say.  It
counts only if every character is clear and its two check digits are right; else it is unread, which
is no fault.  Where the line is, the form says, and the eL-QR how the paper lies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from elqr_fast._native import ocr as native
from elqr_fast.codes.elqr import DEFAULT_LAYOUT
from elqr_fast.codes.layout import load_layout
from elqr_fast.codes.ocr_lines import check_digits
from elqr_fast.scan.pages import Grey, PageImage, Region, in_rows
from elqr_fast.scan.place import Box, Line, Placement
from elqr_fast.scan.reading import Corners, Lines

#: The type size in points that OCR-B size I has.
SIZE_I = 10.0
#: How like its template a character must be, and how much liker than any other's (both 0 to 1).
#: Of 300,000 characters of worn lines none that was wrong reached both; see docs/reading.md.
LEAST_SCORE = 0.6
LEAST_MARGIN = 0.3
#: Around a line's cells, in mm: how far off it is looked for, and what that takes of the image.
AROUND_MM = 6.0
ABOVE_MM = 9.0
#: Pixels a millimetre that are enough (200 dpi); finer scans are reduced to no less.
ENOUGH = 7.8


@dataclass(frozen=True, slots=True)
class Frame:
    """How the upright page lies in an image: a point of the page in both, and a millimetre to its
    right and down, in pixels."""

    page: tuple[float, float]
    image: tuple[float, float]
    along: tuple[float, float]
    down: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in the image."""
        u, v = x - self.page[0], y - self.page[1]
        return (
            self.image[0] + u * self.along[0] + v * self.down[0],
            self.image[1] + u * self.along[1] + v * self.down[1],
        )


def frame_of(corners: Corners, box: Box, place: Placement) -> Frame:
    """How the page lies, as its eL-QR does: its middle is the box's, its edges the page's."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    # The upper and lower edges, and the left and right ones turned back by a quarter.
    angle = math.atan2((y1 - y0) + (y2 - y3) - (x3 - x0) - (x2 - x1),
                       (x1 - x0) + (x2 - x3) + (y3 - y0) + (y2 - y1))  # fmt: skip
    across, down = place.scale if place.turns % 2 == 0 else place.scale[::-1]
    cos, sin = math.cos(angle), math.sin(angle)
    return Frame(
        page=(box[0] + box[2] / 2, box[1] + box[3] / 2),
        image=((x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4),
        along=(across * cos, across * sin),
        down=(-down * sin, down * cos),
    )


def compare_lines(
    page: PageImage, frame: Frame, lines: Sequence[Line], digits: str
) -> tuple[Lines, list[str]]:
    """What the page's lines say beside the payload's digits, and the names of those that differ."""
    read = {line.name: read_line(page, frame, line) for line in lines}
    differ = [line.name for line in lines if read[line.name] not in ("", digits[_span(line)])]
    if differ:
        return Lines.DIFFER, differ
    return (Lines.AGREE if all(read.values()) else Lines.UNREAD), []


def read_line(page: PageImage, frame: Frame, line: Line) -> str:
    """The characters of a line, check digits first; "" if they are not all clear and right."""
    span = _span(line)
    count = span.stop - span.start
    grey, at, scale = _strip(page, frame, line, count)
    if not grey.size:
        return ""
    along, down = ((x * scale, y * scale) for x, y in (frame.along, frame.down))
    found = native.read(in_rows(grey), (*at, *along, *down), count, line.pitch, line.size / SIZE_I)
    if found is None:
        return ""
    text, scores, margins, _ = found
    clear = min(scores) >= LEAST_SCORE and min(margins) >= LEAST_MARGIN
    return text if clear and check_digits(text[2:]) == text[:2] else ""


def _span(line: Line) -> slice:
    """A line's digits in the payload."""
    return slice(*load_layout(DEFAULT_LAYOUT).spans[line.name])


def _strip(
    page: PageImage, frame: Frame, line: Line, count: int
) -> tuple[Grey, tuple[float, float], float]:
    """The part of the page around a line, the line's beginning in it, and its scale."""
    region = _region(frame, line, count)
    grey = page.crop(*region)
    by = max(1, int(math.hypot(*frame.along) / ENOUGH))
    if by > 1 and grey.size:
        grey = np.asarray(Image.fromarray(grey).reduce(by))
    x, y = frame.place(line.x, line.baseline)
    left, top = max(region[0], 0), max(region[1], 0)
    return grey, ((x - left) / by, (y - top) / by), 1 / by


def _region(frame: Frame, line: Line, count: int) -> Region:
    left, right = line.x - AROUND_MM, line.x + count * line.pitch + AROUND_MM
    top, bottom = line.baseline - ABOVE_MM, line.baseline + AROUND_MM
    corners = [frame.place(x, y) for x in (left, right) for y in (top, bottom)]
    across, down = zip(*corners, strict=True)
    return int(min(across)), int(min(down)), math.ceil(max(across)), math.ceil(max(down))
