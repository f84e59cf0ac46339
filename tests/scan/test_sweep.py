"""What else is on a bilevel page, seen without zxing-cpp where there is nothing."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from elqr_fast.scan import Reading, Target, read_pages, symbols

TARGET = Target((64.0, 277.0, 20.0, 20.0), (210.0, 297.0), ((0.0, 183.0, 142.0, 114.0),))
INSIDE = (67.0, 279.0)


def readings(page: Any, dpi: int) -> list[Reading]:
    file = io.BytesIO()
    Image.fromarray(page).convert("1").save(file, "TIFF", compression="group4", dpi=(dpi, dpi))
    [found], _ = read_pages(file.getvalue(), target=TARGET)
    return found


@pytest.mark.parametrize("dpi", [300, 400, 600, 1200])
def test_a_page_with_nothing_else_needs_no_other_reader(
    pictures: Any, code: Any, dpi: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("zxing-cpp was called")

    monkeypatch.setattr(symbols, "_codes", fail)
    page = pictures.page(code(pictures.sample, *INSIDE), dpi=dpi)
    [reading] = readings(page, dpi)
    assert (reading.verdict, reading.digits) == ("ok", pictures.sample)


@pytest.mark.parametrize("dpi", [300, 400, 600, 1200])
@pytest.mark.parametrize("turns", [0, 2])
def test_a_second_code_is_seen_at_any_resolution(
    pictures: Any, code: Any, dpi: int, turns: int
) -> None:
    other = code("https://example.com/pay?id=1", 100, 250)
    page = pictures.page(code(pictures.sample, *INSIDE), other, dpi=dpi)
    own, _ = readings(np.rot90(page, turns), dpi)
    assert (own.verdict, own.detail) == ("several_codes", "also on the page: URL")
