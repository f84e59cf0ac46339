"""PDF objects, written forwards only: the file's bookkeeping, nothing of what it shows.

Memory holds one offset an object and one number a page, whatever the pages contain.  Nothing in
the file depends on a clock or on chance; its /ID is a hash of its bytes.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from elqr_fast.errors import OutputError

Offsets = npt.NDArray[np.uint64]

#: pdfium cannot open files of 2 GiB and more.
LARGEST_FILE = 2**31 - 1
#: A flat page tree makes readers crawl: Ghostscript takes a minute for 500,000 pages.
KIDS = 100
# 6 costs half the time of 9, for 1 % more bytes on a slip.
ZLIB_LEVEL = 6


class PdfFile:
    """Appends objects to `target` and ends the file with its cross-reference table."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self._size = 0
        # Offset by object number; 0 is reserved but not written.  Object 0 heads the free list.
        self._offsets = array("Q", [0])
        # The comment's high bytes tell transfer programs that the file is binary.
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """An object number to refer to now and to `put` later."""
        self._offsets.append(0)
        return len(self._offsets) - 1

    @property
    def next_number(self) -> int:
        """The number that the next object gets."""
        return len(self._offsets)

    def put(self, number: int, body: bytes) -> None:
        """Writes an object.  Raises OutputError where the file would reach 2 GiB."""
        if self._size + len(body) > LARGEST_FILE - 64 - 32 * len(self._offsets):
            raise OutputError("the PDF would grow past 2 GB: use smaller chunks")
        self._offsets[number] = self._size
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def add(self, body: bytes) -> int:
        """Writes an object under the next number, which is returned."""
        number = self.reserve()
        self.put(number, body)
        return number

    def add_stream(self, data: bytes, entries: bytes = b"") -> int:
        """Writes a compressed stream; `entries` are more entries of its dictionary."""
        return self.add(stream(data, entries))

    def add_part(self, data: memoryview) -> None:
        """Writes a part of ready-made objects, which `add_block` enters when all are written."""
        if self._size + len(data) > LARGEST_FILE - 64 - 32 * len(self._offsets):
            raise OutputError("the PDF would grow past 2 GB: use smaller chunks")
        self._target.write(data)
        self._size += len(data)

    def add_block(self, offsets: Offsets, checksums: npt.NDArray[np.uint32]) -> None:
        """Enters ready-made objects under the next numbers.

        `offsets`, for each number: where it starts in the file, 0 for one that is only reserved.
        `checksums` stand for the data in the file's /ID.
        """
        self._offsets.frombytes(offsets.tobytes())
        self._hash.update(checksums.astype("<u4").tobytes())

    def finish(self, root: int, info: int) -> None:
        """Writes the cross-reference table and the trailer; every reserved object must be put."""
        start, count = self._size, len(self._offsets)
        offsets = np.array(self._offsets, np.uint64)[1:]
        if not offsets.all():
            missing = (np.flatnonzero(offsets == 0) + 1).tolist()
            raise ValueError(f"objects never written: {missing}")
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        self._write(_entries(offsets))
        identity = self._hash.hexdigest()[:32].encode()
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (count, root, info, identity, identity, start)
        )

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._hash.update(data)
        self._size += len(data)


@dataclass(slots=True)
class _Node:
    number: int
    kids: list[int] = field(default_factory=list)
    pages: int = 0


class PageTree:
    """Pages in order, under nodes of `KIDS` kids each, as balanced as their number allows."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._nodes: list[_Node] = []
        self.count = 0

    def add(self, contents: int, entries: bytes = b"") -> None:
        """Appends a page with `entries` of its own; what all pages share stands at the root."""
        if self.count % KIDS == 0:
            self._nodes.append(_Node(self._file.reserve()))
        node = self._nodes[-1]
        body = b"<</Type/Page/Parent %d 0 R/Contents %d 0 R%s>>" % (node.number, contents, entries)
        node.kids.append(self._file.add(body))
        node.pages += 1
        self.count += 1

    @property
    def next_page(self) -> int:
        """The number that the content of the first page of a block gets."""
        return self._file.next_number + 1

    def add_block(self, starts: Offsets, checksums: npt.NDArray[np.uint32]) -> None:
        """Appends pages that are written, each a content and a page object as `add` makes them.

        `starts` [n, 2]: where these start in the file.  A node comes before each `KIDS` pages; the
        tree must have whole nodes only.
        """
        if self.count % KIDS:
            raise ValueError("a block of pages begins within a node")
        number = self._file.next_number
        places: list[Offsets] = []
        for first in range(0, len(starts), KIDS):
            objects = starts[first : first + KIDS].ravel()
            places += [np.zeros(1, np.uint64), objects]
            kids = range(number + 2, number + 1 + len(objects), 2)
            self._nodes.append(_Node(number, [*kids], len(kids)))
            number += 1 + len(objects)
        self._file.add_block(np.concatenate(places), checksums)
        self.count += len(starts)

    def finish(self, inherited: bytes) -> int:
        """Writes the nodes; `inherited` are the root's entries.  Returns the root's number."""
        level = self._nodes
        while len(level) > 1:
            level = [
                self._join(level[first : first + KIDS]) for first in range(0, len(level), KIDS)
            ]
        self._put(level[0], inherited)
        return level[0].number

    def _join(self, nodes: list[_Node]) -> _Node:
        """Writes nodes under a new one, which is returned."""
        parent = self._file.reserve()
        for node in nodes:
            self._put(node, b"/Parent %d 0 R" % parent)
        return _Node(parent, [node.number for node in nodes], sum(node.pages for node in nodes))

    def _put(self, node: _Node, entries: bytes) -> None:
        kids = " 0 R ".join(map(str, node.kids)).encode()
        body = b"<</Type/Pages/Count %d/Kids[%s 0 R]%s>>" % (node.pages, kids, entries)
        self._file.put(node.number, body)


def _entries(offsets: Offsets) -> bytes:
    """Entries of the cross-reference table, 20 bytes each."""
    rows = np.empty((len(offsets), 20), np.uint8)
    rows[:, 10:] = np.frombuffer(b" 00000 n \n", np.uint8)
    left = offsets.astype(np.uint32)  # below LARGEST_FILE
    for place in range(9, -1, -1):
        tenth = left // np.uint32(10)
        rows[:, place] = left - tenth * np.uint32(10) + np.uint32(ord("0"))
        left = tenth
    return rows.tobytes()


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object's body, Flate-compressed."""
    return packed_stream(zlib.compress(data, ZLIB_LEVEL), entries)


def packed_stream(packed: bytes, entries: bytes = b"") -> bytes:
    """The same of data that are compressed already."""
    head = b"<</Length %d/Filter/FlateDecode%s>>" % (len(packed), entries)
    return b"%s\nstream\n%s\nendstream" % (head, packed)


def text_string(text: str) -> bytes:
    """A PDF text string, in UTF-16 with its byte-order mark, as hexadecimal."""
    return b"<FEFF%s>" % text.encode("utf-16-be").hex().upper().encode()
