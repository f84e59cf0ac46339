"""Scenes as operators: coordinates, runs, spans of text."""

from __future__ import annotations

import re

import numpy as np
import pytest

from elqr_fast.render.pdf_content import Content, box, runs, show
from elqr_fast.render.pdf_fonts import PdfFont
from elqr_fast.render.scene import BarsAt, Rect, Scene, Shape, SymbolAt, TextRun

HEIGHT = 100


@pytest.fixture
def font(hand):
    return PdfFont(b"F0", hand.faces["gothic"])


def drawn(hand, **items):
    fonts = {"gothic": PdfFont(b"F0", hand.faces["gothic"])}
    return Content(HEIGHT, fonts).scene(Scene(**items)).decode()


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


def test_a_symbol_is_one_path_the_narrowest_runs_first(hand):
    modules = np.array([[1, 1, 0], [0, 0, 0], [1, 0, 1]], np.uint8)
    assert drawn(hand, symbols=[SymbolAt(10, 20, 4, modules)]) == (
        "q\n4 0 0 4 10.04 68.04 cm\n0 0 .98 .98 re\n2 0 .98 .98 re\n0 2 1.98 .98 re\nf\nQ\n"
    )


def test_bars_may_be_narrower_than_their_modules(hand):
    modules = np.array([1, 0, 0, 1, 1], np.uint8)
    assert drawn(hand, bars=[BarsAt(10, 20, 3, 30, modules, narrower=1)]) == (
        "q\n3 0 0 1 10.04 50.04 cm\n0 0 .64 29.92 re\n3 0 1.64 29.92 re\nf\nQ\n"
    )


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
    assert re.findall(r"1 0 0 1 .* Tm", found) == [
        "1 0 0 1 5 70 Tm",
        "1 0 0 1 5 40 Tm",
        "1 0 0 1 5 10 Tm",
    ]


def test_letters_flow_while_they_are_within_half_a_dot(hand, font):
    glyph = hand.faces["gothic"].glyph("一")
    code = f"{glyph:04X}"

    def shown(*offsets):
        count = len(offsets)
        return show(TextRun("gothic", 24.5, 0, 0, (glyph,) * count, offsets, ("一",) * count), font)

    # The em is 24.5 dots: 24 or 25 are as near as whole dots come.
    assert shown(0, 24, 49, 74, 98) == shown(0, 25, 49, 73, 98) == f"[<{code * 5}>]TJ\n"
    # A whole dot more: 1.5 dots are 61/1000 of the em, and later letters go on from there.
    assert shown(0, 26, 50, 75) == f"[<{code}>-61<{code * 3}>]TJ\n"
    # The first letter's offset is part of where the run begins.
    assert shown(7, 31, 56) == f"[<{code * 3}>]TJ\n"


def test_several_glyphs_for_one_text_say_it(hand, font):
    first, second = (hand.faces["gothic"].glyph(char) for char in "一二")
    run = TextRun("gothic", 24, 0, 0, (first, second, first), (0, 24, 48), ("㍻", "", "一"))
    assert show(run, font) == (
        f"/Span<</ActualText<FEFF337B>>>BDC\n[<{first:04X}{second:04X}>]TJ\nEMC\n[<{first:04X}>]TJ\n"
    )
