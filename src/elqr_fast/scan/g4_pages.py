"""Bilevel G4 pages of TIFF, what scanners write most, through our own decoder.

Pillow needs five times as long: its bilevel images hold a byte a pixel, and are copied on the way
out.  A page that is unusual in any way is left to Pillow, and so is one that does not decode: what
can be made of a broken page is libtiff's to say.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
from PIL import TiffTags
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from elqr_fast._native import g4
from elqr_fast.scan.pages import Grey

TAG = {info.name: number for number, info in TiffTags.TAGS_V2.items()}
#: Tags and the only values that are dealt with here; a tag that is missing has the first.
PLAIN = {
    "BitsPerSample": ((1,),),
    "SamplesPerPixel": (1,),
    "FillOrder": (1,),
    "Orientation": (1,),
    "T6Options": (0,),
}
G4 = 4
WHITE_IS_ZERO, BLACK_IS_ZERO = 0, 1


def decode_page(file: BinaryIO, tags: ImageFileDirectory_v2) -> Grey | None:
    """The pixels of a plain G4 page in strips; None if it is not one or does not decode."""
    if not _is_plain(tags):
        return None
    width, height = tags[TAG["ImageWidth"]], tags[TAG["ImageLength"]]
    bits = np.empty((height, (width + 7) // 8), np.uint8)
    strip_rows = min(tags.get(TAG["RowsPerStrip"], height), height)
    offsets, sizes = tags[TAG["StripOffsets"]], tags[TAG["StripByteCounts"]]
    if len(offsets) != len(sizes) or len(offsets) != -(-height // max(strip_rows, 1)):
        return None
    for strip, (offset, size) in enumerate(zip(offsets, sizes, strict=True)):
        file.seek(offset)
        first_row = strip * strip_rows
        status, _ = g4.decode(file.read(size), width, bits[first_row : first_row + strip_rows])
        if status:
            return None
    if tags[TAG["PhotometricInterpretation"]] == BLACK_IS_ZERO:
        np.invert(bits, out=bits)
    grey = np.unpackbits(bits, axis=1, count=width)
    grey -= np.uint8(1)  # 1, black, becomes 0; 0, white, goes below zero: 255
    return grey


def _is_plain(tags: ImageFileDirectory_v2) -> bool:
    needed = ("StripOffsets", "StripByteCounts", "ImageWidth", "ImageLength")
    return (
        tags.get(TAG["Compression"]) == G4
        and tags.get(TAG["PhotometricInterpretation"]) in (WHITE_IS_ZERO, BLACK_IS_ZERO)
        and all(TAG[name] in tags for name in needed)
        and all(tags.get(TAG[name], values[0]) in values for name, values in PLAIN.items())
    )
