/* A page's added ink, row by row.  Internal to csrc: page_items.c finds it, page.c codes it.
 *
 * An item is a blit, the QR symbol or the bars.  Items wait in the order of their top rows; while
 * the rows go by, those that touch a row are active, in the order of their left edges.
 */
#ifndef ELQR_PAGE_ITEMS_H
#define ELQR_PAGE_ITEMS_H

#include "page_plate.h"

typedef struct {
    const page_glyph *glyph; /* null: a symbol, drawn from lists */
    const g4_list *lists;    /* of a symbol: one for each row of modules, then an empty one */
    uint32_t module;         /* dots that each of them is high */
    uint32_t x, top, end;    /* end: the row below */
} page_item;

/* What an active item adds to joined rows. */
typedef struct {
    const page_item *symbol; /* null: a glyph */
    const segment *segments; /* of a glyph, from the row on that the columns were set for */
    uint32_t x;
} page_column;

typedef struct {
    const page_plate *plate;
    page_item *waiting, *active;
    page_column *columns; /* the active items', then one at SEGMENT_FAR */
    uint32_t waiting_count, next, active_count;
    g4_list *qr_lists, *bar_lists; /* their changes come after them */
    uint8_t *rows[2];              /* composed rows, with 8 bytes to spare */
    g4_list changes[2], window[2]; /* of composed rows, of parts of such */
    uint64_t *keys;                /* for sorting: two arrays */
} page_job;

/* Sets up the parts of a job in work space of elqr_page_work(plate, blits) bytes. */
page_job page_new_job(const page_plate *plate, size_t blits, uint8_t *work);

/* Makes all items of one page wait.  ELQR_OUT_OF_RANGE: a blit is no glyph, or leaves the page. */
int page_set_items(page_job *job, const elqr_page_batch *batch, size_t page);

/* Brings the active items up to row y: those that ended above it leave, those that start at it
 * come. Returns the row, beyond y, at which that changes next. */
uint32_t page_advance(page_job *job, uint32_t y);

/* Sets the columns of the active items, from row y on. */
void page_set_columns(page_job *job, uint32_t y);

/* Composes row y, which all items on it must be active for, in row_bytes + 8 bytes. */
void page_compose_row(const page_job *job, uint32_t y, uint8_t *row);

/* As that, but only bytes [first, end) are good afterwards. */
void page_compose_part(const page_job *job, uint32_t y, uint8_t *row, size_t first, size_t end);

/* The list of a symbol's dots in row y, which may be the row above it or the one below. */
ELQR_INLINE const g4_list *page_symbol_list(const page_item *item, uint32_t y) {
    uint32_t rows = (item->end - item->top) / item->module;
    return y < item->top || y >= item->end ? &item->lists[rows]
                                           : &item->lists[(y - item->top) / item->module];
}

#endif
