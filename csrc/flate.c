/* Tables for flate.h: RFC 1951, 3.2.5. */
#include "flate.h"

static const uint16_t LENGTH_BASE[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                         67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t LENGTH_EXTRA[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
enum { FIRST_LENGTH_SYMBOL = 257 };

static void prepare_literals(const elqr_flate *codes, elqr_flate_tables *tables) {
    for (int byte = 0; byte < 256; byte++) {
        elqr_piece *piece = &tables->literals[byte];
        piece->text[0] = (uint8_t)byte;
        piece->size = 1;
        piece->a = (uint16_t)byte;
        piece->b = (uint32_t)byte;
        piece->word = codes ? codes->codes[byte] : 0;
        piece->bits = codes ? codes->bits[byte] : 1;
    }
    for (int number = 0; number < 100; number++) {
        uint8_t tens = (uint8_t)('0' + number / 10), ones = (uint8_t)('0' + number % 10);
        elqr_piece_add(&tables->pairs[number], tables->literals, tens);
        elqr_piece_add(&tables->pairs[number], tables->literals, ones);
        if (number >= 10)
            elqr_piece_add(&tables->numbers[number], tables->literals, tens);
        elqr_piece_add(&tables->numbers[number], tables->literals, ones);
    }
}

static void prepare_lengths(const elqr_flate *codes, elqr_flate_tables *tables) {
    for (uint32_t i = 0; i < 29; i++) {
        uint32_t symbol = FIRST_LENGTH_SYMBOL + i;
        uint32_t next = i < 28 ? LENGTH_BASE[i + 1] : LONGEST_MATCH + 1;
        uint32_t bits = codes ? codes->bits[symbol] : 0;
        for (uint32_t size = LENGTH_BASE[i]; size < next; size++) {
            uint32_t extra = size - LENGTH_BASE[i];
            elqr_reach *length = &tables->lengths[size];
            length->symbol = (uint16_t)symbol;
            length->word = bits ? codes->codes[symbol] | extra << bits : 0;
            length->bits = (uint8_t)(bits ? bits + LENGTH_EXTRA[i] : 0);
        }
    }
}

static void prepare_distances(const elqr_flate *codes, elqr_flate_tables *tables) {
    uint32_t distance = 1;
    for (uint32_t symbol = 0; symbol < ELQR_FLATE_DISTANCES; symbol++) {
        uint32_t extra = symbol < 4 ? 0 : symbol / 2 - 1;
        uint32_t bits = codes ? codes->bits[ELQR_FLATE_LITERALS + symbol] : 0;
        tables->distance_base[symbol] = distance;
        tables->distance_word[symbol] = codes ? codes->codes[ELQR_FLATE_LITERALS + symbol] : 0;
        tables->distance_code_bits[symbol] = (uint8_t)bits;
        tables->distance_bits[symbol] = (uint8_t)(bits ? bits + extra : 0);
        const uint32_t end = distance + (1u << extra);
        for (; distance < end && distance <= NEAR; distance++)
            tables->near_symbols[distance - 1] = (uint8_t)symbol;
        for (; distance < end; distance += 128) /* from here on ranges are whole 128s */
            tables->far_symbols[(distance - 1) >> 7] = (uint8_t)symbol;
    }
}

void elqr_flate_prepare(const elqr_flate *codes, elqr_flate_tables *tables) {
    memset(tables, 0, sizeof *tables);
    prepare_literals(codes, tables);
    prepare_lengths(codes, tables);
    prepare_distances(codes, tables);
}
