/* elqr_bars_grade.h - how well the slip's bar code is printed and scanned.
 *
 * The parameters are those of ISO/IEC 15416, by ten scan lines across the bars, from grey levels as
 * they are: levels are taken for reflectances, 255 for 100 %, and a pixel and a module's height for
 * the aperture.  The charter is elqr.h's.
 */
#ifndef ELQR_BARS_GRADE_H
#define ELQR_BARS_GRADE_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELQR_BARS_DECODE = 0,       /* 1: the line reads what was meant */
    ELQR_BARS_CONTRAST = 1,     /* SC: highest less lowest reflectance, % */
    ELQR_BARS_REFLECTANCE = 2,  /* lowest by highest reflectance; at most half */
    ELQR_BARS_EDGE = 3,         /* ECmin: least contrast of neighbouring elements, %; 15 and more */
    ELQR_BARS_MODULATION = 4,   /* MOD: ECmin / SC */
    ELQR_BARS_DEFECTS = 5,      /* largest non-uniformity of an element or quiet zone / SC */
    ELQR_BARS_DECODABILITY = 6, /* what is left of the tolerance of the worst character, 0..1 */
    ELQR_BARS_PARAMETERS = 7,
    ELQR_BARS_LINES = 10
};

typedef struct {
    float values[ELQR_BARS_PARAMETERS]; /* the worst line's */
    float grades[ELQR_BARS_PARAMETERS]; /* means of the lines'; -1: not measured, bilevel image */
    int8_t lines[ELQR_BARS_LINES];      /* each line's lowest grade */
    float overall;                      /* their mean */
    int worst;                          /* the first parameter of the lowest mean */
    int bilevel;                        /* every pixel is 0 or 255 */
    float module;                       /* pixels */
} elqr_bars_result;

/* The grade of a value by the table of docs/reading.md; -1 for no parameter. */
int elqr_bars_grade_of(int parameter, float value);

/* Grades one bar code that lies along the rows of an image: `height` rows of `width` grey pixels,
 * 0 = black, row y at pixels + y * stride, both sides 2..32767.  `corners` are x, y in pixels of
 * the bars' top left, top right, bottom right, bottom left, the code's own and the image's alike;
 * lefts and rights may be off by four modules, but at every height between top and bottom there
 * must be bars.  `modules` is what was meant, 1 = bar.
 *
 * ELQR_OK; ELQR_OUT_OF_RANGE for a size or for corners that are no such rectangle's, of modules
 * below a pixel or a profile of above ELQR_BARS_LONGEST pixels.  80 kB of stack. */
enum { ELQR_BARS_LONGEST = 8192 };
int elqr_grade_bars(const uint8_t *pixels, size_t stride, int width, int height,
                    const float corners[8], const uint8_t modules[ELQR_BILL_MODULES],
                    elqr_bars_result *result);

#ifdef __cplusplus
}
#endif

#endif
