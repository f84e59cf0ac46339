"""The print-scan channel of `scan.channel` a batch at a time, by the kernel (csrc/channel.c).

The same physics and classes with random numbers of its own: scan i of a seed is the same whatever
the batch, so that a hunt or a sweep can be cut into pieces and repeated.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from elqr_fast._native import channel as native
from elqr_fast.scan.channel import MM_PER_INCH, ROI_MM, Channel, Grey, Modules, Range

RANGES = native.RANGES


def roi_size(dpi: float) -> tuple[int, int]:
    """Width and height in pixels of the box that a reader looks at."""
    width, height = (round(side * dpi / MM_PER_INCH) for side in ROI_MM)
    return width, height


def ranges_of(channel: Channel, side: int) -> dict[str, Range]:
    """The kernel's ranges for a class of scans: units of csrc/elqr_channel.h."""
    pixel = channel.dpi / MM_PER_INCH
    slack_x, slack_y = (
        max(size - (side + 12) * channel.module_mm * pixel, 0) / 2 for size in roi_size(channel.dpi)
    )
    width, height = roi_size(channel.dpi)
    inches = width * height / channel.dpi**2
    low, high = channel.speckle
    return {
        "gain": channel.gain,
        "ink": channel.ink,
        "paper": channel.paper,
        "skew": channel.skew,
        "shift_x": (-slack_x, slack_x),
        "shift_y": (-slack_y, slack_y),
        "scale_x": (1, 1),
        "scale_y": (1, 1),
        "blur": channel.blur,
        "noise": channel.noise,
        "speckle": (low * inches, high * inches),
        "streaks": channel.streaks,
        "threshold": channel.threshold,
        "damage": (0, 0),
        "module": (channel.module_mm * pixel,) * 2,
        "severity": (1, 1),
    }


def scan_batch(
    channel: Channel,
    modules: Modules,
    *,
    seed: int,
    first: int = 0,
    changed: Mapping[str, Range] | None = None,
) -> Grey:
    """Scans of the box around symbols [n, side, side], 1 = dark: uint8 [n, height, width].

    Scan i depends on the channel, its symbol, `seed` and `first` + i only.  `changed` replaces
    ranges by name (`RANGES`).  JPEG is not simulated.  Raises OutOfRangeError for a range that the
    kernel refuses.
    """
    ranges = ranges_of(channel, modules.shape[-1]) | dict(changed or {})
    images = native.scan(
        np.ascontiguousarray(modules),
        *roi_size(channel.dpi),
        channel.bilevel,
        np.array([ranges[name] for name in RANGES], np.float32),
        seed,
        first,
    )
    turned: npt.NDArray[np.uint8] = np.rot90(images, -channel.turns, axes=(1, 2))
    return np.ascontiguousarray(turned)
