"""What else is on a bilevel page besides its eL-QR, told at once by our own kernel (csrc/sweep.c).

Looking for second codes and for the bar code took nearly all the time of a page.  The kernel sees
whether there can be one: only then zxing-cpp is called, which is the one to read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elqr_fast._native import sweep as native
from elqr_fast.scan.pages import PageImage, Region
from elqr_fast.scan.reading import Corners
from elqr_fast.scan.symbols import Bars

#: Smaller ones are not looked for: what zxing-cpp reads on a page has larger ones.
SMALLEST_MODULE_MM = 0.18
FINDER_MODULES = 7
#: Half the quiet zone that a bar code has, in pixels, and room for one that lies askew.
AROUND_BARS = 40


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a region of a page has besides its own symbol.

    `codes`: there may be other QR codes; `inverted`: light ones on dark.  `bars`: the convenience
    stores' bar codes that lie along the image's rows.  `unsure`: where there may be
    others, None if nowhere.
    """

    codes: bool
    inverted: bool
    bars: Sequence[Bars]
    unsure: Region | None


def sweep(page: PageImage, region: Region | None, own: Corners, scale: float) -> Sweep | None:
    """Look over a region (all of the page if None), `scale` pixels a millimetre; None if the page
    is not bilevel."""
    width, height = page.size
    found = page.pixels.bits(region or (0, 0, width, height))
    if found is None:
        return None
    rows, left = found
    top = max(region[1], 0) if region else 0
    symbol, inverted, _, digits, unsure, spots = native.sweep(
        rows,
        min(8 * rows.shape[1], width - left),
        _around(own, left, top),
        max(1, int(FINDER_MODULES * SMALLEST_MODULE_MM * scale)),
    )
    bars = [
        Bars(*each) for each in zip(digits, (_corners(s, left, top) for s in spots), strict=True)
    ]
    bars.sort(key=lambda each: each.digits)
    return Sweep(symbol, inverted, bars, _on_page(unsure, left, top) if unsure else None)


def _corners(
    spot: tuple[int, int, int, int, int], left: int, top: int
) -> tuple[tuple[float, float], ...]:
    x0, y0, x1, y1, shift = spot
    points = ((x0, y0), (x1, y0), (x1 + shift, y1), (x0 + shift, y1))
    return tuple((float(x + left), float(y + top)) for x, y in points)


def _around(corners: Corners, left: int, top: int) -> Region:
    across, down = zip(*corners, strict=True)
    return min(across) - left, min(down) - top, max(across) - left + 1, max(down) - top + 1


def _on_page(box: Region, left: int, top: int) -> Region:
    return (
        box[0] + left - AROUND_BARS,
        box[1] + top - AROUND_BARS,
        box[2] + left + AROUND_BARS,
        box[3] + top + AROUND_BARS,
    )
