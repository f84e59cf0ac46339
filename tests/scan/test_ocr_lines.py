"""The OCR lines, drawn by Pillow from the font or printed by us, and read beside the eL-QR."""

from __future__ import annotations

import io
import math
import runpy
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from elqr_fast.codes.ocr_lines import VALUES, check_digits
from elqr_fast.errors import FontError
from elqr_fast.records.synthetic import make_notices
from elqr_fast.scan import Line, Lines, open_file, read_page
from elqr_fast.scan.ocr_lines import Frame, frame_of, read_line
from elqr_fast.scan.place import Placement

Grey = npt.NDArray[np.uint8]
#: What draws lines by Pillow and scans them, for long runs and here.
TOOL: Any = SimpleNamespace(
    **runpy.run_path(str(Path(__file__).parents[2] / "tools" / "nightly" / "ocr_rates.py"))
)
CHANNELS, PITCH, DOTS = TOOL.CHANNELS, TOOL.PITCH, TOOL.DOTS
PRINT_MM, SCAN_MM, BASELINE_MM = TOOL.PRINT_MM, TOOL.SCAN_MM, TOOL.BASELINE_MM


@pytest.fixture(scope="module")
def printer() -> Any:
    if not TOOL.FONT.exists():
        pytest.skip("needs OCR-B: apt-get install fonts-ocr-b")
    return TOOL.Printer()


def read(grey: Grey, dpi: float, length: int = 44, turns: int = 0) -> str:
    """Reads the line expected in the middle of a scan, which was turned clockwise."""
    x, y, *vectors = TOOL.frame(grey, dpi, length, turns)
    left = (SCAN_MM[0] - length * PITCH) / 2
    baseline = (SCAN_MM[1] - PRINT_MM[1]) / 2 + BASELINE_MM
    frame = Frame((left, baseline), (x, y), tuple(vectors[:2]), tuple(vectors[2:]))
    line = Line("lower" if length == 44 else "upper", left, baseline)
    [page] = open_file(grey, dpi=dpi).pages()
    return read_line(page, frame, line)


#: How many of 20 worn lines may be unread: none was of a hundred, but at 200 dpi one in fifteen.
MOST_UNREAD = {"worn-200": 4, "worn-bilevel-200": 4}


@pytest.mark.parametrize("name", CHANNELS)
def test_scanned_lines(printer: Any, name: str) -> None:
    """Up to 3 mm off its place each way and up to 1.2 degrees askew; never another line."""
    channel, draw, unread = CHANNELS[name], np.random.default_rng(3), 0
    for seed in range(20):
        text = TOOL.random_line(draw, 44 if seed % 2 else 39)
        grey = channel.scan_print(printer.dots(text), seed, SCAN_MM)
        found = read(grey, channel.dpi, len(text))
        assert found in (text, "")
        unread += not found
    assert unread <= MOST_UNREAD.get(name, 1)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("dpi", [200, 240, 300, 400, 600])
def test_resolutions_and_turns(printer: Any, dpi: int, turns: int) -> None:
    channel = replace(CHANNELS["normal-300"], dpi=dpi, turns=turns, skew=(-1.2, 1.2))
    text = TOOL.random_line(np.random.default_rng(dpi), 44)
    assert read(channel.scan_print(printer.dots(text), turns, SCAN_MM), dpi, turns=turns) == text


def test_letters_and_signs(printer: Any) -> None:
    data = "".join(VALUES)[::-1] + "0123456789AFHJKLPT"
    text = check_digits(data) + data
    assert read(CHANNELS["normal-200"].scan_print(printer.dots(text), 0, SCAN_MM), 200) == text


def test_check_digits_must_be_right(printer: Any) -> None:
    """Two lines whose check digits are known from elsewhere, then with a digit changed."""
    known = (
        "610000000000000000003600226000033421101",
        "260018003900100000002457200000AFHJKLPTV",
    )
    for text in known:
        assert len(text) == 39
        scan = CHANNELS["normal-300"].scan_print
        assert read(scan(printer.dots(text), 1, SCAN_MM), 300, 39) == text
        for at in (0, 1, 12, 22):
            wrong = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
            assert read(scan(printer.dots(wrong), 1, SCAN_MM), 300, 39) == ""


