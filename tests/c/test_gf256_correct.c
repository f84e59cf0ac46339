/* csrc: gf256.c gf256_correct.c gf256_tables.c */
/* Reed-Solomon correction: every mix of errors and erasures within the bound is undone, and what is
 * beyond it is either refused or becomes another codeword of the code, never anything else. */
#include "gf256.h"

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static unsigned noise = 2463534242u;

static unsigned draw(unsigned below) {
    noise ^= noise << 13;
    noise ^= noise >> 17;
    noise ^= noise << 5;
    return noise % below;
}

static void make_block(uint8_t *block, int length, int degree) {
    for (int i = 0; i < length - degree; i++)
        block[i] = (uint8_t)draw(256);
    gf256_rs_encode(block, (size_t)(length - degree), degree, block + length - degree);
}

/* `count` different positions below `length`. */
static void draw_positions(uint8_t *positions, int count, int length) {
    uint8_t taken[255] = {0};
    for (int i = 0; i < count; i++) {
        unsigned at = draw((unsigned)length);
        while (taken[at])
            at = draw((unsigned)length);
        taken[at] = 1;
        positions[i] = (uint8_t)at;
    }
}

static int correct(uint8_t *block, int length, int degree, const uint8_t *erasures, int n) {
    uint8_t syndromes[GF256_MAX_DEGREE];
    gf256_rs_syndromes(block, length, degree, syndromes);
    return gf256_rs_correct(block, length, degree, syndromes, erasures, n);
}

static int test_within_the_bound(int length, int degree, int erasures, int errors) {
    uint8_t sent[255], got[255], positions[255];
    int wrong = 0;
    make_block(sent, length, degree);
    memcpy(got, sent, sizeof got);
    draw_positions(positions, erasures + errors, length);
    for (int i = 0; i < erasures + errors; i++) /* an erased codeword may be right by chance */
        got[positions[i]] ^= (uint8_t)(i < erasures ? draw(256) : 1 + draw(255));
    for (int i = 0; i < length; i++)
        wrong += got[i] != sent[i];
    CHECK(correct(got, length, degree, positions, erasures) == wrong);
    CHECK(memcmp(got, sent, (size_t)length) == 0);
    return 0;
}

static int test_beyond_the_bound(int length, int degree) {
    uint8_t sent[255], got[255], damaged[255], positions[255], syndromes[GF256_MAX_DEGREE];
    const int errors = degree / 2 + 1 + (int)draw((unsigned)(length - degree / 2));
    make_block(sent, length, degree);
    memcpy(got, sent, sizeof got);
    draw_positions(positions, errors, length);
    for (int i = 0; i < errors; i++)
        got[positions[i]] ^= (uint8_t)(1 + draw(255));
    memcpy(damaged, got, sizeof damaged);
    const int changed = correct(got, length, degree, NULL, 0);
    if (changed < 0) {
        CHECK(memcmp(got, damaged, (size_t)length) == 0);
        return 0;
    }
    CHECK(changed <= degree / 2);
    CHECK(!gf256_rs_syndromes(got, length, degree, syndromes));
    return 0;
}

/* The bytes at positions other than the two given are zero. */
static int test_syndromes(void) {
    uint8_t block[20] = {0}, syndromes[10];
    CHECK(!gf256_rs_syndromes(block, 20, 10, syndromes));
    block[19] = 7; /* a constant polynomial has the same value everywhere */
    CHECK(gf256_rs_syndromes(block, 20, 10, syndromes));
    for (int j = 0; j < 10; j++)
        CHECK(syndromes[j] == 7);
    return 0;
}

/* The remainder is none of a codeword, and has the syndromes of any other block. */
static int test_remainder(int length, int degree) {
    static gf256_divider divider;
    uint8_t block[255], remainder[GF256_MAX_DEGREE];
    uint8_t wanted[GF256_MAX_DEGREE], found[GF256_MAX_DEGREE];
    gf256_divider_init(&divider, degree);
    make_block(block, length, degree);
    CHECK(!gf256_rs_remainder(&divider, block, length, remainder));
    for (int i = 0; i < degree; i++)
        CHECK(remainder[i] == 0);
    for (int at = 0; at < length; at += 5) {
        block[at] ^= (uint8_t)(1 + draw(255));
        CHECK(gf256_rs_remainder(&divider, block, length, remainder));
        CHECK(gf256_rs_syndromes(block, length, degree, wanted));
        CHECK(gf256_rs_syndromes(remainder, degree, degree, found));
        CHECK(memcmp(found, wanted, (size_t)degree) == 0);
    }
    return 0;
}

int main(void) {
    static const int degrees[] = {7, 10, 13, 15, 16, 17, 18, 20, 22, 24, 26, 28, 30};
    for (size_t k = 0; k < sizeof degrees / sizeof *degrees; k++) {
        const int degree = degrees[k];
        for (int erasures = 0; erasures <= degree; erasures++)
            for (int errors = 0; 2 * errors + erasures <= degree; errors++)
                for (int length = degree + 9; length <= 153; length += 36)
                    if (test_within_the_bound(length, degree, erasures, errors))
                        return 1;
        if (test_remainder(degree + 1, degree) || test_remainder(153, degree))
            return 1;
        for (int i = 0; i < 200; i++)
            if (test_beyond_the_bound(degree + 1 + (int)draw(120), degree))
                return 1;
    }
    return test_syndromes();
}
