"""Slips of the built-in forms, coded by the native kernels: every bit, by two other opinions.

What libtiff decodes must be what the kernels draw, for many slips; what the kernels draw must be
what the plain rasteriser draws, for some.  Both ways of coding must give the same bytes.

ELQR_ORACLE_PAGES sets how many slips of each form and resolution (500 makes 1,000 a resolution).
"""

from __future__ import annotations

import io
import os
from itertools import pairwise

import numpy as np
import pytest

from elqr_fast._native.page import JOINED, ROW_CACHED
from elqr_fast.errors import FontError
from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.batch import compose_batch
from elqr_fast.render.coder import PageCoder
from elqr_fast.render.pages import compose
from elqr_fast.render.plate import make_plate
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.slips import prepare
from elqr_fast.render.tiff import page_coder, write_tiff

PAGES = int(os.environ.get("ELQR_ORACLE_PAGES", "60"))
#: The plain rasteriser takes milliseconds a page.
PLAIN = max(PAGES // 10, 8)
#: The bits of a row's last byte that are dots, by the width's rest; libtiff fills the others.
PADDING = [0xFF, *(0xFF00 >> rest & 0xFF for rest in range(1, 8))]

CASES = [(form, dpi) for form in ("maru", "kaku-mpn") for dpi in (300, 600, 1200)]


@pytest.fixture(scope="module", params=CASES, ids=[f"{form}-{dpi}" for form, dpi in CASES])
def slips(request):
    """A plate, pages of it set one by one, and the same pages set at once."""
    name, dpi = request.param
    form = load_form(name)
    [notices] = make_notices(PAGES, seed=dpi).combine_chunks().to_batches()
    try:
        plate = make_plate(form, dpi, narrower=1)
    except FontError as error:
        pytest.skip(f"needs OCR-B (apt-get install fonts-ocr-b): {error}")
    ready = prepare(notices, 0, form)
    pages, errors = compose(plate, ready)
    assert not errors
    return plate, pages, compose_batch(plate, ready)[0]


def test_libtiff_decodes_what_was_drawn(slips, libtiff):
    plate, pages, _ = slips
    coder = page_coder(plate)
    strips = -(-plate.height // coder.rows)
    strip_bytes = coder.rows * coder.static.shape[1]
    back = np.empty((strips * coder.rows, coder.static.shape[1]), np.uint8)
    for page, drawn in zip(pages, coder.draw(pages), strict=True):
        data = tiff_of(plate, [page], coder)
        back.fill(0xAA)
        assert libtiff.tiff_decode(data, len(data), back.ctypes.data, strip_bytes, 0) == strips
        back[:, -1] &= PADDING[plate.width % 8]
        assert np.array_equal(back[: plate.height], drawn)


def test_the_plain_rasteriser_draws_the_same(slips):
    plate, pages, _ = slips
    raster, coder = Rasteriser(plate), page_coder(plate)
    alone = PageCoder(plate, plate.height, static=False)
    for page, drawn, variable in zip(
        pages[:PLAIN], coder.draw(pages[:PLAIN]), alone.draw(pages[:PLAIN]), strict=True
    ):
        assert np.array_equal(raster.bits(page), drawn)
        assert np.array_equal(raster.variable(page), variable)


@pytest.mark.parametrize("rows_per_strip", [None, 64, 20_000])
def test_every_way_of_coding_gives_the_same_bytes(slips, rows_per_strip):
    plate, pages, _ = slips
    pages = pages[:PLAIN]
    coder = page_coder(plate, rows_per_strip)
    joined, cached = (strips_of(coder, pages, method) for method in (JOINED, ROW_CACHED))
    assert joined == cached
    assert len(joined) == len(pages) * -(-plate.height // coder.rows)


def test_pages_set_at_once_are_the_same(slips):
    plate, pages, batch = slips
    coder = page_coder(plate)
    assert tiff_of(plate, pages, coder) == tiff_of(plate, batch, coder)


def tiff_of(plate, pages, coder):
    file = io.BytesIO()
    write_tiff(plate, pages, file, coder=coder)
    return file.getvalue()


def strips_of(coder, pages, method):
    strips = []
    for data, ends in coder.code(pages, method=method):
        strips += [
            data[start:end].tobytes() for start, end in pairwise([0, *ends.ravel().tolist()])
        ]
    return strips
