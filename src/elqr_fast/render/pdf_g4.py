"""Writes pages as a PDF of G4 images: for a printer that takes dots rather than drawings.

The static layer is one image that all pages show, in the form's ink; each page adds one of its own
ink alone, in black.  Both are stencil masks of the whole page, a sample a dot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from elqr_fast._native import g4
from elqr_fast.render.coder import PageCoder, Pages
from elqr_fast.render.pdf import media_box, points, rgb, write_document
from elqr_fast.render.pdf_file import PageTree, PdfFile
from elqr_fast.render.raster import Rasteriser

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

#: Images are drawn back from the page's edges by this part of a dot.  At the resolution they are
#: made for, renderers then take them sample by sample; a hair over an edge, as rounding has it at
#: some sizes, and they stretch them over one dot more.  Exact from 0.02 to 0.25 in all that the
#: tests ask.
INSET = 0.1


class ImageWriter:
    """Writes a plate's pages, file after file; to make it takes as long as to write many pages."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._coder = PageCoder(plate, plate.height, static=False)
        static = Rasteriser(plate).static
        self._static = g4.encode(static, plate.width) if static.any() else b""

    def write(self, pages: Pages, target: BinaryIO, *, title: str = "") -> int:
        """Writes the pages in order and returns how many there were; `title` as for `write_pdf`.

        Equal input gives equal bytes.  Raises OutputError before the file reaches 2 GB, ValueError
        if there is no page.
        """
        if not pages:
            raise ValueError("a PDF needs at least one page")
        file = PdfFile(target)
        tree = PageTree(file)
        shown = b""
        if self._static:
            shown = b"/S %d 0 R" % file.add(self._image(self._static))
        contents = file.add_stream(page_content(self._plate, bool(self._static)))
        for coded in self._coder.code(pages):
            start = 0
            for end in coded.ends[:, 0].tolist():
                image = file.add(self._image(coded.data[start:end].tobytes()))
                start = end
                tree.add(contents, b"/Resources<</XObject<<%s/P %d 0 R>>>>" % (shown, image))
        write_document(file, tree.finish(media_box(self._plate)), title)
        return tree.count

    def _image(self, coded: bytes) -> bytes:
        """A stencil mask: where the coded dot is black it lets the ink through."""
        plate = self._plate
        return (
            b"<</Type/XObject/Subtype/Image/ImageMask true/BitsPerComponent 1/Width %d/Height %d"
            b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d>>/Length %d>>"
            b"\nstream\n%s\nendstream"
            % (plate.width, plate.height, plate.width, plate.height, len(coded), coded)
        )


def page_content(plate: Plate, has_static: bool) -> bytes:
    """What every page says: its two images, each over the whole page."""
    inset = points(INSET, plate.dpi)
    across = points(plate.width - 2 * INSET, plate.dpi)
    down = points(plate.height - 2 * INSET, plate.dpi)
    static = b"%s\n/S Do\n" % rgb(plate.static_ink) if has_static else b""
    head = b"q\n%s 0 0 %s %s %s cm\n" % (across, down, inset, inset)
    return b"%s%s0 g\n/P Do\nQ\n" % (head, static)
