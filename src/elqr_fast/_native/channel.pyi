import numpy as np
from numpy.typing import NDArray

RANGES: tuple[str, ...]

def scan(
    modules: NDArray[np.uint8],
    width: int,
    height: int,
    bilevel: bool,
    ranges: NDArray[np.float32],
    seed: int,
    first: int,
) -> NDArray[np.uint8]: ...
