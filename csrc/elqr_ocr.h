/* elqr_ocr.h - reading the OCR lines of a slip: OCR-B at a fixed pitch.
 *
 * The charter and the statuses of elqr.h hold here too. */
#ifndef ELQR_OCR_H
#define ELQR_OCR_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELQR_OCR_LONGEST = 64,    /* characters of a line */
    ELQR_OCR_WIDEST = 65535,  /* pixels of the image's sides */
    ELQR_OCR_WORK = 64 * 1024 /* bytes of work space */
};

/* Where a line is to be expected: the left end of its first cell on the baseline, in pixels (the
 * image's upper left corner is 0, 0; its first pixel's centre is 0.5, 0.5), and the vectors, in
 * pixels, of a millimetre along the line and of a millimetre towards what is below it.  The line
 * may be turned any way. */
typedef struct {
    float x, y;
    float along_x, along_y;
    float down_x, down_y;
} elqr_ocr_frame;

typedef struct {
    int characters; /* 4 to ELQR_OCR_LONGEST; cells before and after are blank */
    float pitch;    /* millimetres a cell, 1.5 to 6; a character stands in the middle of its cell */
    float size;     /* in parts of OCR-B size I (10 points), 0.5 to 2 */
} elqr_ocr_line;

/* A character as it was read.  `score` is its correlation with what it is said to be, 1 if alike;
 * `margin` how much likelier that is than any other character, 1 if without doubt, 0 if both are as
 * likely. */
typedef struct {
    char character;
    float score, margin;
} elqr_ocr_character;

typedef struct {
    int found; /* 0: there is nothing like a line, and no character is given */
    elqr_ocr_character characters[ELQR_OCR_LONGEST];
    float shift_x, shift_y; /* millimetres from where the line's middle was expected */
    float slope;            /* millimetres down a millimetre along, from what was expected */
    float stretch;          /* pitch found, in parts of the pitch given */
} elqr_ocr_reading;

/* Reads a line of OCR-B in a grey image: `height` rows of `width` pixels, 0 = black, row y at
 * image + y * stride.  It is looked for within 3 mm of its place, 1.3 degrees askew and 1.5 %
 * longer or shorter; what is outside the image is taken to be as its edge.  Characters are
 * 0123456789, AFHJKLPTVX and *+-#.  `work` is ELQR_OCR_WORK bytes, aligned as an int is.
 *
 * ELQR_OUT_OF_RANGE: sides below 1 or above ELQR_OCR_WIDEST, a line outside its limits, a frame
 * that is not finite or whose millimetre is not 2 to 60 pixels.  Time: O(characters). */
int elqr_ocr_read(const uint8_t *image, size_t stride, int32_t width, int32_t height,
                  const elqr_ocr_frame *frame, const elqr_ocr_line *line, void *work,
                  elqr_ocr_reading *reading);

#ifdef __cplusplus
}
#endif
#endif