@pytest.mark.parametrize("at", [0, 1, 20, 43])
@pytest.mark.parametrize("ink", [0, 255])
def test_a_smudged_digit_is_never_guessed(printer: Any, at: int, ink: int) -> None:
    """Half of it is covered, by ink or by paper; every digit in turn."""
    draw = np.random.default_rng(at)
    for digit in "0123456789":
        text = ""
        while len(text) != 44 or text[at] != digit:
            text = TOOL.random_line(draw, 44)
        dots = printer.dots(text)
        middle = round(((PRINT_MM[0] - 44 * PITCH) / 2 + (at + 0.5) * PITCH) * DOTS)
        upper, lower = round((BASELINE_MM - 2.9) * DOTS), round((BASELINE_MM - 1.2) * DOTS)
        dots[upper:lower, middle - 25 : middle + 25] = 255 - ink
        grey = CHANNELS["normal-300"].scan_print(dots, at, SCAN_MM)
        assert read(grey, 300) in ("", text)
        dots[upper : lower + 50, middle - 25 : middle + 25] = 255 - ink
        assert read(CHANNELS["normal-300"].scan_print(dots, at, SCAN_MM), 300) == ""


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (40, 40), (2480, 3508)])
@pytest.mark.parametrize("grey", [0, 255])
def test_pages_without_a_line(shape: tuple[int, int], grey: int) -> None:
    assert read(np.full(shape, grey, np.uint8), 300) == ""


@pytest.mark.parametrize("turns", range(4))
def test_the_frame_is_the_el_qr_s(turns: int) -> None:
    """A symbol 100 pixels wide on a page of 10 by 8 pixels a millimetre, fed by quarter turns and
    half a degree askew."""
    angle = math.radians(90 * turns + 0.5)
    cos, sin = math.cos(angle), math.sin(angle)
    square = [(-50, -50), (50, -50), (50, 50), (-50, 50)]
    corners: Any = tuple(
        (round(900 + x * cos - y * sin), round(700 + x * sin + y * cos)) for x, y in square
    )
    scale = (10.0, 8.0) if turns % 2 == 0 else (8.0, 10.0)
    frame = frame_of(corners, (80, 60, 20, 20), Placement((1800, 1400), turns, scale))
    x, y = frame.place(100, 67)
    assert x == pytest.approx(900 + 100 * cos + 24 * sin, abs=1)
    assert y == pytest.approx(700 + 100 * sin - 24 * cos, abs=1)


# ------------------------------------------------------------------------------ whole slips


