"""PDF objects, written forwards only: the file's bookkeeping, nothing of what it shows.

Memory holds one offset an object and one number a page, whatever the pages contain, and some
megabytes that are written at once.  Nothing in the file depends on a clock or on chance; its /ID is
a hash of what it holds.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import table_entries
from elqr_fast.errors import OutputError

Offsets = npt.NDArray[np.uint64]

#: pdfium cannot open files of 2 GiB and more.
LARGEST_FILE = 2**31 - 1
#: A flat page tree makes readers crawl: Ghostscript takes a minute for 500,000 pages.
KIDS = 100
#: Bytes written at once: most files are smaller.
BUFFER = 1 << 24
# 6 costs half the time of 9, for 1 % more bytes on a slip.
ZLIB_LEVEL = 6


class PdfFile:
    """Appends objects to `target` and ends the file with its cross-reference table."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._buffer = np.empty(0, np.uint8)
        self._filled = 0
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
        self._check_size(len(body))
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

    def room(self, least: int) -> npt.NDArray[np.uint8]:
        """Where ready-made objects may be written, which `add_block` enters when all are."""
        if least > len(self._buffer) - self._filled:
            self._flush()
            if least > len(self._buffer):
                self._buffer = np.empty(max(least, BUFFER), np.uint8)
        return self._buffer[self._filled :]

    def took(self, size: int) -> None:
        """So many bytes of the room were written."""
        self._check_size(size)
        self._filled += size
        self._size += size

    def add_block(self, objects: int, checksums: npt.NDArray[np.uint32]) -> Offsets:
        """Enters so many ready-made objects under the next numbers; returns where the caller says
        of each where it starts in the file, 0 for one that is only reserved.

        `checksums` stand for the data in the file's /ID.
        """
        first = len(self._offsets)
        self._offsets.frombytes(bytes(8 * objects))
        self._hash.update(checksums.astype("<u4", copy=False).tobytes())
        return np.frombuffer(self._offsets, np.uint64)[first:]

    def finish(self, root: int, info: int) -> None:
        """Writes the cross-reference table and the trailer; every reserved object must be put."""
        start, count = self._size, len(self._offsets)
        offsets = np.frombuffer(self._offsets, np.uint64)[1:]
        if not offsets.all():
            missing = (np.flatnonzero(offsets == 0) + 1).tolist()
            raise ValueError(f"objects never written: {missing}")
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        # Says what is known from the objects already, so it is not hashed.
        self._append(table_entries(offsets).data)
        identity = self._hash.hexdigest()[:32].encode()
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (count, root, info, identity, identity, start)
        )
        self._flush()

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def _check_size(self, more: int) -> None:
        if self._size + more > LARGEST_FILE - 64 - 32 * len(self._offsets):
            raise OutputError("the PDF would grow past 2 GB: use smaller chunks")

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._append(data)

    def _append(self, data: bytes | memoryview) -> None:
        """Writes at once, or with ready-made objects that wait to be."""
        end = self._filled + len(data)
        if self._filled > 0 and end <= len(self._buffer):
            self._buffer[self._filled : end] = np.frombuffer(data, np.uint8)
            self._filled = end
        else:
            self._flush()
            self._target.write(data)
        self._size += len(data)

    def _flush(self) -> None:
        if self._filled:
            self._target.write(self._buffer[: self._filled].data)
        self._filled = 0


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
        for first in range(0, len(starts), KIDS):
            pages = min(KIDS, len(starts) - first)
            kids = range(number + 2, number + 2 + 2 * pages, 2)
            self._nodes.append(_Node(number, [*kids], pages))
            number += 1 + 2 * pages
        places = self._file.add_block(number - self._file.next_number, checksums)
        whole = len(starts) // KIDS * KIDS
        in_whole = whole // KIDS * (2 * KIDS + 1)
        places[:in_whole].reshape(-1, 2 * KIDS + 1)[:, 1:] = starts[:whole].reshape(-1, 2 * KIDS)
        places[in_whole + 1 :] = starts[whole:].ravel()
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
        kids = b"%d 0 R " * len(node.kids) % tuple(node.kids)
        body = b"<</Type/Pages/Count %d/Kids[%s]%s>>" % (node.pages, kids[:-1], entries)
        self._file.put(node.number, body)


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
