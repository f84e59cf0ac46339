/* PDF pages: content streams from lines of text, modules and bars, packed as they are written.
 *
 * The content is that of render/pdf_content.py.  Matches are not searched for: a column of texts
 * remembers where its last lines stood on this page.  What stands between texts is much the same on
 * all pages, and its bits are kept. */
#include "pdf_flow.h"
#include "pdf_modules.h"

static const char *const WORD[WORDS] = {
    "BT\n", "ET\n", "Q\n", " Tf\n", " ", " Td(", " Td", ")Tj\n", ")'(", ")'\n",
};
/* Bytes that are put without a look at each: the pieces made here hold no others. */
static const char *const NEEDED[ELQR_PDF_BLOCKS] = {
    "0123456789- BTd()'j\n@ABCDEFGHIJKLMNO",
    "0123456789- BETQTfd()j\n\\r",
};

static uint32_t most(size_t size) {
    return size > MOST_TEXT ? 0 : (uint32_t)size;
}

/*---- Work space: parts one after the other, each on a multiple of 8 ----*/

static size_t round_up(size_t size) {
    return (size + 7) & ~(size_t)7;
}

size_t elqr_pdf_work(const elqr_pdf_batch *batch) {
    return sizeof(workspace) + batch->text_count * (sizeof(kept_column) + sizeof(flowing_text)) +
           batch->glyphs.count * sizeof(elqr_piece) +
           round_up(batch->glyphs.count * sizeof(short_glyph)) + round_up(batch->glyphs.count);
}

static void divide_work(const elqr_pdf_batch *batch, workspace *work) {
    const size_t glyphs = batch->glyphs.count;
    work->glyphs = (elqr_piece *)(void *)(work + 1);
    work->columns = (kept_column *)(void *)(work->glyphs + glyphs);
    work->flowing = (flowing_text *)(void *)(work->columns + batch->text_count);
    work->short_glyphs = (short_glyph *)(void *)(work->flowing + batch->text_count);
    work->inexact = (uint8_t *)work->short_glyphs + round_up(glyphs * sizeof(short_glyph));
}

/*---- Made once a call ----*/

/* A glyph's code as it stands in a string (ISO 32000-1, 7.3.4.2); no bits where a byte has no code.
 */
static void prepare_glyphs(const elqr_glyphs *glyphs, workspace *work) {
    const elqr_piece *literals = work->tables[1].literals;
    memset(work->glyphs, 0, glyphs->count * sizeof *work->glyphs);
    work->any_inexact = 0;
    for (size_t i = 0; i < glyphs->count; i++) {
        elqr_piece *piece = &work->glyphs[i];
        int missing = 0;
        for (int shift = 8; shift >= 0; shift -= 8) {
            uint8_t byte = (uint8_t)(glyphs->codes[i] >> shift);
            if (byte == '(' || byte == ')' || byte == '\\' || byte == '\r')
                elqr_piece_add(piece, literals, '\\');
            byte = byte == '\r' ? 'r' : byte;
            missing |= !literals[byte].bits;
            elqr_piece_add(piece, literals, byte);
        }
        piece->bits = missing ? 0 : piece->bits;
        work->short_glyphs[i] = (short_glyph){(uint32_t)piece->word, piece->b, piece->a,
                                              missing || piece->size > 2 ? ODD : piece->bits};
        const double off = 1000 * glyphs->advances[i] - glyphs->widths[i];
        work->inexact[i] = !(off < 1e-9 && off > -1e-9);
        work->any_inexact |= work->inexact[i];
    }
}

/* The letters of codes: their pieces and, where their codes are of one length, of few bits, what is
 * made of these. */
