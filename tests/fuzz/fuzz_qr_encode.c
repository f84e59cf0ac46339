/* csrc: qr_encode.c qr_matrix.c qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_tables.c gf256.c gf256_tables.c */
/* Any mode, version, level, mask and content, in both layouts of a batch: nothing is written
 * beyond the buffers, and a batch equals its items encoded one by one. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 6, GUARD = 64, MAX_ITEMS = 4, MAX_SIDE = 177, MAX_PACKED = MAX_SIDE * 23 };

static void require(int condition) {
    if (!condition)
        abort();
}

static void require_untouched(const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++)
        require(bytes[i] == 0xA5);
}

/* A byte of the input as a number from `low` on, mostly in range, sometimes beyond it. */
static int pick(uint8_t byte, int low, int count) {
    return low - 1 + byte % (count + 2);
}

typedef struct {
    int mode, version, level, mask;
    size_t n, width;
    const size_t *ends;
    const uint8_t *data;
} batch;

static void compare_with_single(const batch *b, int status, size_t bad_item, const uint8_t *packed,
                                const uint8_t *masks, size_t symbol_bytes) {
    uint8_t alone[MAX_PACKED], mask = 0;
    const size_t complete = status == ELQR_OK ? b->n : bad_item;
    for (size_t i = 0; i < complete + (status != ELQR_OK); i++) {
        const size_t start = !b->ends ? i * b->width : i ? b->ends[i - 1] : 0;
        const size_t end = !b->ends ? start + b->width : b->ends[i];
        const int single = elqr_qr_encode_one(b->data + start, end - start, b->mode, b->version,
                                              b->level, b->mask, alone, &mask);
        require(single == (i < complete ? ELQR_OK : status));
        if (single != ELQR_OK)
            continue;
        require(memcmp(alone, packed + i * symbol_bytes, symbol_bytes) == 0);
        require(mask == masks[i] && mask < 8 && (b->mask < 0 || mask == b->mask));
    }
}

static void run(const batch *b) {
    const size_t side = (size_t)elqr_qr_side(b->version), symbol_bytes = side * ((side + 7) / 8);
    const size_t size = b->n * symbol_bytes;
    static uint8_t packed[MAX_ITEMS * MAX_PACKED + GUARD], masks[MAX_ITEMS + GUARD];
    size_t bad_item = 0;
    memset(packed, 0xA5, sizeof packed);
    memset(masks, 0xA5, sizeof masks);
    const int status = elqr_qr_encode_batch(b->data, b->ends, b->width, b->n, b->mode, b->version,
                                            b->level, b->mask, packed, masks, &bad_item);
    require_untouched(packed + size, sizeof packed - size);
    require_untouched(masks + b->n, sizeof masks - b->n);
    if (status == ELQR_BAD_MODE || status == ELQR_BAD_VERSION || status == ELQR_BAD_LEVEL ||
        status == ELQR_BAD_MASK || status == ELQR_OUT_OF_RANGE)
        require_untouched(packed, size);
    else
        compare_with_single(b, status, bad_item, packed, masks, symbol_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    if (size < HEADER)
        return 0;
    batch b = {pick(input[0], 1, 4),
               pick(input[1], 1, 40),
               pick(input[2], 0, 4),
               pick(input[3], 0, 8),
               1 + input[4] % MAX_ITEMS,
               0,
               NULL,
               NULL};
    /* A copy of exactly this length: the sanitizer sees a read past its end. */
    const size_t length = size - HEADER;
    uint8_t *data = malloc(length ? length : 1);
    require(data != NULL);
    for (size_t i = 0; i < length; i++) /* half of the runs have digits only */
        data[i] = input[3] & 0x80 ? (uint8_t)('0' + input[HEADER + i] % 10) : input[HEADER + i];
    b.data = data;
    b.width = length / b.n;
    run(&b);

    size_t ends[MAX_ITEMS];
    for (size_t i = 0; i < b.n; i++)
        ends[i] = i + 1 == b.n ? length : (size_t)(input[5] * 3 * (i + 1)) % (length + 1);
    b.ends = ends;
    run(&b);
    free(data);
    return 0;
}
