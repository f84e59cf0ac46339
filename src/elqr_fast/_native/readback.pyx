# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""What was emitted, read back: csrc/pdf_read.c, csrc/tiff_read.c and csrc/qr_read.c."""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

import numpy as np

from elqr_fast.errors import kernel_error


cdef extern from "elqr.h" nogil:
    enum:
        ELQR_OK
    ctypedef struct elqr_page_symbol:
        uint32_t x, y, module, count, height, narrower
    int elqr_qr_side(int version)

cdef extern from "elqr_pdf_read.h" nogil:
    enum:
        ELQR_PDF_SOUND
        ELQR_PDF_BAD_SYMBOL
        ELQR_PDF_PART_OF_BAR
        ELQR_PDF_FAULTS
    ctypedef struct elqr_pdf_form:
        int32_t dpi, height
        elqr_page_symbol qr, bars
    ctypedef struct elqr_pdf_objects:
        const uint8_t *bytes
        size_t size
        const uint64_t *offsets
        size_t objects
    ctypedef struct elqr_pdf_shown:
        uint8_t *symbols
        uint8_t *bars
        uint8_t *shown
        uint8_t *faults
        uint64_t *positions
    size_t elqr_pdf_read_work()
    int elqr_pdf_read(const elqr_pdf_form *form, const elqr_pdf_objects *file,
                      const uint32_t *numbers, const uint32_t *parents, size_t n, uint8_t *work,
                      const elqr_pdf_shown *shown)

cdef extern from "elqr_dots_read.h" nogil:
    enum:
        ELQR_DOTS_FAULTS
    ctypedef struct elqr_dots_form:
        uint32_t width, height
        elqr_page_symbol qr, bars
    ctypedef struct elqr_dots_shown:
        uint8_t *symbols
        uint8_t *bars
        uint8_t *shown
        uint8_t *faults
    size_t elqr_dots_words(uint32_t width)
    int elqr_tiff_read(const elqr_dots_form *form, const uint8_t *bytes, size_t size,
                       const uint64_t *positions, size_t n, uint32_t *words,
                       const elqr_dots_shown *shown)
    int elqr_image_read(const elqr_dots_form *form, const uint8_t *coded, size_t size,
                        uint32_t *words, const elqr_dots_shown *shown)

cdef extern from "elqr_qr_read.h" nogil:
    int elqr_qr_read_batch(const uint8_t *packed, size_t n, int version, int level, size_t width,
                           uint8_t *contents, uint8_t *statuses)


PDF_FAULTS = ELQR_PDF_FAULTS
PDF_BAD_SYMBOL = ELQR_PDF_BAD_SYMBOL
PDF_PART_OF_BAR = ELQR_PDF_PART_OF_BAR
DOTS_FAULTS = ELQR_DOTS_FAULTS


