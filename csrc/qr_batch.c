#include "elqr.h"
#include "qr_encode.h"

/* Offset at which item `i` begins, in either layout of a batch. */
static size_t item_start(const size_t *ends, size_t width, size_t i) {
    if (ends == NULL)
        return i * width;
    return i == 0 ? 0 : ends[i - 1];
}

static int check_ends(const size_t *ends, size_t n, size_t *bad_item) {
    for (size_t i = 1; ends != NULL && i < n; i++)
        if (ends[i] < ends[i - 1]) {
            *bad_item = i;
            return ELQR_OUT_OF_RANGE;
        }
    return ELQR_OK;
}

int elqr_qr_modes(const uint8_t *data, const size_t *ends, size_t width, size_t n, uint8_t *modes) {
    size_t bad_item;
    const int status = check_ends(ends, n, &bad_item);
    for (size_t i = 0; status == ELQR_OK && i < n; i++) {
        const size_t start = item_start(ends, width, i), end = item_start(ends, width, i + 1);
        modes[i] = (uint8_t)elqr_qr_narrowest_mode(data + start, end - start);
    }
    return status;
}

int elqr_qr_encode_batch(const uint8_t *data, const size_t *ends, size_t width, size_t n, int mode,
                         int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                         size_t *bad_item) {
    *bad_item = 0;
    int status = qr_check_arguments(mode, version, level, mask);
    if (status == ELQR_OK)
        status = check_ends(ends, n, bad_item);
    if (status != ELQR_OK)
        return status;
    const size_t side = (size_t)elqr_qr_side(version), symbol_bytes = side * ((side + 7) / 8);
    for (size_t i = 0; i < n; i++) {
        const size_t start = item_start(ends, width, i), end = item_start(ends, width, i + 1);
        status = elqr_qr_encode_one(data + start, end - start, mode, version, level, mask,
                                    packed + i * symbol_bytes, masks + i);
        if (status != ELQR_OK) {
            *bad_item = i;
            return status;
        }
    }
    return ELQR_OK;
}
