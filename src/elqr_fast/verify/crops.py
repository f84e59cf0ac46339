"""Pictures of codes for a report: the symbol and its quiet zone, and nothing else of the page."""

from __future__ import annotations

import io
import math
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from elqr_fast.errors import InputError
from elqr_fast.scan import Limits, PageImage, Verdict, open_file
from elqr_fast.verify.rows import CORNERS

#: Of a symbol of unknown version, the eL-QR's.
USUAL_VERSION = 6
QUIET_MODULES = 4
#: Pixels of a picture's side at most; an eL-QR at 600 dpi has some 440.
LONGEST = 480
#: How much nearer or farther, as a part, a corner of the picture may be than its middle: beyond
#: it the four points are no symbol on paper.
DEPTH = 0.25

Points = npt.NDArray[np.float64]


def picture(row: dict[str, Any], path: Callable[[str], Path], limits: Limits | None) -> str:
    """A row's code as a data URI of a PNG, "" if there is none: no code, no eL-QR (what a foreign
    code says is nowhere in the results), or a scan that cannot be opened again.
    """
    if row["page"] is None or row["x1"] is None or row["verdict"] == Verdict.NOT_ELQR:
        return ""
    corners = np.array([row[name] for name in CORNERS], np.float64).reshape(4, 2)
    version = row["version"] or USUAL_VERSION
    try:
        with open_file(path(row["file"]), limits=limits) as file:
            for page in file.pages(row["page"], row["page"] + 1):
                return _data_uri(cut_out(page, corners, 17 + 4 * version))
    except (InputError, OSError, MemoryError):
        pass
    return ""


def cut_out(page: PageImage, corners: Points, modules: int) -> Image.Image | None:
    """The symbol, turned upright, of `modules` a side and with these corners; each pixel is the
    scan's nearest.  None if the corners are not those of a symbol, or not on the page.
    """
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    whole = modules + 2 * QUIET_MODULES
    size = min(round(sides.mean() * whole / modules), LONGEST)
    quiet = size * QUIET_MODULES / whole
    to_page = _projection(quiet, size - quiet, corners)
    if to_page is None:
        return None
    places = _projected(to_page, _square(0, size))
    if places is None:
        return None
    left, top = (max(math.floor(least) - 1, 0) for least in places.min(axis=0))
    right, bottom = (math.ceil(most) + 1 for most in places.max(axis=0))
    grey = page.crop(left, top, right, bottom)
    if not grey.size:
        return None
    shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]])
    coefficients = (shift @ to_page).ravel()[:8]
    return Image.fromarray(np.ascontiguousarray(grey)).transform(
        (size, size),
        Image.Transform.PERSPECTIVE,
        coefficients.tolist(),
        Image.Resampling.NEAREST,
        fillcolor=255,
    )


def _square(low: float, high: float) -> Points:
    return np.array([[low, low], [high, low], [high, high], [low, high]], np.float64)


def _projection(low: float, high: float, corners: Points) -> Points | None:
    """The projective map, [3, 3], of the square [low, high] x [low, high] onto four corners."""
    rows, wanted = [], []
    for (u, v), (x, y) in zip(_square(low, high), corners, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -u * x, -v * x], [0, 0, 0, u, v, 1, -u * y, -v * y]]
        wanted += [x, y]
    try:
        found = np.linalg.solve(np.array(rows), np.array(wanted))
    except np.linalg.LinAlgError:
        return None
    return np.append(found, 1.0).reshape(3, 3)


def _projected(to_page: Points, points: Points) -> Points | None:
    """Where points of the picture lie on the page; None if that is no symbol on paper."""
    found = np.column_stack([points, np.ones(4)]) @ to_page.T
    depths = found[:, 2] / found[:, 2].mean()
    if not np.all(np.abs(depths - 1) <= DEPTH):  # not: a NaN is no symbol either
        return None
    return np.asarray(found[:, :2] / found[:, 2:])


def _data_uri(image: Image.Image | None) -> str:
    """A PNG, of one bit a pixel where black and white are all there is."""
    if image is None:
        return ""
    if not set(image.histogram()[1:255]) - {0}:
        image = image.convert("1", dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"
