"""Reads our own TIFF pages back: only the strips that touch a code are decoded."""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from elqr_fast._native import g4
from elqr_fast.render.code_places import (
    NOT_LOOKED_AT,
    Fault,
    PageCodes,
    bars_in_dots,
    symbol_in_dots,
)
from elqr_fast.render.scene import Modules, Rect

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

_SIZES = {3: ("H", 2), 4: ("I", 4), 5: ("Q", 8)}
_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC = 256, 257, 259, 262
_OFFSETS, _ROWS, _LENGTHS = 273, 278, 279


def tiff_codes(
    file: BinaryIO, plate: Plate, only: Container[int] | None = None
) -> Iterator[PageCodes]:
    """The codes of every page in order; pages that `only` lacks are not looked at.

    Raises `Fault` where the chain of pages is broken.
    """
    if file.read(4) != b"II*\0":
        raise Fault("the file is no classic little-endian TIFF")
    position = _unpack("<I", file.read(4))[0]
    seen: set[int] = set()
    while position:
        if position in seen:
            raise Fault("the TIFF's directories form a circle")
        looked_at = only is None or len(seen) in only
        seen.add(position)
        tags, position = _directory(file, position)
        yield _page_codes(file, tags, plate) if looked_at else NOT_LOOKED_AT


def _page_codes(file: BinaryIO, tags: dict[int, tuple[int, ...]], plate: Plate) -> PageCodes:
    try:
        if (tags[_WIDTH], tags[_HEIGHT]) != ((plate.width,), (plate.height,)):
            raise Fault("the page does not have the plate's size")
        if (tags[_COMPRESSION], tags[_PHOTOMETRIC]) != ((4,), (0,)):
            raise Fault("the page is not coded in G4, white as 0")
        qr, bars = plate.qr, plate.bars
        return PageCodes(
            symbol_in_dots(_cut(file, tags, qr.quiet), qr) if qr else None,
            bars_in_dots(_cut(file, tags, bars.quiet), bars) if bars else None,
        )
    except Fault as fault:
        return PageCodes(None, None, str(fault))
    except (KeyError, IndexError, ValueError):
        return PageCodes(None, None, "the page's directory is damaged")


def _cut(file: BinaryIO, tags: dict[int, tuple[int, ...]], box: Rect) -> Modules:
    """The dots of a box, uint8 [height, width]."""
    (width,), (height,), (rows,) = tags[_WIDTH], tags[_HEIGHT], tags[_ROWS]
    if not 0 < rows <= height:
        raise Fault("the page's directory is damaged")
    first, last = box.y // rows, (box.y + box.height - 1) // rows
    bits = np.empty(((last + 1 - first) * rows, (width + 7) // 8), np.uint8)
    for strip in range(first, last + 1):
        top = (strip - first) * rows
        strip_rows = bits[top : top + min(rows, height - strip * rows)]
        file.seek(tags[_OFFSETS][strip])
        status, _ = g4.decode(file.read(tags[_LENGTHS][strip]), width, strip_rows)
        if status:
            raise Fault("the page's coded data are damaged")
    top, left = box.y - first * rows, box.x // 8
    around = bits[top : top + box.height, left : (box.x + box.width + 7) // 8]
    return np.unpackbits(around, axis=1)[:, box.x % 8 : box.x % 8 + box.width]


def _directory(file: BinaryIO, position: int) -> tuple[dict[int, tuple[int, ...]], int]:
    """The tags of one page, and where the next directory is, 0 after the last."""
    file.seek(position)
    (count,) = _unpack("<H", file.read(2))
    entries = file.read(12 * count + 4)
    tags = {}
    for index in range(count):
        tag, kind, number = _unpack("<HHI", entries[12 * index : 12 * index + 8])
        letter, size = _SIZES.get(kind, ("", 0))
        if not size:
            continue
        values = entries[12 * index + 8 : 12 * index + 12]
        if number * size > 4:
            file.seek(_unpack("<I", values)[0])
            values = file.read(number * size)
        tags[tag] = _unpack(f"<{number}{letter}", values[: number * size])
    return tags, _unpack("<I", entries[12 * count :])[0]


def _unpack(layout: str, data: bytes) -> tuple[int, ...]:
    try:
        return struct.unpack(layout, data)
    except struct.error as error:
        raise Fault("the TIFF ends early") from error
