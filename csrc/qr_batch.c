#include "qr_fast.h"

#include "elqr.h"

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

static int are_digits(const uint8_t *data, size_t length) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return qr_are_digits_avx2(data, length);
#endif
    return qr_are_digits(data, length);
}

int elqr_qr_modes(const uint8_t *data, const size_t *ends, size_t width, size_t n, uint8_t *modes) {
    size_t bad_item;
    if (ends == NULL && are_digits(data, n * width)) {
        memset(modes, ELQR_QR_NUMERIC, n);
        return ELQR_OK;
    }
    const int status = check_ends(ends, n, &bad_item);
    for (size_t i = 0; status == ELQR_OK && i < n; i++) {
        const size_t start = item_start(ends, width, i), end = item_start(ends, width, i + 1);
        modes[i] = (uint8_t)elqr_qr_narrowest_mode(data + start, end - start);
    }
    return status;
}

/* Bytes of every item, or 0 where they differ or there are none. */
static size_t common_width(const size_t *ends, size_t width, size_t n) {
    if (ends == NULL || n == 0)
        return width;
    for (size_t i = 1; i < n; i++)
        if (ends[i] - ends[i - 1] != ends[0])
            return 0;
    return ends[0];
}

/* Items one by one, by the clear edition. */
static int encode_singly(const uint8_t *data, const size_t *ends, size_t width, size_t n, int mode,
                         int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                         size_t *bad_item) {
    const size_t side = (size_t)elqr_qr_side(version), symbol_bytes = side * ((side + 7) / 8);
    for (size_t i = 0; i < n; i++) {
        const size_t start = item_start(ends, width, i), end = item_start(ends, width, i + 1);
        const int status = elqr_qr_encode_one(data + start, end - start, mode, version, level, mask,
                                              packed + i * symbol_bytes, masks + i);
        if (status != ELQR_OK) {
            *bad_item = i;
            return status;
        }
    }
    return ELQR_OK;
}

/* Items of equal length, by the faster way for so many. */
static int encode_by_plan(const qr_variant *variant, const qr_plan *plan, const uint8_t *data,
                          size_t n, uint8_t *packed, uint8_t *masks, size_t *bad_item) {
    const size_t done = (n > variant->few ? qr_encode_slices : qr_encode_singles)(
        variant, plan, data, n, packed, masks);
    if (done == n)
        return ELQR_OK;
    *bad_item = done;
    return ELQR_BAD_CHARACTER;
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
    const size_t common = common_width(ends, width, n);
    if (version > QR_FAST_VERSION || common == 0 || common > elqr_qr_capacity(version, level, mode))
        return encode_singly(data, ends, width, n, mode, version, level, mask, packed, masks,
                             bad_item);
    qr_plan plan;
    const qr_variant *variant = qr_best_variant();
    qr_plan_begin(&plan, common, mode, version, level, mask);
    if (n > variant->few)
        qr_plan_slices(&plan, variant->lanes, variant->uses_matrices);
    else
        qr_plan_singles(&plan);
    return encode_by_plan(variant, &plan, data, n, packed, masks, bad_item);
}

/*---- Plans that are kept ----*/

struct elqr_qr_plan {
    const qr_variant *variant;
    qr_plan plan;
};

size_t elqr_qr_plan_size(void) {
    return sizeof(elqr_qr_plan);
}

int elqr_qr_make_plan(elqr_qr_plan *plan, size_t length, int mode, int version, int level,
                      int mask) {
    const int status = qr_check_arguments(mode, version, level, mask);
    if (status != ELQR_OK)
        return status;
    if (version > QR_FAST_VERSION)
        return ELQR_BAD_VERSION;
    if (length == 0)
        return ELQR_EMPTY;
    if (length > elqr_qr_capacity(version, level, mode))
        return ELQR_TOO_LONG;
    plan->variant = qr_best_variant();
    qr_plan_begin(&plan->plan, length, mode, version, level, mask);
    qr_plan_singles(&plan->plan);
    qr_plan_slices(&plan->plan, plan->variant->lanes, plan->variant->uses_matrices);
    return ELQR_OK;
}

int elqr_qr_encode_planned(const elqr_qr_plan *plan, const uint8_t *data, size_t n, uint8_t *packed,
                           uint8_t *masks, size_t *bad_item) {
    *bad_item = 0;
    return encode_by_plan(plan->variant, &plan->plan, data, n, packed, masks, bad_item);
}
