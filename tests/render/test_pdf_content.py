"""Scenes as operators: coordinates, runs, spans of text."""

from __future__ import annotations

import re

import numpy as np
import pytest

from elqr_fast.render.pdf_codes import CodeFonts
from elqr_fast.render.pdf_content import Content, pieces, string_of
from elqr_fast.render.pdf_dots import box, runs
from elqr_fast.render.pdf_fonts import PdfFont
from elqr_fast.render.scene import BarsAt, Rect, Scene, Shape, SymbolAt, TextRun

HEIGHT = 100


@pytest.fixture
def font(hand):
    return PdfFont(b"F0", hand.faces["gothic"])


def drawn(hand, **items):
    fonts = {"gothic": PdfFont(b"F0", hand.faces["gothic"])}
    return Content(HEIGHT, fonts, CodeFonts()).scene(Scene(**items)).decode("latin-1")


def test_nothing(hand):
    assert drawn(hand) == ""


def test_rectangles_are_drawn_back_from_the_dot_grid_upwards(hand):
    found = drawn(hand, rects=[Rect(3, 4, 1, 20), Rect(14031, -5, 9, 9)])
    assert found == "3.04 76.04 0.92 19.92 re\n14031.04 96.04 8.92 8.92 re\nf\n"


def test_left_of_the_page():
    assert box(-3, -7, 5, 2) == "-2.96 -6.96 4.92 1.92 re\n"


def test_shapes_are_filled_even_odd(hand):
    shape = Shape((((1.5, 2), (9, 2), (9, 8.25)), ((3, 3), (4, 3), (4, 4))))
    assert drawn(hand, shapes=[shape]) == (
        "1.50 98.00 m\n9.00 98.00 l\n9.00 91.75 l\nh\n"
        "3.00 97.00 m\n4.00 97.00 l\n4.00 96.00 l\nh\nf*\n"
    )


def test_a_symbol_is_a_line_of_letters_a_row(hand):
    modules = np.array([[1, 1, 0], [0, 0, 0], [1, 0, 1]], np.uint8)
    assert drawn(hand, symbols=[SymbolAt(10, 20, 4, modules)]) == (
        "BT\n/Q 1 Tf\n4 TL\n10 80 Td(L)'(@)'(J)'\nET\n"
    )


def test_a_bar_and_the_space_after_it_are_a_letter(hand):
    modules = np.array([1, 0, 0, 1, 1], np.uint8)
    assert drawn(hand, bars=[BarsAt(10, 20, 3, 30, modules, narrower=1)]) == (
        "BT\n/B 1 Tf\n10 50 Td(AD)Tj\nET\n"
    )


@pytest.mark.parametrize("row", [[0, 1], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0, 1]])
def test_bars_without_letters_are_rectangles(hand, row):
    bars = BarsAt(10, 20, 3, 30, np.array(row, np.uint8), narrower=1)
    found = [
        f"{10 + start * 3 + 0.04:.2f} 50.04 {(end - start) * 3 - 1.08:.2f} 29.92 re\n"
        for _, start, end in runs(bars.modules[np.newaxis])
    ]
    assert drawn(hand, bars=[bars]) == f"{''.join(found)}f\n"


def test_codes_come_before_texts_and_each_begins_where_the_line_before_did(hand):
    symbol, bar = np.ones((2, 2), np.uint8), np.ones(1, np.uint8)
    texts = [hand.run("gothic", 24, 5, 60, "一"), hand.run("gothic", 24, 5, 61, "一")]
    found = drawn(
        hand, symbols=[SymbolAt(10, 20, 4, symbol)], bars=[BarsAt(7, 9, 3, 30, bar)], runs=texts
    )
    assert re.findall(r"-?\d+ -?\d+ Td", found) == ["10 80 Td", "-3 -11 Td", "-2 -21 Td", "0 -1 Td"]


def test_runs_of_modules():
    modules = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1]], np.uint8)
    assert runs(modules) == [(0, 0, 1), (0, 2, 3), (2, 0, 3)]


def test_text_sets_the_font_once_a_size(hand):
    texts = [
        hand.run("gothic", 24, 5, 30, "一"),
        hand.run("gothic", 24, 5, 60, "二"),
        hand.run("gothic", 37.5, 5, 90, "三"),
    ]
    found = drawn(hand, runs=texts)
    assert re.findall(r"/F0 .* Tf", found) == ["/F0 24 Tf", "/F0 37.5 Tf"]
    assert re.findall(r"[-\d]+ [-\d]+ Td", found) == ["5 70 Td", "0 -30 Td", "0 -30 Td"]


def test_letters_flow_while_they_are_within_half_a_dot(hand, font):
    glyph = hand.faces["gothic"].glyph("一")
    code = string_of(glyph)

    def shown(*offsets):
        count = len(offsets)
        run = TextRun("gothic", 24.5, 3, 9, (glyph,) * count, offsets, ("一",) * count)
        return pieces(run, font)

    # The em is 24.5 dots: 24 or 25 are as near as whole dots come.
    assert shown(0, 24, 49, 74, 98) == shown(0, 25, 49, 73, 98) == [(3, 9, f"({code * 5})Tj\n")]
    # A whole dot more: letters go on from there.
    assert shown(0, 26, 50, 75) == [(3, 9, f"({code})Tj\n"), (29, 9, f"({code * 3})Tj\n")]
    # The first letter's offset is part of where the run begins.
    assert shown(7, 31, 56) == [(10, 9, f"({code * 3})Tj\n")]


def test_several_glyphs_for_one_text_say_it(hand, font):
    first, second = (hand.faces["gothic"].glyph(char) for char in "一二")
    run = TextRun("gothic", 24, 0, 0, (first, second, first), (0, 24, 48), ("㍻", "", "一"))
    one, two = string_of(first), string_of(second)
    assert pieces(run, font) == [
        (0, 0, f"\n/Span<</ActualText<FEFF337B>>>BDC\n({one}{two})Tj\nEMC\n"),
        (48, 0, f"({one})Tj\n"),
    ]


def test_a_span_may_have_several_strings(hand, font):
    glyph = hand.faces["gothic"].glyph("一")
    run = TextRun("gothic", 24, 5, 0, (glyph, glyph, glyph), (0, 30, 54), ("㍻", "", ""))
    code = string_of(glyph)
    assert pieces(run, font) == [
        (5, 0, f"\n/Span<</ActualText<FEFF337B>>>BDC\n({code})Tj\n"),
        (35, 0, f"({code}{code})Tj\nEMC\n"),
    ]


def test_bytes_that_would_be_others_in_a_string():
    assert string_of(0x2829) == "\\(\\)"
    assert string_of(0x5C0D) == "\\\\\\r"
    assert string_of(0x0A41) == "\nA"
