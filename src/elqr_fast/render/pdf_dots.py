"""Rectangles on the dot grid, as a PDF says them.

They are drawn back by INSET on every side: a renderer that inks every dot touched and one that asks
for dot centres then both ink exactly the dots meant.
"""

from __future__ import annotations

import numpy as np

from elqr_fast.render.scene import Modules

# Between 0.02 and 0.05 of a dot six renderers ink exact dots; coordinates in single precision are
# off by less than 0.002 of a dot on an A3 page at 1200 dpi.
INSET = 0.04


def box(x: int, y: int, width: int, height: int) -> str:
    """A rectangle of whole dots as `re`, inset; y upwards."""
    corner = f"{x + INSET:.2f} {y + INSET:.2f}"
    return f"{corner} {width - 2 * INSET:.2f} {height - 2 * INSET:.2f} re\n"


def runs(modules: Modules) -> list[tuple[int, int, int]]:
    """The dark runs of a matrix as (row, start, end), row by row."""
    height, width = modules.shape
    edged = np.zeros((height, width + 2), np.uint8)
    edged[:, 1:-1] = modules
    # Rows begin and end light, so changes pair up within each row.
    rows, columns = np.nonzero(edged[:, 1:] != edged[:, :-1])
    return list(
        zip(rows[0::2].tolist(), columns[0::2].tolist(), columns[1::2].tolist(), strict=True)
    )
