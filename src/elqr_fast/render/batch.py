"""The texts of a whole batch set at once: what `pages` does slip by slip, for vector pages.

Columns go to the kernel as glyph ids; a text it does not set (a character of another font of the
chain, a variation selector, a text that fits nowhere) is set by `setting`, as on any other page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import ALIGN, GLYPH_NONE, Glyphs, set_lines
from elqr_fast.errors import FieldError
from elqr_fast.render.layout import Chain, Glyph, MissingGlyph
from elqr_fast.render.plate import OcrPlace, Plate
from elqr_fast.render.scene import TextRun
from elqr_fast.render.setting import SPACES, FieldSetter, OcrSetter, Unfit
from elqr_fast.render.slips import Slips

#: In a table of ids: a character that was not asked for yet.
_UNASKED = GLYPH_NONE - 1
_CODE_POINTS = 0x110000

Ids = npt.NDArray[np.uint16]
Ends = npt.NDArray[np.uint32]
Lines = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """Texts as glyph ids: text i is ids[ends[i - 1] : ends[i]]."""

    ids: Ids
    ends: Ends


@dataclass(frozen=True, eq=False, slots=True)
class SetField:
    """A field's column in lines, int32 [k, 5] (start, count, x, y, setting), those of row i being
    lines[line_ends[i - 1] : line_ends[i]]; and the runs of the rows set elsewhere, by row.
    """

    column: Column
    lines: Lines
    line_ends: Ends
    elsewhere: dict[int, list[TextRun]]
    pitch: float = 0.0
    cell_x: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class PageBatch:
    """Pages whose texts are set: their slips, glyphs by id, fonts with sizes by setting."""

    slips: Slips
    fields: list[SetField]
    glyphs: list[Glyph]
    settings: list[tuple[str, float]]

    def __len__(self) -> int:
        return len(self.slips.rows)


def compose_batch(plate: Plate, slips: Slips) -> tuple[PageBatch, list[FieldError]]:
    """The pages of a batch in its order; a slip with a text that cannot be set has none.

    Sets the same dots and finds the same errors as `pages.compose`.  Linear in the slips.
    """
    setter = _BatchSetter(plate, slips)
    fields = setter.fields()
    if setter.unfit:
        errors = [
            FieldError(int(slips.rows[index]), source, rule, *said)
            for index, told in sorted(setter.unfit.items())
            for (source, rule), said in told.items()
        ]
        good = np.setdiff1d(np.arange(len(slips.rows)), [*setter.unfit])
        return compose_batch(plate, slips.take(good))[0], errors
    return PageBatch(slips, fields, setter.glyphs.known, [*setter.settings]), []


def glyph_table(
    glyphs: list[Glyph], codes: npt.NDArray[np.uint16], widths: npt.NDArray[np.int32]
) -> Glyphs:
    """Glyphs as the kernels know them; `codes` and `widths` are a file's."""
    advances = np.array([glyph.advance for glyph in glyphs], np.float64)
    spaces = np.array([glyph.cluster in SPACES for glyph in glyphs], np.uint8)
    return Glyphs(advances, spaces, codes, widths)


@dataclass(slots=True)
class _GlyphIds:
    """Numbers the glyphs that a batch uses."""

    known: list[Glyph] = field(default_factory=list)
    tables: dict[int, Ids] = field(default_factory=dict)

    def ids(self, chain: Chain, texts: Sequence[str]) -> Column:
        joined = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        table = self.tables.get(id(chain))
        if table is None:
            table = self.tables[id(chain)] = np.full(_CODE_POINTS, _UNASKED, np.uint16)
        ids = table[joined]
        unasked = np.unique(joined[ids == _UNASKED])
        if len(unasked):
            table[unasked] = [self._number(chain, chr(point)) for point in unasked.tolist()]
            ids = table[joined]
        ends = np.cumsum([*map(len, texts)], dtype=np.uint32)
        return Column(ids, ends)

    def _number(self, chain: Chain, char: str) -> int:
        """GLYPH_NONE for what a line of one font does not hold."""
        try:
            (glyph,) = chain.shape(char)
        except MissingGlyph:
            return GLYPH_NONE
        if glyph.face != chain.faces[0].key or len(self.known) >= _UNASKED:
            return GLYPH_NONE
        self.known.append(glyph)
        return len(self.known) - 1

    def table(self) -> Glyphs:
        """For setting: advances and breaks; codes come with the file's fonts."""
        count = len(self.known)
        return glyph_table(self.known, np.zeros(count, np.uint16), np.zeros(count, np.int32))


