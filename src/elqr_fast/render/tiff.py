"""Writes pages as one multi-page bilevel TIFF, coded in CCITT G4, in strips.

Pages are coded in batches.  The directories of a batch stand before its strips, so that a file is
written forwards only and a batch costs two writes.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from elqr_fast.render.coder import CodedPages, PageCoder, Pages
from elqr_fast.render.scene import Scene
from elqr_fast.render.tiff_directory import BIG, CLASSIC, Directory, Flavour, Numbers, PageFormat

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate


class Outgrown(Exception):
    """The file does not fit the flavour's offsets."""


def write_tiff(
    plate: Plate,
    pages: Pages,
    target: BinaryIO,
    *,
    rows_per_strip: int | None = None,
    share_static: bool = False,
    coder: PageCoder | None = None,
) -> int:
    """Writes the pages in order and returns how many there were.

    `rows_per_strip` is half an inch unless told: a reader that wants a code 20 mm high then decodes
    an inch or so of the page.  With `share_static` a strip in which a page has no ink of its own
    is in the file once, and many directories point to it: smaller files, which libtiff and Pillow
    read; low strips share more.  `coder` is `page_coder(plate, rows_per_strip)`, for a caller that
    writes many files.  `target` must seek: a file that passes 4 GB is begun anew as
    BigTIFF.  Equal input gives equal bytes.  Raises ValueError if there is no page.
    """
    if not pages:
        raise ValueError("a TIFF needs at least one page")
    coder = coder or page_coder(plate, rows_per_strip)
    start = target.tell()
    for flavour in (CLASSIC, BIG):
        try:
            _Writer(flavour, plate, coder, target, share_static).write(pages)
            break
        except Outgrown:
            target.seek(start)
            target.truncate()
    return len(pages)


def page_coder(plate: Plate, rows_per_strip: int | None = None) -> PageCoder:
    """What codes a plate's pages for `write_tiff`; to make it takes as long as to code many."""
    return PageCoder(plate, rows_per_strip or max(plate.dpi // 2, 1))


def ink_needed(plate: Plate) -> bytes:
    """What a page says of its ink: of coloured static ink and black, one plane has one colour."""
    if plate.static_ink == (0, 0, 0) or plate.static == Scene():
        return b""
    return b"One plane for all ink; the form's own is to be RGB %d %d %d" % plate.static_ink


class _Writer:
    """Writes one file."""

    def __init__(
        self,
        flavour: Flavour,
        plate: Plate,
        coder: PageCoder,
        target: BinaryIO,
        share_static: bool,
    ) -> None:
        self._flavour, self._coder, self._target = flavour, coder, target
        page = PageFormat(plate.width, plate.height, plate.dpi, coder.rows, ink_needed(plate))
        self._directory = Directory(flavour, page)
        self._shared = SharedStrips(coder) if share_static else None
        self._position = 0

    def write(self, pages: Pages) -> None:
        first = len(self._flavour.head) + self._flavour.word
        shared = self._shared.data if self._shared else b""
        padding = len(shared) % 2  # a directory begins on a word boundary
        if self._shared:
            self._shared.position = first
        self._put(
            self._flavour.head
            + struct.pack(self._flavour.offset, first + len(shared) + padding)
            + shared
            + bytes(padding)
        )
        written = 0
        for coded in self._coder.code(pages):
            written += len(coded.ends)
            self._batch(coded, last=written == len(pages))

    def _batch(self, coded: CodedPages, *, last: bool) -> None:
        """Writes the directories of some pages, then their strips."""
        ends = coded.ends.reshape(-1)
        lengths = np.diff(ends, prepend=np.uint64(0)).reshape(coded.ends.shape)
        strips: list[npt.NDArray[np.uint8]] = [coded.data]
        begin = self._position + len(lengths) * self._directory.size
        if self._shared:
            offsets, strips = self._shared.taken_out(coded, lengths, begin)
        else:
            offsets = begin + coded.ends - lengths
        end = begin + sum(map(len, strips))
        padding = end % 2
        following = 0 if last else end + padding
        if end + padding > self._flavour.largest_file:
            raise Outgrown
        self._put(self._directory.of(self._position, offsets, lengths, following))
        for strip in strips:
            self._put(strip)
        self._put(bytes(padding))

    def _put(self, data: bytes | npt.NDArray[np.uint8]) -> None:
        self._target.write(data.data if isinstance(data, np.ndarray) else data)
        self._position += len(data)


class SharedStrips:
    """The static layer's strips, in the file once."""

    def __init__(self, coder: PageCoder) -> None:
        blank = coder.code_static()
        ends = [0, *blank.ends[0].tolist()]
        self._strips = [blank.data[start:end].tobytes() for start, end in pairwise(ends)]
        self._starts = np.array(ends[:-1], np.uint64)
        self.data = b"".join(self._strips)
        #: Where `data` is in the file.
        self.position = 0

    def taken_out(
        self, coded: CodedPages, lengths: Numbers, begin: int
    ) -> tuple[Numbers, list[npt.NDArray[np.uint8]]]:
        """Where each strip is, uint64 [n, strips], and what is to be written from `begin` on."""
        offsets = np.empty_like(lengths)
        kept: list[npt.NDArray[np.uint8]] = []
        position, start = begin, 0
        for page, row in enumerate(coded.ends.tolist()):
            for index, end in enumerate(row):
                strip = coded.data[start:end]
                if strip.tobytes() == self._strips[index]:
                    offsets[page, index] = self.position + int(self._starts[index])
                else:
                    offsets[page, index] = position
                    kept.append(strip)
                    position += end - start
                start = end
        return offsets, kept
