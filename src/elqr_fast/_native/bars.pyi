import numpy as np
from numpy.typing import NDArray

def bars(digits: NDArray[np.uint8]) -> NDArray[np.uint8]: ...
