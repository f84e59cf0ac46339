/* csrc: payload_layout.c payload_build.c payload_parse.c */
/* Building and parsing rows of a layout, with buffers of exact size so that ASan sees every step
 * outside; the formats themselves are tested from Python. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "payload_layout.h"

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

/* A heap copy without a byte to spare. */
static uint8_t *exact(const void *bytes, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    return copy;
}

static unsigned crc_of(const uint8_t *bytes, size_t size) {
    unsigned crc = 0xFFFF;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned)bytes[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? (crc << 1 ^ 0x1021) & 0xFFFF : crc << 1;
    }
    return crc;
}

/* One row from five texts; returns bad rows. */
static size_t build_row(const elqr_layout *layout, const char *const texts[FIELDS],
                        uint8_t row[ROW], uint8_t statuses[FIELDS]) {
    elqr_column columns[FIELDS];
    uint8_t *buffers[FIELDS][2];
    memset(columns, 0, sizeof columns);
    for (int f = 0; f < FIELDS; f++) {
        const char *text = texts[f] ? texts[f] : "";
        int32_t offsets[2] = {0, (int32_t)strlen(text)};
        buffers[f][0] = exact(offsets, sizeof offsets);
        buffers[f][1] = exact(text, strlen(text));
        columns[f].form = texts[f] ? ELQR_COLUMN_TEXT32 : ELQR_COLUMN_ABSENT;
        columns[f].values = buffers[f][0];
        columns[f].text = buffers[f][1];
        columns[f].text_size = strlen(text);
    }
    uint8_t *out = malloc(ROW), *out_statuses = malloc(FIELDS);
    size_t bad = elqr_payload_build(layout, columns, 1, out, out_statuses);
    memcpy(row, out, ROW);
    memcpy(statuses, out_statuses, FIELDS);
    free(out);
    free(out_statuses);
    for (int f = 0; f < FIELDS; f++) {
        free(buffers[f][0]);
        free(buffers[f][1]);
    }
    return bad;
}

static int parse_row(const elqr_layout *layout, const uint8_t row[ROW], unsigned *position) {
    uint8_t *copy = exact(row, ROW), status;
    uint16_t at;
    size_t bad = elqr_payload_parse(layout, copy, 1, &status, &at);
    CHECK(bad == (status != ELQR_OK));
    free(copy);
    *position = at;
    return status;
}

static const char *const GOOD[FIELDS] = {"123", "20240229", "56", "12345678901234567890", NULL};

static void test_a_row(const elqr_layout *layout) {
    uint8_t row[ROW], statuses[FIELDS];
    char crc[6];
    unsigned position;
    CHECK(build_row(layout, GOOD, row, statuses) == 0);
    CHECK(memcmp(row + 3,
                 "00123202402295600"
                 "12345678901234567890"
                 "00123",
                 42) == 0);
    snprintf(crc, sizeof crc, "%05u", crc_of(row, CRC_AT));
    CHECK(memcmp(row + CRC_AT, crc, 5) == 0);
    CHECK(parse_row(layout, row, &position) == ELQR_OK);
}

static void test_optional_field_reaches_the_crc(const elqr_layout *layout) {
    const char *texts[FIELDS];
    uint8_t row[ROW], statuses[FIELDS];
    char crc[6];
    unsigned position;
    memcpy(texts, GOOD, sizeof texts);
    texts[4] = "987654321012345678";
    CHECK(build_row(layout, texts, row, statuses) == 0);
    snprintf(crc, sizeof crc, "%05u", crc_of(row, CRC_AT));
    CHECK(memcmp(row + CRC_AT, crc, 5) == 0);
    CHECK(parse_row(layout, row, &position) == ELQR_OK);
}

static void test_statuses(const elqr_layout *layout) {
    static const struct {
        int field;
        const char *text;
        int status;
    } cases[] = {
        {0, "", ELQR_EMPTY},
        {0, "0", ELQR_OUT_OF_RANGE},
        {0, "30001", ELQR_OUT_OF_RANGE},
        {0, "000001", ELQR_TOO_LONG},
        {0, "1/", ELQR_BAD_CHARACTER},
        {0, "1:", ELQR_BAD_CHARACTER},
        {1, "20230229", ELQR_BAD_DATE},
        {1, "2024022", ELQR_BAD_DATE},
        {1, "2024022x", ELQR_BAD_CHARACTER},
        {2, "12345", ELQR_TOO_LONG},
        {3, "1", ELQR_TOO_SHORT},
        {3, "1234567890123456789\xB5", ELQR_BAD_CHARACTER},
        {3,
         "\xFF"
         "2345678901234567890",
         ELQR_BAD_CHARACTER},
    };
    static const uint8_t zeros[ROW];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *texts[FIELDS];
        uint8_t row[ROW], statuses[FIELDS];
        memcpy(texts, GOOD, sizeof texts);
        texts[cases[i].field] = cases[i].text;
        CHECK(build_row(layout, texts, row, statuses) == 1);
        CHECK(memcmp(row, zeros, ROW) == 0);
        for (int f = 0; f < FIELDS; f++)
            CHECK(statuses[f] == (f == cases[i].field ? cases[i].status : ELQR_OK));
    }
}

