import numpy as np
import numpy.typing as npt

_Box = tuple[int, int, int, int]

def sweep(
    rows: npt.NDArray[np.uint8], width: int, own: _Box, smallest: int
) -> tuple[bool, bool, int, list[str], _Box | None, list[tuple[int, int, int, int, int]]]: ...
def halve(rows: npt.NDArray[np.uint8], width: int) -> npt.NDArray[np.uint8]: ...
