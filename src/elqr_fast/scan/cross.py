"""The slip's bar code beside its eL-QR: both ask for the same money until the same day."""

from __future__ import annotations

from collections.abc import Sequence

from elqr_fast.codes.elqr import ElqrFields, parse_row
from elqr_fast.codes.layout import load_layout
from elqr_fast.errors import PayloadError

LAYOUT = "bill128-v1"
#: Printed instead of a pay-by date where the bar code has none.
NO_DATE = "999999"


def bar_code_fault(fields: ElqrFields, bars: Sequence[str]) -> str:
    """What the page's bar codes (44 digits each) say otherwise than the eL-QR; "" if they agree."""
    return next(filter(None, (_fault(fields, bar) for bar in bars)), "")


def _fault(fields: ElqrFields, bar: str) -> str:
    try:
        row = parse_row(bar.encode("ascii"), load_layout(LAYOUT))
    except PayloadError as error:
        return f"the bar code is unsound: {error.code}"
    if int(row["amount"]) != fields.amount:
        return "the bar code has another amount"
    if row["pay_by"] not in (NO_DATE, fields.pay_by[2:]):
        return "the bar code has another pay-by date"
    return ""
