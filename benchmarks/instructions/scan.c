/* csrc: scan.c scan_marks.c scan_blocks.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c payload_layout.c payload_parse.c */
/* One repeat: a clean box of 354 x 236 pixels with a symbol 6-M of 3 pixels a module, and the same
 * with a finder pattern painted over, which the slow rung reads. */
#include "driver.h"
#include "elqr.h"

#include <string.h>

enum { WIDTH = 354, HEIGHT = 236, SIDE = 41, ROW_BYTES = 6, MODULE = 3, DIGITS = 255 };

static uint8_t image[HEIGHT * WIDTH], content[7089];
static elqr_layout layout;

static int draw(void) {
    static uint8_t digits[DIGITS], packed[SIDE * ROW_BYTES];
    uint8_t mask;
    memset(digits, '0', sizeof digits);
    if (elqr_layout_init(&layout, digits, DIGITS, NULL, 0, NULL, 0) != ELQR_OK ||
        elqr_qr_encode_one(digits, DIGITS, ELQR_QR_NUMERIC, 6, ELQR_QR_M, 3, packed, &mask))
        return 1;
    memset(image, 240, sizeof image);
    for (int y = 0; y < SIDE * MODULE; y++)
        for (int x = 0; x < SIDE * MODULE; x++)
            if (packed[y / MODULE * ROW_BYTES + x / MODULE / 8] >> (7 - x / MODULE % 8) & 1)
                image[(y + 60) * WIDTH + x + 110] = 30;
    return 0;
}

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    elqr_scanner *scanner = malloc(elqr_scanner_size());
    void *work = malloc(elqr_scan_work(WIDTH, HEIGHT));
    elqr_scan_reading reading;
    if (scanner == NULL || work == NULL || draw() ||
        elqr_scanner_init(scanner, &layout, 2.4f, 3.4f) != ELQR_OK)
        return 1;
    for (long i = 0; i < repeats; i++)
        if (elqr_scan(scanner, image, WIDTH, WIDTH, HEIGHT, ELQR_RUNG_FAST, work, content,
                      sizeof content, &reading) != ELQR_OK)
            return 1;
    for (int y = 60; y < 60 + 7 * MODULE; y++)
        memset(image + y * WIDTH + 110, 30, 7 * MODULE);
    for (long i = 0; i < repeats; i++)
        if (elqr_scan(scanner, image, WIDTH, WIDTH, HEIGHT, ELQR_RUNG_SLOW, work, content,
                      sizeof content, &reading) != ELQR_OK)
            return 1;
    free(scanner);
    free(work);
    return 0;
}
