# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""G4 (ITU-T T.6) coding: csrc/g4_encode.c and csrc/g4_decode.c."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

import numpy as np

from elqr_fast.errors import kernel_error


cdef extern from "elqr.h" nogil:
    uint64_t elqr_g4_bound(uint32_t width, uint32_t height)
    int elqr_g4_encode(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                       uint8_t *out, size_t capacity, uint32_t *words, size_t *length)
    size_t elqr_g4_words(uint32_t width)
    int elqr_g4_decode(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                       uint8_t *rows, size_t stride, uint32_t *words, uint32_t *decoded)
    ctypedef struct elqr_g4_window:
        uint8_t *rows
        size_t stride
        uint32_t first
        uint32_t columns
        int inverted

    int elqr_g4_decode_window(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                              const elqr_g4_window *window, uint32_t *words, uint32_t *decoded)
    void elqr_grey(const uint8_t *rows, size_t stride, size_t width, size_t height, uint8_t *greys)
    enum:
        ELQR_G4_MAX_WIDTH
        ELQR_OK
        ELQR_OUT_OF_RANGE
        ELQR_EMPTY


cdef check_rows(const uint8_t[:, ::1] rows, uint32_t width):
    """Raises unless there are rows of so many pixels, which G4 can have."""
    if rows.shape[1] != (width + 7) // 8:
        raise ValueError(f"{width} pixels are {(width + 7) // 8} bytes a row, not {rows.shape[1]}")
    if rows.shape[0] == 0 or width == 0:
        raise kernel_error(ELQR_EMPTY)
    if width > ELQR_G4_MAX_WIDTH:
        raise kernel_error(ELQR_OUT_OF_RANGE)


def encode(const uint8_t[:, ::1] rows not None, uint32_t width):
    """Codes uint8 [height, (width + 7) // 8] as one strip.

    Raises ValueError when the rows do not have that many bytes, and KernelError (empty, too wide).
    """
    check_rows(rows, width)
    cdef uint32_t height = <uint32_t>rows.shape[0]
    cdef uint64_t capacity = elqr_g4_bound(width, height)
    # The bound is many times what a page takes.  Its pages are never touched, so cost nothing, and
    # the coding is small to copy.
    cdef uint8_t *out = <uint8_t *>malloc(<size_t>capacity)
    cdef uint32_t *words = <uint32_t *>malloc(elqr_g4_words(width) * sizeof(uint32_t))
    cdef size_t length = 0
    cdef int status
    try:
        if out == NULL or words == NULL:
            raise MemoryError(f"{capacity} bytes for a G4 coding")
        with nogil:
            status = elqr_g4_encode(&rows[0, 0], <size_t>rows.shape[1], width, height, out,
                                    <size_t>capacity, words, &length)
        if status != ELQR_OK:
            raise kernel_error(status)
        return PyBytes_FromStringAndSize(<const char *>out, <Py_ssize_t>length)
    finally:
        free(words)
        free(out)


def decode(const uint8_t[::1] coded not None, uint32_t width, uint8_t[:, ::1] rows not None):
    """Decodes one strip into rows, uint8 [height, (width + 7) // 8]; returns (status, whole rows).

    A status other than 0 leaves the rows that are not whole white.  Raises ValueError when the rows
    do not have that many bytes, and KernelError (empty, too wide).
    """
    check_rows(rows, width)
    cdef size_t size = <size_t>coded.shape[0]
    cdef const uint8_t *first = &coded[0] if size else NULL
    cdef uint32_t *words = <uint32_t *>malloc(elqr_g4_words(width) * sizeof(uint32_t))
    if words == NULL:
        raise MemoryError("work space of a G4 decoding")
    cdef uint32_t decoded = 0
    cdef int status
    try:
        with nogil:
            status = elqr_g4_decode(first, size, width, <uint32_t>rows.shape[0], &rows[0, 0],
                                    <size_t>rows.shape[1], words, &decoded)
    finally:
        free(words)
    return status, decoded


def decode_strips(const uint8_t[::1] coded not None, Py_ssize_t begin, places not None,
                  uint32_t width, uint32_t strip_rows, uint8_t[:, ::1] rows not None, bint invert,
                  Py_ssize_t top=0, uint32_t columns=ELQR_G4_MAX_WIDTH):
    """Decodes strips that follow each other into rows, uint8 [height, (width + 7) // 8].

    `places`: (offset, size) of each strip in a file of which `coded` is what comes from offset
    `begin` on; all have `strip_rows` rows but for the last,
    which has those that are left.  `invert` turns every pixel.  Nothing is drawn of rows above
    `top`, nor of pixels from `columns` on, which is a multiple of 64 if it is below the width.
    Returns how many strips are whole,
    which is less than len(places) if one is not as G4 has it; the rows from it on are then no
    picture.  Raises ValueError when rows, strips or places do not fit each other, and KernelError
    (empty, too wide, columns).
    """
    check_rows(rows, width)
    cdef Py_ssize_t count = len(places), done = 0, first, height = rows.shape[0], offset, size, skip
    if strip_rows == 0 or not (count - 1) * strip_rows < height <= count * strip_rows:
        raise ValueError(f"{count} strips of {strip_rows} rows are not {height} rows")
    cdef elqr_g4_window window
    window.stride = <size_t>rows.shape[1]
    window.columns = min(columns, width)
    window.inverted = invert
    if window.columns < width and window.columns % 64:
        raise kernel_error(ELQR_OUT_OF_RANGE)
    cdef uint32_t *words = <uint32_t *>malloc(elqr_g4_words(width) * sizeof(uint32_t))
    if words == NULL:
        raise MemoryError("work space of a G4 decoding")
    cdef uint32_t some, decoded = 0
    cdef int status = ELQR_OK
    try:
        for at, length in places:
            if not (begin <= at <= begin + coded.shape[0] - length and length >= 0):
                raise ValueError(f"a strip at {at} of {length} bytes in {coded.shape[0]}")
            offset, size = at - begin, length
            first = done * strip_rows
            some = <uint32_t>min(<Py_ssize_t>strip_rows, height - first)
            skip = min(max(top - first, 0), <Py_ssize_t>some)
            window.first = <uint32_t>skip
            window.rows = &rows[0, 0] + (first + skip) * rows.shape[1]
            with nogil:
                status = elqr_g4_decode_window(&coded[0] + offset if size else NULL, <size_t>size,
                                               width, some, &window, words, &decoded)
            if status != ELQR_OK:
                break
            done += 1
    finally:
        free(words)
    return done


def grey(const uint8_t[:, :] rows not None, Py_ssize_t width):
    """Pixels of packed rows as greys, uint8 [height, width], 0 for 1 (black) and 255 for 0.

    `rows` is uint8 [height, (width + 7) // 8], the bytes of a row contiguous.  Raises ValueError.
    """
    if width < 0 or rows.shape[1] != (width + 7) // 8:
        raise ValueError(f"{width} pixels are {(width + 7) // 8} bytes a row, not {rows.shape[1]}")
    if rows.shape[1] > 1 and rows.strides[1] != 1 or rows.strides[0] < 0:
        raise ValueError("the bytes of a row must be contiguous, and rows follow each other")
    greys = np.empty((rows.shape[0], width), np.uint8)
    cdef uint8_t[:, ::1] out = greys
    if rows.shape[0] and width:
        with nogil:
            elqr_grey(&rows[0, 0], <size_t>rows.strides[0], <size_t>width, <size_t>rows.shape[0],
                      &out[0, 0])
    return greys
