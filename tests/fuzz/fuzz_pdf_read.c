/* csrc: pdf_read.c pdf_read_content.c inflate.c cpu.c */
/* Any bytes as a content, and any as a file: a fault or none, nothing outside the buffers, no ink
 * beyond the codes. */
#include "pdf_read_content.h"

#include <stdlib.h>
#include <string.h>

static const elqr_pdf_form FORM = {300, 500, {101, 203, 4, 41, 0, 0}, {45, 420, 2, 288, 40, 1}};

static void read_as_content(const uint8_t *data, size_t size) {
    static const char head[] = "q\n0.24 0 0 0.24 0 0 cm\n";
    uint8_t *content = malloc(sizeof head - 1 + size);
    read_ink ink;
    size_t position;
    memcpy(content, head, sizeof head - 1);
    if (size)
        memcpy(content + sizeof head - 1, data, size);
    const int fault = read_content(&FORM, content, sizeof head - 1 + size, &ink, &position);
    if (fault < 0 || fault >= ELQR_PDF_FAULTS || position > sizeof head - 1 + size)
        abort();
    for (int row = 0; row < READ_ROWS; row++)
        if (row < 41 ? ink.rows[row] << 41 != 0 : ink.rows[row] != 0)
            abort();
    free(content);
}

static void read_as_file(const uint8_t *data, size_t size) {
    const uint64_t offsets[3] = {0, size ? data[0] : 0, size > 1 ? data[1] : UINT64_MAX};
    static const uint32_t numbers[3] = {1, 2, 9}, parents[3] = {1, 2, 3};
    const elqr_pdf_objects file = {data, size, offsets, 3};
    uint8_t symbols[3 * 41 * 6], bars[3 * 288], shown[3], faults[3];
    uint64_t positions[3];
    const elqr_pdf_shown into = {symbols, bars, shown, faults, positions};
    uint8_t *work = malloc(elqr_pdf_read_work());
    if (elqr_pdf_read(&FORM, &file, numbers, parents, 3, work, &into) != ELQR_OK)
        abort();
    free(work);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_as_content(data, size);
    read_as_file(data, size);
    return 0;
}
