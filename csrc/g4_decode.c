/* Decoding of ITU-T T.6 (Group 4) into packed rows.  See elqr.h for the contract.
 *
 * A row is held as the list of its changes of colour: strictly rising positions, the first from
 * white to black, the next back, and so on, followed by SENTINELS times `width`.  Terms (a0, b1
 * ...) as in g4_encode.c.  Input is hostile: no position is stored before it is checked against the
 * width, and no row is accepted that took bits from beyond the end of the data.
 */
#include "bits.h"
#include "elqr.h"
#include "g4_tables.h"

/* b1 is searched two changes at a time and b2 is one further: with three sentinels neither search
 * leaves the list. */
enum { SENTINELS = 3 };

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
static int read_run(reader *in, uint32_t colour, uint32_t most, uint32_t *run) {
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

/* A row while it is decoded; the colour at a0 is `count & 1`. */
typedef struct {
    const uint32_t *above; /* changes of the reference row, with sentinels */
    uint32_t b;            /* index of b1 in above; same parity as count */
    uint32_t *changes;
    uint32_t count;
    uint32_t a0, width;
    int started; /* a0 is a pixel, no longer the imaginary one before the row */
} row_state;

/* Moves b1 to the first change of the right parity beyond a0, which is inside the row. */
ELQR_INLINE void seek_b1(row_state *row) {
    while (row->above[row->b] <= row->a0)
        row->b += 2;
}

/* Notes a change at `position` >= a0.  Two at one position (a run of 0) are none. */
ELQR_INLINE void add_change(row_state *row, uint32_t position) {
    if (row->count != 0 && row->changes[row->count - 1] == position)
        row->count--;
    else if (position < row->width)
        row->changes[row->count++] = position;
}

/* The three modes of T.6 clause 2.2.3.  Each returns 0 when what it reads is impossible. */

static int vertical(row_state *row, int32_t offset) {
    int32_t a1 = (int32_t)row->above[row->b] + offset;
    if (a1 > (int32_t)row->width || a1 < (int32_t)row->a0 + row->started)
        return 0;
    row->a0 = (uint32_t)a1;
    if (row->a0 == row->width)
        return 1;
    row->changes[row->count++] = row->a0;
    /* Left of the old b1 there may be one change of the new colour still right of a0. */
    row->b = offset < 0 && row->b > 0 ? row->b - 1 : row->b + 1;
    seek_b1(row);
    return 1;
}

static int pass(row_state *row) {
    uint32_t b2 = row->above[row->b + 1];
    if (b2 == row->width)
        return 0;
    row->a0 = b2;
    row->b += 2;
    return 1;
}

static int horizontal(row_state *row, reader *in) {
    uint32_t colour = row->count & 1, first, second;
    if (!read_run(in, colour, row->width - row->a0, &first))
        return 0;
    uint32_t a1 = row->a0 + first;
    if (!read_run(in, !colour, row->width - a1, &second))
        return 0;
    add_change(row, a1);
    add_change(row, a1 + second);
    row->a0 = a1 + second;
    if (row->a0 < row->width)
        seek_b1(row);
    return 1;
}

static int next_mode(row_state *row, reader *in) {
    uint64_t next = peek(in) >> 57;
    uint32_t mode = elqr_g4_modes[next].mode;
    in->bit += elqr_g4_modes[next].bits;
    if (mode == ELQR_G4_PASS)
        return pass(row);
    if (mode == ELQR_G4_HORIZONTAL)
        return horizontal(row, in);
    return mode != ELQR_G4_NO_MODE && vertical(row, (int32_t)mode - ELQR_G4_V0);
}

/* Decodes one row into row->changes, sentinels included; returns 0 when it cannot be read. */
static int decode_row(row_state *row, reader *in) {
    while (row->a0 < row->width) {
        if (!next_mode(row, in))
            return 0;
        row->started = 1;
    }
    for (uint32_t i = 0; i < SENTINELS; i++)
        row->changes[row->count + i] = row->width;
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

/* Sets pixels [from, to) of a row to black; from < to. */
ELQR_INLINE void blacken(uint8_t *row, uint32_t from, uint32_t to) {
    uint32_t first = from >> 3, last = (to - 1) >> 3;
    uint8_t head = (uint8_t)(0xFF >> (from & 7));
    uint8_t tail = (uint8_t)(0xFF << (7 - ((to - 1) & 7)));
    if (first == last) {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    memset(row + first + 1, 0xFF, last - first - 1);
    row[last] |= tail;
}

static void draw_row(uint8_t *row, const uint32_t *changes, uint32_t count, uint32_t width) {
    memset(row, 0, ((size_t)width + 7) / 8);
    /* An odd count leaves the last run open: the sentinel closes it. */
    for (uint32_t i = 0; i < count; i += 2)
        blacken(row, changes[i], changes[i + 1]);
}

/*---- Public ----*/

size_t elqr_g4_decode_words(uint32_t width) {
    return 2 * ((size_t)width + SENTINELS);
}

int elqr_g4_decode(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                   uint8_t *rows, size_t stride, uint32_t *words, uint32_t *decoded) {
    *decoded = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > ELQR_G4_MAX_WIDTH)
        return ELQR_OUT_OF_RANGE;
    reader in = {coded, (uint64_t)size * 8, 0};
    uint32_t *above = words, *here = words + width + SENTINELS;
    for (uint32_t i = 0; i < SENTINELS; i++)
        above[i] = width;
    int status = ELQR_OK;
    uint32_t y = 0;
    for (; y < height; y++) {
        row_state row = {above, 0, here, 0, 0, width, 0};
        if (!decode_row(&row, &in)) {
            status = why_unreadable(&in);
            break;
        }
        draw_row(rows + stride * y, row.changes, row.count, width);
        here = above;
        above = row.changes;
    }
    *decoded = y;
    for (; y < height; y++)
        memset(rows + stride * y, 0, ((size_t)width + 7) / 8);
    return status;
}
