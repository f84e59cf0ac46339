/* The fast encoder's variants: one instance of the template for each instruction set. */
#include "qr_fast.h"

#include "bits.h"
#include "elqr.h"

#if ELQR_X86
#include <immintrin.h>
#elif ELQR_ARM
#include <arm_neon.h>
#endif

/*---- What the template takes from here ----*/

enum {
    /* Counts are below 2^13: of modules in no run there are 2 * 61 * 64 at most, with those that
     * pad lines.  Counters have room for rounds of three planes from weight 0 or 2 on. */
    NUMBER_PLANES = 13,
    COUNT_PLANES = 15,
    /* Scores: below 2^13 for runs, 3 * 2^13 for blocks, 40 for each of at most 16 finders in
     * 2 * 61 lines, 100 for balance. */
    SCORE_PLANES = 17,
    /* Bits that one line leaves to a counter: one for every four modules, and two. */
    LINE_WAITS = QR_FAST_SIDE / 4 + 2,
    WAITING = 96 /* a multiple of 8 */
};

/* Where four modules of a line are: the first four after its first one, or past its end. */
enum { AT_START, INSIDE, AT_END };

/* What a sweep of a row counts besides. */
enum { BLOCKS = 1, DARK = 2 };

#if ELQR_X86 || ELQR_ARM
/* Word k of entry i is all ones where bit k of i is 1. */
static const uint64_t lane_masks[16][4] = {
#define F UINT64_MAX
    {0, 0, 0, 0}, {F, 0, 0, 0}, {0, F, 0, 0}, {F, F, 0, 0}, {0, 0, F, 0}, {F, 0, F, 0},
    {0, F, F, 0}, {F, F, F, 0}, {0, 0, 0, F}, {F, 0, 0, F}, {0, F, 0, F}, {F, F, 0, F},
    {0, 0, F, F}, {F, 0, F, F}, {0, F, F, F}, {F, F, F, F},
#undef F
};
#endif

/* Bits of a mask's scores, `stride` words apart: where they are below `lowest`, or at mask 0, keeps
 * them there, and the mask's number in `choice`.  Equal ones stay with the mask before. */
static void keep_lowest(const uint64_t *score, int stride, int mask, uint64_t *lowest,
                        uint64_t *choice) {
    uint64_t lower = 0;
    for (int p = 0; p < SCORE_PLANES; p++) {
        const uint64_t new = score[p * stride], old = lowest[p];
        lower = (~new &old) | (~(new ^ old) & lower);
    }
    for (int p = 0; p < SCORE_PLANES; p++)
        lowest[p] ^= (lowest[p] ^ score[p * stride]) & lower;
    for (int p = 0; p < 3; p++)
        choice[p] = mask >> p & 1 ? choice[p] | lower : choice[p] & ~lower;
}

static void store_choice(const uint64_t *choice, size_t count, uint8_t *masks) {
    for (size_t i = 0; i < count; i++)
        masks[i] =
            (uint8_t)((choice[0] >> i & 1) | (choice[1] >> i & 1) << 1 | (choice[2] >> i & 1) << 2);
}

static void gather_output(qr_work *work) {
    const qr_plan *plan = work->plan;
    for (int i = 0; i < plan->row_start[plan->side]; i++)
        work->output[plan->modules[i].output] = work->planes[plan->modules[i].word];
}

/*---- Instances ----*/

#define NAME(x) x##_portable
#include "simd/vector_word.h"
#include "simd/qr_sweep_template.h"
#include "simd/qr_slices_template.h"
#include "simd/vector_undefine.h"

#if ELQR_X86
#define NAME(x) x##_sse2
#include "simd/vector_sse2.h"
#include "simd/qr_sweep_template.h"
#include "simd/qr_slices_template.h"
#include "simd/vector_undefine.h"

#define NAME(x) x##_avx2
#include "simd/vector_avx2.h"
#include "simd/qr_sweep_template.h"
#include "simd/qr_slices_template.h"
#include "simd/vector_undefine.h"

#define NAME(x) x##_avx512
#include "simd/vector_avx512.h"
#include "simd/qr_sweep_template.h"
#include "simd/qr_slices_template.h"
#include "simd/vector_undefine.h"
#endif

#if ELQR_ARM
#define NAME(x) x##_neon
#include "simd/vector_neon.h"
#include "simd/qr_sweep_template.h"
#include "simd/qr_slices_template.h"
#include "simd/vector_undefine.h"
#endif

