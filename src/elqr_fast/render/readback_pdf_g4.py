"""Reads our own PDF pages of G4 images back: the two images of a page, decoded and joined."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pikepdf

from elqr_fast._native import g4
from elqr_fast.render.code_places import (
    NOT_LOOKED_AT,
    Fault,
    PageCodes,
    bars_in_dots,
    symbol_in_dots,
)
from elqr_fast.render.pdf_g4 import page_content
from elqr_fast.render.raster import Bits
from elqr_fast.render.scene import Modules, Rect

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

_OTHER = "the page says something that this version does not write"


def pdf_g4_codes(
    source: Path | BinaryIO, plate: Plate, only: Container[int] | None = None
) -> Iterator[PageCodes]:
    """The codes of every page in order; pages that `only` lacks are not looked at.

    Raises `Fault` if the file cannot be opened at all.
    """
    try:
        with pikepdf.open(source, attempt_recovery=False) as file:
            reader = _Reader(file, plate)
            for index, page in enumerate(file.pages):
                looked_at = only is None or index in only
                yield reader.codes(page) if looked_at else NOT_LOOKED_AT
    except (pikepdf.PdfError, RuntimeError) as error:  # qpdf has errors of both kinds
        raise Fault("the PDF cannot be opened") from error


class _Reader:
    """Reads page after page; the static image is decoded once."""

    def __init__(self, file: pikepdf.Pdf, plate: Plate) -> None:
        self._file, self._plate = file, plate
        self._static: dict[tuple[int, int], Bits] = {}
        self._bits = np.empty((plate.height, (plate.width + 7) // 8), np.uint8)

    def codes(self, page: pikepdf.Page) -> PageCodes:
        self._file.get_warnings()  # those of the page before
        try:
            bits = self._page_bits(page)
            if self._file.get_warnings():
                raise Fault("the page's data are damaged")
            qr, bars = self._plate.qr, self._plate.bars
            return PageCodes(
                symbol_in_dots(_cut(bits, qr.quiet), qr) if qr else None,
                bars_in_dots(_cut(bits, bars.quiet), bars) if bars else None,
            )
        except Fault as fault:
            return PageCodes(None, None, str(fault))
        except (pikepdf.PdfError, RuntimeError, AttributeError, KeyError, TypeError, ValueError):
            return PageCodes(None, None, "the page's data are damaged")

    def _page_bits(self, page: pikepdf.Page) -> Bits:
        """The dots of both images together, until the next page is read."""
        images = page.obj.Resources.XObject
        has_static = "/S" in images
        if page.obj.Contents.read_bytes() != page_content(self._plate, has_static):
            raise Fault(_OTHER)
        self._decode(images.P, self._bits)
        if has_static:
            self._bits |= self._static_bits(images.S)
        return self._bits

    def _static_bits(self, image: pikepdf.Object) -> Bits:
        bits = self._static.get(image.objgen)
        if bits is None:
            self._static.clear()
            bits = self._static[image.objgen] = np.empty_like(self._bits)
            self._decode(image, bits)
        return bits

    def _decode(self, image: pikepdf.Object, bits: Bits) -> None:
        plate, parameters = self._plate, image.DecodeParms
        if (int(image.Width), int(image.Height)) != (plate.width, plate.height):
            raise Fault("the page does not have the plate's size")
        if (
            image.Filter != pikepdf.Name.CCITTFaxDecode
            or (int(parameters.K), int(parameters.Columns)) != (-1, plate.width)
            or not bool(image.ImageMask)
            or len(parameters.keys()) + len(image.keys()) != 12
        ):
            raise Fault(_OTHER)
        status, _ = g4.decode(image.read_raw_bytes(), plate.width, bits)
        if status:
            raise Fault("the page's coded data are damaged")


def _cut(bits: Bits, box: Rect) -> Modules:
    """The dots of a box, uint8 [height, width]."""
    left = box.x // 8
    around = bits[box.y : box.y + box.height, left : (box.x + box.width + 7) // 8]
    return np.unpackbits(around, axis=1)[:, box.x % 8 : box.x % 8 + box.width]
