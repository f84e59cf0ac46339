"""PDF pages of G4 images: what they are made of, what they show, and reading them back."""

from __future__ import annotations

import io

import numpy as np
import pikepdf
import pytest

from elqr_fast.render.g4 import g4_decode
from elqr_fast.render.pdf_g4 import ImageWriter
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.readback import check_chunk
from elqr_fast.render.scene import Scene


@pytest.fixture
def chunk(make_chunk):
    return make_chunk("pdf-g4")


def opened(data):
    return pikepdf.open(io.BytesIO(data))


def rows_of(image, plate):
    return g4_decode(image.read_raw_bytes(), plate.width, plate.height)


def test_each_page_has_its_own_ink_over_the_shared_one(chunk):
    raster = Rasteriser(chunk.plate)
    with opened(chunk.written()) as file:
        assert len(file.pages) == 4
        shared = {page.obj.Resources.XObject.S.objgen for page in file.pages}
        assert len(shared) == 1
        for page, slip in zip(file.pages, chunk.pages, strict=True):
            images = page.obj.Resources.XObject
            assert np.array_equal(rows_of(images.S, chunk.plate), raster.static)
            assert np.array_equal(rows_of(images.P, chunk.plate), raster.variable(slip))


def test_a_plate_without_static_ink(hand, make_chunk):
    chunk = make_chunk("pdf-g4", static=Scene())
    with opened(chunk.written()) as file:
        assert list(file.pages[0].obj.Resources.XObject.keys()) == ["/P"]
        assert b"/S Do" not in file.pages[0].obj.Contents.read_bytes()
    assert chunk.check() == {}


def test_the_static_ink_has_the_form_s_colour(make_chunk):
    chunk = make_chunk("pdf-g4", static_ink=(0, 112, 72))
    with opened(chunk.written()) as file:
        said = file.pages[0].obj.Contents.read_bytes()
    assert b"0 0.4392 0.2824 rg\n/S Do\n0 g\n/P Do" in said
    assert chunk.check() == {}


def test_equal_input_equal_bytes(chunk, make_chunk):
    assert chunk.written() == make_chunk("pdf-g4").written() == chunk.written()


def test_no_page_is_an_error(chunk):
    with pytest.raises(ValueError, match="at least one page"):
        ImageWriter(chunk.plate).write([], io.BytesIO())


def altered(data, change):
    """What is written, with the third page changed."""
    target = io.BytesIO()
    with opened(data) as file:
        change(file.pages[2].obj, file)
        file.save(target)
    return target.getvalue()


def swap_images(page, _):
    images = page.Resources.XObject
    images.P, images.S = images.S, images.P


def cut_image(page, _):
    image = page.Resources.XObject.P
    image.write(image.read_raw_bytes()[:1000], filter=image.Filter, decode_parms=image.DecodeParms)


def say_more(page, file):
    page.Contents = pikepdf.Stream(file, page.Contents.read_bytes() + b"0 0 9 9 re f\n")


def turn_black_and_white(page, _):
    page.Resources.XObject.P.DecodeParms.BlackIs1 = True


def take_the_image_away(page, _):
    del page.Resources.XObject["/P"]


def make_it_narrower(page, _):
    page.Resources.XObject.P.Width = 699


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut_image, "the page's coded data are damaged"),
        (say_more, "the page says something that this version does not write"),
        (turn_black_and_white, "the page says something that this version does not write"),
        (take_the_image_away, "the page's data are damaged"),
        (make_it_narrower, "the page does not have the plate's size"),
    ],
)
def test_faults_are_found_on_their_page(chunk, change, reason):
    assert chunk.check(altered(chunk.written(), change)) == {2: reason}


def test_images_in_each_other_s_place_are_found(chunk):
    """The dots are the same, but the codes would be printed in the form's ink."""
    assert chunk.check(altered(chunk.written(), swap_images)) == {
        2: "the static layer has ink at a code's place"
    }


def test_stray_ink_in_the_static_layer(chunk):
    chunk.plate.static.rects.append(type(chunk.plate.static.rects[0])(510, 210, 1, 1))
    assert set(chunk.check().values()) == {
        "the eL-QR is not made of whole modules, or its quiet zone is not empty"
    }
    chunk.plate.static.rects[-1] = type(chunk.plate.static.rects[0])(501, 203, 8, 4)
    assert set(chunk.check().values()) == {"the static layer has ink at a code's place"}


def test_what_is_no_pdf(chunk):
    found = check_chunk("pdf-g4", io.BytesIO(b"%PDF"), chunk.plate, chunk.digits, chunk.bars)
    assert {reason for _, reason in found} == {"the PDF cannot be opened"}
