/* PDF pages: content streams from lines of text, modules and bars, packed as they are written.
 *
 * The content is that of render/pdf_content.py.  Matches are not searched for: a piece of the
 * content that is the same again and again remembers where it stood last on this page, and strings
 * of glyphs are looked up by their first three. */
#include "pdf_modules.h"
#include "pdf_show.h"

static const char *const WORD[WORDS] = {
    "BT\n",    "ET\n",   " Tf\n",          " Tf\n1 0 0 1 ", "1 0 0 1 ",
    " Tm\n[<", ">]TJ\n", ">]TJ\n1 0 0 1 ", "Q\n",
};

static uint32_t most(size_t size) {
    return size > MOST_TEXT ? 0 : (uint32_t)size;
}

size_t elqr_pdf_work(const elqr_pdf_batch *batch) {
    return sizeof(workspace) + batch->glyphs.count * sizeof(elqr_piece) +
           batch->setting_count * sizeof(remembered);
}

/*---- Made once a call ----*/

static size_t append(uint8_t *text, size_t size, const uint8_t *more, size_t more_size) {
    memcpy(text + size, more, more_size);
    return size + more_size;
}

static void remember_text(remembered *one, const uint8_t *text, size_t size) {
    memset(one, 0, sizeof *one);
    one->text = text;
    one->size = (uint32_t)size;
    for (size_t i = 0; i < size; i++) {
        one->a += text[i];
        one->b += one->a;
    }
}

static void prepare_tails(const elqr_pdf_modules *modules, tail_set *tails) {
    for (uint32_t width = 1; modules->count && width <= TAILS; width++) {
        uint8_t *text = tails->text[width];
        size_t size = 0;
        text[size++] = ' ';
        if (width > 10)
            text[size++] = (uint8_t)('0' + (width - 1) / 10);
        if (width > 1)
            text[size++] = (uint8_t)('0' + (width - 1) % 10);
        size = append(text, size, modules->part.bytes, modules->part.size);
        text[size++] = ' ';
        size = append(text, size, modules->height.bytes, modules->height.size);
        size = append(text, size, (const uint8_t *)" re\n", 4);
        remember_text(&tails->last[width], text, size);
    }
}

static void prepare_glyphs(const elqr_glyphs *glyphs, workspace *work) {
    static const uint8_t DIGITS[] = "0123456789ABCDEF";
    memset(work->glyphs, 0, glyphs->count * sizeof *work->glyphs);
    for (size_t i = 0; i < glyphs->count; i++)
        for (int shift = 12; shift >= 0; shift -= 4)
            elqr_piece_add(&work->glyphs[i], work->tables[1].literals,
                           DIGITS[glyphs->codes[i] >> shift & 15]);
}

static void prepare_numbers(workspace *work) {
    memset(work->rows, 0, sizeof work->rows);
    memset(work->columns, 0, sizeof work->columns);
    for (uint32_t number = 0; number < MOST_MODULES; number++) {
        elqr_piece *row = &work->rows[number], *column = &work->columns[number];
        elqr_piece_add(row, work->tables[0].literals, ' ');
        for (uint32_t place = 100; place > 0; place /= 10) {
            if (number < place && place > 1)
                continue;
            elqr_piece_add(row, work->tables[0].literals, (uint8_t)('0' + number / place % 10));
            elqr_piece_add(column, work->tables[0].literals, (uint8_t)('0' + number / place % 10));
        }
    }
}

/* Which runs can be put at once: all their codes are there, and fit in a word. */
static void prepare_ready(const workspace *work, const elqr_pdf_modules *modules, uint32_t rows,
                          tail_set *tails) {
    uint32_t longest_x = 0, longest_row = 0;
    for (uint32_t x = 0; x < modules->count; x++)
        longest_x = work->columns[x].bits > longest_x ? work->columns[x].bits : longest_x;
    for (uint32_t row = 0; row < rows; row++)
        longest_row = work->rows[row].bits > longest_row ? work->rows[row].bits : longest_row;
    for (uint32_t width = 1; modules->count && width <= TAILS; width++) {
        const uint32_t tail = tails->last[width].size;
        uint32_t length = work->tables[0].lengths[tail].bits, distance = 0, missing = !length;
        for (uint32_t more = 2; more <= 4; more++) { /* a row's words */
            const uint32_t bits = work->tables[0].lengths[tail + more].bits;
            length = bits > length ? bits : length;
            missing |= !bits && work->rows[rows - 1].size >= more;
        }
        for (uint32_t more = 3; more <= 7; more++) { /* and the column's */
            const uint32_t bits = work->tables[0].near[tail + more].bits;
            distance = bits > distance ? bits : distance;
            missing |=
                !bits && work->rows[rows - 1].size + work->columns[modules->count - 1].size >= more;
        }
        tails->ready[width] = !missing && longest_x + longest_row + length + distance <= 56;
    }
}

