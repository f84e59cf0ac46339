/* elqr_sweep.h - what else is on a bilevel page: signs of QR codes, and the slip's bar code.
 *
 * The rules of elqr.h hold here too. */
#ifndef ELQR_SWEEP_H
#define ELQR_SWEEP_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELQR_SWEEP_BARS = 4,      /* most bar codes told apart */
    ELQR_SWEEP_WIDEST = 65535 /* pixels of a row */
};

/* Pixels [left, right) x [top, bottom). */
typedef struct {
    int32_t left, top, right, bottom;
} elqr_box;

typedef struct {
    /* Whether there may be a QR code, dark on light, and light on dark: two finder patterns and
     * what can be a symbol between them. */
    int symbol, inverted;
    int marks; /* finder patterns of either kind */
    /* GS1-128 in code set C of ELQR_BILL_DIGITS digits, each once: two rows said the same, with the
     * right check character.  The digits' own check digit is not looked at. */
    int bars;
    uint8_t digits[ELQR_SWEEP_BARS][ELQR_BILL_DIGITS];
    /* Each one's bars in the first row that read them, and down to the last; there they are
     * `shifts` further right. */
    elqr_box places[ELQR_SWEEP_BARS];
    int32_t shifts[ELQR_SWEEP_BARS];
    /* Around what begins as a Code 128 does and was not read; empty (right 0) if there is none. */
    elqr_box unsure;
} elqr_sweep_result;

/* 16-bit words of work space for rows of this width. */
size_t elqr_sweep_words(int32_t width);

/* Looks over `height` rows of `width` pixels, 1 = dark, most significant bit first; row y is the
 * (width + 7) / 8 bytes at rows + y * stride, bits past the width are not looked at.  Every third
 * row is searched; where `smallest` is 14 or more every sixth, and those between where finder
 * patterns light on dark leave doubt.
 *
 * A finder pattern is what has runs of 1 : 1 : 3 : 1 : 1 along a row, and along the column, the row
 * and both diagonals through its centre, within limits wider than zxing-cpp's, and is `smallest`
 * pixels across or more; those whose centre lies in `own` are not counted.  There may be a QR code
 * where two of them are alike and have a square of even darkness beside or between them: zxing-cpp
 * needs three.  Of light ones on dark there must be three, at a symbol's
 * corners.
 *
 * `work` is elqr_sweep_words(width) words.  ELQR_OUT_OF_RANGE: width or height is below 1, or above
 * ELQR_SWEEP_WIDEST.  Time is linear in the pixels and in what looks like a finder pattern. */
int elqr_sweep(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
               const elqr_box *own, int32_t smallest, uint16_t *work, elqr_sweep_result *result);

/* A page at half its resolution, width / 2 pixels wide and height / 2 high: dark where two or more
 * of four pixels are.  `rows` as above; `out` is rows of (width / 2 + 7) / 8 bytes one after the
 * other. Bits past the width are not told apart from pixels.  ELQR_OUT_OF_RANGE: width or height is
 * below 2, or above ELQR_SWEEP_WIDEST. */
int elqr_sweep_halve(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
                     uint8_t *out);

#ifdef __cplusplus
}
#endif
#endif
