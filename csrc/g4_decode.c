/* Decoding of ITU-T T.6 (Group 4) into packed rows.  See elqr.h for the contract, g4_row.h for
 * lists of changes and the terms.
 *
 * Input is hostile: no position is stored before it is checked against the width, and no row is
 * accepted that took bits from beyond the end of the data.
 */
#include "cpu.h"
#include "elqr.h"
#include "g4_row.h"

/*---- Bit reader ----*/

typedef struct {
    const uint8_t *bytes;
    uint64_t size_bits;
    uint64_t bit; /* position of the next bit */
} reader;

/* The next 57 bits or more, at the high end.  Past the end of the data bits are 0: no code consists
 * of zeros only, so at most one code can be completed by them. */
ELQR_INLINE uint64_t peek(const reader *in) {
    if (ELQR_UNLIKELY(in->bit >= in->size_bits))
        return 0;
    size_t byte = (size_t)(in->bit >> 3);
    size_t left = (size_t)(in->size_bits >> 3) - byte;
    return elqr_load64_end(in->bytes + byte, left) << (in->bit & 7);
}

/* One run of `colour`, all its make-up codes included.  Returns 0 when it is unreadable or longer
 * than `most`. */
ELQR_INLINE int read_run(reader *in, uint32_t colour, uint32_t most, uint32_t *run) {
    uint32_t total = 0, part;
    do {
        uint64_t next = peek(in);
        uint32_t entry = colour ? elqr_g4_black_runs[next >> 51] : elqr_g4_white_runs[next >> 52];
        part = entry >> 4;
        total += part;
        in->bit += entry & 15;
        if (entry == 0 || total > most)
            return 0;
    } while (part >= 64);
    *run = total;
    return 1;
}

/*---- Rows as lists of changes ----*/

/* A row while it is decoded; the colour at a0 is `here.count & 1`. */
typedef struct {
    g4_list above, here;
    uint32_t b;        /* index of b1 in above; same parity as here.count */
    int32_t a0, width; /* a0 is -1 at first: the imaginary pixel before the row */
} row_state;

/* Moves b1 to the first change of the right parity beyond a0, which is inside the row. */
ELQR_INLINE void seek_b1(row_state *row) {
    while (row->above.changes[row->b] <= (uint32_t)row->a0)
        row->b += 2;
}

/* Notes a change at `position` >= a0.  Two at one position (a run of 0) are none. */
ELQR_INLINE void add_change(row_state *row, uint32_t position) {
    g4_list *here = &row->here;
    if (here->changes[(int64_t)here->count - 1] == position)
        here->count--;
    else if (position < (uint32_t)row->width)
        here->changes[here->count++] = position;
}

/* The modes of T.6 clause 2.2.3.  Each returns 0 when what it reads is impossible. */

/* `count` times V0, none of them at the end of the row. */
ELQR_INLINE void same_changes(row_state *row, uint32_t count) {
    const uint32_t *from = row->above.changes + row->b;
    uint32_t *to = row->here.changes + row->here.count;
    memcpy(to, from, G4_BLOCK * sizeof *to);
    for (uint32_t i = G4_BLOCK; i < count; i += G4_BLOCK)
        memcpy(to + i, from + i, G4_BLOCK * sizeof *to);
    row->b += count;
    row->here.count += count;
    /* Not by whether count is 0, which cannot be foreseen: a0 is never left of the last change. */
    int32_t last = (int32_t)row->here.changes[(int64_t)row->here.count - 1];
    row->a0 = last > row->a0 ? last : row->a0;
}

ELQR_INLINE int vertical(row_state *row, int32_t offset) {
    int32_t a1 = (int32_t)row->above.changes[row->b] + offset;
    if (a1 > row->width || a1 <= row->a0)
        return 0;
    row->a0 = a1;
    if (a1 == row->width)
        return 1;
    row->here.changes[row->here.count++] = (uint32_t)a1;
    row->b = g4_next_b(row->above.changes, row->b, (uint32_t)a1);
    return 1;
}

ELQR_INLINE int pass(row_state *row) {
    int32_t b2 = (int32_t)row->above.changes[row->b + 1];
    if (b2 == row->width)
        return 0;
    row->a0 = b2;
    row->b += 2;
    return 1;
}

ELQR_INLINE int horizontal(row_state *row, reader *in) {
    uint32_t colour = row->here.count & 1, width = (uint32_t)row->width, first, second;
    uint32_t a1 = row->a0 > 0 ? (uint32_t)row->a0 : 0;
    if (!read_run(in, colour, width - a1, &first))
        return 0;
    a1 += first;
    if (!read_run(in, !colour, width - a1, &second))
        return 0;
    add_change(row, a1);
    add_change(row, a1 + second);
    row->a0 = (int32_t)(a1 + second);
    if (row->a0 < row->width)
        seek_b1(row);
    return 1;
}

/* Any mode but V0; `next` are the bits from it on. */
ELQR_INLINE int other_mode(row_state *row, reader *in, uint64_t next) {
    uint32_t mode = elqr_g4_modes[next >> 57].mode;
    in->bit += elqr_g4_modes[next >> 57].bits;
    if (mode >= ELQR_G4_V0 - 3)
        return vertical(row, (int32_t)mode - ELQR_G4_V0);
    if (mode == ELQR_G4_HORIZONTAL)
        return horizontal(row, in);
    return mode == ELQR_G4_PASS && pass(row);
}

