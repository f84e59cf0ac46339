# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Grades of printed symbols (csrc/grade.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport int8_t, uint8_t

import numpy as np

from elqr_fast.errors import kernel_error

cdef extern from "elqr_grade.h" nogil:
    enum:
        ELQR_OK
        ELQR_GRADE_PARAMETERS

    ctypedef struct elqr_grade_result:
        float values[8]
        int8_t grades[8]
        int overall
        int worst
        int bilevel
        int finders[3]
        int timing[2]
        int alignment

    ctypedef struct elqr_grader:
        pass

    int elqr_grade_of(int parameter, float value)
    size_t elqr_grader_size()
    int elqr_grader_init(elqr_grader *grader, int version, int level)
    int elqr_grade(const elqr_grader *grader, const uint8_t *pixels, size_t stride, int width,
                   int height, const float *corners, const uint8_t *truth,
                   elqr_grade_result *result)


def grade_of(int parameter, float value):
    """The grade, 0 to 4, of a parameter's value; -1 for one without thresholds."""
    return elqr_grade_of(parameter, value)


cdef class Grader:
    """What is known of the symbols of one version (2 to 40) and level (0 to 3, L M Q H)."""

    cdef object memory
    cdef elqr_grader *grader
    cdef readonly int side

    def __cinit__(self, int version, int level):
        cdef uint8_t[::1] memory
        # float64: aligned as the kernel asks.
        self.memory = np.empty((elqr_grader_size() + 7) // 8, np.float64).view(np.uint8)
        memory = self.memory
        self.grader = <elqr_grader *>&memory[0]
        cdef int status = elqr_grader_init(self.grader, version, level)
        if status != ELQR_OK:
            raise kernel_error(status)
        self.side = 17 + 4 * version


def grade(Grader grader not None, const uint8_t[:, :] image not None, corners,
          const uint8_t[:, ::1] truth not None):
    """Grades one symbol of an image whose rows are contiguous, 0 = black.

    `corners`: eight numbers, x, y in pixels of the symbol's own top left, top right, bottom right,
    bottom left.  `truth` [side, side]: what was meant, 1 = dark.  Returns (values, grades, overall,
    worst, bilevel, damaged) as in csrc/elqr_grade.h, `damaged` being A1, A2, A3, B1, B2, C; or None
    where no grid can be laid.
    """
    cdef float points[8]
    cdef elqr_grade_result result
    cdef int status, i
    if len(corners) != 8 or truth.shape[0] != grader.side or truth.shape[1] != grader.side:
        raise ValueError(f"corners must be 8 numbers, truth [{grader.side}, {grader.side}]")
    if min(image.shape[0], image.shape[1]) < 2 or max(image.shape[0], image.shape[1]) > 32767:
        return None
    if image.strides[1] != 1 or image.strides[0] < image.shape[1]:
        raise ValueError("the pixels of a row must be contiguous")
    for i in range(8):
        points[i] = corners[i]
    with nogil:
        status = elqr_grade(grader.grader, &image[0, 0], <size_t>image.strides[0],
                            <int>image.shape[1], <int>image.shape[0], points, &truth[0, 0], &result)
    if status != ELQR_OK:
        return None
    return (tuple([result.values[i] for i in range(ELQR_GRADE_PARAMETERS)]),
            tuple([result.grades[i] for i in range(ELQR_GRADE_PARAMETERS)]),
            result.overall, result.worst, bool(result.bilevel),
            (result.finders[0], result.finders[1], result.finders[2], result.timing[0],
             result.timing[1], result.alignment))
