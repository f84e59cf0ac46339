/* Joins rows of a page from pieces that were coded ahead; see page_segment.h.  Internal to csrc,
 * for page.c. */
#ifndef ELQR_PAGE_JOIN_H
#define ELQR_PAGE_JOIN_H

#include "page_copy.h"
#include "page_items.h"

/* A row while it is joined; see segment_place. */
typedef struct {
    g4_writer out;
    uint32_t a0, pending;
    uint32_t clear; /* from here on ink stands clear of what came before */
} joining;

/* Added to what is clear in a pending row, so that no segment is taken for plain. */
enum { PAGE_PENDING = SEGMENT_FAR };

/* How a row went. */
enum { ROW_JOINED, ROW_UNCUT, ROW_TOUCHES };

/*---- Segments ----*/

/* Whether a segment whose positions are from x on is one put after what came before. */
ELQR_INLINE int is_plain(const joining *row, const segment *piece, uint32_t x) {
    return x + piece->left >= row->clear && piece->form[0] <= SEGMENT_INLINE;
}

/* Adds such a segment. */
ELQR_INLINE void join_plain(joining *row, const segment *piece, uint32_t x) {
    row->clear = x + piece->right + SEGMENT_GAP;
    g4_put(&row->out, piece->bits[0], piece->form[0]);
    row->a0 = x + piece->exit[0];
}

ELQR_INLINE void join_live(joining *row, const segment *piece, uint32_t x) {
    uint32_t run = x + piece->live[row->pending] - row->a0;
    if (!row->pending)
        g4_put(&row->out, 1, 3);
    g4_put_run(&row->out, run, 0);
}

/* Adds any segment.  Returns 0 where its ink is too close to what came before. */
ELQR_INLINE int join_any(joining *row, const segment *piece, uint32_t x, copier *copy) {
    uint32_t form = piece->form[row->pending];
    uint64_t bits = piece->bits[row->pending];
    if (piece->left == piece->right)
        return 1; /* no ink */
    if (x + piece->left < row->clear)
        return 0;
    row->clear = x + piece->right + SEGMENT_GAP;
    if (form & SEGMENT_STAYS)
        return 1;
    if (form & SEGMENT_LIVE)
        join_live(row, piece, x);
    if (form & SEGMENT_LONG)
        put_bits(&row->out, (const uint8_t *)piece + (bits >> 24), 0, bits & 0xFFFFFF, copy);
    else
        g4_put(&row->out, bits, form % 64);
    row->a0 = x + piece->exit[row->pending];
    row->pending = form / SEGMENT_PENDING;
    return 1;
}

/*---- Lists ----*/

/* Where the ink of two closed lists is; from SEGMENT_FAR on if they have none. */
ELQR_INLINE void lists_ink(const g4_list *here, const g4_list *above, uint32_t *left,
                           uint32_t *right) {
    uint32_t here_end = here->count != 0 ? here->changes[here->count - 1] : 0;
    uint32_t above_end = above->count != 0 ? above->changes[above->count - 1] : 0;
    *left = here->changes[0] < above->changes[0] ? here->changes[0] : above->changes[0];
    *right = here_end > above_end ? here_end : above_end;
}

/* Adds ink given as lists of both rows, closed, whose positions are from x on. */
ELQR_INLINE void join_lists(joining *row, const g4_list *here, const g4_list *above, uint32_t x) {
    uint32_t a = 0, b = 0;
    segment_place place = {row->a0 - x, 0};
    if (row->pending) {
        if (here->count == 0)
            return; /* the white run goes on */
        g4_put_run(&row->out, here->changes[0] - place.a0, 0);
        place.a0 = here->changes[0];
        a = 1;
        b = segment_seek(above->changes, 1, place.a0);
    }
    if (here == above) {
        g4_put_ones(&row->out, here->count - a);
        place.a0 = here->changes[here->count - 1];
    } else {
        segment_put(&row->out, here, above->changes, a, b, &place);
    }
    row->a0 = x + place.a0;
    row->pending = place.pending;
}

