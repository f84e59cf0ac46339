from typing import Self, final

import numpy as np
from numpy.typing import NDArray

NUMERIC: int
ALPHANUMERIC: int
BYTE: int
AUTOMATIC: int

def side(version: int) -> int: ...
def capacity(version: int, level: int, mode: int) -> int: ...
def smallest_version(length: int, level: int, mode: int) -> int: ...
def survey(
    data: NDArray[np.uint8], ends: NDArray[np.uintp] | None, width: int, n: int
) -> tuple[NDArray[np.uint8], dict[int, int]]: ...
def encode(
    data: NDArray[np.uint8],
    ends: NDArray[np.uintp] | None,
    width: int,
    mode: int,
    version: int,
    level: int,
    mask: int,
    packed: NDArray[np.uint8],
    masks: NDArray[np.uint8],
) -> None: ...

@final
class Plan:
    def __new__(cls, length: int, mode: int, version: int, level: int, mask: int) -> Self: ...
    def encode(
        self, data: NDArray[np.uint8], packed: NDArray[np.uint8], masks: NDArray[np.uint8]
    ) -> None: ...
    def modules(self, data: NDArray[np.uint8]) -> NDArray[np.uint8]: ...

def encode_reference(
    data: NDArray[np.uint8], mode: int, version: int, level: int, mask: int
) -> tuple[NDArray[np.uint8], int]: ...
def variants() -> dict[str, bool]: ...
def encode_variant(
    name: str, data: NDArray[np.uint8], mode: int, version: int, level: int, mask: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]: ...
