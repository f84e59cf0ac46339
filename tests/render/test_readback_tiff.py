"""Reading TIFF pages back, and faults put into them."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from elqr_fast.render.readback import check_chunk

PAGE = 2


@pytest.fixture
def tiff(make_chunk):
    return make_chunk("tiff")


def shown(data):
    """One page as Pillow sees it."""
    with Image.open(io.BytesIO(data)) as image:
        image.seek(PAGE)
        offsets, lengths = image.tag_v2[273], image.tag_v2[279]
        return SimpleNamespace(offsets=offsets, lengths=lengths, dots=np.asarray(image) == 0)


def test_damaged_strips(tiff):
    """A flipped bit anywhere in a page's coded data is found, or changed no dot of a code."""
    data = tiff.written()
    intact = shown(data)
    chance = np.random.default_rng(1)
    found = 0
    for strip in (1, 2, 2, 2, 2, 3, 3, 3):
        at = intact.offsets[strip] + int(chance.integers(intact.lengths[strip]))
        spoilt = bytearray(data)
        spoilt[at] ^= 1 << int(chance.integers(8))
        differences = tiff.check(bytes(spoilt))
        assert set(differences) <= {PAGE}
        found += len(differences)
        if not differences:
            dots = shown(bytes(spoilt)).dots
            for place in (tiff.plate.qr.quiet, tiff.plate.bars.quiet):
                rows = slice(place.y, place.y + place.height)
                columns = slice(place.x, place.x + place.width)
                assert np.array_equal(dots[rows, columns], intact.dots[rows, columns])
    assert found >= 4


def test_damaged_structure(tiff):
    data = tiff.written()
    unreadable = dict.fromkeys(range(4), "the file is no classic little-endian TIFF")
    assert tiff.check(b"") == unreadable
    assert tiff.check(b"MM" + data[2:]) == unreadable
    assert data[4:8] == (8).to_bytes(4, "little")
    cut = tiff.check(data[: len(data) // 2])
    assert set(cut) >= {2, 3}
    assert 0 not in cut
    # The last directory, made to point to the first.
    last = data.rindex((254).to_bytes(2, "little") + (4).to_bytes(2, "little")) - 2
    end = last + 2 + 12 * int.from_bytes(data[last : last + 2], "little")
    circle = data[:end] + (8).to_bytes(4, "little") + data[end + 4 :]
    assert tiff.check(circle) == {4: "the TIFF's directories form a circle"}


def test_a_page_of_another_size(hand, tiff):
    other = hand.plate(701, 500, qr=tiff.plate.qr, bars=tiff.plate.bars)
    found = check_chunk("tiff", io.BytesIO(tiff.written()), other, tiff.digits, tiff.bars)
    assert {reason for _, reason in found} == {"the page does not have the plate's size"}
