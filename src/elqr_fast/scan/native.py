"""Finding and decoding the one eL-QR of a box, by our own kernels (csrc/scan.c)."""

from __future__ import annotations

from elqr_fast._native import reader as native
from elqr_fast.scan.batch import scanner_for
from elqr_fast.scan.pages import Grey
from elqr_fast.scan.reading import Corners, Rung
from elqr_fast.scan.symbols import Symbol

#: The modules that printers of 240 to 1200 dpi make of 20 mm, in mm, with room for feeders that
#: stretch.
MODULE_MM = (0.3, 0.43)
#: What the kernel takes, in pixels.
MODULE_PIXELS = (1.5, 40.0)
#: Larger boxes are left to the rungs above: 16 million pixels is what the kernel takes.
MOST_PIXELS = (1 << 24) - 1
LEVELS = "LMQH"

_RUNGS = {
    native.FAST: Rung.NATIVE_FAST,
    native.SLOW: Rung.NATIVE_SLOW,
    native.ASSISTED: Rung.NATIVE_ASSISTED,
}


def find_native(
    grey: Grey, *, scale: float, slowly: bool, offset: tuple[int, int] = (0, 0)
) -> list[Symbol]:
    """The symbol of an image cut at `offset` from a page of `scale` pixels a millimetre, if read.

    The fast rung reads any symbol; what the slow ones read is a payload that passed every check.
    """
    if not grey.size or grey.size > MOST_PIXELS or min(grey.strides) < 1:
        return []
    smallest, largest = (_limited(mm * scale) for mm in MODULE_MM)
    effort = native.ASSISTED if slowly else native.FAST
    found = native.read(scanner_for(smallest, largest), grey, effort)
    if found is None:
        return []
    content, rung, _, version, level, mask, _, unused_ec, corners = found
    return [
        Symbol(
            content=content,
            corners=_corners(corners, offset),
            rung=_RUNGS[rung],
            version=version,
            level=LEVELS[level],
            mask=mask,
            unused_ec=unused_ec,
        )
    ]


def _limited(pixels: float) -> float:
    """In steps of a tenth, so that few scanners serve all pages."""
    low, high = MODULE_PIXELS
    return min(max(round(pixels, 1), low), high)


def _corners(places: tuple[float, ...], offset: tuple[int, int]) -> Corners:
    points = [
        (round(x) + offset[0], round(y) + offset[1])
        for x, y in zip(places[::2], places[1::2], strict=True)
    ]
    return points[0], points[1], points[2], points[3]
