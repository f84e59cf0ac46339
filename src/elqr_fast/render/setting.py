"""How a value is set in its field: worded, shaped, made to fit, placed.

A text is never cut: what does not fit by the field's own rule is `Unfit`, and its slip not printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from elqr_fast.render.layout import (
    Chain,
    Glyph,
    MissingGlyph,
    aligned_runs,
    baseline_of,
    block_height,
    cell_runs,
    width,
)
from elqr_fast.render.plate import FieldPlace, OcrPlace
from elqr_fast.render.scene import TextRun
from elqr_fast.render.wording import worded

#: A text may shrink by steps of so many points, so that only few sizes are ever in use.
STEP = 0.25
#: Set texts that a field remembers: years, dates and titles recur, names do not.
_REMEMBERED = 1024
#: Where a line prefers to break.
SPACES = (" ", "\u3000")
#: In place of a value that its field's format cannot word: a selector alone, which no font has.
UNWORDED = "\ufe00"


class Unfit(Exception):
    """A value that its field cannot take: the rule it breaks, what was found and expected."""

    def __init__(self, rule: str, found: str, expected: str) -> None:
        super().__init__(rule)
        self.rule, self.found, self.expected = rule, found, expected


class FieldSetter:
    """Sets the values of one field of a plate."""

    def __init__(self, place: FieldPlace, dpi: int) -> None:
        self.source = place.field.source
        self.place = place
        self.chain = place.chain
        self._dpi = dpi
        self._set: dict[str, list[TextRun]] = {}

    @property
    def wording(self) -> tuple[str, ...]:
        """Equal for fields that word a column alike."""
        field = self.place.field
        return field.source, field.format, field.prefix, field.suffix

    def words(self, values: list[str]) -> list[str]:
        """A column as it is printed; UNWORDED for a value that the format does not take."""
        if self.wording[1:] == ("text", "", ""):
            return values
        words = {}
        for value in set(values):
            try:
                words[value] = self._words(value)
            except Unfit:
                words[value] = UNWORDED
        return [words[value] for value in values]

    def sizes(self) -> list[float]:
        """The ems to try, in dots."""
        return [size * self._dpi / 72 for size in self._sizes()]

    def runs(self, value: str) -> list[TextRun]:
        """The glyphs of a value in place; none for an empty one.  Raises Unfit."""
        runs = self._set.get(value)
        if runs is None:
            if len(self._set) >= _REMEMBERED:
                self._set.clear()
            runs = self._set[value] = self._fit(self._words(value))
        return runs

    def _words(self, value: str) -> str:
        field = self.place.field
        try:
            words = worded(field.format, value) if value else ""
        except ValueError:
            raise Unfit("format", value, f"a value for the format {field.format}") from None
        return f"{field.prefix}{words}{field.suffix}" if words else ""

    def _fit(self, words: str) -> list[TextRun]:
        field = self.place.field
        glyphs = shaped(self.place.chain, words)
        for size in self._sizes():
            dots = size * self._dpi / 72
            lines = self._lines(glyphs, dots)
            if lines is not None:
                return self._placed(lines, dots)
        least = field.size if field.overflow == "reject" else field.min_size
        raise Unfit(
            "too_wide",
            words,
            f"what fits {field.box.width:g} × {field.box.height:g} mm at {least:g} pt",
        )

    def _sizes(self) -> Iterator[float]:
        """The sizes to try, in points, from the field's own downwards."""
        field = self.place.field
        yield field.size
        if field.overflow == "reject":
            return
        size = floor(field.size / STEP - 1e-9) * STEP
        while size >= field.min_size:
            yield size
            size -= STEP

    def _lines(self, glyphs: list[Glyph], dots: float) -> list[list[Glyph]] | None:
        """The glyphs in lines that fit the box at an em of `dots`; None if they do not."""
        rect, field = self.place.rect, self.place.field
        if width(glyphs) * dots <= rect.width:
            return [glyphs]
        if field.overflow != "wrap":
            return None
        lines = broken(glyphs, rect.width / dots)
        height = block_height(len(lines), dots)
        too_wide = any(width(line) * dots > rect.width for line in lines)
        return None if too_wide or height > rect.height else lines

    def _placed(self, lines: list[list[Glyph]], dots: float) -> list[TextRun]:
        rect, align = self.place.rect, self.place.field.align
        runs: list[TextRun] = []
        for index, line in enumerate(lines):
            baseline = baseline_of(rect, dots, index, len(lines))
            runs += aligned_runs(line, dots, rect, baseline, align)
        return runs


class OcrSetter:
    """Sets one OCR line of a plate."""

    def __init__(self, place: OcrPlace) -> None:
        self.source = place.line.source
        self.place = place
        self.chain = place.chain
        self.wording = place.line.source, place.line.prefix

    def words(self, values: list[str]) -> list[str]:
        """A column as it is printed."""
        prefix = self.place.line.prefix
        return [prefix + value if value else "" for value in values]

    def sizes(self) -> list[float]:
        """The em in dots: there is one only."""
        return [self.place.size]

    def runs(self, value: str) -> list[TextRun]:
        """Each character in the middle of its cell; none for an empty value.  Raises Unfit."""
        place = self.place
        glyphs = shaped(place.chain, place.line.prefix + value if value else "")
        return cell_runs(glyphs, place.size, place.x, place.baseline, place.pitch)


def shaped(chain: Chain, text: str) -> list[Glyph]:
    """The glyphs of a text.  Raises Unfit, naming the code point that no font of the chain has."""
    try:
        return chain.shape(text)
    except MissingGlyph as missing:
        fonts = ", ".join(face.key for face in chain.faces)
        raise Unfit("glyph", str(missing), f"a character of {fonts}") from None


def broken(glyphs: list[Glyph], limit: float) -> list[list[Glyph]]:
    """Lines of at most `limit` ems where that can be: broken at the last space, else anywhere."""
    lines: list[list[Glyph]] = []
    line: list[Glyph] = []
    room = limit
    for glyph in glyphs:
        full = bool(line) and glyph.advance > room
        # What goes to the next line may leave no room there either.
        while line and glyph.advance > room:
            line, rest = _split(line, glyph)
            lines.append(line)
            line, room = rest, limit - width(rest)
        if full and not line and glyph.cluster in SPACES:
            continue
        line.append(glyph)
        room -= glyph.advance
    return [*lines, line]


def _split(line: list[Glyph], following: Glyph) -> tuple[list[Glyph], list[Glyph]]:
    """A full line up to its last space, and what goes to the next one."""
    if following.cluster in SPACES:
        return line, []
    for index in range(len(line) - 1, 0, -1):
        if line[index].cluster in SPACES:
            return line[:index], line[index + 1 :]
    return line, []
