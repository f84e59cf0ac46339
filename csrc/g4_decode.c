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

/* `flips` has no alignment that 64-bit words would need. */
ELQR_INLINE void flip(uint32_t *flips, uint32_t word, uint64_t pixels) {
    uint64_t was;
    memcpy(&was, flips + word * 2, sizeof was);
    was ^= pixels;
    memcpy(flips + word * 2, &was, sizeof was);
}

/* 64 pixels of a row from their flips, which are made 0 for the next; the lowest bit of *turns is 1
 * when the row is black where they begin. */
ELQR_INLINE uint64_t pixels_of(uint32_t *flips, uint64_t *turns) {
    static const uint64_t none = 0;
    uint64_t word;
    memcpy(&word, flips, sizeof word);
    memcpy(flips, &none, sizeof none);
    const uint64_t pixels = word ^ (0 - (*turns & 1));
    *turns ^= word;
    return pixels;
}

/* Draws `columns` pixels of a row, the colours exchanged if `inverted`.  Each change flips all
 * pixels from it to the end of its 64: that gives all words but for the colour they begin with.
 * `flips` is all 0 before and after. */
ELQR_INLINE void draw_row(uint8_t *bits, uint32_t *flips, const g4_list *row, uint32_t columns,
                          int inverted) {
    const size_t row_bytes = ((size_t)columns + 7) / 8;
    uint64_t turns = (uint64_t)inverted;
    uint32_t x = 0;
    /* What follows the list is beyond all columns. */
    for (const uint32_t *at = row->changes; *at < columns; at++)
        flip(flips, *at / 64, ~UINT64_C(0) >> (*at % 64));
    for (; x + 64 <= columns; x += 64)
        elqr_store64(bits + x / 8, pixels_of(flips + x / 32, &turns));
    if (x < columns)
        store64_end(bits + x / 8, row_bytes - x / 8,
                    pixels_of(flips + x / 32, &turns) & ~(~UINT64_C(0) >> (columns - x)));
}

/*---- Strips ----*/

/* A strip to decode; see elqr_g4_decode_window. */
typedef struct {
    const elqr_g4_window *window;
    uint32_t width, height;
    uint32_t *words;
} strip;

/* Puts row y, which is known to be as the one above it if `same`, where the window has it. */
ELQR_INLINE void show_row(const elqr_g4_window *window, uint32_t *flips, const g4_list *row,
                          uint32_t y, int same) {
    if (y < window->first)
        return;
    uint8_t *bits = window->rows + window->stride * (y - window->first);
    if (same && y > window->first)
        memcpy(bits, bits - window->stride, ((size_t)window->columns + 7) / 8);
    else
        draw_row(bits, flips, row, window->columns, window->inverted);
}

/* Returns the number of rows that could be read. */
ELQR_INLINE uint32_t decode_rows(g4_reader *input, const strip *image) {
    g4_reader in = *input; /* a copy that need not be in memory */
    const elqr_g4_window window = *image->window;
    const uint32_t width = image->width;
    uint32_t y = 0;
    g4_list above = g4_empty_list(image->words, width);
    g4_list here = g4_empty_list(image->words + width + G4_LIST_EXTRA, width);
    uint32_t *flips = image->words + 2 * ((size_t)width + G4_LIST_EXTRA);
    memset(flips, 0, G4_FLIP_WORDS(width) * sizeof *flips);
    for (; y < image->height; y++) {
        const int read = g4_read_row(&in, &above, &here, width, y == 0);
        if (!read)
            break;
        show_row(&window, flips, &above, y, read == 2);
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
