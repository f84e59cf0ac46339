from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from elqr_fast._native.payload import Layout

FAST: int
SLOW: int
ASSISTED: int

def decode(modules: NDArray[np.uint8]) -> tuple[bytes, int, int, int, int, float]: ...

@final
class Scanner:
    def __new__(cls, layout: Layout, smallest: float, largest: float) -> Self: ...

def read_batch(
    scanner: Scanner,
    images: NDArray[np.uint8],
    effort: int,
    digits: NDArray[np.uint8],
    statuses: NDArray[np.uint8],
    rungs: NDArray[np.uint8],
    corrected: NDArray[np.uint16],
) -> None: ...
def read(
    scanner: Scanner, image: NDArray[np.uint8], effort: int
) -> tuple[bytes, int, bool, int, int, int, int, float, tuple[float, ...]] | None: ...
