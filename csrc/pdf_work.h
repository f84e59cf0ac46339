/* What the writing of PDF pages keeps at hand, and texts that remember where they stood.  Internal
 * to csrc. */
#ifndef ELQR_PDF_WORK_H
#define ELQR_PDF_WORK_H

#include "flate.h"

enum {
    MOST_TEXT = 2000,    /* bytes of a text of the batch */
    MOST_MODULES = 288,  /* ELQR_BILL_MODULES */
    MOST_RUNS = 64 * 32, /* of one width in a symbol */
    TAILS = 64,          /* widths of runs whose tails are remembered */
    TAIL_SIZE = 64,      /* bytes of a tail */
    PAST = 4096,         /* glyphs of a page that are looked back at */
    HASHES = 1024,       /* a power of 2 */
    GLYPH_BYTES = 4,     /* two bytes in hexadecimal */
    MATCHED_AT_ONCE = 64 /* glyphs: 256 bytes */
};

/* A text and where it stood last on page `page`, counted from 1. */
typedef struct {
    const uint8_t *text;
    uint64_t position, b;
    uint32_t size, page, a;
} remembered;

enum { TEXT_BEGIN, TEXT_END, FONT, FONT_MOVE, MOVE, SHOW, SHOWN, SHOWN_MOVE, CLOSE, WORDS };

/* What runs of modules end with, by their width. */
typedef struct {
    remembered last[TAILS + 1];
    uint8_t text[TAILS + 1][TAIL_SIZE];
    uint8_t ready[TAILS + 1]; /* a run like the last one can be put at once */
} tail_set;

typedef struct {
    elqr_flate_tables tables[ELQR_PDF_BLOCKS];
    elqr_piece rows[MOST_MODULES]; /* a space and the row's number */
    elqr_piece columns[MOST_MODULES];
    uint32_t runs[TAILS + 1][MOST_RUNS], run_counts[TAILS + 1]; /* by width */
    tail_set qr, bars;
    remembered words[WORDS];
    remembered same_line; /* " y Tm\n[<" */
    int64_t same_y;
    uint32_t page; /* from 1 */
    uint32_t past; /* glyphs so far */
    uint16_t past_ids[PAST];
    uint32_t past_positions[PAST];
    uint16_t hashes[2][HASHES]; /* index + 1 in past_ids of two, three glyphs that hash to this */
    elqr_piece *glyphs;
    remembered *settings;
} workspace;

ELQR_INLINE void put_remembered(elqr_sink *sink, const int mode, const workspace *work,
                                remembered *one) {
    uint64_t start = sink->position;
    if (one->page != work->page || one->size < SHORTEST_MATCH ||
        !elqr_put_match(sink, mode, one->size, start - one->position, one->a, one->b))
        elqr_put_literals(sink, mode, one->text, one->size);
    one->page = work->page;
    one->position = start;
}

#endif
