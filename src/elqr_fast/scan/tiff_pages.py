"""Where the pages of a TIFF are, and a file in which one of them comes first.

Pillow walks the directories one by one from the first and keeps what it read, so that reaching page
20,000 costs 20,000 directories, in every worker anew.  Here the chain is walked once, over a few
bytes a page, and Pillow is given a file whose header points at the page wanted.  (TIFF 6.0,
section 2; BigTIFF has 8-byte offsets.)
"""

from __future__ import annotations

import io
import os
import struct
import sys
from functools import lru_cache
from typing import BinaryIO

from elqr_fast.errors import InputError
from elqr_fast.scan.pages import Limits
from elqr_fast.scan.tiff_directory import Layout

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def page_offsets(file: BinaryIO, limits: Limits) -> list[int]:
    """The offset of every page's directory; raises InputError if the chain is broken or a ring."""
    layout = Layout.of(file.read(4))
    offsets: dict[int, None] = {}
    offset = _number(file, layout.first_at, layout.offset)
    while offset:
        if offset in offsets:
            raise InputError("the TIFF's pages form a ring")
        offsets[offset] = None
        limits.check_pages(len(offsets))
        entries = _number(file, offset, layout.entries)
        end = offset + layout.entries.size + entries * layout.entry.size
        offset = _number(file, end, layout.offset)
    if not offsets:
        raise InputError("the TIFF has no page")
    return list(offsets)


def page_offsets_of_file(file: BinaryIO, path: str, limits: Limits) -> list[int]:
    """The same for a file on disk; a file that is read piece by piece is walked once."""
    found = os.fstat(file.fileno())
    known = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    return _walked(path, known, limits)


@lru_cache(maxsize=2)
def _walked(path: str, known: tuple[int, ...], limits: Limits) -> list[int]:
    with open(path, "rb") as file:  # noqa: PTH123 - any path the caller could open
        return page_offsets(file, limits)


def _number(file: BinaryIO, at: int, kind: struct.Struct) -> int:
    data = b""
    if at <= sys.maxsize:  # what a file can be asked for
        file.seek(at)
        data = file.read(kind.size)
    if len(data) != kind.size:
        raise InputError("the TIFF is truncated")
    number: int = kind.unpack(data)[0]
    return number


class FirstPage(io.RawIOBase):
    """A TIFF seen as if the directory at `offset` were its first; reads only.

    It has the file descriptor of the file below, which libtiff reads by itself: Pillow tells it
    the directory's offset.
    """

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self._file = file
        file.seek(0)
        head = file.read(16)
        layout = Layout.of(head[:4])
        at = layout.first_at
        self._head = head[:at] + layout.offset.pack(offset) + head[at + layout.offset.size :]
        file.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int | None = -1) -> bytes:
        at = self._file.tell()
        data = self._file.read(-1 if size is None else size)
        return self._head[at : at + len(data)] + data[max(len(self._head) - at, 0) :]
