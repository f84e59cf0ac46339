"""TIFF files, decoded by Pillow and by libtiff's own tools."""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from elqr_fast.render import tiff
from elqr_fast.render.g4 import g4_decode
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import BarsAt, Rect, Scene, SymbolAt
from elqr_fast.render.tiff import write_tiff


def written(plate, pages, **options):
    file = io.BytesIO()
    assert write_tiff(plate, pages, file, **options) == len(pages)
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
    pages = [
        hand.page(Scene(runs=[hand.run("gothic", 20, width - 9, 12, "国")])),
        hand.page(Scene()),
    ]
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


@pytest.mark.parametrize("rows_per_strip", [None, 10])
def test_shared_strips(hand, rows_per_strip):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(3)]
    alone = written(plate, pages, rows_per_strip=rows_per_strip)
    data = written(plate, pages, rows_per_strip=rows_per_strip, share_static=True)
    found = list(frames(data))
    assert np.array_equal([dots for dots, _ in found], composed(hand, plate, pages))
    offsets = np.array([tags[273] for _, tags in found])
    shared = (offsets[0] == offsets[1]) & (offsets[0] == offsets[2])
    if rows_per_strip:
        inked = {row // 10 for row in [*range(90, 130), *range(203, 367), *range(420, 460)]}
        assert set(np.flatnonzero(~shared)) <= inked
        assert len(data) < len(alone)
    else:
        assert not shared[1:].any()


def test_coloured_ink_is_named(hand):
    plate = hand.slip_plate(static_ink=(0, 112, 72))
    pages = [hand.slip_page(plate, number) for number in range(2)]
    for _, tags in frames(written(plate, pages)):
        assert tags[270] == "One plane for all ink; the form's own is to be RGB 0 112 72"
    black = hand.slip_plate()
    variable = hand.slip_plate(static_ink=(0, 112, 72), static=Scene())
    for plain in (black, variable):
        for _, tags in frames(written(plain, pages)):
            assert 270 not in tags


def test_equal_input_equal_bytes(hand):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(2)]
    assert written(plate, pages) == written(hand.slip_plate(), pages)


@pytest.mark.parametrize("share_static", [False, True])
def test_a_file_too_large_for_32_bit_offsets_is_a_big_tiff(hand, monkeypatch, share_static):
    plate = hand.slip_plate()
    pages = [hand.slip_page(plate, number) for number in range(300)]
    classic = written(plate, pages, share_static=share_static)
    small = dataclasses.replace(tiff.CLASSIC, largest_file=len(classic))
    monkeypatch.setattr(tiff, "CLASSIC", small)
    assert written(plate, pages, share_static=share_static) == classic
    small = dataclasses.replace(tiff.CLASSIC, largest_file=len(classic) - 1)
    monkeypatch.setattr(tiff, "CLASSIC", small)
    file = io.BytesIO(b"kept")
    file.seek(0, 2)
    write_tiff(plate, pages[:1], file)  # fits
    data = written(plate, pages, share_static=share_static)
    assert data[:4] == b"II+\0"
    expected = composed(hand, plate, pages)
    for dots, (found, tags) in zip(expected, frames(data), strict=True):
        assert np.array_equal(found, dots)
        assert (tags[278], tags[282], tags[259]) == (150, 300, 4)


@pytest.mark.parametrize(
    "scene",
    [
        Scene(rects=[Rect(1, 1, 5, 5)]),
        Scene(symbols=[SymbolAt(500, 203, 4, np.ones((41, 41), np.uint8))]),
        Scene(bars=[BarsAt(45, 420, 2, 41, np.ones(288, np.uint8))]),
        Scene(bars=[BarsAt(45, 420, 2, 40, np.ones(288, np.uint8), narrower=1)]),
    ],
    ids=["a rectangle", "a symbol elsewhere", "bars of another height", "narrower bars"],
)
def test_what_no_slip_has_is_refused(hand, scene):
    with pytest.raises(ValueError, match="in the plate's places"):
        written(hand.slip_plate(), [hand.page(scene)])


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
