# cython: freethreading_compatible=True, language_level=3, boundscheck=False, wraparound=False
"""Pages from a plate: csrc/page_plate.c, page_items.c and page.c.

`Plate` and `Atlas` own memory that only the kernels write, as those trust it.
"""

from libc.stdint cimport int32_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc

from elqr_fast.errors import kernel_error


cdef extern from "elqr_page.h" nogil:
    enum:
        ELQR_OK
        ELQR_EMPTY
        ELQR_OUT_OF_RANGE
        ELQR_BUFFER_TOO_SMALL
        ELQR_PAGE_JOINED
        ELQR_PAGE_ROW_CACHED
    ctypedef struct elqr_page_symbol:
        uint32_t x, y, module, count, height, narrower
    ctypedef struct elqr_plate_form:
        uint32_t width, height, rows_per_strip
        const uint8_t *rows
        size_t stride
        const int32_t *zones
        size_t zone_count
        elqr_page_symbol qr, bars
    ctypedef struct elqr_page_batch:
        const uint8_t *atlas
        const uint64_t *glyphs
        size_t glyph_count
        const int32_t *blits
        const uint64_t *blit_ends
        const uint8_t *symbols
        const uint8_t *bars
        size_t pages
    size_t elqr_plate_words(uint32_t width)
    int elqr_plate_make(const elqr_plate_form *form, uint8_t *memory, size_t capacity,
                        uint32_t *words, size_t *used)
    int elqr_glyph_make(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                        uint8_t *memory, size_t capacity, size_t *used)
    size_t elqr_page_work(const uint8_t *plate, size_t blits)
    int elqr_page_g4(const uint8_t *plate, const elqr_page_batch *batch, size_t first, int method,
                     uint8_t *work, uint8_t *out, size_t capacity, uint64_t *strip_ends,
                     size_t *done)
    int elqr_page_draw(const uint8_t *plate, const elqr_page_batch *batch, size_t page,
                       uint8_t *work, uint8_t *rows, size_t stride, int only_added)
    int elqr_page_erase(const uint8_t *plate, const elqr_page_batch *batch, size_t page,
                        uint8_t *work, uint8_t *rows, size_t stride)


JOINED = ELQR_PAGE_JOINED
ROW_CACHED = ELQR_PAGE_ROW_CACHED

cdef check_row_bytes(Py_ssize_t row_bytes, uint32_t width):
    if row_bytes != (width + 7) // 8:
        raise ValueError(f"{width} pixels are {(width + 7) // 8} bytes a row, not {row_bytes}")


cdef elqr_page_symbol symbol_of(place) except *:
    """From (x, y, module, count[, height, narrower]); None is no symbol."""
    cdef elqr_page_symbol symbol
    numbers = (*(place or (0, 0, 0, 0)), 0, 0)
    symbol.x, symbol.y, symbol.module, symbol.count = numbers[:4]
    symbol.height, symbol.narrower = numbers[4:6]
    return symbol


cdef class Plate:
    """The static ink of a form at one dpi, coded, ready for slips to be added."""

    cdef uint8_t *memory
    cdef size_t size
    cdef readonly uint32_t width, height, rows_per_strip, strips
    cdef elqr_page_symbol qr, bars

    def __cinit__(self, const uint8_t[:, ::1] rows not None, uint32_t width,
                  uint32_t rows_per_strip, const int32_t[:, ::1] zones=None, *, qr=None, bars=None):
        """`rows`: static ink, uint8 [height, (width + 7) // 8]; `zones`: int32 [n, 4], boxes (x, y,
        width, height) that blits will be in; `qr`: (x, y, module, side); `bars`: (x, y, module,
        modules, height, narrower), all in dots.

        Raises ValueError for arrays of another shape, KernelError for numbers out of range.
        """
        cdef elqr_plate_form form
        check_row_bytes(rows.shape[1], width)
        if rows.shape[0] == 0 or width == 0:
            raise kernel_error(ELQR_EMPTY)
        form.width, form.height = width, <uint32_t>rows.shape[0]
        form.rows_per_strip = rows_per_strip
        form.rows, form.stride = &rows[0, 0], <size_t>rows.shape[1]
        form.zones, form.zone_count = NULL, 0
        if zones is not None and zones.shape[0] != 0:
            if zones.shape[1] != 4:
                raise ValueError(f"a zone is x, y, width and height, not {zones.shape[1]} numbers")
            form.zones, form.zone_count = &zones[0, 0], <size_t>zones.shape[0]
        form.qr, form.bars = symbol_of(qr), symbol_of(bars)
        self.make(&form)
        self.width, self.height, self.rows_per_strip = form.width, form.height, rows_per_strip
        self.strips = (form.height + rows_per_strip - 1) // rows_per_strip
        self.qr, self.bars = form.qr, form.bars

    cdef int make(self, elqr_plate_form *form) except -1:
        cdef size_t capacity = 3 * form.stride * form.height + 65536
        cdef uint32_t *words = <uint32_t *>malloc(elqr_plate_words(form.width) * sizeof(uint32_t))
        cdef int status = ELQR_BUFFER_TOO_SMALL
        try:
            while status == ELQR_BUFFER_TOO_SMALL:
                free(self.memory)
                self.memory = <uint8_t *>malloc(capacity)
                if words == NULL or self.memory == NULL:
                    raise MemoryError(f"{capacity} bytes for a plate")
                with nogil:
                    status = elqr_plate_make(form, self.memory, capacity, words, &self.size)
                capacity *= 2
        finally:
            free(words)
        if status != ELQR_OK:
            raise kernel_error(status)
        return 0

    def __dealloc__(self):
        free(self.memory)

    @property
    def nbytes(self):
        """Memory that the plate takes."""
        return self.size


