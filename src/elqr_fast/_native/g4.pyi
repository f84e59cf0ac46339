from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

def encode(rows: npt.NDArray[np.uint8], width: int) -> bytes: ...
def decode(
    coded: bytes | bytearray | memoryview, width: int, rows: npt.NDArray[np.uint8]
) -> tuple[int, int]: ...
def decode_strips(
    coded: bytes | bytearray | memoryview,
    begin: int,
    places: Sequence[tuple[int, int]],
    width: int,
    strip_rows: int,
    rows: npt.NDArray[np.uint8],
    invert: bool,
    top: int = 0,
    columns: int = ...,
) -> int: ...
def grey(rows: npt.NDArray[np.uint8], width: int) -> npt.NDArray[np.uint8]: ...
