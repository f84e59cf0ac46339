# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Simulated scans of symbols, a batch at a time (csrc/channel.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint64_t

import numpy as np

from elqr_fast.errors import kernel_error

cdef extern from "elqr_channel.h" nogil:
    enum:
        ELQR_OK
        ELQR_CHANNEL_RANGES

    ctypedef struct elqr_channel:
        int width
        int height
        int bilevel
        float ranges[16][2]

    size_t elqr_channel_work(const elqr_channel *channel, int side)
    int elqr_channel_scan(const elqr_channel *channel, const uint8_t *modules, int side, size_t n,
                          uint64_t seed, uint64_t first, void *work, uint8_t *images)

RANGES = ("gain", "ink", "paper", "skew", "shift_x", "shift_y", "scale_x", "scale_y", "blur",
          "noise", "speckle", "streaks", "threshold", "damage", "module", "severity")


def scan(const uint8_t[:, :, ::1] modules not None, int width, int height, bint bilevel,
         const float[:, ::1] ranges not None, uint64_t seed, uint64_t first):
    """Scans symbols [n, side, side], nonzero = dark, to uint8 [n, height, width], 0 = black.

    Ranges [16, 2] are in the order of `RANGES`, their units in csrc/elqr_channel.h.  Raises the
    exception of the kernel's status for a value out of range.
    """
    cdef elqr_channel channel
    cdef size_t n = modules.shape[0], size, i
    cdef int status, side = <int>min(modules.shape[1], 1000)
    if modules.shape[1] != modules.shape[2]:
        raise ValueError("modules must be [n, side, side]")
    if ranges.shape[0] != ELQR_CHANNEL_RANGES or ranges.shape[1] != 2:
        raise ValueError(f"ranges must be [{ELQR_CHANNEL_RANGES}, 2]")
    channel.width, channel.height = width, height
    channel.bilevel = bilevel
    for i in range(ELQR_CHANNEL_RANGES):
        channel.ranges[i][0], channel.ranges[i][1] = ranges[i, 0], ranges[i, 1]
    size = elqr_channel_work(&channel, side)
    if size == 0:
        raise kernel_error(15, None, "a range, the image's size or the symbol's")
    images = np.empty((n, height, width), np.uint8)
    if n == 0:
        return images
    cdef uint8_t[:, :, ::1] images_view = images
    # float64: aligned as the kernel asks.
    cdef uint8_t[::1] work = np.empty((size + 7) // 8, np.float64).view(np.uint8)
    with nogil:
        status = elqr_channel_scan(&channel, &modules[0, 0, 0], side, n, seed, first, &work[0],
                                   &images_view[0, 0, 0])
    if status != ELQR_OK:
        raise kernel_error(status)
    return images
