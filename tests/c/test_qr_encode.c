/* csrc: qr_encode.c qr_matrix.c qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_tables.c gf256.c gf256_tables.c */
/* The standard's worked example, Table 7's capacities, the penalty rules against a second, plain
 * reading of them, and what hostile arguments get.  Whole symbols are compared with other encoders
 * in tests/native/test_symbols.py. */
#include "elqr.h"
#include "qr_encode.h"
#include "qr_matrix.h"

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static const uint8_t *bytes(const char *text) {
    return (const uint8_t *)text;
}

/* A small generator, so that a failure can be repeated. */
static unsigned next_random(unsigned *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ISO/IEC 18004:2015, Annex I: 01234567 in version 1-M, data and error correction codewords. */
static int test_standards_example(void) {
    static const uint8_t expected[26] = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC,
                                         0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xA5, 0x24,
                                         0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};
    uint8_t codewords[26];
    CHECK(qr_final_message(bytes("01234567"), 8, ELQR_QR_NUMERIC, 1, ELQR_QR_M, codewords) == 0);
    CHECK(memcmp(codewords, expected, sizeof expected) == 0);
    return 0;
}

/* 255 digits are 4 + 10 + 850 = 864 bits, all that 6-M has: the last data bit is the last digit's,
 * and neither terminator nor padding follows. */
static int test_full_symbol_has_no_terminator(void) {
    uint8_t digits[256], codewords[172], other[172];
    memset(digits, '9', sizeof digits);
    CHECK(qr_final_message(digits, 255, ELQR_QR_NUMERIC, 6, ELQR_QR_M, codewords) == ELQR_OK);
    /* Four blocks of 27 data codewords: the last data codeword closes the interleaved data. */
    CHECK(codewords[107] == (999 & 0xFF));
    digits[254] = '8';
    CHECK(qr_final_message(digits, 255, ELQR_QR_NUMERIC, 6, ELQR_QR_M, other) == ELQR_OK);
    CHECK(other[107] == (998 & 0xFF));
    CHECK(qr_final_message(digits, 256, ELQR_QR_NUMERIC, 6, ELQR_QR_M, other) == ELQR_TOO_LONG);
    return 0;
}

static int test_capacities(void) {
    /* Table 7: version, level, then digits, alphanumerics and bytes. */
    static const int table[][5] = {
        {1, ELQR_QR_L, 41, 25, 17},        {1, ELQR_QR_M, 34, 20, 14},
        {1, ELQR_QR_Q, 27, 16, 11},        {1, ELQR_QR_H, 17, 10, 7},
        {6, ELQR_QR_M, 255, 154, 106},     {9, ELQR_QR_Q, 312, 189, 130},
        {10, ELQR_QR_L, 652, 395, 271},    {26, ELQR_QR_H, 1425, 864, 593},
        {27, ELQR_QR_H, 1501, 910, 625},   {40, ELQR_QR_L, 7089, 4296, 2953},
        {40, ELQR_QR_M, 5596, 3391, 2331}, {40, ELQR_QR_H, 3057, 1852, 1273},
    };
    static const int modes[3] = {ELQR_QR_NUMERIC, ELQR_QR_ALPHANUMERIC, ELQR_QR_BYTE};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int m = 0; m < 3; m++) {
            const size_t capacity = (size_t)table[i][2 + m];
            const int version = table[i][0], level = table[i][1];
            CHECK(elqr_qr_capacity(version, level, modes[m]) == capacity);
            CHECK(elqr_qr_smallest_version(capacity, level, modes[m]) == version);
            CHECK(elqr_qr_smallest_version(capacity + 1, level, modes[m]) ==
                  (version < 40 ? version + 1 : 0));
        }
    CHECK(elqr_qr_capacity(0, 0, ELQR_QR_BYTE) == 0 && elqr_qr_capacity(41, 0, ELQR_QR_BYTE) == 0);
    CHECK(elqr_qr_capacity(1, 4, ELQR_QR_BYTE) == 0 && elqr_qr_capacity(1, 0, 3) == 0);
    CHECK(elqr_qr_smallest_version(0, 4, ELQR_QR_BYTE) == 0);
    CHECK(elqr_qr_smallest_version(0, 0, 8) == 0);
    CHECK(elqr_qr_smallest_version((size_t)-1, 0, ELQR_QR_NUMERIC) == 0);
    CHECK(elqr_qr_side(1) == 21 && elqr_qr_side(40) == 177);
    CHECK(elqr_qr_side(0) == 0 && elqr_qr_side(41) == 0);
    return 0;
}

