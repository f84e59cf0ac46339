#include "bits.h"
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

/* `words` is the divider's; where it is a constant, the loops over it are unrolled. */
ELQR_INLINE void remainder_of(const gf256_divider *divider, int words, const uint8_t *block,
                              int length, uint64_t *rest) {
    for (int i = 0; i < length; i++) {
        const uint64_t *product = divider->products[(rest[0] >> 56) ^ block[i]];
        for (int w = 0; w + 1 < words; w++)
            rest[w] = (rest[w] << 8 | rest[w + 1] >> 56) ^ product[w];
        rest[words - 1] = rest[words - 1] << 8 ^ product[words - 1];
    }
}

int gf256_rs_remainder(const gf256_divider *divider, const uint8_t *block, int length,
                       uint8_t *remainder) {
    const int degree = divider->degree, data = length - degree;
    uint64_t rest[4] = {0, 0, 0, 0};
    uint8_t bytes[sizeof rest], any = 0;
    if (divider->words == 2)
        remainder_of(divider, 2, block, data, rest);
    else
        remainder_of(divider, divider->words, block, data, rest);
    for (int w = 0; w < 4; w++)
        elqr_store64(bytes + 8 * w, rest[w]);
    for (int i = 0; i < degree; i++) {
        remainder[i] = block[data + i] ^ bytes[i];
        any |= remainder[i];
    }
    return any != 0;
}

/*---- Correction ----*/

/* Multiplies p, of degree `degree`, by (1 - root * x). */
static void multiply_by_root(uint8_t *p, int degree, uint8_t root) {
    for (int i = degree + 1; i > 0; i--)
        p[i] ^= gf256_multiply(p[i - 1], root);
}

/* Berlekamp and Massey, started from the erasures' locator: extends it to the shortest that also
 * explains the syndromes.  Returns the locator's degree.
 * `before` is the locator as it was when it last grew longer; since then it has moved up by
 * `shift`.  Its highest term has then power r + 1 at most. */
static int find_locator(const uint8_t *syndromes, int degree, int erasures, uint8_t *locator) {
    uint8_t before[TERMS + 1], last[TERMS + 1];
    int length = erasures, terms = erasures + 1, terms_before = terms, shift = 0;
    memcpy(before, locator, sizeof before);
    for (int r = erasures; r < degree; r++) {
        uint8_t discrepancy = 0;
        for (int i = 0; i < terms && i <= r; i++)
            discrepancy ^= gf256_multiply(locator[i], syndromes[r - i]);
        shift++;
        if (discrepancy == 0)
            continue;
        memcpy(last, locator, sizeof last);
        for (int i = 0; i < terms_before; i++)
            locator[i + shift] ^= gf256_multiply(discrepancy, before[i]);
        const int terms_last = terms;
        if (terms_before + shift > terms)
            terms = terms_before + shift;
        if (2 * length > r + erasures)
            continue;
        length = r + 1 + erasures - length;
        for (int i = 0; i < terms_last; i++)
            before[i] = divide(last[i], discrepancy);
        terms_before = terms_last;
        shift = 0;
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
static int find_magnitude(const uint8_t *derivative, const uint8_t *omega, int errors, int exponent,
                          uint8_t *magnitude) {
    const int inverse = (255 - exponent) % 255;
    const uint8_t slope = evaluate(derivative, errors, inverse);
    if (slope == 0)
        return 0;
    *magnitude = gf256_multiply(power(exponent), divide(evaluate(omega, errors, inverse), slope));
    return 1;
}

/* Odd terms, one power down: the others are taken twice, and vanish. */
static void derive(const uint8_t *locator, int errors, uint8_t *derivative) {
    for (int i = 0; i < errors; i++)
        derivative[i] = i % 2 ? 0 : locator[i + 1];
}

/* Syndromes times locator.  From power `errors` on the product vanishes, since the locator
 * foretells those syndromes. */
static void find_omega(const uint8_t *syndromes, const uint8_t *locator, int errors,
                       uint8_t *omega) {
    for (int i = 0; i < errors; i++) {
        omega[i] = 0;
        for (int j = 0; j <= i; j++)
            omega[i] ^= gf256_multiply(syndromes[i - j], locator[j]);
    }
}

/* The errors at the locator's roots; false if there are no such. */
static int find_errors(const uint8_t *syndromes, const uint8_t *locator, int errors, int length,
                       uint8_t *error) {
    uint8_t omega[TERMS], derivative[TERMS];
    int positions[TERMS];
    if (find_positions(locator, errors, length, positions) != errors)
        return 0;
    find_omega(syndromes, locator, errors, omega);
    derive(locator, errors, derivative);
    for (int i = 0; i < errors; i++)
        if (!find_magnitude(derivative, omega, errors, length - 1 - positions[i],
                            &error[positions[i]]))
            return 0;
    return 1;
}

int gf256_rs_correct(uint8_t *block, int length, int degree, const uint8_t *syndromes,
                     const uint8_t *erasures, int n_erasures) {
    uint8_t explained[TERMS], locator[TERMS + 1] = {1}, error[255] = {0};
    int changed = 0;
    if (n_erasures > degree)
        return -1;
    for (int i = 0; i < n_erasures; i++)
        multiply_by_root(locator, i, power(length - 1 - erasures[i]));
    const int errors = find_locator(syndromes, degree, n_erasures, locator);
    if (2 * errors - n_erasures > degree || !find_errors(syndromes, locator, errors, length, error))
        return -1;
    /* What is left is a codeword if the errors have the block's syndromes. */
    gf256_rs_syndromes(error, length, degree, explained);
    if (memcmp(explained, syndromes, (size_t)degree) != 0)
        return -1;
    for (int i = 0; i < length; i++) {
        changed += error[i] != 0;
        block[i] ^= error[i];
    }
    return changed;
}
