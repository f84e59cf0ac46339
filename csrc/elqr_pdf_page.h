/* elqr_pdf_page.h - PDF pages: values set in lines, content streams written and packed.
 *
 * First every field's values are set, a column at a time (elqr_text_set); then pages are written
 * from all of that (elqr_pdf_pages).  Lengths are dots; y runs down in fields and lines, up in PDF.
 *
 * The rules of elqr.h hold here too. */
#ifndef ELQR_PDF_PAGE_H
#define ELQR_PDF_PAGE_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELQR_GLYPH_NONE = 0xFFFF, /* in ids: a character that is the caller's to set */
    ELQR_TEXT_LINES = 16      /* most lines of a value */
};

/* The glyphs in use, `count` of them, by an id of the caller's choice. */
typedef struct {
    const double *advances; /* in ems */
    const uint8_t *spaces;  /* not 0 where a line may break */
    const uint16_t *codes;  /* in the content: two bytes of a string, high byte first */
    const int32_t *widths;  /* in 1/1000 em, as the font of the file says */
    size_t count;
} elqr_glyphs;

/* The values of a column as glyphs: value i is ids[ends[i - 1] : ends[i]]. */
typedef struct {
    const uint16_t *ids;
    const uint32_t *ends; /* [n], none smaller than the one before */
} elqr_text_column;

enum { ELQR_ALIGN_LEFT = 0, ELQR_ALIGN_CENTER = 1, ELQR_ALIGN_RIGHT = 2 };

/* Where and how values are set.  With a pitch: one line, each glyph in the middle of its cell, the
 * first cell from cell_x on; box, wraps and align are not looked at. */
typedef struct {
    int32_t x, y, width, height; /* the box; y is the baseline where there is a pitch */
    const double *sizes;         /* ems to try, the first that fits is taken */
    const int32_t *settings;     /* of each size, the font with it: see elqr_pdf_batch */
    uint32_t size_count;
    int wraps, align;
    double pitch, cell_x; /* pitch 0: glyphs one after the other */
} elqr_text_field;

/* Glyphs [start, start + count) of a column's ids, the first at (x, y), which for pages is within
 * 2^29 dots.  With a negative count:
 * -count ready-made bytes from `start` on of elqr_pdf_batch.given, shown from (x, y) on. */
typedef struct {
    int32_t start, count, x, y, setting;
} elqr_text_line;

/* Sets n values, by the rules of render/setting.py.  Value i has lines [line_ends[i - 1],
 * line_ends[i]); none if it is empty, nor if left[i] is not 0: then it fits by no size, or has an
 * ELQR_GLYPH_NONE or too many lines, and is the caller's.
 *
 * ELQR_BUFFER_TOO_SMALL: n + ELQR_TEXT_LINES lines are enough without wraps, ELQR_TEXT_LINES * (n +
 * 1) always.  ELQR_OUT_OF_RANGE: an id without a glyph, a length beyond a million dots or not
 * finite.  O(glyphs) a size tried. */
int elqr_text_set(const elqr_text_field *field, const elqr_glyphs *glyphs,
                  const elqr_text_column *column, size_t n, elqr_text_line *lines, size_t capacity,
                  uint32_t *line_ends, uint8_t *left);

enum {
    ELQR_FLATE_LITERALS = 286, /* bytes, end of block, lengths */
    ELQR_FLATE_DISTANCES = 30,
    ELQR_FLATE_SYMBOLS = 316, /* both, one after the other */
    ELQR_FLATE_LONGEST = 14   /* most bits of a code */
};

/* The codes of one dynamic block (RFC 1951, 3.2.7) for every page.  A page is two blocks, each with
 * codes of its own: [0] for all up to the bars, [1], the last, for its texts. */
enum { ELQR_PDF_BLOCKS = 2 };
typedef struct {
    const uint16_t *codes; /* [ELQR_FLATE_SYMBOLS], first bit lowest */
    const uint8_t *bits;   /* [ELQR_FLATE_SYMBOLS], 0: no code */
    const uint8_t *header; /* block header and code lengths, first bit lowest */
    size_t header_bits;
} elqr_flate;