static int test_modes(void) {
    CHECK(elqr_qr_narrowest_mode(bytes("0123456789"), 10) == ELQR_QR_NUMERIC);
    CHECK(elqr_qr_narrowest_mode(bytes("12A $%*+-./:Z"), 13) == ELQR_QR_ALPHANUMERIC);
    CHECK(elqr_qr_narrowest_mode(bytes("12a"), 3) == ELQR_QR_BYTE);
    CHECK(elqr_qr_span(bytes("12:4"), 4, ELQR_QR_NUMERIC) == 2);
    CHECK(elqr_qr_span(bytes("12/4"), 4, ELQR_QR_NUMERIC) == 2);
    CHECK(elqr_qr_span(bytes("12:4a"), 5, ELQR_QR_ALPHANUMERIC) == 4);
    CHECK(elqr_qr_span(bytes("\xff\0x"), 3, ELQR_QR_BYTE) == 3);
    CHECK(elqr_qr_span(bytes("12"), 2, 0) == 0);
    for (int c = 0; c < 256; c++) {
        const uint8_t character = (uint8_t)c;
        const int listed = c && strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", c) != NULL;
        CHECK((int)elqr_qr_span(&character, 1, ELQR_QR_ALPHANUMERIC) == listed);
    }
    uint8_t modes[3];
    const size_t ends[3] = {2, 5, 6}, falling[3] = {2, 1, 6};
    CHECK(elqr_qr_modes(bytes("12ABCd"), ends, 0, 3, modes) == ELQR_OK);
    CHECK(modes[0] == ELQR_QR_NUMERIC && modes[1] == ELQR_QR_ALPHANUMERIC);
    CHECK(modes[2] == ELQR_QR_BYTE);
    CHECK(elqr_qr_modes(bytes("12ABCd"), NULL, 2, 3, modes) == ELQR_OK && modes[2] == ELQR_QR_BYTE);
    CHECK(elqr_qr_modes(bytes("12ABCd"), falling, 0, 3, modes) == ELQR_OUT_OF_RANGE);
    return 0;
}

/* A module, light outside the symbol. */
static int dark_at(const qr_matrix *matrix, int row, int column) {
    if (row < 0 || row >= matrix->side || column < 0 || column >= matrix->side)
        return 0;
    return matrix->modules[row * matrix->side + column] & QR_DARK;
}

static int light_run(const qr_matrix *matrix, int row, int column, int across) {
    for (int k = 0; k < 4; k++)
        if (dark_at(matrix, row + (across ? 0 : k), column + (across ? k : 0)))
            return 0;
    return 1;
}

/* The penalties once more, each as a search for its figure at every place. */
static long plain_penalty(const qr_matrix *matrix) {
    static const int core[7] = {1, 0, 1, 1, 1, 0, 1};
    const int side = matrix->side;
    long penalty = 0, dark = 0;
    for (int across = 0; across < 2; across++)
        for (int i = 0; i < side; i++)
            for (int j = 0; j < side; j++) {
                const int step_row = across ? 0 : 1, step_column = across ? 1 : 0;
                const int row = across ? i : j, column = across ? j : i;
                int run = 1, matches = 0;
                const int colour = dark_at(matrix, row, column);
                if (j == 0 || dark_at(matrix, row - step_row, column - step_column) != colour) {
                    while (j + run < side && dark_at(matrix, row + run * step_row,
                                                     column + run * step_column) == colour)
                        run++;
                    penalty += run >= 5 ? run - 2 : 0;
                }
                for (int k = 0; k < 7; k++)
                    matches +=
                        dark_at(matrix, row + k * step_row, column + k * step_column) == core[k];
                if (matches == 7 && j + 7 <= side &&
                    (light_run(matrix, row - 4 * step_row, column - 4 * step_column, across) ||
                     light_run(matrix, row + 7 * step_row, column + 7 * step_column, across)))
                    penalty += 40;
            }
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++) {
            const int colour = dark_at(matrix, row, column);
            dark += colour;
            if (row + 1 < side && column + 1 < side && dark_at(matrix, row, column + 1) == colour &&
                dark_at(matrix, row + 1, column) == colour &&
                dark_at(matrix, row + 1, column + 1) == colour)
                penalty += 3;
        }
    for (int percent = 5; percent <= 50; percent += 5) {
        const long total = (long)side * side;
        if (100 * dark >= (50 + percent) * total || 100 * dark <= (50 - percent) * total)
            penalty += 10;
    }
    return penalty;
}

