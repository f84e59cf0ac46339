"""An A4 page with a slip, drawn by Pillow: what the page benchmarks and tests code and compose.

Geometry is in millimetres from the page's top-left corner.  Text, a ruled slip of three parts, an
eL-QR sized grid of modules, a GS1-128 sized row of bars: as busy as a real notice, data invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib_fontja
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Rows = npt.NDArray[np.uint8]

FONT = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
LETTER = (
    "納期限までに、お近くの金融機関または地方税お支払サイトでお納めください。"
    "納期限を過ぎますと延滞金がかかることがあります。この通知書に不服があるときは、"
    "通知を受け取った日の翌日から三か月以内に審査請求をすることができます。"
)
PARTS = (("領収済通知書", 8.0), ("原符", 78.0), ("領収証書", 141.0))
LABELS = ("納付番号", "確認番号", "納付区分", "年度", "税目", "期別", "納期限", "合計金額")


@dataclass(frozen=True)
class Slip:
    """Both layers of one page; the page is their union."""

    width: int
    height: int
    static: Rows
    variable: Rows

    @property
    def page(self) -> Rows:
        return self.static | self.variable


class Paper:
    """A bilevel page drawn in millimetres."""

    def __init__(self, dpi: int) -> None:
        self.dots_per_mm = dpi / 25.4
        self.image = Image.new("1", (self.dots(210), self.dots(297)), 0)
        self.pen = ImageDraw.Draw(self.image)
        self.pen.fontmode = "1"

    def dots(self, millimetres: float) -> int:
        return round(millimetres * self.dots_per_mm)

    def text(self, x: float, y: float, size: float, text: str) -> None:
        font = ImageFont.truetype(str(FONT), self.dots(size))
        self.pen.text((self.dots(x), self.dots(y)), text, fill=1, font=font)

    def line(self, x: float, y: float, x2: float, y2: float, width: float = 0.15) -> None:
        thick = max(1, self.dots(width))
        left, top = self.dots(x), self.dots(y)
        right, bottom = self.dots(x2), self.dots(y2)
        self.pen.rectangle((left, top, right + thick - 1, bottom + thick - 1), fill=1)

    def rows(self) -> Rows:
        return np.packbits(np.asarray(self.image), axis=1)


def draw_static(paper: Paper) -> None:
    """The letter above and the slip's form below."""
    paper.text(70, 15, 7, "納税通知書")
    for index in range(4):
        start = index * 7 % 40
        paper.text(20, 60 + index * 4.6, 3.2, (LETTER * 2)[start : start + 50])
    for title, left in PARTS:
        right = left + 60
        paper.text(left + 12, 192, 4, title)
        for index, label in enumerate(LABELS):
            y = 200 + index * 8
            paper.line(left, y, right, y)
            paper.text(left + 1, y + 2, 2.6, label)
        paper.line(left, 264, right, 264)
        for x in (left, left + 18, right):
            paper.line(x, 200, x, 264)
        paper.text(left, 284, 2.2, "上記の金額を領収しました。(納入者保管)")


class Variable:
    """What one slip adds to the form: blits of an atlas, a symbol, bars; places in dots."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.glyphs: list[Rows] = []
        self.blits: list[tuple[int, int, int]] = []
        self._known: dict[tuple[str, int], tuple[int, int, int]] = {}
        module = max(1, paper.dots(0.4))
        self.qr = (paper.dots(120), paper.dots(267), module, 41)
        bar = max(1, paper.dots(0.17))
        self.bars = (paper.dots(142), paper.dots(267), bar, 288, paper.dots(10), 0)

    def glyph(self, text: str, size: int) -> tuple[int, int, int]:
        """Number in the atlas, and where its ink begins, right and down."""
        if (text, size) not in self._known:
            mask = ImageFont.truetype(str(FONT), size)
            left, top, right, bottom = mask.getbbox(text, mode="1")
            image = Image.new("1", (right - left, bottom - top))
            pen = ImageDraw.Draw(image)
            pen.fontmode = "1"
            pen.text((-left, -top), text, fill=1, font=mask)
            self.glyphs.append(np.asarray(image).astype(np.uint8))
            self._known[text, size] = (len(self.glyphs) - 1, left, top)
        return self._known[text, size]

    def text(self, x: float, y: float, size: float, text: str, step: int = 1) -> None:
        """One blit for every `step` characters."""
        dots = self.paper.dots(size)
        font = ImageFont.truetype(str(FONT), dots)
        at = float(self.paper.dots(x))
        for start in range(0, len(text), step):
            part = text[start : start + step]
            if part.strip():
                number, left, top = self.glyph(part, dots)
                self.blits.append((number, round(at) + left, self.paper.dots(y) + top))
            at += font.getlength(part)


def set_values(page: Variable, seed: int, step: int = 1) -> None:
    """Address, the values of the three parts, OCR lines; `step` 2 sets digits in pairs."""
    random = np.random.default_rng(seed)

    def digits(count: int) -> str:
        return "".join(map(str, random.integers(0, 10, count)))

    page.text(20, 30, 4, f"架空県架空市中央{digits(1)}丁目{digits(2)}番{digits(2)}号")
    page.text(20, 36, 5, "見本 太郎 様")
    for _, left in PARTS:
        for index in range(len(LABELS)):
            page.text(left + 20, 202 + index * 8, 3.6, digits(14), step)
    page.text(8, 268, 3.4, digits(39), step)
    page.text(8, 274, 3.4, digits(44), step)


def zones(paper: Paper) -> Rows:
    """Boxes, int32 [n, 4], that the values of every slip are in."""
    boxes = [(20, 29, 120, 6), (20, 35, 120, 7), (8, 267, 105, 5), (8, 273, 105, 5)]
    boxes += [(left + 19, 201 + i * 8, 40, 6) for _, left in PARTS for i in range(len(LABELS))]
    return np.array([[paper.dots(side) for side in box] for box in boxes], np.int32)


def random_codes(seed: int) -> tuple[Rows, Rows]:
    """Modules of a symbol [41, 41] and of a row of bars [288]."""
    random = np.random.default_rng(seed)
    return random.integers(0, 2, (41, 41), np.uint8), random.integers(0, 2, 288, np.uint8)


def draw_variable(paper: Paper, page: Variable, symbol: Rows, bars: Rows) -> Rows:
    """The added ink alone, packed."""
    dots = np.zeros((paper.image.height, paper.image.width), np.uint8)
    for number, x, y in page.blits:
        glyph = page.glyphs[number]
        dots[y : y + glyph.shape[0], x : x + glyph.shape[1]] |= glyph
    for (x, y, module, _, *rest), modules in ((page.qr, symbol), (page.bars, bars[np.newaxis])):
        block = np.kron(modules, np.ones((rest[0] if rest else module, module), np.uint8))
        dots[y : y + block.shape[0], x : x + block.shape[1]] |= block
    return np.packbits(dots, axis=1)


def make_slip(dpi: int, seed: int = 1) -> Slip:
    """A page and its layers at one resolution."""
    paper = Paper(dpi)
    page = Variable(paper)
    set_values(page, seed)
    variable = draw_variable(paper, page, *random_codes(seed))
    draw_static(paper)
    width, height = paper.image.size
    return Slip(width, height, paper.rows(), variable)
