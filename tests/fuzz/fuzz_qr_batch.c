/* csrc: qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* A small batch of arbitrary items in versions 1 to 11: every variant that this processor runs
 * answers as the clear edition does, whatever the arguments, and stays inside its buffers. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS = 3, SYMBOL = 61 * 8 };

/* What elqr_qr_encode_batch promises, by the clear edition. */
static int expected_status(const uint8_t *items, size_t width, int mode, int version, int level,
                           int mask, uint8_t *packed, uint8_t *masks, size_t *bad_item) {
    const size_t side = (size_t)elqr_qr_side(version), size = side * ((side + 7) / 8);
    *bad_item = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        const int status = elqr_qr_encode_one(items + i * width, width, mode, version, level, mask,
                                              packed + i * size, masks + i);
        if (status != ELQR_OK) {
            *bad_item = i;
            return status;
        }
    }
    return ELQR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    static const int modes[4] = {ELQR_QR_NUMERIC, ELQR_QR_ALPHANUMERIC, ELQR_QR_BYTE, 3};
    if (size < 3)
        return 0;
    const int version = input[0] % 11 + 1, mask = input[1] % 10 - 1;
    const int mode = modes[input[2] % 4], level = input[2] / 4 % 4;
    const int as_digits = input[2] & 0x80; /* random bytes are hardly ever digits */
    const size_t width = (size - 3) / ITEMS, side = (size_t)elqr_qr_side(version);
    const size_t symbols = ITEMS * side * ((side + 7) / 8);
    uint8_t expected[ITEMS * SYMBOL], expected_masks[ITEMS], masks[ITEMS];
    uint8_t *items = malloc(ITEMS * width + 1), *packed = malloc(symbols);
    size_t expected_item, bad_item;
    if (items == NULL || packed == NULL)
        abort();
    for (size_t i = 0; i < ITEMS * width; i++)
        items[i] = as_digits ? (uint8_t)('0' + input[3 + i] % 10) : input[3 + i];
    items = realloc(items, ITEMS * width == 0 ? 1 : ITEMS * width); /* no byte to spare */
    const int status = expected_status(items, width, mode, version, level, mask, expected,
                                       expected_masks, &expected_item);
    for (int variant = 0; variant < elqr_qr_variant_count(); variant++) {
        if (!elqr_qr_variant_runs(variant))
            continue;
        if (elqr_qr_encode_variant(variant, items, width, ITEMS, mode, version, level, mask, packed,
                                   masks, &bad_item) != status ||
            bad_item != expected_item)
            abort();
        if (status == ELQR_OK &&
            (memcmp(packed, expected, symbols) != 0 || memcmp(masks, expected_masks, ITEMS) != 0))
            abort();
    }
    elqr_qr_plan *plan = malloc(elqr_qr_plan_size());
    if (plan == NULL)
        abort();
    if (elqr_qr_make_plan(plan, width, mode, version, level, mask) == ELQR_OK) {
        const int planned = elqr_qr_encode_planned(plan, items, ITEMS, packed, masks, &bad_item);
        if (planned != status || bad_item != expected_item ||
            (status == ELQR_OK && memcmp(packed, expected, symbols) != 0))
            abort();
    } else if (status == ELQR_OK)
        abort();
    free(plan);
    free(items);
    free(packed);
    return 0;
}
