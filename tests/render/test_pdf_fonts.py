"""Fonts of a PDF: what is embedded, where letters stand, and the text taken out again."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from elqr_fast.errors import FontError
from elqr_fast.render.fonts import open_face
from elqr_fast.render.pdf import write_pdf
from elqr_fast.render.scene import Scene, TextRun

NEEDS_PDFTOTEXT = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="needs pdftotext: apt-get install poppler-utils"
)


def written(plate, pages):
    file = io.BytesIO()
    write_pdf(plate, pages, file)
    return file.getvalue()


def pdfium_text(data, page=0):
    with pypdfium2.PdfDocument(data) as pdf:
        return pdf[page].get_textpage().get_text_bounded()


def poppler_text(data, tmp_path, page=0):
    file = tmp_path / "text.pdf"
    file.write_bytes(data)
    number = str(page + 1)
    command = ["pdftotext", "-f", number, "-l", number, "-enc", "UTF-8", str(file), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def solid(text):
    """Without white space: it is guessed from gaps, by each reader in its way."""
    return "".join(text.split())


def test_only_fonts_and_glyphs_in_use_are_embedded(hand):
    faces = {**hand.faces, "unused": hand.faces["gothic"]}
    plate = hand.slip_plate(faces=faces)
    data = written(plate, [hand.slip_page(plate, 1)])
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert sorted(pdf.pages[0].resources.Font) == ["/B", "/F0", "/Q"]
    assert len(data) < 60_000  # of 6 MB


@NEEDS_PDFTOTEXT
def test_text_is_the_record_s(hand, tmp_path):
    plate = hand.slip_plate(static=Scene(runs=[hand.run("gothic", 30, 20, 60, "納入済通知書")]))
    texts = ["髙﨑德一郎様", "¥22,543,572", "12345-1234567890 1234567890-123456-123", "ｶﾞﾁﾞ①㈱～－"]
    runs = [hand.run("gothic", 24, 20, 120 + 60 * row, text) for row, text in enumerate(texts)]
    data = written(plate, [hand.page(Scene(runs=runs))])
    for found in (pdfium_text(data), poppler_text(data, tmp_path)):
        assert solid(found) == solid("".join(["納入済通知書", *texts]))


@NEEDS_PDFTOTEXT
def test_a_glyph_may_mean_one_text_here_and_another_there(hand, tmp_path):
    glyph = hand.faces["gothic"].glyph
    kanji, dash, digit = glyph("辻"), glyph("－"), glyph("1")
    plain = TextRun("gothic", 24, 20, 100, (kanji, dash, digit), (0, 24, 48), ("辻", "－", "1"))
    runs = [
        plain,
        # A variation sequence that shows the same glyph, another dash; two glyphs for one text.
        replace(plain, y=200, clusters=("辻\U000e0101", "−", "1")),
        replace(plain, y=300, glyphs=(digit, dash, kanji), clusters=("㌀", "", "辻")),
    ]
    data = written(hand.plate(700, 500), [hand.page(Scene(runs=runs))])
    expected = "辻－1辻\U000e0101−1㌀辻"
    assert solid(poppler_text(data, tmp_path)) == expected
    assert solid(pdfium_text(data)) == expected


def test_glyphs_stand_where_the_layout_put_them(hand):
    glyph = hand.faces["gothic"].glyph("1")
    run = TextRun("gothic", 40, 100, 90, (glyph,) * 4, (0, 61, 100, 301), ("1",) * 4)
    plate = hand.plate(700, 200, dpi=72)
    with pypdfium2.PdfDocument(written(plate, [hand.page(Scene(runs=[run]))])) as pdf:
        page = pdf[0].get_textpage()
        count = page.count_chars()
        shown = [index for index in range(count) if page.get_text_range(index, 1) == "1"]
        lefts = [page.get_charbox(index)[0] for index in shown]
    assert [left - lefts[0] for left in lefts] == pytest.approx([0, 61, 100, 301], abs=0.05)


@pytest.fixture
def ocr_hand(hand):
    """With OCR-B, whose outlines are PostScript's."""
    try:
        face = open_face("ocrb")
    except FontError as error:
        pytest.skip(f"needs OCR-B: {error}")
    return type(hand)({"ocr": face})


@NEEDS_PDFTOTEXT
def test_a_font_of_postscript_outlines_is_embedded_as_such(ocr_hand, tmp_path):
    run = ocr_hand.run("ocr", 40, 20, 60, "0123456789*+-#")
    other = replace(run, y=120, clusters=tuple("ABCDEFGHIJKLMN"))
    data = written(ocr_hand.plate(700, 200), [ocr_hand.page(Scene(runs=[run, other]))])
    with pikepdf.open(io.BytesIO(data)) as pdf:
        [descendant] = pdf.pages[0].resources.Font["/F0"].DescendantFonts
        assert descendant.Subtype == "/CIDFontType0"
        assert descendant.FontDescriptor.FontFile3.Subtype == "/CIDFontType0C"
    for found in (pdfium_text(data), poppler_text(data, tmp_path)):
        assert solid(found) == "0123456789*+-#ABCDEFGHIJKLMN"
