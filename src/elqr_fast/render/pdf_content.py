"""A scene as PDF operators, in device dots.

The page's matrix makes one unit one dot, y upwards.  Rectangles, modules and bars lie on the dot
grid, drawn back by INSET on every side: a renderer that inks every dot touched and one that asks
for dot centres then both ink exactly the dots meant.  `readback` parses what is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

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
        """One path a row, each in the same few words, which compress well."""
        side, module = len(symbol.modules), symbol.module
        rows: list[list[str]] = [[] for _ in range(side)]
        for row, start, end in runs(symbol.modules):
            rows[row].append(dark_run(start * module, (end - start) * module, module))
        bottom = self._height - symbol.y
        return "".join(
            moved(symbol.x, bottom - (row + 1) * module, "".join(words))
            for row, words in enumerate(rows)
            if words
        )

    def _bars(self, bars: BarsAt) -> str:
        module, height = bars.module, bars.height
        words = [
            dark_run(start * module, (end - start) * module - bars.narrower, height)
            for _, start, end in runs(bars.modules[np.newaxis])
        ]
        return moved(bars.x, self._height - bars.y - height, "".join(words))

    def _text(self, text: list[TextRun]) -> Iterator[str]:
        if not text:
            return
        yield "BT\n"
        setting = None
        for run in text:
            font = self._fonts[run.face]
            if setting != (run.face, run.size):
                setting = run.face, run.size
                yield f"/{font.name.decode()} {run.size:.6g} Tf\n"
            if run.glyphs:
                yield f"1 0 0 1 {run.x + run.offsets[0]} {self._height - run.y} Tm\n"
                yield show(run, font)
        yield "ET\n"


def box(x: int, y: int, width: int, height: int) -> str:
    """A rectangle of whole dots as `re`, inset; y upwards."""
    corner = f"{x + INSET:.2f} {y + INSET:.2f}"
    return f"{corner} {width - 2 * INSET:.2f} {height - 2 * INSET:.2f} re\n"


@lru_cache(maxsize=8192)
def dark_run(start: int, width: int, height: int) -> str:
    """Modules side by side, from the left end of their row.  A 6-M symbol has 861 such runs."""
    return box(start, 0, width, height)


def moved(x: int, y: int, path: str) -> str:
    """Fills a path drawn from (x, y)."""
    return f"q\n1 0 0 1 {x} {y} cm\n{path}f\nQ\n"


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
