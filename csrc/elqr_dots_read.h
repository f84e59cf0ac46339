/* elqr_dots_read.h - pages of coded dots read back: from G4 strips to modules. */
#ifndef ELQR_DOTS_READ_H
#define ELQR_DOTS_READ_H

#include "elqr_page.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with a page. */
enum {
    ELQR_DOTS_SOUND = 0,
    ELQR_DOTS_SIZE = 1,        /* the page has another size than the form's */
    ELQR_DOTS_NOT_G4 = 2,      /* another coding, or another colour as 0 */
    ELQR_DOTS_DIRECTORY = 3,   /* the page's directory lacks something, or points outside */
    ELQR_DOTS_DAMAGED = 4,     /* the coded rows cannot be read */
    ELQR_DOTS_BAD_SYMBOL = 5,  /* ink at the symbol's place, or in its quiet zone, is no module */
    ELQR_DOTS_BAD_BARS = 6,    /* the same of the bars: rows differ, or ink in the quiet zones */
    ELQR_DOTS_PART_OF_BAR = 7, /* edges within modules, or bars that touch */
    ELQR_DOTS_FAULTS = 8
};

/* What a page is read against, in dots. */
typedef struct {
    uint32_t width, height;    /* at most 60000 each */
    elqr_page_symbol qr, bars; /* as a plate's, modules of at most 1000 dots; count 0: none; at most
                                  64 modules on a side, 288 in a row; quiet zones on the page */
} elqr_dots_form;

/* What pages show, one row a page. */
typedef struct {
    uint8_t *symbols; /* [pages, side, (side + 7) / 8], packed; may be null without a symbol */
    uint8_t *bars;    /* [pages, count], 1 = bar; may be null without bars */
    uint8_t *shown;   /* [pages]: bit 0: there is ink at the symbol's place, bit 1: at the bars' */
    uint8_t *faults;  /* [pages]: ELQR_DOTS_...; if not SOUND, nothing above says anything */
} elqr_dots_shown;

/* Words of work space. */
size_t elqr_dots_words(uint32_t width);

/* Reads n pages of a classic little-endian TIFF, bytes[0 : size], whose directories are at
 * `positions`.  Of each page only the strips that touch a code are decoded, each down to the code's
 * last row; nothing is known of its other rows.  Every dot of a code and of its quiet zone (4
 * modules around the symbol, 10 beside the bars) is compared with whole modules.
 *
 * ELQR_OK; ELQR_OUT_OF_RANGE: the form, and nothing is written.  Pages look at no others.  Time is
 * linear in the pixels of the strips. */
int elqr_tiff_read(const elqr_dots_form *form, const uint8_t *bytes, size_t size,
                   const uint64_t *positions, size_t n, uint32_t *words,
                   const elqr_dots_shown *shown);

/* Reads a page that is one strip, coded[0 : size], in the same way. */
int elqr_image_read(const elqr_dots_form *form, const uint8_t *coded, size_t size, uint32_t *words,
                    const elqr_dots_shown *shown);

#ifdef __cplusplus
}
#endif
#endif
