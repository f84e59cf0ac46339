/* csrc: qr_read.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c */
/* Any bytes as packed symbols: a status for each, nothing outside the buffers; and a symbol made by
 * the encoder is read as its digits. */
#include "elqr_qr_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 8)
        return 0;
    const int version = data[0] % 12 + 1, level = data[1] % 4, side = elqr_qr_side(version);
    const size_t bytes = (size_t)side * (size_t)((side + 7) / 8), n = 2, width = data[2] % 60 + 1;
    uint8_t *packed = calloc(n, bytes), *contents = malloc(n * width), statuses[2];
    uint8_t digits[60], mask;
    for (size_t i = 0; i < n * bytes && i < size; i++)
        packed[i] = data[i];
    for (size_t i = 0; i < width; i++)
        digits[i] = (uint8_t)('0' + data[i % size] % 10);
    const int fits = width <= elqr_qr_capacity(version, level, ELQR_QR_NUMERIC);
    if (fits && elqr_qr_encode_one(digits, width, ELQR_QR_NUMERIC, version, level, -1, packed,
                                   &mask) != ELQR_OK)
        abort();
    if (elqr_qr_read_batch(packed, n, version, level, width, contents, statuses) != ELQR_OK)
        abort();
    if (fits && (statuses[0] != ELQR_OK || memcmp(contents, digits, width) != 0))
        abort();
    free(contents);
    free(packed);
    return 0;
}
