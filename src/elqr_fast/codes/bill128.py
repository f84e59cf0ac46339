"""The convenience-store bar code: 44 digits as GS1-128, and the two lines printed below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from elqr_fast._native import bars as native
from elqr_fast.codes.columns import Columns, select_columns
from elqr_fast.codes.elqr import DEFAULT_LAYOUT
from elqr_fast.codes.layout import load_layout
from elqr_fast.codes.rows import build_rows, texts
from elqr_fast.errors import ConfigError, FieldError, InputError

#: Yen; above it the stores take no payment.
DEFAULT_MAX_AMOUNT = 300_000
DIGITS = 44
MODULES = 288
_LAYOUT = "bill128-v1"
_MOST_DIGITS_HOLD = 999_999


@dataclass(frozen=True)
class Bills:
    """A slip's bar code each; None where it has none, or where the row has errors.

    `digits`: the 44 digits; `lines`: the two lines of text printed below the bars.
    """

    digits: list[str | None]
    lines: list[tuple[str, str] | None]
    errors: list[FieldError]


def bill128(
    columns: Columns, *, max_amount: int = DEFAULT_MAX_AMOUNT, with_pay_by: bool = True
) -> Bills:
    """Bar-code digits of many slips at once.

    `columns` as for `build_payloads`: bill_issuer (6 digits), bill_free (21, zero-padded on the
    right), amount; optional pay_by (YYYYMMDD; empty prints 999999, no limit), bill_reissue and
    stamp (0).  A row without bill_issuer and bill_free has no bar code, and neither has one with
    an amount above `max_amount`.  `with_pay_by=False` prints 999999 in every row.

    Raises ConfigError if amount is missing, a column cannot hold digits, or `max_amount` exceeds
    the six digits of the code.
    """
    if not 0 <= max_amount <= _MOST_DIGITS_HOLD:
        raise ConfigError(f"max_amount: {max_amount} is not 0 to {_MOST_DIGITS_HOLD}")
    layout = load_layout(_LAYOUT)
    arrays = select_columns(columns, layout.fields)
    if "amount" not in arrays:
        raise ConfigError("missing column: amount")
    n = len(arrays["amount"])
    for name in ("bill_issuer", "bill_free"):
        arrays.setdefault(name, pa.nulls(n, pa.binary()))
    if not with_pay_by:
        arrays.pop("pay_by", None)
    wanted = np.flatnonzero(_has_bill(arrays) & ~_above(arrays["amount"], max_amount))
    chosen = {name: array.take(pa.array(wanted)) for name, array in arrays.items()}
    rows = build_rows(layout, chosen)
    digits: list[str | None] = [None] * n
    for row, text in zip(wanted.tolist(), texts(rows.digits), strict=True):
        digits[row] = text or None
    errors = [replace(error, row=int(wanted[error.row])) for error in rows.errors]
    return Bills(digits, [printed_lines(text) if text else None for text in digits], errors)


def printed_lines(digits: str) -> tuple[str, str]:
    """The 44 digits as the two lines below the bars."""
    return (
        f"({digits[:2]}){digits[2:8]}-{digits[8:30]}",
        f"{digits[30:36]}-{digits[36]}-{digits[37:43]}-{digits[43]}",
    )


def bars(digits: list[str] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """GS1-128 symbols of 44 digits each: uint8 [n, 288] modules, 1 = bar, without quiet zones.

    `digits`: texts, or ASCII uint8 [n, 44].  Raises InputError for a text of another length,
    BadCharacterError (with the item) for one that is not all digits.
    """
    if isinstance(digits, np.ndarray):
        return native.bars(np.ascontiguousarray(digits))
    for item, text in enumerate(digits):
        if len(text) != DIGITS or not text.isascii():
            raise InputError(f"item {item}: not {DIGITS} digits")
    joined = np.frombuffer("".join(digits).encode("ascii"), np.uint8)
    return native.bars(joined.reshape(len(digits), DIGITS))


def _has_bill(arrays: Mapping[str, pa.Array]) -> NDArray[np.bool_]:
    return _given(arrays["bill_issuer"]) | _given(arrays["bill_free"])


def _given(array: pa.Array) -> NDArray[np.bool_]:
    given = array.is_valid()
    if not pa.types.is_int64(array.type):
        given = pc.greater(pc.binary_length(array), 0).fill_null(False)
    return np.asarray(given.to_numpy(zero_copy_only=False))


def _above(amounts: pa.Array, limit: int) -> NDArray[np.bool_]:
    """Which amounts are well-formed numbers above the limit; a malformed one is not."""
    layout = load_layout(DEFAULT_LAYOUT).only("amount")
    values = (build_rows(layout, {"amount": amounts}).digits & 15).astype(np.int64)
    return np.asarray(values @ 10 ** np.arange(layout.length - 1, -1, -1) > limit)
