"""TIFF files, decoded by Pillow and by libtiff's own tools."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from elqr_fast.errors import OutputError
from elqr_fast.render import tiff
from elqr_fast.render.g4 import g4_decode
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Rect, Scene
from elqr_fast.render.tiff import write_tiff


def written(plate, pages, **options):
    file = io.BytesIO()
    assert write_tiff(plate, iter(pages), file, **options) == len(pages)
    return file.getvalue()


def composed(hand, plate, pages):
    rasteriser = Rasteriser(plate)
    return [hand.dots(rasteriser.bits(page), plate.width) for page in pages]


def frames(data):
    """Every page as dots, and its tags, as Pillow (libtiff) has them."""
    with Image.open(io.BytesIO(data)) as image:
        for number in range(image.n_frames):
            image.seek(number)
            yield (np.asarray(image) == 0).astype(np.uint8), dict(image.tag_v2)


@pytest.mark.parametrize("rows_per_strip", [None, 1, 64, 499, 500, 5000])
def test_every_bit_of_every_page(hand, rows_per_strip):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(3)]
    data = written(plate, pages, rows_per_strip=rows_per_strip)
    expected = composed(hand, plate, pages)
    for dots, (found, tags) in zip(expected, frames(data), strict=True):
        assert np.array_equal(found, dots)
        assert tags[278] == min(rows_per_strip or 150, 500)
        assert (tags[282], tags[283], tags[296]) == (300, 300, 2)
        assert (tags[259], tags[262]) == (4, 0)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 61])
def test_widths_that_are_no_whole_bytes(hand, width):
    plate = hand.plate(width, 11, static=Scene(rects=[Rect(-5, 4, 500, 3)]))
    pages = [hand.page(Scene(rects=[Rect(width - 1, 0, 9, 9)])), hand.page(Scene())]
    found = [dots for dots, _ in frames(written(plate, pages))]
    assert np.array_equal(found, composed(hand, plate, pages))


def test_a_strip_decodes_alone(hand):
    plate = hand.slip_plate()
    page = hand.slip_page(plate, 1)
    data = written(plate, [page], rows_per_strip=64)
    [(_, tags)] = frames(data)
    offset, length = tags[273][4], tags[279][4]
    rows = g4_decode(data[offset : offset + length], plate.width, 64)
    assert np.array_equal(rows, Rasteriser(plate).bits(page)[256:320])


def test_strips_without_a_page_s_own_ink_are_coded_once(hand, monkeypatch):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(3)]
    coded = []
    original = tiff.StripCoder._code
    monkeypatch.setattr(
        tiff.StripCoder, "_code", lambda self, strip: coded.append(1) or original(self, strip)
    )
    written(plate, pages, rows_per_strip=10)
    inked = {row // 10 for row in [*range(90, 130), *range(203, 367), *range(420, 460)]}
    assert 50 <= len(coded) <= 50 + 3 * len(inked)


def test_equal_input_equal_bytes(hand):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(2)]
    assert written(plate, pages) == written(hand.slip_plate(), pages)


class Pipe(io.RawIOBase):
    """A target that can only be written to, and knows how much was."""

    size = 0

    def writable(self):
        return True

    def write(self, data):
        self.size += len(data)
        return len(data)


def test_pages_are_written_as_they_come(hand):
    plate = hand.slip_plate()
    pipe, sizes = Pipe(), []

    def pages():
        for number in range(5):
            sizes.append(pipe.size)
            yield hand.slip_page(plate, number)

    assert write_tiff(plate, pages(), pipe) == 5
    # A page is written when it is known whether another follows.
    assert sizes[:2] == [0, 8]
    assert sizes[1] < sizes[2] < sizes[3] < sizes[4]


def test_a_file_too_large_for_its_offsets_is_refused(hand, monkeypatch):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(3)]
    size = len(written(plate, pages))
    monkeypatch.setattr(tiff, "LARGEST_FILE", size)
    written(plate, pages)
    monkeypatch.setattr(tiff, "LARGEST_FILE", size - 1)
    with pytest.raises(OutputError, match=r"page 3 .* 4 GB"):
        written(plate, pages)


def test_no_page_is_an_error(hand):
    target = io.BytesIO()
    with pytest.raises(ValueError, match="at least one page"):
        write_tiff(hand.slip_plate(), [], target)
    assert not target.getvalue()


@pytest.mark.skipif(
    shutil.which("tiffcp") is None, reason="needs tiffcp: apt-get install libtiff-tools"
)
def test_libtiff_takes_the_file_without_a_warning(hand, tmp_path):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(3)]
    source, plain = tmp_path / "pages.tif", tmp_path / "plain.tif"
    source.write_bytes(written(plate, pages, rows_per_strip=33))
    for command in (["tiffinfo", "-D", source], ["tiffcp", "-c", "none", source, plain]):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert not done.stderr
    found = [dots for dots, _ in frames(plain.read_bytes())]
    assert np.array_equal(found, composed(hand, plate, pages))
