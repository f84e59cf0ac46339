"""What several folders of tests use, and one rule for all of them.

A test that needs a tool which is missing skips and says so.  Where ELQR_FAIL_ON_SKIP is set, as
in .ci/run, that is a failure: there every tool is installed, and nothing may go untested.
"""

from __future__ import annotations

import binascii
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import segno
import zxingcpp
from hypothesis import HealthCheck, settings
from msgspec.structs import replace
from PIL import Image

from elqr_fast.cli import main
from elqr_fast.forms import Form, load_form
from elqr_fast.forms.loader import parse_form

# How fast a machine is says nothing about whether the software is right.
settings.register_profile("elqr", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("elqr")

Grey = npt.NDArray[np.uint8]
MM_PER_INCH = 25.4
#: Published with the format; every check of it is valid, its data are invented.
SAMPLE = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553519"
    "5010997404600000000541100002254357622620242024002024053120240710"
    "8085" + "0" * 85 + "630532232"
)

#: A merchant's code for payment in person; nobody's, every check of it is valid.
JPQR = (
    "00020101021126680019jp.or.paymentsjapan01130000000000001020400010306000001040600"
    "00015204939953033925802JP5909CITY HALL6004OITA6304916B"
)


@dataclass(frozen=True)
class Code:
    """A QR code on a page: its upper left corner (quiet zone not counted) in mm."""

    content: str
    x: float
    y: float
    module_mm: float = 0.36


class SlipPictures:
    """Draws pages with codes, without the software under test."""

    sample = SAMPLE

    def page(
        self, *codes: Code, size_mm: tuple[float, float] = (210.0, 297.0), dpi: int = 300
    ) -> Grey:
        """A white sheet with lines like text on its upper half, and codes."""
        width, height = (round(side / MM_PER_INCH * dpi) for side in size_mm)
        page = np.full((height, width), 255, np.uint8)
        noise = np.random.default_rng(7).integers(0, 2, (height // 2 // 8, width // 8), np.uint8)
        noise[::3] = 1
        page[: noise.shape[0] * 8, : noise.shape[1] * 8] = np.kron(noise, np.full((8, 8), 255))
        for code in codes:
            self.draw(page, code, dpi)
        return page

    def draw(self, page: Grey, code: Code, dpi: int) -> None:
        dots = max(1, round(code.module_mm / MM_PER_INCH * dpi))
        quiet = 4 * dots
        picture = self.symbol(code.content, dots)
        x, y = (round(side / MM_PER_INCH * dpi) - quiet for side in (code.x, code.y))
        page[y : y + picture.shape[0], x : x + picture.shape[1]] = picture

    def symbol(self, content: str, dots: int, mask: int = 2) -> Grey:
        """A symbol with its quiet zone, level M as an eL-QR's, `dots` a module."""
        mode = "numeric" if content.isdecimal() else "byte"
        symbol = segno.make_qr(content, error="m", mask=mask, mode=mode, boost_error=False)
        modules = np.pad(np.array([list(row) for row in symbol.matrix], np.uint8), 4)
        return np.kron((1 - modules) * np.uint8(255), np.ones((dots, dots), np.uint8))

    def draw_bars(self, page: Grey, digits: str, x: float, y: float, dpi: int = 300) -> None:
        """A GS1-128 of 44 digits without its check digit, modules of 0.17 mm, 10 mm high."""
        content = f"({digits[:2]}){digits[2:]}{self.mod10(digits)}"
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Code128, gs1=True)
        row = np.asarray(code.to_image(scale=1, add_quiet_zones=True))[:1]
        dots = round(0.1693 / MM_PER_INCH * dpi)
        height = round(10 / MM_PER_INCH * dpi)
        bars = np.repeat(np.repeat(row, dots, axis=1), height, axis=0)
        left, top = (round(side / MM_PER_INCH * dpi) for side in (x, y))
        page[top : top + height, left : left + bars.shape[1]] = bars

    def mod10(self, digits: str) -> int:
        """GS1's check digit: weights 3, 1, 3 … from the right."""
        return -sum(int(d) * (3 - 2 * (i % 2)) for i, d in enumerate(reversed(digits))) % 10

    def sealed(self, digits: str) -> str:
        """A payload whose CRC is made right again."""
        body = digits[:250]
        return f"{body}{binascii.crc_hqx(body.encode(), 0xFFFF):05d}"

    def changed(self, digits: str, at: int) -> str:
        """A payload with one digit changed, CRC as it was."""
        return digits[:at] + str((int(digits[at]) + 1) % 10) + digits[at + 1 :]

    def bilevel(self, page: Grey) -> Image.Image:
        return Image.fromarray(page).convert("1", dither=Image.Dither.NONE)

    def save_tiff(self, path: object, pages: Sequence[Grey], dpi: int = 300) -> None:
        """Pages as a scanner stores them: bilevel, G4."""
        first, *others = map(self.bilevel, pages)
        first.save(
            path,
            format="TIFF",
            compression="group4",
            dpi=(dpi, dpi),
            save_all=True,
            append_images=others,
        )


@pytest.fixture(scope="session")
def pictures() -> SlipPictures:
    return SlipPictures()


@pytest.fixture(scope="session")
def code() -> type[Code]:
    return Code


AlteredForm = Callable[..., Form]


@pytest.fixture(scope="session")
def altered_form() -> AlteredForm:
    """Gives a built-in form with texts replaced, each once: altered_form("maru", {old: new})."""

    def alter(name: str, replacements: Mapping[str, str]) -> Form:
        text = Path(load_form(name).path).read_text("utf-8")
        for old, new in replacements.items():
            assert old in text, old
            text = text.replace(old, new, 1)
        return parse_form(text, Path("altered.toml"))

    return alter


@pytest.fixture(scope="session")
def without_receipt() -> Callable[[str], Form]:
    """Gives a built-in form without its third part."""

    def cut(name: str) -> Form:
        form = load_form(name)
        return replace(form, parts=replace(form.parts, receipt=None))

    return cut


@pytest.fixture(scope="session")
def qr_drawing() -> Callable[[str, str], str]:
    """The table of a drawing that is a QR code: qr_drawing("foreign", text)."""

    def draw(name: str, content: str) -> str:
        matrix = segno.make_qr(content, error="m").matrix
        side = len(matrix)
        cells = [(x, y) for y in range(side) for x in range(side) if matrix[y][x]]
        path = " ".join(f"M {x} {y} h 1 v 1 h -1 Z" for x, y in cells)
        return f'[drawings.{name}]\nview = [{side}, {side}]\npath = "{path}"\n'

    return draw


@pytest.fixture(scope="session")
def jpqr_text() -> str:
    return JPQR


FAIL_ON_SKIP = os.environ.get("ELQR_FAIL_ON_SKIP") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> object:
    report = yield
    if FAIL_ON_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped where nothing may: {report.longrepr}"
    return report


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def elqr(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run `elqr` with arguments; its exit code and what it said."""

    def run(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run
