/* csrc: scan.c scan_marks.c scan_blocks.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c payload_layout.c payload_build.c payload_parse.c */
/* Images of any size and content, and images of a symbol with damage drawn from the input, are read
 * without a fault of memory, whatever the effort; what is called sound is a payload of the layout,
 * and a slow rung returns nothing else. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 60, HEADER = 6, MAX_SIZE = 220 };

static elqr_layout layout;
static elqr_scanner *scanner;
static uint8_t packed[25 * 4];

static void require(int condition) {
    if (!condition)
        abort();
}

/* A layout of 60 digits: a literal, a field, a default, a CRC. */
static void prepare(void) {
    static const elqr_field fields[] = {
        {10, 10, 20, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 1, 0, UINT64_MAX},
        {30, 30, 15, ELQR_FIELD_DIGITS, ELQR_PAD_LEFT, 0, 0, UINT64_MAX}};
    static const elqr_check checks[] = {{ELQR_CHECK_CRC16, 55, 0, 55}};
    uint8_t digits[DIGITS], statuses[2], mask;
    int64_t value = 123456789;
    const elqr_column columns[2] = {{ELQR_COLUMN_INT64, (const uint8_t *)&value, NULL, 0, NULL, 0},
                                    {0}};
    memset(digits, '0', sizeof digits);
    memcpy(digits, "0002010102", 10);
    require(elqr_layout_init(&layout, digits, DIGITS, fields, 2, checks, 1) == ELQR_OK);
    scanner = malloc(elqr_scanner_size());
    require(scanner != NULL && elqr_scanner_init(scanner, &layout, 2, 4) == ELQR_OK);
    require(elqr_payload_build(&layout, columns, 1, digits, statuses) == 0);
    require(elqr_qr_smallest_version(DIGITS, ELQR_QR_M, ELQR_QR_NUMERIC) == 2);
    elqr_qr_encode_one(digits, DIGITS, ELQR_QR_NUMERIC, 2, ELQR_QR_M, 2, packed, &mask);
}

/* The symbol, 2 to 4 pixels a module, where it fits. */
static void draw(uint8_t *image, int width, int height, int module, int left, int top) {
    for (int y = 0; y < 25 * module && top + y < height; y++)
        for (int x = 0; x < 25 * module && left + x < width; x++)
            if (packed[y / module * 4 + x / module / 8] >> (7 - x / module % 8) & 1)
                image[(top + y) * width + left + x] = 20;
}

static void damage(uint8_t *image, size_t pixels, const uint8_t *input, size_t size) {
    for (size_t i = 0; i + 3 < size; i += 4) {
        const size_t at = ((size_t)input[i] << 8 | input[i + 1]) % pixels, run = input[i + 2];
        for (size_t j = at; j < at + run && j < pixels; j++)
            image[j] = (uint8_t)(image[j] + input[i + 3]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    if (size < HEADER)
        return 0;
    if (scanner == NULL)
        prepare();
    const int width = 1 + input[0] % MAX_SIZE, height = 1 + input[1] % MAX_SIZE;
    const int effort = 1 + input[2] % 3, module = 2 + input[2] / 4 % 3;
    const size_t pixels = (size_t)width * (size_t)height;
    uint8_t *image = malloc(pixels), *content = malloc(7089);
    void *work = malloc(elqr_scan_work(width, height));
    elqr_scan_reading reading;
    require(image != NULL && content != NULL && work != NULL);
    memset(image, 230, pixels);
    if (input[3] & 1)
        draw(image, width, height, module, input[4] % width, input[5] % height);
    damage(image, pixels, input + HEADER, size - HEADER);
    const int status = elqr_scan(scanner, image, (size_t)width, width, height, effort, work,
                                 content, 7089, &reading);
    if (status == ELQR_OK) {
        uint8_t fault;
        uint16_t position;
        require(reading.rung >= ELQR_RUNG_FAST && reading.rung <= effort);
        require(reading.symbol.length <= 7089);
        require(reading.sound || reading.rung == ELQR_RUNG_FAST);
        require(!reading.sound ||
                (reading.symbol.length == DIGITS &&
                 elqr_payload_parse(&layout, content, 1, &fault, &position) == 0));
    } else {
        require(reading.rung == ELQR_RUNG_NONE);
    }
    free(image);
    free(content);
    free(work);
    return 0;
}
