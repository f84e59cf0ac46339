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
    KEPT = 4 /* lines of a column that are looked back at */
};

/* A text and where it stood last on page `page`, counted from 1. */
typedef struct {
    const uint8_t *text;
    uint64_t position, b;
    uint32_t size, page, a;
} remembered;

/* Glyphs [start, start + count) of a column and where they stood on a page, in one string. */
typedef struct {
    uint64_t position, b;
    uint32_t page, start, count, size, a;
} kept_line;

/* The lines of a column that a page shows, the oldest at `next`. */
typedef struct {
    kept_line lines[KEPT];
    uint32_t next;
} kept_column;

enum { TEXT_BEGIN, TEXT_END, CLOSE, FONT, SPACE, MOVE, MOVE_GIVEN, SHOW, ROW, LAST, WORDS };

/* A number from -9999 to 9999 is two pieces: sign and hundreds, which may be nothing, and the
 * rest. */
typedef struct {
    elqr_piece hundreds[2][100]; /* [negative] */
    elqr_piece rest[2][100];     /* [there are hundreds] */
} number_pieces;

typedef struct {
    elqr_flate_tables tables[ELQR_PDF_BLOCKS];
    number_pieces numbers[ELQR_PDF_BLOCKS];
    elqr_piece words[ELQR_PDF_BLOCKS][WORDS];
    elqr_piece modules[16], module_pairs[256]; /* letters of four modules, and of eight */
    uint8_t short_numbers[ELQR_PDF_BLOCKS];    /* a number and the word after it fit a join */
    uint8_t short_letters;                     /* eight letters do, and three with a row's end */
    uint32_t page;                             /* from 1 */
    elqr_piece *glyphs;
    uint8_t *inexact;     /* [glyphs]: its width is not its advance */
    uint32_t any_inexact; /* of those in use */
    remembered *settings;
    kept_column *columns;
    uint32_t *column_of; /* [texts]: texts of one column share what is kept */
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

/* A number and the word after it. */
ELQR_INLINE void put_number_word(elqr_sink *sink, const int mode, const workspace *work,
                                 const int block, int64_t number, int word) {
    const number_pieces *pieces = &work->numbers[block];
    const uint64_t size = (uint64_t)(number < 0 ? -number : number);
    if (mode != FLATE || !work->short_numbers[block] || ELQR_UNLIKELY(size > 9999)) {
        put_number(sink, mode, work, block, number);
        put_word(sink, mode, work, block, word);
        return;
    }
    const uint32_t hundreds = (uint32_t)size / 100;
    elqr_joined joined = {0, 0, 0, 0, 0};
    elqr_join(&joined, &pieces->hundreds[number < 0][hundreds]);
    elqr_join(&joined, &pieces->rest[hundreds > 0][size - 100 * hundreds]);
    elqr_join(&joined, &work->words[block][word]);
    elqr_put_joined(sink, &joined);
}

/* Moves the beginning of the line, by "x y Td" or what `word` is. */
ELQR_INLINE void put_move(elqr_sink *sink, const int mode, const workspace *work, const int block,
                          text_place *from, int64_t x, int64_t y, int word) {
    put_number_word(sink, mode, work, block, x - from->x, SPACE);
    put_number_word(sink, mode, work, block, y - from->y, word);
    *from = (text_place){x, y};
}

#endif
