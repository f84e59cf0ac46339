# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""From lines of glyph ids to the blits of pages: csrc/page_set.c and page_pairs.c."""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from elqr_fast._native.page cimport Atlas

from elqr_fast.errors import kernel_error


cdef extern from "elqr_page_set.h" nogil:
    enum:
        ELQR_OK
        ELQR_BUFFER_TOO_SMALL
        ELQR_TRUNCATED
        ELQR_PAIR_TILE
        ELQR_PAIR_ROWS
    ctypedef struct elqr_set_field:
        const uint16_t *ids
        size_t id_count
        const int32_t *lines
        size_t line_count
        const uint32_t *line_ends
        double pitch, cell_x
    ctypedef struct elqr_set_batch:
        const elqr_set_field *fields
        size_t field_count, pages
        const double *advances
        size_t glyph_count
        const double *sizes
        size_t setting_count
        const int32_t *numbers
        const int32_t *boxes
        size_t box_count
        uint32_t width, height
    ctypedef struct elqr_pairs:
        pass
    ctypedef struct elqr_pair:
        uint32_t one, two
        int32_t dx, dy
    ctypedef struct elqr_pair_rules:
        const uint8_t *atlas
        const uint64_t *glyphs
        const uint32_t *still
        uint32_t often
    int elqr_set_seen(const elqr_set_batch *batch, size_t first, size_t last, uint8_t *seen,
                      size_t *glyphs)
    size_t elqr_pairs_size()
    void elqr_pairs_init(elqr_pairs *pairs)
    void elqr_pairs_forget(elqr_pairs *pairs)
    size_t elqr_pairs_wanted(const elqr_pairs *pairs, const elqr_pair **wanted)
    int elqr_pair_make(const uint8_t *atlas, const uint64_t *glyphs, const elqr_pair *pair,
                       uint8_t *rows, uint8_t *memory, size_t capacity, size_t *used)
    void elqr_pairs_add(elqr_pairs *pairs, const elqr_pair *pair, const uint8_t *atlas,
                        const uint64_t *glyphs, int32_t number)
    int elqr_set_blits(const elqr_set_batch *batch, size_t first, size_t last, elqr_pairs *pairs,
                       const elqr_pair_rules *rules, int32_t *blits, size_t capacity,
                       uint64_t *ends)


PAIR_TILE = ELQR_PAIR_TILE


cdef int32_t add_pair(Atlas atlas, const elqr_pair *pair, uint8_t *rows) except -2:
    """The number of a pair's new glyph; -1 if it would be too large."""
    cdef size_t used = 0, room = 65536
    cdef int status = ELQR_BUFFER_TOO_SMALL
    while status == ELQR_BUFFER_TOO_SMALL:
        atlas.reserve(room)
        status = elqr_pair_make(atlas.memory, atlas.offsets, pair, rows, atlas.memory + atlas.size,
                                atlas.capacity - atlas.size, &used)
        room *= 2
    return <int32_t>atlas.added(used) if status == ELQR_OK else -1


cdef class Lines:
    """Texts of some pages set in lines of glyph ids, field by field."""

    cdef elqr_set_batch batch
    cdef elqr_set_field *fields
    cdef object kept

    def __cinit__(self, fields not None, size_t pages, const double[::1] advances not None,
                  const double[::1] sizes not None):
        """`fields`: (ids uint16 [m], lines int32 [k, 5], line_ends uint32 [pages], pitch, cell_x)
        each, as `render.batch.SetField`; `advances` by id, in ems; `sizes` by setting, in dots.

        The arrays are not copied: keep them as they are.  Raises ValueError for other shapes.
        """
        cdef size_t index
        cdef const uint16_t[::1] ids
        cdef const int32_t[:, ::1] lines
        cdef const uint32_t[::1] line_ends
        self.fields = <elqr_set_field *>malloc((len(fields) + 1) * sizeof(elqr_set_field))
        if self.fields == NULL:
            raise MemoryError("fields of a batch")
        for index, (ids, lines, line_ends, pitch, cell_x) in enumerate(fields):
            if lines.shape[0] != 0 and lines.shape[1] != 5:
                raise ValueError(f"a line is five numbers, not {lines.shape[1]}")
            if line_ends.shape[0] != <Py_ssize_t>pages:
                raise ValueError(f"line_ends is of {pages} pages, not {line_ends.shape[0]}")
            self.fields[index].ids = &ids[0] if ids.shape[0] else NULL
            self.fields[index].id_count = <size_t>ids.shape[0]
            self.fields[index].lines = &lines[0, 0] if lines.shape[0] else NULL
            self.fields[index].line_count = <size_t>lines.shape[0]
            self.fields[index].line_ends = &line_ends[0] if pages else NULL
            self.fields[index].pitch, self.fields[index].cell_x = pitch, cell_x
        self.kept = (list(fields), advances, sizes)
        self.batch.fields, self.batch.field_count = self.fields, <size_t>len(fields)
        self.batch.pages = pages
        self.batch.advances = &advances[0] if advances.shape[0] else NULL
        self.batch.glyph_count = <size_t>advances.shape[0]
        self.batch.sizes = &sizes[0] if sizes.shape[0] else NULL
        self.batch.setting_count = <size_t>sizes.shape[0]

    def __dealloc__(self):
        free(self.fields)

    cdef int check_pages(self, size_t first, size_t last) except -1:
        if not first <= last <= self.batch.pages:
            raise ValueError(f"no pages {first} to {last} in a batch of {self.batch.pages}")
        return 0

    def seen(self, size_t first, size_t last, uint8_t[:, ::1] seen not None):
        """Marks in uint8 [settings, glyphs] what pages [first, last) show; returns how many
        glyphs those are.  Raises OutOfRangeError for lines that are not of this batch.
        """
        cdef size_t glyphs
        cdef int status
        self.check_pages(first, last)
        self.check_table(seen.shape[0], seen.shape[1])
        with nogil:
            status = elqr_set_seen(&self.batch, first, last,
                                   &seen[0, 0] if seen.shape[0] and seen.shape[1] else NULL,
                                   &glyphs)
        if status != ELQR_OK:
            raise kernel_error(status)
        return glyphs

    cdef int check_table(self, Py_ssize_t settings, Py_ssize_t glyphs) except -1:
        if settings != <Py_ssize_t>self.batch.setting_count or (
            glyphs != <Py_ssize_t>self.batch.glyph_count
        ):
            raise ValueError(f"no table of {self.batch.setting_count} settings and "
                             f"{self.batch.glyph_count} glyphs")
        return 0