static int modules_in_range(const elqr_pdf_modules *modules) {
    return modules->count <= MOST_MODULES && most(modules->head.size) && most(modules->tail.size) &&
           modules->part.size + modules->height.size <= TAIL_SIZE - 8;
}

static int batch_in_range(const elqr_pdf_batch *batch) {
    int good = most(batch->head.size) && batch->height >= 0 &&
               (!batch->qr.count || (modules_in_range(&batch->qr) && batch->qr.count <= 64)) &&
               (!batch->bars.count || modules_in_range(&batch->bars)) &&
               batch->glyphs.count < ELQR_GLYPH_NONE;
    for (size_t i = 0; good && i < batch->setting_count; i++)
        good = batch->settings[i].size && batch->settings[i].size <= TAIL_SIZE &&
               batch->sizes[i] >= 1e-3 && batch->sizes[i] < 1e6; /* 1 / size stays finite */
    return good;
}

/* Pieces that are put without a look at each byte are made of `needed`. */
static int codes_complete(const elqr_flate *flate, const char *needed) {
    for (int i = 0; i < ELQR_FLATE_SYMBOLS; i++)
        if (flate->bits[i] > ELQR_FLATE_LONGEST)
            return 0;
    for (const char *byte = needed; *byte; byte++)
        if (!flate->bits[(uint8_t)*byte])
            return 0;
    return flate->bits[256] != 0;
}

static int prepare(const elqr_pdf_batch *batch, const elqr_flate *flate, workspace *work) {
    if (!batch_in_range(batch))
        return ELQR_OUT_OF_RANGE;
    if (flate && !(codes_complete(&flate[0], "0123456789 ") &&
                   codes_complete(&flate[1], "0123456789ABCDEF -<>")))
        return ELQR_BAD_CHARACTER;
    work->glyphs = (elqr_piece *)(void *)(work + 1);
    work->settings = (remembered *)(void *)(work->glyphs + batch->glyphs.count);
    for (int block = 0; block < ELQR_PDF_BLOCKS; block++)
        elqr_flate_prepare(flate ? &flate[block] : NULL, &work->tables[block]);
    prepare_glyphs(&batch->glyphs, work);
    prepare_numbers(work);
    memset(work->run_counts, 0, sizeof work->run_counts);
    prepare_tails(&batch->qr, &work->qr);
    prepare_tails(&batch->bars, &work->bars);
    if (flate) {
        prepare_ready(work, &batch->qr, batch->qr.count, &work->qr);
        prepare_ready(work, &batch->bars, 1, &work->bars);
    }
    for (int i = 0; i < WORDS; i++)
        remember_text(&work->words[i], (const uint8_t *)WORD[i], strlen(WORD[i]));
    for (size_t i = 0; i < batch->setting_count; i++)
        remember_text(&work->settings[i], batch->settings[i].bytes, batch->settings[i].size);
    work->same_line.page = 0;
    return ELQR_OK;
}

/*---- Pages ----*/

/* A page's lines of one text. */
ELQR_INLINE uint32_t first_line(const elqr_pdf_text *text, size_t page) {
    return page ? text->line_ends[page - 1] : 0;
}

static int line_in_range(const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                         const elqr_text_line *line) {
    size_t limit = line->count < 0 ? batch->given.size
                   : batch->pages  ? text->column.ends[batch->pages - 1]
                                   : 0;
    int64_t count = line->count < 0 ? -(int64_t)line->count : line->count;
    return line->setting >= 0 && (size_t)line->setting < batch->setting_count && line->start >= 0 &&
           (size_t)line->start + (size_t)count <= limit;
}

