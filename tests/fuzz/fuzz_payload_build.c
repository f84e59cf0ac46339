/* csrc: payload_layout.c payload_build.c payload_parse.c */
/* Any columns: no step outside the buffers, a bad row is zeros, a good row parses as good. */
#include <stdlib.h>
#include <string.h>
#include "../c/payload_layout.h"

static elqr_layout layout;

enum { HEAD = 3 }; /* bytes of input: rows, forms, flags */

/* Cuts a heap copy of `size` bytes off the input, zeros beyond its end. */
static uint8_t *take(const uint8_t **data, size_t *left, size_t size) {
    uint8_t *copy = calloc(size ? size : 1, 1);
    size_t there = size < *left ? size : *left;
    memcpy(copy, *data, there);
    *data += there;
    *left -= there;
    return copy;
}

/* Offsets of short texts, now and then a wild one, so that most cells are read. */
static void tame(uint8_t *offsets, size_t count, int wide) {
    int64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t step = offsets[i * (wide ? 8u : 4u)];
        at = step == 0xFF ? -at : at + step % 21;
        int32_t narrow = (int32_t)at;
        if (wide)
            memcpy(offsets + i * 8, &at, 8);
        else
            memcpy(offsets + i * 4, &narrow, 4);
    }
}

static void check_rows(const uint8_t *rows, size_t n, size_t bad) {
    static const uint8_t zeros[ROW];
    for (size_t i = 0; i < n; i++) {
        uint8_t status;
        uint16_t position;
        if (memcmp(rows + i * ROW, zeros, ROW) == 0) {
            if (bad-- == 0)
                abort();
            continue;
        }
        elqr_payload_parse(&layout, rows + i * ROW, 1, &status, &position);
        /* A date that is absent stays 00000000, an amount 00000. */
        if (status != ELQR_OK && status != ELQR_BAD_DATE && status != ELQR_OUT_OF_RANGE)
            abort();
    }
    if (bad != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    elqr_column columns[FIELDS];
    uint8_t *owned[FIELDS][3];
    if (layout.length == 0)
        (void)test_layout(&layout);
    if (size < HEAD)
        return 0;
    size_t n = data[0] % 70u, left = size - HEAD;
    unsigned forms = data[1], flags = data[2];
    data += HEAD;
    memset(columns, 0, sizeof columns);
    for (int f = 0; f < FIELDS; f++) {
        int form = (int)((forms + (unsigned)f * flags) % 4);
        int wide = form != ELQR_COLUMN_TEXT32;
        size_t count = n + (form > ELQR_COLUMN_INT64), text_size = left / 2;
        owned[f][0] = take(&data, &left, count * (wide ? 8 : 4));
        owned[f][1] = take(&data, &left, text_size);
        owned[f][2] = take(&data, &left, n / 8 + 2);
        if (form > ELQR_COLUMN_INT64 && flags & 1)
            tame(owned[f][0], count, wide);
        columns[f] = (elqr_column){
            form, owned[f][0], owned[f][1], text_size, flags & 2 ? owned[f][2] : NULL, flags & 7};
    }
    uint8_t *rows = malloc(n * ROW + 1), *statuses = malloc(n * FIELDS + 1);
    check_rows(rows, n, elqr_payload_build(&layout, columns, n, rows, statuses));
    for (int f = 0; f < FIELDS; f++)
        for (int b = 0; b < 3; b++)
            free(owned[f][b]);
    free(rows);
    free(statuses);
    return 0;
}
