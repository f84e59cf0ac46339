/* Codes pages from a plate and added ink.  See elqr.h for the contract, docs/g4.md for the idea. */
#include "cpu.h"
#include "page_items.h"
#if ELQR_X86
#include <immintrin.h>
#endif

/*---- Copying coded bits ----*/

/* 57 bits or more from bit `from` on, at the high end. */
ELQR_INLINE uint64_t bits_from(const uint8_t *bytes, uint64_t from) {
    return elqr_load64(bytes + from / 8) << from % 8;
}

/* Writes `count` bytes, those that begin `shift` (0..7) bits after `from`. */
typedef void copier(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count);

ELQR_INLINE void copy_by_words(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count) {
    size_t done = 0;
    for (; done + 8 <= count; done += 8) {
        uint64_t word = elqr_load64(from + done) << shift;
        elqr_store64(to + done, word | (uint64_t)from[done + 8] >> (8 - shift));
    }
    for (; done < count; done++)
        to[done] = (uint8_t)(from[done] << shift | from[done + 1] >> (8 - shift));
}

#if ELQR_X86
ELQR_TARGET("avx2")
static inline __m256i shifted_block(const uint8_t *from, __m128i left, __m128i right,
                                    __m256i high) {
    __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)from);
    __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(from + 1));
    /* There are no shifts of bytes: shift pairs, and drop what came from the neighbour. */
    return _mm256_or_si256(_mm256_and_si256(_mm256_sll_epi16(here, left), high),
                           _mm256_andnot_si256(high, _mm256_srl_epi16(next, right)));
}

ELQR_TARGET("avx2")
static inline void copy_by_blocks(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count) {
    enum { BLOCK = 32 };
    if (count < BLOCK) {
        copy_by_words(to, from, shift, count);
        return;
    }
    __m128i left = _mm_cvtsi32_si128((int)shift), right = _mm_cvtsi32_si128((int)(8 - shift));
    __m256i high = _mm256_set1_epi8((char)(0xFF << shift));
    for (size_t done = 0; done + BLOCK <= count; done += BLOCK)
        _mm256_storeu_si256((__m256i *)(void *)(to + done),
                            shifted_block(from + done, left, right, high));
    /* The last block covers part of the one before again. */
    _mm256_storeu_si256((__m256i *)(void *)(to + count - BLOCK),
                        shifted_block(from + count - BLOCK, left, right, high));
}
#endif

/* Appends bits [from, to) of a string with PAGE_SPARE bytes after it. */
ELQR_INLINE void put_bits(g4_writer *out, const uint8_t *bytes, uint64_t from, uint64_t to,
                          copier *copy) {
    if (to - from >= 64) {
        uint32_t lead = (8 - out->waiting) % 8;
        if (lead != 0)
            g4_put(out, bits_from(bytes, from) >> (64 - lead), lead);
        from += lead;
        size_t count = (size_t)(to - from) / 8;
        copy(out->at, bytes + from / 8, from % 8, count);
        out->at += count;
        from += (uint64_t)count * 8;
    }
    for (uint32_t part; from < to; from += part) {
        part = to - from < 56 ? (uint32_t)(to - from) : 56;
        g4_put(out, bits_from(bytes, from) >> (64 - part), part);
    }
}

/*---- Joined rows ----*/

/* A row while it is joined; see segment_place. */
typedef struct {
    g4_writer out;
    uint32_t a0, pending;
    uint32_t right; /* end of the ink so far */
    int clear;      /* no ink came too close to other ink */
} joining;

/* Takes note of ink in [left, right); ink that is not clear of what came before ends the joining.
 */
ELQR_INLINE int keep_clear(joining *row, uint32_t left, uint32_t right) {
    row->clear = left >= row->right + SEGMENT_GAP || row->right == 0;
    row->right = right;
    return row->clear;
}

/* Adds a segment, whose positions are from x on and whose long code words are from `base` on. */
ELQR_INLINE int join_segment(joining *row, const segment *piece, uint32_t x, const uint8_t *base,
                             copier *copy) {
    const segment_code *code = &piece->entry[row->pending];
    if (!keep_clear(row, x + piece->left, x + piece->right))
        return 0;
    g4_string lead = {0, 0};
    if (code->live != SEGMENT_NONE) {
        uint32_t run = x + code->live - row->a0;
        if (!row->pending)
            lead = (g4_string){1, 3};
        if (ELQR_UNLIKELY(run >= 2560 + 64)) {
            g4_put(&row->out, lead.code, lead.bits);
            g4_put_run(&row->out, run, 0);
            lead = (g4_string){0, 0};
        } else {
            g4_string white = g4_run_string(run, 0);
            lead.code = lead.code << white.bits | white.code;
            lead.bits += white.bits;
        }
    }
    if (ELQR_LIKELY(code->length <= SEGMENT_INLINE)) {
        g4_put(&row->out, lead.code << code->length | code->bits, lead.bits + code->length);
    } else {
        g4_put(&row->out, lead.code, lead.bits);
        put_bits(&row->out, base, code->bits * 8, code->bits * 8 + code->length, copy);
    }
    if (code->exit != SEGMENT_NONE)
        row->a0 = x + code->exit;
    row->pending = code->pending;
    return 1;
}

