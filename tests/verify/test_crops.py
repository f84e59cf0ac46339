"""verify/crops.py: the code upright, its quiet zone, and nothing else of the page."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from elqr_fast.scan import open_pages
from elqr_fast.verify.crops import LONGEST, cut_out, picture
from elqr_fast.verify.rows import CORNERS

#: Of the symbol on `sheet`, its own top left first.
SQUARE = [[200, 150], [364, 150], [364, 314], [200, 314]]


def sheet(slips: Any) -> Any:
    """A black page but for a symbol of four dots a module with its quiet zone."""
    page = np.zeros((500, 600), np.uint8)
    page[134:330, 184:380] = slips.pictures.symbol(slips.digits(1), 4)
    return page


def turned(point: list[int], degrees: float) -> tuple[float, float]:
    """As Pillow turns a page about its middle, counter-clockwise."""
    angle = -np.deg2rad(degrees)
    x, y = point[0] - 300, point[1] - 250
    return (
        300 + x * np.cos(angle) - y * np.sin(angle),
        250 + x * np.sin(angle) + y * np.cos(angle),
    )


@pytest.mark.parametrize("degrees", [0, 3, -7, 90, 181])
def test_the_code_upright_with_its_quiet_zone_alone(slips: Any, degrees: float) -> None:
    page = np.asarray(Image.fromarray(sheet(slips)).rotate(degrees))
    corners = np.array([turned(point, degrees) for point in SQUARE])
    image = cut_out(next(open_pages(page)), corners, 41)
    assert image is not None
    pixels = np.asarray(image)
    assert pixels.shape == (196, 196)
    # All the rest of the page is black, and of the black none is in the quiet zone.
    for quarter in range(4):
        assert np.rot90(pixels, quarter)[2:14, 2:-2].min() == 255
    assert np.all(pixels[17:43, 17:19] == 0)  # the top left finder pattern's own corner
    [code] = zxingcpp.read_barcodes(pixels)
    assert code.text == slips.digits(1)


def test_large_symbols_are_shown_smaller(slips: Any) -> None:
    page = np.kron(sheet(slips), np.ones((4, 4), np.uint8))
    image = cut_out(next(open_pages(page)), np.array(SQUARE) * 4.0, 41)
    assert image is not None
    assert image.size == (LONGEST, LONGEST)
    assert zxingcpp.read_barcodes(np.asarray(image))[0].text == slips.digits(1)


@pytest.mark.parametrize(
    "corners",
    [
        [[0, 0]] * 4,
        [[0, 0], [9, 0], [18, 0], [27, 0]],
        [[200, 150], [364, 314], [364, 150], [200, 314]],  # a bow tie
        [[200, 150], [364, 150], [260, 190], [200, 314]],  # a dart
        [[2000, 150], [2164, 150], [2164, 314], [2000, 314]],  # off the page
        [[-900, 150], [-736, 150], [-736, 314], [-900, 314]],
    ],
)
def test_corners_that_are_no_symbol_s(slips: Any, corners: Any) -> None:
    assert cut_out(next(open_pages(sheet(slips))), np.array(corners, np.float64), 41) is None


def test_no_picture_is_no_fault(slips: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(sheet(slips)).save(path)
    places = dict(zip(CORNERS, np.array(SQUARE).ravel().tolist(), strict=True))
    row: dict[str, Any] = {"file": str(path), "page": 0, "verdict": "duplicate", "version": 6}
    uri = picture(row | places, Path, None)
    assert uri.startswith("data:image/png;base64,")
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        assert (image.size, image.mode) == ((196, 196), "1")
    for change in (
        {"page": None},
        {"page": 1},
        {"x1": None},
        {"verdict": "not_elqr"},  # what a foreign code says is nobody's business
        {"file": str(tmp_path / "gone.png")},
    ):
        assert picture(row | places | change, Path, None) == ""
    path.write_bytes(path.read_bytes()[:300])
    assert picture(row | places, Path, None) == ""