static int test_penalty(void) {
    unsigned state = 7;
    qr_matrix matrix;
    for (int i = 0; i < 300; i++) {
        /* From nearly all light to nearly all dark, with long runs when i is odd. */
        const unsigned share = 1 + (unsigned)i % 20;
        matrix.version = 1 + i % 8;
        matrix.side = qr_side(matrix.version);
        for (int k = 0; k < matrix.side * matrix.side; k++) {
            const uint8_t fresh = next_random(&state) % 21 < share;
            const int repeat = i % 2 && k > 0 && next_random(&state) % 4;
            matrix.modules[k] = repeat ? matrix.modules[k - 1] : fresh;
        }
        CHECK(qr_matrix_penalty(&matrix) == plain_penalty(&matrix));
    }
    return 0;
}

enum { DIGITS = 17, PACKED = 21 * 3 }; /* 1-H holds 17 digits */

/* The first mask with the lowest penalty by the plain reading; *tied tells whether a later one is
 * as low. */
static int plain_choice(const uint8_t *digits, int *tied) {
    long lowest = -1;
    int best = -1;
    for (int mask = 0; mask < 8; mask++) {
        uint8_t codewords[26];
        qr_matrix matrix;
        qr_matrix_init(&matrix, 1);
        qr_final_message(digits, DIGITS, ELQR_QR_NUMERIC, 1, ELQR_QR_H, codewords);
        qr_matrix_place(&matrix, codewords);
        qr_matrix_finish(&matrix, ELQR_QR_H, mask);
        const long penalty = plain_penalty(&matrix);
        *tied = penalty == lowest || (*tied && penalty > lowest);
        if (lowest < 0 || penalty < lowest) {
            lowest = penalty;
            best = mask;
        }
    }
    return best;
}

static int test_automatic_mask(void) {
    unsigned state = 99;
    int ties = 0;
    for (int i = 0; i < 300; i++) {
        uint8_t digits[DIGITS], automatic[PACKED], pinned[PACKED], chosen, used;
        int tied = 0;
        for (size_t k = 0; k < DIGITS; k++)
            digits[k] = (uint8_t)('0' + next_random(&state) % 10);
        const int best = plain_choice(digits, &tied);
        ties += tied;
        CHECK(elqr_qr_encode_one(digits, DIGITS, ELQR_QR_NUMERIC, 1, ELQR_QR_H, ELQR_QR_AUTOMATIC,
                                 automatic, &chosen) == ELQR_OK);
        CHECK(chosen == best);
        CHECK(elqr_qr_encode_one(digits, DIGITS, ELQR_QR_NUMERIC, 1, ELQR_QR_H, best, pinned,
                                 &used) == ELQR_OK);
        CHECK(used == best && memcmp(automatic, pinned, PACKED) == 0);
    }
    CHECK(ties > 0);
    return 0;
}

