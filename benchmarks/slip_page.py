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

    def modules(self, x: float, y: float, modules: Rows, wide: int, high: int) -> None:
        block = np.kron(modules, np.ones((high, wide), np.uint8))
        self.image.paste(Image.fromarray(block * 255).convert("1"), (self.dots(x), self.dots(y)))

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


def draw_variable(paper: Paper, seed: int) -> None:
    """Address, the values of the three parts, OCR lines, eL-QR and bars."""
    random = np.random.default_rng(seed)

    def digits(count: int) -> str:
        return "".join(map(str, random.integers(0, 10, count)))

    paper.text(20, 30, 4, f"架空県架空市中央{digits(1)}丁目{digits(2)}番{digits(2)}号")
    paper.text(20, 36, 5, "見本 太郎 様")
    for _, left in PARTS:
        for index in range(len(LABELS)):
            paper.text(left + 20, 202 + index * 8, 3.6, digits(14))
    paper.text(8, 268, 3.4, digits(39))
    paper.text(8, 274, 3.4, digits(44))
    module = max(1, paper.dots(0.4))
    symbol = random.integers(0, 2, (41, 41), dtype=np.uint8)
    paper.modules(120, 267, symbol, module, module)
    bars = random.integers(0, 2, (1, 290), dtype=np.uint8)
    paper.modules(142, 267, bars, max(1, paper.dots(0.17)), paper.dots(10))


def make_slip(dpi: int, seed: int = 1) -> Slip:
    """A page and its layers at one resolution."""
    static, variable = Paper(dpi), Paper(dpi)
    draw_static(static)
    draw_variable(variable, seed)
    width, height = static.image.size
    return Slip(width, height, static.rows(), variable.rows())
