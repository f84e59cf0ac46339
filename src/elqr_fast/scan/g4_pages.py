"""Bilevel G4 pages of TIFF, what scanners write most, through our own decoder.

Pillow needs five times as long: its bilevel images hold a byte a pixel, and are copied on the way
out.  Here the pixels stay bits, and only the strips are decoded that somebody looks at.  A page
that is unusual in any way is left to Pillow, and so is one that does not decode: what can be made
of a broken page is libtiff's to say.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property
from typing import BinaryIO

import numpy as np

from elqr_fast._native import g4
from elqr_fast.scan import tiff_directory as tiff
from elqr_fast.scan.pages import Bits, Dpi, Grey, Limits, Region, clipped

#: Tags and the only value of each that is dealt with here, which a tag that is missing has.
PLAIN = {tiff.BITS: 1, tiff.SAMPLES: 1, tiff.FILL_ORDER: 1, tiff.ORIENTATION: 1, tiff.T6_OPTIONS: 0}
NEEDED = (tiff.WIDTH, tiff.HEIGHT, tiff.OFFSETS, tiff.SIZES)
G4 = 4
WHITE_IS_ZERO, BLACK_IS_ZERO = 0, 1
#: Bytes between strips that are read along with them rather than left out.
FAR_APART = 65_536


class Undecodable(Exception):
    """A strip that is not as G4 has it."""


class Strips:
    """The packed rows of a page, 1 = black, decoded where they are asked for."""

    def __init__(self, file: BinaryIO, tags: tiff.Tags) -> None:
        self.width, self.height = tags[tiff.WIDTH][0], tags[tiff.HEIGHT][0]
        self._file = file
        self._end = file.seek(0, io.SEEK_END)
        self._rows = min(tags.get(tiff.STRIP_ROWS, (self.height,))[0], self.height)
        self._places = list(zip(tags[tiff.OFFSETS], tags[tiff.SIZES], strict=True))
        end = self._end
        if any(at + size > end for at, size in self._places):
            # What there is of a strip that the file's end cuts may have all its rows.
            self._places = [
                (min(at, end), max(min(size, end - at), 0)) for at, size in self._places
            ]
        #: 1 for each strip that has not been decoded.
        self._missing = bytearray(b"\1" * len(self._places))
        self._invert = tags[tiff.PHOTOMETRIC][0] == BLACK_IS_ZERO
        # Pages of memory that nobody touches cost nothing.
        self._bits = np.empty((self.height, (self.width + 7) // 8), np.uint8)

    def rows(self, top: int, bottom: int) -> Bits:
        """Rows [top, bottom) of the page, packed.  Raises Undecodable."""
        strip, end = top // self._rows, -(-bottom // self._rows)
        while (strip := self._missing.find(1, strip, end)) >= 0:
            known = self._missing.find(0, strip, end)
            stop = known if known >= 0 else end
            self._decode(strip, stop)
            strip = stop
        return self._bits[top:bottom]

    def _decode(self, first: int, stop: int) -> None:
        """Strips [first, stop), by one reading of the file if they lie close together in it."""
        places = self._places[first:stop]
        begin, end = min(places)[0], max(map(sum, places))
        if len(places) > 1 and end - begin > FAR_APART + 2 * sum(size for _, size in places):
            for strip in range(first, stop):
                self._decode(strip, strip + 1)
            return
        self._file.seek(begin)
        coded = self._file.read(end - begin)
        if len(coded) != end - begin:
            raise Undecodable
        whole = g4.decode_strips(
            coded, begin, places, self.width, self._rows,
            self._bits[first * self._rows : stop * self._rows], self._invert,
        )  # fmt: skip
        if whole != len(places):
            raise Undecodable
        self._missing[first:stop] = bytes(len(places))


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
        rows = self._rows(0, height)
        return self._otherwise() if rows is None else _grey(rows, width)

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        left, top, right, bottom = region = clipped((left, top, right, bottom), self.size)
        if self._first:
            (x0, y0, x1, y1), grey = self._first
            if x0 <= left < right <= x1 and y0 <= top < bottom <= y1:
                return grey[top - y0 : bottom - y0, left - x0 : right - x0]
        found = self.bits(region)
        if found is None:
            return self.grey[top:bottom, left:right]
        rows, begin = found
        grey = _grey(rows, right - begin)[:, left - begin :]
        self._first = self._first or (region, grey)
        return grey

    def bits(self, region: Region) -> tuple[Bits, int] | None:
        """Packed rows of a region, and the column they begin with: its left or up to 7 before."""
        left, top, right, bottom = clipped(region, self.size)
        if left >= right or top >= bottom:
            return None
        rows = self._rows(top, bottom)
        return None if rows is None else (rows[:, left // 8 : (right + 7) // 8], left // 8 * 8)

    def _rows(self, top: int, bottom: int) -> Bits | None:
        if self._strips is None:
            return None
        try:
            return self._strips.rows(top, bottom)
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


def _grey(rows: Bits, width: int) -> Grey:
    grey = np.unpackbits(rows, axis=1, count=width)
    grey -= np.uint8(1)  # 1, black, becomes 0; 0, white, goes below zero: 255
    return grey


def _is_plain(tags: tiff.Tags) -> bool:
    return (
        tags.get(tiff.COMPRESSION) == (G4,)
        and tags.get(tiff.PHOTOMETRIC) in ((WHITE_IS_ZERO,), (BLACK_IS_ZERO,))
        and tiff.TILE_WIDTH not in tags
        and all(tag in tags for tag in NEEDED)
        and all(tags.get(tag, (value,)) == (value,) for tag, value in PLAIN.items())
    )
