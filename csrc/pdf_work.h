/* What the writing of PDF pages keeps at hand, and texts that remember where they stood.  Internal
 * to csrc. */
#ifndef ELQR_PDF_WORK_H
#define ELQR_PDF_WORK_H

#include "flate.h"

enum {
    MOST_TEXT = 2000,   /* bytes of a text of the batch */
    MOST_MODULES = 288, /* ELQR_BILL_MODULES */
    MOST_SETTING = 64,  /* bytes of a font and its size */
    MOST_LEADING = 1000,
    MOST_PLACE = 1 << 29, /* dots, either way */
    MOST_ALIKE = 5,       /* bits of letters of which ten are put at once */
    KEPT = 6,             /* lines of a column that are looked back at */
    ODD = 64,
    QUEUE = 1024, /* words of a page that wait to be packed */
    GAP_WORDS = 5,
    GAP_BITS = 12,    /* of a gap's hash */
    GAPS = 1024,      /* that are kept, and one that is none */
    BARS_AT_ONCE = 11 /* modules */
};

/* A glyph of two bytes in Flate: of its piece what is put.  With ODD bits one of more bytes, or
 * without a code. */
typedef struct {
    uint32_t word, b;
    uint16_t a, bits;
} short_glyph;

/* Glyphs [start, start + count) of a column and where they stood on a page, in one string. */
typedef struct {
    uint64_t position, b;
    uint32_t start, count, size, a;
} kept_line;

/* The last lines of a column that page `page` shows: line i of `count` at i % KEPT. */
typedef struct {
    kept_line lines[KEPT];
    uint32_t page, count;
} kept_column;

/* What a page's text object has come to: where its last line begins, y downwards, and with what
 * font. */
typedef struct {
    int32_t x, y, setting; /* -1: none yet */
    int32_t shows;         /* a string was begun */
} text_state;

/* What stands between two strings (pdf_flow.h), in Flate.  What it is told by: two places, what was
 * set before with what is set. */
typedef struct {
    uint64_t from, to, set;
    uint64_t words[GAP_WORDS];
    uint32_t a, b; /* Adler-32, as in a piece */
    uint16_t count, size;
} kept_gap;

enum { TEXT_BEGIN, TEXT_END, CLOSE, FONT, SPACE, MOVE, MOVE_GIVEN, SHOW, ROW, LAST, WORDS };

/* A number from -9999 to 9999 is two pieces: sign and hundreds, which may be nothing, and the
 * rest. */
typedef struct {
    elqr_piece hundreds[2][100]; /* [negative] */
    elqr_piece rest[2][100];     /* [there are hundreds] */
} number_pieces;

/* Bars of eleven modules, the first a bar and the last a space, as letters: those of Code 128 have
 * as many.  In Flate. */
typedef struct {
    uint32_t codes;
    uint16_t a, b;      /* Adler-32, as in a piece */
    uint8_t bits, size; /* no bits: not looked at yet, or size 0: none of such bars */
} kept_bars;

static const uint64_t NO_GAP = UINT64_MAX;

/* A text as it is looked at for every page.  Lines of at most `most` glyphs are one string each, if
 * their widths are exact. */
typedef struct {
    const uint16_t *ids;
    const elqr_text_line *lines;
    const uint32_t *line_ends;
    kept_column *column; /* texts of one column share what is kept */
    uint32_t limit;      /* ids that there are, or more than a line can say */
    uint32_t most;
    int single; /* every page has one line */
} flowing_text;

typedef struct {
    elqr_flate_tables tables[ELQR_PDF_BLOCKS];
    number_pieces numbers[ELQR_PDF_BLOCKS];
    elqr_piece words[ELQR_PDF_BLOCKS][WORDS];
    elqr_piece modules[16];     /* letters of four modules */
    uint8_t whole_rows;         /* letters of a row are put at once */
    uint32_t letter_bits;       /* of every letter's code; 0: they differ, or are more */
    uint16_t letter_pairs[256]; /* the codes of two, where they do not */
    elqr_joined blank;          /* a symbol of light modules: its checksum */
    uint32_t page;              /* from 1 */
    kept_bars bars[1 << BARS_AT_ONCE];
    uint16_t gap_of[1 << GAP_BITS]; /* hash: 0, or 1 + the place of a gap with it */
    uint32_t gap_count; /* gaps lie close: they share a first-level cache with much else */
    kept_gap gaps[GAPS];
    uint64_t queue[QUEUE];
    elqr_piece *glyphs;
    short_glyph *short_glyphs;
    flowing_text *flowing; /* [texts] */
    uint8_t *inexact;      /* [glyphs]: its width is not its advance */
    uint32_t any_inexact;  /* of those in use */
    kept_column *columns;
} workspace;

/* Of the block that the sink is in: 0 or 1. */
ELQR_INLINE void put_word(elqr_sink *sink, const int mode, const workspace *work, const int block,
                          int word) {
    elqr_put_piece(sink, mode, &work->words[block][word]);
}

ELQR_INLINE void put_number(elqr_sink *sink, const int mode, const workspace *work, const int block,
                            int64_t number) {
    const number_pieces *pieces = &work->numbers[block];
    const uint64_t size = (uint64_t)(number < 0 ? -number : number);
    if (ELQR_UNLIKELY(size > 9999)) {
        elqr_put_number(sink, mode, number);
        return;
    }
    const uint32_t hundreds = (uint32_t)size / 100;
    elqr_put_piece(sink, mode, &pieces->hundreds[number < 0][hundreds]);
    elqr_put_piece(sink, mode, &pieces->rest[hundreds > 0][size - 100 * hundreds]);
}

/* Where a line of the text object begins, in dots from the lower left. */
typedef struct {
    int64_t x, y;
} text_place;

/* Moves the beginning of the line of the block of codes. */
ELQR_INLINE void put_move(elqr_sink *sink, const int mode, const workspace *work, text_place *from,
                          int64_t x, int64_t y) {
    put_number(sink, mode, work, 0, x - from->x);
    put_word(sink, mode, work, 0, SPACE);
    put_number(sink, mode, work, 0, y - from->y);
    put_word(sink, mode, work, 0, MOVE);
    *from = (text_place){x, y};
}

#endif
