"""The OCR lines, drawn by Pillow from the font or printed by us, and read beside the eL-QR."""

from __future__ import annotations

import io
import math
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
from PIL import Image, ImageDraw, ImageFont

from elqr_fast.codes.ocr_lines import VALUES, check_digits
from elqr_fast.errors import FontError
from elqr_fast.records.synthetic import make_notices
from elqr_fast.scan import Line, Lines, open_file, read_page
from elqr_fast.scan.channel import CLASSES
from elqr_fast.scan.ocr_lines import Frame, frame_of, read_line
from elqr_fast.scan.place import Placement

Grey = npt.NDArray[np.uint8]
FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
PITCH = 2.54
#: The channel's dots.
DOTS = 600 / 25.4
#: A line's own print, and the paper around its middle that is scanned.
PRINT_MM = (45 * PITCH, 6.0)
SCAN_MM = (PRINT_MM[0] + 6, PRINT_MM[1] + 6)
BASELINE_MM = 4.4


class Printer:
    """Draws lines of OCR-B at ten characters an inch."""

    def __init__(self) -> None:
        self.font = ImageFont.truetype(str(FONT), 10 * 600 / 72)

    def dots(self, text: str) -> Grey:
        """Ink is 255; the line's middle is the picture's."""
        size = [round(side * DOTS) for side in PRINT_MM]
        picture = Image.new("L", (size[0], size[1]), 0)
        left = (PRINT_MM[0] - len(text) * PITCH) / 2
        for index, character in enumerate(text):
            x = math.floor((left + (index + 0.5) * PITCH) * DOTS)
            ImageDraw.Draw(picture).text(
                (x, round(BASELINE_MM * DOTS)), character, 255, self.font, anchor="ms"
            )
        return np.where(np.asarray(picture) > 127, 255, 0).astype(np.uint8)

    def random_line(self, draw: np.random.Generator, length: int) -> str:
        data = "".join(map(str, draw.integers(0, 10, length - 2)))
        return check_digits(data) + data


@pytest.fixture(scope="module")
def printer() -> Printer:
    if not FONT.exists():
        pytest.skip("needs OCR-B: apt-get install fonts-ocr-b")
    return Printer()


def read(grey: Grey, dpi: float, length: int = 44, turns: int = 0) -> str:
    """Reads the line expected in the middle of a scan, which was turned clockwise."""
    directions = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    along, down = directions[turns], directions[(turns + 1) % 4]
    scale = dpi / 25.4
    frame = Frame(
        page=(SCAN_MM[0] / 2, SCAN_MM[1] / 2),
        image=(grey.shape[1] / 2, grey.shape[0] / 2),
        along=(along[0] * scale, along[1] * scale),
        down=(down[0] * scale, down[1] * scale),
    )
    left = (SCAN_MM[0] - length * PITCH) / 2
    line = Line("lower" if length == 44 else "upper", left, 3 + BASELINE_MM)
    [page] = open_file(grey, dpi=dpi).pages()
    return read_line(page, frame, line)


#: How many of 20 worn lines may be unread: none was of a hundred, but at 200 dpi one in fifteen.
MOST_UNREAD = {"worn-200": 4, "worn-bilevel-200": 4}


@pytest.mark.parametrize("name", CLASSES)
def test_scanned_lines(printer: Printer, name: str) -> None:
    """Up to 3 mm off its place each way and up to 1.2 degrees askew; never another line."""
    channel, draw, unread = CLASSES[name], np.random.default_rng(3), 0
    for seed in range(20):
        text = printer.random_line(draw, 44 if seed % 2 else 39)
        grey = channel.scan_print(printer.dots(text), seed, SCAN_MM)
        found = read(grey, channel.dpi, len(text))
        assert found in (text, "")
        unread += not found
    assert unread <= MOST_UNREAD.get(name, 1)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("dpi", [200, 240, 300, 400, 600])
def test_resolutions_and_turns(printer: Printer, dpi: int, turns: int) -> None:
    channel = replace(CLASSES["normal-300"], dpi=dpi, turns=turns, skew=(-1.2, 1.2))
    text = printer.random_line(np.random.default_rng(dpi), 44)
    assert read(channel.scan_print(printer.dots(text), turns, SCAN_MM), dpi, turns=turns) == text


def test_letters_and_signs(printer: Printer) -> None:
    data = "".join(VALUES)[::-1] + "0123456789AFHJKLPT"
    text = check_digits(data) + data
    assert read(CLASSES["normal-200"].scan_print(printer.dots(text), 0, SCAN_MM), 200) == text


def test_check_digits_must_be_right(printer: Printer) -> None:
    """Vectors of DOMAIN 4, as an upper line has 39 characters: 37 of data."""
    for text in (
        "610000000000000000003600226000033421101",
        "260018003900100000002457200000AFHJKLPTV",
    ):
        assert len(text) == 39
        scan = CLASSES["normal-300"].scan_print
        assert read(scan(printer.dots(text), 1, SCAN_MM), 300, 39) == text
        for at in (0, 1, 12, 22):
            wrong = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
            assert read(scan(printer.dots(wrong), 1, SCAN_MM), 300, 39) == ""


@pytest.mark.parametrize("at", [0, 1, 20, 43])
@pytest.mark.parametrize("ink", [0, 255])
def test_a_smudged_digit_is_never_guessed(printer: Printer, at: int, ink: int) -> None:
    """Half of it is covered, by ink or by paper; every digit in turn."""
    draw = np.random.default_rng(at)
    for digit in "0123456789":
        text = ""
        while len(text) != 44 or text[at] != digit:
            text = printer.random_line(draw, 44)
        dots = printer.dots(text)
        middle = round(((PRINT_MM[0] - 44 * PITCH) / 2 + (at + 0.5) * PITCH) * DOTS)
        upper, lower = round((BASELINE_MM - 2.9) * DOTS), round((BASELINE_MM - 1.2) * DOTS)
        dots[upper:lower, middle - 25 : middle + 25] = 255 - ink
        grey = CLASSES["normal-300"].scan_print(dots, at, SCAN_MM)
        assert read(grey, 300) in ("", text)
        dots[upper : lower + 50, middle - 25 : middle + 25] = 255 - ink
        assert read(CLASSES["normal-300"].scan_print(dots, at, SCAN_MM), 300) == ""


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
    return SimpleNamespace(pdf=pdf, target=target_of(request.param))


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