static void prepare_modules(const elqr_pdf_code *qr, workspace *work) {
    const elqr_piece *literals = work->tables[0].literals;
    const uint32_t bits = literals[MODULE_LETTER].bits, letters = (qr->count + 3) / 4;
    int alike = bits <= MOST_ALIKE;
    memset(work->modules, 0, sizeof work->modules);
    for (uint32_t four = 0; four < 16; four++) {
        elqr_piece_add(&work->modules[four], literals, (uint8_t)(MODULE_LETTER + four));
        alike &= work->modules[four].bits == bits;
    }
    work->letter_bits = alike ? bits : 0;
    work->whole_rows = alike && letters <= 12 && letters * bits <= 56;
    for (uint32_t eight = 0; alike && eight < 256; eight++)
        work->letter_pairs[eight] =
            (uint16_t)(work->modules[eight / 16].word | work->modules[eight % 16].word << bits);
}

/* The checksum of a symbol without dark modules. */
static void prepare_blank(const elqr_pdf_code *qr, workspace *work) {
    elqr_joined *blank = &work->blank;
    memset(blank, 0, sizeof *blank);
    for (uint32_t row = 0; row < qr->count; row++) {
        for (uint32_t letter = 0; letter < (qr->count + 3) / 4; letter++)
            elqr_join_checksum(blank, &work->modules[0]);
        elqr_join_checksum(blank, &work->words[0][row + 1 < qr->count ? ROW : LAST]);
    }
}

static void prepare_numbers(const elqr_piece *literals, number_pieces *numbers) {
    memset(numbers, 0, sizeof *numbers);
    for (int which = 0; which < 2; which++)
        for (uint32_t number = 0; number < 100; number++) {
            elqr_piece *hundreds = &numbers->hundreds[which][number];
            elqr_piece *rest = &numbers->rest[which][number];
            const uint8_t tens = (uint8_t)('0' + number / 10), ones = (uint8_t)('0' + number % 10);
            if (which)
                elqr_piece_add(hundreds, literals, '-');
            if (number >= 10)
                elqr_piece_add(hundreds, literals, tens);
            if (number >= 1)
                elqr_piece_add(hundreds, literals, ones);
            if (which || number >= 10)
                elqr_piece_add(rest, literals, tens);
            elqr_piece_add(rest, literals, ones);
        }
}

static void prepare_words(const elqr_piece *literals, elqr_piece *words) {
    memset(words, 0, WORDS * sizeof *words);
    for (int word = 0; word < WORDS; word++)
        for (const char *byte = WORD[word]; *byte; byte++)
            elqr_piece_add(&words[word], literals, (uint8_t)*byte);
}

/* Glyphs of a line that is one string and no wider than a million dots, whatever they are. */
static uint32_t most_flowing(const elqr_pdf_batch *batch) {
    double largest = 1;
    for (size_t i = 0; i < batch->setting_count; i++)
        largest = batch->sizes[i] > largest ? batch->sizes[i] : largest;
    return 1e6 / largest > MOST_GLYPHS ? MOST_GLYPHS : (uint32_t)(1e6 / largest);
}

static int is_single(const elqr_pdf_text *text, size_t pages) {
    uint32_t other = 0;
    for (size_t page = 0; page < pages; page++)
        other |= text->line_ends[page] ^ (uint32_t)(page + 1);
    return !other;
}

static int is_exact(const elqr_pdf_text *text, uint32_t count, const elqr_pdf_batch *batch,
                    const workspace *work) {
    uint32_t inexact = 0;
    for (uint32_t i = 0; work->any_inexact && i < count; i++)
        inexact |= text->column.ids[i] < batch->glyphs.count && work->inexact[text->column.ids[i]];
    return !inexact;
}

/* Texts with the same ids are of one column. */
static void prepare_texts(const elqr_pdf_batch *batch, workspace *work) {
    const uint32_t most = most_flowing(batch);
    memset(work->columns, 0, batch->text_count * sizeof *work->columns);
    for (size_t i = 0; i < batch->text_count; i++) {
        const elqr_pdf_text *text = &batch->texts[i], *before = batch->texts;
        const uint32_t ids = text->column.ends[batch->pages - 1];
        while (before->column.ids != text->column.ids)
            before++;
        flowing_text *flowing = &work->flowing[i];
        *flowing = (flowing_text){text->column.ids,
                                  text->lines,
                                  text->line_ends,
                                  &work->columns[before - batch->texts],
                                  ids > INT32_MAX ? INT32_MAX : ids,
                                  0,
                                  is_single(text, batch->pages)};
        if (text->pitch <= 0 && is_exact(text, ids, batch, work))
            flowing->most = most;
    }
}

