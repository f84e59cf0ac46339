/* Ink at the codes' places of a page that is read back.  Internal to csrc. */
#ifndef ELQR_READ_INK_H
#define ELQR_READ_INK_H

#include "common.h"
#include "elqr.h"

enum { READ_ROWS = 64, READ_BARS = 288 };

typedef struct {
    uint64_t rows[READ_ROWS]; /* the symbol's, the first module highest */
    uint8_t bars[READ_BARS];
    uint32_t bar_rects; /* of a vector page */
    int has_symbol, has_bars;
} read_ink;

/* Writes page i's row of symbols[., side, (side + 7) / 8] and bars[., count]; returns what is
 * shown: bit 0: a symbol, bit 1: bars. */
ELQR_INLINE uint8_t put_ink(const read_ink *ink, uint32_t side, uint32_t count, size_t i,
                            uint8_t *symbols, uint8_t *bars) {
    const uint32_t bytes = (side + 7) / 8;
    for (uint32_t row = 0; row < side; row++)
        for (uint32_t byte = 0; byte < bytes; byte++)
            symbols[(i * side + row) * bytes + byte] = (uint8_t)(ink->rows[row] >> (56 - 8 * byte));
    if (count)
        memcpy(bars + i * count, ink->bars, count);
    return (uint8_t)(ink->has_symbol | ink->has_bars << 1);
}

/* inverse of a module for divide_dots. */
ELQR_INLINE uint64_t inverse_of(uint32_t module) {
    return module ? (UINT64_C(1) << 32) / module + 1 : 0;
}

/* dots / module: exact as long as dots * module < 2^32. */
ELQR_INLINE uint32_t divide_dots(uint64_t dots, uint64_t inverse) {
    return (uint32_t)(dots * inverse >> 32);
}

#endif
