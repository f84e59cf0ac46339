/* Pieces of a row that are coded ahead, to be joined when the page is known.  Internal to csrc.
 *
 * A segment is what lies in one stretch of a row and of the row above it, with at least SEGMENT_GAP
 * white pixels in both rows on either side.  Then no code depends on what lies beyond the gap:
 * vertical codes reach 3 pixels, pass needs b2 before a1 only, and horizontal mode is what is left.
 * Three things pass from one segment to the next, and they are all a segment needs to know:
 *
 *   - normal or pending: whether a horizontal code waits for its second run, a white one that ends
 *     at the next black pixel of the row (T.6 codes both runs together);
 *   - a0, from which a white run is measured.
 *
 * So each segment is coded twice, for a normal and for a pending entry, and only the white run that
 * leads to its first pixel, if it has one, is coded live.
 */
#ifndef ELQR_PAGE_SEGMENT_H
#define ELQR_PAGE_SEGMENT_H

#include "g4_row.h"

enum {
    SEGMENT_GAP = 4, /* one more than a vertical code can reach */
    /* Beyond every page: the sentinel of lists that end before the row does. */
    SEGMENT_FAR = 1 << 24,
    SEGMENT_INLINE = 56 /* bits that one put takes */
};

/* The form of a segment's coding: the length of its code words, if that is SEGMENT_INLINE at most,
 * and these.  A form without any of them, entered normally, is one put. */
enum {
    SEGMENT_STAYS = 0x1000,  /* nothing is coded and a0 stays where it is */
    SEGMENT_LONG = 0x2000,   /* the code words are elsewhere */
    SEGMENT_LIVE = 0x4000,   /* a white run up to `live` is to be coded before them */
    SEGMENT_PENDING = 0x8000 /* it leaves pending */
};

/* Positions are relative to the segment's own x.  With left == right there is no ink in either row,
 * and nothing to code.  What comes in pairs is for a normal entry and for a pending one. */
typedef struct {
    uint16_t left, right;
    uint16_t live[2], exit[2]; /* exit: a0 afterwards */
    uint16_t form[2];
    uint64_t bits[2]; /* the code words; if long, how many bytes beyond the segment they are << 24,
                         and their length in bits */
} segment;

/* Where the joint coding of a row stands. */
typedef struct {
    uint32_t a0, pending;
} segment_place;

/* Ends an odd list at `end`, and any list in SEGMENT_FAR. */
ELQR_INLINE void page_close_list(g4_list *list, uint32_t end) {
    if (list->count % 2 != 0)
        list->changes[list->count++] = end;
    for (uint32_t i = 0; i < G4_SENTINELS; i++)
        list->changes[list->count + i] = SEGMENT_FAR;
}

/* The first index of the row above's changes, of b's parity, beyond a0. */
ELQR_INLINE uint32_t segment_seek(const uint32_t *above, uint32_t b, uint32_t a0) {
    while (above[b] <= a0)
        b += 2;
    return b;
}

/* Codes what is left of a segment, from index a of its row's changes and b of the row above's; the
 * place is relative to the segment.  Lists end in SEGMENT_FAR; both have an even count. */
ELQR_INLINE void segment_put(g4_writer *out, const g4_list *row, const uint32_t *above, uint32_t a,
                             uint32_t b, segment_place *place) {
    const uint32_t *changes = row->changes;
    uint32_t a0 = place->a0, first;
    for (;;) {
        for (first = a; a < row->count && changes[a] == above[b]; a++)
            b++;
        g4_put_ones(out, a - first);
        a0 = a != first ? changes[a - 1] : a0;
        uint32_t a1 = changes[a], b1 = above[b];
        if (above[b + 1] < a1) {
            g4_put(out, 1, 4); /* pass: 0001 */
            a0 = above[b + 1];
            b += 2;
        } else if (a == row->count) {
            break;
        } else if (g4_is_vertical(a1, b1)) {
            g4_put_vertical(out, a1, b1);
            a0 = a1;
            a++;
            b = g4_next_b(above, b, a0);
        } else if (a + 1 < row->count) {
            g4_put_horizontal(out, a1 - a0, changes[a + 1] - a1, a & 1);
            a0 = changes[a + 1];
            a += 2;
            b = segment_seek(above, b, a0);
        } else { /* a black run, then a white one that ends in another segment */
            g4_put(out, 1, 3);
            g4_put_run(out, a1 - a0, 1);
            a0 = a1;
            place->pending = 1;
            break;
        }
    }
    place->a0 = a0;
}

/* Whether a segment entered normally begins with horizontal mode, so with a live run. */
ELQR_INLINE int segment_starts_horizontal(const g4_list *row, const uint32_t *above) {
    return row->count != 0 && above[1] >= row->changes[0] &&
           !g4_is_vertical(row->changes[0], above[0]);
}

#endif