static int code_in_range(const elqr_pdf_code *code, uint32_t most_modules) {
    return !code->count ||
           (code->count <= most_modules && most(code->head.size) && code->leading >= 0 &&
            code->leading <= MOST_LEADING && code->x >= -MOST_PLACE && code->x <= MOST_PLACE &&
            code->y >= -MOST_PLACE && code->y <= MOST_PLACE);
}

static int batch_in_range(const elqr_pdf_batch *batch) {
    int good = most(batch->head.size) && batch->height >= 0 && batch->height <= MOST_PLACE &&
               code_in_range(&batch->qr, 64) && code_in_range(&batch->bars, MOST_MODULES) &&
               batch->glyphs.count < ELQR_GLYPH_NONE && batch->text_count < UINT32_MAX &&
               batch->setting_count < INT32_MAX;
    for (size_t i = 0; good && i < batch->setting_count; i++)
        good = batch->settings[i].size && batch->settings[i].size <= MOST_SETTING &&
               batch->sizes[i] >= 1e-3 && batch->sizes[i] < 1e6; /* 1 / size stays finite */
    return good;
}

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
    divide_work(batch, work);
    for (int block = 0; block < ELQR_PDF_BLOCKS; block++) {
        if (flate && !codes_complete(&flate[block], NEEDED[block]))
            return ELQR_BAD_CHARACTER;
        elqr_flate_prepare(flate ? &flate[block] : NULL, &work->tables[block]);
        prepare_numbers(work->tables[block].literals, &work->numbers[block]);
        prepare_words(work->tables[block].literals, work->words[block]);
    }
    prepare_glyphs(&batch->glyphs, work);
    prepare_modules(&batch->qr, work);
    prepare_blank(&batch->qr, work);
    prepare_texts(batch, work);
    memset(work->gap_of, 0, sizeof work->gap_of);
    work->gap_count = 0;
    work->gaps[0].set = NO_GAP;
    memset(work->bars, 0, sizeof work->bars);
    work->page = 0;
    return ELQR_OK;
}

/*---- Pages ----*/

/* A page's lines of one text. */
ELQR_INLINE uint32_t first_line(const elqr_pdf_text *text, size_t page) {
    return page ? text->line_ends[page - 1] : 0;
}

/* Bytes that a page without its lines cannot exceed, packed or not. */
static size_t page_bound(const elqr_pdf_batch *batch) {
    size_t plain = batch->head.size + batch->qr.head.size + batch->bars.head.size + 256;
    plain += (size_t)batch->qr.count * (batch->qr.count / 4 + 4) + batch->bars.count;
    return 2 * plain + 1024;
}

static void put_header(elqr_sink *sink, const elqr_flate *flate) {
    size_t bits = flate->header_bits;
    const uint8_t *at = flate->header;
    for (; bits >= 64; bits -= 64, at += 8)
        elqr_put_full(sink, elqr_load64_low_first(at));
    for (; bits >= 8; bits -= 8)
        elqr_put_bits(sink, *at++, 8);
    if (bits)
        elqr_put_bits(sink, *at & ((UINT64_C(1) << bits) - 1), (uint32_t)bits);
}

/* Ends the block of codes and begins that of texts. */
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

/* The symbol and the bars of a page.  ELQR_OK, ELQR_OUT_OF_RANGE. */
ELQR_INLINE int put_codes(elqr_sink *sink, const int mode, workspace *work,
                          const elqr_pdf_batch *batch, size_t page, text_place *place) {
    if (batch->qr.count) {
        const uint32_t side = batch->qr.count, row_bytes = (side + 7) / 8;
        const size_t size = (size_t)side * row_bytes;
        const packed_rows rows = {batch->symbols + page * size,
                                  batch->symbols + batch->pages * size, row_bytes,
                                  ~UINT64_C(0) << (64 - side)};
        put_symbol(sink, mode, work, &batch->qr, rows, place);
    }
    return !batch->bars.count || put_bars(sink, mode, work, &batch->bars,
                                          batch->bar_rows + page * batch->bars.count, place)
               ? ELQR_OK
               : ELQR_OUT_OF_RANGE;
}

