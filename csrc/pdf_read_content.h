/* What a page's operators paint.  Internal to csrc. */
#ifndef ELQR_PDF_READ_CONTENT_H
#define ELQR_PDF_READ_CONTENT_H

#include "elqr_pdf_read.h"

enum { READ_ROWS = 64, READ_BARS = 288 };

/* Ink at the codes' places. */
typedef struct {
    uint64_t rows[READ_ROWS]; /* the symbol's, the first module highest */
    uint8_t bars[READ_BARS];
    uint32_t bar_rects;
    int has_symbol, has_bars;
} read_ink;

/* Parses content[0 : size] to its end.  ELQR_PDF_SOUND, or the first fault; *position says where.
 */
int read_content(const elqr_pdf_form *form, const uint8_t *content, size_t size, read_ink *ink,
                 size_t *position);

#endif
