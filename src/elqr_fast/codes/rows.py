"""Rows of digits from columns by any layout, with every broken rule named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from elqr_fast._native import payload as native
from elqr_fast.codes.columns import Columns, native_column, select_columns
from elqr_fast.codes.layout import Layout
from elqr_fast.errors import (
    BadCharacterError,
    BadDateError,
    ConfigError,
    EmptyError,
    FieldError,
    OutOfRangeError,
    TooLongError,
    TooShortError,
    TruncatedError,
)

#: The word for a kernel's status in `FieldError.rule`.
RULES = {
    EmptyError.status: "required",
    BadCharacterError.status: "digits",
    TooLongError.status: "length",
    TooShortError.status: "length",
    BadDateError.status: "date",
    OutOfRangeError.status: "range",
    TruncatedError.status: "readable",
}


@dataclass(frozen=True)
class Rows:
    """`digits` uint8 [n, length], ASCII; a row with errors is all zero bytes."""

    digits: NDArray[np.uint8]
    errors: list[FieldError]


def build_rows(layout: Layout, columns: Columns) -> Rows:
    """The digits of every row, and every bad field of every row.

    Raises ConfigError where a required column is missing or cannot hold digits.
    """
    arrays = select_columns(columns, layout.fields)
    missing = [
        name
        for name, field in layout.fields.items()
        if name not in arrays and field.default is None
    ]
    if missing:
        raise ConfigError(f"missing column{'s' * (len(missing) > 1)}: {', '.join(missing)}")
    natives = [native_column(arrays[name]) if name in arrays else None for name in layout.fields]
    n = len(next(iter(arrays.values()))) if arrays else 0
    digits, statuses, bad = native.build(layout.compiled, natives, n)
    return Rows(digits, _field_errors(layout, arrays, statuses) if bad else [])


def _field_errors(
    layout: Layout, arrays: dict[str, pa.Array], statuses: NDArray[np.uint8]
) -> list[FieldError]:
    names = list(layout.fields)
    errors = []
    for row, place in np.argwhere(statuses.T):
        name, rule = names[place], RULES[int(statuses[place, row])]
        found = _found(arrays[name], int(row)) if rule != "readable" else ""
        errors.append(FieldError(int(row), name, rule, found, layout.fields[name].expected(rule)))
    return errors


def _found(array: pa.Array, row: int) -> str:
    """The value as text; bytes that are no UTF-8 show as U+FFFD."""
    value: Any = array[row]
    if pa.types.is_int64(array.type):
        return str(value.as_py())
    return (value.cast(pa.large_binary()).as_py() or b"").decode("utf-8", "replace")


def texts(digits: NDArray[np.uint8]) -> list[str]:
    """Each row of uint8 [n, width] as text; a row of zero bytes is ""."""
    n, width = digits.shape
    packed = np.frombuffer(np.ascontiguousarray(digits).tobytes(), f"S{width}", count=n)
    return [text.decode("ascii") for text in packed.tolist()]
