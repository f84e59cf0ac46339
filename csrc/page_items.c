/* A page's added ink.  See page_items.h. */
#include "page_items.h"

/*---- Work space ----*/

/* Gives out `size` bytes of the work space, and only counts where it is null. */
static void *take(uint8_t *work, size_t *used, size_t size) {
    size_t start = *used;
    *used = (start + size + 7) & ~(size_t)7;
    return work == NULL ? NULL : work + start;
}

/* `count` lists of `modules` modules in a row, with the memory for their changes; all empty. */
static g4_list *take_lists(uint8_t *work, size_t *used, size_t count, uint32_t modules) {
    size_t words = (size_t)modules + 1 + G4_LIST_EXTRA;
    g4_list *lists = take(work, used, count * sizeof *lists);
    uint32_t *changes = take(work, used, count * words * sizeof *changes);
    for (size_t i = 0; lists != NULL && i < count; i++)
        lists[i] = g4_empty_list(changes + i * words, SEGMENT_FAR);
    return lists;
}

/* The one layout of the work space: measures it where `work` is null. */
static size_t lay_out(page_job *job, const page_plate *plate, size_t blits, uint8_t *work) {
    const elqr_plate_form *form = &plate->form;
    size_t used = 0, items = blits + 2, list = (size_t)form->width + G4_LIST_EXTRA;
    job->plate = plate;
    job->waiting = take(work, &used, items * sizeof *job->waiting);
    job->active = take(work, &used, items * sizeof *job->active);
    job->columns = take(work, &used, (items + 1) * sizeof *job->columns);
    job->keys = take(work, &used, 2 * items * sizeof *job->keys);
    job->qr_lists = take_lists(work, &used, (size_t)form->qr.count + 1, form->qr.count);
    job->bar_lists = take_lists(work, &used, 2, form->bars.count);
    for (int i = 0; i < 2; i++) {
        job->rows[i] = take(work, &used, (size_t)plate->row_bytes + 8);
        uint32_t *words = take(work, &used, list * sizeof *words);
        uint32_t *window = take(work, &used, list * sizeof *window);
        if (work != NULL) {
            job->changes[i] = g4_empty_list(words, form->width);
            job->window[i] = g4_empty_list(window, form->width);
        }
    }
    return used;
}

size_t elqr_page_work(const uint8_t *plate, size_t blits) {
    page_job unused;
    return lay_out(&unused, (const page_plate *)(const void *)plate, blits, NULL);
}

page_job page_new_job(const page_plate *plate, size_t blits, uint8_t *work) {
    page_job job;
    memset(&job, 0, sizeof job);
    lay_out(&job, plate, blits, work);
    return job;
}

/*---- Symbols as lists ----*/

/* The lists of a QR symbol's rows, in dots; returns whether it has a dark module. */
static int set_qr_lists(g4_list *lists, const elqr_page_symbol *place, const uint8_t *packed) {
    uint32_t any = 0;
    for (uint32_t r = 0; r < place->count; r++) {
        g4_list *list = &lists[r];
        g4_find_changes(list, packed + (size_t)r * ((place->count + 7) / 8), place->count);
        page_close_list(list, place->count);
        for (uint32_t i = 0; i < list->count; i++)
            list->changes[i] *= place->module;
        any |= list->count;
    }
    return any != 0;
}

/* The list of a row of bars, in dots; returns whether there is a bar. */
static int set_bar_list(g4_list *list, const elqr_page_symbol *place, const uint8_t *modules) {
    uint32_t before = 0;
    list->count = 0;
    for (uint32_t i = 0; i <= place->count; i++) {
        uint32_t here = i < place->count && modules[i] != 0;
        if (here != before)
            list->changes[list->count++] = i * place->module - (here ? 0 : place->narrower);
        before = here;
    }
    page_close_list(list, 0);
    return list->count != 0;
}

/*---- Items ----*/

static int set_blit(page_job *job, const elqr_page_batch *batch, const int32_t *blit) {
    const elqr_plate_form *form = &job->plate->form;
    if (blit[0] < 0 || (size_t)blit[0] >= batch->glyph_count || blit[1] < 0 || blit[2] < 0)
        return ELQR_OUT_OF_RANGE;
    const void *at = batch->atlas + batch->glyphs[blit[0]];
    const page_glyph *glyph = at;
    uint32_t x = (uint32_t)blit[1], y = (uint32_t)blit[2];
    if ((uint64_t)x + glyph->width > form->width || (uint64_t)y + glyph->height > form->height)
        return ELQR_OUT_OF_RANGE;
    job->waiting[job->waiting_count++] = (page_item){glyph, NULL, 0, x, y, y + glyph->height};
    return ELQR_OK;
}

static void set_symbols(page_job *job, const elqr_page_batch *batch, size_t page) {
    const elqr_page_symbol *qr = &job->plate->form.qr, *bars = &job->plate->form.bars;
    size_t symbol_bytes = (size_t)qr->count * ((qr->count + 7) / 8);
    if (batch->symbols != NULL && qr->count != 0 &&
        set_qr_lists(job->qr_lists, qr, batch->symbols + page * symbol_bytes))
        job->waiting[job->waiting_count++] = (page_item){
            NULL, job->qr_lists, qr->module, qr->x, qr->y, qr->y + qr->count * qr->module};
    if (batch->bars != NULL && bars->count != 0 &&
        set_bar_list(job->bar_lists, bars, batch->bars + page * bars->count))
        job->waiting[job->waiting_count++] = (page_item){
            NULL, job->bar_lists, bars->height, bars->x, bars->y, bars->y + bars->height};
}

