/* From characters to final message codewords (ISO/IEC 18004:2015, 7.3 to 7.6).  Internal to csrc.
 */
#ifndef ELQR_QR_ENCODE_H
#define ELQR_QR_ENCODE_H

#include "common.h"

#include <stddef.h>
#include <stdint.h>

/* ELQR_OK, or the first argument out of range as ELQR_BAD_MODE, _VERSION, _LEVEL or _MASK. */
int qr_check_arguments(int mode, int version, int level, int mask);

/* Table 9 gives blocks of two lengths at most: `shorts` blocks of `length` data codewords come
 * first, those after them have one more. */
typedef struct {
    int count, shorts, length, ec;
} qr_blocks;

qr_blocks qr_block_structure(int version, int level);

/* Offset of a block's first data codeword. */
int qr_block_start(const qr_blocks *blocks, int block);

/* Table 3: bits of the character count indicator. */
int qr_count_bits(int mode, int version);

/* Final message codewords of one segment: data, terminator, padding, error correction, interleaved.
 * `codewords` has room for qr_total_codewords[version]; arguments have been checked.
 * Returns ELQR_OK, ELQR_EMPTY, ELQR_TOO_LONG or ELQR_BAD_CHARACTER. */
int qr_final_message(const uint8_t *data, size_t length, int mode, int version, int level,
                     uint8_t *codewords);

/* No exit inside the loop, and the greatest of bytes: whole items are common, and compilers make
 * vectors of it. */
ELQR_INLINE int qr_are_digits(const uint8_t *data, size_t length) {
    uint8_t greatest = 0;
    for (size_t i = 0; i < length; i++) {
        const uint8_t digit = (uint8_t)(data[i] - '0');
        greatest = digit > greatest ? digit : greatest;
    }
    return greatest <= 9;
}

#endif
