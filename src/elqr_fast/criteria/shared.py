"""Checks that kaku and maru forms share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elqr_fast.criteria.results import Finding
from elqr_fast.criteria.sheet import Sheet, Value, plain
from elqr_fast.forms.loader import placeholders
from elqr_fast.render.clearance import inside, overlap
from elqr_fast.render.geometry import to_rect
from elqr_fast.render.scene import Rect

#: The four items of the el number and MPN's names for them (別紙1④).
MPN_NAMES = {
    "institution": "収納機関番号",
    "case_key": "納付番号",
    "confirmation": "確認番号",
    "levy": "納付区分",
}
PART_NAMES = {"paid_notice": "済通", "office_copy": "原符", "receipt": "領収証書"}
_TITLES = {
    "paid_notice": r"済通|納入済|納付済|払込取扱票",
    "office_copy": r"原符|受領証|控",
    "receipt": r"領収",
}


def el_mark(sheet: Sheet) -> Iterator[Finding]:
    """The drawing `el` is on the paid notice.  Whether it is the official one is for people."""
    demanded = "the eL mark on the paid notice"
    drawn = [place for name, place in _marks(sheet) if name == "el"]
    there = [place for place in drawn if inside(place, sheet.parts["paid_notice"])]
    advice = ""
    if sheet.form.drawings.get("el") == placeholders()["el"]:
        advice = "the eL mark is the package's placeholder: put the official one into [drawings.el]"
    if there:
        yield Finding(True, f"eL mark at {sheet.at(there[0])}", demanded, there[0], advice)
    else:
        yield Finding(False, "no eL mark", demanded, sheet.parts["paid_notice"])


def _marks(sheet: Sheet) -> Iterator[tuple[str, Rect]]:
    """Each drawing on the page by its name, and the box of its ink."""
    areas = {name: items for name, items, _, _ in sheet.form.areas}
    for ink in sheet.inks:
        if "marks" not in ink.key:
            continue
        mark = areas[".".join(map(str, ink.key[:-2]))].marks[int(ink.key[-1])]
        place = sheet.extent(ink.scene)
        if place:
            yield mark.drawing, place


def marks_called(sheet: Sheet, name: str, *areas: str) -> list[Rect]:
    """Where a drawing stands, on some parts."""
    return [
        place for mark, place in _marks(sheet) if mark == name and sheet.area_of(place) in areas
    ]


def el_number(sheet: Sheet) -> Iterator[Finding]:
    """The el number, or its four items, on the paid notice."""
    if sheet.form.layout in ("mpn", "mpn-conformant"):
        yield from _four_items(sheet)
        return
    shown = [
        value for value in sheet.printed("el_number", "paid_notice") if value.text == _held(value)
    ]
    measured = f"eL番号 {shown[0].text}" if shown else "no eL番号 on the paid notice"
    place = shown[0].rect if shown else sheet.parts["paid_notice"]
    missing = [
        PART_NAMES[name]
        for name in sheet.parts
        if name != "paid_notice" and not sheet.printed("el_number", name)
    ]
    advice = f"recommended on {', '.join(missing)} too" if missing else ""
    yield Finding(bool(shown), measured, "eL番号 on the paid notice", place, advice)


def _four_items(sheet: Sheet) -> Iterator[Finding]:
    for source, name in MPN_NAMES.items():
        shown = [v for v in sheet.printed(source, "paid_notice") if v.text == _held(v)]
        if not shown:
            place = sheet.parts["paid_notice"]
            yield Finding(False, f"{name} is not printed", f"{name} on the paid notice", place)
            continue
        value = shown[0]
        # On MPN-conformant forms the names may be others.
        named = sheet.form.layout != "mpn" or any(
            inside(word.rect, sheet.cell(value.rect))
            for word in sheet.find(f"^{name}$", "paid_notice")
        )
        measured = f"{name} {value.text}" if named else f"{value.text} without its name {name}"
        yield Finding(named, measured, f"{name} on the paid notice", value.rect)


def _held(value: Value) -> str:
    return plain(value.held)


def amounts(sheet: Sheet) -> Iterator[Finding]:
    """Every printed total is the coded amount; whatever shows arrears or fees shows the total."""
    totals = 0
    for index in range(len(sheet.values)):
        for value in sheet.printed("amount", sample=index):
            totals += 1
            figures = re.sub(r"\D", "", value.text)
            if figures != value.held.lstrip("0"):
                yield Finding(
                    False, f"{value.text} is printed", f"¥{int(value.held):,}", value.rect
                )
    yield Finding(totals > 0, f"{totals} totals on the samples", "the coded amount on each slip")
    for name in (*sheet.parts, "page"):
        parts = [v for source in ("arrears", "fees") for v in sheet.printed(source, name)]
        if parts and not sheet.printed("amount", name):
            where = PART_NAMES.get(name, "the letter")
            demanded = f"the total on {where}, as arrears or fees are"
            yield Finding(False, f"no total on {where}", demanded, parts[0].rect)


def total_on_the_paid_notice(sheet: Sheet) -> Iterator[Finding]:
    shown = sheet.printed("amount", "paid_notice")
    measured = shown[0].text if shown else "no total"
    place = shown[0].rect if shown else sheet.parts["paid_notice"]
    yield Finding(bool(shown), measured, "the total on the paid notice", place)


def composition(sheet: Sheet) -> Iterator[Finding]:
    """Three parts side by side, each under its own title."""
    yield from three_parts(sheet)
    for name, pattern in _TITLES.items():
        if name in sheet.parts:
            titles = [word for word in sheet.words if word.key == ("parts", name, "title")]
            right = any(re.search(pattern, word.text) for word in titles)
            measured = titles[0].text if titles else "no title"
            place = titles[0].rect if titles else sheet.parts[name]
            yield Finding(right, f"title {measured}", f"a title of {PART_NAMES[name]}", place)


def three_parts(sheet: Sheet) -> Iterator[Finding]:
    count = len(sheet.parts)
    slip = sheet.parts["paid_notice"]
    yield Finding(count == 3, f"{count} parts", "3 parts: 済通, 原符, 領収証書", slip)
    yield from apart(sheet)


def apart(sheet: Sheet) -> Iterator[Finding]:
    """The parts do not overlap."""
    names = list(sheet.parts)
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            if overlap(sheet.parts[name], sheet.parts[other]):
                measured = f"{PART_NAMES[name]} and {PART_NAMES[other]} overlap"
                yield Finding(False, measured, "parts side by side", sheet.parts[other])


def kept_empty(sheet: Sheet, kinds: tuple[str, ...], *areas: str) -> Iterator[Finding]:
    """The areas of some kinds, on some parts, have no ink in them on any sample."""
    for name, kind, rect in empty_areas(sheet):
        if name not in areas or kind not in kinds:
            continue
        # An OCR band is made for the OCR lines, and for nothing else.
        bits = sheet.without_ocr if kind == "ocr_band" else sheet.everything
        dirt = sheet.ink_in(bits, rect)
        what = f"{kind.replace('_', ' ')} of {PART_NAMES.get(name, 'the letter')}"
        measured = f"{what}: " + (f"ink at {sheet.at(dirt)}" if dirt else "blank")
        yield Finding(not dirt, measured, f"{what}: nothing printed", dirt or rect)


def empty_areas(sheet: Sheet) -> Iterator[tuple[str, str, Rect]]:
    """Part, kind and place of every area that the form keeps empty."""
    for name, items, x, y in sheet.form.areas:
        for empty in items.empty:
            yield name.removeprefix("parts."), empty.kind, to_rect(empty.box.moved(x, y), sheet.dpi)
