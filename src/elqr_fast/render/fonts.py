"""Fonts: where they are found, and what layout, raster and PDF need of them.

A form names fonts in chains.  An entry of a chain is a built-in key (`ipaexg`, `ocrb`) or a font
file: a path, or a name to look for in the folders of ELQR_FONT_PATH and of the system.

All measures come from the font's own units, never from a rasteriser's rounding, so that a raster
page and a PDF page of the same slip agree to the dot.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import freetype
import numpy as np
import numpy.typing as npt
import uharfbuzz

from elqr_fast.errors import FontError

#: The font that stands in for a missing one on a draft.
STAND_IN = "ipaexg"

#: File names of OCR-B's regular cut, letters and digits only; its other cuts (OCRBE, OCRBS, …)
#: are inverted, outlined or slanted.
_OCR_B_NAMES = {"ocrb", "ocrbregular", "ocrbmedium", "ocrbstd", "ocrbmt", "ocrb10", "ocrb10n"}
_FONT_FILES = (".otf", ".ttf")

_FONT_PATH = "ELQR_FONT_PATH"
_OCR_B_ADVICE = (
    "OCR-B is not part of this package: install it (Debian: apt-get install fonts-ocr-b), or "
    f"name its file or folder in {_FONT_PATH}, or in the form's font chain; "
    "for a layout test only, ask for a draft"
)

# OpenType OS/2.fsType: the usage bits, of which the least restrictive counts, and two modifiers.
_RESTRICTED, _PREVIEW_AND_PRINT, _EDITABLE = 0x0002, 0x0004, 0x0008
_NO_SUBSETTING, _BITMAP_ONLY = 0x0100, 0x0200

#: What a form's static text needs while its plate is made; who draws slips keeps his own.  A byte a
#: dot, a kanji at 1200 dpi takes 40 kB.
_BITMAPS_KEPT = 512


class GlyphBitmap(NamedTuple):
    """A bilevel glyph: `dots` is uint8 [h, w], 1 = ink, empty for a blank.

    Its top-left dot lies `left` dots right of the origin and `top` dots above the baseline, so
    that `dots[r, c]` falls on (x + left + c, y - top + r).
    """

    dots: npt.NDArray[np.uint8]
    left: int
    top: int


class Face:
    """One opened font file.  Not for use by several threads at once.

    `ascent` and `descent` (negative) are in font units, `units_per_em` of them to the em.
    """

    def __init__(self, key: str, path: Path) -> None:
        self.key = key
        self.path = path
        self._blob, self._hb, self._ft = _open_font_file(key, path)
        self._shaper = uharfbuzz.Font(self._hb)
        extents = self._shaper.get_font_extents("ltr")
        self.units_per_em: int = self._hb.upem
        self.glyph_count: int = self._hb.glyph_count
        self.ascent: int = extents.ascender
        self.descent: int = extents.descender
        self.fs_type = _fs_type(self._hb)
        self._glyphs: dict[tuple[str, str], int | None] = {}
        self._advances: dict[int, int] = {}
        self._bitmaps: dict[tuple[int, int], GlyphBitmap] = {}

    def __repr__(self) -> str:
        return f"Face({self.key!r}, {str(self.path)!r})"

    def glyph(self, char: str, selector: str = "") -> int | None:
        """The glyph of a character or of a (base, variation selector) pair, None if missing."""
        found = self._glyphs.get((char, selector), -1)
        if found != -1:
            return found
        if selector:
            gid = self._shaper.get_variation_glyph(ord(char), ord(selector))
        else:
            gid = self._shaper.get_nominal_glyph(ord(char))
        # Glyph 0 is .notdef: a cmap that points there says "missing".
        self._glyphs[char, selector] = found = gid or None
        return found

    def advance(self, gid: int) -> int:
        """How far the pen moves after a glyph, in font units."""
        found = self._advances.get(gid)
        if found is None:
            found = self._advances[gid] = self._shaper.get_glyph_h_advance(gid)
        return found

    def bitmap(self, gid: int, size: float) -> GlyphBitmap:
        """The glyph at an em of `size` dots (rounded to 1/64), bilevel and unhinted.

        Hinting moves stems to whole dots and would tear raster and PDF apart.  Some are
        kept.  Raises FontError if the outline is broken.
        """
        key = (gid, round(size * 64))
        found = self._bitmaps.get(key)
        if found is None:
            if len(self._bitmaps) >= _BITMAPS_KEPT:
                self._bitmaps.clear()
            found = self._bitmaps[key] = self._rasterise(*key)
        return found

    def _rasterise(self, gid: int, size_64ths: int) -> GlyphBitmap:
        flags = (
            freetype.FT_LOAD_RENDER
            | freetype.FT_LOAD_TARGET_MONO
            | freetype.FT_LOAD_NO_HINTING
            | freetype.FT_LOAD_NO_BITMAP
        )
        try:
            # A point is a dot at 72 dpi, so the size is given in dots.
            self._ft.set_char_size(0, size_64ths, 72, 72)
            self._ft.load_glyph(gid, flags)
        except freetype.FT_Exception as error:
            raise FontError(f"{self.path}: glyph {gid} cannot be drawn: {error}") from error
        slot = self._ft.glyph
        picture = slot.bitmap
        # Not `picture.buffer`, which makes a list with an int for each byte.
        data = ctypes.string_at(picture._FT_Bitmap.buffer, picture.rows * picture.pitch)
        packed = np.frombuffer(data, np.uint8).reshape(picture.rows, picture.pitch)
        return _trimmed(
            np.unpackbits(packed, axis=1)[:, : picture.width], slot.bitmap_left, slot.bitmap_top
        )

    def check_embedding(self) -> None:
        """Raise FontError if the font's licence bits (OS/2.fsType) forbid a subset in a PDF."""
        allowed = self.fs_type & (_PREVIEW_AND_PRINT | _EDITABLE)
        if self.fs_type & _RESTRICTED and not allowed:
            raise FontError(f"{self.path}: the font forbids embedding (fsType {self.fs_type:#06x})")
        if self.fs_type & (_NO_SUBSETTING | _BITMAP_ONLY):
            raise FontError(
                f"{self.path}: the font forbids embedding a subset of its outlines "
                f"(fsType {self.fs_type:#06x})"
            )

    def subset(self, gids: Iterable[int]) -> bytes:
        """A font file with these glyphs only, under their old ids; the same bytes for the same set.

        The ids stay, so that pages can be written before it is known which glyphs a file needs.
        """
        self.check_embedding()
        wanted = uharfbuzz.SubsetInput()
        wanted.flags = (
            uharfbuzz.SubsetFlags.RETAIN_GIDS
            | uharfbuzz.SubsetFlags.NO_HINTING
            | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        )
        wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).set(set(gids))
        return bytes(uharfbuzz.subset(self._hb, wanted).blob.data)