/* Bytes that a page cannot exceed, packed or not; 0 if a line is not as it must be. */
static size_t page_bound(const elqr_pdf_batch *batch, size_t page) {
    const size_t per_run = TAIL_SIZE + 16, longest = TAIL_SIZE + 64;
    size_t qr = batch->qr.count, plain = 4 * MOST_TEXT + longest + batch->head.size;
    plain += qr * (qr + 1) / 2 * per_run + (batch->bars.count + 1) / 2 * per_run;
    for (size_t i = 0; i < batch->text_count; i++) {
        const elqr_pdf_text *text = &batch->texts[i];
        for (uint32_t n = first_line(text, page); n < text->line_ends[page]; n++) {
            const elqr_text_line *line = &text->lines[n];
            if (!line_in_range(batch, text, line))
                return 0;
            /* Every glyph may have the pen moved before it, by ">-1000000000<". */
            plain += longest +
                     (line->count < 0 ? (size_t) - (int64_t)line->count : (size_t)line->count * 24);
        }
    }
    return 2 * plain + 1024;
}

static void put_header(elqr_sink *sink, const elqr_flate *flate) {
    for (size_t at = 0; at < flate->header_bits; at += 8) {
        uint32_t bits = flate->header_bits - at < 8 ? (uint32_t)(flate->header_bits - at) : 8;
        elqr_put_bits(sink, flate->header[at / 8] & ((1u << bits) - 1), bits);
    }
}

/* Ends the block of modules and begins that of texts. */
ELQR_INLINE void put_next_block(elqr_sink *sink, const int mode, workspace *work,
                                const elqr_flate *flate) {
    sink->tables = &work->tables[1];
    if (mode == FLATE) {
        elqr_put_bits(sink, flate[0].codes[256], flate[0].bits[256]);
        put_header(sink, &flate[1]);
    } else if (mode == COUNT) {
        sink->counts[256]++;
        sink->counts += ELQR_FLATE_SYMBOLS;
    }
}

/* The content of a page.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BAD_CHARACTER. */
ELQR_INLINE int put_content(elqr_sink *into, const int mode, workspace *work,
                            const elqr_pdf_batch *batch, const elqr_flate *flate, size_t page) {
    /* A copy that no other function sees: bytes written to the page cannot alias it, so that it
     * stays in registers. */
    elqr_sink copy = *into, *const sink = &copy;
    text_state state = {-1, 0, 0};
    work->page++;
    work->past = 0;
    memset(work->hashes, 0, sizeof work->hashes);
    elqr_put_literals(sink, mode, batch->head.bytes, batch->head.size);
    if (batch->qr.count) {
        const size_t size = (size_t)batch->qr.count * ((batch->qr.count + 7) / 8);
        put_symbol(sink, mode, work, &batch->qr, batch->symbols + page * size);
    }
    if (batch->bars.count &&
        !put_bars(sink, mode, work, &batch->bars, batch->bar_rows + page * batch->bars.count))
        return ELQR_OUT_OF_RANGE;
    put_next_block(sink, mode, work, flate);
    for (size_t i = 0; i < batch->text_count; i++) {
        const elqr_pdf_text *text = &batch->texts[i];
        for (uint32_t n = first_line(text, page); n < text->line_ends[page]; n++) {
            int status = put_line(sink, mode, work, batch, text, &text->lines[n], &state);
            if (status != ELQR_OK)
                return status;
        }
    }
    if (state.shown)
        put_remembered(sink, mode, work, &work->words[SHOWN]);
    if (state.begun)
        put_remembered(sink, mode, work, &work->words[TEXT_END]);
    put_remembered(sink, mode, work, &work->words[CLOSE]);
    *into = copy;
    return sink->lost ? ELQR_BAD_CHARACTER : ELQR_OK;
}

static uint32_t checksum(const elqr_sink *sink) {
    const uint64_t modulus = 65521; /* RFC 1950, 9 */
    return (uint32_t)(sink->b % modulus << 16 | sink->a % modulus);
}

/* The zlib stream of a page (RFC 1950): two dynamic blocks. */
static int put_packed(elqr_sink *sink, workspace *work, const elqr_pdf_batch *batch,
                      const elqr_flate *flate, size_t page) {
    *sink->out++ = 0x78; /* deflate, window of 32 kB */
    *sink->out++ = 0x9C;
    put_header(sink, &flate[0]);
    int status = put_content(sink, FLATE, work, batch, flate, page);
    elqr_put_bits(sink, flate[1].codes[256], flate[1].bits[256]);
    elqr_put_bits(sink, 0, 7);
    sink->bits = 0;
    const uint32_t sum = checksum(sink);
    for (int shift = 24; shift >= 0; shift -= 8)
        *sink->out++ = (uint8_t)(sum >> shift);
    return status;
}

