/* Deflate (RFC 1951) from pieces that are known beforehand.  Internal to csrc.
 *
 * A page is put down piece by piece: literals, or a match of what stands a known distance back.
 * Nothing is searched for and, in Flate, the plain text is never made: code words and checksums of
 * pieces are worked out ahead and joined.  The same calls also make the plain text, or count the
 * symbols that a table of codes is then made from: `mode` is constant at every call, so each
 * becomes a loop of its own. */
#ifndef ELQR_FLATE_H
#define ELQR_FLATE_H

#include "bits.h"
#include "elqr_pdf_page.h"

enum { PLAIN, COUNT, FLATE };

/* A few bytes, coded. */
typedef struct {
    uint64_t word; /* code words, first at the bottom */
    uint32_t b;    /* Adler-32 of the bytes: what they add to B where A is 0, and to A */
    uint16_t a;
    uint8_t bits, size;
    uint8_t text[4];
} elqr_piece;

/* A length with its extra bits; `bits` is 0 where the table has no code for it. */
typedef struct {
    uint32_t word;
    uint16_t symbol;
    uint8_t bits;
} elqr_reach;

enum { WINDOW = 32768, LONGEST_MATCH = 258, SHORTEST_MATCH = 3, NEAR = 256 };

typedef struct {
    elqr_piece literals[256];
    elqr_reach lengths[LONGEST_MATCH + 1];
    uint32_t distance_base[30], distance_word[30];
    uint8_t distance_bits[30], distance_code_bits[30];
    uint8_t near_symbols[NEAR], far_symbols[256]; /* of distance - 1, and of it / 128 */
    elqr_piece numbers[100];                      /* 0 to 99 */
    elqr_piece pairs[100];                        /* 00 to 99 */
} elqr_flate_tables;

/* Where pieces go. */
typedef struct {
    const elqr_flate_tables *tables;
    uint64_t a, b;     /* Adler-32, not yet taken modulo */
    uint64_t position; /* plain bytes so far */
    uint64_t word;     /* FLATE: bits that are no whole byte yet */
    uint32_t bits;
    uint32_t lost;      /* a literal without a code was met */
    uint8_t *out, *end; /* PLAIN, FLATE */
    uint32_t *counts;
} elqr_sink;

/* Pieces that are put at once, of at most 56 bits together: bits and checksum of each wait for
 * those before it, and so fewer of them make a page faster. */
typedef struct {
    uint64_t word, a, b;
    uint32_t bits, size;
} elqr_joined;

/* Appends at most 56 bits; writes up to 8 bytes at out. */
ELQR_INLINE void elqr_put_bits(elqr_sink *sink, uint64_t word, uint32_t bits) {
    sink->word |= word << sink->bits;
    sink->bits += bits;
    elqr_store64_low_first(sink->out, sink->word);
    sink->out += sink->bits >> 3;
    sink->word >>= sink->bits & 0x38;
    sink->bits &= 7;
}

/* Appends 64 bits. */
ELQR_INLINE void elqr_put_full(elqr_sink *sink, uint64_t word) {
    elqr_store64_low_first(sink->out, sink->word | word << sink->bits);
    sink->out += 8;
    sink->word = word >> 1 >> (63 - sink->bits);
}

ELQR_INLINE void elqr_add_checksum(elqr_sink *sink, uint64_t size, uint64_t a, uint64_t b) {
    sink->b += size * sink->a + b;
    sink->a += a;
    sink->position += size;
}

ELQR_INLINE void elqr_put_piece(elqr_sink *sink, const int mode, const elqr_piece *piece) {
    elqr_add_checksum(sink, piece->size, piece->a, piece->b);
    if (mode == FLATE) {
        elqr_put_bits(sink, piece->word, piece->bits);
    } else if (mode == PLAIN) {
        memcpy(sink->out, piece->text, 4);
        sink->out += piece->size;
    } else {
        for (int i = 0; i < piece->size; i++)
            sink->counts[piece->text[i]]++;
    }
}

/* Of a piece whose bits go elsewhere. */
ELQR_INLINE void elqr_join_checksum(elqr_joined *joined, const elqr_piece *piece) {
    joined->b += piece->size * joined->a + piece->b;
    joined->a += piece->a;
    joined->size += piece->size;
}

ELQR_INLINE void elqr_join(elqr_joined *joined, const elqr_piece *piece) {
    joined->word |= piece->word << joined->bits;
    joined->bits += piece->bits;
    elqr_join_checksum(joined, piece);
}

