/* csrc: gf256.c gf256_tables.c */
/* The field against bit-by-bit arithmetic, and Reed-Solomon by its definition: data followed by
 * its error correction codewords is zero at every root of the generator. */
#include "gf256.h"

#include <stdio.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

/* Shift and add, reduced by 0x11D at each step. */
static uint8_t slow_multiply(unsigned a, unsigned b) {
    unsigned product = 0;
    for (; b != 0; b >>= 1) {
        if (b & 1)
            product ^= a;
        a <<= 1;
        if (a & 0x100)
            a ^= 0x11D;
    }
    return (uint8_t)product;
}

static int test_multiply(void) {
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++)
            CHECK(gf256_multiply((uint8_t)a, (uint8_t)b) == slow_multiply(a, b));
    return 0;
}

static int test_powers(void) {
    unsigned power = 1;
    for (int i = 0; i < 511; i++) {
        CHECK(gf256_power[i] == power);
        CHECK(gf256_logarithm[power] == i % 255);
        power = slow_multiply(power, 2);
    }
    return 0;
}

/* Value at `x` of the polynomial whose coefficients are `a` then `b`, highest power first. */
static uint8_t evaluate(const uint8_t *a, int a_length, const uint8_t *b, int b_length, uint8_t x) {
    uint8_t value = 0;
    for (int i = 0; i < a_length; i++)
        value = (uint8_t)(slow_multiply(value, x) ^ a[i]);
    for (int i = 0; i < b_length; i++)
        value = (uint8_t)(slow_multiply(value, x) ^ b[i]);
    return value;
}

static int test_rs_encode(void) {
    static const int degrees[] = {7, 10, 13, 15, 16, 17, 18, 20, 22, 24, 26, 28, 30};
    uint8_t data[123], ec[GF256_MAX_DEGREE + 1];
    unsigned noise = 12345;
    for (size_t k = 0; k < sizeof degrees / sizeof *degrees; k++)
        for (int length = 1; length <= (int)sizeof data; length += 11) {
            for (int i = 0; i < length; i++)
                data[i] = (uint8_t)((noise = noise * 1103515245u + 12345u) >> 16);
            ec[degrees[k]] = 0xA5;
            gf256_rs_encode(data, (size_t)length, degrees[k], ec);
            CHECK(ec[degrees[k]] == 0xA5);
            uint8_t root = 1;
            for (int i = 0; i < degrees[k]; i++, root = slow_multiply(root, 2))
                CHECK(evaluate(data, length, ec, degrees[k], root) == 0);
        }
    return 0;
}

/* ISO/IEC 18004:2015, Annex I: 01234567 in version 1-M. */
static int test_standards_example(void) {
    static const uint8_t data[] = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11,
                                   0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11};
    static const uint8_t expected[] = {0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};
    uint8_t ec[10];
    gf256_rs_encode(data, sizeof data, 10, ec);
    for (int i = 0; i < 10; i++)
        CHECK(ec[i] == expected[i]);
    return 0;
}

int main(void) {
    return test_multiply() || test_powers() || test_rs_encode() || test_standards_example();
}
