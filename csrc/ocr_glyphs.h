/* What the characters of the OCR lines look like in OCR-B size I.  Internal to csrc.
 *
 * Pixels of 0.16 mm.  The middle of a character's cell is the middle of the template; the baseline
 * is the lower edge of row OCR_BASELINE - 1. */
#ifndef ELQR_OCR_GLYPHS_H
#define ELQR_OCR_GLYPHS_H

#include <stdint.h>

enum {
    OCR_CHARACTERS = 24,
    OCR_WIDTH = 16,
    OCR_HEIGHT = 20,
    OCR_PIXELS = OCR_WIDTH * OCR_HEIGHT,
    OCR_BASELINE = 18
};

extern const char ocr_characters[OCR_CHARACTERS + 1];

/* Darkness less its mean, at most 127 either way; and the root of the sum of its squares. */
extern const int16_t ocr_templates[OCR_CHARACTERS][OCR_PIXELS];
extern const float ocr_norms[OCR_CHARACTERS];

/* Correlation of each pair of templates where they are most alike, within a pixel. */
extern const float ocr_likeness[OCR_CHARACTERS][OCR_CHARACTERS];

#endif
