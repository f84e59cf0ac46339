/* csrc: grade.c grade_grid.c grade_x86.c cpu.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c */
/* Any picture, any corners (not a number, too), any symbol of any version: no fault of memory, and
 * the overall grade is the lowest. */
#include "elqr_grade.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 4 + 32, MAX_SIDE = 177, PICTURE = 64 };

static void require(int condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    if (size < HEADER)
        return 0;
    const int version = input[0] % 42, level = input[1] % 5;
    const int width = input[2] % (PICTURE + 1), height = input[3] % (PICTURE + 1);
    const size_t pixels = (size_t)width * (size_t)height;
    float corners[8];
    memcpy(corners, input + 4, sizeof corners);
    if (input[0] & 128) /* more often than by chance, corners that are near the picture */
        for (int i = 0; i < 8; i++)
            corners[i] = (float)(int8_t)input[4 + i];
    elqr_grader *grader = malloc(elqr_grader_size());
    uint8_t *picture = calloc(pixels + 1, 1), *truth = calloc(MAX_SIDE * MAX_SIDE, 1);
    require(grader != NULL && picture != NULL && truth != NULL);
    for (size_t i = 0; i < pixels; i++)
        picture[i] = input[HEADER - 1 + i % (size - HEADER + 1)];
    /* Exactly as large as it is said to be. */
    uint8_t *exact = malloc(pixels > 0 ? pixels : 1);
    require(exact != NULL);
    memcpy(exact, picture, pixels);
    if (elqr_grader_init(grader, version, level) == ELQR_OK) {
        elqr_grade_result result;
        const int status =
            elqr_grade(grader, exact, (size_t)width, width, height, corners, truth, &result);
        require(status == ELQR_OK || status == ELQR_OUT_OF_RANGE);
        for (int i = 0; status == ELQR_OK && i < ELQR_GRADE_PARAMETERS; i++) {
            require(result.grades[i] >= -1 && result.grades[i] <= 4);
            require(result.grades[i] < 0 || result.grades[i] >= result.overall);
        }
        require(status != ELQR_OK || result.grades[result.worst] == result.overall);
    }
    free(exact);
    free(picture);
    free(truth);
    free(grader);
    return 0;
}
