/* csrc: bars_grade.c code128.c */
/* Any picture, any corners (not a number, too), bars of any digits: no fault of memory, and no line
 * is better than a parameter of all lines at their best. */
#include "elqr_bars_grade.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 4 + 32, WIDE = 1024, HIGH = 16 };

static void require(int condition) {
    if (!condition)
        abort();
}

/* Bars over the whole picture, some pixels of which the input spoils. */
static void draw(uint8_t *picture, int width, int height, const uint8_t *modules,
                 const uint8_t *input, size_t size) {
    for (int i = 0; i < width * height; i++) {
        const int module = (i % width - 40) / 3;
        const int bar = i % width >= 40 && module < ELQR_BILL_MODULES && modules[module];
        const uint8_t spoilt = input[(size_t)i % size];
        picture[i] = spoilt > 200 ? spoilt : bar ? 20 : 240;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    if (size < HEADER + 44)
        return 0;
    const int width = (input[0] << 8 | input[1]) % (WIDE + 1), height = input[2] % (HIGH + 1);
    const size_t pixels = (size_t)width * (size_t)height;
    uint8_t digits[ELQR_BILL_DIGITS], modules[ELQR_BILL_MODULES];
    size_t bad;
    float corners[8];
    memcpy(corners, input + 4, sizeof corners);
    if (input[3] & 128) { /* more often than by chance, corners that are near the bars */
        const float near[8] = {40, 0, 904, 0, 904, HIGH, 40, HIGH};
        for (int i = 0; i < 8; i++)
            corners[i] = near[i] + (float)(int8_t)input[4 + i] / 8;
    }
    for (int i = 0; i < ELQR_BILL_DIGITS; i++)
        digits[i] = (uint8_t)('0' + input[HEADER + i] % 10);
    require(elqr_bill_bars(digits, 1, modules, &bad) == ELQR_OK);
    if (input[3] & 64)
        memcpy(modules, input + HEADER, 44);
    uint8_t *exact = malloc(pixels > 0 ? pixels : 1); /* exactly as large as it is said to be */
    require(exact != NULL);
    draw(exact, width, height, modules, input + HEADER, size - HEADER);
    elqr_bars_result result;
    const int status =
        elqr_grade_bars(exact, (size_t)width, width, height, corners, modules, &result);
    require(status == ELQR_OK || status == ELQR_OUT_OF_RANGE);
    for (int i = 0; status == ELQR_OK && i < ELQR_BARS_PARAMETERS; i++) {
        require(result.grades[i] == -1 || (result.grades[i] >= 0 && result.grades[i] <= 4));
        require(result.grades[i] == -1 || result.grades[i] >= result.overall - 1e-4f);
    }
    free(exact);
    return 0;
}
