# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""QR symbols: checks the buffers, drops the GIL around one kernel call, raises.

Indices below come from shapes that are checked first, which is why bounds checks are off.
"""

cimport cython
from libc.stddef cimport size_t
from libc.stdint cimport uint8_t
from libc.stdlib cimport free, malloc

import numpy as np

from elqr_fast.errors import EmptyError, kernel_error


cdef extern from "elqr.h" nogil:
    enum:
        ELQR_OK
        ELQR_TOO_LONG
        ELQR_BAD_CHARACTER
        ELQR_QR_NUMERIC
        ELQR_QR_ALPHANUMERIC
        ELQR_QR_BYTE
        ELQR_QR_AUTOMATIC
    int elqr_qr_side(int version)
    size_t elqr_qr_capacity(int version, int level, int mode)
    int elqr_qr_smallest_version(size_t length, int level, int mode)
    size_t elqr_qr_span(const uint8_t *data, size_t length, int mode)
    int elqr_qr_modes(const uint8_t *data, const size_t *ends, size_t width, size_t n,
                      uint8_t *modes)
    int elqr_qr_encode_batch(const uint8_t *data, const size_t *ends, size_t width, size_t n,
                             int mode, int version, int level, int mask, uint8_t *packed,
                             uint8_t *masks, size_t *bad_item)
    ctypedef struct elqr_qr_plan:
        pass
    size_t elqr_qr_plan_size()
    int elqr_qr_make_plan(elqr_qr_plan *plan, size_t length, int mode, int version, int level,
                          int mask)
    int elqr_qr_encode_planned(const elqr_qr_plan *plan, const uint8_t *data, size_t n,
                               uint8_t *packed, uint8_t *masks, size_t *bad_item)
    int elqr_qr_variant_count()
    const char *elqr_qr_variant_name(int variant)
    int elqr_qr_variant_runs(int variant)
    int elqr_qr_encode_variant(int variant, const uint8_t *data, size_t width, size_t n, int mode,
                               int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                               size_t *bad_item)
    int elqr_qr_encode_one(const uint8_t *data, size_t length, int mode, int version, int level,
                           int mask, uint8_t *packed, uint8_t *mask_used)


cdef enum:
    PLANNED_BYTES = 488  # 61 rows of 8, of version 11, the largest that has a plan


NUMERIC = ELQR_QR_NUMERIC
ALPHANUMERIC = ELQR_QR_ALPHANUMERIC
BYTE = ELQR_QR_BYTE
AUTOMATIC = ELQR_QR_AUTOMATIC


def side(int version):
    """Modules on a side without quiet zone; 0 if `version` is not 1 to 40."""
    return elqr_qr_side(version)


def capacity(int version, int level, int mode):
    """Characters one segment of `mode` may have; 0 if an argument is out of range."""
    return elqr_qr_capacity(version, level, mode)


def smallest_version(size_t length, int level, int mode):
    """Smallest version that holds `length` characters of `mode`; 0 if none does."""
    return elqr_qr_smallest_version(length, level, mode)


cdef const size_t *check_layout(
    const uint8_t[::1] data, const size_t[::1] ends, size_t width, size_t n
) except? NULL:
    """Address of the end offsets, NULL for items of fixed width; raises unless all n lie in data.

    That the offsets never decrease is for the kernel to check.
    """
    cdef size_t size = data.shape[0]
    if n == 0:
        return NULL
    if ends is None:
        if width != 0 and size // width < n:
            raise ValueError(f"{size} bytes are fewer than {n} items of {width}")
    elif <size_t>ends.shape[0] != n or ends[n - 1] > size:
        raise ValueError(f"end offsets are not {n} within {size} bytes")
    if size == 0:
        raise EmptyError(0)
    if ends is None:
        return NULL
    return &ends[0]


cdef check_packed(const uint8_t[:, :, ::1] packed, size_t n, Py_ssize_t side):
    """Raises ValueError unless `packed` has the shape of n symbols."""
    cdef Py_ssize_t row_bytes = (side + 7) // 8
    if <size_t>packed.shape[0] != n or packed.shape[1] != side or packed.shape[2] != row_bytes:
        raise ValueError(f"packed must have shape ({n}, {side}, {row_bytes})")


cdef (size_t, size_t) bounds(const size_t *ends, size_t width, size_t i) noexcept nogil:
    """Where item i begins and ends in the data."""
    if ends == NULL:
        return i * width, (i + 1) * width
    return (ends[i - 1] if i else 0), ends[i]


cdef size_t survey_lengths(const size_t *ends, size_t n, const uint8_t *modes,
                           size_t *longest) noexcept nogil:
    """The longest item of each mode; returns the first item of no characters, or n."""
    cdef size_t i, start = 0
    for i in range(n):
        if ends[i] == start:
            return i
        longest[modes[i]] = max(longest[modes[i]], ends[i] - start)
        start = ends[i]
    return n


def survey(const uint8_t[::1] data not None, const size_t[::1] ends, size_t width, size_t n):
    """The narrowest mode of each item, and the longest item of each mode.

    Item i is data[i * width : (i + 1) * width], or data[ends[i - 1] : ends[i]] where `ends` is
    not None.  Returns uint8 [n] of modes and a dict from each mode present to a length.  Raises
    EmptyError for an item of no characters.
    """
    cdef const size_t *offsets = check_layout(data, ends, width, n)
    modes = np.empty(n, np.uint8)
    if n == 0:
        return modes, {}
    cdef uint8_t[::1] view = modes
    cdef size_t longest[8]
    cdef size_t i, empty = n
    cdef int mode, status
    with nogil:
        status = elqr_qr_modes(&data[0], offsets, width, n, &view[0])
        for mode in range(8):
            longest[mode] = 0
        if status == ELQR_OK:
            if offsets == NULL:
                empty = n if width else 0
                for i in range(n):
                    longest[view[i]] = width
            else:
                empty = survey_lengths(offsets, n, &view[0], longest)
    if status != ELQR_OK:
        raise kernel_error(status)
    if empty != n:
        raise EmptyError(empty)
    return modes, {mode: longest[mode] for mode in range(8) if longest[mode]}


def encode(
    const uint8_t[::1] data not None, const size_t[::1] ends, size_t width,
    int mode, int version, int level, int mask,
    uint8_t[:, :, ::1] packed not None, uint8_t[::1] masks not None,
):
    """Symbols of len(masks) items, laid out as in `survey`, into `packed` and `masks`.

    `packed` is uint8 [n, side, (side + 7) // 8].  Raises the exception of the kernel's status,
    with the index of the item and what is wrong where.
    """
    cdef size_t n = masks.shape[0]
    cdef Py_ssize_t modules = elqr_qr_side(version)
    cdef const size_t *offsets = check_layout(data, ends, width, n)
    if modules:
        check_packed(packed, n, modules)
    if n == 0:
        return
    cdef size_t bad_item = 0
    cdef int status
    with nogil:
        status = elqr_qr_encode_batch(&data[0], offsets, width, n, mode, version, level, mask,
                                      &packed[0, 0, 0], &masks[0], &bad_item)
    if status == ELQR_OK:
        return
    cdef size_t start, end
    start, end = bounds(offsets, width, bad_item)
    if status == ELQR_TOO_LONG:
        fit = f"{end - start} characters, {elqr_qr_capacity(version, level, mode)} fit"
        raise kernel_error(status, bad_item, fit)
    raise item_error(status, bad_item, &data[0] + start, end - start, mode)


cdef item_error(int status, size_t item, const uint8_t *address, size_t length, int mode):
    """The exception for an item, with the position of the character that its mode lacks."""
    detail = ""
    if status == ELQR_BAD_CHARACTER:
        detail = f"position {elqr_qr_span(address, length, mode)}"
    return kernel_error(status, item, detail)


@cython.final
cdef class Plan:
    """What symbols of `length` characters each have in common (versions 1 to 11): for small
    batches, of which it saves several microseconds.  Threads may share one."""

    cdef elqr_qr_plan *plan
    cdef size_t length
    cdef int mode
    cdef Py_ssize_t side

    def __cinit__(self, size_t length, int mode, int version, int level, int mask):
        self.length, self.mode = length, mode
        self.side = elqr_qr_side(version)
        self.plan = <elqr_qr_plan *>malloc(elqr_qr_plan_size())
        if self.plan == NULL:
            raise MemoryError
        cdef int status = elqr_qr_make_plan(self.plan, length, mode, version, level, mask)
        if status != ELQR_OK:
            raise kernel_error(status)

    def __dealloc__(self):
        free(self.plan)

    def encode(
        self, const uint8_t[::1] data not None, uint8_t[:, :, ::1] packed not None,
        uint8_t[::1] masks not None,
    ):
        """Symbols of len(masks) items end to end in `data`, as the function `encode` makes them."""
        cdef size_t n = masks.shape[0]
        check_layout(data, None, self.length, n)
        check_packed(packed, n, self.side)
        if n == 0:
            return
        cdef size_t bad = 0
        cdef int status
        with nogil:
            status = elqr_qr_encode_planned(self.plan, &data[0], n, &packed[0, 0, 0], &masks[0],
                                            &bad)
        if status != ELQR_OK:
            raise item_error(status, bad, &data[bad * self.length], self.length, self.mode)

    def modules(self, const uint8_t[::1] data not None):
        """The symbol of one item: uint8 [side, side], 1 = dark."""
        cdef uint8_t packed[PLANNED_BYTES]
        cdef uint8_t mask = 0
        cdef Py_ssize_t row, column, row_bytes = (self.side + 7) // 8
        cdef size_t bad = 0
        cdef int status
        check_layout(data, None, self.length, 1)
        out = np.empty((self.side, self.side), np.uint8)
        cdef uint8_t[:, ::1] view = out
        with nogil:
            status = elqr_qr_encode_planned(self.plan, &data[0], 1, packed, &mask, &bad)
        if status != ELQR_OK:
            raise item_error(status, bad, &data[0], self.length, self.mode)
        with nogil:
            for row in range(self.side):
                for column in range(self.side):
                    view[row, column] = packed[row * row_bytes + column // 8] >> (7 - column % 8) & 1
        return out


def encode_reference(const uint8_t[::1] data not None, int mode, int version, int level, int mask):
    """One symbol by the clear, portable edition: uint8 [side, (side + 7) // 8] and its mask."""
    cdef Py_ssize_t modules = elqr_qr_side(version)
    packed = np.zeros((max(modules, 1), (modules + 7) // 8 or 1), np.uint8)
    cdef uint8_t[:, ::1] view = packed
    cdef size_t length = data.shape[0]
    cdef const uint8_t *address = &data[0] if length else NULL
    cdef uint8_t mask_used = 0
    cdef int status
    with nogil:
        status = elqr_qr_encode_one(address, length, mode, version, level, mask, &view[0, 0],
                                    &mask_used)
    if status != ELQR_OK:
        raise kernel_error(status)
    return packed, mask_used


def variants():
    """The kernel's variants, best first, and whether this processor runs each."""
    return {
        elqr_qr_variant_name(i).decode(): bool(elqr_qr_variant_runs(i))
        for i in range(elqr_qr_variant_count())
    }


def encode_variant(
    str name not None, const uint8_t[:, ::1] data not None, int mode, int version, int level,
    int mask,
):
    """Symbols of the rows of `data` by one variant: packed, uint8 [n, side, (side + 7) // 8], and
    masks, uint8 [n].  For tests and measurements: versions 1 to 11, a variant that runs here."""
    cdef int variant = list(variants()).index(name)
    cdef size_t n = data.shape[0], width = data.shape[1], bad_item = 0
    cdef Py_ssize_t modules = max(elqr_qr_side(version), 1)
    packed = np.empty((n, modules, (modules + 7) // 8), np.uint8)
    masks = np.empty(n, np.uint8)
    cdef uint8_t[:, :, ::1] symbols = packed
    cdef uint8_t[::1] used = masks
    cdef int status
    if n == 0 or width == 0:
        raise EmptyError(0)
    with nogil:
        status = elqr_qr_encode_variant(variant, &data[0, 0], width, n, mode, version, level, mask,
                                        &symbols[0, 0, 0], &used[0], &bad_item)
    if status != ELQR_OK:
        raise kernel_error(status, bad_item)
    return packed, masks