cdef class Atlas:
    """Glyphs, each coded row by row.  One thread may add at a time, and no batch be under way."""

    def __dealloc__(self):
        free(self.memory)
        free(self.offsets)

    def __len__(self):
        return self.count

    @property
    def nbytes(self):
        """Memory that the glyphs take."""
        return self.size

    def add(self, const uint8_t[:, ::1] rows not None, uint32_t width):
        """Adds a bitmap, uint8 [height, (width + 7) // 8]; returns its number.

        Raises ValueError for rows of another length, KernelError beyond 2000 pixels.
        """
        check_row_bytes(rows.shape[1], width)
        if rows.shape[0] == 0 or width == 0:
            raise kernel_error(ELQR_EMPTY)
        cdef size_t used = 0
        cdef int status = ELQR_BUFFER_TOO_SMALL
        cdef size_t room = 4096 + 128 * <size_t>rows.shape[0]
        while status == ELQR_BUFFER_TOO_SMALL:
            self.reserve(room)
            status = elqr_glyph_make(&rows[0, 0], <size_t>rows.shape[1], width,
                                     <uint32_t>rows.shape[0], self.memory + self.size,
                                     self.capacity - self.size, &used)
            room *= 2
        if status != ELQR_OK:
            raise kernel_error(status)
        return self.added(used)

    cdef size_t added(self, size_t used):
        """Takes the glyph that was made at the end in; returns its number."""
        self.offsets[self.count] = self.size
        self.size += used
        self.count += 1
        return self.count - 1

    cdef int reserve(self, size_t room) except -1:
        """Makes room for so many bytes and for one more glyph."""
        cdef size_t capacity = self.capacity
        cdef void *grown
        if capacity - self.size < room:
            capacity = 2 * capacity + room
            grown = realloc(self.memory, capacity)
            if grown == NULL:
                raise MemoryError(f"{capacity} bytes for an atlas")
            self.memory, self.capacity = <uint8_t *>grown, capacity
        if self.count & (self.count - 1) == 0:  # full at every power of two
            grown = realloc(self.offsets, (2 * self.count + 1) * sizeof(uint64_t))
            if grown == NULL:
                raise MemoryError("an atlas's index")
            self.offsets = <uint64_t *>grown
        return 0


