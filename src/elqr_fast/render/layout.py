"""Words to glyphs on a baseline, in dots.  Used for what is static and for what is not.

Glyph after glyph, without kerning: Japanese type is set solid, and figures are of one width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from elqr_fast.render.fonts import Face
from elqr_fast.render.scene import Rect, TextRun

#: The middle of the em box above the baseline: Japanese fonts put 0.88 em above it, 0.12 below.
MIDDLE = 0.38
#: From baseline to baseline, in ems.
LEADING = 1.2


class MissingGlyph(Exception):
    """No face of the chain has this character."""

    def __init__(self, cluster: str) -> None:
        self.codepoints = " ".join(f"U+{ord(char):04X}" for char in cluster)
        super().__init__(self.codepoints)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph of a face, its advance in ems, to 1/1000, and the text it shows."""

    face: str
    gid: int
    advance: float
    cluster: str


def is_selector(char: str) -> bool:
    """Whether a character chooses a variant of the one before (variation selectors 1 to 256)."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


class Chain:
    """Faces asked in order for each character."""

    def __init__(self, faces: Sequence[Face]) -> None:
        self.faces = tuple(faces)
        self._glyphs: dict[str, Glyph] = {}

    def shape(self, text: str) -> list[Glyph]:
        """The glyphs of a text.  Raises MissingGlyph for the first character that has none."""
        glyphs = self._glyphs
        try:
            # A character that was met alone before; selectors are never entered alone.
            return [glyphs[char] for char in text]
        except KeyError:
            return [self._glyph(cluster) for cluster in _clusters(text)]

    def _glyph(self, cluster: str) -> Glyph:
        glyph = self._glyphs.get(cluster)
        if glyph is None:
            glyph = self._glyphs[cluster] = self._find(cluster)
        return glyph

    def _find(self, cluster: str) -> Glyph:
        for face in self.faces if not is_selector(cluster[0]) else ():
            gid = face.glyph(cluster[0], cluster[1:])
            if gid is not None:
                # To 1/1000, as a PDF says widths: letters then flow there as they are set.
                advance = round(face.advance(gid) * 1000 / face.units_per_em) / 1000
                return Glyph(face.key, gid, advance, cluster)
        raise MissingGlyph(cluster)


def _clusters(text: str) -> list[str]:
    """Characters, each with the variation selector that follows it."""
    clusters: list[str] = []
    for char in text:
        if clusters and is_selector(char) and len(clusters[-1]) == 1:
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def width(glyphs: Sequence[Glyph]) -> float:
    """The width of a line in ems."""
    return sum([glyph.advance for glyph in glyphs])


def line_runs(glyphs: Sequence[Glyph], size: float, x: int, baseline: int) -> list[TextRun]:
    """Glyphs one after the other from x, each origin on the nearest dot."""
    origins = []
    pen = 0.0
    for glyph in glyphs:
        origins.append(floor(pen * size + 0.5))
        pen += glyph.advance
    return runs_at(glyphs, size, x, baseline, origins)


def cell_runs(
    glyphs: Sequence[Glyph], size: float, x: float, baseline: int, pitch: float
) -> list[TextRun]:
    """Each glyph in the middle of its own cell of `pitch` dots, the first cell starting at x."""
    left = floor(x)
    origins = [
        floor(x - left + (index + 0.5) * pitch - glyph.advance * size / 2 + 0.5)
        for index, glyph in enumerate(glyphs)
    ]
    return runs_at(glyphs, size, left, baseline, origins)


def block_height(lines: int, size: float) -> float:
    """The height of so many lines at an em of `size`, in the unit of `size`."""
    return (1 + (lines - 1) * LEADING) * size


def baseline_of(area: Rect, size: float, index: int, count: int) -> int:
    """The baseline of line `index` of `count` that stand in the middle of an area."""
    middle = area.y + area.height / 2 + (index - (count - 1) / 2) * LEADING * size
    return floor(middle + MIDDLE * size + 0.5)


def aligned_runs(
    glyphs: list[Glyph], size: float, area: Rect, baseline: int, align: str
) -> list[TextRun]:
    """A line of glyphs set left, right, in the middle of, or spread over an area."""
    if not glyphs:
        return []
    over = area.width - width(glyphs) * size
    if align == "spread" and len(glyphs) > 1:
        gap = over / (len(glyphs) - 1)
        origins, pen = [], 0.0
        for glyph in glyphs:
            origins.append(floor(pen + 0.5))
            pen += glyph.advance * size + gap
        return runs_at(glyphs, size, area.x, baseline, origins)
    share = {"left": 0.0, "right": 1.0}.get(align, 0.5)
    return line_runs(glyphs, size, area.x + floor(over * share + 0.5), baseline)


def runs_at(
    glyphs: Sequence[Glyph], size: float, x: int, baseline: int, origins: Sequence[int]
) -> list[TextRun]:
    """One run for each stretch of glyphs of one face; origins count from x."""
    runs = []
    for start, end in _stretches([glyph.face for glyph in glyphs]):
        first = origins[start]
        stretch = glyphs[start:end]
        runs.append(
            TextRun(
                face=stretch[0].face,
                size=size,
                x=x + first,
                y=baseline,
                glyphs=tuple([glyph.gid for glyph in stretch]),
                offsets=tuple([origin - first for origin in origins[start:end]]),
                clusters=tuple([glyph.cluster for glyph in stretch]),
            )
        )
    return runs


def _stretches(faces: list[str]) -> list[tuple[int, int]]:
    """(start, end) of each stretch of one face; nearly every line has one only."""
    if faces and faces.count(faces[0]) == len(faces):
        return [(0, len(faces))]
    edges = [index for index in range(1, len(faces)) if faces[index] != faces[index - 1]]
    return list(pairwise([0, *edges, len(faces)])) if faces else []
