"""A scene as PDF operators, in device dots.

The page's matrix makes one unit one dot, y upwards.  Rectangles, modules and bars lie on the dot
grid (`pdf_dots`); modules and bars are letters (`pdf_codes`), in one text object with all texts.
`readback` parses what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from elqr_fast.render.pdf_codes import CodeFonts, bar_letters, symbol_rows
from elqr_fast.render.pdf_dots import box, runs
from elqr_fast.render.pdf_file import text_string
from elqr_fast.render.pdf_fonts import PdfFont
from elqr_fast.render.scene import BarsAt, Rect, Scene, Shape, TextRun

# Bytes of a string that stand for something else there (ISO 32000-1, 7.3.4.2).
_ESCAPED = re.compile(r"[()\\\r]")


class Piece(NamedTuple):
    """A string and "Tj", shown from (x, y) on, y downwards; a span that says the text of several
    begins with the first and ends with the last.
    """

    x: int
    y: int
    shown: str


class Content:
    """Writes scenes for one file, whose fonts learn from it which glyphs are used.

    Contents are Latin-1: a character a byte.
    """

    def __init__(self, height: int, fonts: dict[str, PdfFont], codes: CodeFonts) -> None:
        self._height = height
        self._fonts = fonts
        self.codes = codes

    def scene(self, scene: Scene) -> bytes:
        """All operators of a scene, in the fill colour that is set."""
        paths, texts = self._paths(scene), self._texts(scene)
        return (f"{paths}BT\n{texts}ET\n" if texts else paths).encode("latin-1")

    def page(self, scene: Scene) -> bytes:
        """The same of a page, which always has a text object."""
        return f"{self._paths(scene)}BT\n{self._texts(scene)}ET\n".encode("latin-1")

    def _paths(self, scene: Scene) -> str:
        rects = [*scene.rects, *(rect for bars in scene.bars for rect in _odd_bars(bars))]
        drawn = "".join([*map(self._rect, rects), "f\n" if rects else ""])
        return drawn + "".join(map(self._shape, scene.shapes))

    def _rect(self, rect: Rect) -> str:
        return box(rect.x, self._height - rect.y - rect.height, rect.width, rect.height)

    def _shape(self, shape: Shape) -> str:
        return "".join(map(self._contour, shape.contours)) + "f*\n"

    def _contour(self, contour: tuple[tuple[float, float], ...]) -> str:
        first, *others = [f"{x:.2f} {self._height - y:.2f}" for x, y in contour]
        return "".join([f"{first} m\n", *(f"{point} l\n" for point in others), "h\n"])

    def _texts(self, scene: Scene) -> str:
        """Codes and texts, each begun by a move from where the line before began."""
        at = 0, self._height
        parts: list[str] = []

        def move(x: int, y: int) -> None:
            nonlocal at
            parts.append(f"{x - at[0]} {at[1] - y} Td")
            at = x, y

        for symbol in scene.symbols:
            parts.append(self.symbol_setting(symbol.module))
            move(symbol.x, symbol.y)
            rows = ")'(".join(symbol_rows(symbol.modules))
            parts.append(f"({rows})'\n")
            at = at[0], at[1] + len(symbol.modules) * symbol.module
        for bars in scene.bars:
            letters = bar_letters(bars.modules)
            if letters is not None:
                parts.append(self.bar_setting(bars.module, bars.height, bars.narrower))
                move(bars.x, bars.y + bars.height)
                parts.append(f"({letters})Tj\n")
        setting = None
        for run in scene.runs:
            if setting != (run.face, run.size):
                setting = run.face, run.size
                parts.append(f"{font_and_size(self._fonts[run.face], run.size)} Tf\n")
            for piece in self.pieces(run):
                move(piece.x, piece.y)
                parts.append(piece.shown)
        return "".join(parts)

    def symbol_setting(self, module: int) -> str:
        """Sets the font of symbols, and how far apart their rows are."""
        return f"{self.codes.symbol(module).setting.decode()}{module} TL\n"

    def bar_setting(self, module: int, height: int, narrower: int) -> str:
        """Sets the font of bars."""
        return self.codes.bars(module, height, narrower).setting.decode()

    def pieces(self, run: TextRun) -> list[Piece]:
        """A run in the font that is set."""
        return pieces(run, self._fonts[run.face])


def _odd_bars(bars: BarsAt) -> Iterator[Rect]:
    """The bars of a row for which there are no letters."""
    if bar_letters(bars.modules) is None:
        for _, start, end in runs(bars.modules[None]):
            left, width = start * bars.module, (end - start) * bars.module - bars.narrower
            yield Rect(bars.x + left, bars.y, width, bars.height)


def font_and_size(font: PdfFont, size: float) -> str:
    """The operands of Tf."""
    return f"/{font.name.decode()} {size:.6g}"


@lru_cache(maxsize=1 << 14)
def string_of(code: int) -> str:
    """The two bytes of a code as they stand in a string."""
    pair = chr(code >> 8) + chr(code & 255)
    return _ESCAPED.sub(lambda byte: "\\r" if byte[0] == "\r" else "\\" + byte[0], pair)


def pieces(run: TextRun, font: PdfFont) -> list[Piece]:
    """A run's strings.

    Offsets are whole dots, a font's advances are not: a string ends, and another begins in its
    place, before a glyph that would be more than half a dot off.
    """
    found: list[Piece] = []
    for text, glyphs in _spans(run, font):
        strings = _strings(run, font, glyphs, told=not text)
        shown = [f"({codes})Tj\n" for _, codes in strings]
        if text:
            said = text_string(text).decode()
            shown[0] = f"\n/Span<</ActualText{said}>>BDC\n{shown[0]}"
            shown[-1] += "EMC\n"
        found += [
            Piece(run.x + offset, run.y, part)
            for (offset, _), part in zip(strings, shown, strict=True)
        ]
    return found


def _strings(run: TextRun, font: PdfFont, glyphs: range, *, told: bool) -> list[tuple[int, str]]:
    """Glyphs of a run as strings, with the offsets of their first; `told`: the font says their
    text.
    """
    per_dot = 1000 / run.size
    off = 0.51 * per_dot
    found: list[tuple[int, str]] = []
    begun, pen, codes = 0, 0, list[str]()
    for index in glyphs:
        late = pen - (run.offsets[index] - begun) * per_dot
        if codes and not -off <= late <= off:
            found.append((begun, "".join(codes)))
            codes = []
        if not codes:
            begun, pen = run.offsets[index], 0
        glyph = run.glyphs[index]
        shown = font.show(glyph, run.clusters[index]) if told else None
        code, width = shown or font.show_bare(glyph)
        codes.append(string_of(code))
        pen += width
    return [*found, (begun, "".join(codes))] if codes else found


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
