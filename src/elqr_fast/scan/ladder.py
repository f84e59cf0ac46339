"""The ladder: ever dearer ways to read a page's codes, until the eL-QR is found.

The native rungs, `roi` and `roi_enlarged` look where the form has the eL-QR.  Where they find it,
`page` looks on the faces that may carry no other code, unless a sweep has seen that there is none;
else it looks everywhere for the lost one.
`page_full` and `page_thorough` are only for pages on which no eL-QR was found.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from elqr_fast.codes.elqr import is_elqr_prefix
from elqr_fast.scan.native import find_native
from elqr_fast.scan.pages import LONGEST_SIDE, Clock, Grey, PageImage, Region
from elqr_fast.scan.place import MM_PER_INCH, Placement, Target, turns_of
from elqr_fast.scan.reading import Rung
from elqr_fast.scan.sweep import Sweep, sweep
from elqr_fast.scan.symbols import Symbol, find_symbols

#: A module of 0.34 to 0.40 mm has 4 to 5 pixels at this resolution; more only costs time.
READING_DPI = 300.0
#: Without a resolution a page is taken to be A4, 297 mm long.
A4_LONG_MM = 297.0
ENLARGED = 2
#: Pages above this many pixels are not enlarged: their modules are large enough.
ENLARGE_PIXELS = 12_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """Every code of a page that was read, each once, and what a sweep of the page saw besides;
    None if it was not swept.  `late`: the time was up before all rungs were tried."""

    symbols: Sequence[Symbol]
    sweep: Sweep | None = None
    late: bool = False


def climb(
    page: PageImage, target: Target | None, places: Sequence[Placement], clock: Clock
) -> Found:
    """The codes of a page, the eL-QR as early as possible.

    Time is looked at between rungs, and only as long as no eL-QR was found: other codes are looked
    for in any case.
    """
    symbols: Sequence[Symbol] = []
    if target and (symbols := _in_box(page, target, places, clock)):
        return _with_others(page, symbols, target, places)
    symbols = []
    for rung in (_whole_page, _full_page, _thorough):
        if clock.late():
            return Found(symbols, late=True)
        symbols = _merged(symbols, rung(page))
        if has_elqr(symbols):
            break
    return Found(symbols)


def _with_others(
    page: PageImage, symbols: Sequence[Symbol], target: Target, places: Sequence[Placement]
) -> Found:
    """The codes in the box, and what else is where no other code may be."""
    region, swept = _faces(symbols, target, places), None
    if len(symbols) == 1:
        halvings = _reduction(page).bit_length() - 1
        swept = sweep(page, region, symbols[0].corners, sum(places[0].scale) / 2, halvings)
    if swept is None:
        return Found(_merged(symbols, _on_page(page, region)))
    if swept.codes or swept.inverted:
        symbols = _merged(symbols, _on_page(page, region, inverted=swept.inverted))
    return Found(symbols, swept)


def has_elqr(symbols: Iterable[Symbol]) -> bool:
    return any(is_elqr(symbol) for symbol in symbols)


def is_elqr(symbol: Symbol) -> bool:
    """True if a code claims to be an eL-QR; whether it is a sound one, its checks tell."""
    return is_elqr_prefix(symbol.content)


def _in_box(
    page: PageImage, target: Target, places: Sequence[Placement], clock: Clock
) -> list[Symbol]:
    """The codes around the form's box, if the eL-QR is among them."""
    for slowly in (False, True):
        for place in places:
            if clock.late():
                return []
            symbols = _natively(page, place, target, slowly)
            if has_elqr(symbols):
                return symbols
    for factor, rung in ((1, Rung.ROI), (ENLARGED, Rung.ROI_ENLARGED)):
        for place in places:
            if clock.late():
                return []
            symbols = _in_region(page, place.region(target.box), factor, rung)
            if has_elqr(symbols):
                return symbols
    return []


def _natively(page: PageImage, place: Placement, target: Target, slowly: bool) -> list[Symbol]:
    region = place.region(target.box)
    return find_native(
        page.crop(*region), scale=sum(place.scale) / 2, slowly=slowly, offset=region[:2]
    )


def _faces(symbols: Sequence[Symbol], target: Target, places: Sequence[Placement]) -> Region | None:
    """Where no other code may be; which way the page lies, its eL-QR's own direction tells."""
    turns = {turns_of(symbol.corners) for symbol in symbols if is_elqr(symbol)}
    lying = [place for place in places if place.turns in turns]
    return lying[0].faces_region(target) if len(lying) == 1 else None


def _in_region(page: PageImage, region: Region, factor: int, rung: Rung) -> list[Symbol]:
    grey = _enlarged(page.crop(*region), factor)
    return find_symbols(grey, rung, offset=region[:2], factor=factor)


def _whole_page(page: PageImage) -> list[Symbol]:
    return _on_page(page, None)


def _on_page(page: PageImage, region: Region | None, *, inverted: bool = False) -> list[Symbol]:
    """The codes in a region of the page, all of it if None; `inverted`: light ones on dark too."""
    by = _reduction(page)
    grey, offset = (page.crop(*region), region[:2]) if region else (page.grey, (0, 0))
    return find_symbols(
        _reduced(grey, by), Rung.PAGE, offset=offset, factor=1 / by, inverted=inverted
    )


def _full_page(page: PageImage) -> list[Symbol]:
    if _reduction(page) == 1:
        return []
    return find_symbols(page.grey, Rung.PAGE_FULL)


def _thorough(page: PageImage) -> list[Symbol]:
    small = page.grey.size <= ENLARGE_PIXELS and max(page.grey.shape) <= LONGEST_SIDE // ENLARGED
    factor = ENLARGED if small else 1
    return find_symbols(_enlarged(page.grey, factor), Rung.PAGE_THOROUGH, factor=factor)


def _reduction(page: PageImage) -> int:
    """The whole number by which a page can be reduced and still have `READING_DPI`."""
    dpi = min(page.dpi) if page.dpi else max(page.size) / (A4_LONG_MM / MM_PER_INCH)
    return max(1, math.floor(dpi / READING_DPI + 0.01))


def _reduced(grey: Grey, by: int) -> Grey:
    return grey if by == 1 else np.asarray(Image.fromarray(grey).reduce(by))


def _enlarged(grey: Grey, factor: int) -> Grey:
    if factor == 1 or not grey.size:
        return grey
    size = (grey.shape[1] * factor, grey.shape[0] * factor)
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BICUBIC))


def _merged(known: Sequence[Symbol], found: Sequence[Symbol]) -> list[Symbol]:
    """The known codes, and those found that are not one of them seen again."""
    return [*known] + [
        symbol for symbol in found if not any(_same_place(symbol, other) for other in known)
    ]


def _same_place(one: Symbol, other: Symbol) -> bool:
    """True if a code's centre lies within the other's bounds."""
    x, y = (sum(axis) / 4 for axis in zip(*one.corners, strict=True))
    across, down = zip(*other.corners, strict=True)
    return bool(min(across) <= x <= max(across) and min(down) <= y <= max(down))
