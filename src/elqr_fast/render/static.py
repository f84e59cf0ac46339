"""The ink that is the same on every slip: rules, frames, words, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, floor, pi, sin

from elqr_fast.forms.drawing import contours
from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import Box, Form, Frame, Items, Part, Text
from elqr_fast.forms.positions import Key
from elqr_fast.render.fonts import Face
from elqr_fast.render.geometry import frame_rects, line_rects, to_dots, to_rect
from elqr_fast.render.layout import (
    MIDDLE,
    Chain,
    Glyph,
    MissingGlyph,
    aligned_runs,
    baseline_of,
    block_height,
    line_runs,
    width,
)
from elqr_fast.render.scene import Rect, Scene, Shape, TextRun

#: Chords of a round mark: at 1200 dpi and 5 mm they stray 0.1 dot from the circle.
_CHORDS = 96
#: The outline of the □公 and ○公 marks, and their character's em, as parts of their height.
_MARK_LINE, _IN_SQUARE, _IN_CIRCLE = 0.05, 0.8, 0.68
_MARK_CHARACTER = "公"


@dataclass(frozen=True, slots=True)
class Ink:
    """Some static ink and the key of the form that put it there."""

    key: Key
    scene: Scene


class StaticInk:
    """Draws the items of a form, one `Ink` each."""

    def __init__(self, form: Form, dpi: int, chains: Mapping[str, Chain]) -> None:
        self._form = form
        self._dpi = dpi
        self._chains = chains

    def draw(self) -> list[Ink]:
        """All static ink of the form, in the order of the file."""
        inks = []
        for name, items, x, y in self._form.areas:
            inks += self._items(tuple(name.split(".")), items, x, y)
        notice = self._form.parts.paid_notice.box
        if self._form.qr:
            key: Key = ("qr", "label")
            inks.append(Ink(key, self._text(key, self._form.qr.label, notice.x, notice.y)))
        return inks

    def _items(self, area: Key, items: Items, x: float, y: float) -> list[Ink]:
        inks = []
        if isinstance(items, Part):
            inks += self._title((*area, "title"), items, x, y)
        for index, line in enumerate(items.lines):
            rects = line_rects(line, x, y, self._dpi)
            inks.append(Ink((*area, "lines", index), Scene(rects=rects)))
        for index, frame in enumerate(items.frames):
            rects = self._frame(frame, x, y)
            inks.append(Ink((*area, "frames", index), Scene(rects=rects)))
        for index, text in enumerate(items.texts):
            key: Key = (*area, "texts", index)
            inks.append(Ink(key, self._text(key, text, x, y)))
        for index, mark in enumerate(items.marks):
            key = (*area, "marks", index)
            shape = self._drawing(key, mark.drawing, mark.box.moved(x, y))
            inks.append(Ink(key, Scene(shapes=[shape])))
        for index, empty in enumerate(items.empty):
            if empty.line:
                weight = self._weight(empty.line)
                box = to_rect(empty.box.moved(x, y), self._dpi)
                rects = frame_rects(box, weight, "outside")
                inks.append(Ink((*area, "empty", index), Scene(rects=rects)))
        return inks

    def _weight(self, millimetres: float) -> int:
        return max(1, to_dots(millimetres, self._dpi))

    def _frame(self, frame: Frame, x: float, y: float) -> list[Rect]:
        outer = to_rect(frame.box.moved(x, y), self._dpi)
        weight = self._weight(frame.width)
        rects = frame_rects(outer, weight)
        for column in frame.columns:
            left = to_dots(x + frame.box.x + column, self._dpi) - weight // 2
            rects.append(Rect(left, outer.y, weight, outer.height))
        for row in frame.rows:
            top = to_dots(y + frame.box.y + row, self._dpi) - weight // 2
            rects.append(Rect(outer.x, top, outer.width, weight))
        return rects

    def _title(self, key: Key, part: Part, x: float, y: float) -> list[Ink]:
        inks = [Ink(key, self._text(key, part.title, x, y))]
        if part.title.mark:
            mark = (*key, "mark")
            box = part.title.mark.moved(x, y)
            inks.append(Ink(mark, self._public_mark(mark, part.title.font, box)))
        return inks

    def _public_mark(self, key: Key, font: str, box: Box) -> Scene:
        """□公 on a kaku form, ○公 on a maru form."""
        outer = to_rect(box, self._dpi)
        weight = max(1, floor(outer.height * _MARK_LINE + 0.5))
        square = self._form.kind == "kaku"
        size = outer.height * (_IN_SQUARE if square else _IN_CIRCLE)
        glyphs = self._shape(key, font, _MARK_CHARACTER)
        middle = outer.x + outer.width / 2
        scene = Scene(
            runs=line_runs(
                glyphs,
                size,
                floor(middle - width(glyphs) * size / 2 + 0.5),
                floor(outer.y + outer.height / 2 + MIDDLE * size + 0.5),
            )
        )
        if square:
            scene.rects = frame_rects(outer, weight, "inside")
        else:
            scene.shapes = [_ring(outer, weight)]
        return scene

    def _drawing(self, key: Key, name: str, box: Box) -> Shape:
        drawing = self._form.drawings[name]
        try:
            polygons = contours(drawing.path)
        except ValueError as error:
            fail_in(self._form, ("drawings", name, "path"), str(error))
        area = to_rect(box, self._dpi)
        scale = min(area.width / drawing.view[0], area.height / drawing.view[1])
        left = area.x + (area.width - drawing.view[0] * scale) / 2
        top = area.y + (area.height - drawing.view[1] * scale) / 2
        return Shape(
            tuple(
                tuple((left + px * scale, top + py * scale) for px, py in polygon)
                for polygon in polygons
            )
        )

    def _text(self, key: Key, text: Text, x: float, y: float) -> Scene:
        area = to_rect(text.box.moved(x, y), self._dpi)
        size = text.size * self._dpi / 72
        lines = text.text.split("\n")
        check_room(
            self._form, key, "height", block_height(len(lines), size), area.height, self._dpi
        )
        runs: list[TextRun] = []
        for index, line in enumerate(lines):
            glyphs = self._shape(key, text.font, line)
            check_room(self._form, key, "width", width(glyphs) * size, area.width, self._dpi)
            baseline = baseline_of(area, size, index, len(lines))
            runs += aligned_runs(glyphs, size, area, baseline, text.align)
        return Scene(runs=runs)

    def _shape(self, key: Key, chain: str, text: str) -> list[Glyph]:
        try:
            return self._chains[chain].shape(text)
        except MissingGlyph as missing:
            fonts = ", ".join(self._form.fonts[chain])
            fail_in(self._form, key, f"no font of {chain!r} ({fonts}) has {missing}")


def check_room(form: Form, key: Key, side: str, needed: float, room: int, dpi: int) -> None:
    """Raise FormError for a text that needs a dot more than its box has."""
    if needed >= room + 1:
        need, have = (dots * 25.4 / dpi for dots in (needed, room))
        fail_in(form, key, f"the text takes {need:.2f} mm of {side}, its box has {have:.2f} mm")


def _ring(outer: Rect, weight: int) -> Shape:
    """A circle's outline as two polygons, even-odd."""
    x, y = outer.x + outer.width / 2, outer.y + outer.height / 2
    radius = min(outer.width, outer.height) / 2

    def circle(r: float) -> tuple[tuple[float, float], ...]:
        turns = (2 * pi * step / _CHORDS for step in range(_CHORDS))
        return tuple((x + r * cos(turn), y + r * sin(turn)) for turn in turns)

    return Shape((circle(radius), circle(radius - weight)))


def ink_boxes(scene: Scene, faces: Mapping[str, Face]) -> list[Rect]:
    """The boxes of a scene's static ink, glyph by glyph."""
    boxes = list(scene.rects)
    for shape in scene.shapes:
        boxes += [_bounds(polygon) for polygon in shape.contours]
    for run in scene.runs:
        boxes += _glyph_boxes(run, faces[run.face])
    return boxes


def _bounds(polygon: tuple[tuple[float, float], ...]) -> Rect:
    xs, ys = zip(*polygon, strict=True)
    x, y = floor(min(xs)), floor(min(ys))
    return Rect(x, y, floor(max(xs)) + 1 - x, floor(max(ys)) + 1 - y)


def _glyph_boxes(run: TextRun, face: Face) -> list[Rect]:
    boxes = []
    for gid, offset in zip(run.glyphs, run.offsets, strict=True):
        picture = face.bitmap(gid, run.size)
        height, across = picture.dots.shape
        if across:
            boxes.append(Rect(run.x + offset + picture.left, run.y - picture.top, across, height))
    return boxes
