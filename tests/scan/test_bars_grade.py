"""Grades of bar codes on pages: where they are found, whichever way up, and when there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from elqr_fast.scan import Reading, read_page, read_pages
from elqr_fast.scan.place import Target

Grey = npt.NDArray[np.uint8]
BILL = "9191234501234567890123456789002407100012300"


def page_of(pictures: Any, code: Any, dpi: int = 300) -> Grey:
    page: Grey = pictures.page(code(pictures.sample, 40, 220), dpi=dpi)
    pictures.draw_bars(page, BILL, 100, 250, dpi)
    return page


def inked(page: Grey) -> Grey:
    """As a grey scanner has it."""
    return np.where(page < 128, 30, 230).astype(np.uint8)


def from_tiff(pictures: Any, page: Grey, folder: Any) -> list[Reading]:
    pictures.save_tiff(folder / "page.tif", [page])
    target = Target(box=(38, 218, 20, 20), page=(210, 297))
    pages, _ = read_pages(folder / "page.tif", target=target)
    return pages[0]


@pytest.mark.parametrize("turns", range(4))
def test_grey_pages_whichever_way_up(pictures: Any, code: Any, turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(inked(page_of(pictures, code)), -turns))
    [reading] = read_page(page, dpi=300)
    grade = reading.bars_grade
    assert grade is not None
    assert (grade.overall, grade.letter, grade.worst) == (4.0, "A", "")
    assert grade.lines == (4,) * 10
    assert set(grade.grades) == {
        "decode", "contrast", "reflectance", "edge_contrast", "modulation", "defects",
        "decodability",
    }  # fmt: skip
    assert grade.module == pytest.approx(2.0, abs=0.05)
    assert not grade.bilevel


@pytest.mark.parametrize("turns", range(4))
def test_bilevel_pages_say_so(pictures: Any, code: Any, turns: int, tmp_path: Any) -> None:
    page = np.ascontiguousarray(np.rot90(page_of(pictures, code), -turns))
    [reading] = from_tiff(pictures, page, tmp_path)
    grade = reading.bars_grade
    assert grade is not None
    assert (grade.overall, grade.letter, grade.bilevel) == (4.0, "A", True)
    assert set(grade.grades) == {"decode", "decodability"}


def test_faint_bars(pictures: Any, code: Any) -> None:
    """Ink of 150 on paper of 230: 31 % of contrast, and more than half the reflectance."""
    page = inked(page_of(pictures, code))
    box = page[round(250 / 25.4 * 300) : round(260 / 25.4 * 300), round(100 / 25.4 * 300) :]
    box[box == 30] = 150
    [reading] = read_page(page, dpi=300)
    grade = reading.bars_grade
    assert grade is not None
    assert grade.grades["contrast"] == 1
    assert grade.values["contrast"] == pytest.approx(100 * 80 / 255, abs=1e-3)
    assert (grade.overall, grade.letter, grade.worst) == (0.0, "F", "reflectance")


def test_bars_of_too_few_pixels_are_not_graded(
    pictures: Any, code: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules of 2 pixels, and a limit just above."""
    monkeypatch.setattr("elqr_fast.scan.bars_grade.LEAST_PIXELS", 2.1)
    [reading] = read_page(inked(page_of(pictures, code)), dpi=300)
    assert reading.bars_grade is not None
    assert (reading.bars_grade.overall, reading.bars_grade.letter) == (None, "too coarse")


def test_without_bars_or_with_two(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(pictures.sample, 40, 220)), dpi=300)
    assert reading.bars_grade is None
    page = page_of(pictures, code)
    pictures.draw_bars(page, BILL[:-1] + "1", 20, 190, 300)
    [reading] = read_page(page, dpi=300)
    assert reading.bars_grade is None