static int test_bad_arguments(void) {
    static const struct {
        const char *text;
        size_t length;
        int mode, version, level, mask, status;
    } cases[] = {
        {"1", 1, 0, 1, 1, 0, ELQR_BAD_MODE},
        {"1", 1, 3, 1, 1, 0, ELQR_BAD_MODE},
        {"1", 1, 1, 0, 1, 0, ELQR_BAD_VERSION},
        {"1", 1, 1, 41, 1, 0, ELQR_BAD_VERSION},
        {"1", 1, 1, 1, -1, 0, ELQR_BAD_LEVEL},
        {"1", 1, 1, 1, 4, 0, ELQR_BAD_LEVEL},
        {"1", 1, 1, 1, 1, -2, ELQR_BAD_MASK},
        {"1", 1, 1, 1, 1, 8, ELQR_BAD_MASK},
        {"", 0, 1, 1, 1, 0, ELQR_EMPTY},
        {"12a", 3, 1, 1, 1, 0, ELQR_BAD_CHARACTER},
        {"12a", 3, 2, 1, 1, 0, ELQR_BAD_CHARACTER},
        {"123456789012345", 15, 4, 1, 1, 0, ELQR_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t packed[21 * 3], mask = 0xA5;
        memset(packed, 0xA5, sizeof packed);
        CHECK(elqr_qr_encode_one(bytes(cases[i].text), cases[i].length, cases[i].mode,
                                 cases[i].version, cases[i].level, cases[i].mask, packed,
                                 &mask) == cases[i].status);
        CHECK(mask == 0xA5);
        for (size_t k = 0; k < sizeof packed; k++)
            CHECK(packed[k] == 0xA5);
    }
    return 0;
}

/* A batch equals its items one by one, in both layouts, and names the first that fails. */
static int test_batch(void) {
    static const char text[] = "1234567890987654321055";
    const size_t ends[4] = {3, 10, 11, 22};
    uint8_t packed[4][21 * 3], masks[4], alone[21 * 3], mask;
    size_t bad_item = 77;
    CHECK(elqr_qr_encode_batch(bytes(text), ends, 0, 4, ELQR_QR_NUMERIC, 1, ELQR_QR_L,
                               ELQR_QR_AUTOMATIC, packed[0], masks, &bad_item) == ELQR_OK);
    for (size_t i = 0; i < 4; i++) {
        const size_t start = i ? ends[i - 1] : 0;
        CHECK(elqr_qr_encode_one(bytes(text) + start, ends[i] - start, ELQR_QR_NUMERIC, 1,
                                 ELQR_QR_L, ELQR_QR_AUTOMATIC, alone, &mask) == ELQR_OK);
        CHECK(memcmp(packed[i], alone, sizeof alone) == 0 && masks[i] == mask);
    }
    CHECK(elqr_qr_encode_batch(bytes(text), NULL, 11, 2, ELQR_QR_NUMERIC, 1, ELQR_QR_L, 3,
                               packed[0], masks, &bad_item) == ELQR_OK);
    CHECK(elqr_qr_encode_one(bytes(text) + 11, 11, ELQR_QR_NUMERIC, 1, ELQR_QR_L, 3, alone,
                             &mask) == ELQR_OK);
    CHECK(memcmp(packed[1], alone, sizeof alone) == 0 && masks[1] == 3);

    const size_t hollow[3] = {3, 3, 5}, falling[3] = {3, 5, 4};
    CHECK(elqr_qr_encode_batch(bytes(text), hollow, 0, 3, ELQR_QR_NUMERIC, 1, 0, 0, packed[0],
                               masks, &bad_item) == ELQR_EMPTY);
    CHECK(bad_item == 1);
    CHECK(elqr_qr_encode_batch(bytes(text), falling, 0, 3, ELQR_QR_NUMERIC, 1, 0, 0, packed[0],
                               masks, &bad_item) == ELQR_OUT_OF_RANGE);
    CHECK(bad_item == 2);
    CHECK(elqr_qr_encode_batch(bytes("12345x78"), NULL, 4, 2, ELQR_QR_NUMERIC, 1, 0, 0, packed[0],
                               masks, &bad_item) == ELQR_BAD_CHARACTER);
    CHECK(bad_item == 1);
    CHECK(elqr_qr_encode_batch(bytes(text), NULL, 4, 0, ELQR_QR_NUMERIC, 1, 0, 9, packed[0], masks,
                               &bad_item) == ELQR_BAD_MASK);
    CHECK(elqr_qr_encode_batch(NULL, NULL, 4, 0, ELQR_QR_NUMERIC, 1, 0, 0, NULL, NULL, &bad_item) ==
          ELQR_OK);
    return 0;
}

int main(void) {
    return test_standards_example() || test_full_symbol_has_no_terminator() || test_capacities() ||
           test_modes() || test_penalty() || test_automatic_mask() || test_bad_arguments() ||
           test_batch();
}
