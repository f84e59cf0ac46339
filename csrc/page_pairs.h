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

/* A slot's value: a count below this, else PAIR_KNOWN and the number, or PAIR_NEVER. */
#define PAIR_KNOWN UINT32_C(0x80000000)
#define PAIR_NEVER UINT32_C(0x7FFFFFFF)

struct elqr_pairs {
    uint64_t keys[PAIR_SLOTS]; /* 0: free */
    uint32_t values[PAIR_SLOTS];
    uint32_t used, known_count, wanted_count;
    elqr_pair known[ELQR_PAIR_LIMIT], wanted[ELQR_PAIR_WANTED];
    uint32_t known_values[ELQR_PAIR_LIMIT];
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
ELQR_INLINE uint32_t pair_slot(const elqr_pairs *pairs, uint64_t key) {
    uint32_t slot = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 48);
    while (pairs->keys[slot] != key && pairs->keys[slot] != 0)
        slot = (slot + 1) % PAIR_SLOTS;
    return slot;
}

/* Meets a pair that has a key: its number, or -1 while it is not known. */
ELQR_INLINE int32_t pair_met(elqr_pairs *pairs, const elqr_pair *pair, uint32_t often) {
    uint64_t key = pair_key(pair);
    uint32_t slot = pair_slot(pairs, key), value = pairs->values[slot];
    if (pairs->keys[slot] == 0) {
        if (pairs->used == PAIR_SLOTS_USED)
            return -1;
        pairs->used++;
        pairs->keys[slot] = key;
        value = 0;
    }
    if (value >= PAIR_KNOWN)
        return (int32_t)(value - PAIR_KNOWN);
    if (value == PAIR_NEVER)
        return -1;
    pairs->values[slot] = ++value;
    if (value == often && pairs->wanted_count < ELQR_PAIR_WANTED)
        pairs->wanted[pairs->wanted_count++] = *pair;
    return -1;
}

#endif
