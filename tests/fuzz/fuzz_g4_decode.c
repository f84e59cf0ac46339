/* csrc: cpu.c g4_encode.c g4_decode.c */
/* Any bytes: a status, nothing outside the buffers, no padding bit set; and what decodes well comes
 * back the same after coding it anew. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3)
        return 0;
    uint32_t width = (data[0] | (uint32_t)data[1] << 8) % 6000 + 1, height = data[2] % 64 + 1;
    size_t row_bytes = (width + 7) / 8, capacity = (size_t)elqr_g4_bound(width, height), length;
    uint8_t *rows = malloc(row_bytes * height), *again = malloc(row_bytes * height);
    uint8_t *coded = malloc(capacity);
    uint32_t *words = malloc(elqr_g4_words(width) * sizeof *words), decoded;

    int status =
        elqr_g4_decode(data + 3, size - 3, width, height, rows, row_bytes, words, &decoded);
    if ((status == ELQR_OK) != (decoded == height))
        abort();
    for (uint32_t y = 0; y < height; y++)
        if (width % 8 != 0 && (uint8_t)(rows[(y + 1) * row_bytes - 1] << (width % 8)) != 0)
            abort();
    if (elqr_g4_encode(rows, row_bytes, width, height, coded, capacity, words, &length) != ELQR_OK)
        abort();
    if (elqr_g4_decode(coded, length, width, height, again, row_bytes, words, &decoded) != ELQR_OK)
        abort();
    if (memcmp(rows, again, row_bytes * height) != 0)
        abort();
    free(words);
    free(coded);
    free(again);
    free(rows);
    return 0;
}
