# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""What else is on a bilevel page: signs of QR codes, and its bar code (csrc/sweep.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint8_t, uint16_t
from libc.stdlib cimport free, malloc

import numpy as np

from elqr_fast.errors import kernel_error

cdef extern from "elqr_sweep.h" nogil:
    enum:
        ELQR_OK
        ELQR_SWEEP_BARS
        ELQR_BILL_DIGITS

    ctypedef struct elqr_box:
        int32_t left
        int32_t top
        int32_t right
        int32_t bottom

    ctypedef struct elqr_sweep_result:
        int symbol
        int inverted
        int marks
        int bars
        uint8_t digits[ELQR_SWEEP_BARS][ELQR_BILL_DIGITS]
        elqr_box places[ELQR_SWEEP_BARS]
        int32_t shifts[ELQR_SWEEP_BARS]
        elqr_box unsure

    size_t elqr_sweep_words(int32_t width)
    int elqr_sweep(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
                   const elqr_box *own, int32_t smallest, uint16_t *work, elqr_sweep_result *result)
    int elqr_sweep_halve(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
                         uint8_t *out)


cdef check_rows(const uint8_t[:, :] rows, int32_t width):
    """Raises ValueError unless rows of so many pixels follow each other downwards."""
    if width < 1 or rows.shape[0] == 0 or rows.shape[1] != (width + 7) // 8:
        raise ValueError(f"{width} pixels are {(width + 7) // 8} bytes a row, not {rows.shape[1]}")
    if rows.shape[1] > 1 and rows.strides[1] != 1:
        raise ValueError("the bytes of a row must be contiguous")
    if rows.strides[0] < rows.shape[1]:
        raise ValueError("rows must follow each other downwards")


def halve(const uint8_t[:, :] rows not None, int32_t width):
    """Bilevel rows as in `sweep`, two pixels wide and high at least, at half their resolution:
    uint8 [height // 2, (width // 2 + 7) // 8], dark where two or more of four pixels are."""
    check_rows(rows, width)
    half = np.empty((max(rows.shape[0] // 2, 1), max((width // 2 + 7) // 8, 1)), np.uint8)
    cdef uint8_t[:, ::1] out = half
    cdef int status
    with nogil:
        status = elqr_sweep_halve(&rows[0, 0], <size_t>rows.strides[0], width,
                                  <int32_t>rows.shape[0], &out[0, 0])
    if status != ELQR_OK:
        raise kernel_error(status)
    return half


def sweep(const uint8_t[:, :] rows not None, int32_t width, tuple own not None,
          int32_t smallest):
    """Looks over bilevel rows of `width` pixels, uint8 [height, (width + 7) // 8], 1 = dark.

    `own`: the box (left, top, right, bottom) of the code already read.
    `smallest`: pixels across a finder pattern, at least.  Returns (whether there may be a QR code
    dark on light, light on dark, finder patterns, bar codes' digits, box of what may be another bar
    code or None, bar codes' places).  A place is the box of the bars in the first row and down to
    the last, and how much further right they are there.
    """
    check_rows(rows, width)
    cdef elqr_box box = elqr_box(own[0], own[1], own[2], own[3])
    cdef elqr_sweep_result result
    cdef uint16_t *work = <uint16_t *>malloc(elqr_sweep_words(width) * sizeof(uint16_t))
    cdef int status
    if work == NULL:
        raise MemoryError("work space of a sweep")
    with nogil:
        status = elqr_sweep(&rows[0, 0], <size_t>rows.strides[0], width, <int32_t>rows.shape[0],
                            &box, smallest, work, &result)
    free(work)
    if status != ELQR_OK:
        raise kernel_error(status)
    bars = [bytes(result.digits[i][:ELQR_BILL_DIGITS]).decode("ascii") for i in range(result.bars)]
    unsure = None
    if result.unsure.right:
        unsure = (result.unsure.left, result.unsure.top, result.unsure.right, result.unsure.bottom)
    places = [(result.places[i].left, result.places[i].top, result.places[i].right,
               result.places[i].bottom, result.shifts[i]) for i in range(result.bars)]
    return bool(result.symbol), bool(result.inverted), result.marks, bars, unsure, places
