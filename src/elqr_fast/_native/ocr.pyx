# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""The OCR lines of a slip (csrc/ocr_lines.c)."""

from libc.stddef cimport size_t
from libc.stdint cimport int32_t, uint8_t
from libc.stdlib cimport free, malloc

from elqr_fast.errors import kernel_error

cdef extern from "elqr_ocr.h" nogil:
    enum:
        ELQR_OK
        ELQR_OCR_LONGEST
        ELQR_OCR_WORK

    ctypedef struct elqr_ocr_frame:
        float x
        float y
        float along_x
        float along_y
        float down_x
        float down_y

    ctypedef struct elqr_ocr_line:
        int characters
        float pitch
        float size

    ctypedef struct elqr_ocr_character:
        char character
        float score
        float margin

    ctypedef struct elqr_ocr_reading:
        int found
        elqr_ocr_character characters[ELQR_OCR_LONGEST]
        float shift_x
        float shift_y
        float slope
        float stretch

    int elqr_ocr_read(const uint8_t *image, size_t stride, int32_t width, int32_t height,
                      const elqr_ocr_frame *frame, const elqr_ocr_line *line, void *work,
                      elqr_ocr_reading *reading)


def read(const uint8_t[:, :] image not None, tuple frame not None, int characters, float pitch,
         float size):
    """Reads a line of `characters` in a grey image [height, width], 0 = black.

    `frame`: (x, y, along_x, along_y, down_x, down_y), in pixels, of csrc/elqr_ocr.h; `pitch` in
    millimetres, `size` in parts of 10 points.  Returns (text, scores, margins, (shift_x, shift_y,
    slope, stretch)), or None where there is nothing like a line.
    """
    if image.shape[0] == 0 or image.shape[1] == 0:
        return None
    if image.shape[1] > 1 and image.strides[1] != 1:
        raise ValueError("the pixels of a row must be contiguous")
    if image.strides[0] < image.shape[1]:
        raise ValueError("rows must follow each other downwards")
    cdef elqr_ocr_frame place = elqr_ocr_frame(frame[0], frame[1], frame[2], frame[3], frame[4],
                                               frame[5])
    cdef elqr_ocr_line line = elqr_ocr_line(characters, pitch, size)
    cdef elqr_ocr_reading reading
    cdef void *work = malloc(ELQR_OCR_WORK)
    cdef int status
    if work == NULL:
        raise MemoryError("work space of an OCR line")
    with nogil:
        status = elqr_ocr_read(&image[0, 0], <size_t>image.strides[0], <int32_t>image.shape[1],
                               <int32_t>image.shape[0], &place, &line, work, &reading)
    free(work)
    if status != ELQR_OK:
        raise kernel_error(status)
    if not reading.found:
        return None
    return (
        bytes([reading.characters[i].character for i in range(characters)]).decode("ascii"),
        [reading.characters[i].score for i in range(characters)],
        [reading.characters[i].margin for i in range(characters)],
        (reading.shift_x, reading.shift_y, reading.slope, reading.stretch),
    )
