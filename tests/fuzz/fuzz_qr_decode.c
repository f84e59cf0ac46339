/* csrc: qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c */
/* Any modules decode without a fault of memory; a symbol of ours with modules flipped either
 * decodes to what it held or to something else whose codewords are sound; segments of any bytes
 * end. */
#include "elqr.h"
#include "qr_decode.h"
#include "qr_tables.h"

#include <stdlib.h>
#include <string.h>

static void require(int condition) {
    if (!condition)
        abort();
}

static void read_any(const uint8_t *input, size_t size, int version, size_t capacity) {
    const int side = qr_side(version);
    uint8_t *modules = malloc((size_t)side * (size_t)side), *content = malloc(capacity + 1);
    elqr_qr_content found;
    require(modules != NULL && content != NULL);
    for (int i = 0; i < side * side; i++)
        modules[i] = size ? (uint8_t)(input[(size_t)i / 8 % size] >> i % 8) : 0;
    content[capacity] = 0xA5;
    const int status = elqr_qr_decode(modules, side, content, capacity, &found);
    require(content[capacity] == 0xA5);
    require(status != ELQR_OK || found.length <= capacity);
    free(modules);
    free(content);
}

static void read_flipped(const uint8_t *input, size_t size) {
    static const uint8_t text[] = "0123456789012345678901234567890123456789";
    uint8_t packed[41 * 6], modules[41 * 41], content[7089], mask;
    elqr_qr_content found;
    elqr_qr_encode_one(text, 40, ELQR_QR_NUMERIC, 6, ELQR_QR_M, 1, packed, &mask);
    for (int i = 0; i < 41 * 41; i++)
        modules[i] = packed[i / 41 * 6 + i % 41 / 8] >> (7 - i % 41 % 8) & 1;
    for (size_t i = 0; i + 1 < size; i += 2)
        modules[(size_t)(input[i] << 8 | input[i + 1]) % sizeof modules] ^= 1;
    const int status = elqr_qr_decode(modules, 41, content, sizeof content, &found);
    /* Each pair of bytes spoils one codeword at most, or one module of format information. */
    if (size / 2 <= 3)
        require(status == ELQR_OK && found.length == 40 && memcmp(content, text, 40) == 0);
}

static void read_segments(const uint8_t *input, size_t size, int version) {
    const size_t count = size < QR_MAX_DATA_CODEWORDS ? size : QR_MAX_DATA_CODEWORDS;
    uint8_t *data = malloc(count ? count : 1), content[QR_MAX_CHARACTERS];
    size_t length;
    require(data != NULL);
    memcpy(data, input, count);
    qr_read_segments(data, (int)count, version, content, sizeof content, &length);
    require(length <= sizeof content);
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    if (size < 3)
        return 0;
    const int version = 1 + input[0] % QR_MAX_VERSION;
    read_any(input + 3, size - 3, version, (size_t)(input[1] << 8 | input[2]) % 8000);
    read_flipped(input + 3, size - 3);
    read_segments(input + 3, size - 3, version);
    return 0;
}
