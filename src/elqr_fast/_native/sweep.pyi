import numpy as np
import numpy.typing as npt

Box = tuple[int, int, int, int]

def sweep(
    rows: npt.NDArray[np.uint8], width: int, own: Box, smallest: int
) -> tuple[bool, bool, int, list[str], Box | None]: ...
