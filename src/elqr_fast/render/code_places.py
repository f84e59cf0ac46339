"""The codes at a plate's places, recovered from dots or from rectangles.

Recovering is strict: every dot of the place must belong to a whole module on the grid, and the
quiet zone must be empty.  Anything else is a `Fault`, whatever a reader might make of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.geometry import BAR_MODULES, BAR_QUIET, QR_QUIET, QR_SIDE
from elqr_fast.render.raster import bar_dots
from elqr_fast.render.scene import Modules

if TYPE_CHECKING:
    from elqr_fast.render.geometry import BarPlace, QrPlace

#: int64 [n, 4]: left, top, right, bottom in dots, y downwards, right and bottom exclusive.
Boxes = npt.NDArray[np.int64]


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


def symbol_in_boxes(boxes: Boxes, place: QrPlace) -> Modules | None:
    """The symbol in the filled rectangles of a page."""
    near = _touching(boxes, place.quiet.x, place.quiet.y, place.quiet.width, place.quiet.height)
    if not len(near):
        return None
    cells, rest = np.divmod(near - [place.x, place.y, place.x, place.y], place.module)
    if rest.any() or cells.min() < 0 or cells.max() > QR_SIDE:
        raise Fault("the eL-QR is not made of whole modules, or its quiet zone is not empty")
    # Each rectangle adds one at its corner, takes one off beyond its right and lower edges: sums
    # along both axes then count how many rectangles cover a module.
    corners = np.zeros((QR_SIDE + 1, QR_SIDE + 1), np.int64)
    left, top, right, bottom = cells.T
    for rows, columns, sign in (
        (top, left, 1),
        (top, right, -1),
        (bottom, left, -1),
        (bottom, right, 1),
    ):
        np.add.at(corners, (rows, columns), sign)
    covered = corners.cumsum(axis=0).cumsum(axis=1)[:QR_SIDE, :QR_SIDE]
    return (covered > 0).astype(np.uint8)


def bars_in_boxes(boxes: Boxes, place: BarPlace) -> Modules | None:
    """The bars in the filled rectangles of a page."""
    near = _touching(boxes, place.quiet.x, place.quiet.y, place.quiet.width, place.quiet.height)
    if not len(near):
        return None
    left, top, right, bottom = (near - [place.x, place.y, place.x, place.y]).T
    width = BAR_MODULES * place.module
    if left.min() < 0 or right.max() > width or top.any() or (bottom != place.height).any():
        raise Fault("the bar code's bars are not whole, or its quiet zone is not empty")
    changes = np.zeros(width + 1, np.int64)
    np.add.at(changes, left, 1)
    np.add.at(changes, right, -1)
    return bars_in_line((changes.cumsum()[:-1] > 0).astype(np.uint8), place.module, place.narrower)


def _touching(boxes: Boxes, x: int, y: int, width: int, height: int) -> Boxes:
    left, top, right, bottom = boxes.T
    found: Boxes = boxes[(right > x) & (left < x + width) & (bottom > y) & (top < y + height)]
    return found
