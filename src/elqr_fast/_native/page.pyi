import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

JOINED: int
ROW_CACHED: int

@disjoint_base
class Plate:
    def __new__(
        cls,
        rows: npt.NDArray[np.uint8],
        width: int,
        rows_per_strip: int,
        zones: npt.NDArray[np.int32] | None = None,
        *,
        qr: tuple[int, int, int, int] | None = None,
        bars: tuple[int, int, int, int, int, int] | None = None,
    ) -> Plate: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def rows_per_strip(self) -> int: ...
    @property
    def strips(self) -> int: ...
    @property
    def nbytes(self) -> int: ...

@disjoint_base
class Atlas:
    def __len__(self) -> int: ...
    @property
    def nbytes(self) -> int: ...
    def add(self, rows: npt.NDArray[np.uint8], width: int) -> int: ...

@disjoint_base
class Batch:
    def __new__(
        cls,
        plate: Plate,
        atlas: Atlas,
        blits: npt.NDArray[np.int32],
        blit_ends: npt.NDArray[np.uint64],
        symbols: npt.NDArray[np.uint8] | None = None,
        bars: npt.NDArray[np.uint8] | None = None,
    ) -> Batch: ...
    @property
    def plate(self) -> Plate: ...
    @property
    def atlas(self) -> Atlas: ...
    def code(
        self,
        out: npt.NDArray[np.uint8],
        strip_ends: npt.NDArray[np.uint64],
        *,
        first: int = 0,
        method: int = 0,
    ) -> int: ...
    def draw(self, page: int, rows: npt.NDArray[np.uint8], *, only_added: bool = False) -> None: ...
    def erase(self, page: int, rows: npt.NDArray[np.uint8]) -> None: ...