/* Adds one row of a symbol. */
ELQR_INLINE int join_symbol(joining *row, const page_item *item, uint32_t y) {
    const g4_list *here = page_symbol_list(item, y), *above = page_symbol_list(item, y - 1);
    uint32_t left, right;
    lists_ink(here, above, &left, &right);
    if (left == SEGMENT_FAR)
        return 1;
    if (item->x + left < row->clear)
        return 0;
    row->clear = item->x + right + SEGMENT_GAP;
    join_lists(row, here, above, item->x);
    return 1;
}

/*---- One instruction set's ----*/

/* What is too long to be part of every loop.  Compiled for one instruction set, as its callers. */
typedef struct {
    copier *copy;
    int (*join_any)(joining *row, const segment *piece, uint32_t x);
    int (*join_symbol)(joining *row, const page_item *item, uint32_t y);
} page_variant;

static int join_any_portable(joining *row, const segment *piece, uint32_t x) {
    return join_any(row, piece, x, copy_by_words);
}

static int join_symbol_portable(joining *row, const page_item *item, uint32_t y) {
    return join_symbol(row, item, y);
}

static const page_variant page_portable = {copy_by_words, join_any_portable, join_symbol_portable};

#if ELQR_X86
#define PAGE_AVX2 ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")

PAGE_AVX2 static int join_any_avx2(joining *row, const segment *piece, uint32_t x) {
    return join_any(row, piece, x, copy_by_blocks);
}

PAGE_AVX2 static int join_symbol_avx2(joining *row, const page_item *item, uint32_t y) {
    return join_symbol(row, item, y);
}

static const page_variant page_avx2 = {copy_by_blocks, join_any_avx2, join_symbol_avx2};
#endif

/*---- Rows ----*/

/* A row on its way through the pieces is kept in registers.  While it is pending PAGE_PENDING is
 * added to its `clear`; the functions above see it in memory and without that. */

ELQR_INLINE joining in_memory(const joining *row) {
    joining stored = *row;
    stored.clear -= row->pending ? PAGE_PENDING : 0;
    return stored;
}

ELQR_INLINE joining in_registers(const joining *stored) {
    joining row = *stored;
    row.clear += row.pending ? PAGE_PENDING : 0;
    return row;
}

ELQR_INLINE int join_segment(joining *row, const segment *piece, uint32_t x,
                             const page_variant *with) {
    if (ELQR_LIKELY(is_plain(row, piece, x))) {
        join_plain(row, piece, x);
        return 1;
    }
    joining stored = in_memory(row);
    int joined = with->join_any(&stored, piece, x);
    *row = in_registers(&stored);
    return joined;
}

/* Adds what an active item has in row y; the columns begin at row `from`. */
ELQR_INLINE int join_item(joining *row, const page_column *item, uint32_t from, uint32_t y,
                          const page_variant *with) {
    if (ELQR_LIKELY(item->symbol == NULL))
        return join_segment(row, item->segments + (y - from), item->x, with);
    joining stored = in_memory(row);
    int joined = with->join_symbol(&stored, item->symbol, y);
    *row = in_registers(&stored);
    return joined;
}

/* Ends a row of so many pixels.  Returns 0 where its ink is too close to the edge. */
ELQR_INLINE int end_row(joining *row, uint32_t width) {
    if (row->clear > width)
        return 0;
    if (row->pending)
        g4_put_run(&row->out, width - row->a0, 0);
    else
        g4_put(&row->out, 1, 1); /* both rows end: V0 */
    return 1;
}

/* The plate's segments in row y; 0 if it is not cut. */
ELQR_INLINE int find_cut(const page_plate *plate, uint32_t y, const segment **piece,
                         const segment **end) {
    const uint32_t *cut = (const uint32_t *)page_at(plate, plate->cuts_at) + 2 * (size_t)y;
    const segment *segments = page_at(plate, plate->segments_at);
    if (cut[0] == PAGE_UNCUT)
        return 0;
    *piece = segments + cut[0];
    *end = segments + cut[1];
    return 1;
}

/* Codes row y from the plate's segments and the columns.  Leaves the writer as it was unless the
 * row is joined. */