def pdf_pages(
    const uint8_t[::1] file not None, const uint64_t[::1] offsets not None,
    const uint32_t[::1] numbers not None, const uint32_t[::1] parents not None,
    int32_t dpi, int32_t height, tuple qr not None, tuple bars not None,
):
    """What the pages with these object numbers show: (symbols uint8 [n, side, (side + 7) // 8],
    bars uint8 [n, count], shown uint8 [n], faults uint8 [n], positions uint64 [n]).

    `offsets`: of every object of the file, by number.  `qr` and `bars`: x, y, module, count,
    height, narrower in dots, all 0 for none.  `shown`: 1 for a symbol, 2 for bars, 3 for both.
    `faults`: 0, or why the page says nothing, met at that position of its content.
    Raises ValueError and OutOfRangeError.
    """
    cdef size_t n = numbers.shape[0]
    if <size_t>parents.shape[0] != n:
        raise ValueError(f"{n} pages, but {parents.shape[0]} parents")
    cdef elqr_pdf_form form
    form.dpi, form.height = dpi, height
    form.qr, form.bars = _symbol(qr), _symbol(bars)
    cdef size_t side = form.qr.count, count = form.bars.count
    if side > 64 or count > 288:
        raise ValueError(f"{side} modules on a side, {count} in a row of bars")
    cdef elqr_pdf_objects objects
    objects.size, objects.objects = file.shape[0], offsets.shape[0]
    objects.bytes = &file[0] if objects.size else NULL
    objects.offsets = &offsets[0] if objects.objects else NULL
    # A byte more than is asked for: nothing has an address otherwise.
    symbols, rows = np.zeros(n * side * ((side + 7) // 8) + 1, np.uint8), np.zeros(n * count + 1, np.uint8)
    shown, faults = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    positions = np.zeros(n, np.uint64)
    cdef uint8_t[::1] symbols_view = symbols, rows_view = rows, shown_view = shown
    cdef uint8_t[::1] faults_view = faults
    cdef uint64_t[::1] positions_view = positions
    cdef elqr_pdf_shown into
    cdef uint8_t *work
    cdef int status = ELQR_OK
    if n:
        into.symbols, into.bars = &symbols_view[0], &rows_view[0]
        into.shown, into.faults = &shown_view[0], &faults_view[0]
        into.positions = &positions_view[0]
        work = <uint8_t *>malloc(elqr_pdf_read_work())
        if work == NULL:
            raise MemoryError("work space of reading PDF pages")
        with nogil:
            status = elqr_pdf_read(&form, &objects, &numbers[0], &parents[0], n, work, &into)
        free(work)
    if status != ELQR_OK:
        raise kernel_error(status)
    return (
        symbols[:-1].reshape(n, side, (side + 7) // 8), rows[:-1].reshape(n, count),
        shown, faults, positions,
    )


def tiff_pages(
    const uint8_t[::1] file not None, const uint64_t[::1] positions not None,
    uint32_t width, uint32_t height, tuple qr not None, tuple bars not None,
):
    """What the pages of a TIFF with their directories at `positions` show: (symbols uint8
    [n, side, (side + 7) // 8], bars uint8 [n, count], shown uint8 [n], faults uint8 [n]), see
    `pdf_pages`; the page is `width` by `height` dots.  Raises ValueError and OutOfRangeError.
    """
    return _dots(file, positions, width, height, qr, bars)


def image(
    const uint8_t[::1] coded not None, uint32_t width, uint32_t height,
    tuple qr not None, tuple bars not None,
):
    """The same of one page that is one strip of G4: n is 1."""
    return _dots(coded, None, width, height, qr, bars)


cdef tuple _dots(
    const uint8_t[::1] data, const uint64_t[::1] positions,
    uint32_t width, uint32_t height, tuple qr, tuple bars,
):
    cdef elqr_dots_form form
    form.width, form.height = width, height
    form.qr, form.bars = _symbol(qr), _symbol(bars)
    cdef size_t n = 1 if positions is None else positions.shape[0]
    cdef size_t side = form.qr.count, count = form.bars.count, size = data.shape[0]
    if side > 64 or count > 288:
        raise ValueError(f"{side} modules on a side, {count} in a row of bars")
    symbols, rows = np.zeros(n * side * ((side + 7) // 8) + 1, np.uint8), np.zeros(n * count + 1, np.uint8)
    shown, faults = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
    cdef uint8_t[::1] symbols_view = symbols, rows_view = rows, shown_view = shown
    cdef uint8_t[::1] faults_view = faults
    cdef const uint8_t *first = &data[0] if size else NULL
    cdef elqr_dots_shown into
    cdef uint32_t *words
    cdef int status = ELQR_OK
    if n:
        into.symbols, into.bars = &symbols_view[0], &rows_view[0]
        into.shown, into.faults = &shown_view[0], &faults_view[0]
        words = <uint32_t *>malloc(elqr_dots_words(width) * sizeof(uint32_t))
        if words == NULL:
            raise MemoryError("work space of reading pages")
        with nogil:
            if positions is None:
                status = elqr_image_read(&form, first, size, words, &into)
            else:
                status = elqr_tiff_read(&form, first, size, &positions[0], n, words, &into)
        free(words)
    if status != ELQR_OK:
        raise kernel_error(status)
    return (
        symbols[:-1].reshape(n, side, (side + 7) // 8), rows[:-1].reshape(n, count), shown, faults
    )


cdef elqr_page_symbol _symbol(tuple place):
    cdef elqr_page_symbol made
    made.x, made.y, made.module, made.count, made.height, made.narrower = place
    return made


def symbols(const uint8_t[:, :, ::1] packed not None, int version, int level, size_t width):
    """The contents of sound symbols, uint8 [n, width], and a status for each, uint8 [n]: 0 if it
    holds `width` bytes and needed no correction.  Raises BadVersionError, BadLevelError, EmptyError.
    """
    cdef size_t n = packed.shape[0]
    cdef Py_ssize_t side = elqr_qr_side(version)
    if packed.shape[1] != side or packed.shape[2] != (side + 7) // 8:
        raise ValueError(f"a symbol of version {version} has {side} rows")
    contents, statuses = np.zeros((n, width), np.uint8), np.zeros(n, np.uint8)
    cdef uint8_t[:, ::1] contents_view = contents
    cdef uint8_t[::1] statuses_view = statuses
    cdef int status = ELQR_OK
    if n:
        with nogil:
            status = elqr_qr_read_batch(&packed[0, 0, 0], n, version, level, width,
                                        &contents_view[0, 0] if width else NULL, &statuses_view[0])
    if status != ELQR_OK:
        raise kernel_error(status)
    return contents, statuses
