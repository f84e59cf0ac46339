"""A TIFF page's directory, classic or BigTIFF, made for many pages at once.

Of a directory only offsets and byte counts differ from page to page: the rest is a template.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]

ASCII, SHORT, LONG, RATIONAL, LONG8 = 2, 3, 4, 5, 16
#: Of each type: struct's letters, bytes.
_TYPES = {
    ASCII: ("B", 1),
    SHORT: ("H", 2),
    LONG: ("I", 4),
    RATIONAL: ("II", 8),
    LONG8: ("Q", 8),
}

STRIP_OFFSETS, STRIP_BYTE_COUNTS = 273, 279


@dataclass(frozen=True, slots=True)
class Flavour:
    """Classic TIFF or BigTIFF: the same directories, in numbers of another width.

    `count` and `offset` are struct's formats of the number of a directory's entries and of offsets;
    `offset_type` is a tag's type that holds such.
    """

    head: bytes
    largest_file: int
    count: str
    offset: str
    offset_type: int

    @property
    def word(self) -> int:
        """Bytes of an offset, and of the room for values in an entry."""
        return struct.calcsize(self.offset)


CLASSIC = Flavour(b"II*\0", 2**32 - 1, "<H", "<I", LONG)
BIG = Flavour(b"II+\0\x08\0\0\0", 2**63 - 1, "<Q", "<Q", LONG8)


@dataclass(frozen=True, slots=True)
class PageFormat:
    """What all pages have in common: dots, dots an inch, rows of a strip, a description or none."""

    width: int
    height: int
    dpi: int
    rows: int
    description: bytes = b""


def _tags(flavour: Flavour, page: PageFormat) -> list[tuple[int, int, Sequence[int]]]:
    """Tag, type and values, in the order of the tags."""
    strips = -(-page.height // page.rows)
    described = [(270, ASCII, page.description + b"\0")] if page.description else []
    return [
        (254, LONG, [2]),  # NewSubfileType: one page of several
        (256, LONG, [page.width]),
        (257, LONG, [page.height]),
        (258, SHORT, [1]),  # BitsPerSample
        (259, SHORT, [4]),  # Compression: CCITT Group 4 (T.6)
        (262, SHORT, [0]),  # PhotometricInterpretation: WhiteIsZero
        (266, SHORT, [1]),  # FillOrder: most significant bit left
        *described,
        (STRIP_OFFSETS, flavour.offset_type, [0] * strips),
        (274, SHORT, [1]),  # Orientation: top left
        (277, SHORT, [1]),  # SamplesPerPixel
        (278, LONG, [page.rows]),
        (STRIP_BYTE_COUNTS, flavour.offset_type, [0] * strips),
        (282, RATIONAL, [page.dpi, 1]),
        (283, RATIONAL, [page.dpi, 1]),
        (293, LONG, [0]),  # T6Options: no uncompressed mode
        (296, SHORT, [2]),  # ResolutionUnit: inch
    ]


class Directory:
    """The directory of pages of one format."""

    def __init__(self, flavour: Flavour, page: PageFormat) -> None:
        self._word = flavour.word
        tags = _tags(flavour, page)
        made = bytearray(struct.pack(flavour.count, len(tags)))
        entry = struct.calcsize("<HH") + 2 * flavour.word
        self._next_at = len(made) + len(tags) * entry
        values = bytearray()
        #: Where the values of each tag are.
        self._places: dict[int, int] = {}
        #: Where those outside their entries are: (place of the pointer, place of the values).
        self._pointers: list[tuple[int, int]] = []
        for tag, kind, numbers in tags:
            letters, size = _TYPES[kind]
            count = len(numbers) // len(letters)
            made += struct.pack("<HH", tag, kind) + struct.pack(flavour.offset, count)
            self._places[tag] = len(made)
            coded = struct.pack(f"<{count * letters}", *numbers)
            if count * size > flavour.word:
                self._places[tag] = self._next_at + flavour.word + len(values)
                self._pointers.append((len(made), self._places[tag]))
                values += coded
                coded = b""
            made += coded.ljust(flavour.word, b"\0")
        made += bytes(flavour.word) + values
        made += bytes(len(made) % 2)  # a directory begins on a word boundary
        self._template = np.frombuffer(bytes(made), np.uint8)

    @property
    def size(self) -> int:
        """Bytes of one directory."""
        return len(self._template)

    def of(
        self, position: int, offsets: Numbers, lengths: Numbers, following: int
    ) -> npt.NDArray[np.uint8]:
        """The directories of some pages as bytes, one after the other from `position` on.

        `offsets` and `lengths` are those of their strips, uint64 [n, strips]; `following` is where
        the directory after the last one is, 0 for none.
        """
        made = np.tile(self._template, (len(offsets), 1))
        starts = position + self.size * np.arange(len(offsets), dtype=np.uint64)
        for at, values_at in self._pointers:
            self._fill(made, at, starts[:, np.newaxis] + np.uint64(values_at))
        self._fill(made, self._next_at, np.append(starts[1:], np.uint64(following))[:, np.newaxis])
        self._fill(made, self._places[STRIP_OFFSETS], offsets)
        self._fill(made, self._places[STRIP_BYTE_COUNTS], lengths)
        return made.reshape(-1)

    def _fill(self, made: npt.NDArray[np.uint8], at: int, numbers: Numbers) -> None:
        coded = np.ascontiguousarray(numbers, f"<u{self._word}").view(np.uint8)
        made[:, at : at + coded.shape[1]] = coded