/* Offsets that leave the text or run backwards are a status, whatever their width. */
static void test_impossible_offsets(const elqr_layout *layout) {
    static const int64_t offsets[][2] = {{0, 5}, {3, 1}, {-1, 2}, {2, -1}, {INT64_MIN, INT64_MAX},
                                         {5, 5}};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        elqr_column columns[FIELDS];
        uint8_t row[ROW], statuses[FIELDS];
        uint8_t *text = exact("1234", 4);
        memset(columns, 0, sizeof columns);
        columns[0].form = ELQR_COLUMN_TEXT64;
        columns[0].values = (const uint8_t *)offsets[i];
        columns[0].text = text;
        columns[0].text_size = 4;
        CHECK(elqr_payload_build(layout, columns, 1, row, statuses) == 1);
        CHECK(statuses[0] == ELQR_TRUNCATED);
        free(text);
    }
}

static void test_integers(const elqr_layout *layout) {
    static const int64_t amounts[] = {1, 30000, 0, -1, 30001, 100000, INT64_MIN, INT64_MAX};
    static const uint8_t expected[] = {ELQR_OK,           ELQR_OK,           ELQR_OUT_OF_RANGE,
                                       ELQR_OUT_OF_RANGE, ELQR_OUT_OF_RANGE, ELQR_TOO_LONG,
                                       ELQR_OUT_OF_RANGE, ELQR_TOO_LONG};
    enum { N = sizeof expected };
    elqr_column columns[FIELDS];
    uint8_t rows[N * ROW], statuses[FIELDS * N], valid = 0xFE;
    memset(columns, 0, sizeof columns);
    columns[0].form = ELQR_COLUMN_INT64;
    columns[0].values = (const uint8_t *)amounts;
    CHECK(elqr_payload_build(layout, columns, N, rows, statuses) == N - 2);
    CHECK(memcmp(statuses, expected, N) == 0);
    CHECK(memcmp(rows + ROW + 3, "30000", 5) == 0);
    columns[0].validity = &valid; /* row 0 null, then all there */
    CHECK(elqr_payload_build(layout, columns, N, rows, statuses) == N - 1);
    CHECK(statuses[0] == ELQR_EMPTY && statuses[1] == ELQR_OK);
}

static void test_no_digit_can_change(const elqr_layout *layout) {
    uint8_t row[ROW], statuses[FIELDS];
    unsigned position;
    build_row(layout, GOOD, row, statuses);
    for (int at = 0; at < ROW; at++) {
        uint8_t right = row[at];
        for (int byte = 0; byte < 256; byte++) {
            row[at] = (uint8_t)byte;
            CHECK((parse_row(layout, row, &position) == ELQR_OK) == (byte == right));
        }
        row[at] = right;
    }
}

static void test_wrong_layouts(void) {
    elqr_layout layout;
    elqr_field field = TEST_FIELDS[0];
    elqr_check checks[2] = {TEST_CHECKS[2], TEST_CHECKS[1]};
    const uint8_t *digits = (const uint8_t *)TEMPLATE;
    CHECK(elqr_layout_init(&layout, digits, 257, NULL, 0, NULL, 0) == ELQR_TOO_LONG);
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 33, NULL, 0) == ELQR_TOO_LONG);
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 0, NULL, 9) == ELQR_TOO_LONG);
    CHECK(elqr_layout_init(&layout, (const uint8_t *)"12x", 3, NULL, 0, NULL, 0) ==
          ELQR_BAD_CHARACTER);
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 0, checks, 2) == ELQR_OUT_OF_RANGE);
    field.repeat = field.offset + 1;
    CHECK(elqr_layout_init(&layout, digits, ROW, &field, 1, NULL, 0) == ELQR_OUT_OF_RANGE);
    field.offset = field.repeat = ROW - 4;
    CHECK(elqr_layout_init(&layout, digits, ROW, &field, 1, NULL, 0) == ELQR_OUT_OF_RANGE);
    checks[0] = TEST_CHECKS[0];
    checks[0].length = 63;
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 0, checks, 1) == ELQR_OUT_OF_RANGE);
    checks[0].length = 62;
    checks[0].start = 60;
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 0, checks, 1) == ELQR_OUT_OF_RANGE);
    checks[0].start = 8;
    CHECK(elqr_layout_init(&layout, digits, ROW, NULL, 0, checks, 1) == ELQR_OK);
}

int main(void) {
    static elqr_layout layout;
    CHECK(test_layout(&layout) == ELQR_OK);
    CHECK(layout.prefix == 1);
    test_a_row(&layout);
    test_optional_field_reaches_the_crc(&layout);
    test_statuses(&layout);
    test_impossible_offsets(&layout);
    test_integers(&layout);
    test_no_digit_can_change(&layout);
    test_wrong_layouts();
    return failures != 0;
}
