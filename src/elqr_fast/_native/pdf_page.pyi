from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from typing_extensions import disjoint_base

_U8 = npt.NDArray[np.uint8]
_U16 = npt.NDArray[np.uint16]
_U32 = npt.NDArray[np.uint32]
_U64 = npt.NDArray[np.uint64]
_I32 = npt.NDArray[np.int32]
_F64 = npt.NDArray[np.float64]

GLYPH_NONE: int
SYMBOLS: int
LITERALS: int
LONGEST_CODE: int
BLOCKS: int
ALIGN: dict[str, int]

@disjoint_base
class Glyphs:
    def __init__(self, advances: _F64, spaces: _U8, codes: _U16, widths: _I32) -> None: ...

def set_lines(
    glyphs: Glyphs,
    ids: _U16,
    ends: _U32,
    box: tuple[int, int, int, int],
    sizes: _F64,
    settings: _I32,
    wraps: int,
    align: int,
    pitch: float = 0.0,
    cell_x: float = 0.0,
) -> tuple[_I32, _U32, _U8]: ...
def table_entries(offsets: _U64) -> _U8: ...

@disjoint_base
class Flate:
    def __init__(self, codes: _U16, bits: _U8, header: bytes, header_bits: int) -> None: ...

@disjoint_base
class Batch:
    def __init__(
        self,
        pages: int,
        height: int,
        head: bytes,
        glyphs: Glyphs,
        settings: list[bytes],
        sizes: _F64,
        texts: list[tuple[_U16, _U32, _I32, _U32, float, float]],
        given: bytes,
    ) -> None: ...
    def add_symbols(self, code: tuple[bytes, int, int, int], packed: _U8) -> None: ...
    def add_bars(self, code: tuple[bytes, int, int, int], modules: _U8) -> None: ...
    def count(self, first: int, last: int) -> _U32: ...
    def pages(
        self,
        blocks: tuple[Flate, Flate] | None,
        first: int,
        kids: int,
        room: Callable[[int], _U8],
        took: Callable[[int], object],
    ) -> tuple[_U64, _U32]: ...