cdef class Batch:
    """The added ink of some pages."""

    cdef elqr_page_batch batch
    cdef readonly Plate plate
    cdef readonly Atlas atlas
    cdef object kept
    cdef size_t most_blits

    def __cinit__(self, Plate plate not None, Atlas atlas not None,
                  const int32_t[:, ::1] blits not None, const uint64_t[::1] blit_ends not None,
                  const uint8_t[:, ::1] symbols=None, const uint8_t[:, ::1] bars=None):
        """`blits`: int32 [k, 3]: glyph, x, y of its top left dot; `blit_ends`: uint64 [n], page i
        has those in [blit_ends[i - 1], blit_ends[i]); `symbols`: uint8 [n, side * row bytes],
        packed; `bars`: uint8 [n, modules], 1 = bar, all 0 for a page without.

        The arrays are not copied: keep them as they are.  Raises ValueError for other shapes.
        """
        cdef size_t pages = <size_t>blit_ends.shape[0], page, count
        cdef uint64_t before = 0
        for page in range(pages):
            if blit_ends[page] < before or blit_ends[page] > <uint64_t>blits.shape[0]:
                raise ValueError(f"blit_ends[{page}] is out of order or past the blits")
            count = <size_t>(blit_ends[page] - before)
            self.most_blits = max(self.most_blits, count)
            before = blit_ends[page]
        if blits.shape[0] != 0 and blits.shape[1] != 3:
            raise ValueError(f"a blit is a glyph, x and y, not {blits.shape[1]} numbers")
        self.plate, self.atlas, self.kept = plate, atlas, (blits, blit_ends, symbols, bars)
        self.batch.pages = pages
        self.batch.blits = &blits[0, 0] if blits.shape[0] else NULL
        self.batch.blit_ends = &blit_ends[0] if pages else NULL
        side = plate.qr.count
        self.batch.symbols = modules_of(symbols, pages, side * ((side + 7) // 8), "symbol")
        self.batch.bars = modules_of(bars, pages, plate.bars.count, "row of bars")

    cdef elqr_page_batch *ready(self):
        """The batch, with the atlas as it is now."""
        self.batch.atlas = self.atlas.memory
        self.batch.glyphs = self.atlas.offsets
        self.batch.glyph_count = self.atlas.count
        return &self.batch

    cdef uint8_t *new_work(self) except NULL:
        cdef uint8_t *work = <uint8_t *>malloc(elqr_page_work(self.plate.memory, self.most_blits))
        if work == NULL:
            raise MemoryError("work space for pages")
        return work

    def code(self, uint8_t[::1] out not None, uint64_t[:, ::1] strip_ends not None, *,
             size_t first=0, int method=JOINED):
        """Codes pages from `first` on as G4 strips into `out`, as many as fit whole; returns the
        number of the page after the last.

        `strip_ends`, uint64 [n, strips], gets the end in `out` of every strip of those pages; the
        first of them begins at 0.  Raises ValueError for another shape, OutOfRangeError for a blit
        that is no glyph or leaves the page, naming the page.
        """
        cdef elqr_page_batch *batch = self.ready()
        if strip_ends.shape[0] != <Py_ssize_t>batch.pages or (
            strip_ends.shape[1] != <Py_ssize_t>self.plate.strips
        ):
            raise ValueError(f"strip_ends is [{batch.pages}, {self.plate.strips}] for this batch")
        if first >= batch.pages or out.shape[0] == 0:
            return first
        cdef size_t done = first
        cdef int status
        cdef uint8_t *work = self.new_work()
        with nogil:
            status = elqr_page_g4(self.plate.memory, batch, first, method, work, &out[0],
                                  <size_t>out.shape[0], &strip_ends[0, 0], &done)
        free(work)
        if status not in (ELQR_OK, ELQR_BUFFER_TOO_SMALL):
            raise kernel_error(status, done)
        return done

    def draw(self, size_t page, uint8_t[:, ::1] rows not None, *, bint only_added=False):
        """Draws a page into rows, uint8 [height, (width + 7) // 8].

        With `only_added` the rows must hold the static ink already.  Errors as for `code`.
        """
        self.redraw(page, rows, only_added, False)

    def erase(self, size_t page, uint8_t[:, ::1] rows not None):
        """Gives the rows that a page added ink to their static ink back.  Errors as for `code`."""
        self.redraw(page, rows, False, True)

    cdef redraw(self, size_t page, uint8_t[:, ::1] rows, bint only_added, bint erase):
        cdef elqr_page_batch *batch = self.ready()
        check_row_bytes(rows.shape[1], self.plate.width)
        if rows.shape[0] != <Py_ssize_t>self.plate.height:
            raise ValueError(f"the page has {self.plate.height} rows, not {rows.shape[0]}")
        if page >= batch.pages:
            raise ValueError(f"there is no page {page} in a batch of {batch.pages}")
        cdef uint8_t *work = self.new_work()
        cdef size_t stride = <size_t>rows.shape[1]
        cdef int status
        with nogil:
            if erase:
                status = elqr_page_erase(self.plate.memory, batch, page, work, &rows[0, 0], stride)
            else:
                status = elqr_page_draw(self.plate.memory, batch, page, work, &rows[0, 0], stride,
                                        only_added)
        free(work)
        if status != ELQR_OK:
            raise kernel_error(status, page)


cdef const uint8_t *modules_of(const uint8_t[:, ::1] modules, size_t pages, size_t size,
                               what) except? NULL:
    """The modules of all pages, checked; null for none."""
    if modules is None:
        return NULL
    if modules.shape[0] != <Py_ssize_t>pages or modules.shape[1] != <Py_ssize_t>size:
        raise ValueError(
            f"{pages} pages with {size} bytes a {what}, not {modules.shape[0]} with "
            f"{modules.shape[1]}"
        )
    return &modules[0, 0] if pages != 0 and size != 0 else NULL
