"""A plate: a form at one dpi for one device, everything in whole dots, made once and used often."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Literal

from elqr_fast.errors import ConfigError
from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import Field, Form, OcrLine
from elqr_fast.forms.positions import Key
from elqr_fast.render.clearance import Area, check_clear, check_disjoint, check_inside
from elqr_fast.render.fonts import Face, open_chain
from elqr_fast.render.foreign import check_no_codes
from elqr_fast.render.geometry import (
    BarPlace,
    QrPlace,
    check_dpi,
    place_bars,
    place_qr,
    to_dots,
    to_rect,
)
from elqr_fast.render.layout import Chain, baseline_of, line_runs, width
from elqr_fast.render.scene import Rect, Scene, TextRun
from elqr_fast.render.static import Ink, StaticInk, check_room, ink_boxes
from elqr_fast.render.uncoded import LABEL

Layer = Literal["all", "variable"]

#: Characters of the two OCR lines (see codes.ocr_lines).
OCR_LENGTH = {"ocr_upper": 39, "ocr_lower": 44}


_QR_LABEL: Key = ("qr", "label")
#: What people compare with the codes, figure by figure (K3, K5).
_CODED = ("amount", "el_number", "institution", "case_key", "confirmation", "levy")


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A field of the form and its box in dots."""

    key: Key
    field: Field
    rect: Rect
    chain: Chain


@dataclass(frozen=True, slots=True)
class OcrPlace:
    """An OCR line: cell i begins at x + i * pitch; x, pitch and size in dots, unrounded."""

    key: Key
    line: OcrLine
    x: float
    baseline: int
    pitch: float
    size: float
    chain: Chain


@dataclass(frozen=True, slots=True)
class Plate:
    """A form at one dpi.

    `static` is all ink that every page shares, in the colour `static_ink` (r, g, b); with the layer
    `variable` it is empty, a draft's stamp aside.  `faces` are the opened fonts by the names that
    text runs use.  `qr` and `bars` are None where the form has no such code.
    """

    form: Form
    dpi: int
    width: int
    height: int
    layer: Layer
    draft: bool
    static: Scene
    static_ink: tuple[int, int, int]
    faces: dict[str, Face]
    fields: tuple[FieldPlace, ...]
    ocr: tuple[OcrPlace, ...]
    qr: QrPlace | None
    bars: BarPlace | None
    bar_texts: tuple[FieldPlace, ...]


def make_plate(
    form: Form, dpi: int, *, layer: Layer = "all", draft: bool = False, narrower: int = 0
) -> Plate:
    """The plate of a form, for a device whose ink makes bars `narrower` dots too wide.

    Raises FormError for geometry that cannot be printed (off the page, in a code's quiet zone, in
    an area kept empty, no whole dots, saying what would fit) and for a code that is none of the
    slip's own, FontError for a font that is missing or broken.  A draft stands in for missing
    fonts and is stamped DRAFT.
    """
    plate, inks = draw_plate(form, dpi, layer=layer, draft=draft, narrower=narrower)
    check_plate(plate, inks)
    if draft:
        plate.static.runs.extend(_stamps(plate))
    return plate


