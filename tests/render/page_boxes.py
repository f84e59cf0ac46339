"""The oracle of reading PDF pages back: the same grammar by regular expressions, in floats.

It knows rectangles where the kernel knows modules, and shares nothing with it.
"""

from __future__ import annotations

import re
from itertools import chain

import numpy as np
import numpy.typing as npt

from elqr_fast.render.code_places import Fault, bars_in_line
from elqr_fast.render.geometry import BAR_MODULES, QR_SIDE, BarPlace, QrPlace
from elqr_fast.render.scene import Modules

#: int64 [n, 4]: left, top, right, bottom in dots, y downwards, right and bottom exclusive.
Boxes = npt.NDArray[np.int64]

# Numbers are checked by float(): a regular expression of them costs more than the rest.
_HEAD = re.compile(rb"q\n([\d.]+) 0 0 ([\d.]+) 0 0 cm\n(?:/S Do\n)?")
_PATH = re.compile(
    rb"(q\n(\d{1,3}) 0 0 (\d{1,3}) ([-\d.]+) ([-\d.]+) cm\n)?((?:[-\d. ]+ re\n)+)f\n(Q\n)?"
    rb"|((?:[-\d. ]+ [ml]\n|h\n)+)f\*\n"
)
_TAIL = re.compile(
    rb"(?:BT\n(?:/F\d+ [\d.]+ Tf\n|1 0 0 1 -?\d+ -?\d+ Tm\n|\[[<>\dA-F-]*\]TJ\n"
    rb"|/Span<</ActualText<[\dA-F]*>>>BDC\n|EMC\n)*ET\n)?Q\n"
)
# An edge may lie this far inside the dot it stands for: the writer's inset, and no other dot.
_INSET_AT_MOST = 0.06
# The matrix of a path that has none of its own.
_DOTS = [b"1", b"1", b"0", b"0"]
# Dots: a page of 20 m at 1200 dpi.
_FARTHEST = 1_000_000


def page_boxes(content: bytes, dpi: int, height: int) -> Boxes:
    """Every rectangle that a page fills, in whole dots; a shape counts as the box around it.

    Raises `Fault` for anything that is not exactly on the dot grid, or not of the grammar.
    """
    head = _HEAD.match(content)
    if not head or np.abs(_numbers([*head.groups()]) * dpi / 72 - 1).max() > 1e-7:
        raise Fault("the page's unit is not the dot")
    position = head.end()
    shapes: list[Boxes] = []
    units: list[list[bytes]] = []
    counts: list[int] = []
    words: list[list[bytes]] = []
    while path := _PATH.match(content, position):
        position = path.end()
        if path[8]:
            shapes.append(_shape_box(path[8], height))
            continue
        if bool(path[1]) != bool(path[7]):
            break
        rects = path[6].split()
        words.append(rects)
        units.append([*path.groups()[1:5]] if path[1] else _DOTS)
        counts.append(len(rects) // 5)
    if not _TAIL.fullmatch(content, position):
        raise Fault("the page says something that this version does not write")
    matrices = _numbers([*chain(*units)]).reshape(-1, 4).repeat(counts, axis=0)
    return np.concatenate([_rect_boxes([*chain(*words)], matrices, height), *shapes])


def _rect_boxes(words: list[bytes], matrices: npt.NDArray[np.float64], height: int) -> Boxes:
    """The dots of rectangles, five words each: x, y, width, height, "re".

    `matrices` [n, 4]: the unit's width and height in dots, and where its origin lies.
    """
    if len(words) != 5 * len(matrices) or set(words[4::5]) - {b"re"}:
        raise Fault("the page says something that this version does not write")
    del words[4::5]
    across, upwards, origin_x, origin_y = matrices.T
    x, y, width, tall = _numbers(words).reshape(-1, 4).T
    x, y = x * across + origin_x, y * upwards + origin_y
    width, tall = width * across, tall * upwards
    edges = np.array([x, height - y - tall, x + width, height - y])
    boxes = np.rint(edges)
    drawn_back = (edges - boxes) * [[1], [1], [-1], [-1]]
    if drawn_back.size and (drawn_back.min() < 0 or drawn_back.max() > _INSET_AT_MOST):
        raise Fault("a rectangle is off the dot grid")
    dots: Boxes = boxes.T.astype(np.int64)
    return dots


def _shape_box(path: bytes, height: int) -> Boxes:
    x, y = _numbers(re.sub(rb"[mlh]", b"", path).split()).reshape(-1, 2).T
    left, top = np.floor([x.min(), height - y.max()])
    right, bottom = np.ceil([x.max(), height - y.min()])
    return np.array([[left, top, right, bottom]], np.int64)


def _numbers(words: list[bytes]) -> npt.NDArray[np.float64]:
    try:
        numbers = np.array(words, np.float64)
    except ValueError as error:
        raise Fault("the page holds a number that is none") from error
    if numbers.size and np.abs(numbers).max() > _FARTHEST:
        raise Fault("the page holds a number that no page has")
    return numbers


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
