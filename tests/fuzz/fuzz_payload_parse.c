/* csrc: payload_layout.c payload_build.c payload_parse.c */
/* Any bytes as rows: no step outside the buffers, and a row that passes is rebuilt from its own
 * fields, byte for byte. */
#include <stdlib.h>
#include <string.h>
#include "../c/payload_layout.h"

static elqr_layout layout;

static void rebuild(const uint8_t *row) {
    elqr_column columns[FIELDS];
    uint32_t offsets[FIELDS][2];
    uint8_t again[ROW], statuses[FIELDS];
    memset(columns, 0, sizeof columns);
    for (int f = 0; f < FIELDS; f++) {
        offsets[f][0] = TEST_FIELDS[f].offset;
        offsets[f][1] = offsets[f][0] + TEST_FIELDS[f].width;
        columns[f].form = ELQR_COLUMN_TEXT32;
        columns[f].values = (const uint8_t *)offsets[f];
        columns[f].text = row;
        columns[f].text_size = ROW;
    }
    if (elqr_payload_build(&layout, columns, 1, again, statuses) != 0 ||
        memcmp(again, row, ROW) != 0)
        abort();
}

/* Digits are what gets anywhere: every other byte is folded to one. */
static void fold(uint8_t *rows, size_t size, uint8_t how) {
    for (size_t i = 0; i < size; i++)
        if (how & 1 && (rows[i] < '0' || rows[i] > '9'))
            rows[i] = (uint8_t)('0' + rows[i] % 10);
}

/* Puts literals and check digits right, as far as `how` says, by building once. */
static void mend(uint8_t *row, uint8_t how) {
    elqr_column columns[FIELDS];
    uint8_t built[ROW], statuses[FIELDS];
    uint32_t offsets[FIELDS][2];
    memset(columns, 0, sizeof columns);
    for (int f = 0; f < FIELDS; f++) {
        offsets[f][0] = TEST_FIELDS[f].offset;
        offsets[f][1] = offsets[f][0] + TEST_FIELDS[f].width;
        columns[f].form = how >> (f + 2) & 1 ? ELQR_COLUMN_ABSENT : ELQR_COLUMN_TEXT32;
        columns[f].values = (const uint8_t *)offsets[f];
        columns[f].text = row;
        columns[f].text_size = ROW;
    }
    if (elqr_payload_build(&layout, columns, 1, built, statuses) == 0)
        memcpy(row, built, ROW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (layout.length == 0)
        (void)test_layout(&layout);
    if (size < 1 + ROW)
        return 0;
    size_t n = (size - 1) / ROW;
    uint8_t *rows = malloc(n * ROW), *statuses = malloc(n);
    uint16_t *positions = malloc(n * sizeof *positions);
    memcpy(rows, data + 1, n * ROW);
    fold(rows, n * ROW, data[0]);
    for (size_t i = 0; data[0] & 2 && i < n; i++)
        mend(rows + i * ROW, data[0]);
    size_t bad = elqr_payload_parse(&layout, rows, n, statuses, positions);
    for (size_t i = 0; i < n; i++) {
        if (statuses[i] == ELQR_OK)
            rebuild(rows + i * ROW);
        else if (positions[i] >= ROW || bad-- == 0)
            abort();
    }
    if (bad != 0)
        abort();
    free(rows);
    free(statuses);
    free(positions);
    return 0;
}
