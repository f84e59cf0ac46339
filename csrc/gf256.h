/* GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1, and Reed-Solomon over it (ISO/IEC 18004, 7.5.2).
 * Internal to csrc. */
#ifndef ELQR_GF256_H
#define ELQR_GF256_H

#include <stddef.h>
#include <stdint.h>

#define GF256_MAX_DEGREE 30 /* the most error correction codewords a block of a QR symbol has */

/* 2 to the exponent 0..510 (the sum of two logarithms), and the logarithm to base 2 of 1..255. */
extern const uint8_t gf256_power[511];
extern const uint8_t gf256_logarithm[256];

/* Generator polynomial of each degree that QR uses, highest power first, the leading 1 left out;
 * zeros for other degrees. */
extern const uint8_t gf256_rs_generator[GF256_MAX_DEGREE + 1][GF256_MAX_DEGREE];

uint8_t gf256_multiply(uint8_t a, uint8_t b);

/* Writes the `degree` error correction codewords of data[0:length] to ec[0:degree]: the remainder
 * of data * x^degree divided by the generator.  `degree` is one that gf256_rs_generator has;
 * `ec` does not overlap `data`.  Time length * degree. */
void gf256_rs_encode(const uint8_t *data, size_t length, int degree, uint8_t *ec);

#endif
