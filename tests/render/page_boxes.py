"""The oracle of reading PDF pages back: the same grammar by regular expressions, in floats.

It knows rectangles where the kernel knows modules, and shares nothing with it.  What letters of
codes draw it is told by the plate.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from elqr_fast.render.code_places import Fault, bars_in_line
from elqr_fast.render.geometry import BAR_MODULES, QR_SIDE, BarPlace, QrPlace
from elqr_fast.render.scene import Modules

#: int64 [n, 4]: left, top, right, bottom in dots, y downwards, right and bottom exclusive.
Boxes = npt.NDArray[np.int64]

# Numbers are checked by float(): a regular expression of them costs more than the rest.
_HEAD = re.compile(rb"q\n([\d.]+) 0 0 ([\d.]+) 0 0 cm\n(?:/S Do\n)?")
_PATH = re.compile(rb"((?:[-\d. ]+ re\n)+)f\n|((?:[-\d. ]+ [ml]\n|h\n)+)f\*\n")
_MOVE = rb"(-?\d+) (-?\d+) Td"
_STRING = rb"\((?:[^()\\\r]|\\[()\\r])*\)Tj\n"
_SYMBOL = re.compile(
    rb"/Q 1 Tf\n(\d{1,4}) TL\n" + _MOVE + rb"\(((?:[@-O]{0,16}\)'\()*[@-O]{0,16})\)'\n"
)
_BARS = re.compile(rb"/B 1 Tf\n" + _MOVE + rb"\(([@-O]*)\)Tj\n")
_FONT = re.compile(rb"/F\d{1,9} [\d.]+ Tf\n")
_TEXT = re.compile(
    _MOVE + rb"(?:" + _STRING + rb"|(\n/Span<</ActualText<[\dA-F]*>>>BDC\n" + _STRING + rb"))"
)
_SPAN_ENDS = b"EMC\n"
# An edge may lie this far inside the dot it stands for: the writer's inset, and no other dot.
_INSET_AT_MOST = 0.06
# Dots: a page of 20 m at 1200 dpi.
_FARTHEST = 1_000_000


def page_boxes(content: bytes, plate: Any) -> Boxes:
    """Every rectangle that a page fills, in whole dots; a shape counts as the box around it.

    Raises `Fault` for anything that is not exactly on the dot grid, or not of the grammar.
    """
    head = _HEAD.match(content)
    if not head or np.abs(_numbers([*head.groups()]) * plate.dpi / 72 - 1).max() > 1e-7:
        raise Fault("the page's unit is not the dot")
    position = head.end()
    boxes: list[Boxes] = [np.empty((0, 4), np.int64)]
    while path := _PATH.match(content, position):
        position = path.end()
        made = _rect_boxes(path[1].split(), plate.height) if path[1] else None
        boxes.append(_shape_box(path[2], plate.height) if made is None else made)
    letters, end = _letter_boxes(content, position, plate)
    if content[end:] != b"ET\nQ\n":
        raise _strange()
    return np.concatenate([*boxes, np.array(letters, np.int64).reshape(-1, 4)])


def _strange() -> Fault:
    return Fault("the page says something that this version does not write")


def _letter_boxes(content: bytes, position: int, plate: Any) -> tuple[list[list[int]], int]:
    """What the letters of codes fill, and where the text object ends."""
    boxes: list[list[int]] = []
    if content[position : position + 3] != b"BT\n":
        raise _strange()
    position += 3
    x, y, font, span = 0, plate.height, False, False
    while found := (
        (plate.qr and _SYMBOL.match(content, position))
        or (plate.bars and _BARS.match(content, position))
        or _FONT.match(content, position)
        or (font and _TEXT.match(content, position))
    ):
        if span and (found.re is not _TEXT or found[3]):
            break
        position = found.end()
        if found.re is _FONT:
            _numbers([found[0].split()[1]])
            font = True
            continue
        right, up = _numbers([*found.groups()[-3:-1]])
        x, y = x + int(right), y - int(up)
        font = font and found.re is _TEXT
        if found.re is _SYMBOL:
            for row in found[4].split(b")'("):
                y += int(found[1])
                boxes += _module_boxes(row, x, y, plate.qr.module)
        elif found.re is _BARS:
            boxes += _bar_boxes(found[3], x, y, plate.bars)
        else:
            span = span or bool(found[3])
            if span and content.startswith(_SPAN_ENDS, position):
                position += len(_SPAN_ENDS)
                span = False
    if span:
        raise _strange()
    return boxes, position


def _module_boxes(row: bytes, x: int, bottom: int, module: int) -> list[list[int]]:
    bits = "".join(f"{byte - 64:04b}" for byte in row)
    return [
        [x + run.start() * module, bottom - module, x + run.end() * module, bottom]
        for run in re.finditer("1+", bits)
    ]


def _bar_boxes(letters: bytes, x: int, bottom: int, place: BarPlace) -> list[list[int]]:
    boxes = []
    for letter in letters:
        bar, space = divmod(letter - 64, 4)
        end = x + (bar + 1) * place.module
        boxes.append([x, bottom - place.height, end - place.narrower, bottom])
        x = end + (space + 1) * place.module
    return boxes


def _rect_boxes(words: list[bytes], height: int) -> Boxes:
    """The dots of rectangles, five words each: x, y, width, height, "re"."""
    if len(words) % 5 or set(words[4::5]) - {b"re"}:
        raise _strange()
    del words[4::5]
    x, y, width, tall = _numbers(words).reshape(-1, 4).T
    edges = np.array([x, height - y - tall, x + width, height - y])
    boxes = np.rint(edges)
    drawn_back = (edges - boxes) * [[1], [1], [-1], [-1]]
    if drawn_back.min() < 0 or drawn_back.max() > _INSET_AT_MOST:
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
