"""The closed loop: from the bytes that were emitted back to the codes, and those to the record.

A raster page is decoded from its coded data, a vector page parsed from its own path operators;
what lies at the plate's places must be whole modules on the dot grid.  All matrices of a chunk are
read by our decoder, which shares nothing with the encoder but tables, and compared with the record,
and module for module with what the encoder makes of it.  A sample, and whatever is not equal in
every module, is read by zxing-cpp.

Reasons say what is wrong, never what a code holds.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pikepdf
import pypdfium2
import zxingcpp

from elqr_fast._native import readback as native
from elqr_fast.codes.bill128 import bars as make_bars
from elqr_fast.codes.symbols import LEVELS, encode
from elqr_fast.render.code_places import NOT_LOOKED_AT, Fault, PageCodes
from elqr_fast.render.geometry import BAR_QUIET, QR_QUIET
from elqr_fast.render.readback_pdf import pdf_codes
from elqr_fast.render.readback_pdf_g4 import pdf_g4_codes
from elqr_fast.render.readback_png import png_codes
from elqr_fast.render.readback_tiff import tiff_codes
from elqr_fast.render.scene import Modules

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

#: uint8 [n, 255], ASCII digits: the payload of every page in order, zeros of one without an eL-QR.
Digits = npt.NDArray[np.uint8]
#: The 44 digits of every page's bar code, None for a page without one.
BarTexts = Sequence[str | None]
Kind = Literal["pdf", "pdf-g4", "tiff", "png"]
FaultFinder = Callable[[Modules, bytes], str]
Record = tuple[bytes | None, bytes | None]
Comparison = Callable[[Modules, Digits], npt.NDArray[np.bool_]]

# With `is_pure` zxing-cpp 3.1 finds nothing when asked for QRCodeModel2.  No other kind can slip
# in: the content is compared with 255 digits, which those cannot hold.
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_CODE_128 = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
_ON_A_PAGE = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.Code128]
)
#: Of the pages that are equal in bulk, every so manieth is read by zxing-cpp, and the last one.
SAMPLED_EVERY = 50
# Enough rows for zxing-cpp's scan lines; they are all alike.
_BAR_ROWS = 8

#: Resolutions at which a sample is rendered.  400 dpi shows what a common printer prints in two
#: dots a module; narrower bars that do not come out of it have another try.
SAMPLED_AT = (400, 1200)

UNREADABLE = "cannot be read"
OTHER = "is another record's"
WRONG_MODULES = "has wrong modules, though it can be read"


class Difference(NamedTuple):
    """A page, counted from 0 within its file, that does not show its record, and why."""

    page: int
    reason: str


def check_chunk(
    kind: Kind,
    source: Path | BinaryIO,
    plate: Plate,
    digits: Digits | None,
    bars: BarTexts | None = None,
    *,
    only: Container[int] | None = None,
) -> list[Difference]:
    """Reads back every page of a file this version wrote and names those that differ.

    `only`: the contents of these pages are compared, of the others only that they are there.
    `digits` is None where the plate has no eL-QR, `bars` None where no page has a bar code.  The
    list is empty if page i shows exactly record i, for all pages and no page more.
    """
    expected = _expected(digits, bars)
    pages, fault = _all_codes(kind, source, plate, only)
    trusted = _equal_in_bulk(pages, expected)
    trusted[::SAMPLED_EVERY] = False
    trusted[-1:] = False
    differences = []
    for page, (codes, record) in enumerate(zip_longest(pages, expected[: len(pages)])):
        if (codes is NOT_LOOKED_AT and record is not None) or trusted[page : page + 1].any():
            continue
        reason = _difference(codes, record)
        if reason:
            differences.append(Difference(page, reason))
    return differences + _lost(len(pages), len(expected), fault)


def _all_codes(
    kind: Kind, source: Path | BinaryIO, plate: Plate, only: Container[int] | None
) -> tuple[list[PageCodes], Fault | None]:
    """What all pages show, up to the fault after which none can be found."""
    pages: list[PageCodes] = []
    try:
        pages.extend(_codes(kind, source, plate, only))
    except Fault as fault:
        return pages, fault
    return pages, None


def _lost(found: int, expected: int, fault: Fault | None) -> list[Difference]:
    """The pages after the last that was found; a fault concerns one more at least."""
    reason = str(fault) if fault else "the page is missing"
    last = max(expected, found + 1) if fault else expected
    return [Difference(page, reason) for page in range(found, last)]


def _equal_in_bulk(pages: list[PageCodes], expected: list[Record]) -> npt.NDArray[np.bool_]:
    """Which pages show their records in every module; the others need a closer look."""
    records = expected[: len(pages)]
    looked_at = [page is not NOT_LOOKED_AT and not page.fault for page in pages]
    equal = np.array(looked_at[: len(records)], np.bool_)
    equal &= _equal([page.symbol for page in pages], [record[0] for record in records], _symbols)
    equal &= _equal([page.bars for page in pages], [record[1] for record in records], _bars)
    return equal


def _equal(
    found: list[Modules | None], expected: list[bytes | None], compare: Comparison
) -> npt.NDArray[np.bool_]:
    both = [
        page
        for page, (modules, content) in enumerate(zip(found, expected, strict=False))
        if modules is not None and content is not None
    ]
    equal = np.array(
        [a is None and b is None for a, b in zip(found, expected, strict=False)], np.bool_
    )
    if both:
        contents = b"".join(cast("bytes", expected[page]) for page in both)
        digits = np.frombuffer(contents, np.uint8).reshape(len(both), -1)
        equal[both] = compare(np.stack([cast("Modules", found[page]) for page in both]), digits)
    return equal


def _symbols(found: Modules, digits: Digits) -> npt.NDArray[np.bool_]:
    """Which symbols, uint8 [n, 41, 41], are what these digits make, and are read as them."""
    packed = np.packbits(found, axis=2)
    read, statuses = native.symbols(packed, 6, LEVELS.index("M"), digits.shape[1])
    made = encode(digits, version=6, level="M").packed
    equal: npt.NDArray[np.bool_] = (
        (packed == made).all(axis=(1, 2)) & (read == digits).all(axis=1) & (statuses == 0)
    )
    return equal


def _bars(found: Modules, digits: Digits) -> npt.NDArray[np.bool_]:
    """Which bars, uint8 [n, 288], are what these digits make."""
    equal: npt.NDArray[np.bool_] = (found == make_bars(digits)).all(axis=1)
    return equal


def _expected(digits: Digits | None, bars: BarTexts | None) -> list[Record]:
    payloads = [] if digits is None else [row.tobytes() if row.any() else None for row in digits]
    texts = [] if bars is None else [text.encode() if text else None for text in bars]
    if payloads and texts and len(payloads) != len(texts):
        raise ValueError(f"{len(payloads)} payloads, but {len(texts)} bar codes")
    return list(zip_longest(payloads, texts))


def _codes(
    kind: Kind, source: Path | BinaryIO, plate: Plate, only: Container[int] | None
) -> Iterator[PageCodes]:
    if kind == "pdf":
        yield from pdf_codes(source, plate, only)
        return
    if kind == "pdf-g4":
        yield from pdf_g4_codes(source, plate, only)
        return
    if kind == "png":
        yield png_codes(source, plate)
        return
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        yield from tiff_codes(file, plate, only)


def _difference(codes: PageCodes | None, record: Record | None) -> str:
    """Why a page is not its record, "" if it is."""
    if codes is None:
        return "the page is missing"
    if record is None:
        return "a page that no record asks for"
    if codes.fault:
        return codes.fault
    digits, bars = record
    return _compare("eL-QR", codes.symbol, digits, symbol_fault) or _compare(
        "bar code", codes.bars, bars, bars_fault
    )


def _compare(what: str, modules: Modules | None, expected: bytes | None, fault: FaultFinder) -> str:
    if modules is None:
        return f"the {what} is missing" if expected else ""
    if expected is None:
        return f"a {what} that the record does not ask for"
    found = fault(modules, expected)
    return f"the {what} {found}" if found else ""


def symbol_fault(modules: Modules, expected: bytes) -> str:
    """What is wrong with an eL-QR, uint8 [41, 41], that should hold these digits; "" if nothing.

    Error correction forgives what a fresh page must not have: the symbol must also equal, module
    for module, the one that the encoder makes of its digits with its mask.
    """
    found = _read(_picture(modules, QR_QUIET, QR_QUIET), _QR)
    if found is None:
        return UNREADABLE
    if found.bytes != expected:
        return OTHER
    mask = cast("dict[str, int]", found.extra)["DataMask"]
    made = encode([expected], version=6, level="M", mask=mask).modules[0]
    return "" if np.array_equal(modules, made) else WRONG_MODULES


def bars_fault(modules: Modules, expected: bytes) -> str:
    """The same for a GS1-128 symbol, uint8 [288], that should hold these 44 digits."""
    found = _read(_picture(np.tile(modules, (_BAR_ROWS, 1)), 0, BAR_QUIET), _CODE_128)
    if found is None or found.symbology_identifier != "]C1":
        return UNREADABLE
    if found.bytes != expected:
        return OTHER
    return "" if np.array_equal(modules, make_bars([expected.decode()])[0]) else WRONG_MODULES


def _read(
    picture: npt.NDArray[np.uint8], formats: zxingcpp.BarcodeFormats
) -> zxingcpp.Barcode | None:
    """The one code of a clean picture."""
    found = zxingcpp.read_barcode(
        picture,
        formats=formats,
        is_pure=True,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
        binarizer=zxingcpp.Binarizer.BoolCast,
    )
    # With `is_pure`, zxing-cpp answers with an invalid code where there is none.
    return found if found is not None and found.valid else None


def _picture(modules: Modules, above: int, beside: int) -> npt.NDArray[np.uint8]:
    """One pixel a module, 0 = dark, in a light margin."""
    rows, columns = modules.shape
    picture = np.full((rows + 2 * above, columns + 2 * beside), 255, np.uint8)
    picture[above : above + rows, beside : beside + columns] = np.where(modules, 0, 255)
    return picture


def sample_pdf(
    source: Path | BinaryIO,
    pages: Iterable[int],
    digits: Digits | None,
    bars: BarTexts | None = None,
) -> list[Difference]:
    """Opens the file with qpdf, renders some pages with pdfium, reads the whole pictures with
    zxing-cpp, names those that differ from their record: a code is missing, unread, another one, or
    one too many.

    Takes some 20 milliseconds, and 100 a page; pdfium serves one thread a process.
    """
    expected = _expected(digits, bars)
    if not _opens(source, len(expected)):
        return [Difference(0, "qpdf does not find the file's pages")]
    with pypdfium2.PdfDocument(source) as document:
        return [
            Difference(page, "rendered, the page shows other codes")
            for page in pages
            if not any(_shows(document[page], dpi, expected[page]) for dpi in SAMPLED_AT)
        ]


def _opens(source: Path | BinaryIO, pages: int) -> bool:
    """Whether qpdf has nothing to say about the file's structure, and finds so many pages."""
    try:
        with pikepdf.open(source, attempt_recovery=False) as file:
            return len(file.pages) == pages and not file.get_warnings()
    except (pikepdf.PdfError, RuntimeError):  # qpdf has errors of both kinds
        return False


def _shows(page: pypdfium2.PdfPage, dpi: int, record: Record) -> bool:
    """Whether a rendered page shows exactly the record's codes."""
    # pdfium rounds the picture's size up: a hair less keeps the page's own dots.
    bitmap = page.render(scale=(dpi - 1e-4) / 72, grayscale=True)
    picture = bitmap.to_numpy().reshape(bitmap.height, bitmap.width)
    return _codes_in_picture(picture) == _as_found(record)


def _as_found(record: Record) -> tuple[list[bytes], list[bytes]]:
    symbol, bars = record
    return [symbol] if symbol else [], [bars] if bars else []


def _codes_in_picture(picture: npt.NDArray[np.uint8]) -> tuple[list[bytes], list[bytes]]:
    """The contents of all eL-QR and all bar codes of a page."""
    found = zxingcpp.read_barcodes(
        picture,
        formats=_ON_A_PAGE,
        try_rotate=False,
        try_invert=False,
    )
    symbols = [code.bytes for code in found if code.format != zxingcpp.BarcodeFormat.Code128]
    return symbols, [code.bytes for code in found if code.symbology_identifier == "]C1"]
