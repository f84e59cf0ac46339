# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""PDF pages: csrc/pdf_text.c and csrc/pdf_page.c."""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc

import numpy as np

from elqr_fast.errors import kernel_error


cdef extern from "elqr_pdf_page.h" nogil:
    enum:
        ELQR_OK
        ELQR_OUT_OF_RANGE
        ELQR_BUFFER_TOO_SMALL
        ELQR_GLYPH_NONE
        ELQR_TEXT_LINES
        ELQR_FLATE_SYMBOLS
        ELQR_FLATE_LITERALS
        ELQR_FLATE_LONGEST
        ELQR_PDF_BLOCKS
    ctypedef struct elqr_glyphs:
        const double *advances
        const uint8_t *spaces
        const uint16_t *codes
        const int32_t *widths
        size_t count
    ctypedef struct elqr_text_column:
        const uint16_t *ids
        const uint32_t *ends
    ctypedef struct elqr_text_field:
        int32_t x, y, width, height
        const double *sizes
        const int32_t *settings
        uint32_t size_count
        int wraps, align
        double pitch, cell_x
    ctypedef struct elqr_text_line:
        int32_t start, count, x, y, setting
    int elqr_text_set(const elqr_text_field *field, const elqr_glyphs *glyphs,
                      const elqr_text_column *column, size_t n, elqr_text_line *lines,
                      size_t capacity, uint32_t *line_ends, uint8_t *left)
    ctypedef struct elqr_flate:
        const uint16_t *codes
        const uint8_t *bits
        const uint8_t *header
        size_t header_bits
    ctypedef struct elqr_bytes:
        const uint8_t *bytes
        size_t size
    ctypedef struct elqr_pdf_code:
        elqr_bytes head
        int32_t x, y, leading
        uint32_t count
    ctypedef struct elqr_pdf_text:
        elqr_text_column column
        const elqr_text_line *lines
        const uint32_t *line_ends
        double pitch, cell_x
    ctypedef struct elqr_pdf_batch:
        size_t pages
        int32_t height
        elqr_bytes head
        elqr_pdf_code qr, bars
        const uint8_t *symbols
        const uint8_t *bar_rows
        elqr_glyphs glyphs
        const elqr_bytes *settings
        const double *sizes
        size_t setting_count
        const elqr_pdf_text *texts
        size_t text_count
        elqr_bytes given
    ctypedef struct elqr_pdf_numbers:
        uint32_t first, kids
    size_t elqr_pdf_work(const elqr_pdf_batch *batch)
    int elqr_pdf_pages(const elqr_pdf_batch *batch, const elqr_flate *flate,
                       const elqr_pdf_numbers *numbers, uint8_t *work, uint8_t *out,
                       size_t capacity, uint64_t *offsets, uint32_t *checksums, size_t *done,
                       size_t *used)
    int elqr_pdf_entries(const uint64_t *offsets, size_t n, uint8_t *out)
    int elqr_pdf_count(const elqr_pdf_batch *batch, size_t first, size_t last, uint8_t *work,
                       uint32_t *counts)


GLYPH_NONE = ELQR_GLYPH_NONE
SYMBOLS = ELQR_FLATE_SYMBOLS
LITERALS = ELQR_FLATE_LITERALS
LONGEST_CODE = ELQR_FLATE_LONGEST
BLOCKS = ELQR_PDF_BLOCKS
ALIGN = {"left": 0, "center": 1, "right": 2}

#: Bytes that any page but an odd one has room in.
cdef size_t LEAST_ROOM = 1 << 18


cdef class Glyphs:
    """The glyphs in use, by id: advance in ems, whether a line may break there, code, width."""

    cdef elqr_glyphs table
    cdef object _kept

    def __init__(self, const double[::1] advances not None, const uint8_t[::1] spaces not None,
                 const uint16_t[::1] codes not None, const int32_t[::1] widths not None):
        cdef Py_ssize_t count = advances.shape[0]
        if not count == spaces.shape[0] == codes.shape[0] == widths.shape[0]:
            raise ValueError("one advance, break, code and width for each glyph")
        if count >= ELQR_GLYPH_NONE:
            raise kernel_error(ELQR_OUT_OF_RANGE)
        self._kept = (advances, spaces, codes, widths)
        self.table.count = <size_t>count
        if count:
            self.table.advances = &advances[0]
            self.table.spaces = &spaces[0]
            self.table.codes = &codes[0]
            self.table.widths = &widths[0]


