"""Columns in, whatever holds them: lists, numpy arrays, Arrow arrays, tables.

Digits are text or integers.  A floating-point number never is: it may have lost digits already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from numbers import Integral
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from elqr_fast._native import payload as native
from elqr_fast.errors import ConfigError

#: A mapping of columns, a pyarrow Table or RecordBatch, or any data frame that speaks Arrow.
Columns = Any


def select_columns(columns: Columns, names: Iterable[str]) -> dict[str, pa.Array]:
    """Those of the named columns that are there, as Arrow text or int64, all of one length.

    Other columns are not looked at.  Raises ConfigError for a column that holds neither text nor
    integers, and for columns of different lengths.
    """
    source = _source(columns)
    chosen = {name: _as_digits(name, source[name]) for name in names if name in source}
    lengths = {len(array) for array in chosen.values()}
    if len(lengths) > 1:
        sizes = ", ".join(f"{name} {len(array)}" for name, array in chosen.items())
        raise ConfigError(f"the columns have different numbers of rows: {sizes}")
    return chosen


def native_column(array: pa.Array) -> native.Column:
    """The kernel's view of an array from `select_columns`; no copy."""
    buffers = array.buffers()
    validity = _bytes(buffers[0]) if array.null_count else None
    form, size = _form(array.type)
    values = _bytes(buffers[1])[array.offset * size :]
    text = _bytes(buffers[2]) if form != "int64" else None
    return native.Column(form, len(array), values, text, validity, array.offset)


def _form(kind: pa.DataType) -> tuple[str, int]:
    if pat.is_int64(kind):
        return "int64", 8
    return ("text32", 4) if pat.is_string(kind) or pat.is_binary(kind) else ("text64", 8)


def _bytes(buffer: pa.Buffer | None) -> memoryview:
    return memoryview(buffer or b"").cast("B")


def _source(columns: Columns) -> Mapping[str, Any]:
    if isinstance(columns, Mapping):
        return columns
    if not isinstance(columns, pa.Table | pa.RecordBatch):
        if not hasattr(columns, "__arrow_c_stream__"):
            raise ConfigError(
                "columns are a mapping of lists or arrays, or a table, "
                f"not {type(columns).__name__}"
            )
        columns = pa.table(columns)
    return dict(zip(columns.schema.names, columns.columns, strict=True))


def _as_digits(name: str, values: Any) -> pa.Array:
    """One column as Arrow text (string or binary, 32- or 64-bit offsets) or int64."""
    array = _as_arrow(name, values)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pat.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if any(test(kind) for test in _AS_IT_IS):
        return array
    if pat.is_integer(kind) or (pat.is_decimal(kind) and kind.scale == 0):
        return _integers(array)
    if pat.is_null(kind) or pat.is_fixed_size_binary(kind):
        return array.cast(pa.binary())
    if pat.is_string_view(kind) or pat.is_binary_view(kind):
        return array.cast(pa.large_binary())
    raise ConfigError(f"column {name} holds {kind}: give its digits as text or integers")


_AS_IT_IS = (
    pat.is_string,
    pat.is_large_string,
    pat.is_binary,
    pat.is_large_binary,
    pat.is_int64,
)


def _integers(array: pa.Array) -> pa.Array:
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:  # beyond 64 bits signed
        return array.cast(pa.string())


def _as_arrow(name: str, values: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, list | tuple):
        return _from_python(name, values)
    if hasattr(values, "__arrow_c_stream__"):  # a data frame's column
        return pa.chunked_array(values)
    array = np.asarray(values)
    if array.ndim != 1:
        raise ConfigError(f"column {name} has {array.ndim} dimensions, not 1")
    return pa.array(array) if array.dtype.kind in "iufSU" else _from_python(name, array.tolist())


def _from_python(name: str, values: Iterable[Any]) -> pa.Array:
    """Arrow's own reading; text where it has none (beyond 64 bits, text among numbers)."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return pa.array([_as_text(name, value) for value in values], pa.binary())


def _as_text(name: str, value: object) -> bytes | None:
    match value:
        case None | bytes():
            return value
        case str():
            return value.encode("utf-8", "replace")
        case bool():
            pass
        case Integral():
            return str(int(value)).encode("ascii")
        case Decimal() if value == value.to_integral_value():
            return str(int(value)).encode("ascii")
    kind = type(value).__name__
    raise ConfigError(f"column {name} holds {kind}: give its digits as text or integers")
