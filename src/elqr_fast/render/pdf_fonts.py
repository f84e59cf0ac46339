"""Fonts of a PDF: which glyphs its pages used, then one embedded subset a face.

Glyph ids are the character codes (Identity-H), so pages are written before the subset is known.
Only a glyph that shows several texts, such as one hyphen for three, has more than one code.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from fontTools.ttLib import TTFont

from elqr_fast.errors import FontError
from elqr_fast.render.pdf_file import PdfFile, stream

if TYPE_CHECKING:
    from elqr_fast.render.fonts import Face

# At most 100 entries in one bfchar block (Adobe technical note 5014).
BFCHARS = 100
POSTSCRIPT_OUTLINES = b"OTTO"  # the signature of an OpenType file with a CFF table
LAST_CODE = 0xFFFF
SYMBOLIC = 4  # FontDescriptor /Flags: glyphs outside the Adobe standard Latin set


class _Made(NamedTuple):
    """What a font with these codes and texts is written from, whatever its objects' numbers."""

    glyphs: dict[int, int]
    texts: dict[int, str]
    name: bytes
    kind: bytes
    descriptor: bytes
    program: bytes
    glyph_map: bytes
    widths: bytes
    to_unicode: bytes


class PdfFont:
    """One face in one file: hands out codes and widths, remembers what each code stands for.

    Copies share what they have in common: glyphs' widths, and the parts of the last one written.
    """

    def __init__(self, name: bytes, face: Face) -> None:
        #: The resource name, as in `/F0 75 Tf`.
        self.name = name
        self._face = face
        self._shown: dict[tuple[int, str], tuple[int, int] | None] = {}
        self._texts: dict[int, str] = {}
        self._glyphs: dict[int, int] = {}
        self._advances: dict[int, int] = {}
        self._last: list[_Made] = []

    def copy(self) -> PdfFont:
        """One that has shown the same, and goes on by itself."""
        other = PdfFont(self.name, self._face)
        other._shown = self._shown.copy()
        other._texts = self._texts.copy()
        other._glyphs = self._glyphs.copy()
        other._advances, other._last = self._advances, self._last
        return other

    def show(self, glyph: int, text: str) -> tuple[int, int] | None:
        """The code of a glyph that shows `text`, and its width in 1/1000 em as the file says it.

        None if this glyph cannot stand for this text, because it stands for another already.
        """
        key = glyph, text
        if key not in self._shown:
            code = self._code(glyph, text)
            self._shown[key] = None if code is None else self._encoded(code, glyph)
        return self._shown[key]

    def show_bare(self, glyph: int) -> tuple[int, int]:
        """The same for a glyph whose text is said elsewhere."""
        return self._encoded(glyph, glyph)

    def _encoded(self, code: int, glyph: int) -> tuple[int, int]:
        if self._glyphs.setdefault(code, glyph) != glyph:
            raise FontError(f"font {self._face.key!r}: too many glyphs with several texts")
        return code, self._width(glyph)

    def _width(self, glyph: int) -> int:
        width = self._advances.get(glyph)
        if width is None:
            width = round(self._face.advance(glyph) * 1000 / self._face.units_per_em)
            self._advances[glyph] = width
        return width

    def _code(self, glyph: int, text: str) -> int | None:
        """The glyph's id for the first text it shows; for others one of its own, from the top."""
        code: int | None = glyph
        if self._texts.get(glyph, text) != text:
            code = self._free_code()
        if code is not None:
            self._texts[code] = text
        return code

    def _free_code(self) -> int | None:
        """None with PostScript outlines: their codes cannot be other than the glyph ids."""
        if self._face.subset([0]).startswith(POSTSCRIPT_OUTLINES):
            return None
        return next((code for code in range(LAST_CODE, 0, -1) if code not in self._glyphs), None)

    @property
    def used(self) -> bool:
        return bool(self._glyphs)

    def write(self, file: PdfFile) -> int:
        """Writes the font with all its parts and returns its object number."""
        made = self._parts()
        kind = made.kind
        if made.glyph_map:
            kind += b" %d 0 R" % file.add(made.glyph_map)
        program = file.add(made.program)
        descriptor = file.add(b"%s %d 0 R>>" % (made.descriptor, program))
        descendant = file.add(
            b"<</Type/Font%s/BaseFont/%s/FontDescriptor %d 0 R/DW 1000/W[%s]"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
            % (kind, made.name, descriptor, made.widths)
        )
        to_unicode = file.add(made.to_unicode)
        return file.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H"
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (made.name, descendant, to_unicode)
        )

    def _parts(self) -> _Made:
        """Those of the last font written, if this one shows the same: files of a run often do."""
        last = self._last
        if not (last and last[0].glyphs == self._glyphs and last[0].texts == self._texts):
            last[:] = [self._make()]
        return last[0]

    def _make(self) -> _Made:
        glyphs = sorted(set(self._glyphs.values()))
        data = self._face.subset(glyphs)
        font = TTFont(io.BytesIO(data), lazy=True)
        name = _base_name(self._face.key, glyphs)
        if "CFF " in font:
            kind, glyph_map, key = b"/Subtype/CIDFontType0", b"", b"/FontFile3"
            program = _postscript_program(font, self._face.key, glyphs)
        else:
            kind, key = b"/Subtype/CIDFontType2/CIDToGIDMap", b"/FontFile2"
            glyph_map = self._glyph_map()
            kind += b"" if glyph_map else b"/Identity"
            program = stream(data, b"/Length1 %d" % len(data))
        return _Made(
            self._glyphs.copy(),
            self._texts.copy(),
            name,
            kind,
            _descriptor(font, name, self._face.units_per_em) + key,
            program,
            glyph_map,
            self._widths(),
            stream(to_unicode_map(self._texts)),
        )

    def _glyph_map(self) -> bytes:
        """CIDToGIDMap: which glyph a code shows; empty unless a glyph shows several texts."""
        if all(code == glyph for code, glyph in self._glyphs.items()):
            return b""
        glyphs = [0] * (LAST_CODE + 1)
        for code, glyph in self._glyphs.items():
            glyphs[code] = glyph
        return stream(struct.pack(f">{len(glyphs)}H", *glyphs))

    def _widths(self) -> bytes:
        """The W array: `first [width …]` for every run of codes without a gap."""
        parts = []
        for _, run in groupby(enumerate(sorted(self._glyphs)), key=lambda item: item[1] - item[0]):
            codes = [code for _, code in run]
            widths = " ".join(str(self._width(self._glyphs[code])) for code in codes)
            parts.append(f"{codes[0]}[{widths}]")
        return "".join(parts).encode()


