"""One directory of a TIFF: the tags that say how a page's pixels are stored (TIFF 6.0, section 2).

Only what a plain bilevel page has is understood; a directory with anything else in these tags is
left to Pillow.  Counts and offsets come from the file and are believed only as far as its bytes go.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from elqr_fast.scan.pages import Dpi

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
OFFSETS, ORIENTATION, SAMPLES, STRIP_ROWS, SIZES = 273, 274, 277, 278, 279
X_RESOLUTION, Y_RESOLUTION, T6_OPTIONS, RESOLUTION_UNIT, TILE_WIDTH = 282, 283, 293, 296, 322
SHORT, LONG, RATIONAL, LONG8 = 3, 4, 5, 16
#: Tags looked at, and the types they may have.
WHOLE = {SHORT: "H", LONG: "I", LONG8: "Q"}
KINDS: dict[int, Mapping[int, str]] = {
    **dict.fromkeys(
        (WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, OFFSETS, ORIENTATION, SAMPLES,
         STRIP_ROWS, SIZES, T6_OPTIONS, RESOLUTION_UNIT, TILE_WIDTH),
        WHOLE,
    ),
    X_RESOLUTION: {RATIONAL: "II"},
    Y_RESOLUTION: {RATIONAL: "II"},
}  # fmt: skip
#: Scanners write about 20.
MOST_ENTRIES = 512
#: A strip a row is the most that makes sense.
MOST_VALUES = 65_535
CENTIMETRE = 3
INCHES = {None: 1.0, 2: 1.0, CENTIMETRE: 2.54}

Tags = dict[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one file writes numbers: its byte order, and the sizes of TIFF or BigTIFF."""

    order: str
    first_at: int
    offset: struct.Struct
    entries: struct.Struct
    entry: struct.Struct

    @classmethod
    @lru_cache(maxsize=8)  # there are four
    def of(cls, magic: bytes) -> Layout:
        """`magic`: a file's first four bytes."""
        order = "<" if magic[:2] == b"II" else ">"
        big = magic[2:4] in (b"+\0", b"\0+")
        return cls(
            order,
            8 if big else 4,
            struct.Struct(order + ("Q" if big else "I")),
            struct.Struct(order + ("Q" if big else "H")),
            struct.Struct("12s8s" if big else "8s4s"),
        )


def read_tags(file: BinaryIO, offset: int, layout: Layout) -> Tags | None:
    """The tags named above of the directory at `offset`; None if one is not as it should be."""
    file.seek(offset)
    head = file.read(layout.entries.size)
    if len(head) != layout.entries.size:
        return None
    (count,) = layout.entries.unpack(head)
    if not 0 < count <= MOST_ENTRIES:
        return None
    entries = file.read(count * layout.entry.size)
    if len(entries) != count * layout.entry.size:
        return None
    parts = _halves(layout.entry.size, layout.offset.size, count).unpack(entries)
    places = _places(layout.order, parts[::2])
    if places is None:
        return None
    tags: Tags = {}
    width = layout.offset.size
    for tag, place, numbers in places:
        cell = parts[place]
        if numbers.size > width:
            (at,) = layout.offset.unpack(cell)
            if at > sys.maxsize:
                return None
            file.seek(at)
            cell = file.read(numbers.size)
            if len(cell) != numbers.size:
                return None
        tags[tag] = numbers.unpack_from(cell)
    return tags


@lru_cache(maxsize=64)
def _halves(entry: int, value: int, count: int) -> struct.Struct:
    """Of each entry its tag, type and count, then its value or where that is."""
    return struct.Struct(f"{entry - value}s{value}s" * count)


@lru_cache(maxsize=64)  # the pages of a batch are alike
def _places(order: str, heads: tuple[bytes, ...]) -> list[tuple[int, int, struct.Struct]] | None:
    """The tags that are looked at: which of a directory's halves has each one's value, and what its
    numbers are; None if one is twice there or not as it should be."""
    places: dict[int, tuple[int, int, struct.Struct]] = {}
    for entry, head in enumerate(heads):
        said = _entry(order, head)
        if said is None:
            continue
        tag, numbers = said
        if numbers is None or tag in places:
            return None
        places[tag] = tag, 2 * entry + 1, numbers
    return list(places.values())


def _entry(order: str, head: bytes) -> tuple[int, struct.Struct | None] | None:
    """The tag of an entry and what its numbers are, None if they are not as they should be; None
    for a tag that is not looked at.  `head`: its tag, type and count."""
    tag, kind, values = struct.unpack(order + ("HHQ" if len(head) > 8 else "HHI"), head)
    kinds = KINDS.get(tag)
    if kinds is None:
        return None
    letters = kinds.get(kind)
    if letters is None or not 0 < values <= MOST_VALUES:
        return tag, None
    return tag, struct.Struct(f"{order}{values * len(letters)}{letters[0]}")


def dpi_of(tags: Tags) -> Dpi | None:
    """Dots an inch across and down, as far as both are said."""
    unit = tags.get(RESOLUTION_UNIT, (None,))[0]
    factor = INCHES.get(unit)
    across, down = tags.get(X_RESOLUTION), tags.get(Y_RESOLUTION)
    if factor is None or not across or not down or not across[1] or not down[1]:
        return None
    return across[0] / across[1] * factor, down[0] / down[1] * factor
