/* What the files of the grader share: a call, and the greys of its image.  Internal to csrc. */
#ifndef ELQR_GRADE_PARTS_H
#define ELQR_GRADE_PARTS_H

#include "common.h"
#include "cpu.h"
#include "elqr_grade.h"
#include "qr_encode.h"
#include "qr_matrix.h"
#include "scan.h"

#include <math.h>
#include <string.h>

enum { MAX_GRID = QR_MAX_SIDE + 2 };

struct elqr_grader {
    scan_symbol symbol;
    int level, ec;                      /* error correction codewords of a block */
    uint8_t block_of[QR_MAX_CODEWORDS]; /* of a codeword of the final message */
};

/* One call. */
typedef struct {
    const elqr_grader *grader;
    scan_image image;
    const uint8_t *truth;
    scan_grid grid;
    int side;
    uint8_t samples[MAX_GRID * MAX_GRID]; /* the symbol and a ring of one module */
    float darkest, lightest;
    int any_wrong;                           /* of the modules */
    float values[QR_MAX_SIDE * QR_MAX_SIDE]; /* modulations of the modules */
    uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE], wrong[QR_MAX_SIDE * QR_MAX_SIDE];
    int errors; /* codewords of the worst block with a wrong module */
    elqr_grade_result *result;
} grade_job;

/*---- Greys ----*/

ELQR_INLINE int within(int value, int high) {
    return value < 0 ? 0 : value < high ? value : high;
}

/* 65,536 times the grey between the four pixels around a point in 1/256 pixel, counted from the
 * first pixel's centre. */
ELQR_INLINE int between(const scan_image *image, int x, int y) {
    const uint32_t right = (uint32_t)x, down = (uint32_t)y; /* not negative: no sign to extend */
    const int fx = x & 255, fy = y & 255;
    const uint8_t *p = image->pixels + (size_t)(down >> 8) * image->stride + (right >> 8);
    const uint8_t *q = p + image->stride;
    const int upper = (256 - fx) * p[0] + fx * p[1], lower = (256 - fx) * q[0] + fx * q[1];
    return 256 * upper + fy * (lower - upper);
}

/* The same for any point; beyond the image its edge goes on. */
ELQR_INLINE int grey_at(const scan_image *image, int x, int y) {
    return between(image, within(x, (image->width - 1) * 256 - 1),
                   within(y, (image->height - 1) * 256 - 1));
}

/* The distance from the first pixel's centre that a distance from its corner is. */
enum { HALF_PIXEL = 128 };

ELQR_INLINE int fixed_point(float value) {
    return (int)lrintf(value * 256);
}

/* Points of a module's middle 0.8, from its centre, in 1/256 pixel. */
typedef struct {
    int count, dx[9], dy[9];
} grade_aperture;

enum { GRADE_POINTS = 36 };

/* Points of a pattern from its centre, in 1/256 pixel: of its left and right edges, which tell
 * where it is across, and of the upper and lower ones.  To a multiple of eight with sign 0. */
typedef struct {
    int count, dx[2][GRADE_POINTS + 4], dy[2][GRADE_POINTS + 4], sign[GRADE_POINTS + 4];
} grade_points;

/*---- Eight points at a time: grade_x86.c ----*/

#if ELQR_X86
/* Whether what follows can be done, for an image two pixels wide and high or more. */
int grade_fits_avx2(const scan_image *image);

/* Fills job->samples, for an aperture of 4 or 9 points. */
void grade_sample_avx2(grade_job *job, const grade_aperture *aperture);

/* How far light stands out from dark at the edges of points across an axis, for a pattern centred
 * at a point of the image, in 1/256 pixel. */
int grade_stands_out_avx2(const scan_image *image, const grade_points *p, int axis, int x, int y);
#endif

/*---- The grid: grade_grid.c ----*/

/* Finds job->grid near the corners c (x, y of the upper left one, and on clockwise), and what is
 * graded of it; false if there is none. */
int grade_find_grid(grade_job *job, const float c[8]);

#endif