def _trimmed(dots: npt.NDArray[np.uint8], left: int, top: int) -> GlyphBitmap:
    """The bitmap without blank edges: FreeType's box is the outline's, rounded outwards."""
    rows, columns = np.flatnonzero(dots.any(axis=1)), np.flatnonzero(dots.any(axis=0))
    if not len(rows):
        return GlyphBitmap(np.zeros((0, 0), np.uint8), 0, 0)
    inked = dots[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    inked.setflags(write=False)
    return GlyphBitmap(inked, left + int(columns[0]), top - int(rows[0]))


def _open_font_file(key: str, path: Path) -> tuple[uharfbuzz.Blob, uharfbuzz.Face, freetype.Face]:
    """HarfBuzz and FreeType on one file; FontError where either cannot use it."""
    try:
        blob = uharfbuzz.Blob.from_file_path(str(path))
        face = uharfbuzz.Face(blob)
        ft = freetype.Face(str(path))
        ft.load_glyph(0, freetype.FT_LOAD_NO_SCALE)
    except (OSError, uharfbuzz.HarfBuzzError, freetype.FT_Exception) as error:
        raise FontError(f"font {key!r}: {path}: not a usable font: {error}") from error
    # HarfBuzz reads broken tables as empty ones.
    if face.glyph_count == 0 or not face.unicodes:
        raise FontError(f"font {key!r}: {path}: not a usable font: no glyphs or no character map")
    return blob, face, ft


def _fs_type(face: uharfbuzz.Face) -> int:
    """OS/2.fsType, which is at offset 8; a font without the table forbids nothing."""
    return int.from_bytes(bytes(face.reference_table("OS/2").data)[8:10], "big")


def open_face(entry: str, *, folder: Path | None = None) -> Face:
    """The face of one chain entry; a relative path counts from `folder`, the form's own.

    Raises FontError if it is missing (saying how to get it) or broken.
    """
    find = _BUILT_IN.get(entry)
    path = find() if find else _find_named(entry, folder)
    if path is None:
        advice = _OCR_B_ADVICE if entry == "ocrb" else _missing_advice(entry)
        raise FontError(f"font {entry!r} not found: {advice}")
    return Face(entry, path)


def open_chain(
    entries: Iterable[str], *, folder: Path | None = None, draft: bool = False
) -> list[Face]:
    """The faces of a chain in order; on a draft, one that is missing is stood in for."""
    return [_open_or_stand_in(entry, folder, draft) for entry in entries]


def _open_or_stand_in(entry: str, folder: Path | None, draft: bool) -> Face:
    try:
        return open_face(entry, folder=folder)
    except FontError:
        if not draft or entry == STAND_IN:
            raise
        return open_face(STAND_IN)


def _missing_advice(entry: str) -> str:
    if entry in _BUILT_IN:
        return "pip install matplotlib-fontja"
    return (
        f"no such file, neither beside the form nor in {_FONT_PATH} nor in the system's font "
        f"folders; built in are {', '.join(sorted(_BUILT_IN))}"
    )


def font_folders() -> list[Path]:
    """The system's font folders, whether they exist or not."""
    home = Path.home()
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        windows = Path(os.environ.get("WINDIR", "C:/Windows"))
        return [local / "Microsoft/Windows/Fonts", windows / "Fonts"]
    if sys.platform == "darwin":
        return [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    return [
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    ]


def _candidates() -> Iterator[Path]:
    """Font files by preference: those of ELQR_FONT_PATH, then the system's, each folder sorted."""
    named = [Path(part) for part in os.environ.get(_FONT_PATH, "").split(os.pathsep) if part]
    for place in [*named, *font_folders()]:
        if place.is_file():
            yield place
        elif place.is_dir():
            files = (path for path in place.rglob("*") if path.suffix.lower() in _FONT_FILES)
            yield from sorted(path for path in files if path.is_file())


def _find_ipaexg() -> Path | None:
    # Importing the package would import matplotlib: ask only where it lies.
    spec = importlib.util.find_spec("matplotlib_fontja")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "fonts" / "ipaexg.ttf"
        if path.is_file():
            return path
    return None


def find_ocr_b() -> Path | None:
    """OCR-B's file where there is one, by its name."""
    for path in _candidates():
        if is_ocr_b(path):
            return path
    return None


def is_ocr_b(path: Path) -> bool:
    """Whether a font file is OCR-B's regular cut, by its name."""
    return "".join(filter(str.isalnum, path.stem.lower())) in _OCR_B_NAMES


def _find_named(entry: str, folder: Path | None) -> Path | None:
    beside = (folder or Path()) / entry
    if beside.is_file():
        return beside
    return next((path for path in _candidates() if path.name == entry), None)


_BUILT_IN: dict[str, Callable[[], Path | None]] = {"ipaexg": _find_ipaexg, "ocrb": find_ocr_b}
