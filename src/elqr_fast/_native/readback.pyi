import numpy as np
from numpy.typing import NDArray

PDF_FAULTS: int
PDF_BAD_SYMBOL: int
PDF_PART_OF_BAR: int
DOTS_FAULTS: int

_Bytes = NDArray[np.uint8]
_Place = tuple[int, int, int, int, int, int]

def pdf_pages(
    file: _Bytes | bytes,
    offsets: NDArray[np.uint64],
    numbers: NDArray[np.uint32],
    parents: NDArray[np.uint32],
    dpi: int,
    height: int,
    qr: _Place,
    bars: _Place,
) -> tuple[_Bytes, _Bytes, _Bytes, _Bytes, NDArray[np.uint64]]: ...
def tiff_pages(
    file: _Bytes | bytes | memoryview,
    positions: NDArray[np.uint64],
    width: int,
    height: int,
    qr: _Place,
    bars: _Place,
) -> tuple[_Bytes, _Bytes, _Bytes, _Bytes]: ...
def image(
    coded: _Bytes | bytes | memoryview, width: int, height: int, qr: _Place, bars: _Place
) -> tuple[_Bytes, _Bytes, _Bytes, _Bytes]: ...
def symbols(packed: _Bytes, version: int, level: int, width: int) -> tuple[_Bytes, _Bytes]: ...