/* Text of the content, at most 2,000 bytes each. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
} elqr_bytes;

/* A code shown by a font whose glyphs are its modules.  `head` sets font and, for a symbol,
 * leading; the text begins at (x, y), y upwards.  A symbol's row is a letter for each four modules,
 * '@' + 8, 4, 2, 1 for those that are dark, from the left; rows are `leading` apart, downwards, and
 * the first is one below y.  In a row of bars '@' + 4 (b - 1) + s - 1 is a bar of b modules and the
 * s light ones after it; after the last bar s is 1. */
typedef struct {
    elqr_bytes head;
    int32_t x, y, leading;
    uint32_t count; /* modules on a side, or in a row of bars: at most 288; 0: none */
} elqr_pdf_code;

/* A field's column and lines, as elqr_text_set took and made them. */
typedef struct {
    elqr_text_column column;
    const elqr_text_line *lines;
    const uint32_t *line_ends;
    double pitch, cell_x;
} elqr_pdf_text;

typedef struct {
    size_t pages;
    int32_t height;  /* of the page, in dots */
    elqr_bytes head; /* of every content, up to the static layer; "Q" ends it */
    elqr_pdf_code qr, bars;
    const uint8_t *symbols;  /* [pages, side, (side + 7) / 8], packed; all light: none */
    const uint8_t *bar_rows; /* [pages, count], 1 = bar, from a bar on, no bar and no space of more
                                than four; all 0: that page has no bars */
    elqr_glyphs glyphs;
    const elqr_bytes *settings; /* [setting_count]: "/F0 75" */
    const double *sizes;        /* [setting_count]: ems in dots */
    size_t setting_count;
    const elqr_pdf_text *texts; /* [text_count], in the order of the content */
    size_t text_count;
    elqr_bytes given; /* here of any size */
} elqr_pdf_batch;

/* How pages are numbered: page i's content is object first + i / kids * (2 * kids + 1) + i % kids *
 * 2, its page the next one, whose parent is the object before the first of these `kids` pages. */
typedef struct {
    uint32_t first, kids;
} elqr_pdf_numbers;

/* Bytes of work space, on a multiple of 8. */
size_t elqr_pdf_work(const elqr_pdf_batch *batch);

/* Writes the objects of pages [*done, pages): stream and page, to out[0 : capacity].  `flate`
 * [ELQR_PDF_BLOCKS]; null: streams are not packed.  offsets [pages, 2] gets where each object
 * starts, counted from `out`, checksums [pages] the Adler-32 of each content; *used what was
 * written, *done the page after the last whole one.  Where *done is not 0, all else but `out` and
 * its capacity must be as the call before left it.
 *
 * ELQR_BUFFER_TOO_SMALL: take *used bytes and call again; where *used is 0, with twice the room.
 * There must be room for the largest page that could be, some 170 kB, where 2 kB get written.
 * ELQR_OUT_OF_RANGE: page *done, or the batch, has a number that is not as said above.
 * ELQR_BAD_CHARACTER: page *done has a byte without a code.  Time is linear in what a page adds. */
int elqr_pdf_pages(const elqr_pdf_batch *batch, const elqr_flate *flate,
                   const elqr_pdf_numbers *numbers, uint8_t *work, uint8_t *out, size_t capacity,
                   uint64_t *offsets, uint32_t *checksums, size_t *done, size_t *used);

/* Adds to counts [ELQR_PDF_BLOCKS, ELQR_FLATE_SYMBOLS] how often pages [first, last) use each
 * symbol. */
int elqr_pdf_count(const elqr_pdf_batch *batch, size_t first, size_t last, uint8_t *work,
                   uint32_t *counts);

/* Writes the n entries of a cross-reference table, 20 bytes each, for objects that start at these
 * offsets.  ELQR_OUT_OF_RANGE: one has more than ten digits. */
int elqr_pdf_entries(const uint64_t *offsets, size_t n, uint8_t *out);

#ifdef __cplusplus
}
#endif
#endif
