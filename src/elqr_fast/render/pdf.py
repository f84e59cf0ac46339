"""Writes pages as one vector PDF whose unit is the device's dot."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from elqr_fast.render.flate_codes import make_codes
from elqr_fast.render.pages import compose
from elqr_fast.render.pdf_batch import native_batch
from elqr_fast.render.pdf_codes import CodeFonts
from elqr_fast.render.pdf_content import Content
from elqr_fast.render.pdf_file import (
    KIDS,
    ZLIB_LEVEL,
    PageTree,
    PdfFile,
    packed_stream,
    text_string,
)
from elqr_fast.render.pdf_fonts import PdfFont

if TYPE_CHECKING:
    from elqr_fast.render.batch import PageBatch
    from elqr_fast.render.pages import Page
    from elqr_fast.render.plate import Plate

PRODUCER = "elqr_fast"
#: Pages of a batch from which its codes are made.
COUNTED = 48


def write_pdf(plate: Plate, pages: Iterable[Page], target: BinaryIO, *, title: str = "") -> int:
    """Writes the pages in order and returns how many there were.

    The static layer is one form XObject in the plate's ink that every page shows; what changes is
    black.  Fonts are embedded as subsets.  `title` stands in the document's information and should
    name nobody.  Equal input gives equal bytes.  Raises `OutputError` before the file reaches 2 GB,
    `FontError` for a font that forbids embedding, `ValueError` if there is no page.
    """
    document = _Document(plate, target, _Shared.of(plate))
    for page in pages:
        document.add(page)
    return document.finish(title)


def write_batch(plate: Plate, batch: PageBatch, target: BinaryIO, *, title: str = "") -> int:
    """The same content for the pages of a batch at once, packed by codes of the file's own."""
    return BatchWriter(plate).write(batch, target, title=title)


class BatchWriter:
    """`write_batch` for many files of one plate: what they share is made once."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._shared = _Shared.of(plate)

    def write(self, batch: PageBatch, target: BinaryIO, *, title: str = "") -> int:
        """Writes a file; returns how many pages it has."""
        document = _Document(self._plate, target, self._shared)
        if len(batch):
            document.add_batch(batch)
        return document.finish(title)


class _Shared(NamedTuple):
    """What all files of a plate begin with: the static layer, packed, empty if nothing is static,
    and the fonts that it has been set in.
    """

    layer: bytes
    fonts: dict[str, PdfFont]

    @classmethod
    def of(cls, plate: Plate) -> _Shared:
        fonts = {
            key: PdfFont(b"F%d" % index, face)
            for index, (key, face) in enumerate(plate.faces.items())
        }
        drawn = Content(plate.height, fonts, CodeFonts()).scene(plate.static)
        inked = rgb(plate.static_ink) + b"\n" + drawn
        return cls(zlib.compress(inked, ZLIB_LEVEL) if drawn else b"", fonts)


class _Document:
    """A PDF as it grows: static layer, pages, fonts, bookkeeping."""

    def __init__(self, plate: Plate, target: BinaryIO, shared: _Shared) -> None:
        self._plate = plate
        self._file = PdfFile(target)
        self._fonts = {key: font.copy() for key, font in shared.fonts.items()}
        self._codes = _code_fonts(plate)
        self._content = Content(plate.height, self._fonts, self._codes)
        self._font_list = self._file.reserve()
        self._layer = _write_static(self._file, plate, shared.layer, self._font_list)
        unit = points(1, plate.dpi)
        self._head = b"q\n%s 0 0 %s 0 0 cm\n" % (unit, unit) + (b"/S Do\n" if self._layer else b"")
        self._tree = PageTree(self._file)

    def add(self, page: Page) -> None:
        content = self._head + self._content.page(page.scene) + b"Q\n"
        self._tree.add(self._file.add_stream(content))

    def add_batch(self, batch: PageBatch) -> None:
        made = native_batch(self._plate, batch, self._content, self._fonts, self._head)
        if made is None:
            for page in compose(self._plate, batch.slips)[0]:
                self.add(page)
            return
        native, words = made
        codes = make_codes(native.count(0, min(len(batch), COUNTED)), words)
        start, numbers = self._file.size, (self._tree.next_page, KIDS)
        offsets, checksums = native.pages(codes, *numbers, self._file.room, self._file.took)
        offsets += np.uint64(start)
        self._tree.add_block(offsets, checksums)

    def finish(self, title: str) -> int:
        if not self._tree.count:
            raise ValueError("a PDF needs at least one page")
        _write_fonts(self._file, self._fonts, self._codes, self._font_list)
        resources = b"/Resources<</Font %d 0 R%s>>" % (self._font_list, self._layer)
        write_document(self._file, self._tree.finish(resources + media_box(self._plate)), title)
        return self._tree.count


def _code_fonts(plate: Plate) -> CodeFonts:
    """The fonts of the plate's own codes are there, and named first, whatever the pages show."""
    codes = CodeFonts()
    if qr := plate.qr:
        codes.symbol(qr.module)
    if bars := plate.bars:
        codes.bars(bars.module, bars.height, bars.narrower)
    return codes


