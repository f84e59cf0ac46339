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
    size_t size, next; /* those before `next` were read whole */
    uint64_t window;
    uint64_t have; /* bits of the window that count as read; what follows them is data too, or 0 */
} g4_reader;

enum { G4_READ_BITS = 56 }; /* what the window holds at least once it was filled */

ELQR_INLINE g4_reader g4_read_from(const uint8_t *bytes, size_t size) {
    const g4_reader in = {bytes, size, 0, 0, 0};
    return in;
}

/* The position of the next bit. */
ELQR_INLINE uint64_t g4_bit(const g4_reader *in) {
    return (uint64_t)in->next * 8 - in->have;
}

ELQR_INLINE int g4_is_past_end(const g4_reader *in) {
    return g4_bit(in) > (uint64_t)in->size * 8;
}

/* Fills the window: without a look at how much it has, which cannot be foreseen.  Past the end of
 * the data bits are 0: no code consists of zeros only, so at most one code can be completed by
 * them. */
ELQR_INLINE void refill(g4_reader *in) {
    uint64_t word = 0;
    if (ELQR_LIKELY(in->next + 8 <= in->size))
        word = elqr_load64(in->bytes + in->next);
    else if (in->next < in->size)
        word = elqr_load64_end(in->bytes + in->next, in->size - in->next);
    in->window |= word >> in->have;
    in->next += (in->have ^ 63) >> 3;
    in->have |= G4_READ_BITS;
}

/* Goes on by so many bits, which the window has. */
ELQR_INLINE void take(g4_reader *in, uint32_t bits) {
    in->window <<= bits;
    in->have -= bits;
}

/* The run whose code the window begins with, of which it has enough bits for all but make-up codes
 * after the first: *run is longer than `most` where it is unreadable or too long. */
ELQR_INLINE uint32_t read_run(g4_reader *in, uint32_t colour, uint32_t most) {
    /* Not by a branch: which colour comes first cannot be foreseen. */
    const uint16_t *runs = elqr_g4_runs + ((size_t)colour << ELQR_G4_WHITE_BITS);
    const uint32_t beyond = 64 - ELQR_G4_WHITE_BITS - colour;
    uint32_t entry, total = 0;
    for (;;) {
        entry = runs[in->window >> beyond];
        take(in, entry & 15);
        total += entry >> 4;
        if (ELQR_LIKELY(entry >> 4 < 64) || total > most)
            break;
        refill(in);
    }
    return entry ? total : UINT32_MAX / 4;
}

/*---- Rows as lists of changes ----*/

/* A row is read up to this far past its end: as many times V0 as a step has, from b1 at most one
 * past the list. */
enum { G4_READ_SENTINELS = ELQR_G4_STEP_BITS };

ELQR_INLINE void g4_end_list(g4_list *list, uint32_t width) {
    for (uint32_t i = 0; i < G4_READ_SENTINELS; i++)
        list->changes[list->count + i] = width;
}

/* The list of the white row above the first, in width + G4_LIST_EXTRA words. */
ELQR_INLINE g4_list g4_first_list(uint32_t *words, uint32_t width) {
    g4_list list = g4_empty_list(words, width);
    g4_end_list(&list, width);
    return list;
}

/* A row while it is decoded: where its next change is put, and b1 in the list above; both are as
 * far from their list's beginning, give or take an even number. */
typedef struct {
    uint32_t *to;
    const uint32_t *b;
    int32_t a0, width; /* a0 is -1 at first: the imaginary pixel before the row */
} row_state;

/* Notes a change at `position` >= a0.  Two at one position (a run of 0) are none. */
ELQR_INLINE void add_change(row_state *row, uint32_t position) {
    const ptrdiff_t again = row->to[-1] == position;
    *row->to = position;
    row->to += (position < (uint32_t)row->width) - 2 * again;
}

/* The modes of T.6 clause 2.2.3.  Each returns 0 when what it reads is impossible. */

/* V0 up to G4_BLOCK times. */
ELQR_INLINE void same_changes(row_state *row, uint32_t count) {
    memcpy(row->to, row->b, G4_BLOCK * sizeof *row->to);
    row->b += count;
    row->to += count;
    /* Not by a branch on whether count is 0, which cannot be foreseen; nor by way of the copy. */
    const int32_t none = ((int32_t)count - 1) >> 31;
    row->a0 = (row->a0 & none) | ((int32_t)row->b[-1] & ~none);
}

