"""A batch of set pages for one PDF, in the arrays that the kernel writes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import Batch, Glyphs
from elqr_fast.render.batch import Ends, Ids, Lines, PageBatch, SetField, glyph_table
from elqr_fast.render.pdf_content import Content, font_and_size, string_of
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
    made = _glyphs(batch, fonts)
    if made is None:
        return None
    glyphs, shown = made
    settings = {what: number for number, what in enumerate(batch.settings)}
    ready = _ReadyMade(content, settings)
    texts = [ready.text(field) for field in batch.fields]
    words = [font_and_size(fonts[face], size).encode() for face, size in settings]
    sizes = np.array([size for _, size in settings], np.float64)
    given = b"".join(ready.parts)
    native = Batch(len(batch), plate.height, head, glyphs, words, sizes, texts, given)
    drawn = b"".join([head, *_add_codes(plate, batch, content, native)])
    return native, (drawn, b"".join([*words, given, shown]))


def _add_codes(plate: Plate, batch: PageBatch, content: Content, native: Batch) -> list[bytes]:
    heads = []
    if qr := plate.qr:
        heads.append(content.symbol_setting(qr.module).encode())
        code = heads[-1], qr.x, plate.height - qr.y, qr.module
        native.add_symbols(code, batch.slips.symbols.packed)
    if bars := plate.bars:
        heads.append(content.bar_setting(bars.module, bars.height, bars.narrower).encode())
        code = heads[-1], bars.x, plate.height - bars.y - bars.height, 0
        native.add_bars(code, np.ascontiguousarray(batch.slips.bars))
    return heads


def _glyphs(batch: PageBatch, fonts: Fonts) -> tuple[Glyphs, bytes] | None:
    """The codes of all glyphs in lines, and all bytes that these stand for in strings; fonts learn
    which those are, in an order that depends on the texts alone.
    """
    known = batch.glyphs
    used = _used(batch)
    codes, widths = [0] * len(known), [0] * len(known)
    texts = [(glyph.face, glyph.cluster) for glyph in known]
    shown = set[str]()
    for number in sorted(used, key=texts.__getitem__):
        glyph = known[number]
        told = fonts[glyph.face].show(glyph.gid, glyph.cluster)
        if told is None:
            return None
        codes[number], widths[number] = told
        shown.update(string_of(told[0]))
    table = glyph_table(known, np.array(codes, np.uint16), np.array(widths, np.int32))
    return table, "".join(sorted(shown)).encode("latin-1")


def _used(batch: PageBatch) -> list[int]:
    """The glyphs that stand in a line."""
    if not any(field.elsewhere for field in batch.fields):
        return [*range(len(batch.glyphs))]  # each is of some text
    used = np.zeros(len(batch.glyphs), np.bool_)
    # Fields share columns; one whose texts all stand in lines says all that a column can say.
    whole = {id(field.column): field.column.ids for field in batch.fields if not field.elsewhere}
    parts = [_shown(field) for field in batch.fields if id(field.column) not in whole]
    for ids in (*whole.values(), *parts):
        used[ids] = True
    return np.flatnonzero(used).tolist()


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
                for run in runs:
                    setting = self._settings.setdefault((run.face, run.size), len(self._settings))
                    for piece in self._content.pieces(run):
                        start, size = self._enter(piece.shown.encode("latin-1"))
                        added.append((start, -size, piece.x, piece.y, setting))
                        places.append(int(ends[row]))
                        more[row] += 1
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
