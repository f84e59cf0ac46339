"""The glyphs that pages are composed from: drawn and coded on first use, then found by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from elqr_fast._native.page import Atlas
from elqr_fast._native.page_set import PAIR_TILE, Setter

if TYPE_CHECKING:
    from elqr_fast._native.page_set import Lines
    from elqr_fast.render.fonts import Face
    from elqr_fast.render.scene import Modules

Int32 = npt.NDArray[np.int32]

# A kanji of 4 mm takes about 10 kB at 600 dpi.  This holds the characters of a city's names in the
# sizes in use; past it the atlas starts anew, so that no run's memory grows with its pages.
LARGEST_ATLAS = 96 << 20

_UNKNOWN, _BLANK = -2, -1


@dataclass(frozen=True, slots=True, eq=False)
class SetGlyphs:
    """The glyphs of some pages in their places, k of them on n pages.

    `styles` are the (face, size) in use; glyph i is `gids[i]` of `styles[style[i]]`, its origin at
    (x[i], y[i]) in dots; all int32 [k].  Page p has those in [ends[p - 1], ends[p]); uint64 [n].
    """

    styles: list[tuple[str, float]]
    style: Int32
    gids: Int32
    x: Int32
    y: Int32
    ends: npt.NDArray[np.uint64]


class GlyphAtlas:
    """The native atlas of a plate's faces, and where each of its glyphs has its ink."""

    def __init__(
        self, faces: dict[str, Face], width: int, height: int, static: npt.NDArray[np.uint8]
    ) -> None:
        """`static`: the plate's packed rows; over its ink no glyphs are taken together."""
        self._faces = faces
        self._page = np.array([width, height], np.int32)
        self._still = _tiles(static)
        self._clear()

    def _clear(self) -> None:
        self.native = Atlas()
        width, height = self._page.tolist()
        self._setter = Setter(self.native, width, height, self._still)
        #: Where the numbers of a style's glyphs begin in `_numbers`.
        self._bases: dict[tuple[str, float], int] = {}
        self._numbers: Int32 = np.empty(0, np.int32)
        #: Left, top, width and height of each glyph, as GlyphBitmap has them; room to grow.
        self._boxes: Int32 = np.empty((1024, 4), np.int32)
        self._cuts: dict[tuple[int, ...], int] = {}

    def make_room(self) -> None:
        """Starts anew if the atlas is full: blits that it gave count no more then."""
        if self.native.nbytes > LARGEST_ATLAS:
            self._clear()

    def blits(self, glyphs: SetGlyphs) -> tuple[Int32, npt.NDArray[np.uint64]]:
        """What `native.page.Batch` takes: int32 [m, 3], and where each page's end, uint64 [n].

        Blanks are left out, what leaves the page is cut.  Raises FontError for a broken outline.
        """
        numbers = self._find(glyphs)
        seen = np.flatnonzero(numbers != _BLANK)
        numbers = numbers[seen]
        boxes = self._boxes[numbers]
        blits = np.empty((len(seen), 3), np.int32)
        blits[:, 0] = numbers
        np.add(glyphs.x[seen], boxes[:, 0], out=blits[:, 1])
        np.subtract(glyphs.y[seen], boxes[:, 1], out=blits[:, 2])
        ends = np.searchsorted(seen, glyphs.ends).astype(np.uint64)
        outside = (blits[:, 1:] < 0) | (blits[:, 1:] + boxes[:, 2:] > self._page)
        if outside.any():
            return self._cut(glyphs, seen, blits, ends, np.flatnonzero(outside.any(axis=1)))
        return blits, ends

    def set_lines(
        self, lines: Lines, first: int, last: int, settings: list[tuple[str, float]], gids: Int32
    ) -> tuple[Int32, npt.NDArray[np.uint64]] | None:
        """As `blits`, for pages [first, last) of lines in `settings` (face, size) with glyphs
        `gids` by id; glyphs that often stand beside each other may be one blit.

        None if a glyph leaves the page.  Raises FontError for a broken outline.
        """
        seen = np.zeros((len(settings), len(gids)), np.uint8)
        count = lines.seen(first, last, seen)
        style, glyph = (index.astype(np.int32) for index in np.nonzero(seen))
        none = np.empty(0, np.int32)
        found = self._find(
            SetGlyphs(settings, style, gids[glyph], none, none, np.empty(0, np.uint64))
        )
        numbers = np.full(seen.shape, _BLANK, np.int32)
        numbers[style, glyph] = found
        blits, ends = np.empty((count, 3), np.int32), np.empty(last - first, np.uint64)
        if not self._setter.blits(lines, first, last, numbers, self._boxes, blits, ends):
            return None
        return blits, ends

    def _find(self, glyphs: SetGlyphs) -> Int32:
        """The number of each glyph; those that are new are added."""
        bases = np.array([self._base(style) for style in glyphs.styles], np.int64)
        places = bases[glyphs.style] + glyphs.gids
        numbers: Int32 = self._numbers[places]
        new = np.flatnonzero(numbers == _UNKNOWN)
        if not len(new):
            return numbers
        for index in new[np.unique(places[new], return_index=True)[1]].tolist():
            dots, left, top = self._bitmap(glyphs, index)
            number = self._add(dots, left, top) if dots.size else _BLANK
            self._numbers[places[index]] = number
        found: Int32 = self._numbers[places]
        return found

    def _base(self, style: tuple[str, float]) -> int:
        base = self._bases.get(style)
        if base is None:
            base = self._bases[style] = len(self._numbers)
            new = np.full(self._faces[style[0]].glyph_count, _UNKNOWN, np.int32)
            self._numbers = np.concatenate([self._numbers, new])
        return base

    def _bitmap(self, glyphs: SetGlyphs, index: int) -> tuple[Modules, int, int]:
        face, size = glyphs.styles[int(glyphs.style[index])]
        return self._faces[face].bitmap(int(glyphs.gids[index]), size)

    def _add(self, dots: Modules, left: int, top: int) -> int:
        height, width = dots.shape
        number = self.native.add(np.packbits(dots, axis=1), width)
        while number >= len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.empty_like(self._boxes)])
        self._boxes[number] = left, top, width, height
        return number

    def _cut(
        self,
        glyphs: SetGlyphs,
        seen: npt.NDArray[np.int64],
        blits: Int32,
        ends: npt.NDArray[np.uint64],
        outside: npt.NDArray[np.int64],
    ) -> tuple[Int32, npt.NDArray[np.uint64]]:
        """The blits, those at the indices `outside` cut at the page's edges or left out."""
        kept = np.ones(len(blits), np.bool_)
        for index in outside.tolist():
            number, x, y = blits[index].tolist()
            width, height = self._boxes[number, 2:].tolist()
            left, top = max(-x, 0), max(-y, 0)
            right, bottom = np.minimum([width, height], self._page - [x, y]).tolist()
            if left >= right or top >= bottom:
                kept[index] = False
                continue
            key = (number, left, top, right, bottom)
            if key not in self._cuts:
                dots = self._bitmap(glyphs, int(seen[index]))[0][top:bottom, left:right]
                self._cuts[key] = self._add(dots, 0, 0)
            blits[index] = self._cuts[key], x + left, y + top
        before = np.concatenate([[0], np.cumsum(kept)]).astype(np.uint64)
        return np.ascontiguousarray(blits[kept]), before[ends]


def _tiles(static: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The tiles with static ink above and left of each tile's corner, uint32 [rows + 1, columns +
    1]; a tile is PAIR_TILE dots each way, so one byte wide.
    """
    height, columns = static.shape
    rows = -(-height // PAIR_TILE)
    padded = np.zeros((rows * PAIR_TILE, columns), np.bool_)
    padded[:height] = static != 0
    inked = padded.reshape(rows, PAIR_TILE, columns).any(axis=1)
    tiles = np.zeros((rows + 1, columns + 1), np.uint32)
    tiles[1:, 1:] = inked.cumsum(axis=0, dtype=np.uint32).cumsum(axis=1, dtype=np.uint32)
    return tiles
