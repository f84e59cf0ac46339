/* Modules and bars as rectangles, for pdf_page.c.  Internal to csrc.
 *
 * Runs are put down by width, the narrowest first: what they have in common then stands close
 * together. */
#ifndef ELQR_PDF_MODULES_H
#define ELQR_PDF_MODULES_H

#include "pdf_work.h"

/* A run: its row and where it starts. */
enum { RUN_X_BITS = 16 };

ELQR_INLINE uint32_t run_of(uint32_t x, uint32_t row) {
    return row << RUN_X_BITS | x;
}

ELQR_INLINE uint32_t run_x(uint32_t run) {
    return run & ((1u << RUN_X_BITS) - 1);
}

ELQR_INLINE uint32_t run_row(uint32_t run) {
    return run >> RUN_X_BITS;
}

/* A run piece by piece; `again`: the last one was as wide and in the same row. */
ELQR_INLINE void put_run(elqr_sink *sink, const int mode, workspace *work, remembered *tail,
                         uint32_t run, int again) {
    const elqr_piece *words = &work->rows[run_row(run)];
    elqr_put_piece(sink, mode, &work->columns[run_x(run)]);
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

/* Runs of one width as put_run puts them, each at once: the tail of the run before is as far away
 * as this one is long.  Only with codes that have `ready`. */
ELQR_INLINE void put_alike(elqr_sink *into, const workspace *work, remembered *tail,
                           const uint32_t *runs, uint32_t count, uint32_t row_before) {
    elqr_sink copy = *into, *const sink = &copy; /* in registers */
    const uint32_t tail_size = tail->size, tail_a = tail->a;
    const uint64_t tail_b = tail->b;
    const elqr_reach *lengths = &sink->tables->lengths[tail_size];
    const elqr_reach *near = &sink->tables->near[tail_size];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t row = run_row(runs[i]);
        const elqr_piece *x = &work->columns[run_x(runs[i])], *words = &work->rows[row];
        /* Nothing here branches: whether a row is the same again cannot be foretold. */
        const uint32_t fresh = (uint32_t)0 - (uint32_t)(row != row_before);
        const elqr_reach *length = &lengths[words->size & ~fresh];
        const elqr_reach *distance = &near[x->size + words->size];
        const uint64_t row_word = words->word & (uint64_t)(int64_t)(int32_t)fresh;
        const uint32_t row_end = x->bits + (words->bits & fresh);
        const uint64_t match = length->word | (uint64_t)distance->word << length->bits;
        elqr_put_bits(sink, x->word | row_word << x->bits | match << row_end,
                      row_end + length->bits + distance->bits);
        const uint32_t rest = words->size + tail_size;
        elqr_add_checksum(sink, x->size + rest, (uint64_t)x->a + words->a + tail_a,
                          x->b + (uint64_t)rest * x->a + words->b + (uint64_t)tail_size * words->a +
                              tail_b);
        row_before = row;
    }
    tail->position = sink->position - tail_size;
    *into = copy;
}

/* Puts a width's runs. */
ELQR_INLINE void put_width(elqr_sink *sink, const int mode, workspace *work, tail_set *tails,
                           uint32_t width) {
    const uint32_t *runs = work->runs[width], count = work->run_counts[width];
    remembered *tail = &tails->last[width];
    put_run(sink, mode, work, tail, runs[0], 0);
    if (mode == FLATE && tails->ready[width])
        put_alike(sink, work, tail, runs + 1, count - 1, run_row(runs[0]));
    else
        for (uint32_t i = 1; i < count; i++)
            put_run(sink, mode, work, tail, runs[i], run_row(runs[i]) == run_row(runs[i - 1]));
}

/* Puts the runs that were added, the narrowest first, and forgets them. */
ELQR_INLINE void put_runs(elqr_sink *sink, const int mode, workspace *work, tail_set *tails,
                          uint64_t widths) {
    while (widths) {
        const uint32_t width = elqr_trailing_zeros(widths) + 1;
        put_width(sink, mode, work, tails, width);
        work->run_counts[width] = 0;
        widths &= widths - 1;
    }
}

ELQR_INLINE void add_run(workspace *work, uint32_t x, uint32_t row, uint32_t width) {
    work->runs[width][work->run_counts[width]++] = run_of(x, row);
}

/* Puts a symbol; nothing of one without dark modules, which stands for none. */
ELQR_INLINE void put_symbol(elqr_sink *sink, const int mode, workspace *work,
                            const elqr_pdf_modules *modules, const uint8_t *packed) {
    const uint32_t side = modules->count, row_bytes = (side + 7) / 8;
    const uint64_t inside = ~UINT64_C(0) << (64 - side);
    uint64_t widths = 0;
    for (uint32_t row = 0; row < side; row++) {
        const uint64_t dark = elqr_load64_end(packed + row * row_bytes, row_bytes) & inside;
        uint64_t starts = dark & ~(dark >> 1), lasts = dark & ~(dark << 1);
        while (starts) {
            const uint32_t x = elqr_leading_zeros(starts), last = elqr_leading_zeros(lasts);
            add_run(work, x, side - 1 - row, last - x + 1);
            widths |= UINT64_C(1) << (last - x);
            starts &= ~(UINT64_C(1) << (63 - x));
            lasts &= ~(UINT64_C(1) << (63 - last));
        }
    }
    if (!widths)
        return;
    elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    put_runs(sink, mode, work, &work->qr, widths);
    elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
}

/* Adds the runs of a row of bars; false, and none added, if one is wider than any of a bar code. */
ELQR_INLINE int add_bars(workspace *work, const uint8_t *modules, uint32_t count,
                         uint64_t *widths) {
    for (uint32_t x = 0; x < count; x++) {
        if (!modules[x])
            continue;
        const uint32_t start = x;
        while (x < count && modules[x])
            x++;
        if (x - start > TAILS) {
            memset(work->run_counts, 0, sizeof work->run_counts);
            return 0;
        }
        add_run(work, start, 0, x - start);
        *widths |= UINT64_C(1) << (x - start - 1);
    }
    return 1;
}

ELQR_INLINE int put_bars(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_modules *modules, const uint8_t *row) {
    uint64_t widths = 0;
    if (!add_bars(work, row, modules->count, &widths))
        return 0;
    if (!widths)
        return 1;
    elqr_put_literals(sink, mode, modules->head.bytes, modules->head.size);
    put_runs(sink, mode, work, &work->bars, widths);
    elqr_put_literals(sink, mode, modules->tail.bytes, modules->tail.size);
    return 1;
}

#endif
