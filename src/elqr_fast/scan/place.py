"""Where on a scanned page the eL-QR is to be expected, whichever way up the page was fed.

Boxes are (x, y, width, height) in millimetres from the upright page's top-left corner, as a form
has them.  `turns` counts quarter turns clockwise that the page made on its way into the scanner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

from elqr_fast.scan.pages import Dpi, Region
from elqr_fast.scan.reading import Corners

Box = tuple[float, float, float, float]
Pixel = tuple[int, int]

MM_PER_INCH = 25.4
#: How far around its box a code is looked for and accepted: a sheet fed 1 degree askew moves
#: 3.7 mm over 210 mm, and feeders shift it by 2 mm.
MARGIN_MM = 5.0
#: Less than this comes from software that knew nothing and wrote what screens have, 72 or 96; an
#: eL-QR scanned so could not be read anyway.
LOWEST_SCAN_DPI = 150.0
#: How far a scanned page's size may differ from the form's, in parts of it: cut edges and feeders
#: that stretch.
SIZE_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Line:
    """Where a form has an OCR line, in mm from the page's top-left corner.

    `name` is the layout's, `upper` or `lower`; `x` the left end of its first character's cell;
    `size` its type size in points, which is 10 for OCR-B size I.
    """

    name: str
    x: float
    baseline: float
    pitch: float = 2.54
    size: float = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """What a form says about its eL-QR.

    `page` is the page's width and height in mm.  `faces` are the boxes in which no other QR code
    may be: the whole page if there are none.  `lines` are OCR lines that say what the eL-QR says.
    """

    box: Box
    page: tuple[float, float]
    faces: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """One way the form's page can lie in the image: how it is turned, and pixels a millimetre."""

    size: Pixel
    turns: int
    scale: tuple[float, float]
    #: Regions that were asked for: the pages of a batch are alike.
    _known: dict[object, Region] = field(default_factory=dict, repr=False, compare=False)

    def region(self, box: Box, margin: float = MARGIN_MM) -> Region:
        """The pixels (left, top, right, bottom) of a box and its margin."""
        known = self._known.get((box, margin))
        if known is None:
            known = self._known[box, margin] = _region(self, box, margin)
        return known

    def faces_region(self, target: Target) -> Region | None:
        """The pixels around all faces that may carry no other code; None: the whole page."""
        if not target.faces:
            return None
        known = self._known.get(target.faces)
        if known is None:
            lefts, tops, rights, bottoms = zip(*map(self.region, target.faces), strict=True)
            known = min(lefts), min(tops), max(rights), max(bottoms)
            self._known[target.faces] = known
        return known

    def holds(self, box: Box, corners: Corners, margin: float = MARGIN_MM) -> bool:
        """True if all corners are within the box and its margin."""
        left, top, right, bottom = self.region(box, margin)
        return all(left <= x <= right and top <= y <= bottom for x, y in corners)

    def turned(self, x: float, y: float) -> tuple[float, float]:
        """A point of the upright page, in mm, as a point of the image."""
        width, height = self.size
        across, down = self.scale
        return (
            (x * across, y * down),
            (width - y * across, x * down),
            (width - x * across, height - y * down),
            (y * across, height - x * down),
        )[self.turns]


def _region(place: Placement, box: Box, margin: float) -> Region:
    x, y, width, height = box
    low = place.turned(x - margin, y - margin)
    high = place.turned(x + width + margin, y + height + margin)
    left, right = sorted((low[0], high[0]))
    top, bottom = sorted((low[1], high[1]))
    return max(0, int(left)), max(0, int(top)), math.ceil(right), math.ceil(bottom)


@lru_cache(maxsize=64)
def placements(size: Pixel, dpi: Dpi | None, page: tuple[float, float]) -> tuple[Placement, ...]:
    """How the page can lie in an image of this size, upright first; empty if it cannot.

    The file's dpi tells, if it is a scanner's; if not, the page's width does, where the image has
    the page's proportions.
    """
    return tuple(
        Placement(size, turns, scale)
        for turns in (0, 2, 1, 3)
        if (scale := _scale(size, dpi, page if turns % 2 == 0 else (page[1], page[0])))
    )


def _scale(size: Pixel, dpi: Dpi | None, page: tuple[float, float]) -> tuple[float, float] | None:
    measured = (size[0] / page[0], size[1] / page[1])
    if dpi is None or min(dpi) < LOWEST_SCAN_DPI:
        return measured if _alike(*measured) else None
    stated = (dpi[0] / MM_PER_INCH, dpi[1] / MM_PER_INCH)
    fits = _alike(measured[0], stated[0]) and _alike(measured[1], stated[1])
    return stated if fits else None


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= SIZE_TOLERANCE * max(one, other)


def turns_of(corners: Corners) -> int:
    """Quarter turns clockwise of a symbol, from the direction of its upper edge."""
    (x0, y0), (x1, y1) = corners[0], corners[1]
    return round(math.atan2(y1 - y0, x1 - x0) / (math.pi / 2)) % 4
