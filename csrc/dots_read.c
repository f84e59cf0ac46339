/* The codes of a page from coded rows, without drawing them: where a row changes colour is all
 * there is to know.  See elqr_dots_read.h. */
#include "dots_read.h"

#include "cpu.h"
#include "g4_read.h"

enum { QR_QUIET = 4, BAR_QUIET = 10, MOST_DOTS = 1000, MOST_PAGE = 60000 };

size_t elqr_dots_words(uint32_t width) {
    return 2 * ((size_t)width + G4_LIST_EXTRA);
}

/*---- Places ----*/

static int fits(uint64_t at, uint64_t size, uint64_t quiet, uint64_t whole) {
    return at >= quiet && at + size + quiet <= whole;
}

int dots_form_in_range(const elqr_dots_form *form) {
    const elqr_page_symbol *qr = &form->qr, *bars = &form->bars;
    const uint64_t side = (uint64_t)qr->count * qr->module;
    const int sizes =
        form->width && form->height && form->width <= MOST_PAGE && form->height <= MOST_PAGE;
    const int symbol = qr->count <= READ_ROWS && qr->module && qr->module <= MOST_DOTS &&
                       fits(qr->x, side, QR_QUIET * qr->module, form->width) &&
                       fits(qr->y, side, QR_QUIET * qr->module, form->height);
    const int row = bars->count <= READ_BARS && bars->module && bars->module <= MOST_DOTS &&
                    bars->height && bars->narrower < bars->module &&
                    fits(bars->x, (uint64_t)bars->count * bars->module, BAR_QUIET * bars->module,
                         form->width) &&
                    fits(bars->y, bars->height, 0, form->height);
    return sizes && (!qr->count || symbol) && (!bars->count || row);
}

/* Of a symbol with its quiet zone. */
ELQR_INLINE uint32_t symbol_top(const elqr_page_symbol *qr) {
    return qr->y - QR_QUIET * qr->module;
}

ELQR_INLINE uint32_t symbol_end(const elqr_page_symbol *qr) {
    return qr->y + (qr->count + QR_QUIET) * qr->module;
}

/* The rows from `top` to the last before `end` that [first, last) has, 0 if it has none. */
static uint32_t down_to(uint32_t top, uint32_t end, uint32_t first, uint32_t last) {
    last = last < end ? last : end;
    return first < end && last > top ? last - top : 0;
}

uint32_t dots_needed(const elqr_dots_form *form, uint32_t top, uint32_t rows) {
    const elqr_page_symbol *qr = &form->qr, *bars = &form->bars;
    uint32_t a = 0, b = 0;
    if (qr->count)
        a = down_to(top, top + rows, symbol_top(qr), symbol_end(qr));
    if (bars->count)
        b = down_to(top, top + rows, bars->y, bars->y + bars->height);
    return a > b ? a : b;
}

void dots_begin(page_look *look, const elqr_dots_form *form) {
    memset(look, 0, sizeof *look);
    look->form = form;
    look->qr_inverse = inverse_of(form->qr.module);
    look->bar_inverse = inverse_of(form->bars.module);
}

void dots_end(const page_look *look, size_t i, const elqr_dots_shown *shown) {
    shown->faults[i] = (uint8_t)look->fault;
    shown->shown[i] = put_ink(&look->ink, look->form->qr.count, look->form->bars.count, i,
                              shown->symbols, shown->bars);
}

/*---- Rows ----*/

ELQR_INLINE int fail(page_look *look, int fault) {
    look->fault = fault;
    return 0;
}

/* The changes of a row strictly between two positions; false if it is black at the first of them,
 * or at the last. */
ELQR_INLINE int changes_between(const g4_list *row, uint32_t left, uint32_t right,
                                const uint32_t **first, uint32_t *count) {
    uint32_t i = 0;
    while (i < row->count && row->changes[i] <= left)
        i++;
    const uint32_t start = i;
    while (i < row->count && row->changes[i] < right)
        i++;
    *first = row->changes + start;
    *count = i - start;
    return start % 2 == 0 && i % 2 == 0;
}

/* The modules of a row across the symbol and its quiet zone. */
ELQR_INLINE int symbol_run(const page_look *look, const g4_list *row, uint64_t *run) {
    const elqr_page_symbol *qr = &look->form->qr;
    const uint32_t left = qr->x - QR_QUIET * qr->module;
    const uint32_t right = qr->x + (qr->count + QR_QUIET) * qr->module;
    const uint32_t *at;
    uint32_t count;
    if (!changes_between(row, left, right, &at, &count))
        return 0;
    *run = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t dots = at[i] - qr->x; /* wraps if it is left of it */
        if (dots > qr->count * qr->module)
            return 0;
        const uint32_t module = divide_dots(dots, look->qr_inverse);
        if (module * qr->module != dots)
            return 0;
        *run ^= module < 64 ? ~UINT64_C(0) >> module : 0;
    }
    return 1;
}

