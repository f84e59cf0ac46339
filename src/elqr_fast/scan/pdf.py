"""PDF pages through pdfium, rendered to grey.

pdfium must not be called from two threads at once: one process reads one PDF at a time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2

from elqr_fast.errors import InputError
from elqr_fast.scan.pages import Decoded, Grey, Limits, Pixels

DEFAULT_DPI = 300.0
POINTS_PER_INCH = 72.0
#: pdfium rounds a page's size up to whole pixels and stretches the page over them: a page of
#: exactly 4961 dots would get 4962.  So much less than the dpi asked for avoids it.
LESS_DPI = 0.0001


def looks_like_pdf(head: bytes) -> bool:
    """True if the first 1024 bytes say PDF (Adobe's note 13 to 3.4.1: anywhere in them)."""
    return b"%PDF-" in head


class PdfPages:
    """An open PDF."""

    def __init__(
        self,
        content: Path | bytes,
        dpi: float | None,
        limits: Limits,
        channel: int | None = None,
    ) -> None:
        self._dpi = dpi or DEFAULT_DPI
        self._channel = channel
        self._limits = limits
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise InputError(_why(error)) from error
        self.count = len(self._document)
        if not self.count:
            raise InputError("the PDF has no page")
        limits.check_pages(self.count)

    def load(self, page: int) -> Pixels:
        scale = (self._dpi - LESS_DPI) / POINTS_PER_INCH
        try:
            sheet = self._document[page]
            width, height = sheet.get_size()
            self._limits.check_pixels(int(width * scale) + 1, int(height * scale) + 1)
            # The pixels belong to Python (`new_native`) and outlive pdfium's bitmap.
            grey = self._grey(sheet, scale)
            sheet.close()
        except InputError:
            raise
        except (pypdfium2.PdfiumError, ValueError, OverflowError) as error:
            raise InputError("a broken PDF page") from error
        return Decoded(grey, (self._dpi, self._dpi))

    def _grey(self, sheet: pypdfium2.PdfPage, scale: float) -> Grey:
        if self._channel is None:
            grey: Grey = sheet.render(scale=scale, grayscale=True).to_numpy()
            return grey
        colours: Grey = sheet.render(scale=scale, rev_byteorder=True).to_numpy()
        return np.ascontiguousarray(colours[:, :, self._channel])

    def close(self) -> None:
        self._document.close()


def _why(error: Exception) -> str:
    if "password" in str(error).lower():
        return "the PDF needs a password"
    return "a broken or truncated PDF"
