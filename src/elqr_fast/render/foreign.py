"""Codes that a form draws by itself: none belongs on a slip.

The eL-QR and the bar code are made for each slip.  Whatever code a form has among its marks would
be the same on all, and be read in their place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import zxingcpp

from elqr_fast.codes.elqr import is_elqr_prefix
from elqr_fast.codes.jpqr import is_jpqr
from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import Form
from elqr_fast.render.scene import Modules, Shape
from elqr_fast.render.stamps import shape_stamp
from elqr_fast.render.static import Ink

#: White around a mark, in dots, so that a code drawn up to its edge has its quiet zone.
_MARGIN = 32
#: zxing-cpp looks for every kind when asked for none.
ANY = zxingcpp.BarcodeFormats([])
QR_FAMILY = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.MicroQRCode,
        zxingcpp.BarcodeFormat.RMQRCode,
    ]
)


def check_no_codes(form: Form, inks: Iterable[Ink]) -> None:
    """Raise FormError for a mark that is a code, saying what it is and why it may not be there."""
    for ink in inks:
        for shape in ink.scene.shapes:
            for code in codes_in(_dots(shape)):
                fail_in(form, ink.key, f"the mark is {describe(code)}")


def codes_in(dots: Modules, formats: zxingcpp.BarcodeFormats = ANY) -> list[zxingcpp.Barcode]:
    """Every code of some formats in a picture, uint8 [h, w], 1 = ink."""
    # 0 is black to zxing-cpp.  A code upside down or in negative is as wrong as an upright one.
    return zxingcpp.read_barcodes(np.where(dots, 0, 255).astype(np.uint8), formats=formats)


def describe(code: zxingcpp.Barcode) -> str:
    """What a code is, and why no form may have it; never what it holds."""
    if not is_qr(code):
        return f"a {code.format.name}; a form has no code but those made for each slip"
    if is_elqr_prefix(code.bytes):
        return "an eL-QR; each slip gets its own, in the place that [qr] names"
    if is_jpqr(code.bytes):
        return "a JPQR; it is for payment in person, never on a slip (K2, M1)"
    return "a QR code other than the eL-QR; no slip may show one (K2, M1)"


def is_qr(code: zxingcpp.Barcode) -> bool:
    """Whether a code is of the QR family, Micro QR and rMQR too."""
    return "QR" in code.format.name


def _dots(shape: Shape) -> Modules:
    bits = shape_stamp(shape).bits
    return np.pad(np.unpackbits(bits, axis=1), _MARGIN)
