"""SVG path data (`d`) to polygons, so that a form can carry a mark as vector data.

Known are M L H V C Q Z, absolute and relative (SVG 2, 9.3); an arc is to be turned into curves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
Contour = tuple[Point, ...]

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[^\s,]")
_NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}
#: Chords a curve; a mark is some 8 mm high, so that none strays a dot at 1200 dpi.
_CHORDS = 16


def contours(path: str) -> tuple[Contour, ...]:
    """The closed polygons of a path.  Raises ValueError on anything it does not know."""
    done: list[Contour] = []
    points: list[Point] = []
    for command, numbers in _commands(path):
        if command in "MZ":
            if len(points) > 2:
                done.append(tuple(points))
            # After Z the pen is back where the contour began.
            points = [(numbers[0], numbers[1])] if command == "M" else points[:1]
        else:
            points.extend(_segment(points[-1], command, numbers))
    if len(points) > 2:
        done.append(tuple(points))
    return tuple(done)


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command, made absolute, with its numbers; a repeated one may drop its letter."""
    tokens = _TOKEN.findall(path)
    at, letter, pen, start = 0, "", (0.0, 0.0), (0.0, 0.0)
    if tokens and tokens[0] not in "Mm":
        raise ValueError("a path begins with M")
    while at < len(tokens):
        if tokens[at].isalpha():
            letter, at = tokens[at], at + 1
        command = letter.upper()
        if command not in _NUMBERS:
            raise ValueError(f"path command {tokens[at - 1]!r} is not known")
        count = _NUMBERS[command]
        numbers = [float(token) for token in tokens[at : at + count]]
        if len(numbers) < count:
            raise ValueError(f"path command {letter!r} needs {count} numbers")
        at += count
        if letter.islower():
            numbers = _absolute(command, numbers, pen)
        pen = _pen(command, numbers, pen, start)
        start = pen if command == "M" else start
        yield command, numbers
        # Coordinates that follow a moveto are linetos (SVG 2, 9.3.3).
        letter = {"M": "L", "m": "l"}.get(letter, letter)
        if command == "Z":
            letter = ""


def _absolute(command: str, numbers: list[float], pen: Point) -> list[float]:
    if command == "V":
        return [numbers[0] + pen[1]]
    return [number + pen[index % 2] for index, number in enumerate(numbers)]


def _pen(command: str, numbers: list[float], pen: Point, start: Point) -> Point:
    if command == "Z":
        return start
    if command == "H":
        return numbers[0], pen[1]
    if command == "V":
        return pen[0], numbers[0]
    return numbers[-2], numbers[-1]


def _segment(pen: Point, command: str, numbers: list[float]) -> list[Point]:
    """The points after `pen` of a line or a curve."""
    if command == "H":
        return [(numbers[0], pen[1])]
    if command == "V":
        return [(pen[0], numbers[0])]
    controls = [pen, *zip(numbers[::2], numbers[1::2], strict=True)]
    if command == "L":
        return controls[1:]
    return [_bezier(controls, step / _CHORDS) for step in range(1, _CHORDS + 1)]


def _bezier(controls: list[Point], t: float) -> Point:
    """De Casteljau's construction, for any degree."""
    while len(controls) > 1:
        controls = [
            (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(controls)
        ]
    return controls[0]
