# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Bar codes: GS1-128 modules of 44 digits (csrc/code128.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t

import numpy as np

from elqr_fast.errors import kernel_error

cdef extern from "elqr.h" nogil:
    enum:
        ELQR_OK
        ELQR_BILL_DIGITS
        ELQR_BILL_MODULES
    int elqr_bill_bars(const uint8_t *, size_t, uint8_t *, size_t *)


def bars(const uint8_t[:, ::1] digits not None):
    """Symbols of uint8 [n, 44] ASCII digits: uint8 [n, 288] modules, 1 = bar, no quiet zone.

    Raises BadCharacterError with the row that is not all digits.
    """
    cdef size_t n = digits.shape[0]
    cdef size_t bad_item = 0
    cdef int status = ELQR_OK
    if digits.shape[1] != ELQR_BILL_DIGITS:
        raise ValueError(f"rows of {digits.shape[1]} digits, a bar code has {ELQR_BILL_DIGITS}")
    modules = np.empty((n, ELQR_BILL_MODULES), np.uint8)
    cdef uint8_t[:, ::1] modules_view = modules
    if n > 0:
        with nogil:
            status = elqr_bill_bars(&digits[0, 0], n, &modules_view[0, 0], &bad_item)
    if status != ELQR_OK:
        raise kernel_error(status, bad_item)
    return modules