@pytest.fixture(scope="module", params=["kaku-mpn", "kaku-mt"])
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two slips of a form that differ in one digit of the case key, as vectors on two pages."""
    from elqr_fast import render
    from elqr_fast.verify.batch import target_of

    notices = make_notices(1)
    key = notices.column("case_key")[0].as_py()
    other = key[:-1] + str((int(key[-1]) + 1) % 10)
    at = notices.schema.get_field_index("case_key")
    both = [notices, notices.set_column(at, "case_key", [[other]])]
    folder = tmp_path_factory.mktemp(request.param)
    import pyarrow as pa

    try:
        render(pa.concat_tables(both), request.param, folder, to="pdf", workers=1)
    except FontError as error:
        pytest.skip(f"needs OCR-B (apt-get install fonts-ocr-b): {error}")
    [pdf] = folder.glob("*.pdf")
    return SimpleNamespace(pdf=pdf, form=request.param, target=target_of(request.param))


def by_pdfium(pdf: Path, dpi: int) -> list[Grey]:
    with open_file(pdf, dpi=dpi) as file:
        return [page.grey.copy() for page in file.pages()]


def by_poppler(pdf: Path, dpi: int) -> list[Grey]:
    if shutil.which("pdftoppm") is None:
        pytest.skip("needs pdftoppm: apt-get install poppler-utils")
    pages = []
    for number in ("1", "2"):
        command = ["pdftoppm", "-gray", "-r", str(dpi), "-f", number, "-l", number, str(pdf)]
        data = subprocess.run(command, check=True, capture_output=True).stdout
        pages.append(np.asarray(Image.open(io.BytesIO(data))).copy())
    return pages


@pytest.fixture(scope="module", params=[(by_pdfium, 300), (by_poppler, 200), (by_poppler, 400)])
def pages(printed: Any, request: pytest.FixtureRequest) -> Any:
    draw: Callable[[Path, int], list[Grey]] = request.param[0]
    dpi = request.param[1]
    first, second = draw(printed.pdf, dpi)
    return SimpleNamespace(first=first, second=second, dpi=dpi, target=printed.target)


def rows_of(pages: Any, name: str) -> slice:
    """The rows of a printed line."""
    [line] = [line for line in pages.target.lines if line.name == name]
    scale = pages.dpi / 25.4
    return slice(round((line.baseline - 4) * scale), round((line.baseline + 2) * scale))


@pytest.mark.parametrize("turns", range(4))
def test_lines_agree(pages: Any, turns: int) -> None:
    for grey in (pages.first, pages.second):
        turned = np.ascontiguousarray(np.rot90(grey, -turns))
        reading = read_page(turned, target=pages.target, dpi=pages.dpi)[0]
        assert (reading.verdict, reading.detail, reading.ocr_lines) == ("ok", "", Lines.AGREE)


@pytest.mark.parametrize("bilevel", [False, True])
def test_one_other_digit_in_the_printed_line(pages: Any, bilevel: bool) -> None:
    """The other slip's lower line, pasted on; its check digits are right."""
    page, rows = pages.first.copy(), rows_of(pages, "lower")
    page[rows] = pages.second[rows]
    if bilevel:
        page = np.where(page < 128, 0, 255).astype(np.uint8)
    reading = read_page(page, target=pages.target, dpi=pages.dpi)[0]
    assert reading.verdict == "cross_mismatch"
    assert reading.detail == "the lower OCR line differs from the eL-QR"
    assert reading.ocr_lines is Lines.DIFFER


@pytest.mark.parametrize("name", ["upper", "lower"])
def test_a_smudged_line_is_no_fault(pages: Any, name: str) -> None:
    page = pages.first.copy()
    [line] = [line for line in pages.target.lines if line.name == name]
    x = round((line.x + 7.5 * line.pitch) * pages.dpi / 25.4)
    page[rows_of(pages, name), x - pages.dpi // 50 : x + pages.dpi // 50] = 0
    reading = read_page(page, target=pages.target, dpi=pages.dpi)[0]
    assert (reading.verdict, reading.detail, reading.ocr_lines) == ("ok", "", Lines.UNREAD)


def test_lines_gone(pages: Any) -> None:
    page = pages.first.copy()
    for name in ("upper", "lower"):
        page[rows_of(pages, name)] = 255
    reading = read_page(page, target=pages.target, dpi=pages.dpi)[0]
    assert (reading.verdict, reading.ocr_lines) == ("ok", Lines.UNREAD)


def test_without_lines_nothing_is_said(pages: Any) -> None:
    target = replace(pages.target, lines=())
    assert read_page(pages.first, target=target, dpi=pages.dpi)[0].ocr_lines is None


def test_results_say_what_the_lines_said(printed: Any, tmp_path: Path) -> None:
    from elqr_fast import verify

    verify(printed.pdf, form=printed.form, out=tmp_path, workers=1)
    lines = (tmp_path / "results.csv").read_text("utf-8-sig").splitlines()
    column = lines[0].split(",").index('"ocr_lines"')
    assert [line.split(",")[column] for line in lines[1:]] == ['"agree"', '"agree"']
