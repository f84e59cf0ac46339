"""Values set in fields: what shrinks, what wraps, what is refused, and that nothing is cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from elqr_fast.forms.model import Box, Field, OcrLine
from elqr_fast.render.fonts import open_face
from elqr_fast.render.layout import Chain
from elqr_fast.render.plate import FieldPlace, OcrPlace
from elqr_fast.render.scene import Rect, TextRun
from elqr_fast.render.setting import FieldSetter, OcrSetter, Unfit, broken

FACE = open_face("ipaexg")
CHAIN = Chain([FACE])
DPI = 600
#: 40 × 8 mm at 600 dpi.
RECT = Rect(1000, 2000, 945, 189)


def setter(**keys: Any) -> FieldSetter:
    """A field of 40 × 8 mm of 9 pt, which holds 12 full-width characters, and what is given."""
    field = Field(source="name", box=Box(0, 0, 40, 8), **keys)
    return FieldSetter(FieldPlace(("fields", 0), field, RECT, CHAIN), DPI)


def text_of(runs: list[TextRun]) -> str:
    return "".join(cluster for run in runs for cluster in run.clusters)


def right_of(run: TextRun) -> float:
    end = FACE.advance(run.glyphs[-1]) * run.size / FACE.units_per_em
    return run.x + run.offsets[-1] + end


def points(run: TextRun) -> float:
    return run.size * 72 / DPI


def test_a_text_that_fits_has_the_fields_size() -> None:
    (run,) = setter().runs("見本太郎")
    assert points(run) == 9
    assert run.x == RECT.x
    assert RECT.y < run.y < RECT.y + RECT.height


def test_an_empty_value_prints_nothing_not_even_its_suffix() -> None:
    assert setter(prefix="<", suffix=" 様").runs("") == []
    assert setter(format="period", suffix="期").runs("00") == []
    assert text_of(setter(prefix="<", suffix=" 様").runs("見本")) == "<見本 様"


def test_amounts_are_set_right_with_yen_and_commas() -> None:
    field = setter(format="yen", align="right", size=12)
    for value, words in [("45000", "¥45,000"), ("00000001234", "¥1,234"), ("7", "¥7")]:
        (run,) = field.runs(value)
        assert text_of([run]) == words
        assert right_of(run) == pytest.approx(RECT.x + RECT.width, abs=1)


@pytest.mark.parametrize("align", ["left", "center", "right"])
@given(text=st.text("見本市太郎ABCijk123 -", min_size=1, max_size=30))
def test_a_shrunk_text_is_whole_and_inside(align: Any, text: str) -> None:
    field = setter(align=align, min_size=3)
    runs = field.runs(text)
    assert text_of(runs) == text
    for run in runs:
        assert RECT.x <= run.x
        assert right_of(run) <= RECT.x + RECT.width + 1
        assert points(run) <= 9
        # Whole quarters of a point, so that few sizes are in use.
        assert points(run) * 4 == pytest.approx(round(points(run) * 4))


def test_shrinking_stops_at_the_least_size() -> None:
    (run,) = setter(min_size=6).runs("本" * 18)
    assert points(run) == 6.25
    with pytest.raises(Unfit) as caught:
        setter(min_size=6).runs("本" * 20)
    unfit = caught.value
    assert (unfit.rule, unfit.found) == ("too_wide", "本" * 20)
    assert unfit.expected == "what fits 40 × 8 mm at 6 pt"


def test_reject_never_shrinks() -> None:
    assert points(setter(overflow="reject").runs("本" * 12)[0]) == 9
    with pytest.raises(Unfit, match="too_wide") as caught:
        setter(overflow="reject").runs("本" * 13)
    assert caught.value.expected.endswith("9 pt")


def test_wrap_breaks_at_the_last_space_or_anywhere() -> None:
    field = setter(overflow="wrap")
    lines = field.runs("見本県見本市中央一丁目 見本ビル三階")
    assert [text_of([run]) for run in lines] == ["見本県見本市中央一丁目", "見本ビル三階"]
    assert lines[0].y < lines[1].y
    assert lines[0].x == lines[1].x == RECT.x
    lines = field.runs("見本県見本市中央一丁目一番一号見本ビル三階")
    assert [len(run.glyphs) for run in lines] == [12, 9]
    assert [points(run) for run in lines] == [9, 9]


def test_wrap_shrinks_until_the_lines_fit_the_height() -> None:
    lines = setter(overflow="wrap", min_size=5).runs("本" * 30)
    assert text_of(lines) == "本" * 30
    assert 5 <= points(lines[0]) < 9
    em = lines[0].size
    assert lines[0].y - 0.88 * em >= RECT.y - 1
    assert lines[-1].y + 0.12 * em <= RECT.y + RECT.height + 1
    with pytest.raises(Unfit, match="too_wide"):
        setter(overflow="wrap", min_size=8).runs("本" * 60)


@given(
    text=st.text("本太 　a", max_size=40),
    limit=st.floats(1, 20),
)
@example(text="  太太", limit=1.75)  # what moves to the next line fills it too
def test_broken_lines_lose_only_the_spaces_they_break_at(text: str, limit: float) -> None:
    lines = broken(CHAIN.shape(text), limit)
    kept = "".join(glyph.cluster for line in lines for glyph in line)
    assert kept.replace(" ", "").replace("　", "") == text.replace(" ", "").replace("　", "")
    assert len(text) - len(kept) <= len(lines) - 1
    for line in lines:
        assert sum(glyph.advance for glyph in line) <= limit + 1e-9


def test_a_missing_glyph_is_named_with_the_chain() -> None:
    with pytest.raises(Unfit) as caught:
        setter().runs("見本𠮷太")
    unfit = caught.value
    assert (unfit.rule, unfit.found) == ("glyph", "U+20BB7")
    assert unfit.expected == "a character of ipaexg"


def test_a_variation_sequence_is_set_as_one_glyph() -> None:
    (run,) = setter().runs("葛\U000e0100西")
    assert run.glyphs[0] == FACE.glyph("葛", "\U000e0100") != FACE.glyph("葛")
    assert run.clusters == ("葛\U000e0100", "西")


def test_a_value_of_another_format_is_refused() -> None:
    with pytest.raises(Unfit) as caught:
        setter(format="date").runs("20261399")
    assert (caught.value.rule, caught.value.expected) == ("format", "a value for the format date")


def test_a_repeated_value_is_set_once() -> None:
    field = setter()
    first = field.runs("令和8年")
    assert field.runs("令和8年") is first
    for number in range(3000):
        field.runs(str(number))
    assert field.runs("令和8年") == first


def test_ocr_characters_stand_a_tenth_of_an_inch_apart() -> None:
    line = OcrLine(source="ocr_lower", x=6.62, baseline=50, prefix="34 ")
    place = OcrPlace(
        ("ocr", 0), line, x=156.3779, baseline=1181, pitch=60.0, size=83.3, chain=CHAIN
    )
    (run,) = OcrSetter(place).runs("0123456789")
    assert text_of([run]) == "34 0123456789"
    assert run.y == 1181
    half = FACE.advance(run.glyphs[0]) * 83.3 / FACE.units_per_em / 2
    for index, (char, offset) in enumerate(zip(run.clusters, run.offsets, strict=True)):
        if char != " ":
            assert abs(run.x + offset + half - (156.3779 + (index + 0.5) * 60)) <= 0.501
