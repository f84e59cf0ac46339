"""Finding and decoding codes in a grey image, by zxing-cpp.

Only QR Model 2 is asked for: the wider `QRCode` takes in Micro QR and rMQR, and gave false reads
of a few digits on damaged slips.  Only the bytes are used: the library's text rewrites characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp
from PIL import Image

from elqr_fast.scan.pages import Grey
from elqr_fast.scan.reading import Corners, Rung

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
CODE_128 = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
#: What a GS1-128's symbology identifier says (FNC1 in first position).
GS1_128 = "]C1"
#: The convenience stores' bar code: 44 digits, application identifier 91.
BILL = re.compile(rb"91[0-9]{42}")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A decoded QR code; its corners are in page pixels."""

    content: bytes
    corners: Corners
    rung: Rung
    version: int
    level: str
    mask: int
    unused_ec: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A convenience stores' bar code: its 44 digits, and the corners of its bars, in any order, in
    page pixels."""

    digits: str
    corners: tuple[tuple[float, float], ...]


def find_symbols(
    grey: Grey,
    rung: Rung,
    *,
    offset: tuple[int, int] = (0, 0),
    factor: float = 1.0,
    inverted: bool = False,
) -> list[Symbol]:
    """Every readable QR code of an image cut at `offset` from a page, then scaled by `factor`;
    `inverted`: light ones on dark too."""
    if not grey.size:
        return []
    codes = _codes(grey, QR, thorough=rung is Rung.PAGE_THOROUGH, inverted=inverted)
    return [_symbol(code, rung, offset, factor) for code in codes if code.valid]


def count_damaged(grey: Grey) -> int:
    """How many QR codes are seen but cannot be decoded."""
    codes = _codes(grey, QR, errors=True)
    return sum(not code.valid for code in codes)


def find_bill_bars(grey: Grey, turns: int, offset: tuple[int, int] = (0, 0)) -> list[Bars]:
    """The GS1-128 bar codes for convenience stores, each once, in an image cut at `offset`.

    `turns` are the page's quarter turns clockwise: bars are read along the image's rows.
    """
    # Upside down is no matter to the reader, a quarter turn is.
    sideways = bool(turns % 2)
    codes = _codes(_quarter_turned(grey) if sideways else grey, CODE_128)
    found = {}
    for code in codes:
        content = bytes(code.bytes)
        if code.symbology_identifier == GS1_128 and BILL.fullmatch(content):
            at = _corners(code.position, (0, 0), 1)
            points = [(grey.shape[1] - y, x) for x, y in at] if sideways else at
            corners = tuple((x + offset[0], y + offset[1]) for x, y in points)
            found[content.decode()] = Bars(content.decode(), corners)
    return [found[digits] for digits in sorted(found)]


def _quarter_turned(grey: Grey) -> Grey:
    # Pillow goes by tiles; numpy's view would be read across its rows, at a fifth of the speed.
    return np.asarray(Image.fromarray(grey).transpose(Image.Transpose.ROTATE_90))


def _codes(
    grey: Grey,
    formats: zxingcpp.BarcodeFormats,
    *,
    thorough: bool = False,
    errors: bool = False,
    inverted: bool = False,
) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        grey,
        formats=formats,
        try_rotate=thorough,
        try_downscale=thorough,
        try_invert=inverted,
        return_errors=errors,
    )


def _symbol(code: zxingcpp.Barcode, rung: Rung, offset: tuple[int, int], factor: float) -> Symbol:
    extra: Any = code.extra  # a dict, says its documentation; object, says its stub
    return Symbol(
        content=bytes(code.bytes),
        corners=_corners(code.position, offset, factor),
        rung=rung,
        version=int(extra["Version"]),
        level=str(extra["ECLevel"]),
        mask=int(extra["DataMask"]),
        unused_ec=float(extra["UEC"]),
    )


def _corners(position: Any, offset: tuple[int, int], factor: float) -> Corners:
    def on_page(point: Any) -> tuple[int, int]:
        return round(point.x / factor) + offset[0], round(point.y / factor) + offset[1]

    return (
        on_page(position.top_left),
        on_page(position.top_right),
        on_page(position.bottom_right),
        on_page(position.bottom_left),
    )
