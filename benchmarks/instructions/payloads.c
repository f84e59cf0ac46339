/* csrc: payload_layout.c payload_build.c payload_parse.c */
/* One repeat: 64 rows of 255 digits built from columns of text and parsed back.  The layout is laid
 * out like the eL-QR's: two check-digit pairs, an amount that is repeated, a date, a CRC. */
#include "driver.h"
#include "elqr.h"

#include <string.h>

enum { COUNT = 64, FIELDS = 6, WIDTH = 255 };

static const elqr_field PLACES[FIELDS] = {
    {42, 116, 11, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 1, UINT64_C(99999999999)},
    {60, 60, 3, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 0, 999},
    {70, 70, 20, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 0, UINT64_MAX},
    {97, 97, 5, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 0, 99999},
    {131, 131, 4, ELQR_FIELD_DIGITS, ELQR_PAD_NONE, 1, 0, 9999},
    {141, 141, 8, ELQR_FIELD_DATE, ELQR_PAD_NONE, 1, 0, 99999999},
};
static const elqr_check CHECKS[] = {{ELQR_CHECK_OCR_PAIR, 29, 31, 37},
                                    {ELQR_CHECK_OCR_PAIR, 68, 70, 42},
                                    {ELQR_CHECK_CRC16, 250, 0, 250}};
static const char DATE[] = "20261130";

static uint8_t texts[FIELDS][COUNT * 20];
static int32_t offsets[FIELDS][COUNT + 1];

/* A column as full as its field; the date is the same in every row. */
static elqr_column full_column(int f) {
    size_t width = PLACES[f].width;
    fill(texts[f], COUNT * width, '1', 9);
    for (size_t i = 0; i <= COUNT; i++) {
        offsets[f][i] = (int32_t)(i * width);
        if (PLACES[f].kind == ELQR_FIELD_DATE && i < COUNT)
            memcpy(texts[f] + i * width, DATE, width);
    }
    return (elqr_column){
        ELQR_COLUMN_TEXT32, (const uint8_t *)offsets[f], texts[f], sizeof texts[f], NULL, 0};
}

int main(int argc, char **argv) {
    static uint8_t digits[WIDTH], rows[COUNT * WIDTH], statuses[FIELDS * COUNT];
    static uint16_t positions[COUNT];
    static elqr_layout layout;
    elqr_column columns[FIELDS];
    const long repeats = repeats_of(argc, argv);
    memset(digits, '0', sizeof digits);
    if (elqr_layout_init(&layout, digits, WIDTH, PLACES, FIELDS, CHECKS, 3) != ELQR_OK)
        return 1;
    for (int f = 0; f < FIELDS; f++)
        columns[f] = full_column(f);
    for (long i = 0; i < repeats; i++)
        if (elqr_payload_build(&layout, columns, COUNT, rows, statuses) != 0 ||
            elqr_payload_parse(&layout, rows, COUNT, statuses, positions) != 0)
            return 1;
    return 0;
}
