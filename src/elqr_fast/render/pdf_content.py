"""A scene as PDF operators, in device dots.

The page's matrix makes one unit one dot, y upwards.  Rectangles, modules and bars lie on the dot
grid, drawn back by INSET on every side: a renderer that inks every dot touched and one that asks
for dot centres then both ink exactly the dots meant.  `readback` parses what is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from elqr_fast.render.pdf_file import text_string
from elqr_fast.render.pdf_fonts import PdfFont
from elqr_fast.render.scene import BarsAt, Modules, Rect, Scene, Shape, SymbolAt, TextRun

# Between 0.02 and 0.05 of a dot six renderers ink exact dots; coordinates in single precision are
# off by less than 0.002 of a dot on an A3 page at 1200 dpi.
INSET = 0.04


class Content:
    """Writes scenes for one file, whose fonts learn from it which glyphs are used."""

    def __init__(self, height: int, fonts: dict[str, PdfFont]) -> None:
        self._height = height
        self._fonts = fonts

    def scene(self, scene: Scene) -> bytes:
        """All operators of a scene, in the fill colour that is set."""
        return "".join(
            [
                *map(self._rect, scene.rects),
                "f\n" if scene.rects else "",
                *map(self._shape, scene.shapes),
                *map(self._symbol, scene.symbols),
                *map(self._bars, scene.bars),
                *self._text(scene.runs),
            ]
        ).encode("ascii")

    def _rect(self, rect: Rect) -> str:
        return box(rect.x, self._height - rect.y - rect.height, rect.width, rect.height)

    def _shape(self, shape: Shape) -> str:
        return "".join(map(self._contour, shape.contours)) + "f*\n"

    def _contour(self, contour: tuple[tuple[float, float], ...]) -> str:
        first, *others = [f"{x:.2f} {self._height - y:.2f}" for x, y in contour]
        return "".join([f"{first} m\n", *(f"{point} l\n" for point in others), "h\n"])

    def _symbol(self, symbol: SymbolAt) -> str:
        side = len(symbol.modules)
        bottom = self._height - symbol.y - side * symbol.module
        words = symbol_words(symbol.x, bottom, symbol.module)
        return dark_runs(words, runs(symbol.modules), side)

    def _bars(self, bars: BarsAt) -> str:
        bottom = self._height - bars.y - bars.height
        words = bar_words(bars.x, bottom, bars.module, bars.height, bars.narrower)
        return dark_runs(words, runs(bars.modules[np.newaxis]), 1)

    def _text(self, text: list[TextRun]) -> Iterator[str]:
        if not text:
            return
        yield "BT\n"
        setting = None
        for run in text:
            if setting != (run.face, run.size):
                setting = run.face, run.size
                yield f"{font_and_size(self._fonts[run.face], run.size)} Tf\n"
            yield self.line(run)
        yield "ET\n"

    def line(self, run: TextRun) -> str:
        """A run in the font that is set."""
        if not run.glyphs:
            return ""
        moved = f"1 0 0 1 {run.x + run.offsets[0]} {self._height - run.y} Tm\n"
        return moved + show(run, self._fonts[run.face])


def font_and_size(font: PdfFont, size: float) -> str:
    """The operands of Tf."""
    return f"/{font.name.decode()} {size:.6g}"


def box(x: int, y: int, width: int, height: int) -> str:
    """A rectangle of whole dots as `re`, inset; y upwards."""
    corner = f"{x + INSET:.2f} {y + INSET:.2f}"
    return f"{corner} {width - 2 * INSET:.2f} {height - 2 * INSET:.2f} re\n"


class RunWords(NamedTuple):
    """What rectangles of whole modules are made of, see `dark_runs`."""

    head: bytes
    part: bytes
    height: bytes
    tail: bytes


def symbol_words(x: int, y: int, module: int) -> RunWords:
    """For modules of `module` dots from (x, y) on, the lower left corner: a module is the unit."""
    return _run_words(x, y, module, module, _part(module, 0), _part(module, 0))


def bar_words(x: int, y: int, module: int, height: int, narrower: int) -> RunWords:
    """For bars: across, a module is the unit; upwards, the dot."""
    tall = f"{height - 2 * INSET:.2f}"
    return _run_words(x, y, module, 1, _part(module, narrower), tall)


def _run_words(x: int, y: int, across: int, upwards: int, part: str, height: str) -> RunWords:
    head = f"q\n{across} 0 0 {upwards} {x + INSET:.2f} {y + INSET:.2f} cm\n"
    return RunWords(head.encode(), part.encode(), height.encode(), b"f\nQ\n")


def _part(module: int, narrower: int) -> str:
    """One module without its insets, to 1/1000 of a dot."""
    return f"{1 - (2 * INSET + narrower) / module:.4f}".rstrip("0").lstrip("0")


def dark_runs(words: RunWords, dark: list[tuple[int, int, int]], rows: int) -> str:
    """Runs of modules, given as (row, start, end), as one path.

    The narrowest come first, row by row: neighbours then have most of their words in common, and
    the page packs a third smaller than with its rows in order.
    """
    if not dark:
        return ""
    part, height = words.part.decode(), words.height.decode()
    ordered = sorted((end - start, row, start) for row, start, end in dark)
    rects = [
        f"{start} {rows - 1 - row} {width - 1 or ''}{part} {height} re\n"
        for width, row, start in ordered
    ]
    return f"{words.head.decode()}{''.join(rects)}{words.tail.decode()}"


def runs(modules: Modules) -> list[tuple[int, int, int]]:
    """The dark runs of a matrix as (row, start, end), row by row."""
    height, width = modules.shape
    edged = np.zeros((height, width + 2), np.uint8)
    edged[:, 1:-1] = modules
    # Rows begin and end light, so changes pair up within each row.
    rows, columns = np.nonzero(edged[:, 1:] != edged[:, :-1])
    return list(
        zip(rows[0::2].tolist(), columns[0::2].tolist(), columns[1::2].tolist(), strict=True)
    )


def show(run: TextRun, font: PdfFont) -> str:
    """Shows a run, from its first glyph's place.

    Offsets are whole dots, a font's advances are not: what rounding took away is not put back, so
    the pen is moved only where it is more than half a dot off.
    """
    parts: list[str] = []
    per_dot = 1000 / run.size
    off = 0.51 * per_dot
    pen = 0
    for text, glyphs in _spans(run, font):
        codes = []
        for index in glyphs:
            late = pen - (run.offsets[index] - run.offsets[0]) * per_dot
            if not -off <= late <= off:
                codes.append(f">{round(late)}<")
                pen -= round(late)
            glyph = run.glyphs[index]
            told = None if text else font.show(glyph, run.clusters[index])
            code, width = told or font.show_bare(glyph)
            codes.append(code)
            pen += width
        shown = f"[<{''.join(codes)}>]TJ\n"
        parts.append(_actual_text(text, shown) if text else shown)
    return "".join(parts)


def _actual_text(text: str, shown: str) -> str:
    return f"/Span<</ActualText{text_string(text).decode()}>>BDC\n{shown}EMC\n"


def _spans(run: TextRun, font: PdfFont) -> list[tuple[str, range]]:
    """The run cut into spans of glyphs, with the text of each that the font does not tell: several
    glyphs for one cluster, a glyph that cannot stand for its text.
    """
    count = len(run.glyphs)
    if "" not in run.clusters and all(map(font.show, run.glyphs, run.clusters)):
        return [("", range(count))]
    starts = [index for index, text in enumerate(run.clusters) if text or index == 0]
    spans = []
    for start, end in zip(starts, [*starts[1:], count], strict=True):
        text = run.clusters[start]
        told = end - start == 1 and font.show(run.glyphs[start], text)
        spans.append(("" if told else text, range(start, end)))
    return spans
