"""A batch of set pages for one PDF, in the arrays that the kernel writes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import Batch, Glyphs
from elqr_fast.render.batch import Ends, Ids, Lines, PageBatch, SetField, glyph_table
from elqr_fast.render.pdf_content import Content, bar_words, font_and_size, symbol_words
from elqr_fast.render.pdf_fonts import PdfFont

if TYPE_CHECKING:
    from elqr_fast.render.plate import Plate

Fonts = dict[str, PdfFont]
#: A field as the kernel takes it: ids, ends, lines, line_ends, pitch, cell_x.
Text = tuple[Ids, Ends, Lines, Ends, float, float]


def native_batch(
    plate: Plate, batch: PageBatch, content: Content, fonts: Fonts, head: bytes
) -> tuple[Batch, tuple[bytes, bytes]] | None:
    """What the kernel needs, and all bytes that stand in it as they are: with the codes, in texts.

    None if a glyph cannot stand for its text: such pages are written one by one.
    """
    glyphs = _glyphs(batch, fonts)
    if glyphs is None:
        return None
    settings = {what: number for number, what in enumerate(batch.settings)}
    ready = _ReadyMade(content, settings)
    texts = [ready.text(field) for field in batch.fields]
    words = [font_and_size(fonts[face], size).encode() for face, size in settings]
    sizes = np.array([size for _, size in settings], np.float64)
    given = b"".join(ready.parts)
    native = Batch(len(batch), plate.height, head, glyphs, words, sizes, texts, given)
    drawn = b"".join([head, *_add_codes(plate, batch, native)])
    return native, (drawn, b"".join([*words, given]))


def _add_codes(plate: Plate, batch: PageBatch, native: Batch) -> list[bytes]:
    words = []
    if qr := plate.qr:
        packed = batch.slips.symbols.packed
        bottom = plate.height - qr.y - packed.shape[1] * qr.module
        words.append(symbol_words(qr.x, bottom, qr.module))
        native.add_symbols(words[-1], packed)
    if bars := plate.bars:
        bottom = plate.height - bars.y - bars.height
        words.append(bar_words(bars.x, bottom, bars.module, bars.height, bars.narrower))
        native.add_bars(words[-1], np.ascontiguousarray(batch.slips.bars))
    return [text for group in words for text in group]


def _glyphs(batch: PageBatch, fonts: Fonts) -> Glyphs | None:
    """The codes of all glyphs in lines; fonts learn which those are, in an order that depends on
    the texts alone.
    """
    known = batch.glyphs
    used = np.zeros(len(known), np.bool_)
    # Fields share columns; one whose texts all stand in lines says all that a column can say.
    whole = {id(field.column): field.column.ids for field in batch.fields if not field.elsewhere}
    parts = [_shown(field) for field in batch.fields if id(field.column) not in whole]
    for ids in (*whole.values(), *parts):
        used[ids] = True
    codes, widths = np.zeros(len(known), np.uint16), np.zeros(len(known), np.int32)

    def by_text(number: int) -> tuple[str, str]:
        return known[number].face, known[number].cluster

    for number in sorted(np.flatnonzero(used).tolist(), key=by_text):
        glyph = known[number]
        told = fonts[glyph.face].show(glyph.gid, glyph.cluster)
        if told is None:
            return None
        codes[number], widths[number] = int(told[0], 16), told[1]
    return glyph_table(known, codes, widths)


def _shown(field: SetField) -> npt.NDArray[np.uint16]:
    """The ids of a column that stand in a line: not those of texts set elsewhere."""
    ids = field.column.ids
    if not field.elsewhere:
        return ids
    kept = np.ones(len(ids), np.bool_)
    for row in field.elsewhere:
        kept[field.column.ends[row - 1] if row else 0 : field.column.ends[row]] = False
    return ids[kept]


class _ReadyMade:
    """Collects the bytes of runs that were set elsewhere, and enters them as lines."""

    def __init__(self, content: Content, settings: dict[tuple[str, float], int]) -> None:
        self._content = content
        self._settings = settings
        self.parts: list[bytes] = []
        self._size = 0

    def text(self, field: SetField) -> Text:
        lines, ends = field.lines, field.line_ends
        if field.elsewhere:
            places: list[int] = []
            added: list[tuple[int, int, int, int, int]] = []
            more = np.zeros(len(ends), np.uint32)
            for row, runs in sorted(field.elsewhere.items()):
                shown = [run for run in runs if run.glyphs]
                for run in shown:
                    setting = self._settings.setdefault((run.face, run.size), len(self._settings))
                    start, size = self._enter(self._content.line(run).encode("ascii"))
                    added.append((start, -size, 0, 0, setting))
                places += [int(ends[row])] * len(shown)
                more[row] = len(shown)
            if added:
                lines = np.insert(lines, places, np.array(added, np.int32), axis=0)
                ends = ends + np.cumsum(more, dtype=np.uint32)
        column = field.column
        return column.ids, column.ends, lines, ends, field.pitch, field.cell_x

    def _enter(self, part: bytes) -> tuple[int, int]:
        start = self._size
        self.parts.append(part)
        self._size += len(part)
        return start, len(part)
