"""G4 (ITU-T T.6) strips: how bilevel pages are coded in TIFF and PDF."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from elqr_fast._native import g4
from elqr_fast.errors import kernel_error

PackedRows = npt.NDArray[np.uint8]
Bytes = bytes | bytearray | memoryview


def g4_encode(bits: PackedRows | Bytes, width: int, height: int) -> bytes:
    """Code packed rows as one strip, EOFB at its end.

    `bits` is uint8 [height, (width + 7) // 8], or as many bytes in a row; 1 = black, most
    significant bit left; bits past the width do not matter.

    Raises ValueError for a wrong size, EmptyError for no pixels, OutOfRangeError beyond 2**20
    pixels of width.
    """
    _check_size(width, height)
    return g4.encode(_as_rows(bits, width, height), width)


def g4_decode(data: Bytes, width: int, height: int) -> PackedRows:
    """Decode one strip to packed rows, uint8 [height, (width + 7) // 8], bits past the width 0.

    Raises TruncatedError or BadCodeError, naming the first row that is not whole, and the errors
    of `g4_encode`.
    """
    _check_size(width, height)
    rows = np.empty((height, (width + 7) // 8), dtype=np.uint8)
    status, decoded = g4.decode(data, width, rows)
    if status:
        raise kernel_error(status, detail=f"in row {decoded} of {height}")
    return rows


def _check_size(width: int, height: int) -> None:
    if not (0 <= width < 1 << 32 and 0 <= height < 1 << 32):
        raise ValueError(f"no image is {width} x {height} pixels")


def _as_rows(bits: PackedRows | Bytes, width: int, height: int) -> PackedRows:
    rows = bits if isinstance(bits, np.ndarray) else np.frombuffer(bits, dtype=np.uint8)
    row_bytes = (width + 7) // 8
    if rows.dtype != np.uint8:
        raise ValueError(f"packed rows are uint8, not {rows.dtype}")
    if rows.size != height * row_bytes:
        raise ValueError(
            f"{height} rows of {width} pixels are {height * row_bytes} bytes, not {rows.size}"
        )
    return np.ascontiguousarray(rows).reshape(height, row_bytes)