ELQR_INLINE int put_joined_row(g4_writer *out, const page_job *job, uint32_t from, uint32_t y,
                               const page_variant *with) {
    const segment *piece, *end;
    if (!find_cut(job->plate, y, &piece, &end))
        return ROW_UNCUT;
    const page_column *item = job->columns;
    joining row = {*out, 0, 0, 0};
    for (;; piece++) {
        uint32_t stop = piece != end ? piece->left : SEGMENT_FAR;
        for (; item->x < stop; item++)
            if (!join_item(&row, item, from, y, with))
                return ROW_TOUCHES;
        if (piece == end)
            break;
        if (!join_segment(&row, piece, 0, with))
            return ROW_TOUCHES;
    }
    if (row.pending)
        row.clear -= PAGE_PENDING;
    if (!end_row(&row, job->plate->form.width))
        return ROW_TOUCHES;
    *out = row.out;
    return ROW_JOINED;
}

/*---- Rows in which ink touches ----*/

/* One piece of a row: a segment, or one row of a symbol. */
typedef struct {
    const segment *segment; /* null: the symbol's */
    const page_item *symbol;
    uint32_t x, left, right; /* left and right as on the page, equal if there is no ink */
} row_piece;

/* The pieces of a row in their order. */
typedef struct {
    const segment *still, *still_end;
    const page_column *item;
    uint32_t from, y;
} row_walk;

static int next_piece(row_walk *at, row_piece *piece) {
    uint32_t left, right;
    if (at->still != at->still_end && at->item->x >= at->still->left) {
        *piece = (row_piece){at->still, NULL, 0, at->still->left, at->still->right};
        at->still++;
        return 1;
    }
    const page_column *item = at->item;
    if (item->x == SEGMENT_FAR)
        return 0;
    at->item++;
    if (item->symbol == NULL) {
        const segment *part = item->segments + (at->y - at->from);
        *piece = (row_piece){part, NULL, item->x, item->x + part->left, item->x + part->right};
        return 1;
    }
    lists_ink(page_symbol_list(item->symbol, at->y), page_symbol_list(item->symbol, at->y - 1),
              &left, &right);
    left = left == SEGMENT_FAR ? right : left;
    *piece = (row_piece){NULL, item->symbol, item->x, item->x + left, item->x + right};
    return 1;
}

/* As next_piece, but passes over pieces without ink. */
static int next_ink(row_walk *at, row_piece *piece) {
    while (next_piece(at, piece))
        if (piece->left != piece->right)
            return 1;
    return 0;
}

/* Adds all ink between two places, which have no other ink near them, from its dots. */
ELQR_INLINE int join_window(joining *row, page_job *job, uint32_t y, uint32_t left,
                            uint32_t right) {
    uint32_t x = left & ~UINT32_C(7);
    for (uint32_t i = 0; i < 2; i++) {
        g4_list *list = &job->window[i];
        uint8_t *dots = job->rows[i] + x / 8;
        page_compose_part(job, y - i, job->rows[i], x / 8, (right + 7) / 8);
        *dots &= (uint8_t)(0xFF >> (left - x));
        g4_find_changes(list, dots, right - x);
        page_close_list(list, right - x);
    }
    if (left < row->clear)
        return 0;
    row->clear = right + SEGMENT_GAP;
    join_lists(row, &job->window[0], &job->window[1], x);
    return 1;
}

/* As put_joined_row, for a row in which some pieces touch: what lies between them and the next gap
 * is composed. */
ELQR_INLINE int put_touching_row(g4_writer *out, page_job *job, uint32_t from, uint32_t y,
                                 const page_variant *with) {
    row_walk at = {NULL, NULL, job->columns, from, y};
    row_piece piece, next;
    joining row = {*out, 0, 0, 0};
    if (!find_cut(job->plate, y, &at.still, &at.still_end))
        return 0;
    for (int more = next_ink(&at, &piece); more; piece = next) {
        uint32_t left = piece.left, right = piece.right, count = 1;
        while ((more = next_ink(&at, &next)) && next.left < right + SEGMENT_GAP) {
            left = next.left < left ? next.left : left;
            right = next.right > right ? next.right : right;
            count++;
        }
        int joined = count > 1               ? join_window(&row, job, y, left, right)
                     : piece.segment != NULL ? with->join_any(&row, piece.segment, piece.x)
                                             : with->join_symbol(&row, piece.symbol, y);
        if (!joined)
            return 0;
    }
    if (!end_row(&row, job->plate->form.width))
        return 0;
    *out = row.out;
    return 1;
}

#endif
