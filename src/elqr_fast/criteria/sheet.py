"""A form as it comes out of the printer: dots, and the words and values that put them there.

Both layers are drawn, whatever layer will be printed: pre-printed stock is part of the slip.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elqr_fast.criteria.samples import Samples, make_samples
from elqr_fast.forms.model import Form
from elqr_fast.forms.positions import Key
from elqr_fast.render.geometry import to_rect
from elqr_fast.render.plate import Plate, draw_plate
from elqr_fast.render.scene import Modules, Rect, Scene, TextRun
from elqr_fast.render.setting import FieldSetter, OcrSetter
from elqr_fast.render.stamps import Bits, GlyphStamps, draw, scene_stamps
from elqr_fast.render.static import Ink, ink_boxes

#: Where something stands that is on none of the slip's parts.
OFF_SLIP = "page"


@dataclass(frozen=True, slots=True)
class Word:
    """A static text as printed, without spaces and line ends; `area` is the part it stands on."""

    area: str
    key: Key
    text: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Value:
    """A field or OCR line of one sample: what is printed, and what the slip holds."""

    area: str
    key: Key
    source: str
    text: str
    held: str
    rect: Rect
    runs: tuple[TextRun, ...]


class Sheet:
    """A form drawn at one resolution, with its samples."""

    def __init__(self, form: Form, dpi: int) -> None:
        self.form, self.dpi = form, dpi
        self.plate: Plate
        self.inks: list[Ink]
        self.plate, self.inks = draw_plate(form, dpi)
        self.samples: Samples = make_samples(self.plate)
        self._glyphs = GlyphStamps(self.plate.faces)
        self.parts = {name: to_rect(part.box, dpi) for name, part in form.parts}
        self.words = [
            Word(self.area_of(rect), ink.key, _text(ink.scene.runs), rect)
            for ink in self.inks
            if ink.scene.runs and (rect := self.extent(ink.scene))
        ]
        self.values = [self._values(index) for index in range(len(self.samples.pages))]

    # ------------------------------------------------------------ dots

    def dots(self, scene: Scene) -> Bits:
        """A scene on a blank page, packed as `Rasteriser` packs."""
        canvas = np.zeros((self.plate.height, (self.plate.width + 7) // 8), np.uint8)
        for stamp in scene_stamps(scene, self._glyphs):
            draw(canvas, stamp)
        return canvas

    @cached_property
    def static(self) -> Bits:
        return self.dots(self.plate.static)

    @cached_property
    def ruled(self) -> Bits:
        """Lines and frames only: what bounds a cell."""
        return self.dots(Scene(rects=[r for ink in self.inks for r in _rules(ink)]))

    @cached_property
    def pages(self) -> list[Bits]:
        """Each sample with its static layer."""
        return [self.static | self.dots(page.scene) for page in self.samples.pages]

    @cached_property
    def everything(self) -> Bits:
        """All samples on one sheet."""
        sheets: Bits = np.bitwise_or.reduce(self.pages, axis=0)
        return sheets

    @cached_property
    def without_ocr(self) -> Bits:
        """All samples without their OCR lines."""
        runs = [run for values in self.values for v in values if _is_ocr(v) for run in v.runs]
        return self.everything & ~self.dots(Scene(runs=runs))

    def crop(self, bits: Bits, rect: Rect) -> Modules:
        """uint8 [h, w], 1 = ink: a box of a page, cut at the page's edges."""
        top, left = max(rect.y, 0), max(rect.x, 0)
        right = min(rect.x + rect.width, self.plate.width)
        rows = bits[top : rect.y + rect.height, left // 8 : (right + 7) // 8]
        return np.unpackbits(rows, axis=1)[:, left % 8 : left % 8 + right - left]

    def ink_in(self, bits: Bits, rect: Rect) -> Rect | None:
        """The box of all ink within a box, None if it is blank."""
        found = bounds(self.crop(bits, rect))
        return moved(found, max(rect.x, 0), max(rect.y, 0)) if found else None

    # ------------------------------------------------------------ places

    def mm(self, dots: float) -> float:
        return dots * 25.4 / self.dpi

    def at(self, rect: Rect) -> str:
        """Where and how large, for people."""
        x, y, width, height = (self.mm(v) for v in (rect.x, rect.y, rect.width, rect.height))
        return f"({x:.2f}, {y:.2f}) mm of {width:.2f} × {height:.2f} mm"

    def extent(self, scene: Scene) -> Rect | None:
        """The box around a scene's ink."""
        return around(ink_boxes(scene, self.plate.faces))

    def area_of(self, rect: Rect) -> str:
        """The part on which the middle of a box lies."""
        x, y = rect.x + rect.width / 2, rect.y + rect.height / 2
        for name, part in self.parts.items():
            if part.x <= x < part.x + part.width and part.y <= y < part.y + part.height:
                return name
        return OFF_SLIP

    def cell(self, rect: Rect) -> Rect:
        """The ruled cell around a box, found by walking from its middle to the next rule."""
        part = self.parts.get(self.area_of(rect), Rect(0, 0, self.plate.width, self.plate.height))
        x, y = rect.x + rect.width // 2, rect.y + rect.height // 2
        across = self.crop(self.ruled, Rect(part.x, y, part.width, 1))[0]
        down = self.crop(self.ruled, Rect(x, part.y, 1, part.height))[:, 0]
        left, right = _stretch(across, x - part.x)
        top, bottom = _stretch(down, y - part.y)
        return Rect(part.x + left, part.y + top, right - left, bottom - top)

    # ------------------------------------------------------------ words and values

    def find(self, pattern: str, *areas: str) -> list[Word]:
        """The static texts of some areas (of all, if none is named) that a pattern is found in."""
        return [
            word
            for word in self.words
            if (not areas or word.area in areas) and re.search(pattern, word.text)
        ]

    def said(self, *areas: str) -> str:
        """All static words of some areas, in the form's own order."""
        return "\n".join(word.text for word in self.words if word.area in areas)

    def printed(self, source: str, *areas: str, sample: int = 0) -> list[Value]:
        """Where a sample shows a value."""
        return [
            value
            for value in self.values[sample]
            if value.source == source and (not areas or value.area in areas)
        ]

    def _values(self, index: int) -> list[Value]:
        plate, texts = self.plate, self.samples.slips.texts
        places = [*plate.fields, *(plate.bar_texts if self.samples.slips.has_bars[index] else ())]
        setters: list[tuple[Key, FieldSetter | OcrSetter]] = [
            *((place.key, FieldSetter(place, self.dpi)) for place in places),
            *((place.key, OcrSetter(place)) for place in plate.ocr),
        ]
        values = []
        for key, setter in setters:
            held = texts.get(setter.source, [""] * (index + 1))[index]
            runs = setter.runs(held)
            rect = self.extent(Scene(runs=runs))
            if rect:
                area = self.area_of(rect)
                values.append(Value(area, key, setter.source, _text(runs), held, rect, tuple(runs)))
        return values


def _text(runs: Iterable[TextRun]) -> str:
    return plain("".join(cluster for run in runs for cluster in run.clusters))


def plain(text: str) -> str:
    """A text as it is compared: NFKC, no spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _is_ocr(value: Value) -> bool:
    return "ocr" in value.key


def _rules(ink: Ink) -> list[Rect]:
    return ink.scene.rects if {"lines", "frames", "empty"} & set(ink.key) else []


def _stretch(line: Modules, at: int) -> tuple[int, int]:
    """The blank dots around a dot of a line: [first, end)."""
    inked = np.flatnonzero(line)
    before, after = inked[inked <= at], inked[inked > at]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, int(after[0]) if len(after) else len(line)


def bounds(dots: Modules) -> Rect | None:
    """The box of all ink in a picture."""
    rows, columns = np.flatnonzero(dots.any(axis=1)), np.flatnonzero(dots.any(axis=0))
    if not len(rows):
        return None
    x, y = int(columns[0]), int(rows[0])
    return Rect(x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y)


def moved(rect: Rect, x: int, y: int) -> Rect:
    return Rect(rect.x + x, rect.y + y, rect.width, rect.height)


def around(rects: Iterable[Rect]) -> Rect | None:
    """The box around boxes."""
    boxes = list(rects)
    if not boxes:
        return None
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Rect(x, y, right - x, bottom - y)


def distance(a: Rect, b: Rect) -> int:
    """The blank dots between two boxes, 0 if they touch."""
    across = max(a.x - b.x - b.width, b.x - a.x - a.width, 0)
    down = max(a.y - b.y - b.height, b.y - a.y - a.height, 0)
    return max(across, down)
