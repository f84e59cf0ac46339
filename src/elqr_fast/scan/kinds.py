"""What kind of code a QR code's content makes it."""

from __future__ import annotations

import re

from elqr_fast.codes.elqr import is_elqr_prefix
from elqr_fast.codes.jpqr import is_emv, is_jpqr
from elqr_fast.scan.reading import Kind

URL = re.compile(rb"https?://", re.IGNORECASE)


def kind_of(content: bytes) -> Kind:
    """The kind of a code; what it says stays here."""
    if is_elqr_prefix(content):
        return Kind.ELQR  # before JPQR: it begins like an EMV code, and is none
    if is_jpqr(content):
        return Kind.JPQR
    if is_emv(content):
        return Kind.EMV
    return Kind.URL if URL.match(content) else Kind.OTHER
