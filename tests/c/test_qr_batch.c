/* csrc: qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* Every variant of the fast encoder that this machine runs against the clear edition, bit for bit.
 */
#include "elqr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000, SYMBOL = 61 * 8, DATA = 1000 * 45 };

static const int modes[] = {ELQR_QR_NUMERIC, ELQR_QR_ALPHANUMERIC, ELQR_QR_BYTE};

static uint8_t data[DATA], packed[MOST * SYMBOL + 1], masks[MOST + 1];
static uint8_t expected[MOST * SYMBOL], expected_masks[MOST];

/* A small generator, so that a failure can be repeated. */
static unsigned random_below(unsigned limit) {
    static unsigned state = 1;
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

static uint8_t random_character(int mode) {
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    if (mode == ELQR_QR_BYTE)
        return (uint8_t)random_below(256);
    return (uint8_t)alphabet[random_below(mode == ELQR_QR_NUMERIC ? 10 : 45)];
}

/* Random characters, here and there a run of one: real payloads have them. */
static void fill(size_t size, int mode) {
    for (size_t i = 0; i < size; i++)
        data[i] = i > 0 && random_below(3) == 0 ? data[i - 1] : random_character(mode);
    if (random_below(4) == 0)
        memset(data, random_character(mode), size / 2);
}

typedef struct {
    size_t width, n;
    int mode, version, level, mask;
} batch;

static int fail(int variant, const batch *b, const char *what) {
    fprintf(stderr, "%s: %zu items of %zu, mode %d, version %d, level %d, mask %d: %s\n",
            elqr_qr_variant_name(variant), b->n, b->width, b->mode, b->version, b->level, b->mask,
            what);
    return 1;
}

static int compare(int variant, const batch *b, size_t size) {
    size_t bad_item;
    memset(packed, 0xA5, b->n * size + 1);
    memset(masks, 0xA5, b->n + 1);
    if (elqr_qr_encode_variant(variant, data, b->width, b->n, b->mode, b->version, b->level,
                               b->mask, packed, masks, &bad_item) != ELQR_OK)
        return fail(variant, b, "status");
    if (packed[b->n * size] != 0xA5 || masks[b->n] != 0xA5)
        return fail(variant, b, "written past the end");
    if (memcmp(masks, expected_masks, b->n) != 0)
        return fail(variant, b, "masks");
    return memcmp(packed, expected, b->n * size) == 0 ? 0 : fail(variant, b, "symbols");
}

/* The same by a plan in memory of exact size, which the batch must leave as it was. */
static int compare_planned(const batch *b, size_t size) {
    elqr_qr_plan *plan = malloc(elqr_qr_plan_size());
    void *before = malloc(elqr_qr_plan_size());
    size_t bad_item;
    if (plan == NULL || before == NULL)
        abort();
    int status =
        elqr_qr_make_plan(plan, b->width, b->mode, b->version, b->level, b->mask) != ELQR_OK;
    memcpy(before, plan, elqr_qr_plan_size());
    memset(packed, 0xA5, b->n * size + 1);
    status |= elqr_qr_encode_planned(plan, data, b->n, packed, masks, &bad_item) != ELQR_OK;
    status |= packed[b->n * size] != 0xA5 || memcmp(before, plan, elqr_qr_plan_size()) != 0;
    status |= memcmp(masks, expected_masks, b->n) != 0 || memcmp(packed, expected, b->n * size);
    free(before);
    free(plan);
    return status == 0 ? 0 : fail(-1, b, "by a plan");
}

/* A batch of random payloads by every variant, and by a plan. */
static int test_batch(batch b) {
    const size_t side = (size_t)elqr_qr_side(b.version), size = side * ((side + 7) / 8);
    fill(b.n * b.width, b.mode);
    for (size_t i = 0; i < b.n; i++)
        if (elqr_qr_encode_one(data + i * b.width, b.width, b.mode, b.version, b.level, b.mask,
                               expected + i * size, expected_masks + i) != ELQR_OK)
            return fail(-1, &b, "the clear edition fails");
    for (int variant = 0; variant < elqr_qr_variant_count(); variant++)
        if (elqr_qr_variant_runs(variant) && compare(variant, &b, size) != 0)
            return 1;
    return compare_planned(&b, size);
}

/* All versions, levels and modes, full symbols and others, automatic masks and pinned ones. */
static int test_symbols(void) {
    for (int version = 1; version <= 11; version++)
        for (int level = ELQR_QR_L; level <= ELQR_QR_H; level++)
            for (int m = 0; m < 3; m++)
                for (int mask = -1; mask < 8; mask++) {
                    const size_t capacity = elqr_qr_capacity(version, level, modes[m]);
                    const size_t width =
                        mask % 2 == 0 ? capacity : 1 + random_below((unsigned)capacity);
                    const batch b = {width, mask < 0 ? 6 : 2, modes[m], version, level, mask};
                    if (test_batch(b) != 0)
                        return 1;
                }
    return 0;
}

/* Around the lengths at which a batch is cut, in a small symbol and in the eL-QR. */
static int test_batches(void) {
    static const size_t counts[] = {0, 1, 2, 16, 63, 64, 65, 511, 512, 513, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const batch b = {45, counts[i], ELQR_QR_NUMERIC, 2, ELQR_QR_M, -1};
        if (test_batch(b) != 0)
            return 1;
    }
    /* And around those up to which symbols are made one at a time. */
    for (size_t n = 1; n <= 66; n += n == 26 ? 36 : 1) {
        const batch b = {255, n, ELQR_QR_NUMERIC, 6, ELQR_QR_M, -1};
        if (test_batch(b) != 0)
            return 1;
    }
    return 0;
}

/* Digits end in every way: threes, twos, ones, and full vectors or not. */
static int test_lengths(void) {
    for (size_t width = 1; width <= 255; width++) {
        const batch b = {width, 2, ELQR_QR_NUMERIC, 6, ELQR_QR_M, (int)(width % 8)};
        if (test_batch(b) != 0)
            return 1;
    }
    return 0;
}

/* One character outside the mode, wherever it is: named, and the items before it are complete. */
static int test_bad_characters(int variant, size_t width) {
    static const uint8_t wrong[] = {0, '/', ':', 'a', 0x7F, 0x80, 0xFF};
    enum { N = 70 };
    for (int m = 0; m < 2; m++)
        for (size_t position = 0; position < width; position++) {
            const size_t item = random_below(N);
            uint8_t character = wrong[random_below(sizeof wrong)];
            if (modes[m] == ELQR_QR_ALPHANUMERIC && (character == '/' || character == ':'))
                character = ',';
            size_t bad_item;
            fill(N * width, modes[m]);
            data[item * width + position] = character;
            const int status = elqr_qr_encode_variant(variant, data, width, N, modes[m], 6,
                                                      ELQR_QR_M, -1, packed, masks, &bad_item);
            if (status != ELQR_BAD_CHARACTER || bad_item != item) {
                fprintf(stderr, "%s: character %d at %zu of item %zu not found\n",
                        elqr_qr_variant_name(variant), character, position, item);
                return 1;
            }
            if (item == 0)
                continue;
            const uint8_t *before = data + (item - 1) * width;
            if (elqr_qr_encode_one(before, width, modes[m], 6, ELQR_QR_M, -1, expected,
                                   expected_masks) != ELQR_OK ||
                masks[item - 1] != expected_masks[0] ||
                memcmp(packed + (item - 1) * 41 * 6, expected, 41 * 6) != 0) {
                fprintf(stderr, "%s: item %zu, before a bad one, is wrong\n",
                        elqr_qr_variant_name(variant), item - 1);
                return 1;
            }
        }
    return 0;
}

/* Reads no byte past the last item: the sanitizer watches an allocation of exact size. */
static int test_exact_buffers(int variant) {
    for (size_t width = 1; width <= 255; width++) {
        uint8_t *digits = malloc(3 * width), *symbols = malloc(3 * 41 * 6), used[3];
        size_t bad_item;
        if (digits == NULL || symbols == NULL)
            return 1;
        memset(digits, '7', 3 * width);
        const int status = elqr_qr_encode_variant(variant, digits, width, 3, ELQR_QR_NUMERIC, 6,
                                                  ELQR_QR_M, 0, symbols, used, &bad_item);
        free(digits);
        free(symbols);
        if (status != ELQR_OK)
            return 1;
    }
    return 0;
}

static int test_arguments(void) {
    const int last = elqr_qr_variant_count() - 1;
    size_t bad_item;
    if (elqr_qr_variant_runs(-1) || elqr_qr_variant_runs(last + 1) || !elqr_qr_variant_runs(last) ||
        strcmp(elqr_qr_variant_name(last), "portable-single") != 0 ||
        *elqr_qr_variant_name(-1) != '\0')
        return 1;
#define STATUS(variant, width, mode, version, level, mask)                                         \
    elqr_qr_encode_variant(variant, data, width, 1, mode, version, level, mask, packed, masks,     \
                           &bad_item)
    return STATUS(last, 5, 3, 1, 0, 0) != ELQR_BAD_MODE ||
           STATUS(last, 5, ELQR_QR_BYTE, 0, 0, 0) != ELQR_BAD_VERSION ||
           STATUS(last, 5, ELQR_QR_BYTE, 12, 0, 0) != ELQR_BAD_VERSION ||
           STATUS(last, 5, ELQR_QR_BYTE, 1, 4, 0) != ELQR_BAD_LEVEL ||
           STATUS(last, 5, ELQR_QR_BYTE, 1, 0, 8) != ELQR_BAD_MASK ||
           STATUS(last, 0, ELQR_QR_BYTE, 1, 0, 0) != ELQR_EMPTY ||
           STATUS(last, 18, ELQR_QR_BYTE, 1, 0, 0) != ELQR_TOO_LONG ||
           STATUS(last + 1, 5, ELQR_QR_BYTE, 1, 0, 0) != ELQR_OUT_OF_RANGE;
}

int main(void) {
    if (test_arguments() != 0) {
        fprintf(stderr, "arguments\n");
        return 1;
    }
    if (test_symbols() != 0 || test_batches() != 0 || test_lengths() != 0)
        return 1;
    for (int variant = 0; variant < elqr_qr_variant_count(); variant++) {
        if (!elqr_qr_variant_runs(variant)) {
            printf("skipped %s: not on this processor\n", elqr_qr_variant_name(variant));
            continue;
        }
        /* Less than a vector of digits, and what follows whole ones in one part or in two. */
        if (test_bad_characters(variant, 45) != 0 || test_bad_characters(variant, 90) != 0 ||
            test_bad_characters(variant, 150) != 0 || test_exact_buffers(variant) != 0)
            return 1;
        printf("%s equals the clear edition\n", elqr_qr_variant_name(variant));
    }
    return 0;
}
