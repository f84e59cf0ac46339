"""Glyphs on a line: what is shaped, and on which dot each origin falls."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.render.fonts import open_face
from elqr_fast.render.layout import Chain, MissingGlyph, cell_runs, line_runs, width

FACE = open_face("ipaexg")
CHAIN = Chain([FACE])


class Only:
    """A face with one character."""

    key, units_per_em = "only", 1000

    def __init__(self, char: str) -> None:
        self._char = char

    def glyph(self, char: str, selector: str = "") -> int | None:
        return 7 if char + selector == self._char else None

    def advance(self, gid: int) -> int:
        assert gid == 7
        return 500


def test_a_pair_is_one_glyph_that_shows_both_characters() -> None:
    plain, variant = CHAIN.shape("葛飾"), CHAIN.shape("葛\U000e0100飾")
    assert [glyph.cluster for glyph in variant] == ["葛\U000e0100", "飾"]
    assert variant[0].gid != plain[0].gid
    assert variant[1] == plain[1]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("見本𠮷太郎", "U+20BB7"),
        ("葛\U000e0155", "U+845B U+E0155"),
        ("\U000e0100葛", "U+E0100"),
        ("葛\U000e0100\U000e0101", "U+E0101"),
        ("a\n", "U+000A"),
    ],
)
def test_what_has_no_glyph_is_named(text: str, missing: str) -> None:
    with pytest.raises(MissingGlyph) as caught:
        CHAIN.shape(text)
    assert str(caught.value) == missing


def test_the_next_face_of_a_chain_is_asked() -> None:
    chain = Chain([FACE, Only("𠮷")])  # type: ignore[list-item]
    runs = line_runs(chain.shape("見𠮷本"), 40.0, 100, 50)
    assert [run.face for run in runs] == ["ipaexg", "only", "ipaexg"]
    assert [run.x for run in runs] == [100, 140, 160]
    assert [run.glyphs[0] for run in runs][1] == 7
    # The first face that has it wins.
    assert Chain([Only("見"), FACE]).shape("見")[0].face == "only"  # type: ignore[list-item]


@given(
    text=st.text("見本1234567890-, ¥様", min_size=1, max_size=60),
    size=st.floats(8, 200),
    x=st.integers(0, 5000),
)
def test_origins_are_the_nearest_dots_however_long_the_line(text: str, size: float, x: int) -> None:
    glyphs = CHAIN.shape(text)
    (run,) = line_runs(glyphs, size, x, 10)
    assert "".join(run.clusters) == text
    assert run.offsets[0] == 0
    pen = 0
    for glyph, offset in zip(run.glyphs, run.offsets, strict=True):
        exact = pen * size / 1000
        assert abs(run.x + offset - x - exact) <= 0.5 + 1e-6
        # An advance is what a PDF says: a width in 1/1000 em.
        pen += round(FACE.advance(glyph) * 1000 / FACE.units_per_em)
    assert width(glyphs) * 1000 == pytest.approx(pen)


@given(size=st.floats(20, 100), x=st.floats(0, 500), pitch=st.floats(20, 130))
def test_cells_keep_their_pitch_and_glyphs_their_cells(size: float, x: float, pitch: float) -> None:
    (run,) = cell_runs(CHAIN.shape("0123456789" * 4), size, x, 10, pitch)
    half = round(FACE.advance(run.glyphs[0]) * 1000 / FACE.units_per_em) / 1000 * size / 2
    for index, offset in enumerate(run.offsets):
        assert abs(run.x + offset + half - (x + (index + 0.5) * pitch)) <= 0.5 + 1e-6
    assert all(first < second for first, second in pairwise(run.offsets))


def test_an_empty_line_has_no_runs() -> None:
    assert line_runs([], 40.0, 0, 0) == []
