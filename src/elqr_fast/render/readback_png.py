"""Reads our own PNG pages back: one page a file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from elqr_fast.render.code_places import Fault, PageCodes, bars_in_dots, symbol_in_dots
from elqr_fast.render.scene import Modules, Rect

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate


def png_codes(source: Path | BinaryIO, plate: Plate) -> PageCodes:
    """The codes of the page.  Raises `Fault` if the file is no picture of the plate's size."""
    try:
        with warnings.catch_warnings():
            # The size is checked below: 100 million pixels are an A4 page at 1200 dpi, no attack.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(source)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Fault("the PNG cannot be opened") from error
    with image:
        if image.size != (plate.width, plate.height):
            raise Fault("the page does not have the plate's size")
        try:
            image.load()
            return PageCodes(
                symbol_in_dots(_cut(image, plate.qr.quiet), plate.qr) if plate.qr else None,
                bars_in_dots(_cut(image, plate.bars.quiet), plate.bars) if plate.bars else None,
            )
        except Fault as fault:
            return PageCodes(None, None, str(fault))
        except (OSError, SyntaxError):
            return PageCodes(None, None, "the page's data are damaged")


def _cut(image: Image.Image, box: Rect) -> Modules:
    """The dots of a box, uint8 [height, width]; all that is not white is ink."""
    picture = image.crop((box.x, box.y, box.x + box.width, box.y + box.height)).convert("L")
    return (np.asarray(picture) < 255).astype(np.uint8)
