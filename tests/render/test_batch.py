"""Batches set by the kernel against pages set slip by slip: the same contents, the same errors."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pikepdf
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast._native.pdf_page import ALIGN, Glyphs, set_lines
from elqr_fast.forms.loader import load_form
from elqr_fast.forms.model import Box, Field
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.fonts import open_face
from elqr_fast.render.geometry import to_rect
from elqr_fast.render.layout import Chain
from elqr_fast.render.pages import compose
from elqr_fast.render.pdf import write_batch, write_pdf
from elqr_fast.render.plate import FieldPlace, make_plate
from elqr_fast.render.setting import SPACES, FieldSetter, Unfit
from elqr_fast.render.slips import prepare

NAMES = {
    1: "葛\U000e0100西 太郎",  # a variation sequence
    2: "見本" * 30,  # wraps, or fits nowhere
    3: "𠮷田 太郎",  # no glyph
    4: "長い名前の会社の長い名前の部署の長い名前の係",
    5: "A" * 45,
    6: "株式会社 見本 " * 4,
    7: "-‐\u00ad‑",  # several characters that fonts show alike
    8: "",
}
ADDRESSES = {9: "見本県見本市中央" * 4, 10: "見本県見本市中央" * 20, 11: "a b " * 40}


@pytest.fixture(scope="module")
def notices():
    table = make_notices(40)
    for column, changed in (("name", NAMES), ("address", ADDRESSES)):
        values = table[column].to_pylist()
        for row, value in changed.items():
            values[row] = value or values[row]
        table = table.set_column(
            table.schema.get_field_index(column), column, pa.array(values, pa.string())
        )
    [batch] = table.combine_chunks().to_batches()
    return batch


@pytest.fixture(scope="module", params=["maru", "kaku-mpn"])
def prepared(request, notices):
    form = load_form(request.param)
    return make_plate(form, 600, draft=True), prepare(notices, 100, form)


def contents(data):
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
        assert not pdf.check_pdf_syntax()
        return [page.obj.Contents.read_bytes() for page in pdf.pages]


def one_by_one(plate, slips):
    file = io.BytesIO()
    pages, errors = compose(plate, slips)
    write_pdf(plate, pages, file)
    return contents(file.getvalue()), errors, [page.row for page in pages]


def at_once(plate, slips):
    file = io.BytesIO()
    batch, errors = compose_batch(plate, slips)
    assert write_batch(plate, batch, file) == len(batch)
    return contents(file.getvalue()), errors, batch.slips.rows.tolist(), file.getvalue()


def test_contents_and_errors_are_those_of_single_pages(prepared):
    plate, slips = prepared
    expected, errors, rows = one_by_one(plate, slips)
    found, found_errors, found_rows, data = at_once(plate, slips)
    assert found_errors == errors
    assert {error.rule for error in errors} == {"glyph", "too_wide"}
    assert found_rows == rows
    assert 30 < len(found) < 40
    for page, content in enumerate(found):
        assert content == expected[page]
    assert at_once(plate, slips)[3] == data


def test_a_value_that_a_format_does_not_take_is_an_error(prepared):
    plate, slips = prepared
    texts = dict(slips.texts)
    texts["due"] = ["20261399", *texts["due"][1:]]
    broken = replace(slips, texts=texts)
    expected, errors, rows = one_by_one(plate, broken)
    found, found_errors, found_rows, _ = at_once(plate, broken)
    assert ("due", "format") in {(error.field, error.rule) for error in found_errors}
    assert (found, found_errors, found_rows) == (expected, errors, rows)


def test_no_page_is_left(prepared):
    plate, slips = prepared
    batch, errors = compose_batch(plate, slips.take(np.array([], np.int64)))
    assert len(batch) == 0
    assert errors == []
    with pytest.raises(ValueError, match="at least one page"):
        write_batch(plate, batch, io.BytesIO())


FACE = open_face("ipaexg")
CHAIN = Chain([FACE])
ALPHABET = "見本太郎ABCij123 -　"
KNOWN = [CHAIN.shape(char)[0] for char in ALPHABET]
GLYPHS = Glyphs(
    np.array([glyph.advance for glyph in KNOWN]),
    np.array([glyph.cluster in SPACES for glyph in KNOWN], np.uint8),
    np.zeros(len(KNOWN), np.uint16),
    np.zeros(len(KNOWN), np.int32),
)


@given(
    texts=st.lists(st.text(ALPHABET, max_size=60), min_size=1, max_size=5),
    align=st.sampled_from(["left", "center", "right"]),
    overflow=st.sampled_from(["shrink", "wrap", "reject"]),
    sizes=st.tuples(st.floats(4, 9), st.floats(9, 20)),
    box=st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(5, 80), st.floats(7, 20)),
    dpi=st.sampled_from([300, 600, 1200]),
)
def test_lines_are_those_of_a_field_setter(texts, align, overflow, sizes, box, dpi):
    field = Field(
        source="name",
        box=Box(*box),
        font="f",
        size=sizes[1],
        min_size=sizes[0],
        align=align,
        overflow=overflow,
    )
    rect = to_rect(field.box, dpi)
    setter = FieldSetter(FieldPlace(("f", 0), field, rect, CHAIN), dpi)
    ems = setter.sizes()
    lines, ends, left = set_lines(
        GLYPHS,
        np.array([ALPHABET.index(char) for char in "".join(texts)], np.uint16),
        np.cumsum([len(text) for text in texts], dtype=np.uint32),
        (rect.x, rect.y, rect.width, rect.height),
        np.array(ems),
        np.arange(len(ems), dtype=np.int32),
        overflow == "wrap",
        ALIGN[align],
    )
    joined = "".join(texts)
    start = 0
    for index, text in enumerate(texts):
        try:
            runs = setter.runs(text)
        except Unfit:
            assert left[index]
            runs = []
        if left[index]:
            assert not runs or len(runs) > 16
        else:
            found = [
                (ems[setting], x, y, tuple(joined[first : first + count]))
                for first, count, x, y, setting in lines[start : ends[index]].tolist()
            ]
            assert found == [(run.size, run.x, run.y, run.clusters) for run in runs]
        start = ends[index]