def draw_plate(
    form: Form, dpi: int, *, layer: Layer = "all", draft: bool = False, narrower: int = 0
) -> tuple[Plate, list[Ink]]:
    """A plate that nobody has checked yet, and its static ink item by item, all layers.

    Raises as `make_plate` does, but only for what cannot be drawn or leaves the page.
    """
    check_dpi(dpi)
    if layer not in ("all", "variable"):
        raise ConfigError(f"layer {layer!r}: it is 'all' or 'variable'")
    opened = _open_fonts(form, draft)
    faces = {face.key: face for chain in opened.values() for face in chain.faces}
    inks = StaticInk(form, dpi, opened).draw()
    plate = Plate(
        form=form,
        dpi=dpi,
        width=to_dots(form.page.width, dpi),
        height=to_dots(form.page.height, dpi),
        layer=layer,
        draft=draft,
        static=_merged(
            [ink.scene for ink in inks if not (ink.key == _QR_LABEL and "mixed" in form.claims)]
            if layer == "all"
            else []
        ),
        static_ink=form.ink,
        faces=faces,
        fields=(*_fields(form, dpi, opened), *_qr_label(form, dpi, opened)),
        ocr=tuple(_ocr_lines(form, dpi, opened)),
        qr=place_qr(form, form.qr, dpi) if form.qr else None,
        bars=place_bars(form, form.bar_code, dpi, narrower) if form.bar_code else None,
        bar_texts=tuple(_bar_texts(form, dpi, opened)),
    )
    for place in (*plate.fields, *plate.bar_texts):
        check_room(form, place.key, "height", place.field.size * dpi / 72, place.rect.height, dpi)
    page = Rect(0, 0, plate.width, plate.height)
    check_inside(form, [*_parts(form, dpi), *_all_areas(plate, inks)], page, dpi)
    return plate, inks


def _open_fonts(form: Form, draft: bool) -> dict[str, Chain]:
    folder = Path(form.path).parent if form.path else None
    opened: dict[str, Face] = {}
    chains = {}
    for name, entries in form.fonts.items():
        for entry in entries:
            if entry not in opened:
                opened[entry] = open_chain([entry], folder=folder, draft=draft)[0]
        chains[name] = Chain([opened[entry] for entry in entries])
    return chains


def _merged(scenes: list[Scene]) -> Scene:
    whole = Scene()
    for scene in scenes:
        whole.rects += scene.rects
        whole.shapes += scene.shapes
        whole.runs += scene.runs
    return whole


def _fields(form: Form, dpi: int, chains: dict[str, Chain]) -> list[FieldPlace]:
    return [
        FieldPlace(
            (*name.split("."), "fields", index),
            field,
            to_rect(field.box.moved(x, y), dpi),
            chains[field.font],
        )
        for name, items, x, y in form.areas
        for index, field in enumerate(items.fields)
    ]


def _qr_label(form: Form, dpi: int, chains: dict[str, Chain]) -> list[FieldPlace]:
    """Where slips may lack an eL-QR, the words beside it are printed with it, slip by slip."""
    if form.qr is None or "mixed" not in form.claims:
        return []
    label, notice = form.qr.label, form.parts.paid_notice.box
    if label.align == "spread" or "\n" in label.text:
        fail_in(form, _QR_LABEL, "on a form that claims mixed it is one line, and is not spread")
    field = Field(
        source=LABEL,
        box=label.box,
        size=label.size,
        font=label.font,
        align=label.align,
        overflow="reject",
    )
    rect = to_rect(label.box.moved(notice.x, notice.y), dpi)
    return [FieldPlace(_QR_LABEL, field, rect, chains[label.font])]


def _bar_texts(form: Form, dpi: int, chains: dict[str, Chain]) -> list[FieldPlace]:
    notice = form.parts.paid_notice.box
    texts = form.bar_code.texts if form.bar_code else []
    return [
        FieldPlace(
            ("bar_code", "texts", index),
            field,
            to_rect(field.box.moved(notice.x, notice.y), dpi),
            chains[field.font],
        )
        for index, field in enumerate(texts)
    ]


def _ocr_lines(form: Form, dpi: int, chains: dict[str, Chain]) -> list[OcrPlace]:
    return [
        OcrPlace(
            key=("parts", name, "ocr", index),
            line=line,
            x=(part.box.x + line.x) * dpi / 25.4,
            baseline=to_dots(part.box.y + line.baseline, dpi),
            pitch=line.pitch * dpi / 25.4,
            size=line.size * dpi / 72,
            chain=chains[line.font],
        )
        for name, part in form.parts
        for index, line in enumerate(part.ocr)
    ]


def ocr_area(place: OcrPlace) -> Rect:
    """The cells of a line, from a capital's height above the baseline to a tenth below it."""
    left = floor(place.x)
    cells = len(place.line.prefix) + OCR_LENGTH[place.line.source]
    right = floor(place.x + cells * place.pitch) + 1
    top = place.baseline - floor(0.75 * place.size)
    return Rect(left, top, right - left, floor(0.85 * place.size))


