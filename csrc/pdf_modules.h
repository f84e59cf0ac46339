/* Modules and bars as letters of fonts that draw them, for pdf_page.c.  Internal to csrc. */
#ifndef ELQR_PDF_MODULES_H
#define ELQR_PDF_MODULES_H

#include "pdf_work.h"

enum { MODULE_LETTER = '@', MOST_RUN = 4 };

/* The letters of a row whose first module is the highest bit, and the word after them. */
ELQR_INLINE void put_row(elqr_sink *sink, const int mode, const workspace *work, uint64_t row,
                         uint32_t letters, int word) {
    const elqr_piece *pairs = work->module_pairs;
    const int at_once = mode == FLATE && work->short_letters;
    for (; at_once && letters >= 8; letters -= 8, row <<= 32) {
        elqr_joined eight = {0, 0, 0, 0, 0};
        for (int shift = 56; shift >= 32; shift -= 8)
            elqr_join(&eight, &pairs[row >> shift & 255]);
        elqr_put_joined(sink, &eight);
    }
    for (; letters >= (at_once ? 4 : 2); letters -= 2, row <<= 8)
        elqr_put_piece(sink, mode, &pairs[row >> 56]);
    if (!at_once) {
        if (letters)
            elqr_put_piece(sink, mode, &work->modules[row >> 60]);
        put_word(sink, mode, work, 0, word);
        return;
    }
    elqr_joined end = {0, 0, 0, 0, 0};
    if (letters >= 2)
        elqr_join(&end, &pairs[row >> 56]);
    if (letters & 1)
        elqr_join(&end, &work->modules[(letters & 2 ? row << 8 : row) >> 60]);
    elqr_join(&end, &work->words[0][word]);
    elqr_put_joined(sink, &end);
}

/* Packed rows, the last of which may be the last bytes that can be read. */
typedef struct {
    const uint8_t *at, *end;
    uint32_t row_bytes;
    uint64_t inside; /* the bits of a row */
} packed_rows;

ELQR_INLINE uint64_t packed_row(const packed_rows *rows, uint32_t row) {
    const uint8_t *at = rows->at + (size_t)row * rows->row_bytes;
    return elqr_load64_end(at, (size_t)(rows->end - at)) & rows->inside;
}

/* Puts a symbol; nothing of one without dark modules, which stands for none. */
ELQR_INLINE void put_symbol(elqr_sink *sink, const int mode, const workspace *work,
                            const elqr_pdf_code *code, packed_rows rows, text_place *place) {
    const uint32_t side = code->count, letters = (side + 3) / 4;
    uint64_t any = 0;
    for (uint32_t row = 0; row < side; row++)
        any |= packed_row(&rows, row);
    if (!any)
        return;
    elqr_put_literals(sink, mode, code->head.bytes, code->head.size);
    put_move(sink, mode, work, 0, place, code->x, code->y, MOVE);
    for (uint32_t row = 0; row < side; row++)
        put_row(sink, mode, work, packed_row(&rows, row), letters, row + 1 < side ? ROW : LAST);
    place->y -= (int64_t)side * code->leading;
}

/* Eight modules as bits, the first one highest. */
ELQR_INLINE uint64_t eight_bars(const uint8_t *modules, uint32_t count) {
    uint64_t bytes = 0;
    if (ELQR_LIKELY(count >= 8))
        bytes = elqr_load64_low_first(modules);
    else
        for (uint32_t i = 0; i < count; i++)
            bytes |= (uint64_t)modules[i] << (8 * i);
    bytes |= (bytes & UINT64_C(0x7F7F7F7F7F7F7F7F)) + UINT64_C(0x7F7F7F7F7F7F7F7F);
    return (bytes >> 7 & UINT64_C(0x0101010101010101)) * UINT64_C(0x8040201008040201) >> 56;
}

enum { BAR_WORDS = MOST_MODULES / 64 + 1 };

/* Where the colour changes in a row of bars, which lies between light modules: bit i of 64 w + i,
 * from the highest.  Returns whether there is any. */
ELQR_INLINE int bar_edges(const uint8_t *modules, uint32_t count, uint64_t *edges) {
    uint64_t before = 0, any = 0;
    for (uint32_t word = 0; word < BAR_WORDS; word++) {
        uint64_t dark = 0;
        for (uint32_t x = 64 * word; x < 64 * word + 64; x += 8)
            dark = dark << 8 | (x < count ? eight_bars(modules + x, count - x) : 0);
        edges[word] = dark ^ (dark >> 1 | before << 63);
        before = dark & 1;
        any |= dark;
    }
    return any != 0;
}

/* Letters that wait to be put at once. */
typedef struct {
    elqr_joined joined;
    uint32_t most;
} waiting;

ELQR_INLINE void put_letter(elqr_sink *sink, const int mode, waiting *letters,
                            const elqr_piece *letter) {
    if (mode != FLATE) {
        elqr_put_piece(sink, mode, letter);
        return;
    }
    elqr_join(&letters->joined, letter);
    if (letters->joined.size >= letters->most) {
        elqr_put_joined(sink, &letters->joined);
        letters->joined = (elqr_joined){0, 0, 0, 0, 0};
    }
}

/* Puts a row of bars; false if it is not one that can be. */
ELQR_INLINE int put_bars(elqr_sink *sink, const int mode, const workspace *work,
                         const elqr_pdf_code *code, const uint8_t *row, text_place *place) {
    uint64_t edges[BAR_WORDS];
    uint32_t start = 0, end = 0, dark = 0; /* of the last bar; whether one is open */
    waiting letters = {{0, 0, 0, 0, 0}, work->short_letters ? 8 : 1};
    if (!bar_edges(row, code->count, edges))
        return 1;
    if (!row[0])
        return 0;
    elqr_put_literals(sink, mode, code->head.bytes, code->head.size);
    put_move(sink, mode, work, 0, place, code->x, code->y, MOVE);
    for (uint32_t word = 0; word < BAR_WORDS; word++)
        for (uint64_t left = edges[word]; left;) {
            const uint32_t bit = elqr_leading_zeros(left), x = 64 * word + bit;
            left ^= UINT64_C(1) << (63 - bit);
            if (dark && x - start > MOST_RUN)
                return 0;
            if (!dark && x) {
                if (x - end > MOST_RUN)
                    return 0;
                put_letter(sink, mode, &letters, &work->modules[4 * (end - start) + x - end - 5]);
            }
            start = dark ? start : x;
            end = dark ? x : end;
            dark ^= 1;
        }
    put_letter(sink, mode, &letters, &work->modules[4 * (end - start) - 4]);
    if (mode == FLATE)
        elqr_put_joined(sink, &letters.joined);
    put_word(sink, mode, work, 0, SHOW);
    return 1;
}

#endif
