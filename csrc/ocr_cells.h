/* Between finding a line (ocr_find.c) and reading it (ocr_lines.c).  Internal to csrc. */
#ifndef ELQR_OCR_CELLS_H
#define ELQR_OCR_CELLS_H

#include "common.h"
#include "elqr_ocr.h"

#include <math.h>

/* An image, and the line's place in it. */
typedef struct {
    const uint8_t *image;
    size_t stride;
    int width, height;
    elqr_ocr_frame frame;
    elqr_ocr_line line;
} ocr_page;

/* Greys of paper and ink. */
typedef struct {
    int paper, ink;
} ocr_greys;

/* Where the cells are, in millimetres of the frame: the middle of cell i is at x + i * pitch, its
 * baseline at y + i * rise. */
typedef struct {
    float x, y, pitch, rise;
} ocr_cells;

/* Places in an image are in parts of a pixel, so that sums are exact. */
enum { OCR_FIXED = 12 };

/* A place at most 100,000 pixels off: more would overflow. */
ELQR_INLINE int32_t ocr_fixed(float pixels) {
    return (int32_t)lrintf(fminf(fmaxf(pixels, -1e5f), 1e5f) * (float)(1 << OCR_FIXED));
}

/* Whether a pixel, and `more` to its right and below it, are in the image. */
ELQR_INLINE int ocr_inside(const ocr_page *page, int32_t x, int32_t y, int more) {
    return x >= 0 && y >= 0 && (x >> OCR_FIXED) + more < page->width &&
           (y >> OCR_FIXED) + more < page->height;
}

/* Finds the cells of a line to within a quarter of a millimetre; 0 if there is none. */
int ocr_find(const ocr_page *page, void *work, ocr_greys *greys, ocr_cells *cells);

#endif
