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


def sweep(
    page: PageImage, region: Region | None, own: Corners, scale: float, halvings: int = 0
) -> Sweep | None:
    """Look over a region (all of the page if None), `scale` pixels a millimetre; None if the page
    is not bilevel.

    The resolution is halved so many times before: dot by dot, edges at 600 dpi are too rough to
    tell finder patterns.
    """
    width, height = page.size
    found = page.pixels.bits(region or (0, 0, width, height))
    if found is None:
        return None
    rows, left = found
    top = max(region[1], 0) if region else 0
    columns = min(8 * rows.shape[1], width - left)
    for _ in range(halvings):
        if min(columns, len(rows)) < 2:
            return None
        rows, columns = native.halve(rows, columns), columns // 2
    view = _View(left, top, 1 << halvings)
    symbol, inverted, _, digits, unsure, spots = native.sweep(
        rows,
        columns,
        view.around(own),
        max(1, int(FINDER_MODULES * SMALLEST_MODULE_MM * scale / view.by)),
    )
    bars = [Bars(said, view.corners(spot)) for said, spot in zip(digits, spots, strict=True)]
    if len(bars) > 1:
        bars.sort(key=lambda each: each.digits)
    return Sweep(symbol, inverted, bars, view.on_page(unsure) if unsure else None)


@dataclass(frozen=True, slots=True)
class _View:
    """What is swept: a page from (left, top) on, reduced `by` so much."""

    left: int
    top: int
    by: int

    def corners(self, spot: tuple[int, int, int, int, int]) -> tuple[tuple[float, float], ...]:
        by, left, top = self.by, self.left, self.top
        x0, y0, x1, y1, shift = spot
        upper, lower = float(y0 * by + top), float(y1 * by + top)
        return (
            (float(x0 * by + left), upper),
            (float(x1 * by + left), upper),
            (float((x1 + shift) * by + left), lower),
            (float((x0 + shift) * by + left), lower),
        )

    def around(self, corners: Corners) -> Region:
        """The box of a code of the page, as the sweep counts."""
        across, down = zip(*corners, strict=True)
        return (
            (min(across) - self.left) // self.by,
            (min(down) - self.top) // self.by,
            (max(across) - self.left) // self.by + 1,
            (max(down) - self.top) // self.by + 1,
        )

    def on_page(self, box: Region) -> Region:
        return (
            box[0] * self.by + self.left - AROUND_BARS,
            box[1] * self.by + self.top - AROUND_BARS,
            box[2] * self.by + self.left + AROUND_BARS,
            box[3] * self.by + self.top + AROUND_BARS,
        )
