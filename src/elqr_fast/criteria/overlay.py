"""A slip with its rulers, boxes, dimensions and verdicts, to look at and to send along.

Everything is drawn in millimetres on the page's own dots; the picture keeps the true size.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont

from elqr_fast.criteria.codes_on_paper import corner, printed_symbol, with_quiet_zone
from elqr_fast.criteria.results import RuleResult
from elqr_fast.criteria.shared import empty_areas
from elqr_fast.criteria.sheet import Sheet
from elqr_fast.render.fonts import STAND_IN, open_face
from elqr_fast.render.scene import Rect
from elqr_fast.render.stamps import Bits

Colour = tuple[int, int, int]
_GREY, _BLUE, _ORANGE = (120, 120, 120), (0, 90, 200), (210, 110, 0)
_PURPLE, _GREEN, _RED, _BLACK = (130, 0, 150), (0, 130, 60), (220, 0, 0), (0, 0, 0)
#: Millimetres: room for rulers and dimension lines, the letters, the lines.
_MARGIN, _LETTERS, _LINE = 14.0, 1.8, 0.12
_LINE_OF_TEXT = 1.5 * _LETTERS


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn over a slip."""

    rulers: bool = False
    boxes: bool = False
    dimensions: bool = False
    results: Sequence[RuleResult] = ()


def picture(sheet: Sheet, sample: int, shown: Shown) -> Image.Image:
    """A sample's page with what is drawn over and around it, at the sheet's resolution."""
    verdicts = list(_verdict_lines(shown.results))
    canvas = _Canvas(sheet, sample, len(verdicts))
    if shown.rulers:
        canvas.rulers()
    if shown.boxes:
        for rect, label, colour in _boxes(sheet):
            canvas.box(rect, label, colour)
    if shown.dimensions:
        _draw_dimensions(canvas, sheet)
    for result in shown.results:
        if result.result == "fail":
            for place in result.places:
                canvas.verdict(place, result.rule)
    canvas.lines_below(verdicts)
    return canvas.image


def write_pdf_of(image: Image.Image, dpi: float, target: BinaryIO) -> None:
    """One page of a picture's own size, lossless; the same bytes for the same picture."""
    pixels = np.asarray(image.convert("RGB"))
    height, width, _ = pixels.shape
    size = [width * 72 / dpi, height * 72 / dpi]
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(size[0], size[1]))
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(
                P=document.make_stream(
                    zlib.compress(pixels.tobytes()),
                    Type=pikepdf.Name.XObject,
                    Subtype=pikepdf.Name.Image,
                    Width=width,
                    Height=height,
                    ColorSpace=pikepdf.Name.DeviceRGB,
                    BitsPerComponent=8,
                    Filter=pikepdf.Name.FlateDecode,
                )
            )
        )
        page.Contents = document.make_stream(b"%f 0 0 %f 0 0 cm /P Do" % tuple(size))
        document.save(target, deterministic_id=True)


