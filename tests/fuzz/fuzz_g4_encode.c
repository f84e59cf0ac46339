/* csrc: cpu.c g4_encode.c g4_decode.c */
/* Any rows: their coding decodes to the same rows, in buffers of the exact size. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3)
        return 0;
    uint32_t width = (data[0] | (uint32_t)data[1] << 8) % 3000 + 1;
    size_t row_bytes = (width + 7) / 8, height = (size - 2) / row_bytes;
    if (height == 0 || height > 1000)
        return 0;
    size_t capacity = (size_t)elqr_g4_bound(width, (uint32_t)height), length;
    uint8_t *rows = malloc(row_bytes * height), *back = malloc(row_bytes * height);
    uint8_t *coded = malloc(capacity);
    uint32_t *words = malloc(elqr_g4_words(width) * sizeof *words), decoded;

    memcpy(rows, data + 2, row_bytes * height);
    if (elqr_g4_encode(rows, row_bytes, width, (uint32_t)height, coded, capacity, words, &length))
        abort();
    coded = realloc(coded, length);
    if (elqr_g4_decode(coded, length, width, (uint32_t)height, back, row_bytes, words, &decoded))
        abort();
    for (size_t y = 0; y < height; y++)
        rows[(y + 1) * row_bytes - 1] &= (uint8_t)(0xFF << (-width & 7));
    if (memcmp(rows, back, row_bytes * height) != 0)
        abort();
    free(words);
    free(coded);
    free(back);
    free(rows);
    return 0;
}