cdef check_ends(const uint32_t[::1] ends, Py_ssize_t limit):
    cdef Py_ssize_t i, n = ends.shape[0]
    cdef const uint32_t *end = &ends[0] if n else NULL
    cdef uint32_t wrong = 0
    for i in range(1, n):
        wrong |= end[i] < end[i - 1]
    if wrong or (n and end[n - 1] > limit):
        raise ValueError("ends decrease, or lie beyond what they divide")


def set_lines(Glyphs glyphs not None, const uint16_t[::1] ids not None,
              const uint32_t[::1] ends not None, tuple box not None,
              const double[::1] sizes not None, const int32_t[::1] settings not None, int wraps,
              int align, double pitch=0, double cell_x=0):
    """Sets the values of a column: (lines int32 [k, 5], line_ends uint32 [n], left uint8 [n]).

    Value i is ids[ends[i - 1] : ends[i]].  `box`: x, y, width, height; with a pitch, y is the
    baseline.  A line: start in ids, count, x, y, setting.  `left` marks values that the kernel
    does not set.  Raises ValueError and KernelError.
    """
    cdef Py_ssize_t n = ends.shape[0]
    check_ends(ends, ids.shape[0])
    if sizes.shape[0] == 0 or sizes.shape[0] != settings.shape[0]:
        raise ValueError("a field needs sizes, and a setting for each")
    cdef elqr_text_field field
    field.x, field.y, field.width, field.height = box
    field.sizes = &sizes[0]
    field.size_count = <uint32_t>sizes.shape[0]
    field.settings, field.wraps, field.align = &settings[0], wraps, align
    field.pitch, field.cell_x = pitch, cell_x
    line_ends, left = np.empty(n, np.uint32), np.empty(n, np.uint8)
    if n == 0:
        return np.empty((0, 5), np.int32), line_ends, left
    cdef uint32_t[::1] line_ends_view = line_ends
    cdef uint8_t[::1] left_view = left
    cdef elqr_text_column column
    column.ids = &ids[0] if ids.shape[0] else NULL
    column.ends = &ends[0]
    cdef size_t capacity = 2 * <size_t>n + ELQR_TEXT_LINES
    cdef int32_t[:, ::1] lines_view
    cdef int status
    while True:
        lines = np.empty((capacity, 5), np.int32)
        lines_view = lines
        with nogil:
            status = elqr_text_set(&field, &glyphs.table, &column, <size_t>n,
                                   <elqr_text_line *>&lines_view[0, 0], capacity,
                                   &line_ends_view[0], &left_view[0])
        if status != ELQR_BUFFER_TOO_SMALL:
            break
        capacity = ELQR_TEXT_LINES * (<size_t>n + 1)
    if status != ELQR_OK:
        raise kernel_error(status)
    return lines[: line_ends[n - 1]], line_ends, left


def table_entries(const uint64_t[::1] offsets not None):
    """The entries of a cross-reference table for objects that start at these offsets."""
    cdef size_t n = <size_t>offsets.shape[0]
    entries = np.empty(20 * n, np.uint8)
    cdef uint8_t[::1] entries_view = entries
    cdef int status = ELQR_OK
    if n:
        status = elqr_pdf_entries(&offsets[0], n, &entries_view[0])
    if status != ELQR_OK:
        raise kernel_error(status)
    return entries


cdef class Flate:
    """The codes of a block: uint16 and uint8 [SYMBOLS], and the block's header."""

    cdef elqr_flate table
    cdef object _kept

    def __init__(self, const uint16_t[::1] codes not None, const uint8_t[::1] bits not None,
                 bytes header not None, size_t header_bits):
        if codes.shape[0] != ELQR_FLATE_SYMBOLS or bits.shape[0] != ELQR_FLATE_SYMBOLS:
            raise ValueError(f"not {ELQR_FLATE_SYMBOLS} codes")
        if header_bits == 0 or len(header) * 8 < header_bits:
            raise ValueError("the header is shorter than it says")
        self._kept = (codes, bits, header)
        self.table.codes, self.table.bits = &codes[0], &bits[0]
        self.table.header, self.table.header_bits = header, header_bits


