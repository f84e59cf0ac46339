/* Modules and bars as rectangles, for pdf_page.c.  Internal to csrc. */
#ifndef ELQR_PDF_MODULES_H
#define ELQR_PDF_MODULES_H

#include "pdf_work.h"

/* A run of `width` modules; `again`: the last one was as wide and in the same row. */
ELQR_INLINE void put_run(elqr_sink *sink, const int mode, workspace *work, tail_set *tails,
                         uint32_t x, uint32_t row, uint32_t width, int again) {
    remembered *tail = &tails->last[width];
    const elqr_piece *words = &work->rows[row];
    if (x < 100)
        elqr_put_piece(sink, mode, &work->tables.numbers[x]);
    else
        elqr_put_number(sink, mode, x);
    uint64_t start = sink->position;
    if (!again ||
        !elqr_put_match(sink, mode, words->size + tail->size,
                        start - (tail->position - words->size), (uint64_t)words->a + tail->a,
                        words->b + tail->b + (uint64_t)tail->size * words->a)) {
        elqr_put_piece(sink, mode, words);
        put_remembered(sink, mode, work, tail);
    } else {
        tail->position = start + words->size;
    }
}

/* A symbol, the narrowest runs first: what they have in common then stands close together. */
ELQR_INLINE void put_symbol(elqr_sink *sink, const int mode, workspace *work,
                            const elqr_pdf_modules *modules, const uint8_t *packed) {
    const uint32_t side = modules->count, row_bytes = (side + 7) / 8;
    uint64_t rows[64], starts[64];
    const uint64_t inside = ~UINT64_C(0) << (64 - side);
    uint64_t left = 0;
    for (uint32_t row = 0; row < side; row++) {
        rows[row] = elqr_load64_end(packed + row * row_bytes, row_bytes) & inside;
        starts[row] = rows[row] & ~(rows[row] >> 1);
        left |= starts[row];
    }
    elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    /* starts: where a run of at least `width` modules begins. */
    for (uint32_t width = 1; left; width++) {
        left = 0;
        for (uint32_t row = 0; row < side; row++) {
            uint64_t wider = width < 64 ? starts[row] & rows[row] << width : 0;
            uint64_t ending = starts[row] ^ wider;
            starts[row] = wider;
            left |= wider;
            for (int again = 0; ending; again = 1) {
                uint32_t x = elqr_leading_zeros(ending);
                ending &= ~(UINT64_C(1) << (63 - x));
                put_run(sink, mode, work, &work->qr, x, side - 1 - row, width, again);
            }
        }
    }
    elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
}

/* The runs of a row of bars; returns how many. */
ELQR_INLINE uint32_t find_bars(const uint8_t *modules, uint32_t count, uint16_t *starts,
                               uint16_t *widths) {
    uint32_t found = 0, start = 0;
    for (uint32_t x = 0; x < count; x++) {
        if (!modules[x])
            continue;
        start = x;
        while (x < count && modules[x])
            x++;
        starts[found] = (uint16_t)start;
        widths[found++] = (uint16_t)(x - start);
    }
    return found;
}

/* False if a bar is wider than any of a bar code. */
ELQR_INLINE int put_bars(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_modules *modules, const uint8_t *row) {
    uint16_t starts[MOST_MODULES], widths[MOST_MODULES];
    const uint32_t found = find_bars(row, modules->count, starts, widths);
    uint32_t widest = 0;
    for (uint32_t i = 0; i < found; i++)
        widest = widths[i] > widest ? widths[i] : widest;
    if (widest > TAILS)
        return 0;
    if (found)
        elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    for (uint32_t width = 1; width <= widest; width++) {
        int again = 0;
        for (uint32_t i = 0; i < found; i++)
            if (widths[i] == width) {
                put_run(sink, mode, work, &work->bars, starts[i], 0, width, again);
                again = 1;
            }
    }
    if (found)
        elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
    return 1;
}

#endif