def _printed(plate: Plate, inks: list[Ink]) -> list[Area]:
    """The static ink, glyph by glyph."""
    return [
        Area(ink.key, "ink", rect) for ink in inks for rect in ink_boxes(ink.scene, plate.faces)
    ]


def _filled(plate: Plate) -> list[Area]:
    """The boxes of fields and the lines for machines."""
    fields = [Area(place.key, "field", place.rect) for place in (*plate.fields, *plate.bar_texts)]
    return [*fields, *(Area(place.key, "OCR line", ocr_area(place)) for place in plate.ocr)]


def _all_areas(plate: Plate, inks: list[Ink]) -> list[Area]:
    empty = _empty(plate.form, plate.dpi)
    return [*_printed(plate, inks), *_filled(plate), *_codes(plate), *empty]


def check_plate(plate: Plate, inks: list[Ink]) -> None:
    """Raise FormError for what would be misread or refused at a window."""
    form, dpi = plate.form, plate.dpi
    if form.qr and not form.parts.receipt:
        fail_in(form, ("parts",), "a slip with a QR code has three parts: receipt is missing")
    check_no_codes(form, inks)
    _check_figures(plate)
    printed, filled, codes = _printed(plate, inks), _filled(plate), _codes(plate)
    empty = _empty(form, dpi)
    kept = [area for area in empty if area.what != "ocr band"]
    bands = [area for area in empty if area.what == "ocr band"]
    fields = [area for area in filled if area.what == "field"]
    check_disjoint(form, codes, dpi)
    check_disjoint(form, filled, dpi)
    check_clear(form, codes, [*printed, *filled], dpi)
    check_clear(form, kept, [*printed, *filled, *codes], dpi)
    check_clear(form, bands, [*printed, *fields, *codes], dpi)


def _check_figures(plate: Plate) -> None:
    """A figure beside a coded number would be read as part of it: ¥145,000 for ¥45,000."""
    for place in plate.fields:
        beside = place.field.prefix + place.field.suffix
        if place.field.source in _CODED and any(char.isdigit() for char in beside):
            fail_in(
                plate.form,
                place.key,
                f"{beside!r} would be read as part of the {place.field.source}, which is coded",
            )


def _parts(form: Form, dpi: int) -> list[Area]:
    parts = [Area(("parts", name), "part", to_rect(part.box, dpi)) for name, part in form.parts]
    return [Area(("slip",), "slip", to_rect(form.slip, dpi)), *parts]


def _codes(plate: Plate) -> list[Area]:
    codes = []
    if plate.qr:
        codes.append(Area(("qr", "box"), "eL-QR with its quiet zone", plate.qr.quiet))
    if plate.bars:
        codes.append(Area(("bar_code", "box"), "bar code with its quiet zones", plate.bars.quiet))
    return codes


def _empty(form: Form, dpi: int) -> list[Area]:
    """The areas kept empty; a frame stands around them."""
    return [
        Area(
            (*name.split("."), "empty", index),
            empty.kind.replace("_", " "),
            to_rect(empty.box.moved(x, y), dpi),
        )
        for name, items, x, y in form.areas
        for index, empty in enumerate(items.empty)
    ]


def _stamps(plate: Plate) -> list[TextRun]:
    """DRAFT in every date-stamp box: free of other ink, and then no bank can stamp the slip."""
    areas = [area.rect for area in _empty(plate.form, plate.dpi) if area.what == "date stamp"]
    page = Rect(0, 0, plate.width, plate.height // 8)
    glyphs = Chain(list(plate.faces.values())).shape("DRAFT")
    runs = []
    for area in areas or [page]:
        size = floor(min(0.9 * area.width / width(glyphs), area.height))
        left = area.x + floor((area.width - width(glyphs) * size) / 2)
        runs += line_runs(glyphs, size, left, baseline_of(area, size, 0, 1))
    return runs
