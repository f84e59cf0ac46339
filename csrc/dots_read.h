/* The codes of one page while its strips are read.  Internal to csrc. */
#ifndef DOTS_READ_H
#define DOTS_READ_H

#include "elqr_dots_read.h"
#include "read_ink.h"

typedef struct {
    const elqr_dots_form *form;
    uint64_t qr_inverse, bar_inverse; /* see divide_dots */
    read_ink ink;
    uint64_t run;                  /* the symbol's row that was looked at last */
    uint32_t edges[2 * READ_BARS]; /* positions where the first row of bars changes */
    uint32_t edge_count;
    int fault;
} page_look;

int dots_form_in_range(const elqr_dots_form *form);

void dots_begin(page_look *look, const elqr_dots_form *form);

/* How many of `rows` rows from `top` on must be read: up to the last that touches a code. */
uint32_t dots_needed(const elqr_dots_form *form, uint32_t top, uint32_t rows);

/* Reads the first `rows` rows of a strip, which begins at row `top` of the page.  Strips come from
 * the top down.  False if there is a fault. */
int dots_strip(page_look *look, const uint8_t *coded, size_t size, uint32_t top, uint32_t rows,
               uint32_t *words);

/* Writes what was found as page i. */
void dots_end(const page_look *look, size_t i, const elqr_dots_shown *shown);

#endif
