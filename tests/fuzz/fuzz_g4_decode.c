/* csrc: cpu.c g4_encode.c g4_decode.c */
/* Any bytes: a status, nothing outside the buffers, no padding bit set; what decodes well comes
 * back the same after coding it anew; and a window of it has what all of it has there. */
#include "elqr.h"

#include <stdlib.h>
#include <string.h>

static void check_window(const uint8_t *data, size_t size, uint32_t width, uint32_t height,
                         const uint8_t *rows, uint32_t whole, uint32_t *words) {
    const uint32_t first = data[1] % (height + 1), part = data[0] % 97 * 64;
    const uint32_t columns = part < width ? part : width;
    const size_t row_bytes = (width + 7) / 8, stride = (columns + 7) / 8;
    const uint8_t turned = data[2] & 128 ? 0xFF : 0;
    uint32_t decoded;
    uint8_t *drawn = malloc(stride * (height - first) + 1);
    const elqr_g4_window window = {drawn, stride, first, columns, turned != 0};
    elqr_g4_decode_window(data + 3, size - 3, width, height, &window, words, &decoded);
    if (decoded != whole)
        abort();
    for (uint32_t y = first; y < whole; y++)
        for (size_t i = 0; i < stride; i++)
            if (drawn[(y - first) * stride + i] != (rows[y * row_bytes + i] ^ turned))
                abort();
    free(drawn);
}

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
    check_window(data, size, width, height, rows, decoded, words);
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
