# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Rows of digits from columns, and back, as a layout says (csrc/payload_*.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint16_t, uint64_t
from libc.string cimport memset

import numpy as np

from elqr_fast.errors import kernel_error

cdef extern from "elqr.h" nogil:
    enum:
        ELQR_OK
        ELQR_LAYOUT_FIELDS
        ELQR_LAYOUT_CHECKS
        ELQR_COLUMN_ABSENT
        ELQR_COLUMN_INT64
        ELQR_COLUMN_TEXT32
        ELQR_COLUMN_TEXT64

    ctypedef struct elqr_field:
        uint16_t offset
        uint16_t repeat
        uint16_t width
        uint8_t kind
        uint8_t pad
        uint8_t required
        uint64_t minimum
        uint64_t maximum

    ctypedef struct elqr_check:
        uint8_t kind
        uint16_t position
        uint16_t start
        uint16_t length

    ctypedef struct elqr_column:
        int form
        const uint8_t *values
        const uint8_t *text
        size_t text_size
        const uint8_t *validity
        size_t validity_start

    int elqr_layout_init(elqr_layout *, const uint8_t *, size_t, const elqr_field *, size_t,
                         const elqr_check *, size_t)
    size_t elqr_payload_build(const elqr_layout *, const elqr_column *, size_t, uint8_t *,
                              uint8_t *)
    size_t elqr_payload_parse(const elqr_layout *, const uint8_t *, size_t, uint8_t *,
                              uint16_t *)


cdef class Layout:
    """A compiled layout, read-only.

    `template`: ASCII digits of a row, literals and defaults in place.
    `fields`: one (offset, repeat, width, kind, pad, required, minimum, maximum) each;
    `checks`: one (kind, position, start, length) each, numbers as in csrc/elqr.h.
    Raises a KernelError where they do not fit together.
    """

    def __cinit__(self, bytes template, list fields, list checks):
        cdef elqr_field c_fields[ELQR_LAYOUT_FIELDS]
        cdef elqr_check c_checks[ELQR_LAYOUT_CHECKS]
        cdef const uint8_t *digits = template
        cdef size_t i
        if len(fields) > ELQR_LAYOUT_FIELDS or len(checks) > ELQR_LAYOUT_CHECKS:
            raise ValueError("a layout has at most "
                             f"{ELQR_LAYOUT_FIELDS} fields and {ELQR_LAYOUT_CHECKS} checks")
        for i in range(len(fields)):
            (c_fields[i].offset, c_fields[i].repeat, c_fields[i].width, c_fields[i].kind,
             c_fields[i].pad, c_fields[i].required, c_fields[i].minimum,
             c_fields[i].maximum) = fields[i]
        for i in range(len(checks)):
            (c_checks[i].kind, c_checks[i].position, c_checks[i].start,
             c_checks[i].length) = checks[i]
        status = elqr_layout_init(&self.layout, digits, len(template), c_fields, len(fields),
                                  c_checks, len(checks))
        if status != ELQR_OK:
            raise kernel_error(status, None, "layout")

    @property
    def length(self):
        """Digits in a row."""
        return self.layout.length

    @property
    def prefix(self):
        """Digits before the first field or check."""
        return self.layout.prefix


