"""Reads our own TIFF pages back: csrc/tiff_read.c decodes only the strips that touch a code."""

from __future__ import annotations

import io
import mmap
import struct
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from elqr_fast._native import readback as native
from elqr_fast.render.code_places import NOT_LOOKED_AT, Fault, PageCodes, as_page_codes, place_words

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

#: By the kernel's faults, ELQR_DOTS_...
FAULTS = (
    "",
    "the page does not have the plate's size",
    "the page is not coded in G4, white as 0",
    "the page's directory is damaged",
    "the page's coded data are damaged",
    "the eL-QR is not made of whole modules, or its quiet zone is not empty",
    "the bar code's bars are not whole, or its quiet zone is not empty",
    "the bar code's bars are not whole modules",
)
_HEAD = 8
_ENTRY = 12


def tiff_codes(
    file: BinaryIO, plate: Plate, only: Container[int] | None = None
) -> Iterator[PageCodes]:
    """The codes of every page in order; pages that `only` lacks are not looked at.

    Raises `Fault` where the chain of pages is broken.
    """
    with _bytes_of(file) as data:
        positions, fault = _directories(data)
        chosen = [only is None or page in only for page in range(len(positions))]
        read = iter(
            as_page_codes(
                *native.tiff_pages(
                    data,
                    np.array(positions, np.uint64)[chosen],
                    plate.width,
                    plate.height,
                    *place_words(plate),
                ),
                FAULTS,
            )
        )
    for looked_at in chosen:
        yield next(read) if looked_at else NOT_LOOKED_AT
    if fault:
        raise fault


@contextmanager
def _bytes_of(file: BinaryIO) -> Iterator[memoryview]:
    """A file's bytes, mapped rather than read: most of a page is never looked at."""
    file.flush()
    try:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (io.UnsupportedOperation, ValueError):  # it is in memory, or empty
        file.seek(0)
        yield memoryview(file.read())
        return
    with mapped, memoryview(mapped) as view:
        yield view


def _directories(data: memoryview) -> tuple[list[int], Fault | None]:
    """Where the directories of all pages are, up to the fault after which none can be found."""
    positions: list[int] = []
    if bytes(data[:4]) != b"II*\0" or len(data) < _HEAD:
        return positions, Fault("the file is no classic little-endian TIFF")
    position = int.from_bytes(data[4:_HEAD], "little")
    while position:
        if positions and position <= positions[-1]:
            # This version writes forwards only.
            return positions, Fault("the TIFF's directories form a circle")
        try:
            (entries,) = struct.unpack_from("<H", data, position)
            (following,) = struct.unpack_from("<I", data, position + 2 + _ENTRY * entries)
        except struct.error:
            return positions, Fault("the TIFF ends early")
        positions.append(position)
        position = following
    return positions, None
