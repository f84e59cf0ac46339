"""Glyphs of batches in their places, against those of pages set one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.page_glyphs import batch_glyphs, scene_glyphs
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
    """The scenes and the batch of the same slips."""
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
    return [page.scene for page in pages], batch


def places(glyphs, page):
    """Face, size, glyph and origin of everything on a page."""
    start, end = (int(glyphs.ends[page - 1]) if page else 0), int(glyphs.ends[page])
    columns = (glyphs.style, glyphs.gids, glyphs.x, glyphs.y)
    parts = zip(*(column[start:end].tolist() for column in columns), strict=True)
    return sorted((*glyphs.styles[style], *rest) for style, *rest in parts)


@pytest.mark.parametrize(("first", "last"), [(0, None), (0, 1), (3, 12), (-1, None)])
def test_the_same_glyphs_in_the_same_places(both, first, last):
    scenes, batch = both
    first, last, _ = slice(first, last).indices(len(scenes))
    found, expected = batch_glyphs(batch, first, last), scene_glyphs(scenes[first:last])
    assert found.ends.tolist() == expected.ends.tolist()
    assert expected.ends[-1] > 0
    for page in range(last - first):
        assert places(found, page) == places(expected, page)


def test_a_page_without_text():
    run = TextRun("gothic", 20, 5, 30, (7, 9), (0, 21), ("a", "b"))
    glyphs = scene_glyphs([Scene(), Scene(runs=[run, run]), Scene()])
    assert glyphs.ends.tolist() == [0, 4, 4]
    assert glyphs.x.tolist() == [5, 26, 5, 26]
    nothing = scene_glyphs([Scene()])
    assert (len(nothing.x), nothing.ends.tolist()) == (0, [0])
    assert nothing.gids.dtype == np.int32
