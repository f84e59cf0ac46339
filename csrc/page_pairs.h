/* Pairs of glyphs that are one glyph of the atlas.  Internal to csrc; see elqr_page_set.h.
 *
 * A table of open addressing: the key holds all of a pair, the value its number or how often it was
 * met.  It never gets full: past a limit new pairs are not counted. */
#ifndef ELQR_PAGE_PAIRS_H
#define ELQR_PAGE_PAIRS_H

#include "common.h"
#include "elqr_page_set.h"

enum {
    PAIR_SLOTS = 1 << 16,
    PAIR_SLOTS_USED = PAIR_SLOTS / 4 * 3,
    PAIR_FARTHEST = 2047, /* dots between the origins of a pair */
    PAIR_GLYPHS = 1 << 20 /* numbers in the atlas that a key holds */
};

/* A slot's value: a count below PAIR_NEVER, or that, or PAIR_KNOWN and the number. */
#define PAIR_KNOWN UINT32_C(0x80000000)
#define PAIR_NEVER UINT32_C(0x7FFFFFFF)

typedef struct {
    uint64_t key; /* 0: free */
    uint32_t value;
    uint16_t width, height; /* of a known pair's glyph */
} pair_slot;

typedef struct {
    elqr_pair pair;
    pair_slot slot;
} pair_known;

struct elqr_pairs {
    pair_slot slots[PAIR_SLOTS];
    uint32_t used, known_count, wanted_count;
    pair_known known[ELQR_PAIR_LIMIT];
    elqr_pair wanted[ELQR_PAIR_WANTED];
};

/* Whether a pair has a key. */
ELQR_INLINE int pair_fits(const elqr_pair *pair) {
    return pair->one < PAIR_GLYPHS && pair->two < PAIR_GLYPHS && pair->dx >= -PAIR_FARTHEST &&
           pair->dx <= PAIR_FARTHEST && pair->dy >= -PAIR_FARTHEST && pair->dy <= PAIR_FARTHEST;
}

/* Never 0: the distances count from -PAIR_FARTHEST - 1. */
ELQR_INLINE uint64_t pair_key(const elqr_pair *pair) {
    uint64_t right = (uint64_t)(pair->dx + PAIR_FARTHEST + 1);
    uint64_t down = (uint64_t)(pair->dy + PAIR_FARTHEST + 1);
    return (uint64_t)pair->one << 44 | (uint64_t)pair->two << 24 | right << 12 | down;
}

/* The slot of a key, or the free one that it would have. */
ELQR_INLINE pair_slot *pair_find(elqr_pairs *pairs, uint64_t key) {
    uint32_t at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 48);
    while (pairs->slots[at].key != key && pairs->slots[at].key != 0)
        at = (at + 1) % PAIR_SLOTS;
    return &pairs->slots[at];
}

#endif
