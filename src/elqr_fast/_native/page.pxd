"""What page_set needs of an atlas."""

from libc.stdint cimport uint8_t, uint64_t


cdef class Atlas:
    cdef uint8_t *memory
    cdef size_t size, capacity
    cdef uint64_t *offsets
    cdef size_t count

    cdef size_t added(self, size_t used)
    cdef int reserve(self, size_t room) except -1
