/* GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1, and Reed-Solomon over it (ISO/IEC 18004, 7.5.2).
 * Internal to csrc. */
#ifndef ELQR_GF256_H
#define ELQR_GF256_H

#include "common.h"

#include <stddef.h>
#include <stdint.h>

#define GF256_MAX_DEGREE 30 /* the most error correction codewords a block of a QR symbol has */

/* 2 to the exponent 0..510 (the sum of two logarithms), and the logarithm to base 2 of 1..255. */
extern const uint8_t gf256_power[511];
extern const uint8_t gf256_logarithm[256];

/* Generator polynomial of each degree that QR uses, highest power first, the leading 1 left out;
 * zeros for other degrees. */
extern const uint8_t gf256_rs_generator[GF256_MAX_DEGREE + 1][GF256_MAX_DEGREE];

ELQR_INLINE uint8_t gf256_multiply(uint8_t a, uint8_t b) {
    return a == 0 || b == 0 ? 0 : gf256_power[gf256_logarithm[a] + gf256_logarithm[b]];
}

/* Writes the `degree` error correction codewords of data[0:length] to ec[0:degree]: the remainder
 * of data * x^degree divided by the generator.  `degree` is one that gf256_rs_generator has;
 * `ec` does not overlap `data`.  Time length * degree. */
void gf256_rs_encode(const uint8_t *data, size_t length, int degree, uint8_t *ec);

/* Writes the value of block[0:length], highest power first, at the generator's roots 2^0 ..
 * 2^(degree - 1); returns whether any is not 0, that is, whether the block is no codeword of the
 * code.  length <= 255, degree <= GF256_MAX_DEGREE. */
int gf256_rs_syndromes(const uint8_t *block, int length, int degree, uint8_t *syndromes);

/* Products of the generator of one degree with every byte, as bytes of words, the highest power in
 * the highest byte. */
typedef struct {
    int degree, words;
    uint64_t products[256][4];
} gf256_divider;

/* `degree` is one that gf256_rs_generator has. */
void gf256_divider_init(gf256_divider *divider, int degree);

/* Writes what block[0:length] leaves when divided by the generator to remainder[0:degree]; returns
 * whether any is not 0, that is, whether the block is no codeword of the code.  The remainder has
 * the block's syndromes, and gives them in less time.  length >= degree. */
int gf256_rs_remainder(const gf256_divider *divider, const uint8_t *block, int length,
                       uint8_t *remainder);

/* Corrects block[0:length], of which the last `degree` are error correction codewords and whose
 * syndromes are given, in place.
 * `erasures` holds n_erasures different positions below `length` whose values are in doubt: e
 * errors elsewhere are corrected as long as 2 e + n_erasures <= degree.  Returns the number of
 * codewords changed, or -1, the block untouched, if no codeword of the code is that near.
 * length <= 255, degree <= GF256_MAX_DEGREE.  Time length * degree at most. */
int gf256_rs_correct(uint8_t *block, int length, int degree, const uint8_t *syndromes,
                     const uint8_t *erasures, int n_erasures);

#endif
