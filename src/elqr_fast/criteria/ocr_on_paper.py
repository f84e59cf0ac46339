"""The lines for machines as they lie on the paper (K7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from elqr_fast.criteria.results import Finding
from elqr_fast.criteria.shared import empty_areas
from elqr_fast.criteria.sheet import Sheet, Value, plain
from elqr_fast.render.clearance import inside
from elqr_fast.render.fonts import is_ocr_b
from elqr_fast.render.scene import Rect, Scene

#: OCR-B size I is printed at ten characters an inch.
PITCH = 2.54
#: What a reader forgives of ten characters an inch, over a whole line: half a stroke (0.35 mm).
PITCH_TOLERANCE = 0.05
#: The two lines make up sub-tag 01 of tag 27: digits 29 to 111 of the payload.
_LINES_IN_PAYLOAD = slice(29, 112)
_WANTED = {"mpn": ("ocr_upper", "ocr_lower"), "mt": ("ocr_upper", "ocr_lower"), "dt": ()}


def ocr_findings(sheet: Sheet) -> Iterator[Finding]:
    """Content, font, pitch and band of every line.  Where the band lies no public text says."""
    notice = sheet.parts["paid_notice"]
    for source in _WANTED.get(sheet.form.layout, ()):
        if not sheet.printed(source, "paid_notice"):
            yield Finding(False, f"no {source} line", f"{source} on the paid notice", notice)
    lines = [value for value in sheet.values[0] if "ocr" in value.key]
    if not lines:
        yield Finding(False, "no OCR line", "OCR lines on the paid notice", notice)
    for value in lines:
        yield from _line(sheet, value)
    yield from _content(sheet)


def _line(sheet: Sheet, value: Value) -> Iterator[Finding]:
    faces = {run.face for run in value.runs}
    ocr_b = all(is_ocr_b(sheet.plate.faces[face].path) for face in faces)
    yield Finding(ocr_b, f"{value.source} in {', '.join(sorted(faces))}", "OCR-B", value.rect)
    pitch = _pitch(sheet, value)
    if pitch is not None:
        yield Finding(
            abs(pitch - PITCH) <= PITCH_TOLERANCE,
            f"{value.source}: a character every {pitch:.3f} mm",
            f"{PITCH} mm",
            value.rect,
        )
    bands = [place for _, kind, place in empty_areas(sheet) if kind == "ocr_band"]
    held = any(inside(value.rect, band) for band in bands)
    yield Finding(
        held,
        f"{value.source} at {sheet.at(value.rect)}" + ("" if held else ", outside the OCR band"),
        "within the form's OCR band",
        value.rect,
        "" if bands else "the form declares no ocr_band",
    )


def _pitch(sheet: Sheet, value: Value) -> float | None:
    """Millimetres a character, from the left edges of the ink of the line's commonest character."""
    cells = [
        (cluster, glyph, run, offset)
        for run in value.runs
        for cluster, glyph, offset in zip(run.clusters, run.glyphs, run.offsets, strict=True)
    ]
    common = Counter(cell[0] for cell in cells if cell[0].strip()).most_common(1)[0][0]
    places = [index for index, cell in enumerate(cells) if cell[0] == common]
    if len(places) < 2:
        return None
    left, right = (_left_edge(sheet, value, cells[place]) for place in (places[0], places[-1]))
    return sheet.mm(right - left) / (places[-1] - places[0])


def _left_edge(sheet: Sheet, value: Value, cell: tuple) -> int:  # type: ignore[type-arg]
    _, glyph, run, offset = cell
    picture = sheet.plate.faces[run.face].bitmap(glyph, run.size)
    height, width = picture.dots.shape
    expected = Rect(run.x + offset + picture.left, run.y - picture.top, width, height)
    found = sheet.ink_in(sheet.dots(Scene(runs=list(value.runs))), expected)
    return found.x if found else expected.x


def _content(sheet: Sheet) -> Iterator[Finding]:
    """What the lines say is what the payload of the same slip holds, check digits and all."""
    if sheet.form.layout == "dt":
        yield Finding(
            None, "the content of a DT form's line is not public", "Japan Post's own rule"
        )
        return
    for index, digits in enumerate(sheet.samples.slips.digits):
        coded = digits.tobytes().decode()[_LINES_IN_PAYLOAD]
        held = {"ocr_upper": coded[:39], "ocr_lower": coded[39:]}
        for source, text in held.items():
            for value in sheet.printed(source, sample=index):
                right = value.text.endswith(text) and plain(value.held) == text
                if not right:
                    yield Finding(False, f"{source}: {value.text}", text, value.rect)
    yield Finding(True, "the payload's own two lines", "the payload's own two lines")