/* Decodes one row into row->here; returns 0 when it cannot be read. */
ELQR_INLINE int decode_row(row_state *row, reader *in) {
    enum { PEEKED = 57, LONGEST_MODE = 7 };
    while (row->a0 < row->width) {
        uint64_t next = peek(in);
        uint32_t ones = elqr_leading_zeros(~next | 1);
        uint32_t left = row->above.count > row->b ? row->above.count - row->b : 0;
        if (ones > left) { /* the one after `left` is V0 at the end of both rows */
            same_changes(row, left);
            in->bit += left + 1;
            break;
        }
        same_changes(row, ones);
        in->bit += ones;
        if (ones + LONGEST_MODE > PEEKED)
            continue;
        if (!other_mode(row, in, next << ones))
            return 0;
    }
    for (uint32_t i = 0; i < G4_SENTINELS; i++)
        row->here.changes[row->here.count + i] = (uint32_t)row->width;
    return in->bit <= in->size_bits;
}

/* Tells the end of the data (too few bits for any code) and EOFB from rubbish. */
static int why_unreadable(const reader *in) {
    enum { LONGEST_CODE = 13, END_OF_LINE_BITS = 12 };
    int at_end = in->bit + LONGEST_CODE > in->size_bits;
    int at_eofb = peek(in) >> (64 - END_OF_LINE_BITS) == 1;
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

/* Draws a row.  Each change flips all pixels from it to the end of its 64: that gives all words but
 * for the colour they begin with. */
ELQR_INLINE void draw_row(uint8_t *bits, uint32_t *flips, const g4_list *row, uint32_t width) {
    size_t row_bytes = ((size_t)width + 7) / 8;
    uint64_t black = 0, word; /* all ones when the row is black where a word begins */
    memset(flips, 0, G4_FLIP_WORDS(width) * sizeof *flips);
    for (uint32_t i = 0; i < row->count; i++)
        flip(flips, row->changes[i] / 64, ~UINT64_C(0) >> (row->changes[i] % 64));
    for (uint32_t x = 0; x < width; x += 64) {
        memcpy(&word, flips + x / 32, sizeof word);
        uint64_t next = black ^ (0 - (word & 1));
        word ^= black;
        black = next;
        if (width - x < 64)
            word &= ~(~UINT64_C(0) >> (width - x));
        store64_end(bits + x / 8, row_bytes - x / 8, word);
    }
}

/*---- Strips ----*/

/* A strip to decode; see elqr_g4_decode. */
typedef struct {
    uint8_t *rows;
    size_t stride;
    uint32_t width, height;
    uint32_t *words;
} strip;

/* Whether the next row is as the one above it, which has `count` changes: V0 for each of them and
 * for the end.  If so, its code is read.  A row of many changes may be the same unnoticed. */
ELQR_INLINE int read_same_row(reader *in, uint32_t count) {
    uint32_t ones = elqr_leading_zeros(~peek(in) | 1);
    if (ones <= count || in->bit + count + 1 > in->size_bits)
        return 0;
    in->bit += count + 1;
    return 1;
}

/* Returns the number of rows that could be read. */
ELQR_INLINE uint32_t decode_rows(reader *input, const strip *image) {
    reader in = *input; /* a copy that need not be in memory */
    uint32_t width = image->width, y = 0;
    g4_list above = g4_empty_list(image->words, width);
    g4_list here = g4_empty_list(image->words + width + G4_LIST_EXTRA, width);
    uint32_t *flips = image->words + 2 * ((size_t)width + G4_LIST_EXTRA);
    for (; y < image->height; y++) {
        uint8_t *bits = image->rows + image->stride * y;
        if (y != 0 && read_same_row(&in, above.count)) {
            memcpy(bits, bits - image->stride, ((size_t)width + 7) / 8);
            continue;
        }
        row_state row = {above, here, 0, -1, (int32_t)width};
        row.here.count = 0;
        if (!decode_row(&row, &in))
            break;
        draw_row(bits, flips, &row.here, width);
        here = above;
        above = row.here;
    }
    *input = in;
    return y;
}

static uint32_t decode_rows_portable(reader *in, const strip *image) {
    return decode_rows(in, image);
}

#if ELQR_X86
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static uint32_t decode_rows_avx2(reader *in, const strip *image) {
    return decode_rows(in, image);
}
#endif

static uint32_t decode_rows_best(reader *in, const strip *image) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return decode_rows_avx2(in, image);
#endif
    return decode_rows_portable(in, image);
}

int elqr_g4_decode(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                   uint8_t *rows, size_t stride, uint32_t *words, uint32_t *decoded) {
    *decoded = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > ELQR_G4_MAX_WIDTH)
        return ELQR_OUT_OF_RANGE;
    reader in = {coded, (uint64_t)size * 8, 0};
    const strip image = {rows, stride, width, height, words};
    *decoded = decode_rows_best(&in, &image);
    if (*decoded == height)
        return ELQR_OK;
    for (uint32_t y = *decoded; y < height; y++)
        memset(rows + stride * y, 0, ((size_t)width + 7) / 8);
    return why_unreadable(&in);
}
