"""Fonts found, measured, drawn and cut down; fontTools is the second opinion."""

from __future__ import annotations

import io
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.areaPen import AreaPen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from elqr_fast.errors import ExitCode, FontError
from elqr_fast.render import fonts
from elqr_fast.render.fonts import Face, font_folders, open_chain, open_face

needs_ocr_b = pytest.mark.skipif(
    fonts.find_ocr_b() is None,
    reason="needs OCR-B: apt-get install fonts-ocr-b",
)


def make_font(path: Path, characters: str, fs_type: int = 0) -> Path:
    """A font in which every one of the characters is a box of half an em."""
    names = [".notdef", *(f"u{ord(char):04X}" for char in characters)]
    pen = TTGlyphPen(None)
    corners = [(100, 0), (600, 0), (600, 500), (100, 500)]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(map(ord, characters), names[1:], strict=True)))
    box = pen.glyph()
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (700, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupOS2(fsType=fs_type)
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def bare_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without fonts of its own."""
    monkeypatch.setattr(fonts, "font_folders", list)
    monkeypatch.delenv("ELQR_FONT_PATH", raising=False)


@pytest.fixture(scope="module")
def gothic() -> Face:
    return open_face("ipaexg")


@pytest.fixture(scope="module")
def tables(gothic: Face) -> TTFont:
    return TTFont(gothic.path)


def gid(face: Face, char: str, selector: str = "") -> int:
    found = face.glyph(char, selector)
    assert found is not None
    return found


def test_the_built_in_font_is_found_without_importing_its_package() -> None:
    program = (
        "import sys; from elqr_fast.render.fonts import open_face; open_face('ipaexg'); "
        "sys.exit('matplotlib' in sys.modules or 'matplotlib_fontja' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_measures_are_the_files_own(gothic: Face, tables: TTFont) -> None:
    assert gothic.units_per_em == tables["head"].unitsPerEm == 2048
    assert (gothic.ascent, gothic.descent) == (tables["hhea"].ascent, tables["hhea"].descent)
    names, widths, characters = tables.getGlyphOrder(), tables["hmtx"], tables.getBestCmap()
    for char in "公納付書¥￥,019-〒髙﨑德":
        glyph = gid(gothic, char)
        assert names[glyph] == characters[ord(char)]
        assert gothic.advance(glyph) == widths[names[glyph]][0]


def test_missing_characters_and_pairs(gothic: Face) -> None:
    assert gothic.glyph("𠮷") is None
    assert gothic.glyph("葛", "\U000e0155") is None
    plain, variant = gid(gothic, "葛"), gid(gothic, "葛", "\U000e0100")
    assert plain != variant
    # E0101 is the font's default form: the same glyph, and found as a pair all the same.
    assert gid(gothic, "葛", "\U000e0101") == plain


def outline(tables: TTFont, glyph: int) -> tuple[float, tuple[float, float, float, float]]:
    """Area and bounding box in font units."""
    shapes, name = tables.getGlyphSet(), tables.getGlyphName(glyph)
    area, bounds = AreaPen(shapes), BoundsPen(shapes)
    shapes[name].draw(area)
    shapes[name].draw(bounds)
    return abs(area.value), bounds.bounds


@pytest.mark.parametrize("size", [25.0, 37.5, 108.3])
@pytest.mark.parametrize("char", "公¥3g")
def test_bitmaps_lie_on_the_outlines(gothic: Face, tables: TTFont, char: str, size: float) -> None:
    glyph = gid(gothic, char)
    picture = gothic.bitmap(glyph, size)
    area, (left, bottom, right, top) = outline(tables, glyph)
    scale = size / gothic.units_per_em
    height, width = picture.dots.shape
    # A dot is inked if its centre is inside: no edge strays by more than a dot.
    assert abs(picture.left - left * scale) <= 1
    assert abs(picture.left + width - right * scale) <= 1
    assert abs(picture.top - top * scale) <= 1
    assert abs(picture.top - height - bottom * scale) <= 1
    assert picture.dots.sum() == pytest.approx(area * scale**2, rel=0.1)
    for edge in (picture.dots[0], picture.dots[-1], picture.dots[:, 0], picture.dots[:, -1]):
        assert edge.any()
    assert set(np.unique(picture.dots)) <= {0, 1}


def test_a_bitmap_is_made_once_and_cannot_be_spoilt(gothic: Face) -> None:
    first = gothic.bitmap(gid(gothic, "公"), 40.0)
    assert gothic.bitmap(gid(gothic, "公"), 40.001) is first
    with pytest.raises(ValueError, match="read-only"):
        first.dots[0, 0] = 1


def test_a_blank_has_no_dots(gothic: Face) -> None:
    assert gothic.bitmap(gid(gothic, "\u3000"), 40.0).dots.size == 0


def test_a_subset_keeps_ids_and_outlines(gothic: Face, tables: TTFont) -> None:
    wanted = [gid(gothic, "納"), gid(gothic, "葛", "\U000e0100"), gid(gothic, "7")]
    data = gothic.subset(wanted)
    assert data == gothic.subset(reversed(wanted))
    assert len(data) < 100_000
    small = TTFont(io.BytesIO(data))
    for glyph in wanted:
        name = small.getGlyphName(glyph)
        assert outline(small, glyph) == outline(tables, glyph)
        assert small["hmtx"][name][0] == gothic.advance(glyph)
    inked = [name for name in small.getGlyphOrder() if small["glyf"][name].numberOfContours]
    assert {small.getGlyphID(name) for name in inked} <= {0, *wanted}


@needs_ocr_b
def test_ocr_b_has_one_width_and_every_character_of_the_lines() -> None:
    face = open_face("ocrb")
    glyphs = [gid(face, char) for char in "0123456789AFHJKLPTVX*+-#"]
    assert {face.advance(glyph) for glyph in glyphs} == {723}
    assert TTFont(io.BytesIO(face.subset(glyphs))).sfntVersion == "OTTO"


@pytest.mark.usefixtures("bare_system")
def test_without_ocr_b_the_message_says_how_to_get_it() -> None:
    with pytest.raises(FontError) as caught:
        open_face("ocrb")
    for advice in ("'ocrb' not found", "apt-get install fonts-ocr-b", "ELQR_FONT_PATH", "draft"):
        assert advice in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.usefixtures("bare_system")
def test_a_draft_stands_in_for_what_is_missing() -> None:
    assert [face.key for face in open_chain(["ocrb"], draft=True)] == ["ipaexg"]
    with pytest.raises(FontError):
        open_chain(["ocrb"])


@pytest.mark.usefixtures("bare_system")
def test_ocr_b_is_looked_for_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep").mkdir()
    file = make_font(tmp_path / "deep" / "OCRB.TTF", "0")
    monkeypatch.setenv("ELQR_FONT_PATH", str(file))
    assert open_face("ocrb").path == file
    monkeypatch.setenv("ELQR_FONT_PATH", str(tmp_path))
    assert open_face("ocrb").path == file
    monkeypatch.setenv("ELQR_FONT_PATH", str(tmp_path / "nowhere"))
    with pytest.raises(FontError):
        open_face("ocrb")
    monkeypatch.setattr(fonts, "font_folders", lambda: [tmp_path])
    assert open_face("ocrb").path == file


def test_the_systems_folders_are_known_by_system(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, folder in [
        ("linux", "/usr/share/fonts"),
        ("darwin", "/Library/Fonts"),
        ("win32", "C:/Windows/Fonts"),
    ]:
        monkeypatch.setattr(sys, "platform", system)
        monkeypatch.delenv("WINDIR", raising=False)
        assert Path(folder) in font_folders()


@pytest.mark.usefixtures("bare_system")
def test_a_font_beside_the_form(tmp_path: Path) -> None:
    make_font(tmp_path / "gaiji.ttf", "𠮷")
    face = open_face("gaiji.ttf", folder=tmp_path)
    assert face.key == "gaiji.ttf"
    assert face.glyph("𠮷") == 1
    with pytest.raises(FontError, match=r"'gaiji\.ttf' not found: no such file.*ipaexg, ocrb"):
        open_face("gaiji.ttf")


@pytest.mark.parametrize("kept", [0, 100, 20_000, 3_000_000])
def test_a_broken_font_is_refused(gothic: Face, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "broken.ttf"
    path.write_bytes(gothic.path.read_bytes()[:kept])
    with pytest.raises(FontError, match=r"broken\.ttf"):
        open_face(str(path))


def test_a_font_with_a_broken_glyph_fails_when_it_is_drawn(tmp_path: Path) -> None:
    path = make_font(tmp_path / "bad.ttf", "ab")
    font = TTFont(path)
    data = bytearray(path.read_bytes())
    glyf, loca = font.reader.tables["glyf"], font["loca"]
    # 32,767 contours in a few bytes.
    data[glyf.offset + loca[1] : glyf.offset + loca[1] + 2] = b"\x7f\xff"
    path.write_bytes(data)
    face = open_face(str(path))
    with pytest.raises(FontError, match=r"bad\.ttf: glyph 1 cannot be drawn"):
        face.bitmap(1, 20.0)


@pytest.mark.parametrize(
    ("fs_type", "allowed"),
    [
        (0x0000, True),
        (0x0004, True),
        (0x0008, True),
        (0x0006, True),
        (0x0002, False),
        (0x0104, False),
        (0x0200, False),
    ],
)
def test_embedding_bits_are_respected(tmp_path: Path, fs_type: int, allowed: bool) -> None:
    face = open_face(str(make_font(tmp_path / "tiny.ttf", "a", fs_type)))
    assert face.fs_type == fs_type
    if allowed:
        assert face.subset([1])
        return
    for refused in (face.check_embedding, lambda: face.subset([1])):
        with pytest.raises(FontError, match=r"tiny\.ttf: the font forbids embedding"):
            refused()


def test_candidates_come_in_one_order() -> None:
    folders = [folder for folder in font_folders() if folder.is_dir()]
    for folder in folders:
        found = [path for path in fonts._candidates() if folder in path.parents]
        assert all(first < second for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("name", "is_ocr_b"),
    [
        ("OCRB.otf", True),
        ("ocr-b.ttf", True),
        ("OCR-B Regular.ttf", True),
        ("OCRBE.otf", False),
        ("OCRA.otf", False),
        ("ocrb.txt", False),
    ],
)
def test_ocr_b_goes_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_ocr_b: bool
) -> None:
    monkeypatch.setattr(fonts, "font_folders", lambda: [tmp_path])
    monkeypatch.delenv("ELQR_FONT_PATH", raising=False)
    make_font(tmp_path / name, "0")
    assert (fonts.find_ocr_b() is not None) is is_ocr_b
