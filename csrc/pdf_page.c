/* PDF pages: content streams from lines of text, modules and bars, packed as they are written.
 *
 * The content is that of render/pdf_content.py.  Matches are not searched for: a piece of the
 * content that is the same again and again remembers where it stood last on this page, and strings
 * of glyphs are looked up by their first three. */
#include "flate.h"
#include "pdf_text.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

enum {
    MOST_TEXT = 2000,    /* bytes of a text of the batch */
    MOST_MODULES = 288,  /* ELQR_BILL_MODULES */
    TAILS = 64,          /* widths of runs whose tails are remembered */
    TAIL_SIZE = 64,      /* bytes of a tail */
    PAST = 4096,         /* glyphs of a page that are looked back at */
    HASHES = 1024,       /* a power of 2 */
    GLYPH_BYTES = 4,     /* two bytes in hexadecimal */
    MATCHED_AT_ONCE = 64 /* glyphs: 256 bytes */
};

/* A text and where it stood last on page `page`, counted from 1. */
typedef struct {
    const uint8_t *text;
    uint64_t position, b;
    uint32_t size, page, a;
} remembered;

enum { TEXT_BEGIN, TEXT_END, FONT, FONT_MOVE, MOVE, SHOW, SHOWN, SHOWN_MOVE, CLOSE, WORDS };
static const char *const WORD[WORDS] = {
    "BT\n",    "ET\n",   " Tf\n",          " Tf\n1 0 0 1 ", "1 0 0 1 ",
    " Tm\n[<", ">]TJ\n", ">]TJ\n1 0 0 1 ", "Q\n",
};

/* What runs of modules end with, by their width. */
typedef struct {
    remembered last[TAILS + 1];
    uint8_t text[TAILS + 1][TAIL_SIZE];
} tail_set;

typedef struct {
    elqr_flate_tables tables;
    elqr_piece rows[MOST_MODULES]; /* a space and the row's number */
    tail_set qr, bars;
    remembered words[WORDS];
    remembered same_line; /* " y Tm\n[<" */
    int64_t same_y;
    uint32_t page; /* from 1 */
    uint32_t past; /* glyphs so far */
    uint16_t past_ids[PAST];
    uint32_t past_positions[PAST];
    uint16_t hashes[2][HASHES]; /* index + 1 in past_ids of two, three glyphs that hash to this */
    elqr_piece *glyphs;
    remembered *settings;
} workspace;

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
            elqr_piece_add(&work->glyphs[i], work->tables.literals,
                           DIGITS[glyphs->codes[i] >> shift & 15]);
}

