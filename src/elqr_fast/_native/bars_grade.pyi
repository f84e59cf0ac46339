from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

def grade_of(parameter: int, value: float) -> int: ...
def grade(
    image: NDArray[np.uint8], corners: Sequence[float], modules: NDArray[np.uint8]
) -> (
    tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...], float, int, bool, float] | None
): ...
