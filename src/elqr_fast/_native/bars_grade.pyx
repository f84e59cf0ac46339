# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Grades of printed bar codes (csrc/bars_grade.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport int8_t, uint8_t

cdef extern from "elqr_bars_grade.h" nogil:
    enum:
        ELQR_OK
        ELQR_BILL_MODULES
        ELQR_BARS_PARAMETERS
        ELQR_BARS_LINES

    ctypedef struct elqr_bars_result:
        float values[7]
        float grades[7]
        int8_t lines[10]
        float overall
        int worst
        int bilevel
        float module

    int elqr_bars_grade_of(int parameter, float value)
    int elqr_grade_bars(const uint8_t *pixels, size_t stride, int width, int height,
                        const float *corners, const uint8_t *modules, elqr_bars_result *result)


def grade_of(int parameter, float value):
    """The grade, 0 to 4, of a parameter's value; -1 for no parameter."""
    return elqr_bars_grade_of(parameter, value)


def grade(const uint8_t[:, :] image not None, corners, const uint8_t[::1] modules not None):
    """Grades one bar code along the rows of an image whose rows are contiguous, 0 = black.

    `corners`: eight numbers, x, y in pixels of the bars' top left, top right, bottom right, bottom
    left.  `modules` [288]: what was meant, 1 = bar.  Returns (values, grades, lines, overall,
    worst, bilevel, module) as in csrc/elqr_bars_grade.h; None where there can be no bar code.
    """
    cdef float points[8]
    cdef elqr_bars_result result
    cdef int status, i
    if len(corners) != 8 or modules.shape[0] != ELQR_BILL_MODULES:
        raise ValueError(f"corners must be 8 numbers, modules [{ELQR_BILL_MODULES}]")
    if min(image.shape[0], image.shape[1]) < 2 or max(image.shape[0], image.shape[1]) > 32767:
        return None
    if image.strides[1] != 1 or image.strides[0] < image.shape[1]:
        raise ValueError("the pixels of a row must be contiguous")
    for i in range(8):
        points[i] = corners[i]
    with nogil:
        status = elqr_grade_bars(&image[0, 0], <size_t>image.strides[0], <int>image.shape[1],
                                 <int>image.shape[0], points, &modules[0], &result)
    if status != ELQR_OK:
        return None
    return (tuple([result.values[i] for i in range(ELQR_BARS_PARAMETERS)]),
            tuple([result.grades[i] for i in range(ELQR_BARS_PARAMETERS)]),
            tuple([result.lines[i] for i in range(ELQR_BARS_LINES)]),
            result.overall, result.worst, bool(result.bilevel), result.module)
