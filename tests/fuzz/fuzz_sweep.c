/* csrc: sweep.c sweep_bars.c sweep_halve.c cpu.c code128.c */
/* Any bits, any own box, and bits with a real bar code among them, are swept without a fault of
 * memory; a bar code that is read has digits only. */
#include "elqr_sweep.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 12, MAX_WIDTH = 900, BARS = ELQR_BILL_MODULES };

static void require(int condition) {
    if (!condition)
        abort();
}

/* Draws a bar code of the input's digits over the rows' left. */
static void draw_bars(const uint8_t *data, uint8_t *rows, size_t stride, int height) {
    uint8_t digits[ELQR_BILL_DIGITS], modules[BARS];
    size_t bad;
    for (int i = 0; i < ELQR_BILL_DIGITS; i++)
        digits[i] = (uint8_t)('0' + data[i % HEAD] % 10);
    require(elqr_bill_bars(digits, 1, modules, &bad) == ELQR_OK);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 2 * BARS; x++)
            if (modules[x / 2])
                rows[(size_t)y * stride + (size_t)(x + 30) / 8] |= (uint8_t)(0x80 >> (x + 30) % 8);
}

static int dark(const uint8_t *rows, size_t stride, int x, int y) {
    return rows[(size_t)y * stride + (size_t)x / 8] >> (7 - x % 8) & 1;
}

/* A page at half its resolution, pixel by pixel. */
static void check_half(const uint8_t *rows, size_t stride, int width, int height) {
    const size_t half_stride = ((size_t)width / 2 + 7) / 8;
    uint8_t *half = malloc(half_stride * (size_t)(height / 2) + 1);
    require(half != NULL);
    const int status = elqr_sweep_halve(rows, stride, width, height, half);
    require(status == (width < 2 || height < 2 ? ELQR_OUT_OF_RANGE : ELQR_OK));
    for (int y = 0; status == ELQR_OK && y < height / 2; y++)
        for (int x = 0; x < width / 2; x++) {
            int count = 0;
            for (int i = 0; i < 4; i++)
                count += dark(rows, stride, 2 * x + i % 2, 2 * y + i / 2);
            require(dark(half, half_stride, x, y) == (count >= 2));
        }
    free(half);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < HEAD)
        return 0;
    const int width = 1 + (data[0] | data[1] << 8) % MAX_WIDTH, height = 1 + data[2] % 64;
    const size_t stride = ((size_t)width + 7) / 8;
    const elqr_box own = {data[3], data[4], data[3] + data[5], data[4] + data[6]};
    uint8_t *rows = calloc(stride, (size_t)height); /* exactly as large: ASan sees what leaves it */
    uint16_t *work = malloc(elqr_sweep_words(width) * sizeof *work);
    elqr_sweep_result result;
    require(rows != NULL && work != NULL);
    for (size_t i = HEAD; i < size && i - HEAD < stride * (size_t)height; i++)
        rows[i - HEAD] = data[i];
    if (data[7] & 1 && width > 2 * BARS + 60)
        draw_bars(data, rows, stride, height);
    require(elqr_sweep(rows, stride, width, height, &own, 1 + data[8] % 40, work, &result) ==
            ELQR_OK);
    require(result.bars <= ELQR_SWEEP_BARS);
    for (int i = 0; i < result.bars * ELQR_BILL_DIGITS; i++)
        require(result.digits[i / ELQR_BILL_DIGITS][i % ELQR_BILL_DIGITS] - '0' <= 9u);
    check_half(rows, stride, width, height);
    require(elqr_sweep(rows, stride, 0, height, &own, 1, work, &result) == ELQR_OUT_OF_RANGE);
    free(rows);
    free(work);
    return 0;
}
