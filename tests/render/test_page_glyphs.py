"""Glyphs of batches in their places, against those of pages set one by one."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import pytest

from elqr_fast._native.page import Atlas, Batch
from elqr_fast._native.page import Plate as NativePlate
from elqr_fast._native.page_set import Lines, Setter
from elqr_fast.errors import OutOfRangeError
from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.coder import PageCoder
from elqr_fast.render.glyph_atlas import GlyphAtlas
from elqr_fast.render.page_glyphs import batch_blits, batch_glyphs, scene_glyphs
from elqr_fast.render.pages import compose
from elqr_fast.render.plate import make_plate
from elqr_fast.render.scene import Scene, TextRun
from elqr_fast.render.slips import prepare

PAGES = 20
NAMES = {
    0: "葛\U000e0100西 太郎",  # a variation sequence: set elsewhere
    7: "株式会社 見本 " * 4,
    8: "長い名前の会社の長い名前の部署の長い名前の係",
    19: "葛\U000e0100城",
}
ADDRESSES = {9: "見本県見本市中央" * 4, 11: "a b " * 40}


@pytest.fixture(scope="module", params=["maru", "kaku-mpn"])
def both(request):
    """The scenes and the batch of the same slips, and their plate."""
    table = make_notices(PAGES)
    for column, changed in (("name", NAMES), ("address", ADDRESSES)):
        values = table[column].to_pylist()
        for row, value in changed.items():
            values[row] = value
        index = table.schema.get_field_index(column)
        table = table.set_column(index, column, pa.array(values, pa.string()))
    [notices] = table.combine_chunks().to_batches()
    form = load_form(request.param)
    plate = make_plate(form, 600, draft=True)
    slips = prepare(notices, 0, form)
    pages, _ = compose(plate, slips)
    batch, _ = compose_batch(plate, slips)
    assert len(batch) == len(pages) > PAGES - 5
    assert any(field.elsewhere for field in batch.fields)
    return [page.scene for page in pages], batch, plate


def places(glyphs, page):
    """Face, size, glyph and origin of everything on a page."""
    start, end = (int(glyphs.ends[page - 1]) if page else 0), int(glyphs.ends[page])
    columns = (glyphs.style, glyphs.gids, glyphs.x, glyphs.y)
    parts = zip(*(column[start:end].tolist() for column in columns), strict=True)
    return sorted((*glyphs.styles[style], *rest) for style, *rest in parts)


@pytest.mark.parametrize(("first", "last"), [(0, None), (0, 1), (3, 12), (-1, None)])
def test_the_same_glyphs_in_the_same_places(both, first, last):
    scenes, batch, _ = both
    first, last, _ = slice(first, last).indices(len(scenes))
    found, expected = batch_glyphs(batch, first, last), scene_glyphs(scenes[first:last])
    assert found.ends.tolist() == expected.ends.tolist()
    assert expected.ends[-1] > 0
    for page in range(last - first):
        assert places(found, page) == places(expected, page)


def drawn(plate, blits, ends, atlas):
    """The pages' dots on a page without static ink."""
    still = np.zeros((plate.height, (plate.width + 7) // 8), np.uint8)
    page = NativePlate(still, plate.width, plate.height)
    pages = Batch(page, atlas.native, np.ascontiguousarray(blits), ends)
    for index in range(len(ends)):
        pages.draw(index, still)
        yield still


def test_glyphs_taken_together_show_the_same_dots(both):
    _, batch, plate = both
    coder = PageCoder(plate, plate.height)
    atlas = GlyphAtlas(plate.faces, plate.width, plate.height, coder.static)
    count = len(batch)
    single = atlas.blits(batch_glyphs(batch, 0, count))
    first = batch_blits(batch, 0, count, atlas)
    assert first[1].tolist() == single[1].tolist()
    for _ in range(4):
        paired = batch_blits(batch, 0, count, atlas)
    assert paired[1][-1] < 0.7 * single[1][-1]
    for one, two in zip(drawn(plate, *single, atlas), drawn(plate, *paired, atlas), strict=True):
        np.testing.assert_array_equal(one, two)


def test_coding_is_the_same_whatever_is_taken_together(both):
    _, batch, plate = both
    coder = PageCoder(plate, plate.dpi // 2)
    again = [[coded.data.tobytes() for coded in coder.code(batch)] for _ in range(4)]
    assert all(coded == again[0] for coded in again)
    blits, ends = batch_blits(batch, 2, 5, coder._atlas)
    assert len(ends) == 3
    assert ends[-1] <= len(blits)


def test_a_full_atlas_starts_anew(both, monkeypatch):
    _, batch, plate = both
    coder = PageCoder(plate, plate.height)
    roomy = [coded.data.tobytes() for coded in coder.code(batch)]
    monkeypatch.setattr(sys.modules[GlyphAtlas.__module__], "LARGEST_ATLAS", 0)
    for _ in range(3):
        assert [coded.data.tobytes() for coded in coder.code(batch)] == roomy


def test_nothing_is_taken_together_over_static_ink():
    """Figures in ruled boxes: each stays a blit of its own."""
    atlas = Atlas()
    figure = atlas.add(np.full((8, 1), 0xFF, np.uint8), 8)
    still = np.zeros((5, 21), np.uint32)  # tiles of a page of 160 x 32 dots
    ids, ends = np.zeros(4, np.uint16), np.full(20, 4, np.uint32)
    numbers, boxes = np.array([[figure]], np.int32), np.array([[0, 8, 8, 8]], np.int32)
    rows = np.array([[0, 4, 10, 20, 0]] * 20, np.int32)
    field = (ids, rows, np.arange(1, 21, dtype=np.uint32), 0.0, 0.0)
    lines = Lines([field], 20, np.array([1.2]), np.array([20.0]))
    assert lines.seen(0, 20, np.zeros((1, 1), np.uint8)) == 80 == ends.sum()
    for ruled, left in ((False, 1), (True, 4)):
        if ruled:
            still[2:, 5:] = 1  # a rule in the tile of dots 32 to 39, then another
            still[2:, 10:] = 2
        setter = Setter(atlas, 160, 32, still)
        for _ in range(4):
            blits, blit_ends = np.zeros((80, 3), np.int32), np.zeros(20, np.uint64)
            assert setter.blits(lines, 0, 20, numbers, boxes, blits, blit_ends)
        assert blit_ends[0] == left
        assert blits[0, 1:].tolist() == [10, 12]


def test_lines_that_are_wrong_are_refused():
    atlas = Atlas()
    atlas.add(np.full((8, 1), 0xFF, np.uint8), 8)
    still = np.zeros((5, 21), np.uint32)
    ids, ends = np.zeros(4, np.uint16), np.ones(1, np.uint32)
    numbers, boxes = np.zeros((1, 1), np.int32), np.array([[0, 8, 8, 8]], np.int32)
    advances, sizes = np.ones(1), np.full(1, 20.0)
    blits, blit_ends = np.zeros((9, 3), np.int32), np.zeros(1, np.uint64)
    setter = Setter(atlas, 160, 32, still)

    def lines(line, ids=ids, pitch=0.0):
        return Lines([(ids, np.array([line], np.int32), ends, pitch, 0.0)], 1, advances, sizes)

    for x, y in ((-1, 20), (150, 20), (10, 7), (10, 33)):
        good = lines([0, 4, x, y, 0])
        assert not setter.blits(good, 0, 1, numbers, boxes, blits, blit_ends)
    assert setter.blits(lines([0, 4, 10, 20, 0]), 0, 1, numbers, boxes, blits, blit_ends)
    for bad in ([1, 4, 0, 20, 0], [-1, 1, 0, 20, 0], [0, -1, 0, 20, 0], [0, 1, 0, 20, 1]):
        with pytest.raises(OutOfRangeError):
            lines(bad).seen(0, 1, np.zeros((1, 1), np.uint8))
        with pytest.raises(OutOfRangeError):
            setter.blits(lines(bad), 0, 1, numbers, boxes, blits, blit_ends)
    for wrong in (lines([0, 1, 0, 20, 0], ids + np.uint16(1)), lines([0, 1, 0, 20, 0], pitch=1e9)):
        with pytest.raises(OutOfRangeError):
            setter.blits(wrong, 0, 1, numbers, boxes, blits, blit_ends)
    with pytest.raises(OutOfRangeError):
        setter.blits(lines([0, 1, 0, 20, 0]), 0, 1, numbers + 1, boxes, blits, blit_ends)
    with pytest.raises(ValueError, match="no pages"):
        setter.blits(lines([0, 1, 0, 20, 0]), 0, 2, numbers, boxes, blits, blit_ends)
    with pytest.raises(ValueError, match="corner"):
        Setter(atlas, 161, 32, still)
    with pytest.raises(ValueError, match="five numbers"):
        lines([0, 1, 0, 20])


def test_a_page_without_text():
    run = TextRun("gothic", 20, 5, 30, (7, 9), (0, 21), ("a", "b"))
    glyphs = scene_glyphs([Scene(), Scene(runs=[run, run]), Scene()])
    assert glyphs.ends.tolist() == [0, 4, 4]
    assert glyphs.x.tolist() == [5, 26, 5, 26]
    nothing = scene_glyphs([Scene()])
    assert (len(nothing.x), nothing.ends.tolist()) == (0, [0])
    assert nothing.gids.dtype == np.int32
