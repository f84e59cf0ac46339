"""Writes pages as one multi-page bilevel TIFF, coded in CCITT G4, in strips.

Classic TIFF 6.0, little-endian, one directory a page.  Every directory stands before its strips
and points to the next one, so the file is written forwards only, holding two pages in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from elqr_fast._native import g4
from elqr_fast.errors import OutputError
from elqr_fast.render.raster import Bits, Rasteriser

if TYPE_CHECKING:
    from elqr_fast.render.pages import Page
    from elqr_fast.render.plate import Plate

HEADER = b"II*\0" + struct.pack("<I", 8)
#: Classic TIFF has 32-bit offsets.
LARGEST_FILE = 2**32 - 1
SHORT, LONG, RATIONAL = 3, 4, 5


def write_tiff(
    plate: Plate, pages: Iterable[Page], target: BinaryIO, *, rows_per_strip: int | None = None
) -> int:
    """Writes the pages in order and returns how many there were.

    `rows_per_strip` is half an inch unless told: a reader that wants a code 20 mm high then decodes
    an inch or so of the page.  Equal input gives equal bytes.  Raises `OutputError` before the
    file would outgrow the format (4 GB), `ValueError` if there is no page.
    """
    coder = StripCoder(plate, rows_per_strip or max(plate.dpi // 2, 1))
    coded = map(coder.strips, pages)
    strips = next(coded, None)
    if strips is None:
        raise ValueError("a TIFF needs at least one page")
    target.write(HEADER)
    position, count = len(HEADER), 0
    while strips is not None:
        following = next(coded, None)
        page = directory(plate, coder.rows, strips, position, last=following is None)
        position += len(page)
        if position > LARGEST_FILE:
            raise OutputError(f"page {count + 1} would take the TIFF past 4 GB: use smaller chunks")
        target.write(page)
        strips = following
        count += 1
    return count


class StripCoder:
    """Codes pages strip by strip; a strip without a slip's own ink is coded once for all pages."""

    def __init__(self, plate: Plate, rows: int) -> None:
        self.rows = rows
        self._raster = Rasteriser(plate)
        self._static = [self._code(strip) for strip in self._cut(self._raster.static)]

    def strips(self, page: Page) -> list[bytes]:
        bits = self._raster.bits(page)
        inked = {
            strip
            for box in self._raster.inked
            for strip in range(box.top // self.rows, (box.bottom - 1) // self.rows + 1)
        }
        return [
            self._code(strip) if index in inked else self._static[index]
            for index, strip in enumerate(self._cut(bits))
        ]

    def _cut(self, bits: Bits) -> Iterator[Bits]:
        return (bits[top : top + self.rows] for top in range(0, len(bits), self.rows))

    def _code(self, strip: Bits) -> bytes:
        return g4.encode(strip, self._raster.width)


def directory(plate: Plate, rows: int, strips: list[bytes], position: int, *, last: bool) -> bytes:
    """One page as it stands in the file at `position`: its directory, then its strips."""
    lengths = [len(strip) for strip in strips]
    tags: list[tuple[int, int, list[int]]] = [
        (254, LONG, [2]),  # NewSubfileType: one page of several
        (256, LONG, [plate.width]),
        (257, LONG, [plate.height]),
        (258, SHORT, [1]),  # BitsPerSample
        (259, SHORT, [4]),  # Compression: CCITT Group 4 (T.6)
        (262, SHORT, [0]),  # PhotometricInterpretation: WhiteIsZero
        (266, SHORT, [1]),  # FillOrder: most significant bit left
        (273, LONG, [0] * len(strips)),  # StripOffsets, filled in below
        (274, SHORT, [1]),  # Orientation: top left
        (277, SHORT, [1]),  # SamplesPerPixel
        (278, LONG, [min(rows, plate.height)]),
        (279, LONG, lengths),
        (282, RATIONAL, [plate.dpi, 1]),
        (283, RATIONAL, [plate.dpi, 1]),
        (293, LONG, [0]),  # T6Options: no uncompressed mode
        (296, SHORT, [2]),  # ResolutionUnit: inch
    ]
    values_at = position + 2 + 12 * len(tags) + 4
    offset = values_at + sum(_room(kind, values) for _, kind, values in tags)
    for index, length in enumerate(lengths):
        tags[7][2][index] = offset
        offset += length
    padding = offset % 2  # a directory begins on a word boundary
    entries, values = [], b""
    for tag, kind, numbers in tags:
        coded = struct.pack(f"<{len(numbers)}{'H' if kind == SHORT else 'I'}", *numbers)
        count = len(numbers) // 2 if kind == RATIONAL else len(numbers)
        if len(coded) > 4:
            entries.append(struct.pack("<HHII", tag, kind, count, values_at + len(values)))
            values += coded
        else:
            entries.append(struct.pack("<HHI", tag, kind, count) + coded.ljust(4, b"\0"))
    return b"".join(
        [
            struct.pack("<H", len(tags)),
            *entries,
            struct.pack("<I", 0 if last else offset + padding),
            values,
            *strips,
            b"\0" * padding,
        ]
    )


def _room(kind: int, values: list[int]) -> int:
    """Bytes that a tag's values take outside its entry, which has room for four."""
    size = len(values) * (2 if kind == SHORT else 4)
    return size if size > 4 else 0