/* A row of the symbol's place; `same`: as the one above it, which was looked at. */
ELQR_INLINE int look_at_symbol(page_look *look, const g4_list *row, uint32_t y, int same) {
    const elqr_page_symbol *qr = &look->form->qr;
    if (!same && !symbol_run(look, row, &look->run))
        return fail(look, ELQR_DOTS_BAD_SYMBOL);
    if (y < qr->y || y >= qr->y + qr->count * qr->module)
        return look->run == 0 || fail(look, ELQR_DOTS_BAD_SYMBOL);
    const uint32_t dots = y - qr->y, module = divide_dots(dots, look->qr_inverse);
    if (module * qr->module == dots)
        look->ink.rows[module] = look->run;
    look->ink.has_symbol |= look->run != 0;
    return look->ink.rows[module] == look->run || fail(look, ELQR_DOTS_BAD_SYMBOL);
}

/* Whether there is nothing in the quiet zones: of what there is, the first and the last are bars.
 */
static int within_bars(const elqr_page_symbol *bars, const uint32_t *at, uint32_t count) {
    return !count || (at[0] >= bars->x && at[count - 1] <= bars->x + bars->count * bars->module);
}

/* The bars of their first row. */
static int read_bars(page_look *look, const uint32_t *at, uint32_t count) {
    const elqr_page_symbol *bars = &look->form->bars;
    if (!within_bars(bars, at, count))
        return fail(look, ELQR_DOTS_BAD_BARS);
    if (count > 2 * READ_BARS)
        return fail(look, ELQR_DOTS_PART_OF_BAR);
    for (uint32_t i = 0, before = 0; i < count; i += 2) {
        const uint32_t start = at[i] - bars->x, end = at[i + 1] - bars->x + bars->narrower;
        const uint32_t first = divide_dots(start, look->bar_inverse);
        const uint32_t last = divide_dots(end, look->bar_inverse);
        if (first * bars->module != start || last * bars->module != end || last > bars->count ||
            (i && first <= before))
            return fail(look, ELQR_DOTS_PART_OF_BAR);
        memset(look->ink.bars + first, 1, last - first);
        before = last;
    }
    memcpy(look->edges, at, count * sizeof *at);
    look->edge_count = count;
    look->ink.has_bars = count != 0;
    return 1;
}

/* A row of the bars' place. */
ELQR_INLINE int look_at_bars(page_look *look, const g4_list *row, uint32_t y, int same) {
    const elqr_page_symbol *bars = &look->form->bars;
    const uint32_t *at;
    uint32_t count;
    if (same)
        return 1;
    if (!changes_between(row, bars->x - BAR_QUIET * bars->module,
                         bars->x + (bars->count + BAR_QUIET) * bars->module, &at, &count))
        return fail(look, ELQR_DOTS_BAD_BARS);
    if (y == bars->y)
        return read_bars(look, at, count);
    return (count == look->edge_count && !memcmp(at, look->edges, count * sizeof *at)) ||
           fail(look, ELQR_DOTS_BAD_BARS);
}

/* `same`: as the row above, which is of the same strip. */
ELQR_INLINE int look_at_row(page_look *look, const g4_list *row, uint32_t y, int same) {
    const elqr_page_symbol *qr = &look->form->qr, *bars = &look->form->bars;
    if (qr->count && y >= symbol_top(qr) && y < symbol_end(qr) &&
        !look_at_symbol(look, row, y, same && y > symbol_top(qr)))
        return 0;
    return !bars->count || y < bars->y || y >= bars->y + bars->height ||
           look_at_bars(look, row, y, same && y > bars->y);
}

ELQR_INLINE int read_strip(page_look *look, g4_reader *input, uint32_t top, uint32_t rows,
                           uint32_t *words) {
    g4_reader in = *input; /* a copy that need not be in memory */
    const uint32_t width = look->form->width;
    g4_list above = g4_first_list(words, width);
    g4_list here = g4_empty_list(words + width + G4_LIST_EXTRA, width);
    for (uint32_t y = 0; y < rows; y++) {
        const int read = g4_read_row(&in, &above, &here, width, y == 0);
        if (!read)
            return fail(look, ELQR_DOTS_DAMAGED);
        if (!look_at_row(look, &above, top + y, read == 2))
            return 0;
    }
    return 1;
}

static int read_strip_portable(page_look *look, g4_reader *in, uint32_t top, uint32_t rows,
                               uint32_t *words) {
    return read_strip(look, in, top, rows, words);
}

#if ELQR_X86
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static int read_strip_avx2(page_look *look, g4_reader *in, uint32_t top, uint32_t rows,
                           uint32_t *words) {
    return read_strip(look, in, top, rows, words);
}
#endif

int dots_strip(page_look *look, const uint8_t *coded, size_t size, uint32_t top, uint32_t rows,
               uint32_t *words) {
    g4_reader in = g4_read_from(coded, size);
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return read_strip_avx2(look, &in, top, rows, words);
#endif
    return read_strip_portable(look, &in, top, rows, words);
}

int elqr_image_read(const elqr_dots_form *form, const uint8_t *coded, size_t size, uint32_t *words,
                    const elqr_dots_shown *shown) {
    page_look look;
    if (!dots_form_in_range(form))
        return ELQR_OUT_OF_RANGE;
    dots_begin(&look, form);
    dots_strip(&look, coded, size, 0, dots_needed(form, 0, form->height), words);
    dots_end(&look, 0, shown);
    return ELQR_OK;
}
