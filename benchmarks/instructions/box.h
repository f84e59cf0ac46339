/* A clean box of 354 x 236 pixels with a symbol 6-M of 3 pixels a module, for scan_fast.c and
 * scan_slow.c. */
#ifndef ELQR_INSTRUCTIONS_BOX_H
#define ELQR_INSTRUCTIONS_BOX_H

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

/* Reads the box so often, up to a rung; 0 if that went well. */
static int read_box(long repeats, int effort) {
    elqr_scanner *scanner = malloc(elqr_scanner_size());
    void *work = malloc(elqr_scan_work(WIDTH, HEIGHT));
    elqr_scan_reading reading;
    int failed = scanner == NULL || work == NULL ||
                 elqr_scanner_init(scanner, &layout, 2.4f, 3.4f) != ELQR_OK;
    for (long i = 0; i < repeats && !failed; i++)
        failed = elqr_scan(scanner, image, WIDTH, WIDTH, HEIGHT, effort, work, content,
                           sizeof content, &reading) != ELQR_OK;
    free(scanner);
    free(work);
    return failed;
}

#endif
