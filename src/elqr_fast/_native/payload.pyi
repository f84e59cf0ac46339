from typing import final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

@final
class Layout:
    def __new__(
        cls,
        template: bytes,
        fields: list[tuple[int, int, int, int, int, bool, int, int]],
        checks: list[tuple[int, int, int, int]],
    ) -> Layout: ...
    @property
    def length(self) -> int: ...
    @property
    def prefix(self) -> int: ...

@final
class Column:
    def __new__(
        cls,
        form: str,
        length: int,
        values: Buffer,
        text: Buffer | None = None,
        validity: Buffer | None = None,
        validity_start: int = 0,
    ) -> Column: ...
    @property
    def length(self) -> int: ...

def build(
    layout: Layout, columns: list[Column | None], n: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], int]: ...
def parse_one(layout: Layout, row: bytes) -> tuple[int, int]: ...
def parse(
    layout: Layout, rows: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint16], int]: ...
