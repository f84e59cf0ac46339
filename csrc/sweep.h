/* Bar codes along rows of edges (sweep_bars.c), for sweep.c.  Internal to csrc. */
#ifndef ELQR_SWEEP_INTERNAL_H
#define ELQR_SWEEP_INTERNAL_H

#include "common.h"
#include "elqr_sweep.h"

enum {
    SWEEP_READINGS = 16,
    SWEEP_SUSPECTS = 64,
    SWEEP_FEWEST_EDGES = 49, /* of a row in which something is taken for a bar code */
    SWEEP_QUIET = 4,   /* modules of paper before a symbol: half of what is demanded, and less */
    SWEEP_LONGEST = 7, /* modules from an edge to the next of its direction */
    SWEEP_KEYS = 8 * 8 * 8 * 8 /* four such distances */
};

/* A bar code as rows had it: around them and in the first, how many; where the first began, where
 * the last began and which that was; the last that had it from end to end, and how much farther
 * right it began there. */
typedef struct {
    uint8_t digits[ELQR_BILL_DIGITS];
    elqr_box box, first;
    int rows, first_start, start, seen, bottom, shift;
} sweep_reading;

typedef struct {
    elqr_box box;
    int start, rows;
} sweep_suspect;

typedef struct {
    int8_t characters[SWEEP_KEYS];
    sweep_reading readings[SWEEP_READINGS];
    sweep_suspect suspects[SWEEP_SUSPECTS];
    int reading_count, suspect_count;
    elqr_box overflow; /* around what found no room above */
} sweep_bars;

void sweep_bars_init(sweep_bars *bars);

enum { SWEEP_FORWARDS = 1, SWEEP_BACKWARDS = 2 };

/* Whether six runs from edge e[0] on may be a bar code's first, read forwards, or its first from
 * edge e[6] on, read backwards: two bars of 2 and 1 modules of the 11 that all have, which all
 * three start characters begin with, after as much paper as there must be; that is `before` and
 * `behind` them.  In 16 bits, of which a processor compares many at once: nothing wider than 1023
 * pixels is a character. */
ELQR_INLINE uint8_t sweep_may_start(const uint16_t *e, uint16_t before, uint16_t behind) {
    enum { WIDEST = 1024 };
    const uint16_t sum = (uint16_t)(e[6] - e[0]);
    const uint16_t both = (uint16_t)(11 * (e[2] - e[0])), next = (uint16_t)(11 * (e[3] - e[1]));
    const uint16_t last = (uint16_t)(11 * (e[6] - e[4])), second = (uint16_t)(11 * (e[5] - e[3]));
    const uint16_t twice = (uint16_t)(2 * sum), thrice = (uint16_t)(3 * sum);
    const uint16_t fourfold = (uint16_t)(4 * sum), quiet = (uint16_t)(SWEEP_QUIET * sum);
    const uint16_t ahead = (uint16_t)(11 * (before < WIDEST ? before : WIDEST));
    const uint16_t after = (uint16_t)(11 * (behind < WIDEST ? behind : WIDEST));
    const int fits = (sum >= 11) & (sum < WIDEST);
    const int forwards =
        (both >= twice) & (both <= fourfold) & (next >= sum) & (next <= thrice) & (ahead >= quiet);
    const int backwards = (last >= twice) & (last <= fourfold) & (second >= sum) &
                          (second <= thrice) & (after >= quiet);
    return (uint8_t)((fits & forwards) * SWEEP_FORWARDS | (fits & backwards) * SWEEP_BACKWARDS);
}

/* Looks for bar codes in row y, given the columns where it changes its colour: to dark at even
 * indices, to light at odd ones.  starts[i] is sweep_may_start of edges + i, for i + 6 < count; up
 * to seven bytes of 0 follow, to a multiple of eight. */
void sweep_bars_row(sweep_bars *bars, const uint16_t *edges, int count, const uint8_t *starts,
                    int y);

/* What all the rows together say. */
void sweep_bars_finish(const sweep_bars *bars, elqr_sweep_result *result);

#endif