def _postscript_program(font: TTFont, key: str, glyphs: list[int]) -> bytes:
    """The CFF table alone.  One without CIDs of its own is shown by its glyph ids (ISO 32000-1,
    9.7.4.2).
    """
    top = font["CFF "].cff.topDictIndex[0]
    if hasattr(top, "ROS") and any(top.charset[gid] != f"cid{gid:05d}" for gid in glyphs):
        raise FontError(f"font {key!r}: its CIDs are not its glyph ids; use a TrueType version")
    return stream(font.reader["CFF "], b"/Subtype/CIDFontType0C")


def _base_name(key: str, glyphs: list[int]) -> bytes:
    """`ABCDEF+Name`; the six letters tell subsets of one face apart (ISO 32000-1, 9.6.4)."""
    digest = hashlib.sha256(repr(glyphs).encode()).digest()
    letters = bytes(ord("A") + byte % 26 for byte in digest[:6])
    return letters + b"+" + (re.sub(r"[^A-Za-z0-9-]", "", key) or "Font").encode()


def _descriptor(font: TTFont, name: bytes, units_per_em: int) -> bytes:
    """A font descriptor up to its last key, that of the program."""

    def thousandths(units: int) -> int:
        return round(units * 1000 / units_per_em)

    head, hhea = font["head"], font["hhea"]
    sides = head.xMin, head.yMin, head.xMax, head.yMax
    box = b" ".join(b"%d" % thousandths(side) for side in sides)
    ascent, descent = thousandths(hhea.ascent), thousandths(hhea.descent)
    return (
        b"<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%s]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV 80"
        % (name, SYMBOLIC, box, ascent, descent, ascent)
    )


def to_unicode_map(texts: dict[int, str]) -> bytes:
    """The ToUnicode CMap: code → UTF-16."""
    return b"".join(
        [
            b"/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
            b"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
            b"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n",
            *_bfchar_blocks(sorted(texts.items())),
            b"endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n",
        ]
    )


def _bfchar_blocks(texts: list[tuple[int, str]]) -> Iterator[bytes]:
    for first in range(0, len(texts), BFCHARS):
        block = texts[first : first + BFCHARS]
        lines = [
            f"<{glyph:04X}><{text.encode('utf-16-be').hex().upper()}>\n" for glyph, text in block
        ]
        yield f"{len(block)} beginbfchar\n{''.join(lines)}endbfchar\n".encode()
