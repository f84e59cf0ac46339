/* csrc: grade.c grade_grid.c grade_x86.c cpu.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c */
/* One repeat: the grade of a symbol 6-M of 4 pixels a module in a grey picture, two degrees askew.
 */
#include "driver.h"
#include "elqr_grade.h"

#include <string.h>

enum { WIDTH = 240, SIDE = 41, ROW_BYTES = 6, DIGITS = 255, MODULE = 4, LEFT = 35, TOP = 25 };

static uint8_t image[WIDTH * WIDTH], modules[SIDE * SIDE];
static const float cosine = 0.99939f, sine = 0.03490f;

static int encode(void) {
    static uint8_t digits[DIGITS], packed[SIDE * ROW_BYTES];
    uint8_t mask;
    memset(digits, '0', sizeof digits);
    if (elqr_qr_encode_one(digits, DIGITS, ELQR_QR_NUMERIC, 6, ELQR_QR_M, 3, packed, &mask))
        return 1;
    for (int i = 0; i < SIDE * SIDE; i++)
        modules[i] = packed[i / SIDE * ROW_BYTES + i % SIDE / 8] >> (7 - i % SIDE % 8) & 1;
    return 0;
}

static void place(float corners[8]) {
    for (int i = 0; i < 4; i++) {
        const float u = i == 1 || i == 2 ? SIDE * MODULE : 0, v = i >= 2 ? SIDE * MODULE : 0;
        corners[2 * i] = LEFT + cosine * u - sine * v;
        corners[2 * i + 1] = TOP + sine * u + cosine * v;
    }
}

static void draw(void) {
    for (int i = 0; i < WIDTH * WIDTH; i++) {
        const float x = (float)(i % WIDTH) + 0.5f - LEFT, y = (float)(i / WIDTH) + 0.5f - TOP;
        const float u = (cosine * x + sine * y) / MODULE, v = (cosine * y - sine * x) / MODULE;
        const int inside = u >= 0 && v >= 0 && u < SIDE && v < SIDE;
        image[i] = inside && modules[(int)v * SIDE + (int)u] ? 30 : 230;
    }
}

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    elqr_grader *grader = malloc(elqr_grader_size());
    elqr_grade_result result;
    float corners[8];
    if (grader == NULL || encode() || elqr_grader_init(grader, 6, ELQR_QR_M) != ELQR_OK)
        return 1;
    draw();
    place(corners);
    for (long i = 0; i < repeats; i++)
        if (elqr_grade(grader, image, WIDTH, WIDTH, WIDTH, corners, modules, &result) != ELQR_OK ||
            result.overall < 3)
            return 1;
    free(grader);
    return 0;
}