/* Vertical mode, or pass if `passes`, which has an offset of 0: without a look at which. */
ELQR_INLINE int pass_or_vertical(row_state *row, int32_t offset, uint32_t passes) {
    const uint32_t *at = row->b + passes - 1;
    const int32_t a1 = (int32_t)at[1] + offset;
    if (ELQR_UNLIKELY((a1 + (int32_t)passes > row->width) | (a1 <= row->a0)))
        return 0;
    *row->to = (uint32_t)a1;
    row->to += 1 - passes;
    row->b = at + 2 * (((int32_t)at[0] <= a1) + ((int32_t)at[2] <= a1));
    if (ELQR_UNLIKELY((int32_t)at[4] <= a1))
        row->b = at + 6;
    row->a0 = a1;
    return 1;
}

ELQR_INLINE int horizontal(row_state *row, g4_reader *in, uint32_t colour) {
    const uint32_t width = (uint32_t)row->width, a0 = row->a0 > 0 ? (uint32_t)row->a0 : 0;
    refill(in);
    const uint32_t a1 = a0 + read_run(in, colour, width);
    const uint32_t a2 = a1 + read_run(in, !colour, width);
    if (a2 > width)
        return 0;
    add_change(row, a1);
    add_change(row, a2);
    row->a0 = (int32_t)a2;
    row->b += 2 * ((row->b[0] <= a2) + (row->b[2] <= a2));
    while (row->b[0] <= a2 && a2 < width)
        row->b += 2;
    return 1;
}

/* After V0 so many times, the last of which is the end of both rows or past it: goes back to that.
 */
ELQR_INLINE void end_row(row_state *row, g4_reader *in, const uint32_t *end, uint32_t ones) {
    const ptrdiff_t past = row->b - end;
    const uint32_t over = past < (ptrdiff_t)ones ? (uint32_t)past : ones;
    take(in, ones - over + 1);
    row->to -= over;
}

/* What the window begins with, in as many bits as elqr_g4_steps looks at: 0 if that is impossible.
 * `end` is that of the list above. */
ELQR_INLINE int step(row_state *row, g4_reader *in, const uint32_t *end, const uint32_t *first) {
    const elqr_g4_step *next = &elqr_g4_steps[in->window >> (64 - ELQR_G4_STEP_BITS)];
    same_changes(row, next->ones);
    if (ELQR_UNLIKELY(row->a0 == row->width)) {
        end_row(row, in, end, next->ones);
        return 1;
    }
    take(in, next->bits);
    if (next->mode < ELQR_G4_HORIZONTAL)
        return pass_or_vertical(row, next->offset, next->mode);
    return next->mode == ELQR_G4_HORIZONTAL && horizontal(row, in, (uint32_t)(row->to - first) & 1);
}

/* Decodes the row below `above` into `here`; returns 0 when it cannot be read. */
ELQR_INLINE int decode_row(g4_reader *in, const g4_list *above, g4_list *here, uint32_t width) {
    row_state row = {here->changes, above->changes, -1, (int32_t)width};
    const uint32_t *end = above->changes + above->count;
    do {
        refill(in);
        if (!step(&row, in, end, here->changes))
            return 0;
        if (row.a0 < row.width && !step(&row, in, end, here->changes))
            return 0;
    } while (row.a0 < row.width);
    here->count = (uint32_t)(row.to - here->changes);
    here->count -= here->count && row.to[-1] == width;
    g4_end_list(here, width);
    return !g4_is_past_end(in);
}

/* Whether the next row is as the one above it, which has `count` changes: V0 for each of them and
 * for the end.  If so, its code is read. */
ELQR_INLINE int read_same_row(g4_reader *in, uint32_t count) {
    g4_reader ahead = *in;
    uint32_t left = count + 1;
    while (left) {
        const uint32_t some = left < G4_READ_BITS ? left : G4_READ_BITS;
        refill(&ahead);
        if (elqr_leading_zeros(~ahead.window | 1) < some)
            return 0;
        take(&ahead, some);
        left -= some;
    }
    if (g4_is_past_end(&ahead))
        return 0;
    *in = ahead;
    return 1;
}

/* Reads the row below `above` into `here` and makes it `above`: 0 if it cannot be read, else 1, or
 * 2 if it is known to be the same.  `first`: there is no row above. */
ELQR_INLINE int g4_read_row(g4_reader *in, g4_list *above, g4_list *here, uint32_t width,
                            int first) {
    if (!first && read_same_row(in, above->count))
        return 2;
    if (!decode_row(in, above, here, width))
        return 0;
    const g4_list other = *above;
    *above = *here;
    *here = other;
    return 1;
}

#endif
