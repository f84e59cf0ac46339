"""Pages to coded strips by the native kernels: a plate made once, then pages in batches.

`raster.Rasteriser` draws the same bits more slowly and more plainly; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast._native.page import JOINED, Batch
from elqr_fast._native.page import Plate as NativePlate
from elqr_fast.render.batch import PageBatch
from elqr_fast.render.geometry import BAR_MODULES, QR_SIDE
from elqr_fast.render.glyph_atlas import GlyphAtlas
from elqr_fast.render.page_glyphs import batch_blits, scene_glyphs
from elqr_fast.render.plate import ocr_area
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Scene
from elqr_fast.render.stamps import Bits

if TYPE_CHECKING:
    from elqr_fast.render.pages import Page
    from elqr_fast.render.plate import Plate

#: Slips set one by one or all at once.
Pages = Sequence["Page"] | PageBatch

#: Pages that are set up at once: enough that a call's cost does not count.
BATCH = 256
#: Bytes of coded pages handed on at once.
BUFFER = 8 << 20


class CodedPages(NamedTuple):
    """Some pages' strips, one after the other in `data`; valid until the next are asked for.

    `ends` uint64 [n, strips]: where each strip ends in `data`; the first begins at 0.
    """

    data: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.uint64]


class PageCoder:
    """Codes one plate's pages.

    A page is texts, at most the symbol of the plate's eL-QR place and the bars of its bar-code
    place; anything else on it is a ValueError.
    """

    def __init__(self, plate: Plate, rows_per_strip: int, *, static: bool = True) -> None:
        """`static` False leaves the static layer out."""
        self.static = np.zeros((plate.height, (plate.width + 7) // 8), np.uint8)
        if static:
            self.static = Rasteriser(plate).static
        self._plate = plate
        qr, bars = plate.qr, plate.bars
        self.native = NativePlate(
            self.static,
            plate.width,
            min(rows_per_strip, plate.height),
            _zones(plate),
            qr=(qr.x, qr.y, qr.module, QR_SIDE) if qr else None,
            bars=(bars.x, bars.y, bars.module, BAR_MODULES, bars.height, bars.narrower)
            if bars
            else None,
        )
        self._atlas = GlyphAtlas(plate.faces, plate.width, plate.height, self.static)
        self._out = np.empty(BUFFER, np.uint8)

    @property
    def rows(self) -> int:
        """Rows of a strip; the last one may have fewer."""
        return self.native.rows_per_strip

    def batch(self, pages: Pages, first: int = 0, last: int | None = None) -> Batch:
        """Pages [first, last) as the kernels take them.  Raises FontError for a broken outline."""
        last = len(pages) if last is None else last
        self._atlas.make_room()
        if isinstance(pages, PageBatch):
            symbols = pages.slips.symbols.packed[first:last].reshape(last - first, -1)
            blits, bars = batch_blits(pages, first, last, self._atlas), pages.slips.bars[first:last]
        else:
            scenes = [page.scene for page in pages[first:last]]
            for scene in scenes:
                _check(scene, self._plate)
            blits = self._atlas.blits(scene_glyphs(scenes))
            symbols, bars = _symbols(scenes), _rows_of_bars(scenes)
        return Batch(
            self.native,
            self._atlas.native,
            *blits,
            symbols if self._plate.qr else None,
            bars if self._plate.bars else None,
        )

    def code_static(self) -> CodedPages:
        """The strips of a page without any ink of its own."""
        none = np.zeros((0, 3), np.int32)
        blank = Batch(self.native, self._atlas.native, none, np.zeros(1, np.uint64))
        return next(self._code(blank, 1, JOINED))

    def code(self, pages: Pages, *, method: int = JOINED) -> Iterator[CodedPages]:
        """The strips of all pages in order, some pages at a time."""
        for first in range(0, len(pages), BATCH):
            last = min(first + BATCH, len(pages))
            yield from self._code(self.batch(pages, first, last), last - first, method)

    def _code(self, batch: Batch, pages: int, method: int) -> Iterator[CodedPages]:
        ends = np.empty((pages, self.native.strips), np.uint64)
        done = 0
        while done < pages:
            first, done = done, batch.code(self._out, ends, first=done, method=method)
            if first == done:  # not even one page
                self._out = np.empty(2 * len(self._out), np.uint8)
            else:
                yield CodedPages(self._out[: int(ends[done - 1, -1])], ends[first:done])

    def draw(self, pages: Pages) -> Iterator[Bits]:
        """The pages as packed bits, uint8 [height, (width + 7) // 8], 1 = black.

        The array is the coder's own: read it before the next, do not write to it.
        """
        rows = self.static.copy()
        for first in range(0, len(pages), BATCH):
            last = min(first + BATCH, len(pages))
            batch = self.batch(pages, first, last)
            for index in range(last - first):
                batch.draw(index, rows, only_added=True)
                yield rows
                batch.erase(index, rows)


def _symbols(scenes: list[Scene]) -> Bits:
    modules = np.zeros((len(scenes), QR_SIDE, QR_SIDE), np.uint8)
    for index, scene in enumerate(scenes):
        for symbol in scene.symbols:
            modules[index] = symbol.modules
    return np.packbits(modules, axis=2).reshape(len(scenes), -1)


def _rows_of_bars(scenes: list[Scene]) -> Bits:
    modules = np.zeros((len(scenes), BAR_MODULES), np.uint8)
    for index, scene in enumerate(scenes):
        for bars in scene.bars:
            modules[index] = bars.modules
    return modules


def _zones(plate: Plate) -> npt.NDArray[np.int32]:
    """The boxes that a slip's letters stand in, int32 [n, 4], with room for what hangs over."""
    rects = [place.rect for place in (*plate.fields, *plate.bar_texts)]
    rects += [ocr_area(place) for place in plate.ocr]
    over = plate.dpi // 25
    boxes = [(r.x - over, r.y - over, r.width + 2 * over, r.height + 2 * over) for r in rects]
    return np.array(boxes, np.int32).reshape(-1, 4)


def _check(scene: Scene, plate: Plate) -> None:
    """Raise ValueError for ink that the kernels would not draw as the scene has it."""
    symbols = [(symbol.x, symbol.y, symbol.module) for symbol in scene.symbols]
    bars = [(bars.x, bars.y, bars.module, bars.height, bars.narrower) for bars in scene.bars]
    qr, place = plate.qr, plate.bars
    if (
        scene.rects
        or scene.shapes
        or symbols not in ([], [qr and (qr.x, qr.y, qr.module)])
        or bars
        not in ([], [place and (place.x, place.y, place.module, place.height, place.narrower)])
    ):
        raise ValueError("a page has letters, a symbol and bars in the plate's places, no more")