/* Adds one row of a symbol. */
static int join_symbol(joining *row, const page_item *item, uint32_t y) {
    const g4_list *here = page_symbol_list(item, y), *above = page_symbol_list(item, y - 1);
    uint32_t here_end = here->count != 0 ? here->changes[here->count - 1] : 0;
    uint32_t above_end = above->count != 0 ? above->changes[above->count - 1] : 0;
    uint32_t left = here->changes[0] < above->changes[0] ? here->changes[0] : above->changes[0];
    if (left == SEGMENT_FAR)
        return 1;
    if (!keep_clear(row, item->x + left, item->x + (here_end > above_end ? here_end : above_end)))
        return 0;
    uint32_t a = 0, b = 0;
    segment_place place = {row->a0 - item->x, 0};
    if (row->pending) {
        if (here->count == 0)
            return 1; /* the white run goes on */
        g4_put_run(&row->out, here->changes[0] - place.a0, 0);
        place.a0 = here->changes[0];
        a = 1;
        b = segment_seek(above->changes, 1, place.a0);
    }
    if (here == above) {
        g4_put_ones(&row->out, here->count - a);
        place.a0 = here_end;
    } else {
        segment_put(&row->out, here, above->changes, a, b, &place);
    }
    row->a0 = item->x + place.a0;
    row->pending = place.pending;
    return 1;
}

ELQR_INLINE int join_item(joining *row, const page_item *item, uint32_t y, copier *copy) {
    if (ELQR_UNLIKELY(item->glyph == NULL)) {
        joining stored = *row; /* so that only this must be in memory */
        int joined = join_symbol(&stored, item, y);
        *row = stored;
        return joined;
    }
    const segment *piece = page_glyph_segments(item->glyph) + (y - item->top);
    return piece->right == 0 || /* no ink in either row */
           join_segment(row, piece, item->x, (const uint8_t *)item->glyph, copy);
}

/* Codes row y from the plate's segments and the active items.  Returns 0, and leaves the writer as
 * it was, where that cannot be done. */
ELQR_INLINE int put_joined_row(g4_writer *out, const page_job *job, uint32_t y, copier *copy) {
    const page_plate *plate = job->plate;
    const uint32_t *cut = (const uint32_t *)page_at(plate, plate->cuts_at) + 2 * (size_t)y;
    if (cut[0] == PAGE_UNCUT)
        return 0;
    const segment *segments = page_at(plate, plate->segments_at);
    const segment *piece = segments + cut[0], *pieces_end = segments + cut[1];
    const page_item *item = job->active, *items_end = item + job->active_count;
    joining row = {*out, 0, 0, 0, 1};
    while (item != items_end || piece != pieces_end) {
        int is_item = item != items_end && (piece == pieces_end || item->x < piece->left);
        if (is_item ? !join_item(&row, item++, y, copy)
                    : !join_segment(&row, piece++, 0, (const uint8_t *)plate, copy))
            return 0;
    }
    uint32_t width = plate->form.width;
    if (row.right + SEGMENT_GAP > width)
        return 0;
    if (row.pending)
        g4_put_run(&row.out, width - row.a0, 0);
    else
        g4_put(&row.out, 1, 1); /* both rows end: V0 */
    *out = row.out;
    return 1;
}

/*---- Pages ----*/

/* A page while it is coded. */
typedef struct {
    g4_writer out;
    const uint8_t *end;
    uint64_t row_bound;
    page_job *job;
    int method;
    copier *copy;
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

/* Codes rows [from, to), which have the active items. */
ELQR_INLINE int put_inked_rows(coding *page, uint32_t from, uint32_t to) {
    for (uint32_t y = from; y < to; y++) {
        if (!has_room(page, page->row_bound))
            return ELQR_BUFFER_TOO_SMALL;
        if (page->method != ELQR_PAGE_JOINED ||
            !put_joined_row(&page->out, page->job, y, page->copy))
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
    put_bits(&page->out, page_at(plate, plate->coded_at), row_bits[from], row_bits[to], page->copy);
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
                         uint64_t *strip_ends, copier *copy) {
    const elqr_plate_form *form = &job->plate->form;
    coding page = {
        {out + *used, 0, 0}, out + capacity, elqr_g4_bound(form->width, 1), job, method, copy,
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
    return put_page(job, method, out, capacity, used, strip_ends, copy_by_words);
}

#if ELQR_X86
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static int put_page_avx2(page_job *job, int method, uint8_t *out, size_t capacity, size_t *used,
                         uint64_t *strip_ends) {
    return put_page(job, method, out, capacity, used, strip_ends, copy_by_blocks);
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
