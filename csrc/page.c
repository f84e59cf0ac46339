/* Codes pages from a plate and added ink.  See elqr.h for the contract, docs/g4.md for the idea. */
#include "page_join.h"

/*---- Pages ----*/

/* A page while it is coded. */
typedef struct {
    g4_writer out;
    const uint8_t *end;
    uint64_t row_bound;
    page_job *job;
    int method;
    const page_variant *with;
    uint32_t composed; /* the row whose changes are in job->changes[0], UINT32_MAX: none */
} coding;

ELQR_INLINE int has_room(const coding *page, uint64_t bytes) {
    return (uint64_t)(page->end - page->out.at) >= bytes;
}

/* Composes row y and makes job->changes[index] its list. */
ELQR_INLINE void find_composed(page_job *job, uint32_t y, int index) {
    page_compose_row(job, y, job->rows[0]);
    g4_find_changes(&job->changes[index], job->rows[0], job->plate->form.width);
}

/* Codes row y from its dots. */
ELQR_INLINE void put_composed_row(coding *page, uint32_t y) {
    page_job *job = page->job;
    uint32_t width = job->plate->form.width;
    if (y % job->plate->form.rows_per_strip == 0)
        job->changes[0] = g4_empty_list(job->changes[0].changes - 1, width);
    else if (page->composed != y - 1)
        find_composed(job, y - 1, 0);
    find_composed(job, y, 1);
    g4_put_row(&page->out, &job->changes[1], &job->changes[0], width);
    g4_list other = job->changes[0];
    job->changes[0] = job->changes[1];
    job->changes[1] = other;
    page->composed = y;
}

/* Codes row y from pieces, if that can be done. */
ELQR_INLINE int put_row_of_pieces(coding *page, uint32_t from, uint32_t y) {
    int how = put_joined_row(&page->out, page->job, from, y, page->with);
    return how == ROW_JOINED ||
           (how == ROW_TOUCHES && put_touching_row(&page->out, page->job, from, y, page->with));
}

/* Codes rows [from, to), which have the active items. */
ELQR_INLINE int put_inked_rows(coding *page, uint32_t from, uint32_t to) {
    page_set_columns(page->job, from);
    for (uint32_t y = from; y < to; y++) {
        if (!has_room(page, page->row_bound))
            return ELQR_BUFFER_TOO_SMALL;
        if (page->method != ELQR_PAGE_JOINED || !put_row_of_pieces(page, from, y))
            put_composed_row(page, y);
    }
    return ELQR_OK;
}

/* Copies the code of static rows [from, to). */
ELQR_INLINE int put_static_rows(coding *page, uint32_t from, uint32_t to) {
    const page_plate *plate = page->job->plate;
    const uint64_t *row_bits = page_at(plate, plate->row_bits_at);
    if (!has_room(page, (row_bits[to] - row_bits[from]) / 8 + 16))
        return ELQR_BUFFER_TOO_SMALL;
    put_bits(&page->out, page_at(plate, plate->coded_at), row_bits[from], row_bits[to],
             page->with->copy);
    return ELQR_OK;
}

ELQR_INLINE uint32_t least(uint32_t one, uint32_t two) {
    return one < two ? one : two;
}

/* Codes one strip, rows [from, to). */
ELQR_INLINE int put_strip(coding *page, uint32_t from, uint32_t to) {
    int status = ELQR_OK;
    for (uint32_t y = from; y < to && status == ELQR_OK;) {
        uint32_t next = least(page_advance(page->job, y), to);
        status = page->job->active_count == 0 ? put_static_rows(page, y, next)
                                              : put_inked_rows(page, y, next);
        y = next;
    }
    if (status != ELQR_OK || !has_room(page, 16))
        return ELQR_BUFFER_TOO_SMALL;
    g4_put_eofb(&page->out);
    g4_finish(&page->out);
    return ELQR_OK;
}