class _Canvas:
    """A page with margins around it; what is drawn is given in dots or millimetres of the page."""

    def __init__(self, sheet: Sheet, sample: int, lines: int) -> None:
        self._sheet = sheet
        self._scale = sheet.dpi / 25.4
        self._margin = round(_MARGIN * self._scale)
        page = page_image(sheet, sample)
        below = round((lines + 1) * _LINE_OF_TEXT * self._scale) if lines else 0
        width, height = page.width + 2 * self._margin, page.height + 2 * self._margin + below
        self.image = Image.new("RGB", (width, height), "white")
        self.image.paste(page, (self._margin, self._margin))
        self._draw = ImageDraw.Draw(self.image)
        self._font = ImageFont.truetype(open_face(STAND_IN).path, round(_LETTERS * self._scale))
        self._weight = max(1, round(_LINE * self._scale))
        self._page = page.size

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x + self._margin, y + self._margin

    def text(self, x: float, y: float, text: str, colour: Colour, anchor: str = "ls") -> None:
        """Letters with white around them, so that they can be read over anything."""
        self._draw.text(
            self._at(x, y),
            text,
            fill=colour,
            font=self._font,
            anchor=anchor,
            stroke_width=2 * self._weight,
            stroke_fill="white",
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        ends = [self._at(x1, y1), self._at(x2, y2)]
        self._draw.line(ends, fill=colour, width=self._weight)

    def box(self, rect: Rect, label: str, colour: Colour) -> None:
        corners = [
            self._at(rect.x, rect.y),
            self._at(rect.x + rect.width - 1, rect.y + rect.height - 1),
        ]
        self._draw.rectangle(corners, outline=colour, width=self._weight)
        self.text(rect.x + self._weight, rect.y - self._weight, label, colour)

    def verdict(self, place: tuple[float, float, float, float], rule: str) -> None:
        x, y, width, height = (round(edge * self._scale) for edge in place)
        for grown in range(3):
            grown *= self._weight
            around = Rect(x - grown, y - grown, width + 2 * grown, height + 2 * grown)
            self.box(around, "", _RED)
        # On the right, where a box's own label is not.
        self.text(x + width, y - 3 * self._weight, rule, _RED, "rs")

    def rulers(self) -> None:
        """Millimetres from the page's top-left corner, a figure every ten."""
        for axis, size in enumerate(self._page):
            for mark in range(int(size / self._scale) + 1):
                length = (3.0 if mark % 10 == 0 else 2.0 if mark % 5 == 0 else 1.0) * self._scale
                at = mark * self._scale
                ends = (at, -length, at, 0.0) if axis == 0 else (-length, at, 0.0, at)
                self.line(*ends, _BLACK)
                if mark % 10 == 0:
                    place = (at, -1.1 * length) if axis == 0 else (-1.1 * length, at)
                    self.text(*place, str(mark), _BLACK, "ms" if axis == 0 else "rm")

    def dimension(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """An arrow with two heads and its length in millimetres."""
        self.line(x1, y1, x2, y2, _PURPLE)
        level = y1 == y2
        head = 0.8 * self._scale
        for x, y, sign in ((x1, y1, 1), (x2, y2, -1)):
            for side in (-0.4, 0.4):
                dx, dy = (sign * head, side * head) if level else (side * head, sign * head)
                self.line(x, y, x + dx, y + dy, _PURPLE)
        said = f"{(abs(x2 - x1) + abs(y2 - y1)) / self._scale:.2f}"
        if level:
            self.text((x1 + x2) / 2, y1 - 0.3 * self._scale, said, _PURPLE, "ms")
        else:
            self.text(x1 - 0.4 * self._scale, y1 + 0.8 * (y2 - y1), said, _PURPLE, "rm")

    def lines_below(self, lines: Sequence[tuple[str, Colour]]) -> None:
        top = self._page[1] + self._margin / 2
        for index, (text, colour) in enumerate(lines):
            y = top + (index + 1) * _LINE_OF_TEXT * self._scale
            while self._font.getlength(text) > self._page[0]:
                text = f"{text[:-2]}…"
            self.text(0, y, text, colour)


def page_image(sheet: Sheet, sample: int) -> Image.Image:
    """A sample's page in the form's colours."""
    static = _unpacked(sheet.static, sheet.plate.width)
    own = _unpacked(sheet.dots(sheet.samples.pages[sample].scene), sheet.plate.width)
    pixels = np.full((*static.shape, 3), 255, np.uint8)
    pixels[static == 1] = sheet.form.ink
    pixels[own == 1] = _BLACK
    return Image.fromarray(pixels, "RGB")


def _unpacked(bits: Bits, width: int) -> Bits:
    return np.unpackbits(bits, axis=1, count=width)


def _boxes(sheet: Sheet) -> Iterator[tuple[Rect, str, Colour]]:
    """Parts, fields, OCR lines, codes, and areas kept empty."""
    plate = sheet.plate
    for name, rect in sheet.parts.items():
        yield rect, name, _GREY
    for place in (*plate.fields, *plate.bar_texts):
        yield place.rect, place.field.source, _BLUE
    for value in sheet.values[0]:
        if "ocr" in value.key:
            yield value.rect, value.source, _PURPLE
    for _, kind, rect in empty_areas(sheet):
        yield rect, kind, _ORANGE
    if plate.qr:
        yield corner(sheet), "35 × 20 mm", _GREEN
        yield plate.qr.quiet, "eL-QR", _GREEN
    if plate.bars:
        yield plate.bars.quiet, "GS1-128", _GREEN


def _draw_dimensions(canvas: _Canvas, sheet: Sheet) -> None:
    """Parts, the eL-QR from perforation and edge, the bar code, the date-stamp boxes."""
    gap = 2.0 * sheet.dpi / 25.4
    for part in sheet.parts.values():
        canvas.dimension(part.x, part.y - gap, part.x + part.width, part.y - gap)
    last = list(sheet.parts.values())[-1]
    right = last.x + last.width + 4 * gap
    canvas.dimension(right, last.y, right, last.y + last.height)
    symbol = printed_symbol(sheet)
    if symbol:
        _symbol_dimensions(canvas, sheet, with_quiet_zone(symbol), gap)
    if sheet.plate.bars:
        _sides(canvas, sheet.plate.bars.quiet, -gap / 2)
    for _, kind, rect in empty_areas(sheet):
        if kind == "date_stamp":
            _sides(canvas, rect, 4 * gap)


def _symbol_dimensions(canvas: _Canvas, sheet: Sheet, quiet: Rect, gap: float) -> None:
    space = corner(sheet)
    edge, bottom = space.x + space.width, space.y + space.height
    canvas.dimension(quiet.x, quiet.y - gap, quiet.x + quiet.width, quiet.y - gap)
    canvas.dimension(quiet.x, quiet.y - 3 * gap, edge, quiet.y - 3 * gap)
    left = quiet.x - gap
    canvas.dimension(left, quiet.y, left, bottom)


def _sides(canvas: _Canvas, rect: Rect, inwards: float) -> None:
    """A box's width and height, so many dots within its upper and its left edge."""
    across, down = rect.y + inwards, rect.x + inwards
    canvas.dimension(rect.x, across, rect.x + rect.width, across)
    canvas.dimension(down, rect.y, down, rect.y + rect.height)


def _verdict_lines(results: Sequence[RuleResult]) -> Iterator[tuple[str, Colour]]:
    """One line a rule that says something of the form."""
    colours = {"pass": _GREEN, "fail": _RED, "not_checkable": _GREY}
    for result in results:
        if not result.applies:
            continue
        said = f"{result.rule} {result.result}: {result.measured}"
        if result.result == "fail":
            said += f" (demanded: {result.demanded})"
        yield said, colours[result.result]
