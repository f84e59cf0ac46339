/* elqr_grade.h - how well a symbol that was read is printed and scanned.
 *
 * The parameters are those of ISO/IEC 15415 as it is applied to QR (ISO/IEC 18004, Annex G), taken
 * from grey levels as they are, without equaliser and without a calibrated verifier: levels are
 * taken for reflectances, 255 for 100 %.  The charter is elqr.h's.
 */
#ifndef ELQR_GRADE_H
#define ELQR_GRADE_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ELQR_GRADE_CONTRAST = 0,   /* SC: lightest less darkest module, % */
    ELQR_GRADE_MODULATION = 1, /* MOD: the worst codeword's, 0..1 */
    ELQR_GRADE_MARGIN = 2,     /* RM: the same, 0 where a module has the wrong polarity */
    ELQR_GRADE_AXIAL = 3,      /* AN: difference of the two module pitches by their mean */
    ELQR_GRADE_GRID = 4,       /* GN: largest distance from an even grid, modules */
    ELQR_GRADE_UNUSED = 5,     /* UEC: the worst block's unused error correction, 0..1 */
    ELQR_GRADE_FIXED = 6,      /* damaged modules of finder, timing and alignment patterns */
    ELQR_GRADE_DECODE = 7,     /* 1: read by hard decisions from these very samples */
    ELQR_GRADE_PARAMETERS = 8
};

typedef struct {
    float values[ELQR_GRADE_PARAMETERS];
    int8_t grades[ELQR_GRADE_PARAMETERS]; /* 0..4; -1: not measured, as the image is bilevel */
    int overall;                          /* the lowest grade */
    int worst;                            /* the first parameter that has it */
    int bilevel;                          /* every pixel around the symbol is 0 or 255 */
    int finders[3], timing[2], alignment; /* damaged modules: A1..A3, B1 (across), B2, C */
} elqr_grade_result;

/* The grade of a value: CONTRAST, MODULATION, MARGIN, AXIAL, GRID or UNUSED by the table of
 * docs/reading.md; -1 for other parameters. */
int elqr_grade_of(int parameter, float value);

/* What is known of the symbols of one version and level.  Opaque; in the caller's memory, read-only
 * after elqr_grader_init; any number of threads may share one. */
typedef struct elqr_grader elqr_grader;

/* Bytes of a grader, and their alignment is that of double. */
size_t elqr_grader_size(void);

/* `version` 2..40, `level` L, M, Q, H = 0..3.  ELQR_OK, ELQR_BAD_VERSION, ELQR_BAD_LEVEL. */
int elqr_grader_init(elqr_grader *grader, int version, int level);

/* Grades one symbol of an image: `height` rows of `width` grey pixels, 0 = black, row y at pixels +
 * y * stride, both sides 2..32767.  `corners` are x, y in pixels of the symbol's own top left, top
 * right, bottom right, bottom left; they may be off by half a module, as the finder patterns are
 * looked for around where they should be.  `truth` is what was meant, side * side modules, 1 =
 * dark.
 *
 * ELQR_OK; ELQR_OUT_OF_RANGE for a size or for corners that are no square's.  The time is that of
 * some ten samples a module; 300 kB of stack. */
int elqr_grade(const elqr_grader *grader, const uint8_t *pixels, size_t stride, int width,
               int height, const float corners[8], const uint8_t *truth, elqr_grade_result *result);

#ifdef __cplusplus
}
#endif

#endif
