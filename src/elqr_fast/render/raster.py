"""Draws pages as packed bits: the static layer once, then only what each slip adds.

A page at 600 dpi is 4 MB, a slip's own ink touches a few per cent of it.  So one page buffer is
kept: before the next slip is drawn, the boxes which the last one inked are copied back from the
static layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from elqr_fast.render.scene import Scene
from elqr_fast.render.stamps import Bits, Box, GlyphStamps, draw, scene_stamps

if TYPE_CHECKING:
    from elqr_fast.render.pages import Page
    from elqr_fast.render.plate import Plate


class Rasteriser:
    """Draws one plate's pages, one after the other, into one buffer."""

    def __init__(self, plate: Plate) -> None:
        self.width, self.height = plate.width, plate.height
        self._glyphs = GlyphStamps(plate.faces)
        #: The static layer alone, uint8 [height, (width + 7) // 8]; do not write to it.
        self.static: Bits = np.zeros((self.height, (self.width + 7) // 8), np.uint8)
        self._draw(self.static, plate.static)
        self._page = self.static.copy()
        #: The boxes that the last page inked; elsewhere it equals `static`.
        self.inked: list[Box] = []

    def bits(self, page: Page) -> Bits:
        """The page, uint8 [height, (width + 7) // 8], 1 = black.

        The array is the rasteriser's own: read it before the next call, do not write to it.
        """
        for top, bottom, left, right in self.inked:
            self._page[top:bottom, left:right] = self.static[top:bottom, left:right]
        self.inked = self._draw(self._page, page.scene)
        return self._page

    def variable(self, page: Page) -> Bits:
        """The page's own ink without the static layer, in an array of its own."""
        canvas = np.zeros_like(self.static)
        self._draw(canvas, page.scene)
        return canvas

    def _draw(self, canvas: Bits, scene: Scene) -> list[Box]:
        boxes = [draw(canvas, stamp) for stamp in scene_stamps(scene, self._glyphs)]
        # Ink past the right edge may have reached the padding of the last byte.
        if self.width % 8:
            canvas[:, -1] &= np.uint8(0xFF00 >> self.width % 8 & 0xFF)
        return [box for box in boxes if box is not None]
