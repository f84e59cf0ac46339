#include "elqr_qr_read.h"

#include "qr_decode.h"
#include "qr_encode.h"

#include <string.h>

/* What all symbols of a batch share. */
typedef struct {
    qr_places places;
    gf256_divider divider;
    int version, level, side;
} shared;

static void unpack(const uint8_t *packed, int side, uint8_t *modules) {
    for (int row = 0; row < side; row++, packed += (side + 7) / 8)
        for (int column = 0; column < side; column++)
            *modules++ = packed[column / 8] >> (7 - column % 8) & 1;
}

static int read_one(const shared *with, const uint8_t *packed, size_t width, uint8_t *content) {
    uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE], codewords[QR_MAX_CODEWORDS];
    uint8_t data[QR_MAX_DATA_CODEWORDS];
    qr_correction correction;
    int level, mask;
    size_t length;
    unpack(packed, with->side, modules);
    if (!qr_read_format(modules, with->side, &level, &mask))
        return ELQR_TOO_DAMAGED;
    if (level != with->level)
        return ELQR_BAD_LEVEL;
    qr_read_codewords(&with->places, modules, mask, codewords);
    int status =
        qr_correct(with->version, level, codewords, NULL, &with->divider, data, &correction);
    if (status == ELQR_OK && correction.corrected)
        status = ELQR_TOO_DAMAGED;
    if (status == ELQR_OK)
        status = qr_read_segments(data, qr_data_codewords(with->version, level), with->version,
                                  content, width, &length);
    return status == ELQR_OK && length != width ? ELQR_TOO_SHORT : status;
}

int elqr_qr_read_batch(const uint8_t *packed, size_t n, int version, int level, size_t width,
                       uint8_t *contents, uint8_t *statuses) {
    shared with;
    if (version < 1 || version > 40)
        return ELQR_BAD_VERSION;
    if (level < ELQR_QR_L || level > ELQR_QR_H)
        return ELQR_BAD_LEVEL;
    if (width == 0)
        return ELQR_EMPTY;
    with.version = version;
    with.level = level;
    with.side = elqr_qr_side(version);
    qr_places_init(&with.places, version);
    gf256_divider_init(&with.divider, qr_block_structure(version, level).ec);
    const size_t size = (size_t)with.side * (size_t)((with.side + 7) / 8);
    for (size_t i = 0; i < n; i++)
        statuses[i] = (uint8_t)read_one(&with, packed + i * size, width, contents + i * width);
    return ELQR_OK;
}