cdef class Batch:
    """Everything that some pages show; what it is made of must not change while it lives."""

    cdef elqr_pdf_batch batch
    cdef elqr_bytes *_settings
    cdef elqr_pdf_text *_texts
    cdef list _kept

    def __cinit__(self):
        self._settings = NULL
        self._texts = NULL

    def __dealloc__(self):
        free(self._settings)
        free(self._texts)

    def __init__(self, size_t pages, int height, bytes head not None, Glyphs glyphs not None,
                 list settings not None, const double[::1] sizes not None,
                 list texts not None, bytes given not None):
        """`settings`: font and size of each, as bytes, and `sizes` in dots.  `texts`, in order:
        (ids, ends, lines, line_ends, pitch, cell_x) as `set_lines` takes and makes them.
        """
        if pages == 0:
            raise ValueError("a PDF needs at least one page")
        if sizes.shape[0] != len(settings):
            raise ValueError("one size for each setting")
        self._kept = [head, glyphs, settings, sizes, given]
        self.batch.pages, self.batch.height = pages, height
        self.batch.head = _bytes(head)
        self.batch.glyphs = glyphs.table
        self.batch.given = _bytes(given)
        self._set_settings(settings)
        self.batch.sizes = &sizes[0] if settings else NULL
        self._set_texts(texts)

    cdef _set_settings(self, list settings):
        self._settings = <elqr_bytes *>calloc(len(settings) + 1, sizeof(elqr_bytes))
        if self._settings == NULL:
            raise MemoryError("settings of a batch")
        for i in range(len(settings)):
            self._settings[i] = _bytes(settings[i])
        self.batch.settings, self.batch.setting_count = self._settings, len(settings)

    cdef _set_texts(self, list texts):
        cdef const uint16_t[::1] ids
        cdef const uint32_t[::1] ends, line_ends
        cdef const int32_t[:, ::1] lines
        cdef elqr_pdf_text *text
        self._texts = <elqr_pdf_text *>calloc(len(texts) + 1, sizeof(elqr_pdf_text))
        if self._texts == NULL:
            raise MemoryError("texts of a batch")
        for i in range(len(texts)):
            text = &self._texts[i]
            ids, ends, lines, line_ends, text.pitch, text.cell_x = texts[i]
            if not ends.shape[0] == line_ends.shape[0] == <Py_ssize_t>self.batch.pages:
                raise ValueError("a text needs an end for each page")
            if lines.shape[1] != 5:
                raise ValueError("a line has five numbers")
            if not (0 <= text.pitch <= 1e6 and -1e6 <= text.cell_x <= 1e6):
                raise kernel_error(ELQR_OUT_OF_RANGE)
            check_ends(ends, ids.shape[0])
            check_ends(line_ends, lines.shape[0])
            text.column.ids = &ids[0] if ids.shape[0] else NULL
            text.column.ends = &ends[0]
            text.lines = <const elqr_text_line *>&lines[0, 0] if lines.shape[0] else NULL
            text.line_ends = &line_ends[0]
            self._kept.append((ids, ends, lines, line_ends))
        self.batch.texts, self.batch.text_count = self._texts, len(texts)

    def add_symbols(self, tuple code not None, const uint8_t[:, :, ::1] packed not None):
        """A symbol a page, uint8 [pages, side, (side + 7) // 8]; `code`: what sets its font, x and
        y of its upper left corner, y upwards, and dots from row to row.
        """
        if packed.shape[0] != <Py_ssize_t>self.batch.pages or packed.shape[1] > 64 or (
                packed.shape[2] != (packed.shape[1] + 7) // 8):
            raise ValueError("not one packed symbol of at most 64 modules a side for each page")
        self._kept.append((code, packed))
        self.batch.qr = _code(code, <uint32_t>packed.shape[1])
        self.batch.symbols = &packed[0, 0, 0] if packed.shape[1] else NULL

    def add_bars(self, tuple code not None, const uint8_t[:, ::1] modules not None):
        """A row of bars a page, uint8 [pages, count], 1 = bar; a page of zeros has none.  `code`:
        what sets its font, x and y of its lower left corner, 0.
        """
        if modules.shape[0] != <Py_ssize_t>self.batch.pages:
            raise ValueError("not one row of bars for each page")
        if modules.shape[1] > 288:
            raise kernel_error(ELQR_OUT_OF_RANGE)
        self._kept.append((code, modules))
        self.batch.bars = _code(code, <uint32_t>modules.shape[1])
        self.batch.bar_rows = &modules[0, 0] if modules.shape[1] else NULL

    def count(self, size_t first, size_t last):
        """How often pages [first, last) use each symbol of Flate: uint32 [BLOCKS, SYMBOLS]."""
        counts = np.zeros((ELQR_PDF_BLOCKS, ELQR_FLATE_SYMBOLS), np.uint32)
        cdef uint32_t[:, ::1] counts_view = counts
        cdef uint8_t *work = self._work()
        cdef int status
        try:
            with nogil:
                status = elqr_pdf_count(&self.batch, first, last, work, &counts_view[0, 0])
        finally:
            free(work)
        if status != ELQR_OK:
            raise kernel_error(status)
        return counts

    def pages(self, blocks, uint32_t first, uint32_t kids, room, took):
        """The objects of all pages, part by part: each is written to the beginning of what
        room(least) returns, a uint8 array of so many bytes at least, and took(size) says how much
        that was.  Returns where they start from the first part on, uint64 [pages, 2], and
        checksums, uint32 [pages].

        Page i's content has the number first + i // kids * (2 * kids + 1) + i % kids * 2, the page
        the next one.  `blocks`: a Flate for each block; None: streams are not packed.
        """
        cdef size_t n = self.batch.pages
        offsets, checksums = np.empty((n, 2), np.uint64), np.empty(n, np.uint32)
        cdef uint64_t[:, ::1] offsets_view = offsets
        cdef uint32_t[::1] checksums_view = checksums
        cdef elqr_flate tables[ELQR_PDF_BLOCKS]
        cdef const elqr_flate *table = NULL
        if blocks is not None:
            if len(blocks) != ELQR_PDF_BLOCKS:
                raise ValueError(f"not {ELQR_PDF_BLOCKS} blocks")
            for i in range(ELQR_PDF_BLOCKS):
                tables[i] = (<Flate?>blocks[i]).table
            table = tables
        cdef elqr_pdf_numbers numbers
        numbers.first, numbers.kids = first, kids
        cdef size_t least = LEAST_ROOM, done = 0, before = 0, used = 0, start = 0
        cdef uint8_t[::1] out
        cdef uint8_t *work = self._work()
        cdef int status = ELQR_BUFFER_TOO_SMALL
        try:
            while status == ELQR_BUFFER_TOO_SMALL:
                out = room(least)
                if <size_t>out.shape[0] < least:
                    raise ValueError("there is less room than was asked for")
                before = done
                with nogil:
                    status = elqr_pdf_pages(&self.batch, table, &numbers, work, &out[0],
                                            <size_t>out.shape[0], &offsets_view[0, 0],
                                            &checksums_view[0], &done, &used)
                offsets[before:done] += np.uint64(start)
                start += used
                took(used)
                if used == 0:
                    least *= 2
        finally:
            free(work)
        if status != ELQR_OK:
            raise kernel_error(status, done)
        return offsets, checksums

    cdef uint8_t *_work(self) except NULL:
        cdef uint8_t *work = <uint8_t *>malloc(elqr_pdf_work(&self.batch))
        if work == NULL:
            raise MemoryError("work space of PDF pages")
        return work


cdef elqr_bytes _bytes(bytes text):
    cdef elqr_bytes made
    made.bytes, made.size = text, <size_t>len(text)
    return made


cdef elqr_pdf_code _code(tuple code, uint32_t count):
    cdef elqr_pdf_code made
    head, made.x, made.y, made.leading = code
    made.head = _bytes(head)
    made.count = count
    return made
