"""Bilevel G4 pages of TIFF, what scanners write most, through our own decoder.

Pillow needs five times as long: its bilevel images hold a byte a pixel, and are copied on the way
out.  Here the pixels stay bits, and only the strips are decoded that somebody looks at.  A page
that is unusual in any way is left to Pillow, and so is one that does not decode: what can be made
of a broken page is libtiff's to say.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from functools import cached_property
from operator import add
from typing import BinaryIO

import numpy as np

from elqr_fast._native import g4
from elqr_fast.scan import tiff_directory as tiff
from elqr_fast.scan.pages import Bits, Dpi, Grey, Limits, Region, clipped

#: Tags and the only value of each that is dealt with here, which a tag that is missing has.
PLAIN = (
    (tiff.BITS, (1,)), (tiff.SAMPLES, (1,)), (tiff.FILL_ORDER, (1,)), (tiff.ORIENTATION, (1,)),
    (tiff.T6_OPTIONS, (0,)),
)  # fmt: skip
NEEDED = frozenset((tiff.WIDTH, tiff.HEIGHT, tiff.OFFSETS, tiff.SIZES))
G4 = 4
WHITE_IS_ZERO, BLACK_IS_ZERO = 0, 1
#: Bytes between strips that are read along with them rather than left out.
FAR_APART = 65_536


class Undecodable(Exception):
    """A strip that is not as G4 has it."""


class _Spare(threading.local):
    """Memory of the last page of this thread, for the next: the system takes longer to hand out
    new memory, page by page, than pixels take to be decoded into it."""

    #: Of a larger page nothing is kept.  A4 at 600 dpi has 4.4 million bytes.
    MOST = 1 << 23

    def __init__(self) -> None:
        self._bytes = np.empty(0, np.uint8)

    def rows(self, height: int, width: int) -> Bits:
        """uint8 [height, width], not set to anything."""
        size = height * width
        if size > self.MOST:
            return np.empty((height, width), np.uint8)
        # Every page and every view of one counts as a user of the memory: two are here.
        if self._bytes.size < size or sys.getrefcount(self._bytes) > ALONE:
            self._bytes = np.empty(size, np.uint8)
        return self._bytes[:size].reshape(height, width)


#: Users of memory that nobody else has: the attribute, and the question itself.
ALONE = 2
_spare = _Spare()


class Strips:
    """The packed rows of a page, 1 = black, decoded where they are asked for."""

    def __init__(self, file: BinaryIO, tags: tiff.Tags) -> None:
        self.width, self.height = tags[tiff.WIDTH][0], tags[tiff.HEIGHT][0]
        self._file = file
        end = file.seek(0, io.SEEK_END)
        self._rows = min(tags.get(tiff.STRIP_ROWS, (self.height,))[0], self.height)
        self._places = list(zip(tags[tiff.OFFSETS], tags[tiff.SIZES], strict=True))
        if max(map(add, tags[tiff.OFFSETS], tags[tiff.SIZES])) > end:
            # What there is of a strip that the file's end cuts may have all its rows.
            self._places = [
                (min(at, end), max(min(size, end - at), 0)) for at, size in self._places
            ]
        self._top, self._columns = 0, self.width
        #: 1 for each strip that has not been decoded.
        self._missing = bytearray(b"\1" * len(self._places))
        self._invert = tags[tiff.PHOTOMETRIC][0] == BLACK_IS_ZERO
        self._bits = _spare.rows(self.height, (self.width + 7) // 8)

    def expect(self, top: int, right: int) -> None:
        """What is drawn until something else is asked for: no row above, no pixel farther right."""
        if 0 not in self._missing:
            columns = -(-right // 64) * 64
            self._top, self._columns = top, min(columns, self.width)

    def rows(self, top: int, bottom: int, right: int) -> Bits:
        """Rows [top, bottom) of the page, packed, whole up to a column.  Raises Undecodable."""
        if top < self._top or right > self._columns:
            self._missing = bytearray(b"\1" * len(self._places))
            self._top, self._columns = 0, self.width
        strip, end = top // self._rows, -(-bottom // self._rows)
        while (strip := self._missing.find(1, strip, end)) >= 0:
            known = self._missing.find(0, strip, end)
            stop = known if known >= 0 else end
            self._decode(strip, stop)
            strip = stop
        return self._bits[top:bottom]

    def _decode(self, first: int, stop: int) -> None:
        """Strips [first, stop), by one reading of the file if they lie close together in it."""
        if isinstance(self._file, io.BytesIO):
            with self._file.getbuffer() as content:
                self._decode_from(content, 0, first, stop)
            return
        places = self._places[first:stop]
        begin, end = min(places)[0], max(at + size for at, size in places)
        if end - begin > FAR_APART and end - begin > FAR_APART + 2 * sum(
            size for _, size in places
        ):
            for strip in range(first, stop):
                self._decode(strip, strip + 1)
            return
        self._file.seek(begin)
        coded = self._file.read(end - begin)
        if len(coded) != end - begin:
            raise Undecodable
        self._decode_from(coded, begin, first, stop)

    def _decode_from(self, coded: bytes | memoryview, begin: int, first: int, stop: int) -> None:
        """Strips [first, stop), of the file's bytes from `begin` on."""
        places = self._places[first:stop]
        whole = g4.decode_strips(
            coded, begin, places, self.width, self._rows,
            self._bits[first * self._rows : stop * self._rows], self._invert,
            self._top - first * self._rows, self._columns,
        )  # fmt: skip
        if whole != len(places):
            raise Undecodable
        self._missing[first:stop] = bytes(whole)


