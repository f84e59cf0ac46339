"""Reading PNG pages back, and faults put into them."""

from __future__ import annotations

import io

import pytest

from elqr_fast.render.preview import write_png
from elqr_fast.render.readback import OTHER, WRONG_MODULES, check_chunk
from elqr_fast.render.scene import Rect


@pytest.mark.parametrize("ink", [(0, 0, 0), (0, 112, 72)])
def test_png_pages(make_chunk, ink):
    chunk = make_chunk("png", static_ink=ink)
    digits, text = chunk.digits[2:3], chunk.bars[2:3]

    def check(page, expected=digits):
        target = io.BytesIO()
        write_png(chunk.plate, page, target)
        return [reason for _, reason in check_chunk("png", target, chunk.plate, expected, text)]

    assert check(chunk.pages[2]) == []
    assert check(chunk.pages[1]) == [f"the eL-QR {OTHER}"]
    chunk.pages[2].scene.symbols[0].modules[20, 20] ^= 1
    assert check(chunk.pages[2]) == [f"the eL-QR {WRONG_MODULES}"]
    chunk.pages[2].scene.rects.append(Rect(486, 250, 1, 1))
    assert check(chunk.pages[2]) == [
        "the eL-QR is not made of whole modules, or its quiet zone is not empty"
    ]


def test_damaged_png_files(hand, make_chunk):
    chunk = make_chunk("png")
    target = io.BytesIO()
    write_png(chunk.plate, chunk.pages[0], target)
    data = target.getvalue()

    def check(data, plate=chunk.plate):
        found = check_chunk("png", io.BytesIO(data), plate, chunk.digits[:1], chunk.bars[:1])
        return [reason for _, reason in found]

    assert check(b"") == check(data[:10]) == ["the PNG cannot be opened"]
    assert check(data[:-200]) == ["the page's data are damaged"]
    middle = len(data) // 2
    spoilt = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    assert check(spoilt) == ["the page's data are damaged"]
    other = hand.slip_plate(height=501)
    assert check(data, other) == ["the page does not have the plate's size"]