/* Codes a page into out[*used : capacity]; moves *used on and notes the end of each strip. */
ELQR_INLINE int put_page(page_job *job, int method, uint8_t *out, size_t capacity, size_t *used,
                         uint64_t *strip_ends, const page_variant *with) {
    const elqr_plate_form *form = &job->plate->form;
    coding page = {
        {out + *used, 0, 0}, out + capacity, elqr_g4_bound(form->width, 1), job, method, with,
        UINT32_MAX};
    for (uint32_t strip = 0; strip < job->plate->strips; strip++) {
        uint32_t from = strip * form->rows_per_strip;
        int status =
            put_strip(&page, from, least(form->rows_per_strip, form->height - from) + from);
        if (status != ELQR_OK)
            return status;
        strip_ends[strip] = (uint64_t)(page.out.at - out);
    }
    *used = (size_t)(page.out.at - out);
    return ELQR_OK;
}

static int put_page_portable(page_job *job, int method, uint8_t *out, size_t capacity, size_t *used,
                             uint64_t *strip_ends) {
    return put_page(job, method, out, capacity, used, strip_ends, &page_portable);
}

#if ELQR_X86
PAGE_AVX2 static int put_page_avx2(page_job *job, int method, uint8_t *out, size_t capacity,
                                   size_t *used, uint64_t *strip_ends) {
    return put_page(job, method, out, capacity, used, strip_ends, &page_avx2);
}
#endif

typedef int page_putter(page_job *job, int method, uint8_t *out, size_t capacity, size_t *used,
                        uint64_t *strip_ends);

static page_putter *best_putter(void) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return put_page_avx2;
#endif
    return put_page_portable;
}

/*---- Public ----*/

/* The most blits a page of the batch has. */
static size_t most_blits(const elqr_page_batch *batch) {
    uint64_t most = 0, before = 0;
    for (size_t i = 0; i < batch->pages; i++) {
        uint64_t count = batch->blit_ends[i] - before;
        most = count > most ? count : most;
        before = batch->blit_ends[i];
    }
    return (size_t)most;
}

int elqr_page_g4(const uint8_t *plate, const elqr_page_batch *batch, size_t first, int method,
                 uint8_t *work, uint8_t *out, size_t capacity, uint64_t *strip_ends, size_t *done) {
    const page_plate *made = (const page_plate *)(const void *)plate;
    page_job job = page_new_job(made, most_blits(batch), work);
    page_putter *put = best_putter();
    size_t used = 0;
    for (*done = first; *done < batch->pages; ++*done) {
        int status = page_set_items(&job, batch, *done);
        if (status == ELQR_OK)
            status = put(&job, method, out, capacity, &used, strip_ends + *done * made->strips);
        if (status != ELQR_OK)
            return status;
    }
    return ELQR_OK;
}

/* Rows of a page that have added ink, composed or given back to the static ink. */
static int redraw(const page_plate *plate, const elqr_page_batch *batch, size_t page, uint8_t *work,
                  uint8_t *rows, size_t stride, int erase) {
    const uint8_t *still = page_at(plate, plate->rows_at);
    page_job job = page_new_job(plate, most_blits(batch), work);
    int status = page_set_items(&job, batch, page);
    for (uint32_t y = 0, next; status == ELQR_OK && y < plate->form.height; y = next) {
        next = page_advance(&job, y);
        for (uint32_t row = y; job.active_count != 0 && row < next; row++) {
            if (!erase)
                page_compose_row(&job, row, job.rows[0]);
            memcpy(rows + row * stride,
                   erase ? still + (size_t)row * plate->row_bytes : job.rows[0], plate->row_bytes);
        }
    }
    return status;
}

int elqr_page_draw(const uint8_t *plate, const elqr_page_batch *batch, size_t page, uint8_t *work,
                   uint8_t *rows, size_t stride, int only_added) {
    const page_plate *made = (const page_plate *)(const void *)plate;
    const uint8_t *still = page_at(made, made->rows_at);
    for (uint32_t y = 0; !only_added && y < made->form.height; y++)
        memcpy(rows + y * stride, still + (size_t)y * made->row_bytes, made->row_bytes);
    return redraw(made, batch, page, work, rows, stride, 0);
}

int elqr_page_erase(const uint8_t *plate, const elqr_page_batch *batch, size_t page, uint8_t *work,
                    uint8_t *rows, size_t stride) {
    return redraw((const page_plate *)(const void *)plate, batch, page, work, rows, stride, 1);
}