class _BatchSetter:
    """Sets the fields of a batch one after the other."""

    def __init__(self, plate: Plate, slips: Slips) -> None:
        self._plate, self._slips = plate, slips
        self.glyphs = _GlyphIds()
        #: (face, size in dots), in the order of their numbers.
        self.settings: dict[tuple[str, float], int] = {}
        #: By slip: what cannot be set, as (source, rule) → (found, expected), each once.
        self.unfit: dict[int, dict[tuple[str, str], tuple[str, str]]] = {}
        self._words: dict[tuple[str, ...], list[str]] = {}
        self._columns: dict[tuple[int, int], Column] = {}

    def fields(self) -> list[SetField]:
        plate, dpi = self._plate, self._plate.dpi
        everywhere = np.ones(len(self._slips.rows), np.bool_)
        jobs: list[tuple[FieldSetter | OcrSetter, npt.NDArray[np.bool_]]] = [
            *((FieldSetter(place, dpi), everywhere) for place in plate.fields),
            *((OcrSetter(place), everywhere) for place in plate.ocr),
            *((FieldSetter(place, dpi), self._slips.has_bars) for place in plate.bar_texts),
        ]
        jobs = [job for job in jobs if job[0].source in self._slips.texts]
        # All glyphs are numbered before the first text is set.
        columns = [self._column(setter, wanted) for setter, wanted in jobs]
        table = self.glyphs.table()
        return [
            self._set(setter, column, table)
            for (setter, _), column in zip(jobs, columns, strict=True)
        ]

    def _column(self, setter: FieldSetter | OcrSetter, wanted: npt.NDArray[np.bool_]) -> Column:
        words = self._worded(setter, wanted)
        key = id(words), id(setter.chain)
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = self.glyphs.ids(setter.chain, words)
        return column

    def _worded(self, setter: FieldSetter | OcrSetter, wanted: npt.NDArray[np.bool_]) -> list[str]:
        """The texts of a column as a field words them; fields that do so alike share them."""
        key = (*setter.wording, str(wanted is self._slips.has_bars))
        words = self._words.get(key)
        if words is None:
            values = self._slips.texts[setter.source]
            if wanted is self._slips.has_bars:
                values = [value if bars else "" for value, bars in zip(values, wanted, strict=True)]
            words = self._words[key] = setter.words(values)
        return words

    def _set(self, setter: FieldSetter | OcrSetter, column: Column, table: Glyphs) -> SetField:
        face = setter.chain.faces[0].key
        sizes = setter.sizes()
        numbers = [self.settings.setdefault((face, size), len(self.settings)) for size in sizes]
        place = setter.place
        pitch = cell_x = 0.0
        if isinstance(place, OcrPlace):
            pitch, cell_x = place.pitch, place.x
            box, wraps, align = (0, place.baseline, 0, 0), False, "left"
        else:
            rect = place.rect
            box = rect.x, rect.y, rect.width, rect.height
            wraps, align = place.field.overflow == "wrap", place.field.align
        lines, ends, left = set_lines(
            table,
            column.ids,
            column.ends,
            box,
            np.array(sizes, np.float64),
            np.array(numbers, np.int32),
            wraps,
            ALIGN[align],
            pitch,
            cell_x,
        )
        elsewhere = {}
        for index in np.flatnonzero(left).tolist():
            elsewhere[index] = self._set_elsewhere(setter, index)
        return SetField(column, lines, ends, elsewhere, pitch, cell_x)

    def _set_elsewhere(self, setter: FieldSetter | OcrSetter, index: int) -> list[TextRun]:
        try:
            return setter.runs(self._slips.texts[setter.source][index])
        except Unfit as error:
            told = self.unfit.setdefault(index, {})
            told.setdefault((setter.source, error.rule), (error.found, error.expected))
            return []
