"""Fonts of modules and bars: what their letters draw."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest

from elqr_fast.render.pdf import write_pdf
from elqr_fast.render.pdf_codes import OBJECTS, CodeFonts, bar_font, bar_letters, symbol_font
from elqr_fast.render.pdf_file import PdfFile
from elqr_fast.render.scene import BarsAt, Scene, SymbolAt


def written(plate, page):
    file = io.BytesIO()
    write_pdf(plate, [page], file)
    return file.getvalue()


def dots(data):
    with pypdfium2.PdfDocument(data) as pdf:
        bitmap = pdf[0].render(grayscale=True)
        return (bitmap.to_numpy().reshape(bitmap.height, -1) < 128).astype(np.uint8)


def test_every_letter_of_a_symbol_draws_its_bits(hand):
    modules = (np.arange(16)[:, np.newaxis] >> np.arange(16) % 4 & 1).astype(np.uint8)
    scene = Scene(symbols=[SymbolAt(7, 5, 3, modules), SymbolAt(60, 9, 2, modules)])
    found = dots(written(hand.plate(100, 60, dpi=72), hand.page(scene)))
    expected = np.zeros((60, 100), np.uint8)
    expected[5:53, 7:55] = np.kron(modules, np.ones((3, 3), np.uint8))
    expected[9:41, 60:92] = np.kron(modules, np.ones((2, 2), np.uint8))
    assert np.array_equal(found, expected)


def test_every_letter_of_bars_draws_its_bar(hand):
    widths = [width for bar in range(1, 5) for space in range(1, 5) for width in (bar, space)]
    row = np.repeat(np.arange(32) % 2 == 0, widths).astype(np.uint8)
    scene = Scene(bars=[BarsAt(7, 5, 3, 20, row, 1), BarsAt(7, 30, 2, 20, row)])
    found = dots(written(hand.plate(300, 60, dpi=72), hand.page(scene)))
    expected = np.zeros((60, 300), np.uint8)
    line = np.kron(row, np.ones(3, np.uint8))
    expected[5:25, 7:247] = line & np.append(line[1:], 0)
    expected[30:50, 7:167] = np.kron(row, np.ones(2, np.uint8))
    assert np.array_equal(found, expected)


def test_fonts_of_a_file(hand):
    plate = hand.slip_plate()
    file = io.BytesIO(written(plate, hand.slip_page(plate, 1)))
    with pikepdf.open(file, attempt_recovery=False) as pdf:
        font = pdf.pages[0].resources.Font.Q
        assert [int(width) for width in font.Widths] == [16] * 16
        assert [int(font.FirstChar), int(font.LastChar)] == [64, 79]
        names = [*font.Encoding.Differences][1:]
        letters = [font.CharProcs[name].read_bytes() for name in names]
        assert letters[0] == b"16 0 d0\n"
        assert letters[11] == b"16 0 d0\n0.04 0.04 3.92 3.92 re\n8.04 0.04 7.92 3.92 re\nf"
        bars = pdf.pages[0].resources.Font.B
        assert [int(width) for width in bars.Widths][:5] == [4, 6, 8, 10, 6]


def test_a_font_has_as_many_objects_as_said():
    fonts, file = CodeFonts(), PdfFile(io.BytesIO())
    assert fonts.symbol(9) is fonts.symbol(9)
    assert [fonts.symbol(8).name, fonts.bars(4, 9, 0).name] == [b"Q1", b"B"]
    assert fonts.bars(4, 9, 1).name == b"B1"
    before = file.next_number
    assert fonts.write(file).startswith(b"/Q %d 0 R/Q1 " % (before + OBJECTS - 1))
    assert file.next_number == before + 4 * OBJECTS
    assert len(symbol_font(9).objects(5)) == len(bar_font(4, 9, 1).objects(5)) == OBJECTS


@pytest.mark.parametrize(
    ("row", "letters"),
    [
        ([1], "@"),
        ([1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0], "O@"),
        ([0, 1], None),
        ([0, 0], None),
        ([1, 1, 1, 1, 1], None),
        ([1, 0, 0, 0, 0, 0, 1], None),
    ],
)
def test_letters_of_bars(row, letters):
    assert bar_letters(np.array(row, np.uint8)) == letters
