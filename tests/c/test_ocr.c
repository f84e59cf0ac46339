/* csrc: ocr_lines.c ocr_find.c ocr_glyphs.c */
/* Lines drawn from the templates themselves are read whichever way they lie; sums by vectors are
 * those by the plain loops. */
#include "ocr_product.h"

#include "elqr_ocr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 16, CHARACTERS = 24, LONG = CELL * CHARACTERS + 160, SHORT = 160, TOP = 70 };

/* The templates' pixels are 0.16 mm, so a cell of 16 of them is 2.56 mm. */
static const float PIXELS_A_MM = 6.25f, PITCH = 2.56f;

static uint8_t upright[SHORT][LONG], image[LONG * LONG];
static int work[ELQR_OCR_WORK / sizeof(int)];

static int failures;

static void check(int condition, const char *what, int which) {
    if (!condition) {
        printf("%s (%d)\n", what, which);
        failures++;
    }
}

static void draw(int shift) {
    memset(upright, 255, sizeof upright);
    for (int i = 0; i < CHARACTERS; i++)
        for (int y = 0; y < OCR_HEIGHT; y++)
            for (int x = 0; x < OCR_WIDTH; x++) {
                const int dark = ocr_templates[i][y * OCR_WIDTH + x] - ocr_templates[i][0];
                upright[TOP + y - OCR_BASELINE + shift][80 + CELL * i + x + shift] =
                    (uint8_t)(255 - (dark > 255 ? 255
                                     : dark < 0 ? 0
                                                : dark));
            }
}

/* Turns the upright picture by quarters clockwise; returns the line's frame in it. */
static elqr_ocr_frame turn(int turns, int *width, int *height) {
    static const float directions[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    const float *along = directions[turns], *down = directions[(turns + 1) % 4];
    const float place[4][2] = {
        {80, TOP}, {SHORT - TOP, 80}, {LONG - 80, SHORT - TOP}, {TOP, LONG - 80}};
    *width = turns % 2 ? SHORT : LONG;
    *height = turns % 2 ? LONG : SHORT;
    for (int y = 0; y < SHORT; y++)
        for (int x = 0; x < LONG; x++) {
            const int to[4][2] = {
                {x, y}, {SHORT - 1 - y, x}, {LONG - 1 - x, SHORT - 1 - y}, {y, LONG - 1 - x}};
            image[to[turns][1] * *width + to[turns][0]] = upright[y][x];
        }
    return (elqr_ocr_frame){place[turns][0],        place[turns][1],       along[0] * PIXELS_A_MM,
                            along[1] * PIXELS_A_MM, down[0] * PIXELS_A_MM, down[1] * PIXELS_A_MM};
}

static void test_reading(void) {
    const elqr_ocr_line line = {CHARACTERS, PITCH, 1.0f};
    for (int shift = -12; shift <= 12; shift += 4)
        for (int turns = 0; turns < 4; turns++) {
            int width, height;
            elqr_ocr_reading reading;
            draw(shift);
            const elqr_ocr_frame frame = turn(turns, &width, &height);
            check(elqr_ocr_read(image, (size_t)width, width, height, &frame, &line, work,
                                &reading) == ELQR_OK,
                  "status", turns);
            check(reading.found, "not found", turns);
            for (int i = 0; i < CHARACTERS; i++) {
                const elqr_ocr_character *read = &reading.characters[i];
                check(read->character == ocr_characters[i], "another character", i);
                check(read->score > 0.95f && read->margin > 0.85f, "not clear", i);
            }
            check(fabsf(reading.shift_x - (float)shift * 0.16f) < 0.05f, "shift along", turns);
            check(fabsf(reading.shift_y - (float)shift * 0.16f) < 0.05f, "shift down", turns);
            check(fabsf(reading.stretch - 1.0f) < 0.001f, "stretch", turns);
        }
}

static void test_limits(void) {
    const elqr_ocr_line line = {CHARACTERS, PITCH, 1.0f};
    elqr_ocr_frame frame = {0, 0, 0.1f, 0, 0, 0.1f};
    elqr_ocr_reading reading;
    check(elqr_ocr_read(image, 9, 9, 9, &frame, &line, work, &reading) == ELQR_OUT_OF_RANGE,
          "tiny pixels", 0);
    frame.along_x = frame.down_y = 61.0f;
    check(elqr_ocr_read(image, 9, 9, 9, &frame, &line, work, &reading) == ELQR_OUT_OF_RANGE,
          "huge pixels", 0);
    frame.along_x = frame.down_y = 8.0f;
    check(elqr_ocr_read(image, 0, 0, 9, &frame, &line, work, &reading) == ELQR_OUT_OF_RANGE,
          "no columns", 0);
    memset(image, 77, sizeof image);
    check(elqr_ocr_read(image, 9, 9, 9, &frame, &line, work, &reading) == ELQR_OK && !reading.found,
          "a line in nothing", 0);
}

static void test_sums(void) {
    int16_t dark[OCR_HEIGHT * OCR_STRIDE + 8];
    unsigned state = 1;
    for (int round = 0; round < 200; round++) {
        int sum, squares, plain_sum, plain_squares;
        for (int i = 0; i < OCR_HEIGHT * OCR_STRIDE + 8; i++) {
            state = state * 1664525u + 1013904223u;
            dark[i] = (int16_t)(round ? state >> 24 : 255);
        }
        ocr_sums(dark + round % 8, &sum, &squares);
        ocr_sums_plain(dark + round % 8, &plain_sum, &plain_squares);
        check(sum == plain_sum && squares == plain_squares, "sums", round);
        for (int i = 0; i < OCR_CHARACTERS; i++)
            check(ocr_product(ocr_templates[i], dark + round % 8) ==
                      ocr_product_plain(ocr_templates[i], dark + round % 8),
                  "product", i);
    }
}

int main(void) {
    test_reading();
    test_limits();
    test_sums();
    return failures != 0;
}