/* Sorts keys by bits 32..47, stably, one byte at a time; the result is back in `keys`. */
static void sort_keys(uint64_t *keys, uint64_t *other, uint32_t count) {
    for (uint32_t shift = 32; shift < 48; shift += 8) {
        uint32_t starts[257] = {0};
        for (uint32_t i = 0; i < count; i++)
            starts[(keys[i] >> shift & 255) + 1]++;
        for (uint32_t i = 0; i < 255; i++)
            starts[i + 1] += starts[i];
        for (uint32_t i = 0; i < count; i++)
            other[starts[keys[i] >> shift & 255]++] = keys[i];
        uint64_t *sorted = other;
        other = keys;
        keys = sorted;
    }
}

/* Puts the waiting items into the order of their tops. */
static void sort_items(page_job *job) {
    uint32_t count = job->waiting_count, sorted = 1;
    for (uint32_t i = 0; i < count; i++) {
        job->keys[i] = (uint64_t)job->waiting[i].top << 32 | i;
        sorted &= i == 0 || job->waiting[i - 1].top <= job->waiting[i].top;
    }
    if (sorted)
        return;
    sort_keys(job->keys, job->keys + count, count);
    memcpy(job->active, job->waiting, count * sizeof *job->waiting);
    for (uint32_t i = 0; i < count; i++)
        job->waiting[i] = job->active[job->keys[i] & UINT32_MAX];
}

int page_set_items(page_job *job, const elqr_page_batch *batch, size_t page) {
    uint64_t from = page == 0 ? 0 : batch->blit_ends[page - 1], to = batch->blit_ends[page];
    job->waiting_count = job->next = job->active_count = 0;
    for (uint64_t i = from; i < to; i++)
        if (set_blit(job, batch, batch->blits + i * 3) != ELQR_OK)
            return ELQR_OUT_OF_RANGE;
    set_symbols(job, batch, page);
    sort_items(job);
    return ELQR_OK;
}

/*---- Rows ----*/

static void activate(page_job *job, const page_item *item) {
    uint32_t at = job->active_count++;
    for (; at > 0 && job->active[at - 1].x > item->x; at--)
        job->active[at] = job->active[at - 1];
    job->active[at] = *item;
}

uint32_t page_advance(page_job *job, uint32_t y) {
    uint32_t kept = 0, next = job->plate->form.height;
    for (uint32_t i = 0; i < job->active_count; i++)
        if (job->active[i].end >= y)
            job->active[kept++] = job->active[i];
    job->active_count = kept;
    while (job->next < job->waiting_count && job->waiting[job->next].top == y)
        activate(job, &job->waiting[job->next++]);
    for (uint32_t i = 0; i < job->active_count; i++)
        next = job->active[i].end + 1 < next ? job->active[i].end + 1 : next;
    if (job->next < job->waiting_count && job->waiting[job->next].top < next)
        next = job->waiting[job->next].top;
    return next;
}

void page_set_columns(page_job *job, uint32_t y) {
    page_column *column = job->columns;
    for (uint32_t i = 0; i < job->active_count; i++, column++) {
        const page_item *item = &job->active[i];
        *column = (page_column){item, NULL, item->x};
        if (item->glyph != NULL)
            *column =
                (page_column){NULL, page_glyph_segments(item->glyph) + (y - item->top), item->x};
    }
    *column = (page_column){NULL, NULL, SEGMENT_FAR};
}

/* Sets dots [from, to) of a row. */
static void add_run(uint8_t *row, uint32_t from, uint32_t to) {
    uint32_t first = from / 8, last = (to - 1) / 8;
    uint8_t head = (uint8_t)(0xFF >> from % 8), tail = (uint8_t)(0xFF << (7 - (to - 1) % 8));
    if (first == last) {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    memset(row + first + 1, 0xFF, last - first - 1);
    row[last] |= tail;
}

/* Adds what an item has in row y. */
static void add_item(const page_item *item, uint32_t y, uint8_t *row) {
    if (item->glyph != NULL) {
        const uint8_t *rows = (const uint8_t *)item->glyph + item->glyph->rows_at;
        size_t row_bytes = (item->glyph->width + 7) / 8;
        page_add_bits(row, item->x, rows + (y - item->top) * row_bytes, item->glyph->width);
        return;
    }
    const g4_list *list = page_symbol_list(item, y);
    for (uint32_t k = 0; k < list->count; k += 2)
        add_run(row, item->x + list->changes[k], item->x + list->changes[k + 1]);
}

/* The dot right of an item's box. */
static uint32_t right_of(const page_item *item) {
    return item->x + (item->glyph != NULL ? item->glyph->width : SEGMENT_FAR);
}

void page_compose_part(const page_job *job, uint32_t y, uint8_t *row, size_t first, size_t end) {
    const page_plate *plate = job->plate;
    const uint8_t *still = page_at(plate, plate->rows_at);
    memcpy(row + first, still + (size_t)y * plate->row_bytes + first, end - first);
    for (uint32_t i = 0; i < job->active_count; i++) {
        const page_item *item = &job->active[i];
        if (y >= item->top && y < item->end && item->x < end * 8 && right_of(item) > first * 8)
            add_item(item, y, row);
    }
}

void page_compose_row(const page_job *job, uint32_t y, uint8_t *row) {
    page_compose_part(job, y, row, 0, job->plate->row_bytes);
}
