import numpy as np
import numpy.typing as npt

def encode(rows: npt.NDArray[np.uint8], width: int) -> bytes: ...
def decode(
    coded: bytes | bytearray | memoryview, width: int, rows: npt.NDArray[np.uint8]
) -> tuple[int, int]: ...
