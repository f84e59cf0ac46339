"""Where the pages of a PDF are that this version wrote; any other file is a fault.

The cross-reference table and the page tree are read as `pdf_file` writes them, to the letter.
Fonts that draw codes must be what they are written as.  Pages and contents are for the kernel to
read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.code_places import Fault
from elqr_fast.render.pdf_codes import OBJECTS, CodeFont

_END = re.compile(
    rb"trailer\n<</Size (\d{1,9})/Root (\d{1,9}) 0 R/Info \d{1,9} 0 R"
    rb"/ID\[<[\da-f]{32}><[\da-f]{32}>\]>>\nstartxref\n(\d{1,10})\n%%EOF\n"
)
_END_SIZE = 256
_TABLE = re.compile(rb"xref\n0 (\d{1,9})\n0000000000 65535 f \n")
_ENTRY = np.frombuffer(b" 00000 n \n", np.uint8)
_CATALOGUE = re.compile(rb"(\d{1,9}) 0 obj\n<</Type/Catalog/Pages (\d{1,9}) 0 R/")
# The root's entries stand after its kids; other nodes have a parent there.
_NODE = re.compile(
    rb"(\d{1,9}) 0 obj\n<</Type/Pages/Count (\d{1,9})/Kids\[((?:\d{1,9} 0 R ?)+)\]"
    rb"(?:/Parent (\d{1,9}) 0 R>>\nendobj\n|/Resources<</Font (\d{1,9}) 0 R)"
)
_FONTS = re.compile(rb"(\d{1,9}) 0 obj\n<<((?:/[A-Z]\d{0,9} \d{1,9} 0 R)*)>>\nendobj\n")
_NODE_BEGINS = re.compile(rb"\d{1,9} 0 obj\n<</Type/Pages/")


class PdfPages(NamedTuple):
    """Where a file's objects are, uint64 by number; the numbers and parents of its pages in order,
    uint32; the numbers of its fonts by name.
    """

    offsets: npt.NDArray[np.uint64]
    numbers: npt.NDArray[np.uint32]
    parents: npt.NDArray[np.uint32]
    fonts: dict[bytes, int]


def find_pages(data: bytes) -> PdfPages:
    """The pages of a file in their order.  Raises `Fault`."""
    tail = len(data) - _END_SIZE if len(data) > _END_SIZE else 0
    found = _END.search(data, tail)
    if found is None or found.end() != len(data):
        raise _broken()
    size, root, table = map(int, found.groups())
    return _Reader(data, _offsets(data, table, found.start(), size)).pages(root)


def is_font(data: bytes, pages: PdfPages, font: CodeFont) -> bool:
    """Whether a file has this font, to the byte."""
    first = pages.fonts.get(font.name, 0) - OBJECTS + 1
    if first < 1:
        return False
    bodies = enumerate(font.objects(first), first)
    return all(
        data.startswith(b"%d 0 obj\n%s\nendobj\n" % (number, body), int(pages.offsets[number]))
        for number, body in bodies
    )


def _broken() -> Fault:
    return Fault("the PDF cannot be opened")


def _offsets(data: bytes, table: int, end: int, size: int) -> npt.NDArray[np.uint64]:
    head = _TABLE.match(data, table)
    if head is None or int(head[1]) != size or end - head.end() != 20 * (size - 1):
        raise _broken()
    rows = np.frombuffer(data, np.uint8, 20 * (size - 1), head.end()).reshape(-1, 20)
    digits = rows[:, :10] - np.uint8(ord("0"))
    if (rows[:, 10:] != _ENTRY).any() or (digits > 9).any():
        raise _broken()
    offsets = np.zeros(size, np.uint64)
    offsets[1:] = digits.astype(np.uint64) @ np.array([10**p for p in range(9, -1, -1)], np.uint64)
    if (offsets >= table).any():
        raise _broken()
    return offsets


class _Reader:
    """Walks the page tree."""

    def __init__(self, data: bytes, offsets: npt.NDArray[np.uint64]) -> None:
        self._data = data
        self._offsets = offsets

    def pages(self, root: int) -> PdfPages:
        catalogue = self._match(_CATALOGUE, root)
        if catalogue is None or int(catalogue[1]) != root:
            raise _broken()
        numbers: list[int] = []
        parents: list[int] = []
        seen: set[int] = set()
        counts: list[tuple[int, int, int]] = []  # as said, from and up to which page
        # A node is opened, and closed when all below it is read.
        waiting: list[tuple[int, int, bool]] = [(int(catalogue[2]), 0, True)]
        opened: dict[int, tuple[int, int]] = {}
        fonts = self._fonts(int(catalogue[2]))
        while waiting:
            number, parent, opens = waiting.pop()
            if not opens:
                said, first = opened[number]
                counts.append((said, first, len(numbers)))
                continue
            if number in seen:
                raise _broken()
            seen.add(number)
            said, kids = self._node(number, parent)
            opened[number] = said, len(numbers)
            waiting.append((number, parent, False))
            if self._match(_NODE_BEGINS, kids[0]):
                waiting += [(kid, number, True) for kid in reversed(kids)]
            else:
                numbers += kids
                parents += [number] * len(kids)
        if any(said != last - first for said, first, last in counts):
            raise _broken()
        return PdfPages(
            self._offsets, np.array(numbers, np.uint32), np.array(parents, np.uint32), fonts
        )

    def _fonts(self, root: int) -> dict[bytes, int]:
        """The fonts of all pages."""
        node = self._match(_NODE, root)
        if node is None or not node[5]:
            raise _broken()
        fonts = self._match(_FONTS, int(node[5]))
        if fonts is None or fonts[1] != node[5]:
            raise _broken()
        words = fonts[2].replace(b"/", b" ").split()
        names = dict(zip(words[::4], map(int, words[1::4]), strict=True))
        if len(names) != len(words) // 4 or max(names.values(), default=0) >= len(self._offsets):
            raise _broken()
        return names

    def _node(self, number: int, parent: int) -> tuple[int, list[int]]:
        """How many pages a node says it has, and its kids."""
        node = self._match(_NODE, number)
        if node is None or int(node[1]) != number or int(node[4] or 0) != parent:
            raise _broken()
        return int(node[2]), [int(kid) for kid in node[3].split()[::3]]

    def _match(self, pattern: re.Pattern[bytes], number: int) -> re.Match[bytes] | None:
        if number >= len(self._offsets):
            raise _broken()
        return pattern.match(self._data, int(self._offsets[number]))
