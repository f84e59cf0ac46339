"""What other kernel modules may know of a compiled layout."""

from libc.stdint cimport uint16_t

cdef extern from "elqr.h" nogil:
    ctypedef struct elqr_layout:
        uint16_t length
        uint16_t prefix
        uint16_t n_fields


cdef class Layout:
    cdef elqr_layout layout