cdef class Column:
    """`length` values in Arrow's memory layout; keeps the buffers it was given.

    `form` is "int64", "text32" or "text64"; `values` holds the int64 numbers or the offsets as
    bytes, from the first row on; `text` is what the offsets point into; `validity` an Arrow
    bitmap whose bit `validity_start` is the first row's, or None.
    """

    cdef int form
    cdef readonly size_t length
    cdef const uint8_t[::1] values
    cdef const uint8_t[::1] text
    cdef const uint8_t[::1] validity
    cdef size_t validity_start

    def __cinit__(self, str form, size_t length, const uint8_t[::1] values,
                  const uint8_t[::1] text=None, const uint8_t[::1] validity=None,
                  size_t validity_start=0):
        forms = {"int64": (ELQR_COLUMN_INT64, 8, 0), "text32": (ELQR_COLUMN_TEXT32, 4, 1),
                 "text64": (ELQR_COLUMN_TEXT64, 8, 1)}
        if form not in forms:
            raise ValueError(f"unknown column form {form!r}")
        self.form, size, extra = forms[form]
        if length > 0 and values.shape[0] < (length + extra) * size:
            raise ValueError("the column's values are shorter than its rows")
        if validity is not None and validity.shape[0] * 8 < validity_start + length:
            raise ValueError("the column's validity bitmap is shorter than its rows")
        self.length = length
        self.values, self.text, self.validity = values, text, validity
        self.validity_start = validity_start

    cdef elqr_column view(self):
        cdef elqr_column column
        memset(&column, 0, sizeof(column))
        column.form = self.form
        if self.values is not None and self.values.shape[0] > 0:
            column.values = &self.values[0]
        if self.text is not None and self.text.shape[0] > 0:
            column.text, column.text_size = &self.text[0], self.text.shape[0]
        if self.validity is not None and self.validity.shape[0] > 0:
            column.validity = &self.validity[0]
        column.validity_start = self.validity_start
        return column


def build(Layout layout not None, list columns, size_t n):
    """n rows from one Column (or None: defaults) for each field of the layout.

    Returns (digits uint8 [n, length], statuses uint8 [fields, n], bad rows).  A row with any
    status other than 0 is all zero bytes.
    """
    cdef elqr_column c_columns[ELQR_LAYOUT_FIELDS]
    cdef size_t bad = 0
    cdef size_t i
    cdef Column column
    if len(columns) != layout.layout.n_fields:
        raise ValueError(f"{len(columns)} columns for {layout.layout.n_fields} fields")
    memset(c_columns, 0, sizeof(c_columns))
    for i in range(len(columns)):
        column = columns[i]
        if column is None:
            continue
        if column.length != n:
            raise ValueError(f"column {i} has {column.length} rows, not {n}")
        c_columns[i] = column.view()
    rows = np.empty((n, layout.layout.length), np.uint8)
    statuses = np.empty((layout.layout.n_fields, n), np.uint8)
    cdef uint8_t[:, ::1] rows_view = rows
    cdef uint8_t[:, ::1] statuses_view = statuses
    cdef uint8_t *first_status = NULL  # stays so in a layout without fields
    if statuses.size > 0:
        first_status = &statuses_view[0, 0]
    if rows.size > 0:
        with nogil:
            bad = elqr_payload_build(&layout.layout, c_columns, n, &rows_view[0, 0], first_status)
    return rows, statuses, bad


def parse_one(Layout layout not None, bytes row not None):
    """Checks one row of layout.length bytes: (status, position), as `parse`, without arrays."""
    cdef uint8_t status = 0
    cdef uint16_t position = 0
    cdef const uint8_t *first = row
    if <size_t>len(row) != layout.layout.length:
        raise ValueError(f"a row of {len(row)} bytes, the layout has {layout.layout.length}")
    with nogil:
        elqr_payload_parse(&layout.layout, first, 1, &status, &position)
    return status, position


def parse(Layout layout not None, const uint8_t[:, ::1] rows not None):
    """Checks rows uint8 [n, length].

    Returns (statuses uint8 [n], positions uint16 [n] of the first digit concerned, bad rows).
    """
    cdef size_t n = rows.shape[0]
    cdef size_t bad = 0
    if rows.shape[1] != layout.layout.length:
        raise ValueError(f"rows of {rows.shape[1]} bytes, the layout has {layout.layout.length}")
    statuses, positions = np.empty(n, np.uint8), np.empty(n, np.uint16)
    cdef uint8_t[::1] statuses_view = statuses
    cdef uint16_t[::1] positions_view = positions
    if rows.size > 0:
        with nogil:
            bad = elqr_payload_parse(&layout.layout, &rows[0, 0], n, &statuses_view[0],
                                     &positions_view[0])
    return statuses, positions, bad
