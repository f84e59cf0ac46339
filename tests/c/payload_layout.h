/* A small layout with one of everything, for the tests and fuzzers of payloads. */
#include "elqr.h"

/* 9, pair, amount 5, date 8, free 4, key 20, amount again, mod 10, 7, optional 18, CRC. */
enum { ROW = 70, FIELDS = 5, CRC_AT = 65 };

static const char TEMPLATE[] = "9000000000000000000000000000000000000000"
                               "000000700000000000000000000000";

static const elqr_field TEST_FIELDS[FIELDS] = {
    {3, 40, 5, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 1, 30000}, /* amount */
    {8, 8, 8, ELQR_FIELD_DATE, ELQR_PAD_LEFT, 1, 0, 99999999},
    {16, 16, 4, ELQR_FIELD_DIGITS, ELQR_PAD_RIGHT, 1, 0, 9999},
    {20, 20, 20, ELQR_FIELD_DIGITS, ELQR_PAD_NONE, 1, 0, UINT64_MAX},
    {47, 47, 18, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 0, 0, UINT64_MAX}, /* with a default */
};

static const elqr_check TEST_CHECKS[] = {
    {ELQR_CHECK_OCR_PAIR, 1, 3, 37},
    {ELQR_CHECK_MOD10, 45, 0, 45},
    {ELQR_CHECK_CRC16, CRC_AT, 0, CRC_AT},
};

static int test_layout(elqr_layout *layout) {
    return elqr_layout_init(layout, (const uint8_t *)TEMPLATE, ROW, TEST_FIELDS, FIELDS,
                            TEST_CHECKS, 3);
}
