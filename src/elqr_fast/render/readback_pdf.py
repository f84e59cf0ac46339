"""Reads our own PDF pages back: from path operators to dots.

The grammar below is all that `pdf_content` writes.  A page that says anything else is a fault, so
no ink can hide in an operator that is not understood.  qpdf opens the file and inflates streams.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt
import pikepdf

from elqr_fast.render.code_places import (
    NOT_LOOKED_AT,
    Boxes,
    Fault,
    PageCodes,
    bars_in_boxes,
    symbol_in_boxes,
)

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

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


def pdf_codes(
    source: Path | BinaryIO, plate: Plate, only: Container[int] | None = None
) -> Iterator[PageCodes]:
    """The codes of every page in order; pages that `only` lacks are not looked at.

    Raises `Fault` if the file cannot be opened at all.
    """
    try:
        with pikepdf.open(source, attempt_recovery=False) as file:
            for index, page in enumerate(file.pages):
                looked_at = only is None or index in only
                yield _page_codes(file, page, plate) if looked_at else NOT_LOOKED_AT
    except (pikepdf.PdfError, RuntimeError) as error:  # qpdf has errors of both kinds
        raise Fault("the PDF cannot be opened") from error


def _page_codes(file: pikepdf.Pdf, page: pikepdf.Page, plate: Plate) -> PageCodes:
    file.get_warnings()  # those of the page before
    try:
        content = page.obj.Contents.read_bytes()
        if file.get_warnings():
            raise Fault("the page's data are damaged")
        boxes = page_boxes(content, plate.dpi, plate.height)
        return PageCodes(
            symbol_in_boxes(boxes, plate.qr) if plate.qr else None,
            bars_in_boxes(boxes, plate.bars) if plate.bars else None,
        )
    except Fault as fault:
        return PageCodes(None, None, str(fault))
    except (pikepdf.PdfError, RuntimeError, AttributeError, TypeError):
        return PageCodes(None, None, "the page's data are damaged")


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
