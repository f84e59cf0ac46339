"""Reads our own PDF pages of G4 images back: a page's codes are in its own image, and the one that
all pages share leaves their places empty.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pikepdf

from elqr_fast._native import readback as native
from elqr_fast.render.code_places import NOT_LOOKED_AT, Fault, PageCodes, as_page_codes, place_words
from elqr_fast.render.pdf_g4 import page_content
from elqr_fast.render.readback_tiff import FAULTS

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

_OTHER = "the page says something that this version does not write"
_STATIC_INK = "the static layer has ink at a code's place"


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
    """Reads page after page; the static image is read once."""

    def __init__(self, file: pikepdf.Pdf, plate: Plate) -> None:
        self._file, self._plate = file, plate
        self._places = place_words(plate)
        self._static: dict[tuple[int, int], PageCodes] = {}

    def codes(self, page: pikepdf.Page) -> PageCodes:
        self._file.get_warnings()  # those of the page before
        try:
            codes = self._page_codes(page)
            if self._file.get_warnings():
                raise Fault("the page's data are damaged")
        except Fault as fault:
            return PageCodes(None, None, str(fault))
        except (pikepdf.PdfError, RuntimeError, AttributeError, KeyError, TypeError, ValueError):
            return PageCodes(None, None, "the page's data are damaged")
        return codes

    def _page_codes(self, page: pikepdf.Page) -> PageCodes:
        images = page.obj.Resources.XObject
        has_static = "/S" in images
        if page.obj.Contents.read_bytes() != page_content(self._plate, has_static):
            raise Fault(_OTHER)
        if has_static:
            static = self._static_codes(images.S)
            if static.fault or static.symbol is not None or static.bars is not None:
                raise Fault(static.fault or _STATIC_INK)
        return self._decoded(images.P)

    def _static_codes(self, image: pikepdf.Object) -> PageCodes:
        codes = self._static.get(image.objgen)
        if codes is None:
            self._static.clear()
            codes = self._static[image.objgen] = self._decoded(image)
        return codes

    def _decoded(self, image: pikepdf.Object) -> PageCodes:
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
        data = image.read_raw_bytes()
        [codes] = as_page_codes(
            *native.image(data, plate.width, plate.height, *self._places), FAULTS
        )
        return codes