static uint8_t *put_text(uint8_t *out, const char *text) {
    size_t size = strlen(text);
    memcpy(out, text, size);
    return out + size;
}

static uint8_t *put_decimal(uint8_t *out, uint64_t number) {
    uint8_t digits[20];
    int count = 0;
    do
        digits[count++] = (uint8_t)('0' + number % 10);
    while (number /= 10);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

enum { STREAM_HEAD = 96 }; /* bytes that the words before a stream cannot exceed */

/* A page's two objects; returns their end.  `stream` is `size` bytes at out + STREAM_HEAD. */
static uint8_t *put_objects(uint8_t *out, size_t size, int packed, uint64_t number, uint64_t parent,
                            uint64_t *page_start) {
    uint8_t *start = out, *stream = out + STREAM_HEAD;
    out = put_text(put_decimal(out, number), " 0 obj\n<</Length ");
    out = put_text(put_decimal(out, size), packed ? "/Filter/FlateDecode" : "");
    out = put_text(out, ">>\nstream\n");
    memmove(out, stream, size);
    out = put_text(out + size, "\nendstream\nendobj\n");
    *page_start = (uint64_t)(out - start);
    out = put_text(put_decimal(out, number + 1), " 0 obj\n<</Type/Page/Parent ");
    out = put_text(put_decimal(out, parent), " 0 R/Contents ");
    return put_text(put_decimal(out, number), " 0 R>>\nendobj\n");
}

int elqr_pdf_pages(const elqr_pdf_batch *batch, const elqr_flate *flate,
                   const elqr_pdf_numbers *numbers, uint8_t *work, uint8_t *out, size_t capacity,
                   uint64_t *offsets, uint32_t *checksums, size_t *done, size_t *used) {
    workspace *space = (workspace *)(void *)work;
    *used = 0;
    int status = numbers->kids && numbers->first ? prepare(batch, flate, space) : ELQR_OUT_OF_RANGE;
    if (status != ELQR_OK)
        return status;
    space->page = 0;
    const size_t header_bytes = flate ? (flate[0].header_bits + flate[1].header_bits) / 8 : 0;
    for (; *done < batch->pages; ++*done) {
        const size_t page = *done, bound = page_bound(batch, page);
        if (!bound)
            return ELQR_OUT_OF_RANGE;
        if (capacity - *used < bound + 3 * STREAM_HEAD + header_bytes)
            return ELQR_BUFFER_TOO_SMALL;
        uint8_t *start = out + *used, *stream = start + STREAM_HEAD;
        elqr_sink sink = {space->tables, 1, 0, 0, 0, 0, 0, stream, NULL};
        status = flate ? put_packed(&sink, space, batch, flate, page)
                       : put_content(&sink, PLAIN, space, batch, NULL, page);
        if (status != ELQR_OK)
            return status;
        const uint64_t node = page / numbers->kids, kid = page % numbers->kids;
        const uint64_t number = numbers->first + node * (2 * (uint64_t)numbers->kids + 1) + 2 * kid;
        uint64_t page_start;
        uint8_t *end = put_objects(start, (size_t)(sink.out - stream), flate != NULL, number,
                                   number - 2 * kid - 1, &page_start);
        offsets[2 * page] = *used;
        offsets[2 * page + 1] = *used + page_start;
        checksums[page] = checksum(&sink);
        *used = (size_t)(end - out);
    }
    return ELQR_OK;
}

int elqr_pdf_count(const elqr_pdf_batch *batch, size_t first, size_t last, uint8_t *work,
                   uint32_t *counts) {
    workspace *space = (workspace *)(void *)work;
    int status = last <= batch->pages ? prepare(batch, NULL, space) : ELQR_OUT_OF_RANGE;
    space->page = 0;
    for (size_t page = first; status == ELQR_OK && page < last; page++) {
        elqr_sink sink = {space->tables, 1, 0, 0, 0, 0, 0, NULL, counts};
        if (!page_bound(batch, page))
            return ELQR_OUT_OF_RANGE;
        status = put_content(&sink, COUNT, space, batch, NULL, page);
        counts[ELQR_FLATE_SYMBOLS + 256]++;
    }
    return status;
}
