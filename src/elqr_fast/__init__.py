"""Makes, prints and reads Japan's eL-QR payment slips (納付書).

import elqr_fast as ef
"""

from elqr_fast.codes.bill128 import bill128
from elqr_fast.codes.elqr import ElqrFields, Payloads, build_payloads, parse_payload
from elqr_fast.codes.ocr_lines import ocr_lines
from elqr_fast.codes.symbols import Symbols, encode
from elqr_fast.criteria import RuleResult, check_form
from elqr_fast.forms import Form, load_form
from elqr_fast.render.g4 import g4_decode, g4_encode
from elqr_fast.run import RunSummary, render, verify
from elqr_fast.scan import BatchReadings, Reading, Verdict, read_batch
from elqr_fast.verify import Summary, read
from elqr_fast.version import __version__

__all__ = [
    "BatchReadings",
    "ElqrFields",
    "Form",
    "Payloads",
    "Reading",
    "RuleResult",
    "RunSummary",
    "Summary",
    "Symbols",
    "Verdict",
    "__version__",
    "bill128",
    "build_payloads",
    "check_form",
    "encode",
    "g4_decode",
    "g4_encode",
    "load_form",
    "ocr_lines",
    "parse_payload",
    "read",
    "read_batch",
    "render",
    "verify",
]
