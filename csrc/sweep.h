/* Bar codes along rows of edges (sweep_bars.c), for sweep.c.  Internal to csrc. */
#ifndef ELQR_SWEEP_INTERNAL_H
#define ELQR_SWEEP_INTERNAL_H

#include "elqr_sweep.h"

enum {
    SWEEP_READINGS = 16,
    SWEEP_SUSPECTS = 64,
    SWEEP_LONGEST = 7,         /* modules from an edge to the next of its direction */
    SWEEP_KEYS = 8 * 8 * 8 * 8 /* four such distances */
};

/* A bar code as rows had it: around them, how many, where the first began, where the last and which
 * that was. */
typedef struct {
    uint8_t digits[ELQR_BILL_DIGITS];
    elqr_box box, first;
    int rows, start, bottom, first_start;
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

/* Looks for bar codes in row y, given the columns where it changes its colour: to dark at even
 * indices, to light at odd ones. */
void sweep_bars_row(sweep_bars *bars, const uint16_t *edges, int count, int y);

/* What all the rows together say. */
void sweep_bars_finish(const sweep_bars *bars, elqr_sweep_result *result);

#endif
