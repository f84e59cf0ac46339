#include "gf256.h"

#include <string.h>

/* Polynomials here have their constant term first: p[i] belongs to x^i. */
enum { TERMS = GF256_MAX_DEGREE + 1 };

static uint8_t power(int exponent) {
    return gf256_power[exponent % 255];
}

static uint8_t divide(uint8_t a, uint8_t b) {
    return a == 0 ? 0 : gf256_power[gf256_logarithm[a] + 255 - gf256_logarithm[b]];
}

/* Value of p[0:terms] at 2^exponent, 0 <= exponent < 255. */
static uint8_t evaluate(const uint8_t *p, int terms, int exponent) {
    uint8_t value = 0;
    for (int i = terms - 1; i >= 0; i--)
        value = value ? (uint8_t)(gf256_power[gf256_logarithm[value] + exponent] ^ p[i]) : p[i];
    return value;
}

/* Codeword i contributes block[i] * 2^(j * power of i) to syndrome j: a walk in steps of `power`
 * round the exponents, in which no product waits for the one before. */
int gf256_rs_syndromes(const uint8_t *block, int length, int degree, uint8_t *syndromes) {
    uint8_t any = 0;
    memset(syndromes, 0, (size_t)degree);
    for (int i = 0; i < length; i++) {
        if (block[i] == 0)
            continue;
        const int step = length - 1 - i;
        int exponent = gf256_logarithm[block[i]];
        for (int j = 0; j < degree; j++) {
            syndromes[j] ^= gf256_power[exponent];
            exponent += step;
            exponent -= exponent >= 255 ? 255 : 0;
        }
    }
    for (int j = 0; j < degree; j++)
        any |= syndromes[j];
    return any != 0;
}

/*---- Division, several codewords wide ----*/

void gf256_divider_init(gf256_divider *divider, int degree) {
    divider->degree = degree;
    divider->words = (degree + 7) / 8;
    memset(divider->products, 0, sizeof divider->products);
    for (int factor = 0; factor < 256; factor++)
        for (int i = 0; i < degree; i++)
            divider->products[factor][i / 8] |=
                (uint64_t)gf256_multiply(gf256_rs_generator[degree][i], (uint8_t)factor)
                << (56 - 8 * (i % 8));
}

int gf256_rs_is_codeword(const gf256_divider *divider, const uint8_t *block, int length) {
    const int words = divider->words;
    uint64_t rest[4] = {0, 0, 0, 0};
    for (int i = 0; i < length - divider->degree; i++) {
        const uint64_t *product = divider->products[(rest[0] >> 56) ^ block[i]];
        for (int w = 0; w + 1 < words; w++)
            rest[w] = (rest[w] << 8 | rest[w + 1] >> 56) ^ product[w];
        rest[words - 1] = rest[words - 1] << 8 ^ product[words - 1];
    }
    const uint8_t *ec = block + length - divider->degree;
    uint8_t different = 0;
    for (int i = 0; i < divider->degree; i++)
        different |= (uint8_t)(ec[i] ^ (rest[i / 8] >> (56 - 8 * (i % 8))));
    return !different;
}

/*---- Correction ----*/

/* Multiplies p, of degree `degree`, by (1 - root * x). */
static void multiply_by_root(uint8_t *p, int degree, uint8_t root) {
    for (int i = degree + 1; i > 0; i--)
        p[i] ^= gf256_multiply(p[i - 1], root);
}

/* Berlekamp and Massey, started from the erasures' locator: extends it to the shortest that also
 * explains the syndromes.  Returns the locator's degree. */
static int find_locator(const uint8_t *syndromes, int degree, int erasures, uint8_t *locator) {
    uint8_t before[TERMS + 1], next[TERMS + 1];
    int length = erasures;
    memcpy(before, locator, sizeof before);
    for (int r = erasures; r < degree; r++) {
        uint8_t discrepancy = 0;
        for (int i = 0; i <= r && i < TERMS; i++)
            discrepancy ^= gf256_multiply(locator[i], syndromes[r - i]);
        memmove(before + 1, before, TERMS);
        before[0] = 0;
        if (discrepancy == 0)
            continue;
        for (int i = 0; i <= TERMS; i++)
            next[i] = locator[i] ^ gf256_multiply(discrepancy, before[i]);
        if (2 * length <= r + erasures) {
            length = r + 1 + erasures - length;
            for (int i = 0; i <= TERMS; i++)
                before[i] = divide(locator[i], discrepancy);
        }
        memcpy(locator, next, sizeof next);
    }
    return length;
}

/* Chien's search: the positions of block[0:length] at which the locator says there is an error.
 * Returns how many. */
static int find_positions(const uint8_t *locator, int errors, int length, int *positions) {
    int found = 0;
    for (int at = 0; at < length && found <= errors; at++) {
        const int inverse = (255 - (length - 1 - at)) % 255;
        if (evaluate(locator, errors + 1, inverse) == 0) {
            if (found == errors)
                return errors + 1;
            positions[found++] = at;
        }
    }
    return found;
}

/* Forney's formula for roots that start at 2^0: each error is X * omega(1/X) / locator'(1/X). */
static int find_magnitude(const uint8_t *locator, const uint8_t *omega, int degree, int exponent,
                          uint8_t *magnitude) {
    uint8_t odd[TERMS + 1] = {0}; /* the derivative: odd terms, one power down */
    const int inverse = (255 - exponent) % 255;
    for (int i = 1; i <= TERMS; i += 2)
        odd[i - 1] = locator[i];
    const uint8_t slope = evaluate(odd, TERMS + 1, inverse);
    if (slope == 0)
        return 0;
    *magnitude = gf256_multiply(power(exponent), divide(evaluate(omega, degree, inverse), slope));
    return 1;
}

static void find_omega(const uint8_t *syndromes, const uint8_t *locator, int degree,
                       uint8_t *omega) {
    for (int i = 0; i < degree; i++) {
        omega[i] = 0;
        for (int j = 0; j <= i; j++)
            omega[i] ^= gf256_multiply(syndromes[i - j], locator[j]);
    }
}

int gf256_rs_correct(uint8_t *block, int length, int degree, const uint8_t *erasures,
                     int n_erasures) {
    uint8_t syndromes[TERMS], explained[TERMS], locator[TERMS + 1] = {1}, omega[TERMS];
    uint8_t error[255] = {0};
    int positions[TERMS], changed = 0;
    if (!gf256_rs_syndromes(block, length, degree, syndromes))
        return 0;
    if (n_erasures > degree)
        return -1;
    for (int i = 0; i < n_erasures; i++)
        multiply_by_root(locator, i, power(length - 1 - erasures[i]));
    const int errors = find_locator(syndromes, degree, n_erasures, locator);
    if (2 * errors - n_erasures > degree ||
        find_positions(locator, errors, length, positions) != errors)
        return -1;
    find_omega(syndromes, locator, degree, omega);
    for (int i = 0; i < errors; i++) {
        uint8_t *magnitude = &error[positions[i]];
        if (!find_magnitude(locator, omega, degree, length - 1 - positions[i], magnitude))
            return -1;
        changed += *magnitude != 0;
    }
    /* What is left is a codeword if the errors have the block's syndromes. */
    gf256_rs_syndromes(error, length, degree, explained);
    if (memcmp(explained, syndromes, (size_t)degree) != 0)
        return -1;
    for (int i = 0; i < length; i++)
        block[i] ^= error[i];
    return changed;
}
