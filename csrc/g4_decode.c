/* Decoding of ITU-T T.6 (Group 4) into packed rows.  See elqr.h for the contract, g4_read.h for
 * how a row is read.
 */
#include "cpu.h"
#include "elqr.h"
#include "g4_read.h"

/* Tells the end of the data (too few bits for any code) and EOFB from rubbish. */
static int why_unreadable(g4_reader *in) {
    enum { LONGEST_CODE = 13, END_OF_LINE_BITS = 12 };
    refill(in);
    int at_end = g4_bit(in) + LONGEST_CODE > (uint64_t)in->size * 8;
    int at_eofb = in->window >> (64 - END_OF_LINE_BITS) == 1;
    return at_end || at_eofb ? ELQR_TRUNCATED : ELQR_BAD_CODE;
}

/*---- Rows as bits ----*/

ELQR_INLINE void store64_end(uint8_t *bytes, size_t available, uint64_t word) {
    if (ELQR_LIKELY(available >= 8)) {
        elqr_store64(bytes, word);
        return;
    }
    for (size_t i = 0; i < available; i++)
        bytes[i] = (uint8_t)(word >> (56 - 8 * i));
}

/* `words` has no alignment that 64-bit words would need. */
ELQR_INLINE void blacken(uint32_t *words, size_t at, uint64_t pixels) {
    uint64_t word;
    memcpy(&word, words + at * 2, sizeof word);
    word |= pixels;
    memcpy(words + at * 2, &word, sizeof word);
}

/* A run of any length. */
ELQR_INLINE void blacken_run(uint32_t *words, uint32_t begin, uint32_t end) {
    uint64_t from = ~UINT64_C(0) >> begin % 64;
    for (uint32_t at = begin / 64; at < end / 64; at++, from = ~UINT64_C(0))
        blacken(words, at, from);
    blacken(words, end / 64, from & ~(~UINT64_C(0) >> end % 64));
}

/* Draws every second run of a row, from that which `at` begins on, into words that are white.  A
 * run goes into two words, whether or not it reaches the second: that cannot be foreseen. */
ELQR_INLINE void blacken_runs(uint32_t *words, const uint32_t *at, uint32_t columns) {
    /* What follows the list is beyond all columns. */
    for (; *at < columns; at += 2) {
        const uint32_t begin = at[0], end = at[1] < columns ? at[1] : columns;
        if (ELQR_UNLIKELY(end - begin > 64)) {
            blacken_run(words, begin, end);
            continue;
        }
        const uint64_t run = ~UINT64_C(0) << (64 - (end - begin));
        blacken(words, begin / 64, run >> begin % 64);
        blacken(words, begin / 64 + 1, run << 1 << (63 - begin % 64));
    }
}

/* Puts `columns` pixels of words, which are made white for the next row. */
ELQR_INLINE void put_words(uint8_t *bits, uint32_t *words, uint32_t columns) {
    const size_t whole = columns / 64;
    uint64_t word;
    for (size_t i = 0; i < whole; i++) {
        memcpy(&word, words + 2 * i, sizeof word);
        elqr_store64(bits + 8 * i, word);
    }
    memcpy(&word, words + 2 * whole, sizeof word);
    if (columns % 64)
        store64_end(bits + 8 * whole, ((size_t)columns + 7) / 8 - 8 * whole, word);
    memset(words, 0, (whole + 2) * sizeof word);
}

/* Draws a row, its white runs and what is past its end if `inverted`.  `words` is all white before
 * and after. */
ELQR_INLINE void draw_row(uint8_t *bits, uint32_t *words, const g4_list *row, uint32_t columns,
                          int inverted) {
    const uint32_t first = row->changes[0] < columns ? row->changes[0] : columns;
    if (inverted && first > 0)
        blacken_run(words, 0, first);
    if (inverted && columns % 64)
        blacken(words, columns / 64, ~UINT64_C(0) >> columns % 64);
    blacken_runs(words, row->changes + inverted, columns);
    put_words(bits, words, columns);
}

/*---- Strips ----*/

/* A strip to decode; see elqr_g4_decode_window. */
typedef struct {
    const elqr_g4_window *window;
    uint32_t width, height;
    uint32_t *words;
} strip;

/* Puts row y, which is known to be as the one above it if `same`, where the window has it. */
ELQR_INLINE void show_row(const elqr_g4_window *window, uint32_t *drawn, const g4_list *row,
                          uint32_t y, int same) {
    if (y < window->first)
        return;
    uint8_t *bits = window->rows + window->stride * (y - window->first);
    if (same && y > window->first)
        memcpy(bits, bits - window->stride, ((size_t)window->columns + 7) / 8);
    else
        draw_row(bits, drawn, row, window->columns, window->inverted);
}

/* Returns the number of rows that could be read. */
ELQR_INLINE uint32_t decode_rows(g4_reader *input, const strip *image) {
    g4_reader in = *input; /* a copy that need not be in memory */
    const elqr_g4_window window = *image->window;
    const uint32_t width = image->width;
    uint32_t y = 0;
    g4_list above = g4_first_list(image->words, width);
    g4_list here = g4_empty_list(image->words + width + G4_LIST_EXTRA, width);
    uint32_t *drawn = image->words + 2 * ((size_t)width + G4_LIST_EXTRA);
    memset(drawn, 0, G4_DRAWN_WORDS(width) * sizeof *drawn);
    for (; y < image->height; y++) {
        const int read = g4_read_row(&in, &above, &here, width, y == 0);
        if (!read)
            break;
        show_row(&window, drawn, &above, y, read == 2);
    }
    *input = in;
    return y;
}

static uint32_t decode_rows_portable(g4_reader *in, const strip *image) {
    return decode_rows(in, image);
}

#if ELQR_X86
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static uint32_t decode_rows_avx2(g4_reader *in, const strip *image) {
    return decode_rows(in, image);
}
#endif

static uint32_t decode_rows_best(g4_reader *in, const strip *image) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return decode_rows_avx2(in, image);
#endif
    return decode_rows_portable(in, image);
}

int elqr_g4_decode_window(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                          const elqr_g4_window *window, uint32_t *words, uint32_t *decoded) {
    *decoded = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > ELQR_G4_MAX_WIDTH || window->first > height || window->columns > width ||
        (window->columns < width && window->columns % 64 != 0))
        return ELQR_OUT_OF_RANGE;
    g4_reader in = g4_read_from(coded, size);
    const strip image = {window, width, height, words};
    *decoded = decode_rows_best(&in, &image);
    return *decoded == height ? ELQR_OK : why_unreadable(&in);
}

int elqr_g4_decode(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                   uint8_t *rows, size_t stride, uint32_t *words, uint32_t *decoded) {
    const elqr_g4_window all = {rows, stride, 0, width, 0};
    const int status = elqr_g4_decode_window(coded, size, width, height, &all, words, decoded);
    if (status == ELQR_EMPTY || status == ELQR_OUT_OF_RANGE)
        return status;
    for (uint32_t y = *decoded; y < height; y++)
        memset(rows + stride * y, 0, ((size_t)width + 7) / 8);
    return status;
}
