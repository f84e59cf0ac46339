"""Ink as stamps: packed blocks of dots that are OR-ed into a page.

Rectangles, shapes, symbols, bars and glyphs of a scene each become one or more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.scene import BarsAt, Modules, Rect, Scene, Shape, SymbolAt, TextRun

if TYPE_CHECKING:
    from elqr_fast.render.fonts import Face

#: uint8 [rows, bytes]: eight dots a byte, the most significant bit left, 1 = ink.
Bits = npt.NDArray[np.uint8]

# One glyph at 600 dpi takes about 1 kB in each of its eight phases; 16 MB for all is enough for
# the characters in use, and names in a large city have more kanji than that.
GLYPHS_KEPT = 16_384


class Stamp(NamedTuple):
    """A packed block whose first row is `top` and whose first byte column is `byte`."""

    top: int
    byte: int
    bits: Bits


class Box(NamedTuple):
    """Rows [top, bottom), byte columns [left, right) of a page."""

    top: int
    bottom: int
    left: int
    right: int


def draw(canvas: Bits, stamp: Stamp) -> Box | None:
    """ORs a stamp in, cut at the canvas's edges; None if nothing of it lies on the canvas."""
    rows, columns = stamp.bits.shape
    top, bottom = max(stamp.top, 0), min(stamp.top + rows, canvas.shape[0])
    left, right = max(stamp.byte, 0), min(stamp.byte + columns, canvas.shape[1])
    if top >= bottom or left >= right:
        return None
    bits = stamp.bits
    if bottom - top != rows or right - left != columns:
        bits = bits[top - stamp.top : bottom - stamp.top, left - stamp.byte : right - stamp.byte]
    canvas[top:bottom, left:right] |= bits
    return Box(top, bottom, left, right)


def scene_stamps(scene: Scene, glyphs: GlyphStamps) -> Iterator[Stamp]:
    """All ink of a scene."""
    yield from map(rect_stamp, scene.rects)
    yield from map(shape_stamp, scene.shapes)
    for run in scene.runs:
        yield from glyphs.of_run(run)
    yield from map(symbol_stamp, scene.symbols)
    yield from map(bars_stamp, scene.bars)


def stamp_at(x: int, y: int, dots: Modules) -> Stamp:
    """Packs dots, uint8 [rows, columns] of 0 and 1, so that their left edge is dot column x."""
    return Stamp(y, x >> 3, np.packbits(np.pad(dots, ((0, 0), (x & 7, 0))), axis=1))


def rect_stamp(rect: Rect) -> Stamp:
    line = stamp_at(rect.x, rect.y, np.ones((1, rect.width), np.uint8))
    return line._replace(bits=np.broadcast_to(line.bits, (rect.height, line.bits.shape[1])))


def symbol_stamp(symbol: SymbolAt) -> Stamp:
    wide = np.repeat(symbol.modules, symbol.module, axis=1)
    narrow = stamp_at(symbol.x, symbol.y, wide)
    return narrow._replace(bits=np.repeat(narrow.bits, symbol.module, axis=0))


def bars_stamp(bars: BarsAt) -> Stamp:
    line = stamp_at(bars.x, bars.y, bar_dots(bars.modules, bars.module, bars.narrower)[np.newaxis])
    return line._replace(bits=np.broadcast_to(line.bits, (bars.height, line.bits.shape[1])))


def bar_dots(modules: Modules, module: int, narrower: int) -> Modules:
    """One dot row of a linear symbol, uint8 [n · module]; each bar loses dots at its right edge."""
    dots = np.repeat(modules, module)
    ends = np.flatnonzero(np.diff(modules, append=np.uint8(0)) == 255) + 1  # 0 - 1 in uint8
    for lost in range(1, narrower + 1):
        dots[ends * module - lost] = 0
    return dots


def shape_stamp(shape: Shape) -> Stamp:
    """Even-odd fill: a dot is inked if its centre lies inside.

    Every edge toggles, in the rows whose centre line it crosses, all dots right of the crossing.
    """
    points = [point for contour in shape.contours for point in contour]
    left = int(np.floor(min(x for x, _ in points)))
    top = int(np.floor(min(y for _, y in points)))
    right = int(np.ceil(max(x for x, _ in points)))
    bottom = int(np.ceil(max(y for _, y in points)))
    toggles = np.zeros((bottom - top, right - left + 1), np.uint8)
    for contour in shape.contours:
        for (x0, y0), (x1, y1) in zip(contour, contour[1:] + contour[:1], strict=True):
            if y0 != y1:
                _toggle_edge(toggles, x0 - left, y0 - top, x1 - left, y1 - top)
    return stamp_at(left, top, np.bitwise_xor.accumulate(toggles, axis=1)[:, :-1])


def _toggle_edge(toggles: Modules, x0: float, y0: float, x1: float, y1: float) -> None:
    first, last = np.ceil(np.array([min(y0, y1), max(y0, y1)]) - 0.5).astype(int)
    rows = np.arange(first, last)
    crossings = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    toggles[rows, np.ceil(crossings - 0.5).astype(int)] ^= 1


class GlyphStamps:
    """Glyph bitmaps, packed for the eight positions a byte offers."""

    def __init__(self, faces: dict[str, Face]) -> None:
        self._faces = faces
        self._kept: dict[tuple[str, float], dict[int, Stamp]] = {}
        self._count = 0

    def of_run(self, run: TextRun) -> Iterator[Stamp]:
        """One stamp a glyph that has ink."""
        kept = self._kept.setdefault((run.face, run.size), {})
        for glyph, offset in zip(run.glyphs, run.offsets, strict=True):
            x = run.x + offset
            stamp = kept.get(glyph << 3 | x & 7)
            if stamp is None:
                stamp = self._make(kept, run, glyph, x & 7)
            if stamp.bits.size:
                yield Stamp(run.y + stamp.top, (x >> 3) + stamp.byte, stamp.bits)

    def _make(self, kept: dict[int, Stamp], run: TextRun, glyph: int, phase: int) -> Stamp:
        if self._count >= GLYPHS_KEPT:
            for stamps in self._kept.values():
                stamps.clear()
            self._count = 0
        bitmap, left, top = self._faces[run.face].bitmap(glyph, run.size)
        stamp = stamp_at(phase + left, -top, bitmap)
        kept[glyph << 3 | phase] = stamp
        self._count += 1
        return stamp
