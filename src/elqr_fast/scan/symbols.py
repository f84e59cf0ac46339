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


def find_bill_bars(grey: Grey, turns: int) -> list[str]:
    """The digits of the GS1-128 bar codes for convenience stores, each once.

    `turns` are the page's quarter turns clockwise: bars are read along the image's rows.
    """
    # Upside down is no matter to the reader, a quarter turn is.
    upright = _quarter_turned(grey) if turns % 2 else grey
    codes = _codes(upright, CODE_128)
    contents = [bytes(code.bytes) for code in codes if code.symbology_identifier == GS1_128]
    return sorted({content.decode() for content in contents if BILL.fullmatch(content)})


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
