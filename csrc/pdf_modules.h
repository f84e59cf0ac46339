/* Modules and bars as letters of fonts that draw them, for pdf_page.c.  Internal to csrc.
 *
 * In Flate, letters have codes of one length where their table is made for it: then a row of a
 * symbol is one word, and its checksum is worked out from sums of all rows. */
#ifndef ELQR_PDF_MODULES_H
#define ELQR_PDF_MODULES_H

#include "pdf_work.h"

enum { MODULE_LETTER = '@', MOST_RUN = 4 };

/*---- Symbols ----*/

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

/* The letters of a row whose first module is the highest bit, and the word after them. */
ELQR_INLINE void put_row(elqr_sink *sink, const int mode, const workspace *work, uint64_t row,
                         uint32_t letters, int word) {
    for (; letters > 0; letters--, row <<= 4)
        elqr_put_piece(sink, mode, &work->modules[row >> 60]);
    put_word(sink, mode, work, 0, word);
}

/* Of letters, counted from '@': lane k of 16 bits, from the highest, of word j is for the letter 4
 * k
 * + j of a row.  Of all rows so far, and of what that was after each row. */
typedef struct {
    uint64_t letters[4], after_rows[4];
} letter_sums;

ELQR_INLINE void add_letters(letter_sums *sums, uint64_t row) {
    for (int j = 0; j < 4; j++) {
        sums->letters[j] += row >> (12 - 4 * j) & UINT64_C(0x000F000F000F000F);
        sums->after_rows[j] += sums->letters[j];
    }
}

/* Adds the checksum of a symbol's letters and the words after rows: that of a blank one, and what
 * each letter adds to itself and to all bytes from it to the end. */
ELQR_INLINE void add_symbol_checksum(elqr_sink *sink, const workspace *work,
                                     const letter_sums *sums, uint32_t row_size) {
    uint64_t a = work->blank.a, b = work->blank.b;
    for (uint32_t i = 0; i < 16; i++) {
        const uint32_t shift = 48 - i / 4 * 16;
        const uint64_t letters = sums->letters[i % 4] >> shift & 0xFFFF;
        a += letters;
        b += row_size * (sums->after_rows[i % 4] >> shift & 0xFFFF) - i * letters;
    }
    elqr_add_checksum(sink, work->blank.size, a, b);
}

/* The codes of a row's letters, of at most six pairs. */
ELQR_INLINE uint64_t row_codes(const uint16_t *pairs, uint32_t pair_bits, uint64_t row) {
    uint64_t word = 0;
    for (int shift = 16; shift < 64; shift += 8)
        word = word << pair_bits | pairs[row >> shift & 255];
    return word;
}

/* FLATE, where work->whole_rows.  A row and the word after it are 64 bits where codes are made for
 * that: then all rows lie alike in bytes. */
ELQR_INLINE void put_whole_rows(elqr_sink *sink, const workspace *work, packed_rows rows,
                                uint32_t side, uint32_t letters) {
    const elqr_piece end = work->words[0][ROW], last = work->words[0][LAST];
    const uint32_t bits = letters * work->letter_bits, pair_bits = 2 * work->letter_bits;
    const uint64_t inside = (UINT64_C(1) << bits) - 1;
    letter_sums sums = {{0}, {0}};
    for (uint32_t row = 0; row + 1 < side; row++) {
        const uint64_t modules = packed_row(&rows, row);
        const uint64_t codes = row_codes(work->letter_pairs, pair_bits, modules) & inside;
        if (ELQR_LIKELY(bits + end.bits == 64)) {
            elqr_put_full(sink, codes | end.word << bits);
        } else {
            elqr_put_bits(sink, codes, bits);
            elqr_put_bits(sink, end.word, end.bits);
        }
        add_letters(&sums, modules);
    }
    const uint64_t modules = packed_row(&rows, side - 1);
    elqr_put_bits(sink, row_codes(work->letter_pairs, pair_bits, modules) & inside, bits);
    elqr_put_bits(sink, last.word, last.bits);
    add_letters(&sums, modules);
    add_symbol_checksum(sink, work, &sums, letters + end.size);
}

ELQR_INLINE int is_blank(const packed_rows *rows, uint32_t side) {
    for (uint32_t row = 0; row < side; row++)
        if (packed_row(rows, row))
            return 0;
    return 1;
}

/* Puts a symbol; nothing of one without dark modules, which stands for none. */
ELQR_INLINE void put_symbol(elqr_sink *sink, const int mode, const workspace *work,
                            const elqr_pdf_code *code, packed_rows rows, text_place *place) {
    const uint32_t side = code->count, letters = (side + 3) / 4;
    if (is_blank(&rows, side))
        return;
    elqr_put_literals(sink, mode, code->head.bytes, code->head.size);
    put_move(sink, mode, work, place, code->x, code->y);
    if (mode == FLATE && work->whole_rows)
        put_whole_rows(sink, work, rows, side, letters);
    else
        for (uint32_t row = 0; row < side; row++)
            put_row(sink, mode, work, packed_row(&rows, row), letters, row + 1 < side ? ROW : LAST);
    place->y -= (int64_t)side * code->leading;
}

/*---- Bars ----*/

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

enum { MOST_LETTERS = MOST_MODULES / 2 + 1 };

/* Where the colour changes in a row of bars, which lies between light modules; returns how often.
 */