class G4Page:
    """The pixels of a plain G4 page; `otherwise` decodes it where this cannot."""

    def __init__(
        self, file: BinaryIO, tags: tiff.Tags, dpi: Dpi | None, otherwise: Callable[[], Grey]
    ) -> None:
        self.dpi = dpi
        self._strips: Strips | None = Strips(file, tags)
        self.size = (self._strips.width, self._strips.height)
        self._otherwise = otherwise
        #: The first region that was asked for in grey: a code is looked at where it was found.
        self._first: tuple[Region, Grey] | None = None

    @cached_property
    def grey(self) -> Grey:
        width, height = self.size
        rows = self._rows(0, height, width)
        return self._otherwise() if rows is None else g4.grey(rows, width)

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        left, top, right, bottom = region = clipped((left, top, right, bottom), self.size)
        if self._first:
            (x0, y0, x1, y1), grey = self._first
            if x0 <= left < right <= x1 and y0 <= top < bottom <= y1:
                return grey[top - y0 : bottom - y0, left - x0 : right - x0]
        found = self._packed(region)
        if found is None:
            return self.grey[top:bottom, left:right]
        rows, begin = found
        grey = g4.grey(rows, right - begin)[:, left - begin :]
        self._first = self._first or (region, grey)
        return grey

    def bits(self, region: Region) -> tuple[Bits, int] | None:
        """Packed rows of a region, and the column they begin with: its left or up to 7 before."""
        return self._packed(clipped(region, self.size))

    def _packed(self, region: Region) -> tuple[Bits, int] | None:
        left, top, right, bottom = region
        if left >= right or top >= bottom:
            return None
        rows = self._rows(top, bottom, right)
        return None if rows is None else (rows[:, left // 8 : (right + 7) // 8], left // 8 * 8)

    def expect(self, region: Region) -> None:
        if self._strips is not None:
            _, top, right, _ = clipped(region, self.size)
            self._strips.expect(top, right)

    def _rows(self, top: int, bottom: int, right: int) -> Bits | None:
        if self._strips is None:
            return None
        try:
            return self._strips.rows(top, bottom, right)
        except (Undecodable, OSError):
            self._strips = None
            return None


def open_page(
    file: BinaryIO,
    tags: tiff.Tags | None,
    *,
    dpi: Callable[[Dpi | None], Dpi | None],
    limits: Limits,
    otherwise: Callable[[], Grey],
) -> G4Page | None:
    """A plain G4 page in strips; None if it is not one.  Raises InputError if it is too large."""
    if tags is None or not _is_plain(tags):
        return None
    width, height = tags[tiff.WIDTH][0], tags[tiff.HEIGHT][0]
    limits.check_pixels(width, height)
    strip_rows = min(tags.get(tiff.STRIP_ROWS, (height,))[0], height)
    strips = -(-height // max(strip_rows, 1))
    if strip_rows < 1 or len(tags[tiff.OFFSETS]) != strips or len(tags[tiff.SIZES]) != strips:
        return None
    return G4Page(file, tags, dpi(tiff.dpi_of(tags)), otherwise)


def _is_plain(tags: tiff.Tags) -> bool:
    for tag, value in PLAIN:
        if tags.get(tag, value) != value:
            return False
    return (
        tags.get(tiff.COMPRESSION) == (G4,)
        and tags.get(tiff.PHOTOMETRIC) in ((WHITE_IS_ZERO,), (BLACK_IS_ZERO,))
        and tiff.TILE_WIDTH not in tags
        and tags.keys() >= NEEDED
    )
