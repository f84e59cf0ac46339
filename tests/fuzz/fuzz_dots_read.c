/* csrc: dots_read.c tiff_read.c cpu.c */
/* Any bytes as a strip, and any as a TIFF: a fault or none, nothing outside the buffers, no ink
 * beyond the codes. */
#include "elqr_dots_read.h"

#include <stdlib.h>
#include <string.h>

/* Small, so that strips reach the codes' last rows. */
static const elqr_dots_form FORM = {90, 40, {9, 8, 2, 9, 0, 0}, {43, 5, 2, 10, 20, 1}};

enum { PAGES = 2, SIDE = 9, SIDE_BYTES = 2, BARS = 10 };

typedef struct {
    uint8_t symbols[PAGES * SIDE * SIDE_BYTES], bars[PAGES * BARS], shown[PAGES], faults[PAGES];
} result;

static void check(const result *found, int pages) {
    for (int page = 0; page < pages; page++) {
        if (found->faults[page] >= ELQR_DOTS_FAULTS || found->shown[page] > 3)
            abort();
        for (int row = 0; row < SIDE; row++)
            if (found->symbols[(page * SIDE + row) * SIDE_BYTES + 1] & 0x7F)
                abort();
        for (int bar = 0; bar < BARS; bar++)
            if (found->bars[page * BARS + bar] > 1)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    result found;
    const elqr_dots_shown into = {found.symbols, found.bars, found.shown, found.faults};
    uint32_t *words = malloc(elqr_dots_words(FORM.width) * sizeof *words);
    if (elqr_image_read(&FORM, data, size, words, &into) != ELQR_OK)
        abort();
    check(&found, 1);
    const uint64_t positions[PAGES] = {size > 0 ? data[0] : 0, size > 1 ? data[1] : UINT64_MAX};
    if (elqr_tiff_read(&FORM, data, size, positions, PAGES, words, &into) != ELQR_OK)
        abort();
    check(&found, PAGES);
    free(words);
    return 0;
}
