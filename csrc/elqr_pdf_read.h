/* elqr_pdf_read.h - the pages of our own PDFs read back: from a file's bytes to modules. */
#ifndef ELQR_PDF_READ_H
#define ELQR_PDF_READ_H

#include "elqr_page.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with a page. */
enum {
    ELQR_PDF_SOUND = 0,
    ELQR_PDF_DAMAGED = 1,     /* its objects are not as they are written, or do not inflate */
    ELQR_PDF_STRANGE = 2,     /* the content is not of the grammar in pdf_read_content.c */
    ELQR_PDF_NO_NUMBER = 3,   /* what stands for a number is none */
    ELQR_PDF_FAR_NUMBER = 4,  /* beyond a million */
    ELQR_PDF_UNIT = 5,        /* the unit is not the device's dot */
    ELQR_PDF_OFF_GRID = 6,    /* a rectangle that is not whole dots, drawn back by up to 0.06 */
    ELQR_PDF_BAD_SYMBOL = 7,  /* ink at the symbol's place, or in its quiet zone, is no module */
    ELQR_PDF_BAD_BARS = 8,    /* the same of the bars: not at their place or of their height */
    ELQR_PDF_PART_OF_BAR = 9, /* edges within modules, or bars that touch or overlap */
    ELQR_PDF_FAULTS = 10
};

/* What a page is read against, in dots. */
typedef struct {
    int32_t dpi, height;       /* of the page */
    elqr_page_symbol qr, bars; /* as a plate's, modules of at most 1000 dots; count 0: none; at most
                                  64 modules on a side, 288 in a row */
} elqr_pdf_form;

/* A file's bytes and where its objects are. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    const uint64_t *offsets; /* [objects], by number; may lie outside the file */
    size_t objects;
} elqr_pdf_objects;

/* What pages show, one row a page. */
typedef struct {
    uint8_t *symbols; /* [pages, side, (side + 7) / 8], packed; may be null without a symbol */
    uint8_t *bars;    /* [pages, count], 1 = bar; may be null without bars */
    uint8_t *shown;   /* [pages]: bit 0: there is ink at the symbol's place, bit 1: at the bars' */
    uint8_t *faults;  /* [pages]: ELQR_PDF_...; if not SOUND, nothing above says anything */
    uint64_t *positions; /* [pages]: where in the content the fault was met, 0 outside it */
} elqr_pdf_shown;

/* Bytes of work space, on a multiple of 8. */
size_t elqr_pdf_read_work(void);

/* Reads n pages, whose fonts /Q and /B must be what they are written as, for the form's modules,
 * bars and narrower bars: that is the caller's to see.  The object numbers[i] must be a page, as
 * this version writes it, under the node parents[i].  Its content is inflated, parsed as a whole,
 * and every rectangle and letter of a code in it taken back to dots; a content of more than 256 kB
 * is ELQR_PDF_DAMAGED.  ELQR_OK; ELQR_OUT_OF_RANGE: the form, and nothing is written.  Pages look
 * at no others.  Time is linear in the contents. */
int elqr_pdf_read(const elqr_pdf_form *form, const elqr_pdf_objects *file, const uint32_t *numbers,
                  const uint32_t *parents, size_t n, uint8_t *work, const elqr_pdf_shown *shown);

#ifdef __cplusplus
}
#endif
#endif
