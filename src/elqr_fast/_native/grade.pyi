from collections.abc import Sequence
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

def grade_of(parameter: int, value: float) -> int: ...

@final
class Grader:
    side: int
    def __new__(cls, version: int, level: int) -> Self: ...

def grade(
    grader: Grader,
    image: NDArray[np.uint8],
    corners: Sequence[float],
    truth: NDArray[np.uint8],
) -> (
    tuple[tuple[float, ...], tuple[int, ...], int, int, bool, tuple[int, int, int, int, int, int]]
    | None
): ...
