/* What a page's operators paint.  Internal to csrc. */
#ifndef ELQR_PDF_READ_CONTENT_H
#define ELQR_PDF_READ_CONTENT_H

#include "elqr_pdf_read.h"
#include "read_ink.h"

/* Parses content[0 : size] to its end.  ELQR_PDF_SOUND, or the first fault; *position says where.
 */
int read_content(const elqr_pdf_form *form, const uint8_t *content, size_t size, read_ink *ink,
                 size_t *position);

#endif
