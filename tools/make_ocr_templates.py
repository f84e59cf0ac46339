"""Writes csrc/ocr_glyphs.c, what the characters of the OCR lines look like, from an OCR-B font.

    python tools/make_ocr_templates.py            # rewrites the file
    python tools/make_ocr_templates.py --check    # fails if the file is not what the font gives

The font is Debian's fonts-ocr-b, in the public domain, its outlines (Norbert Schwarz) free to use,
modify and distribute without limitation; so are these pictures of it.  Where slips are read there
need be no font.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

import freetype
import numpy as np
import numpy.typing as npt

FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
TARGET = Path(__file__).resolve().parents[1] / "csrc" / "ocr_glyphs.c"
#: In the order of their values (`codes.ocr_lines.VALUES`), the commonest first.
CHARACTERS = "0123456789AFHJKLPTVX*+-#"

# As in csrc/ocr_glyphs.h: pixels of 0.16 mm, the cell's centre in the middle, the baseline
# BASELINE pixels below the top.
WIDTH, HEIGHT, BASELINE, PIXEL_MM = 16, 20, 18, 0.16
EM_MM = 10 * 25.4 / 72
FINE = 16  # dots a pixel while the glyph is drawn
#: What a scanner's optics and the sampling do to a glyph, standard deviation in pixels.
BLUR = 0.6
SHIFTS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]

Picture = npt.NDArray[np.float64]

HEAD = """/* Written by tools/make_ocr_templates.py; do not edit. */
/* clang-format off */
#include "ocr_glyphs.h"

"""


def drawn(face: freetype.Face, character: str) -> Picture:
    """A glyph's ink in its cell with a margin of a pixel around, 0 to 1."""
    face.load_char(character, freetype.FT_LOAD_RENDER | freetype.FT_LOAD_NO_HINTING)
    slot, bitmap = face.glyph, face.glyph.bitmap
    dots = np.array(bitmap.buffer, np.float64).reshape(bitmap.rows, bitmap.pitch) / 255
    canvas = np.zeros(((HEIGHT + 2) * FINE, (WIDTH + 2) * FINE))
    top = (BASELINE + 1) * FINE - slot.bitmap_top
    left = (WIDTH + 2) * FINE // 2 - round(slot.linearHoriAdvance / 65536 / 2) + slot.bitmap_left
    canvas[top : top + bitmap.rows, left : left + bitmap.width] = dots[:, : bitmap.width]
    return blurred(canvas).reshape(HEIGHT + 2, FINE, WIDTH + 2, FINE).mean(axis=(1, 3))


def blurred(canvas: Picture) -> Picture:
    reach = int(4 * BLUR * FINE)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (BLUR * FINE)) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        canvas = np.apply_along_axis(np.convolve, axis, canvas, kernel, mode="same")
    return canvas


def template(picture: Picture) -> npt.NDArray[np.int64]:
    """Whole numbers of sum zero, at most 127."""
    inner = picture[1:-1, 1:-1]
    scaled = inner - inner.mean()
    whole = np.rint(scaled * 127 / np.abs(scaled).max()).astype(np.int64)
    # What rounding left over goes to the lightest pixels, one each.
    for index in np.argsort(scaled, axis=None)[: abs(whole.sum())]:
        whole.flat[index] -= np.sign(whole.sum())
    return whole


def alike(one: Picture, other: Picture) -> float:
    """The highest correlation of two glyphs, the other shifted by at most a pixel."""
    return max(
        float(np.corrcoef(one[1:-1, 1:-1].flat, shifted(other, y, x).flat)[0, 1]) for y, x in SHIFTS
    )


def shifted(picture: Picture, y: int, x: int) -> Picture:
    return picture[1 + y : 1 + y + HEIGHT, 1 + x : 1 + x + WIDTH]


def tables() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Templates [characters, HEIGHT, WIDTH], and likeness of each pair."""
    face = freetype.Face(str(FONT))
    face.set_char_size(round(EM_MM / PIXEL_MM * FINE * 64))
    pictures = [drawn(face, character) for character in CHARACTERS]
    likeness = [[alike(one, other) for other in pictures] for one in pictures]
    return np.array([template(picture) for picture in pictures]), np.array(likeness)


def listed(items: Iterable[str]) -> str:
    """Items of an array, in lines of at most 100 columns."""
    return textwrap.fill(", ".join(items), 99) + ",\n"


def source() -> str:
    glyphs, likeness = tables()
    norms = np.sqrt((glyphs**2).sum(axis=(1, 2)))
    parts = [
        HEAD,
        f'const char ocr_characters[OCR_CHARACTERS + 1] = "{CHARACTERS}";\n\n',
        "const float ocr_norms[OCR_CHARACTERS] = {\n",
        listed(f"{norm:.2f}f" for norm in norms),
        "};\n\nconst float ocr_likeness[OCR_CHARACTERS][OCR_CHARACTERS] = {\n",
        *("{" + listed(f"{value:.3f}f" for value in row) + "},\n" for row in likeness),
        "};\n\nconst int16_t ocr_templates[OCR_CHARACTERS][OCR_PIXELS] = {\n",
        *("{" + listed(map(str, glyph.flat)) + "},\n" for glyph in glyphs),
        "};\n",
    ]
    return "".join(parts)


def main() -> int:
    """Writes or checks the file; returns 1 if it differs under --check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    if parser.parse_args().check:
        return int(TARGET.read_text(encoding="utf-8") != source())
    TARGET.write_text(source(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
