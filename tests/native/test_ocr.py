"""The OCR lines' kernel: what it is given, and images that hold no line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from elqr_fast._native import ocr
from elqr_fast.errors import OutOfRangeError

FRAME = (20.0, 40.0, 7.87, 0.0, 0.0, 7.87)
Grey = npt.NDArray[np.uint8]


def read(image: Grey, frame: tuple[float, ...] = FRAME, characters: int = 44) -> object:
    return ocr.read(image, frame, characters, 2.54, 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (90, 1), (90, 950), (5, 5)])
def test_images_of_one_grey_have_no_line(shape: tuple[int, int], grey: int) -> None:
    assert read(np.full(shape, grey, np.uint8)) is None


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0)])
def test_empty_images_have_no_line(shape: tuple[int, int]) -> None:
    assert read(np.zeros(shape, np.uint8)) is None


def test_noise_is_never_clear() -> None:
    draw = np.random.default_rng(1)
    for _ in range(50):
        found = ocr.read(draw.integers(0, 256, (90, 950), np.uint8), FRAME, 44, 2.54, 1.0)
        assert found is None or min(found[2]) < 0.2


@pytest.mark.parametrize("angle", [0.0, 1.0, 2.5, 4.0])
def test_frames_that_leave_the_image(angle: float) -> None:
    image = np.random.default_rng(2).integers(0, 256, (60, 200), np.uint8)
    cos, sin = 12 * np.cos(angle), 12 * np.sin(angle)
    for x, y in [(-90_000.0, 10.0), (100.0, 30.0), (199.0, 59.0), (90_000.0, 90_000.0)]:
        read(image, (x, y, cos, sin, -sin, cos))


@pytest.mark.parametrize(
    ("characters", "pitch", "size"),
    [
        (3, 2.54, 1.0),
        (65, 2.54, 1.0),
        (44, 1.4, 1.0),
        (44, 6.1, 1.0),
        (44, 2.54, 0.4),
        (44, 2.54, 2.1),
    ],
)
def test_lines_out_of_range(characters: int, pitch: float, size: float) -> None:
    with pytest.raises(OutOfRangeError):
        ocr.read(np.zeros((90, 950), np.uint8), FRAME, characters, pitch, size)


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_frames_out_of_range(at: int, value: float) -> None:
    frame = (*FRAME[:at], value, *FRAME[at + 1 :])
    with pytest.raises(OutOfRangeError):
        read(np.zeros((90, 950), np.uint8), frame)


def test_rows_must_lie_as_the_kernel_takes_them() -> None:
    image = np.zeros((90, 950), np.uint8)
    with pytest.raises(ValueError, match="contiguous"):
        read(image[:, ::2])
    with pytest.raises(ValueError, match="downwards"):
        read(image[::-1])