static void prepare_rows(workspace *work) {
    memset(work->rows, 0, sizeof work->rows);
    for (uint32_t row = 0; row < MOST_MODULES; row++) {
        elqr_piece *piece = &work->rows[row];
        elqr_piece_add(piece, work->tables.literals, ' ');
        if (row >= 100)
            elqr_piece_add(piece, work->tables.literals, (uint8_t)('0' + row / 100));
        if (row >= 10)
            elqr_piece_add(piece, work->tables.literals, (uint8_t)('0' + row / 10 % 10));
        elqr_piece_add(piece, work->tables.literals, (uint8_t)('0' + row % 10));
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
               batch->sizes[i] > 0 && batch->sizes[i] < 1e6;
    return good;
}

/* Pieces that are put without a look at each byte are made of these. */
static int codes_complete(const elqr_flate *flate) {
    static const char NEEDED[] = "0123456789ABCDEF -<>";
    for (int i = 0; i < ELQR_FLATE_SYMBOLS; i++)
        if (flate->bits[i] > ELQR_FLATE_LONGEST)
            return 0;
    for (const char *byte = NEEDED; *byte; byte++)
        if (!flate->bits[(uint8_t)*byte])
            return 0;
    return flate->bits[256] != 0;
}

static int prepare(const elqr_pdf_batch *batch, const elqr_flate *flate, workspace *work) {
    if (!batch_in_range(batch))
        return ELQR_OUT_OF_RANGE;
    if (flate && !codes_complete(flate))
        return ELQR_BAD_CHARACTER;
    work->glyphs = (elqr_piece *)(void *)(work + 1);
    work->settings = (remembered *)(void *)(work->glyphs + batch->glyphs.count);
    elqr_flate_prepare(flate, &work->tables);
    prepare_glyphs(&batch->glyphs, work);
    prepare_rows(work);
    prepare_tails(&batch->qr, &work->qr);
    prepare_tails(&batch->bars, &work->bars);
    for (int i = 0; i < WORDS; i++)
        remember_text(&work->words[i], (const uint8_t *)WORD[i], strlen(WORD[i]));
    for (size_t i = 0; i < batch->setting_count; i++)
        remember_text(&work->settings[i], batch->settings[i].bytes, batch->settings[i].size);
    work->same_line.page = 0;
    return ELQR_OK;
}

/*---- Texts that come again ----*/

ELQR_INLINE void put_remembered(elqr_sink *sink, const int mode, const workspace *work,
                                remembered *one) {
    uint64_t start = sink->position;
    if (one->page != work->page || one->size < SHORTEST_MATCH ||
        !elqr_put_match(sink, mode, one->size, start - one->position, one->a, one->b))
        elqr_put_literals(sink, mode, one->text, one->size);
    one->page = work->page;
    one->position = start;
}

/*---- Modules and bars ----*/

/* A run of `width` modules; `again`: the last one was as wide and in the same row. */
ELQR_INLINE void put_run(elqr_sink *sink, const int mode, workspace *work, tail_set *tails,
                         uint32_t x, uint32_t row, uint32_t width, int again) {
    remembered *tail = &tails->last[width];
    const elqr_piece *words = &work->rows[row];
    if (x < 100)
        elqr_put_piece(sink, mode, &work->tables.numbers[x]);
    else
        elqr_put_number(sink, mode, x);
    uint64_t start = sink->position;
    if (!again ||
        !elqr_put_match(sink, mode, words->size + tail->size,
                        start - (tail->position - words->size), (uint64_t)words->a + tail->a,
                        words->b + tail->b + (uint64_t)tail->size * words->a)) {
        elqr_put_piece(sink, mode, words);
        put_remembered(sink, mode, work, tail);
    } else {
        tail->position = start + words->size;
    }
}

/* A symbol, the narrowest runs first: what they have in common then stands close together. */
ELQR_INLINE void put_symbol(elqr_sink *sink, const int mode, workspace *work,
                            const elqr_pdf_modules *modules, const uint8_t *packed) {
    const uint32_t side = modules->count, row_bytes = (side + 7) / 8;
    uint64_t rows[64], starts[64];
    const uint64_t inside = ~UINT64_C(0) << (64 - side);
    uint64_t left = 0;
    for (uint32_t row = 0; row < side; row++) {
        rows[row] = elqr_load64_end(packed + row * row_bytes, row_bytes) & inside;
        starts[row] = rows[row] & ~(rows[row] >> 1);
        left |= starts[row];
    }
    elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    /* starts: where a run of at least `width` modules begins. */
    for (uint32_t width = 1; left; width++) {
        left = 0;
        for (uint32_t row = 0; row < side; row++) {
            uint64_t wider = width < 64 ? starts[row] & rows[row] << width : 0;
            uint64_t ending = starts[row] ^ wider;
            starts[row] = wider;
            left |= wider;
            for (int again = 0; ending; again = 1) {
                uint32_t x = elqr_leading_zeros(ending);
                ending &= ~(UINT64_C(1) << (63 - x));
                put_run(sink, mode, work, &work->qr, x, side - 1 - row, width, again);
            }
        }
    }
    elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
}

/* The runs of a row of bars; returns how many. */
static uint32_t find_bars(const uint8_t *modules, uint32_t count, uint16_t *starts,
                          uint16_t *widths) {
    uint32_t found = 0, start = 0;
    for (uint32_t x = 0; x < count; x++) {
        if (!modules[x])
            continue;
        start = x;
        while (x < count && modules[x])
            x++;
        starts[found] = (uint16_t)start;
        widths[found++] = (uint16_t)(x - start);
    }
    return found;
}

/* False if a bar is wider than any of a bar code. */
ELQR_INLINE int put_bars(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_modules *modules, const uint8_t *row) {
    uint16_t starts[MOST_MODULES], widths[MOST_MODULES];
    const uint32_t found = find_bars(row, modules->count, starts, widths);
    uint32_t widest = 0;
    for (uint32_t i = 0; i < found; i++)
        widest = widths[i] > widest ? widths[i] : widest;
    if (widest > TAILS)
        return 0;
    if (found)
        elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    for (uint32_t width = 1; width <= widest; width++) {
        int again = 0;
        for (uint32_t i = 0; i < found; i++)
            if (widths[i] == width) {
                put_run(sink, mode, work, &work->bars, starts[i], 0, width, again);
                again = 1;
            }
    }
    if (found)
        elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
    return 1;
}

/*---- Text ----*/

/* Of two glyphs, or of three. */
ELQR_INLINE uint32_t hash_of(const uint16_t *ids, int more) {
    uint32_t mixed = ids[0] * 0x9E37u + ids[1] * 0x85EBu + (more ? ids[2] * 0xC2B3u : 0);
    return (mixed ^ mixed >> 10) & (HASHES - 1);
}

/* Glyphs from ids on that stood together from place `old` of the past on. */
ELQR_INLINE uint32_t common(const workspace *work, uint32_t old, const uint16_t *ids,
                            uint32_t count) {
    uint32_t most_glyphs = work->past - old < count ? work->past - old : count, size = 0;
    uint32_t position = work->past_positions[old];
    if (most_glyphs > MATCHED_AT_ONCE)
        most_glyphs = MATCHED_AT_ONCE;
    while (size < most_glyphs && work->past_ids[old + size] == ids[size] &&
           work->past_positions[old + size] == position + size * GLYPH_BYTES)
        size++;
    return size;
}

ELQR_INLINE void enter_past(workspace *work, uint16_t id, uint64_t position) {
    if (work->past < PAST) {
        work->past_ids[work->past] = id;
        work->past_positions[work->past++] = (uint32_t)position;
    }
}

/* Puts `size` glyphs as a match with those from place `old` on; false if it cannot be. */
ELQR_INLINE int put_again(elqr_sink *sink, const int mode, workspace *work, uint32_t old,
                          const uint16_t *ids, uint32_t size) {
    uint64_t a = 0, b = 0, start = sink->position;
    for (uint32_t i = 0; i < size; i++) {
        const elqr_piece *glyph = &work->glyphs[ids[i]];
        b += GLYPH_BYTES * a + glyph->b;
        a += glyph->a;
    }
    if (!elqr_put_match(sink, mode, size * GLYPH_BYTES, start - work->past_positions[old], a, b))
        return 0;
    for (uint32_t i = 0; i < size; i++)
        enter_past(work, ids[i], start + i * GLYPH_BYTES);
    return 1;
}

/* Looks for the next glyphs in the past, three at least or else two, and enters them there: how
 * many there are, 0 if none, and where. */
ELQR_INLINE uint32_t find_past(workspace *work, const uint16_t *ids, uint32_t count,
                               uint32_t *old) {
    const uint16_t next = (uint16_t)(work->past < PAST ? work->past + 1 : 0);
    uint32_t size = 0;
    for (int more = 1; more >= 0; more--) {
        if (count < 2u + (uint32_t)more)
            continue;
        uint16_t *place = &work->hashes[more][hash_of(ids, more)];
        if (!size && *place) {
            *old = *place - 1u;
            size = common(work, *old, ids, count);
            size = size >= 2u + (uint32_t)more ? size : 0;
        }
        *place = next;
    }
    return size;
}

/* The codes of glyphs that follow one another; their ids are good. */
ELQR_INLINE void put_glyphs(elqr_sink *sink, const int mode, workspace *work, const uint16_t *ids,
                            uint32_t count) {
    uint32_t i = 0, old = 0;
    while (i < count) {
        uint32_t size = find_past(work, ids + i, count - i, &old);
        if (size && put_again(sink, mode, work, old, ids + i, size)) {
            i += size;
            continue;
        }
        enter_past(work, ids[i], sink->position);
        elqr_put_piece(sink, mode, &work->glyphs[ids[i++]]);
    }
}

/* To the nearest whole number, of two the even one; |value| < 2^51. */
ELQR_INLINE int64_t nearest(double value) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 */
    double moved = value + shift;
    return (int64_t)(moved - shift);
}