cdef class Setter:
    """Makes blits from lines.  Glyphs that often stand beside each other become one of the atlas."""

    cdef readonly Atlas atlas
    cdef elqr_pairs *pairs
    cdef elqr_pair_rules rules
    cdef uint32_t width, height
    cdef object kept

    def __cinit__(self, Atlas atlas not None, uint32_t width, uint32_t height,
                  const uint32_t[:, ::1] still not None, *, uint32_t often=12):
        """`still`: uint32 [tile rows + 1, tile columns + 1], the tiles of PAIR_TILE dots with
        static ink above and left of each tile's corner; no pair is used over one.  A pair that was
        met `often` times in one call of `blits` is used from the next one on.
        """
        rows = (height + ELQR_PAIR_TILE - 1) // ELQR_PAIR_TILE
        columns = (width + ELQR_PAIR_TILE - 1) // ELQR_PAIR_TILE
        if (still.shape[0], still.shape[1]) != (rows + 1, columns + 1):
            raise ValueError(f"{rows} x {columns} tiles have one corner more each way")
        self.pairs = <elqr_pairs *>malloc(elqr_pairs_size())
        if self.pairs == NULL:
            raise MemoryError("pairs of glyphs")
        elqr_pairs_init(self.pairs)
        self.atlas, self.width, self.height, self.kept = atlas, width, height, still
        self.rules.still, self.rules.often = &still[0, 0], often

    def __dealloc__(self):
        free(self.pairs)

    def blits(self, Lines lines not None, size_t first, size_t last,
              const int32_t[:, ::1] numbers not None, const int32_t[:, ::1] boxes not None,
              int32_t[:, ::1] blits not None, uint64_t[::1] ends not None):
        """Sets pages [first, last) into `blits`, int32 [k, 3] with room for all that
        `Lines.seen` counted, and `ends`, uint64 [last - first], as `Batch` takes them.

        `numbers`, int32 [settings, glyphs]: in the atlas, negative if blank; `boxes`, int32 [n, 4]:
        left, top, width and height of those.  Returns whether it could: False if a glyph leaves
        the page.  Raises ValueError for other shapes, OutOfRangeError for other numbers.
        """
        lines.check_pages(first, last)
        lines.check_table(numbers.shape[0], numbers.shape[1])
        if boxes.shape[1] != 4 or blits.shape[1] != 3 or (
            ends.shape[0] != <Py_ssize_t>(last - first)
        ):
            raise ValueError("boxes are [n, 4], blits [k, 3], and there is an end for each page")
        self.make_pairs()
        cdef elqr_set_batch batch = lines.batch
        batch.numbers = &numbers[0, 0] if numbers.shape[0] and numbers.shape[1] else NULL
        batch.boxes = &boxes[0, 0] if boxes.shape[0] else NULL
        batch.box_count = min(<size_t>boxes.shape[0], self.atlas.count)
        batch.width, batch.height = self.width, self.height
        self.rules.atlas, self.rules.glyphs = self.atlas.memory, self.atlas.offsets
        cdef int status
        cdef size_t capacity = <size_t>blits.shape[0]
        cdef int32_t *to = &blits[0, 0] if capacity else NULL
        cdef uint64_t *to_ends = &ends[0] if last > first else NULL
        with nogil:
            status = elqr_set_blits(&batch, first, last, self.pairs, &self.rules, to, capacity,
                                    to_ends)
        if status not in (ELQR_OK, ELQR_TRUNCATED):
            raise kernel_error(status)
        return status == ELQR_OK

    cdef int make_pairs(self) except -1:
        """Adds what the last call wanted to the atlas."""
        cdef const elqr_pair *wanted
        cdef size_t count = elqr_pairs_wanted(self.pairs, &wanted), index
        cdef uint8_t *rows
        cdef int32_t number
        if count:
            rows = <uint8_t *>malloc(ELQR_PAIR_ROWS)
            if rows == NULL:
                raise MemoryError("a pair of glyphs")
            try:
                for index in range(count):
                    number = add_pair(self.atlas, &wanted[index], rows)
                    elqr_pairs_add(self.pairs, &wanted[index], self.atlas.memory,
                                   self.atlas.offsets, number)
            finally:
                free(rows)
        elqr_pairs_forget(self.pairs)
        return 0