/* A page's lines.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BUFFER_TOO_SMALL. */
ELQR_INLINE int put_texts(elqr_sink *sink, const int mode, workspace *work,
                          const elqr_pdf_batch *batch, size_t page, text_state *state) {
    int status = ELQR_OK;
    for (size_t i = 0; i < batch->text_count && status == ELQR_OK; i++) {
        const elqr_pdf_text *text = &batch->texts[i];
        for (uint32_t n = first_line(text, page); n < text->line_ends[page]; n++)
            if (status == ELQR_OK)
                status = put_line(sink, mode, work, batch, text, work->flowing[i].column,
                                  &text->lines[n], state);
    }
    return status;
}

/* The content of a page.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BAD_CHARACTER, ELQR_BUFFER_TOO_SMALL. */
ELQR_INLINE int put_content(elqr_sink *into, const int mode, workspace *work,
                            const elqr_pdf_batch *batch, const elqr_flate *flate, size_t page) {
    /* A copy that no other function sees: bytes written to the page cannot alias it, so that it
     * stays in registers. */
    elqr_sink copy = *into, *const sink = &copy;
    text_place place = {0, 0};
    work->page++;
    elqr_put_literals(sink, mode, batch->head.bytes, batch->head.size);
    put_word(sink, mode, work, 0, TEXT_BEGIN);
    int status = put_codes(sink, mode, work, batch, page, &place);
    put_next_block(sink, mode, work, flate);
    if (status != ELQR_OK)
        return status;
    text_state state = {(int32_t)place.x, (int32_t)(batch->height - place.y), -1, 0};
    if (mode == FLATE) {
        elqr_sink texts = *sink;
        text_state after = state;
        status = put_flowing(&texts, work, batch, page, &after);
        *sink = texts;
        state = after;
    } else {
        status = put_texts(sink, mode, work, batch, page, &state);
    }
    if (state.shows)
        put_word(sink, mode, work, 1, SHOW);
    put_word(sink, mode, work, 1, TEXT_END);
    put_word(sink, mode, work, 1, CLOSE);
    *into = copy;
    return status == ELQR_OK && sink->lost ? ELQR_BAD_CHARACTER : status;
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
    int status = numbers->kids && numbers->first ? ELQR_OK : ELQR_OUT_OF_RANGE;
    if (status == ELQR_OK && *done == 0)
        status = prepare(batch, flate, space);
    if (status != ELQR_OK)
        return status;
    /* Room for all but the lines, which look for their own. */
    const size_t after = page_bound(batch) + 3 * STREAM_HEAD +
                         (flate ? (flate[0].header_bits + flate[1].header_bits) / 8 : 0);
    for (; *done < batch->pages; ++*done) {
        const size_t page = *done;
        if (capacity - *used < after)
            return ELQR_BUFFER_TOO_SMALL;
        uint8_t *start = out + *used, *stream = start + STREAM_HEAD;
        elqr_sink sink = {space->tables, 1, 0, 0, 0, 0, 0, stream, out + capacity - after, NULL};
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
    for (size_t page = first; status == ELQR_OK && page < last; page++) {
        elqr_sink sink = {space->tables, 1, 0, 0, 0, 0, 0, NULL, NULL, counts};
        status = put_content(&sink, COUNT, space, batch, NULL, page);
        counts[ELQR_FLATE_SYMBOLS + 256]++;
    }
    return status;
}

int elqr_pdf_entries(const uint64_t *offsets, size_t n, uint8_t *out) {
    for (size_t i = 0; i < n; i++, out += 20) {
        uint64_t left = offsets[i];
        if (left > UINT64_C(9999999999))
            return ELQR_OUT_OF_RANGE;
        memcpy(out + 10, " 00000 n \n", 10);
        for (int place = 9; place >= 0; place--, left /= 10)
            out[place] = (uint8_t)('0' + left % 10);
    }
    return ELQR_OK;
}