/* Shows a line's glyphs.  Origins are whole dots, a font's advances are not: the pen is moved only
 * where it is more than half a dot off. */
ELQR_INLINE int put_shown(elqr_sink *sink, const int mode, workspace *work,
                          const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                          const elqr_text_line *line) {
    const elqr_glyphs *glyphs = &batch->glyphs;
    const uint16_t *ids = text->column.ids + line->start;
    const uint32_t count = (uint32_t)line->count;
    const double size = batch->sizes[line->setting], per_dot = 1000 / size, off = 0.51 * per_dot;
    const double cell_x = text->cell_x - (double)elqr_floor(text->cell_x);
    double first = 0, advanced = 0;
    int64_t pen = 0;
    uint32_t start = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] >= glyphs->count)
            return ELQR_OUT_OF_RANGE;
        const double advance = glyphs->advances[ids[i]];
        double origin;
        if (text->pitch > 0)
            origin = elqr_cell_origin(cell_x, i, text->pitch, advance, size);
        else
            origin = (double)elqr_floor(advanced * size + 0.5);
        if (i == 0)
            first = origin;
        if (!(origin < 1e6 && origin > -1e6))
            return ELQR_OUT_OF_RANGE;
        const double late = (double)pen - (origin - first) * per_dot;
        if (ELQR_UNLIKELY(!(-off <= late && late <= off))) {
            put_glyphs(sink, mode, work, ids + start, i - start);
            elqr_put_piece(sink, mode, &work->tables.literals['>']);
            elqr_put_number(sink, mode, nearest(late));
            elqr_put_piece(sink, mode, &work->tables.literals['<']);
            pen -= nearest(late);
            start = i;
        }
        pen += glyphs->widths[ids[i]];
        advanced += advance;
    }
    put_glyphs(sink, mode, work, ids + start, count - start);
    return ELQR_OK;
}

