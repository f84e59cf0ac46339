"""The codes at a plate's places, recovered from dots.

Recovering is strict: every dot of the place must belong to a whole module on the grid, and the
quiet zone must be empty.  Anything else is a `Fault`, whatever a reader might make of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.geometry import BAR_MODULES, BAR_QUIET, QR_QUIET, QR_SIDE
from elqr_fast.render.scene import Modules
from elqr_fast.render.stamps import bar_dots

if TYPE_CHECKING:
    from elqr_fast.render.geometry import BarPlace, QrPlace
    from elqr_fast.render.plate import Plate


class Fault(ValueError):
    """Why a code cannot be recovered from a page; never says what the code holds."""


class PageCodes(NamedTuple):
    """What one page shows at the plate's places.

    `symbol` is [41, 41] and `bars` [288], 1 = dark, None where the place is empty or the plate has
    none.  `fault` is "" or why the page cannot be read back; the codes are None then.
    """

    symbol: Modules | None
    bars: Modules | None
    fault: str = ""


NOT_LOOKED_AT = PageCodes(None, None)

#: x, y, module, count, height, narrower, as the kernels want a code's place.
PlaceWords = tuple[int, int, int, int, int, int]
_NO_PLACE = (0, 0, 0, 0, 0, 0)
_SYMBOL, _BARS = 1, 2


def place_words(plate: Plate) -> tuple[PlaceWords, PlaceWords]:
    """The places of the eL-QR and of the bars for the kernels that read back."""
    qr, bars = plate.qr, plate.bars
    return (
        (qr.x, qr.y, qr.module, QR_SIDE, 0, 0) if qr else _NO_PLACE,
        (bars.x, bars.y, bars.module, BAR_MODULES, bars.height, bars.narrower)
        if bars
        else _NO_PLACE,
    )


def as_page_codes(
    packed: npt.NDArray[np.uint8],
    rows: npt.NDArray[np.uint8],
    shown: npt.NDArray[np.uint8],
    faults: npt.NDArray[np.uint8],
    reasons: tuple[str, ...],
) -> list[PageCodes]:
    """What the kernels that read back say of pages; `reasons` by their faults."""
    symbols = np.unpackbits(packed, axis=2, count=packed.shape[1])
    return [
        PageCodes(None, None, reasons[fault])
        if fault
        else PageCodes(
            symbols[page] if seen & _SYMBOL else None, rows[page] if seen & _BARS else None
        )
        for page, (seen, fault) in enumerate(zip(shown.tolist(), faults.tolist(), strict=True))
    ]


def symbol_in_dots(dots: Modules, place: QrPlace) -> Modules | None:
    """The symbol in the dots of its place with the quiet zone, uint8 [49 m, 49 m]."""
    if not dots.any():
        return None
    margin, module = QR_QUIET * place.module, place.module
    modules = dots[margin:-margin:module, margin:-margin:module]
    whole = np.repeat(np.repeat(modules, module, axis=0), module, axis=1)
    if not np.array_equal(dots, np.pad(whole, margin)):
        raise Fault("the eL-QR is not made of whole modules, or its quiet zone is not empty")
    return modules


def bars_in_dots(dots: Modules, place: BarPlace) -> Modules | None:
    """The bars in the dots of their place with the quiet zones, uint8 [height, 308 m]."""
    if not dots.any():
        return None
    margin = BAR_QUIET * place.module
    modules = bars_in_line(dots[0, margin:-margin], place.module, place.narrower)
    if dots[:, :margin].any() or dots[:, -margin:].any() or (dots != dots[0]).any():
        raise Fault("the bar code's bars are not whole, or its quiet zone is not empty")
    return modules


def bars_in_line(line: Modules, module: int, narrower: int) -> Modules:
    """The modules of one dot row, uint8 [288 m], whose bars are `narrower` dots narrower."""
    modules = line[::module]
    if not np.array_equal(line, bar_dots(modules, module, narrower)):
        raise Fault("the bar code's bars are not whole modules")
    return modules
