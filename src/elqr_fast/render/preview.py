"""Writes one page as PNG, to look at: every dot one pixel, static ink in its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Scene
from elqr_fast.render.stamps import Bits

if TYPE_CHECKING:
    from elqr_fast.render.pages import Page
    from elqr_fast.render.plate import Plate

BLACK = (0, 0, 0)
WHITE = (255, 255, 255)


def write_png(plate: Plate, page: Page | None, target: BinaryIO) -> None:
    """Writes a page at the plate's resolution; without a page, what all pages share.

    One bit a pixel where the static ink is black, else two: white, the static ink, black.
    """
    raster = Rasteriser(plate)
    if plate.static_ink == BLACK or plate.static == Scene():
        image = _bilevel(raster.static if page is None else raster.bits(page), plate.width)
        image.save(target, "PNG", dpi=(plate.dpi, plate.dpi))
        return
    inks = _unpacked(raster.static, plate.width)
    if page is not None:
        # Black over colour, as a press prints it: a dot that the slip itself inks is black.
        inks[_unpacked(raster.variable(page), plate.width) == 1] = 2
    image = Image.fromarray(inks, "P")
    image.putpalette([*WHITE, *plate.static_ink, *BLACK])
    image.save(target, "PNG", dpi=(plate.dpi, plate.dpi), bits=2)


def _bilevel(bits: Bits, width: int) -> Image.Image:
    """Pillow's mode 1 has 1 = white."""
    return Image.frombytes("1", (width, len(bits)), np.invert(bits).tobytes())


def _unpacked(bits: Bits, width: int) -> Bits:
    return np.unpackbits(bits, axis=1, count=width)
