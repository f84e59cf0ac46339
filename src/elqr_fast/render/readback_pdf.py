"""Reads our own PDF pages back: from operators to modules.

The grammar of a page is in csrc/pdf_read_content.c, and is all that `pdf_content` writes.  A page
that says anything else is a fault, so no ink can hide in an operator that is not understood.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from elqr_fast._native import readback as native
from elqr_fast.render.code_places import (
    NOT_LOOKED_AT,
    Fault,
    PageCodes,
    as_page_codes,
    place_words,
)
from elqr_fast.render.pdf_codes import bar_font, symbol_font
from elqr_fast.render.readback_pdf_file import PdfPages, find_pages, is_font

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

#: By the kernel's faults, ELQR_PDF_...
FAULTS = (
    "",
    "the page's data are damaged",
    "the page says something that this version does not write",
    "the page holds a number that is none",
    "the page holds a number that no page has",
    "the page's unit is not the dot",
    "a rectangle is off the dot grid",
    "the eL-QR is not made of whole modules, or its quiet zone is not empty",
    "the bar code's bars are not whole, or its quiet zone is not empty",
    "the bar code's bars are not whole modules",
)


def pdf_codes(
    source: Path | BinaryIO, plate: Plate, only: Container[int] | None = None
) -> Iterator[PageCodes]:
    """The codes of every page in order; pages that `only` lacks are not looked at.

    Raises `Fault` if the file is none that this version writes.
    """
    data = source.read_bytes() if isinstance(source, Path) else _all_of(source)
    found = find_pages(data)
    _check_fonts(data, found, plate)
    count = len(found.numbers)
    chosen = np.array([only is None or page in only for page in range(count)], np.bool_)
    read = iter(_read(data, plate, found.offsets, found.numbers[chosen], found.parents[chosen]))
    for looked_at in chosen.tolist():
        yield next(read) if looked_at else NOT_LOOKED_AT


def _check_fonts(data: bytes, found: PdfPages, plate: Plate) -> None:
    """The letters of codes must draw what the kernel takes them for."""
    qr, bars = plate.qr, plate.bars
    if qr and not is_font(data, found, symbol_font(qr.module)):
        raise Fault(FAULTS[native.PDF_BAD_SYMBOL])
    if bars and not is_font(data, found, bar_font(bars.module, bars.height, bars.narrower)):
        raise Fault(FAULTS[native.PDF_PART_OF_BAR])


def _all_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _read(
    data: bytes,
    plate: Plate,
    offsets: np.ndarray[tuple[int], np.dtype[np.uint64]],
    numbers: np.ndarray[tuple[int], np.dtype[np.uint32]],
    parents: np.ndarray[tuple[int], np.dtype[np.uint32]],
) -> list[PageCodes]:
    packed, rows, shown, faults, _ = native.pdf_pages(
        data, offsets, numbers, parents, plate.dpi, plate.height, *place_words(plate)
    )
    return as_page_codes(packed, rows, shown, faults, FAULTS)
