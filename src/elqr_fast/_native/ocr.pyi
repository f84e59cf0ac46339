import numpy as np
import numpy.typing as npt

def read(
    image: npt.NDArray[np.uint8],
    frame: tuple[float, float, float, float, float, float],
    characters: int,
    pitch: float,
    size: float,
) -> tuple[str, list[float], list[float], tuple[float, float, float, float]] | None: ...
