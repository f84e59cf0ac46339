"""Fonts of a PDF whose letters are modules and bars: Type 3, each letter filled rectangles.

A letter is drawn in whole dots, inset as all rectangles are, and may have any colour (`d0`): so
renderers draw it as a path where it stands, and keep no picture of it.  With one for four modules
of a symbol's row, or for a bar and the space after it, codes take a tenth of what their rectangles
would.  Text taken out of a page has white space in their place.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.pdf_dots import box, runs

if TYPE_CHECKING:
    from elqr_fast.render.pdf_file import PdfFile
    from elqr_fast.render.scene import Modules

#: Modules of a symbol in a letter; the widest bar, and the widest space, of a letter.
ACROSS = WIDEST = 4
_FIRST = ord("@")
_LETTERS = 16
_TO_UNICODE = (
    b"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
    b"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
    b"1 begincodespacerange\n<00><FF>\nendcodespacerange\n%d beginbfchar\n%sendbfchar\n"
    b"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"
    % (_LETTERS, b"".join(b"<%02X><0020>\n" % (_FIRST + index) for index in range(_LETTERS)))
)


#: Of each letter its advance and its rectangles (x, width), in dots.
Letters = tuple[tuple[int, tuple[tuple[int, int], ...]], ...]


class CodeFont(NamedTuple):
    """A font's name, how high its letters are, and these."""

    name: bytes
    height: int
    letters: Letters

    @property
    def setting(self) -> bytes:
        """Sets the font; a letter's unit is the dot."""
        return b"/%s 1 Tf\n" % self.name

    def objects(self, first: int) -> list[bytes]:
        """Bodies of its objects, numbered from `first`; the last is the font itself."""
        streams = _letter_streams(self.letters, self.height)
        names = [b"/%c" % (ord("a") + index) for index in range(_LETTERS)]
        widths = b" ".join(b"%d" % advance for advance, _ in self.letters)
        font = (
            b"<</Type/Font/Subtype/Type3/FontBBox[0 0 %d %d]/FontMatrix[1 0 0 1 0 0]/Resources<<>>"
            b"/FirstChar %d/LastChar %d/Widths[%s]/Encoding<</Differences[%d%s]>>/CharProcs<<%s>>"
            b"/ToUnicode %d 0 R>>"
            % (
                max(advance for advance, _ in self.letters),
                self.height,
                _FIRST,
                _FIRST + _LETTERS - 1,
                widths,
                _FIRST,
                b"".join(names),
                b"".join(b"%s %d 0 R" % (name, first + i) for i, name in enumerate(names)),
                first + _LETTERS,
            )
        )
        return [*streams, font]


@lru_cache(maxsize=8)
def _letter_streams(letters: Letters, height: int) -> tuple[bytes, ...]:
    """Bodies of the letters' objects, and of the one that says their text."""
    drawn = []
    for advance, rects in letters:
        boxes = "".join([box(x, 0, width, height) for x, width in rects])
        drawn.append(f"{advance} 0 d0\n{boxes}{'f' if boxes else ''}".encode())
    return tuple(
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data)
        for data in (*drawn, _TO_UNICODE)
    )


#: Objects of a font.
OBJECTS = _LETTERS + 2


@lru_cache(maxsize=8)
def symbol_font(module: int, name: bytes = b"Q") -> CodeFont:
    """Letter @ + n shows the bits of n, the highest first, as modules of so many dots."""
    rows = (np.arange(_LETTERS)[:, np.newaxis] >> np.arange(ACROSS)[::-1] & 1).astype(np.uint8)
    return CodeFont(
        name,
        module,
        tuple(
            (
                ACROSS * module,
                tuple(
                    (start * module, (end - start) * module)
                    for _, start, end in runs(row[np.newaxis])
                ),
            )
            for row in rows
        ),
    )


@lru_cache(maxsize=8)
def bar_font(module: int, height: int, narrower: int, name: bytes = b"B") -> CodeFont:
    """Letter @ + 4 (b - 1) + s - 1 shows a bar of b modules, and goes on over s light ones."""
    widths = range(1, WIDEST + 1)
    return CodeFont(
        name,
        height,
        tuple(
            ((bar + space) * module, ((0, bar * module - narrower),))
            for bar in widths
            for space in widths
        ),
    )


class CodeFonts:
    """The fonts of one file's codes, named as they are asked for."""

    def __init__(self) -> None:
        self._symbols: dict[int, CodeFont] = {}
        self._bars: dict[tuple[int, int, int], CodeFont] = {}

    def symbol(self, module: int) -> CodeFont:
        """For symbols of so many dots a module."""
        if module not in self._symbols:
            name = b"Q%d" % len(self._symbols) if self._symbols else b"Q"
            self._symbols[module] = symbol_font(module, name)
        return self._symbols[module]

    def bars(self, module: int, height: int, narrower: int) -> CodeFont:
        """For bars of these dots."""
        key = module, height, narrower
        if key not in self._bars:
            name = b"B%d" % len(self._bars) if self._bars else b"B"
            self._bars[key] = bar_font(*key, name)
        return self._bars[key]

    def write(self, file: PdfFile) -> bytes:
        """Writes those that were asked for; returns their entries in the list of fonts."""
        entries = []
        for font in chain(self._symbols.values(), self._bars.values()):
            for body in font.objects(file.next_number):
                number = file.add(body)
            entries.append(b"/%s %d 0 R" % (font.name, number))
        return b"".join(entries)


def symbol_rows(modules: Modules) -> list[str]:
    """A symbol's rows as letters."""
    side = len(modules)
    padded = np.zeros((side, -(-side // ACROSS) * ACROSS), np.uint8)
    padded[:, :side] = modules
    bits = 1 << np.arange(ACROSS)[::-1]
    letters = padded.reshape(side, -1, ACROSS) @ bits + _FIRST
    return [bytes(row).decode() for row in letters.astype(np.uint8)]


def bar_letters(modules: npt.NDArray[np.uint8]) -> str | None:
    """A row of bars as letters; None if there are none for it: no code of ours has such bars."""
    edges = [edge for _, *both in runs(modules[np.newaxis]) for edge in both]
    if not edges or edges[0]:
        return None
    widths = np.diff([*edges, edges[-1] + 1])
    if widths.max() > WIDEST:
        return None
    return bytes(
        ((widths[0::2] - 1) * WIDEST + widths[1::2] - 1 + _FIRST).astype(np.uint8)
    ).decode()
