"""Makes, prints and reads Japan's eL-QR payment slips (納付書).

import elqr_fast as ef
"""

from elqr_fast.codes.bill128 import bill128
from elqr_fast.codes.elqr import ElqrFields, Payloads, build_payloads, parse_payload
from elqr_fast.codes.ocr_lines import ocr_lines
from elqr_fast.codes.symbols import Symbols, encode
from elqr_fast.render.g4 import g4_decode, g4_encode

__all__ = [
    "ElqrFields",
    "Payloads",
    "Symbols",
    "bill128",
    "build_payloads",
    "encode",
    "g4_decode",
    "g4_encode",
    "ocr_lines",
    "parse_payload",
]
