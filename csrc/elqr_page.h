/* elqr_page.h - pages: a plate made once, then slips composed and coded row by row.
 *
 * A plate holds what all pages share: the static ink and its coding.  A page adds blits (glyphs of
 * an atlas at given places), one QR symbol and one row of bars; ink is joined, black wins.  Rows
 * without added ink are copied as coded bits; the others are joined from pieces coded ahead where
 * the ink stands clear, or else composed and coded anew.  Whatever the way, the bits are those of
 * elqr_g4_encode for the composed page.
 *
 * Plates and glyphs are trusted: only memory that these functions filled may be passed back.  Such
 * memory must start on a multiple of 8 bytes.  They may be copied, and shared between threads.
 *
 * The rules of elqr.h hold here too. */
#ifndef ELQR_PAGE_H
#define ELQR_PAGE_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A square or linear symbol's place, in dots; all 0 for none. */
typedef struct {
    uint32_t x, y;     /* left, top, without quiet zone */
    uint32_t module;   /* dots a module */
    uint32_t count;    /* modules on a side, or in the row of bars: at most 288 */
    uint32_t height;   /* of bars only */
    uint32_t narrower; /* dots taken off the right of every bar, below `module`; bars only */
} elqr_page_symbol;

/* What a plate is made from. */
typedef struct {
    uint32_t width, height;  /* 1..60000 each */
    uint32_t rows_per_strip; /* 1..height */
    const uint8_t *rows;     /* static ink: packed rows, `stride` bytes apart */
    size_t stride;
    const int32_t *zones; /* [zone_count, 4]: x, y, width, height of the boxes that blits will be
                             in. Ink outside them costs time, not correctness. */
    size_t zone_count;
    elqr_page_symbol qr, bars;
} elqr_plate_form;

/* 32-bit words of work space for making a plate. */
size_t elqr_plate_words(uint32_t width);

/* Makes a plate in memory[0 : capacity]; *used is its size.  `words` is work space of
 * elqr_plate_words(width) words.
 * ELQR_EMPTY, ELQR_OUT_OF_RANGE: a number above is not as said, a symbol is off the page.
 * ELQR_BUFFER_TOO_SMALL: call again with twice the memory.  Three times the packed rows are mostly
 * enough.  Time: that of coding the page a few times. */
int elqr_plate_make(const elqr_plate_form *form, uint8_t *memory, size_t capacity, uint32_t *words,
                    size_t *used);

/* Makes a glyph of an atlas from `height` packed rows of `width` pixels, 1..2000 each.  *used is
 * its size, a multiple of 8; statuses as for a plate. */
int elqr_glyph_make(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                    uint8_t *memory, size_t capacity, size_t *used);

/* How elqr_page_g4 goes about it; the results are equal. */
enum {
    ELQR_PAGE_JOINED = 0,    /* pieces joined where the ink stands clear */
    ELQR_PAGE_ROW_CACHED = 1 /* every row with added ink composed and coded anew */
};

/* The pages of a batch, n of them. */
typedef struct {
    const uint8_t *atlas;   /* glyphs, at offsets */
    const uint64_t *glyphs; /* [glyph_count] */
    size_t glyph_count;
    const int32_t *blits;      /* [k, 3]: glyph, x, y of its top left dot */
    const uint64_t *blit_ends; /* [n]: page i has blits [blit_ends[i - 1], blit_ends[i]) */
    const uint8_t *symbols;    /* [n, side, (side + 7) / 8] packed, or null */
    const uint8_t *bars;       /* [n, count], 1 = bar, or null; all 0: that page has no bars */
    size_t pages;
} elqr_page_batch;

/* Bytes of work space, on a multiple of 8, for pages of at most `blits` blits. */
size_t elqr_page_work(const uint8_t *plate, size_t blits);

/* Codes pages [first, batch->pages) as G4 strips into out[0 : capacity], one after the other, each
 * on a byte edge.  strip_ends [pages, strips a page] gets the end of each strip, counted from
 * `out`; *done the index of the page after the last whole one.
 *
 * ELQR_BUFFER_TOO_SMALL: out is full at page *done, strip_ends of the pages before it are good;
 * take them, and go on with first = *done.  elqr_g4_bound(width, rows_per_strip) for each strip is
 * always enough for a page.  ELQR_OUT_OF_RANGE: a blit of page *done has no such glyph or leaves
 * the page.  Time is that of copying the static coding and linear in the added ink. */
int elqr_page_g4(const uint8_t *plate, const elqr_page_batch *batch, size_t first, int method,
                 uint8_t *work, uint8_t *out, size_t capacity, uint64_t *strip_ends, size_t *done);

/* Draws one page of the batch: whole packed rows, (width + 7) / 8 bytes each, at rows + y * stride,
 * which must hold the static ink where `only_added` is not 0, and may hold anything where it is 0.
 * Statuses as for elqr_page_g4. */
int elqr_page_draw(const uint8_t *plate, const elqr_page_batch *batch, size_t page, uint8_t *work,
                   uint8_t *rows, size_t stride, int only_added);

/* Gives the rows that a page added ink to their static ink back. */
int elqr_page_erase(const uint8_t *plate, const elqr_page_batch *batch, size_t page, uint8_t *work,
                    uint8_t *rows, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