def check_fonts(plate: Plate) -> None:
    """Raise FontError if a font of the plate may not be embedded; asked before any page is made."""
    for face in plate.faces.values():
        face.check_embedding()


def points(dots: float, dpi: int) -> bytes:
    """Dots in 1/72 inch; exact for every dpi whose prime factors are 2, 3 and 5."""
    return f"{dots * 72 / dpi:.8f}".rstrip("0").rstrip(".").encode()


def media_box(plate: Plate) -> bytes:
    """A page's size: whole dots, not a paper's millimetres."""
    return b"/MediaBox[0 0 %s %s]" % (
        points(plate.width, plate.dpi),
        points(plate.height, plate.dpi),
    )


def rgb(ink: tuple[int, int, int]) -> bytes:
    """Sets the colour to fill with."""
    return b"%s rg" % " ".join(f"{channel / 255:.4g}" for channel in ink).encode()


def _write_static(file: PdfFile, plate: Plate, layer: bytes, fonts: int) -> bytes:
    """The static layer; returns the entry of the pages' resources, empty if nothing is static."""
    if not layer:
        return b""
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources<</Font %d 0 R>>" % (
        plate.width,
        plate.height,
        fonts,
    )
    return b"/XObject<</S %d 0 R>>" % file.add(packed_stream(layer, entries))


def _write_fonts(file: PdfFile, fonts: dict[str, PdfFont], codes: CodeFonts, number: int) -> None:
    used = [font for font in fonts.values() if font.used]
    entries = [codes.write(file)]
    entries += [b"/%s %d 0 R" % (font.name, font.write(file)) for font in used]
    file.put(number, b"<<%s>>" % b"".join(entries))


def write_document(file: PdfFile, pages: int, title: str) -> None:
    """The catalogue, the information and the end of the file.

    PrintScaling None: a viewer that fits the page to the paper would break the whole dots.
    """
    metadata = file.add(_metadata(title))
    root = file.add(
        b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang(ja)"
        b"/ViewerPreferences<</PrintScaling/None>>>>" % (pages, metadata)
    )
    named = b"/Title%s" % text_string(title) if title else b""
    file.finish(root, file.add(b"<</Producer(%s)%s>>" % (PRODUCER.encode(), named)))


def _metadata(title: str) -> bytes:
    """XMP that says what the information dictionary says; uncompressed, as searchers expect it."""
    named = (
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt>'
        "</dc:title>"
        if title
        else ""
    )
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<pdf:Producer>{PRODUCER}</pdf:Producer>{named}"
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()
    entries = b"/Type/Metadata/Subtype/XML/Length %d" % len(packet)
    return b"<<%s>>\nstream\n%s\nendstream" % (entries, packet)
