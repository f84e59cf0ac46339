/* Where glyphs stand in a line: shared by the setting and the writing of lines.  Internal to csrc.
 */
#ifndef ELQR_PDF_TEXT_H
#define ELQR_PDF_TEXT_H

#include "common.h"
#include "elqr_pdf_page.h"

/* The greatest whole number that is not above; |value| < 2^31. */
ELQR_INLINE int64_t elqr_floor(double value) {
    int64_t whole = (int64_t)value;
    return whole - (value < (double)whole);
}

/* Where the glyph in cell `index` has its origin, counted from the dot in which cell 0 begins, by
 * the fraction `x` of a dot (render/layout.py, cell_runs). */
ELQR_INLINE double elqr_cell_origin(double x, uint32_t index, double pitch, double advance,
                                    double size) {
    return (double)elqr_floor(x + (index + 0.5) * pitch - advance * size / 2 + 0.5);
}

#endif
