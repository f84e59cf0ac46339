/* Decoding of ITU-T T.6 (Group 4), row by row, into lists of changes.  Internal to csrc; see
 * g4_row.h for the lists and the terms, and for how one source serves every instruction set.
 *
 * Input is hostile: no position is stored before it is checked against the width, and no row is
 * accepted that took bits from beyond the end of the data.
 */
#ifndef ELQR_G4_READ_H
#define ELQR_G4_READ_H

#include "g4_row.h"

/*---- Bit reader ----*/

/* `window` begins with the next bit.  Kept from code to code: what the next code is must not wait
 * for a load whose address depends on the last one's length. */
typedef struct {
    const uint8_t *bytes;
    uint64_t size_bits;
    uint64_t bit; /* position of the next bit */
    uint64_t window;
    uint32_t have; /* bits of the window that were read; those below are 0 */
} g4_reader;

ELQR_INLINE g4_reader g4_read_from(const uint8_t *bytes, size_t size) {
    const g4_reader in = {bytes, (uint64_t)size * 8, 0, 0, 0};
    return in;
}

/* Reads the window anew: 57 bits or more.  Past the end of the data bits are 0: no code consists of
 * zeros only, so at most one code can be completed by them. */
ELQR_INLINE void refill(g4_reader *in) {
    in->have = 64 - (in->bit & 7);
    if (ELQR_UNLIKELY(in->bit >= in->size_bits)) {
        in->window = 0;
        return;
    }
    size_t byte = (size_t)(in->bit >> 3);
    size_t left = (size_t)(in->size_bits >> 3) - byte;
    in->window = elqr_load64_end(in->bytes + byte, left) << (in->bit & 7);
}

/* Makes the window hold so many bits, 57 at most. */
ELQR_INLINE void need(g4_reader *in, uint32_t bits) {
    if (in->have < bits)
        refill(in);
}

/* Goes on by fewer than 64 bits that the window holds. */
ELQR_INLINE void take(g4_reader *in, uint32_t bits) {
    in->window <<= bits;
    in->have -= bits;
    in->bit += bits;
}

/* One run of `colour`, all its make-up codes included.  Returns 0 when it is unreadable or longer
 * than `most`. */
ELQR_INLINE int read_run(g4_reader *in, uint32_t colour, uint32_t most, uint32_t *run) {
    enum { LONGEST_RUN = 13 };
    uint32_t total = 0, part;
    do {
        need(in, LONGEST_RUN);
        uint32_t entry =
            colour ? elqr_g4_black_runs[in->window >> 51] : elqr_g4_white_runs[in->window >> 52];
        part = entry >> 4;
        total += part;
        take(in, entry & 15);
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

ELQR_INLINE int horizontal(row_state *row, g4_reader *in) {
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

/* Any mode but V0. */
ELQR_INLINE int other_mode(row_state *row, g4_reader *in) {
    const uint64_t next = in->window >> 57;
    uint32_t mode = elqr_g4_modes[next].mode;
    take(in, elqr_g4_modes[next].bits);
    if (mode >= ELQR_G4_V0 - 3)
        return vertical(row, (int32_t)mode - ELQR_G4_V0);
    if (mode == ELQR_G4_HORIZONTAL)
        return horizontal(row, in);
    return mode == ELQR_G4_PASS && pass(row);
}

/* Decodes one row into row->here; returns 0 when it cannot be read. */
ELQR_INLINE int decode_row(row_state *row, g4_reader *in) {
    enum { LONGEST_MODE = 7 };
    while (row->a0 < row->width) {
        need(in, LONGEST_MODE);
        uint32_t ones = elqr_leading_zeros(~in->window | 1);
        uint32_t left = row->above.count > row->b ? row->above.count - row->b : 0;
        if (ones > left) { /* the one after `left` is V0 at the end of both rows */
            same_changes(row, left);
            take(in, left + 1);
            break;
        }
        same_changes(row, ones);
        take(in, ones);
        if (in->have >= LONGEST_MODE && !other_mode(row, in))
            return 0;
    }
    for (uint32_t i = 0; i < G4_SENTINELS; i++)
        row->here.changes[row->here.count + i] = (uint32_t)row->width;
    return in->bit <= in->size_bits;
}

/* Whether the next row is as the one above it, which has `count` changes: V0 for each of them and
 * for the end.  If so, its code is read.  A row of many changes may be the same unnoticed. */
ELQR_INLINE int read_same_row(g4_reader *in, uint32_t count) {
    refill(in);
    uint32_t ones = elqr_leading_zeros(~in->window | 1);
    if (ones <= count || in->bit + count + 1 > in->size_bits)
        return 0;
    take(in, count + 1);
    return 1;
}

/* Reads the row below `above` into `here` and makes it `above`: 0 if it cannot be read, else 1, or
 * 2 if it is known to be the same.  `first`: there is no row above. */
ELQR_INLINE int g4_read_row(g4_reader *in, g4_list *above, g4_list *here, uint32_t width,
                            int first) {
    if (!first && read_same_row(in, above->count))
        return 2;
    row_state row = {*above, *here, 0, -1, (int32_t)width};
    row.here.count = 0;
    if (!decode_row(&row, in))
        return 0;
    *here = *above;
    *above = row.here;
    return 1;
}

#endif
