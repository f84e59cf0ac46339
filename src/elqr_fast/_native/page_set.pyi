from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

from elqr_fast._native.page import Atlas

PAIR_TILE: int

@disjoint_base
class Lines:
    def __new__(
        cls,
        fields: Sequence[
            tuple[
                npt.NDArray[np.uint16],
                npt.NDArray[np.int32],
                npt.NDArray[np.uint32],
                float,
                float,
            ]
        ],
        pages: int,
        advances: npt.NDArray[np.float64],
        sizes: npt.NDArray[np.float64],
    ) -> Lines: ...
    def seen(self, first: int, last: int, seen: npt.NDArray[np.uint8]) -> int: ...

@disjoint_base
class Setter:
    def __new__(
        cls,
        atlas: Atlas,
        width: int,
        height: int,
        still: npt.NDArray[np.uint32],
        *,
        often: int = 12,
    ) -> Setter: ...
    @property
    def atlas(self) -> Atlas: ...
    def blits(
        self,
        lines: Lines,
        first: int,
        last: int,
        numbers: npt.NDArray[np.int32],
        boxes: npt.NDArray[np.int32],
        blits: npt.NDArray[np.int32],
        ends: npt.NDArray[np.uint64],
    ) -> bool: ...
