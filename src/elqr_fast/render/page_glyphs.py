"""Single glyphs in their places, from text runs or from a batch's lines: what raster pages are
composed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import floor
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast._native.page_set import Lines
from elqr_fast.render.batch import PageBatch, SetField
from elqr_fast.render.glyph_atlas import GlyphAtlas, Int32, SetGlyphs
from elqr_fast.render.scene import Scene, TextRun

Floats = npt.NDArray[np.float64]


class _Placed(NamedTuple):
    """Glyphs of one field: the page of each, its style, its id in its face, its origin."""

    page: npt.NDArray[np.int64]
    style: Int32
    gids: Int32
    x: Int32
    y: Int32


class _Glyphs(NamedTuple):
    """A batch's glyphs by their numbers, and its styles' sizes."""

    gids: Int32
    advances: Floats
    sizes: Floats

    @classmethod
    def of(cls, batch: PageBatch) -> _Glyphs:
        return cls(
            np.array([glyph.gid for glyph in batch.glyphs], np.int32),
            np.array([glyph.advance for glyph in batch.glyphs], np.float64),
            np.array([size for _, size in batch.settings], np.float64),
        )


def scene_glyphs(scenes: Sequence[Scene]) -> SetGlyphs:
    """The glyphs of scenes, a page each."""
    runs = [(page, run) for page, scene in enumerate(scenes) for run in scene.runs]
    return _run_glyphs(runs, len(scenes))


def _run_glyphs(runs: list[tuple[int, TextRun]], pages: int) -> SetGlyphs:
    """The glyphs of runs, which come page by page."""
    styles: dict[tuple[str, float], int] = {}
    placed = _in_runs(runs, styles)
    ends = np.cumsum(np.bincount(placed.page, minlength=pages)).astype(np.uint64)
    return SetGlyphs([*styles], placed.style, placed.gids, placed.x, placed.y, ends)


def batch_blits(
    batch: PageBatch, first: int, last: int, atlas: GlyphAtlas
) -> tuple[Int32, npt.NDArray[np.uint64]]:
    """The blits of pages [first, last), and where each page's end, as `native.page.Batch` takes
    them: the dots of `batch_glyphs`.  Raises FontError for a broken outline.
    """
    known = _Glyphs.of(batch)
    lines = Lines(
        [
            (field.column.ids, field.lines, field.line_ends, field.pitch, field.cell_x)
            for field in batch.fields
        ],
        len(batch),
        known.advances,
        known.sizes,
    )
    elsewhere = _elsewhere(batch, first, last)
    others = atlas.blits(_run_glyphs(elsewhere, last - first)) if elsewhere else None
    set_lines = atlas.set_lines(lines, first, last, batch.settings, known.gids)
    if set_lines is None:
        return atlas.blits(batch_glyphs(batch, first, last))
    return _together(set_lines, others) if others else set_lines


def _together(
    one: tuple[Int32, npt.NDArray[np.uint64]], two: tuple[Int32, npt.NDArray[np.uint64]]
) -> tuple[Int32, npt.NDArray[np.uint64]]:
    """The blits of both, page by page."""
    zero = np.uint64(0)
    counts = [np.diff(ends, prepend=zero).astype(np.int64) for _, ends in (one, two)]
    page = np.concatenate([np.repeat(np.arange(len(count)), count) for count in counts])
    ends = one[1] + two[1]
    blits = np.concatenate([one[0][: int(one[1][-1])], two[0]])
    return blits[np.argsort(page, kind="stable")], ends


def batch_glyphs(batch: PageBatch, first: int, last: int) -> SetGlyphs:
    """The glyphs of pages [first, last), in the order of the pages.

    The origins are those of `layout.line_runs` and `layout.cell_runs`, sum for sum.
    """
    styles = {style: number for number, style in enumerate(batch.settings)}
    known = _Glyphs.of(batch)
    parts = [_in_lines(field, known, first, last) for field in batch.fields]
    parts.append(_in_runs(_elsewhere(batch, first, last), styles))
    placed = _Placed(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    # Sorting 16-bit numbers is a counting sort: linear.
    order = np.argsort(placed.page.astype(np.uint16), kind="stable")
    ends = np.cumsum(np.bincount(placed.page, minlength=last - first)).astype(np.uint64)
    return SetGlyphs(
        [*styles],
        placed.style[order],
        placed.gids[order],
        placed.x[order],
        placed.y[order],
        ends,
    )


def _elsewhere(batch: PageBatch, first: int, last: int) -> list[tuple[int, TextRun]]:
    """The runs of pages [first, last) that are in no line, page by page, with the page of each."""
    return sorted(
        (
            (row - first, run)
            for field in batch.fields
            for row, runs in field.elsewhere.items()
            if first <= row < last
            for run in runs
        ),
        key=itemgetter(0),
    )


def _in_lines(field: SetField, known: _Glyphs, first: int, last: int) -> _Placed:
    start = int(field.line_ends[first - 1]) if first else 0
    lines = field.lines[start : int(field.line_ends[last - 1])]
    starts, counts, x, y, style = lines.T
    line = np.repeat(np.arange(len(lines)), counts)
    index = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    ids = field.column.ids[np.repeat(starts, counts) + index]
    advances, sizes = known.advances[ids], known.sizes[style[line]]
    if field.pitch:
        left = floor(field.cell_x)
        middle = field.cell_x - left + (index + 0.5) * field.pitch
        origins = left + np.floor(middle - advances * sizes / 2 + 0.5)
    else:
        origins = x[line] + np.floor(_pens(advances, line, index, len(lines)) * sizes + 0.5)
    ends = np.asarray(field.line_ends[first:last], np.int64) - start
    page = np.searchsorted(ends, line, side="right")
    return _Placed(page, style[line], known.gids[ids], origins.astype(np.int32), y[line])


def _pens(
    advances: Floats, line: npt.NDArray[np.int64], index: npt.NDArray[np.int64], lines: int
) -> Floats:
    """How far each glyph is from its line's start, in ems: added up glyph after glyph."""
    table = np.zeros((lines, int(index.max(initial=0)) + 2))
    table[line, index + 1] = advances
    pens: Floats = np.cumsum(table, axis=1)[line, index]
    return pens


def _in_runs(runs: list[tuple[int, TextRun]], styles: dict[tuple[str, float], int]) -> _Placed:
    """Runs of single pages; `styles` learns new ones."""
    heads = [
        (page, styles.setdefault((run.face, run.size), len(styles)), run.x, run.y, len(run.glyphs))
        for page, run in runs
    ]
    page, style, x, y, lengths = np.array(heads, np.int32).reshape(-1, 5).T
    gids = np.fromiter(chain.from_iterable(run.glyphs for _, run in runs), np.int32)
    offsets = np.fromiter(chain.from_iterable(run.offsets for _, run in runs), np.int32)
    return _Placed(
        np.repeat(page, lengths).astype(np.int64),
        np.repeat(style, lengths),
        gids,
        np.repeat(x, lengths) + offsets,
        np.repeat(y, lengths),
    )
