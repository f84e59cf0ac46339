"""Single glyphs in their places, from text runs or from a batch's lines: what raster pages are
composed from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from math import floor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from elqr_fast.render.batch import PageBatch, SetField
from elqr_fast.render.glyph_atlas import Int32, SetGlyphs
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


def scene_glyphs(scenes: Sequence[Scene]) -> SetGlyphs:
    """The glyphs of scenes, a page each."""
    styles: dict[tuple[str, float], int] = {}
    runs = [(page, run) for page, scene in enumerate(scenes) for run in scene.runs]
    placed = _in_runs(runs, styles)
    ends = np.cumsum(np.bincount(placed.page, minlength=len(scenes))).astype(np.uint64)
    return SetGlyphs([*styles], placed.style, placed.gids, placed.x, placed.y, ends)


def batch_glyphs(batch: PageBatch, first: int, last: int) -> SetGlyphs:
    """The glyphs of pages [first, last), in the order of the pages.

    The origins are those of `layout.line_runs` and `layout.cell_runs`, sum for sum.
    """
    styles = {style: number for number, style in enumerate(batch.settings)}
    known = _Glyphs(
        np.array([glyph.gid for glyph in batch.glyphs], np.int32),
        np.array([glyph.advance for glyph in batch.glyphs], np.float64),
        np.array([size for _, size in batch.settings], np.float64),
    )
    elsewhere = [
        (row - first, run)
        for field in batch.fields
        for row, runs in field.elsewhere.items()
        if first <= row < last
        for run in runs
    ]
    parts = [_in_lines(field, known, first, last) for field in batch.fields]
    parts.append(_in_runs(elsewhere, styles))
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