/* FLATE only. */
ELQR_INLINE void elqr_put_joined(elqr_sink *sink, const elqr_joined *joined) {
    elqr_put_bits(sink, joined->word, joined->bits);
    elqr_add_checksum(sink, joined->size, joined->a, joined->b);
}

ELQR_INLINE void elqr_put_literals(elqr_sink *sink, const int mode, const uint8_t *text,
                                   size_t size) {
    const elqr_piece *literals = sink->tables->literals;
    size_t i = 0;
    for (; mode == FLATE && i + 4 <= size; i += 4) { /* of 14 bits each */
        elqr_joined four = {0, 0, 0, 0, 0};
        for (size_t j = i; j < i + 4; j++) {
            sink->lost |= !literals[text[j]].bits;
            elqr_join(&four, &literals[text[j]]);
        }
        elqr_put_joined(sink, &four);
    }
    for (; i < size; i++) {
        sink->lost |= !literals[text[i]].bits;
        elqr_put_piece(sink, mode, &literals[text[i]]);
    }
}

ELQR_INLINE uint32_t elqr_distance_symbol(const elqr_flate_tables *tables, uint32_t distance) {
    uint32_t less = distance - 1;
    return less < NEAR ? tables->near_symbols[less] : tables->far_symbols[less >> 7];
}

/* The codes of a match of 3 to 258 bytes; no bits where the window or the table does not reach that
 * far. */
ELQR_INLINE uint64_t elqr_match_codes(const elqr_flate_tables *tables, uint32_t size,
                                      uint64_t distance, uint32_t *bits) {
    *bits = 0;
    if (ELQR_UNLIKELY(size < SHORTEST_MATCH || size > LONGEST_MATCH || distance > WINDOW))
        return 0;
    const elqr_reach *length = &tables->lengths[size];
    const uint32_t symbol = elqr_distance_symbol(tables, (uint32_t)distance);
    if (ELQR_UNLIKELY(!length->bits || !tables->distance_bits[symbol]))
        return 0;
    const uint64_t extra = (uint32_t)distance - tables->distance_base[symbol];
    const uint64_t word = tables->distance_word[symbol] | extra
                                                              << tables->distance_code_bits[symbol];
    *bits = (uint32_t)length->bits + tables->distance_bits[symbol];
    return length->word | word << length->bits;
}

/* A match whose checksum is known.  False, and nothing written, where there can be none. */
ELQR_INLINE int elqr_put_match(elqr_sink *sink, const int mode, uint32_t size, uint64_t distance,
                               uint64_t a, uint64_t b) {
    const elqr_flate_tables *tables = sink->tables;
    if (size < SHORTEST_MATCH || size > LONGEST_MATCH || distance > WINDOW)
        return 0;
    if (mode == FLATE) {
        uint32_t bits;
        const uint64_t codes = elqr_match_codes(tables, size, distance, &bits);
        if (!bits)
            return 0;
        elqr_put_bits(sink, codes, bits);
    } else if (mode == PLAIN) {
        for (uint32_t i = 0; i < size; i++, sink->out++)
            *sink->out = *(sink->out - distance);
    } else {
        sink->counts[tables->lengths[size].symbol]++;
        sink->counts[ELQR_FLATE_LITERALS + elqr_distance_symbol(tables, (uint32_t)distance)]++;
    }
    elqr_add_checksum(sink, size, a, b);
    return 1;
}

ELQR_INLINE void elqr_put_number(elqr_sink *sink, const int mode, int64_t number) {
    const elqr_flate_tables *tables = sink->tables;
    if (number < 0) {
        elqr_put_piece(sink, mode, &tables->literals['-']);
        number = -number;
    }
    uint32_t pairs[10];
    int count = 0;
    while (number >= 100) {
        pairs[count++] = (uint32_t)(number % 100);
        number /= 100;
    }
    elqr_put_piece(sink, mode, &tables->numbers[number]);
    while (count > 0)
        elqr_put_piece(sink, mode, &tables->pairs[pairs[--count]]);
}

/* Appends a literal to a piece of fewer than four. */
ELQR_INLINE void elqr_piece_add(elqr_piece *piece, const elqr_piece *literals, uint8_t byte) {
    piece->word |= literals[byte].word << piece->bits;
    piece->bits = (uint8_t)(piece->bits + literals[byte].bits);
    piece->b += (uint32_t)piece->a + byte;
    piece->a = (uint16_t)(piece->a + byte);
    piece->text[piece->size++] = byte;
}

/* Tables of the codes; of no codes, for PLAIN and COUNT, where `codes` is null. */
void elqr_flate_prepare(const elqr_flate *codes, elqr_flate_tables *tables);

#endif