ELQR_INLINE uint32_t bar_edges(const uint8_t *modules, uint32_t count, uint16_t *edges) {
    uint64_t before = 0;
    uint32_t found = 0;
    for (uint32_t word = 0; word <= count / 64; word++) {
        uint64_t dark = 0;
        for (uint32_t x = 64 * word; x < 64 * word + 64; x += 8)
            dark = dark << 8 | (x < count ? eight_bars(modules + x, count - x) : 0);
        for (uint64_t left = dark ^ (dark >> 1 | before << 63); left;) {
            const uint32_t bit = elqr_leading_zeros(left);
            edges[found++] = (uint16_t)(64 * word + bit);
            left ^= UINT64_C(1) << 63 >> bit;
        }
        before = dark & 1;
    }
    return found;
}

/* The letters of bars between these edges, counted from '@', where the last space ends at `end`;
 * false if there are none for them. */
ELQR_INLINE int bar_letters(uint16_t *edges, uint32_t bars, uint32_t end, uint8_t *letters) {
    uint32_t wrong = edges[0];
    edges[2 * bars] = (uint16_t)end;
    for (uint32_t i = 0; i < bars; i++) {
        const uint32_t bar = (uint32_t)edges[2 * i + 1] - edges[2 * i] - 1;
        const uint32_t space = (uint32_t)edges[2 * i + 2] - edges[2 * i + 1] - 1;
        wrong |= (bar | space) / MOST_RUN;
        letters[i] = (uint8_t)(MOST_RUN * bar + space);
    }
    return !wrong;
}

/* Whether any is dark. */
ELQR_INLINE int any_bar(const uint8_t *modules, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (modules[i])
            return 1;
    return 0;
}

/* Looks at `BARS_AT_ONCE` modules. */
static ELQR_NOINLINE void make_bars(const workspace *work, const uint8_t *modules,
                                    kept_bars *kept) {
    uint16_t edges[2 * MOST_LETTERS + 1];
    uint8_t letters[MOST_LETTERS];
    const uint32_t bars = bar_edges(modules, BARS_AT_ONCE, edges) / 2;
    elqr_joined joined = {0, 0, 0, 0, 0};
    *kept = (kept_bars){0, 0, 0, 1, 0};
    if (!bars || edges[2 * bars - 1] >= BARS_AT_ONCE ||
        !bar_letters(edges, bars, BARS_AT_ONCE, letters))
        return;
    for (uint32_t i = 0; i < bars; i++)
        elqr_join(&joined, &work->modules[letters[i]]);
    *kept = (kept_bars){(uint32_t)joined.word, (uint16_t)joined.a, (uint16_t)joined.b,
                        (uint8_t)joined.bits, (uint8_t)joined.size};
}

/* Modules as bits, the first one highest, and eight bytes after them. */
ELQR_INLINE void pack_bars(const uint8_t *modules, uint32_t count, uint8_t *bits) {
    for (uint32_t x = 0; x < count; x += 8)
        bits[x / 8] = (uint8_t)eight_bars(modules + x, count - x);
    memset(bits + (count + 7) / 8, 0, 8);
}

/* FLATE, where letters have codes of one length: the bars of a row up to those that are left, or
 * `row` itself if they do not come eleven modules at a time. */
ELQR_INLINE const uint8_t *put_bars_at_once(elqr_sink *sink, workspace *work, const uint8_t *row,
                                            uint32_t count) {
    enum { MOST = MOST_MODULES / BARS_AT_ONCE };
    uint8_t bits[MOST_MODULES / 8 + 8];
    const kept_bars *found[MOST + 1];
    const uint32_t groups = (count - 1) / BARS_AT_ONCE;
    uint64_t a = 0, b = 0, size = 0;
    pack_bars(row, count, bits);
    for (uint32_t i = 0, x = 0; i < groups; i++, x += BARS_AT_ONCE) {
        kept_bars *kept = &work->bars[elqr_load64(bits + x / 8) << x % 8 >> (64 - BARS_AT_ONCE)];
        if (ELQR_UNLIKELY(!kept->bits))
            make_bars(work, row + x, kept);
        if (ELQR_UNLIKELY(!kept->size))
            return row;
        b += kept->size * a + kept->b;
        a += kept->a;
        size += kept->size;
        found[i] = kept;
    }
    if (ELQR_UNLIKELY(!row[BARS_AT_ONCE * groups]))
        return row;
    for (uint32_t i = 0; i + 1 < groups; i += 2)
        elqr_put_bits(sink, found[i]->codes | (uint64_t)found[i + 1]->codes << found[i]->bits,
                      (uint32_t)found[i]->bits + found[i + 1]->bits);
    if (groups % 2)
        elqr_put_bits(sink, found[groups - 1]->codes, found[groups - 1]->bits);
    elqr_add_checksum(sink, size, a, b);
    return row + BARS_AT_ONCE * groups;
}

/* Puts a row of bars; false if it is not one that can be. */
ELQR_INLINE int put_bars(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_code *code, const uint8_t *row, text_place *place) {
    uint16_t edges[2 * MOST_LETTERS + 1];
    uint8_t letters[MOST_LETTERS];
    const uint8_t *const end = row + code->count;
    if (!any_bar(row, code->count))
        return 1;
    elqr_put_literals(sink, mode, code->head.bytes, code->head.size);
    put_move(sink, mode, work, place, code->x, code->y);
    if (mode == FLATE && work->letter_bits)
        row = put_bars_at_once(sink, work, row, code->count);
    const uint32_t bars = bar_edges(row, (uint32_t)(end - row), edges) / 2;
    if (!bar_letters(edges, bars, edges[2 * bars - 1] + 1u, letters))
        return 0;
    for (uint32_t i = 0; i < bars; i++)
        elqr_put_piece(sink, mode, &work->modules[letters[i]]);
    put_word(sink, mode, work, 0, SHOW);
    return 1;
}

#endif