/* " y Tm\n[<", which neighbours often have in common. */
ELQR_INLINE void put_y(elqr_sink *sink, const int mode, workspace *work, int64_t y) {
    remembered *same = &work->same_line;
    uint64_t start = sink->position, a = sink->a, b = sink->b;
    if (same->page == work->page && work->same_y == y &&
        elqr_put_match(sink, mode, same->size, start - same->position, same->a, same->b)) {
        same->position = start;
        return;
    }
    elqr_put_piece(sink, mode, &work->tables.literals[' ']);
    elqr_put_number(sink, mode, y);
    put_remembered(sink, mode, work, &work->words[SHOW]);
    same->page = work->page;
    same->position = start;
    same->size = (uint32_t)(sink->position - start);
    same->a = (uint32_t)(sink->a - a);
    same->b = sink->b - b - same->size * a;
    work->same_y = y;
}

/* The text object of a page as it grows. */
typedef struct {
    int32_t setting;  /* -1: none yet */
    int begun, shown; /* shown: ">]TJ" is still to come */
} text_state;

/* What comes before a line's x, or before ready-made bytes. */
ELQR_INLINE void put_opening(elqr_sink *sink, const int mode, workspace *work, text_state *state,
                             const elqr_text_line *line) {
    const int moves = line->count >= 0;
    if (!state->begun)
        put_remembered(sink, mode, work, &work->words[TEXT_BEGIN]);
    state->begun = 1;
    if (state->setting != line->setting) {
        if (state->shown)
            put_remembered(sink, mode, work, &work->words[SHOWN]);
        put_remembered(sink, mode, work, &work->settings[line->setting]);
        put_remembered(sink, mode, work, &work->words[moves ? FONT_MOVE : FONT]);
    } else if (state->shown) {
        put_remembered(sink, mode, work, &work->words[moves ? SHOWN_MOVE : SHOWN]);
    } else if (moves) {
        put_remembered(sink, mode, work, &work->words[MOVE]);
    }
    state->setting = line->setting;
    state->shown = moves;
}

ELQR_INLINE int put_line(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                         const elqr_text_line *line, text_state *state) {
    put_opening(sink, mode, work, state, line);
    if (line->count < 0) {
        elqr_put_literals(sink, mode, batch->given.bytes + line->start, (size_t)-line->count);
        return ELQR_OK;
    }
    elqr_put_number(sink, mode, line->x);
    put_y(sink, mode, work, (int64_t)batch->height - line->y);
    return put_shown(sink, mode, work, batch, text, line);
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

/* The content of a page.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BAD_CHARACTER. */
ELQR_INLINE int put_content(elqr_sink *into, const int mode, workspace *work,
                            const elqr_pdf_batch *batch, size_t page) {
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

/* The zlib stream of a page (RFC 1950): one dynamic block. */
static int put_packed(elqr_sink *sink, workspace *work, const elqr_pdf_batch *batch,
                      const elqr_flate *flate, size_t page) {
    *sink->out++ = 0x78; /* deflate, window of 32 kB */
    *sink->out++ = 0x9C;
    for (size_t at = 0; at < flate->header_bits; at += 8) {
        uint32_t bits = flate->header_bits - at < 8 ? (uint32_t)(flate->header_bits - at) : 8;
        elqr_put_bits(sink, flate->header[at / 8] & ((1u << bits) - 1), bits);
    }
    int status = put_content(sink, FLATE, work, batch, page);
    elqr_put_bits(sink, flate->codes[256], flate->bits[256]);
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
    for (; *done < batch->pages; ++*done) {
        const size_t page = *done, bound = page_bound(batch, page);
        if (!bound)
            return ELQR_OUT_OF_RANGE;
        if (capacity - *used < bound + 3 * STREAM_HEAD + (flate ? flate->header_bits / 8 : 0))
            return ELQR_BUFFER_TOO_SMALL;
        uint8_t *start = out + *used, *stream = start + STREAM_HEAD;
        elqr_sink sink = {&space->tables, 1, 0, 0, 0, 0, 0, stream, NULL};
        status = flate ? put_packed(&sink, space, batch, flate, page)
                       : put_content(&sink, PLAIN, space, batch, page);
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
        elqr_sink sink = {&space->tables, 1, 0, 0, 0, 0, 0, NULL, counts};
        if (!page_bound(batch, page))
            return ELQR_OUT_OF_RANGE;
        status = put_content(&sink, COUNT, space, batch, page);
        counts[256]++;
    }
    return status;
}
