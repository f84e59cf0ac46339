"""What a page consists of, in whole device dots: the one language between layout and output.

The origin is the page's top-left corner, x to the right, y down.  A `Scene` is made by `plate`
(static ink) and `pages` (one slip's ink) and drawn by `raster`, `pdf` and `preview`; whatever the
output, the same dots are meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Modules = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle: dots [x, x + width) × [y, y + height)."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shape:
    """Filled polygons, even-odd, for marks and round outlines; points in dots, with fractions."""

    contours: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class TextRun:
    """Glyphs of one face on one baseline.

    `size` is the em in dots; glyph i has its origin at (x + offsets[i], y).  `clusters[i]` is the
    text that glyph i shows ("" for a glyph that continues the one before), so that text taken from
    a PDF equals the record.
    """

    face: str
    size: float
    x: int
    y: int
    glyphs: tuple[int, ...]
    offsets: tuple[int, ...]
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SymbolAt:
    """A QR symbol without its quiet zone: `modules` [side, side], 1 = dark, `module` dots each."""

    x: int
    y: int
    module: int
    modules: Modules


@dataclass(frozen=True, slots=True)
class BarsAt:
    """A linear symbol without its quiet zones: `modules` is [n], 1 = bar; `module` dots each.

    `narrower` dots are taken off the right edge of every bar to make up for ink spread.
    """

    x: int
    y: int
    module: int
    height: int
    modules: Modules
    narrower: int = 0


@dataclass(slots=True)
class Scene:
    """Everything of one layer of one page; order does not matter, all of it is the same ink."""

    rects: list[Rect] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    runs: list[TextRun] = field(default_factory=list)
    symbols: list[SymbolAt] = field(default_factory=list)
    bars: list[BarsAt] = field(default_factory=list)