/* Best first; "portable" runs everywhere.  After it the same one symbol at a time. */
static const qr_variant variants[] = {
#if ELQR_X86
    {"avx512-gfni", ELQR_CPU_AVX512 | ELQR_CPU_GFNI | ELQR_CPU_VBMI, 8, 1, qr_rows_gfni,
     draw_patterns_avx512, slices_avx512, score_avx512, 6},
    {"avx512", ELQR_CPU_AVX512, 8, 0, qr_rows_avx2, draw_patterns_avx512, slices_avx512,
     score_avx512, 6},
    {"avx2", ELQR_CPU_AVX2, 4, 0, qr_rows_avx2, draw_patterns_avx2, slices_avx2, score_avx2, 10},
    {"sse2", ELQR_CPU_SSE2, 2, 0, qr_rows_portable, draw_patterns_sse2, slices_sse2, score_sse2,
     16},
#endif
#if ELQR_ARM
    {"neon", ELQR_CPU_NEON, 2, 0, qr_rows_portable, draw_patterns_neon, slices_neon, score_neon,
     12},
#endif
    {"portable", 0, 1, 0, qr_rows_portable, draw_patterns_portable, slices_portable, score_portable,
     18},
#if ELQR_X86
    {"avx512-single", ELQR_CPU_AVX512, 8, 0, NULL, NULL, NULL, score_avx512, 0},
    {"avx2-single", ELQR_CPU_AVX2, 4, 0, NULL, NULL, NULL, score_avx2, 0},
    {"sse2-single", ELQR_CPU_SSE2, 2, 0, NULL, NULL, NULL, score_sse2, 0},
#endif
#if ELQR_ARM
    {"neon-single", ELQR_CPU_NEON, 2, 0, NULL, NULL, NULL, score_neon, 0},
#endif
    {"portable-single", 0, 1, 0, NULL, NULL, NULL, score_portable, 0},
};

enum { VARIANT_COUNT = sizeof variants / sizeof variants[0] };

const qr_variant *qr_best_variant(void) {
    const unsigned features = elqr_cpu_features();
    const qr_variant *variant = variants;
    while ((variant->features & features) != variant->features)
        variant++;
    return variant;
}

int elqr_qr_variant_count(void) {
    return VARIANT_COUNT;
}

const char *elqr_qr_variant_name(int variant) {
    return variant >= 0 && variant < VARIANT_COUNT ? variants[variant].name : "";
}

int elqr_qr_variant_runs(int variant) {
    if (variant < 0 || variant >= VARIANT_COUNT)
        return 0;
    return (variants[variant].features & elqr_cpu_features()) == variants[variant].features;
}

size_t qr_encode_slices(const qr_variant *variant, const qr_plan *plan, const uint8_t *data,
                        size_t n, uint8_t *packed, uint8_t *masks) {
    qr_work work;
    work.plan = plan;
    work.planes[plan->no_word] = 0;
    memset(work.output, 0, (size_t)plan->output_strips * 64 * 8 * (size_t)plan->lanes);
    if (plan->mask < 0)
        variant->draw_patterns(&work);
    for (size_t i = 0; i < n; i += QR_CHUNK) {
        const size_t count = n - i < QR_CHUNK ? n - i : QR_CHUNK;
        const size_t good = variant->rows(plan, data + i * plan->length, count, work.rows);
        if (good < count) /* those before the bad one are to be complete */
            variant->rows(plan, data + i * plan->length, good, work.rows);
        if (good > 0)
            variant->slices(&work, good, packed + i * (size_t)plan->symbol_bytes, masks + i);
        if (good < count)
            return i + good;
    }
    return n;
}

size_t qr_encode_variant(const qr_variant *variant, const uint8_t *data, size_t width, size_t n,
                         int mode, int version, int level, int mask, uint8_t *packed,
                         uint8_t *masks) {
    qr_plan plan;
    qr_plan_begin(&plan, width, mode, version, level, mask);
    if (variant->slices == NULL) {
        qr_plan_singles(&plan);
        return qr_encode_singles(variant, &plan, data, n, packed, masks);
    }
    qr_plan_slices(&plan, variant->lanes, variant->uses_matrices);
    return qr_encode_slices(variant, &plan, data, n, packed, masks);
}

int elqr_qr_encode_variant(int variant, const uint8_t *data, size_t width, size_t n, int mode,
                           int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                           size_t *bad_item) {
    const int status = qr_check_arguments(mode, version, level, mask);
    *bad_item = 0;
    if (status != ELQR_OK)
        return status;
    if (!elqr_qr_variant_runs(variant))
        return ELQR_OUT_OF_RANGE;
    if (version > QR_FAST_VERSION)
        return ELQR_BAD_VERSION;
    if (width == 0 && n > 0)
        return ELQR_EMPTY;
    if (width > elqr_qr_capacity(version, level, mode))
        return ELQR_TOO_LONG;
    const size_t done = qr_encode_variant(&variants[variant], data, width, n, mode, version, level,
                                          mask, packed, masks);
    if (done == n)
        return ELQR_OK;
    *bad_item = done;
    return ELQR_BAD_CHARACTER;
}
