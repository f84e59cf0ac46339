/* csrc: qr_plan.c qr_patterns.c qr_single.c qr_codewords.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* Nanoseconds a symbol of every stage of the fast encoder, for every variant that runs here, on one
 * core: payloads in one buffer, packed rows and masks in another.
 *
 *     cd csrc
 *     sources=$(sed -n '1s|^/\* csrc: \(.*\) \*[/]$|\1|p' ../benchmarks/kernels/qr_batch.c)
 *     gcc -O3 -std=gnu11 -I. ../benchmarks/kernels/qr_batch.c $sources -o /tmp/qr_batch
 *     /tmp/qr_batch
 *
 * Each figure is the least of many short runs; where other work shares the core, ratios within one
 * run are what counts. */
#include "../../csrc/qr_codewords_x86.c"
#include "../../csrc/qr_variants.c"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ITEMS = 640, REPEATS = 300 };

static int64_t nanoseconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Least nanoseconds a symbol of REPEATS runs of `action`, which makes `symbols` of them. */
#define LEAST(result, symbols, action)                                                             \
    do {                                                                                           \
        result = 1e9;                                                                              \
        for (int run_ = 0; run_ < REPEATS; run_++) {                                               \
            const int64_t start_ = nanoseconds();                                                  \
            action;                                                                                \
            const double time_ = (double)(nanoseconds() - start_) / (symbols);                     \
            result = time_ < result ? time_ : result;                                              \
        }                                                                                          \
    } while (0)

static uint8_t data[ITEMS * 255], packed[ITEMS * QR_FAST_SIDE * 8], masks[ITEMS];

/* The stages that only the template's instances have. */
#define DEFINE_STAGES(suffix)                                                                      \
    static void stages_##suffix(qr_work *work, double *ns) {                                       \
        const int side = work->plan->side, strip = 8 * work->plan->lanes;                          \
        const int passes = 8 / work->plan->lanes;                                                  \
        uint64_t words[SCORE_PLANES][QR_MAX_LANES];                                                \
        static penalties_##suffix sum;                                                             \
        LEAST(ns[0], 64,                                                                           \
              for (int at = 0; at < work->plan->row_stride; at += strip) transpose_rows_##suffix(  \
                  work->rows + at, (size_t)work->plan->row_stride, work->planes + 8 * at));        \
        LEAST(ns[1], 64,                                                                           \
              for (int pass = 0; pass < passes; pass++) for (int y = 0; y < side; y++)             \
                  place_row_##suffix(work, y, pass));                                              \
        clear_all_##suffix(&sum);                                                                  \
        LEAST(ns[2], 64,                                                                           \
              for (int pass = 0; pass < passes; pass++) for (int y = 0; y < side; y++)             \
                  sweep_row_##suffix(work->matrix + (size_t)(y * side * work->plan->lanes), side,  \
                                     y == 0, &sum));                                               \
        LEAST(ns[3], 64,                                                                           \
              for (int pass = 0; pass < passes; pass++) for (int x = 0; x < side; x++)             \
                  sweep_column_##suffix(work->matrix + (size_t)(x * work->plan->lanes), side,      \
                                        &sum));                                                    \
        LEAST(ns[4], 64,                                                                           \
              for (int pass = 0; pass < passes; pass++)                                            \
                  make_score_##suffix(&sum, side *side, (void *)words));                           \
    }

DEFINE_STAGES(portable)
#if ELQR_X86
DEFINE_STAGES(sse2)
DEFINE_STAGES(avx2)
DEFINE_STAGES(avx512)
#endif
#if ELQR_ARM
DEFINE_STAGES(neon)
#endif

static void run_stages(const qr_variant *variant, qr_work *work, double *ns) {
#if ELQR_X86
    if (variant->lanes == 8)
        stages_avx512(work, ns);
    if (variant->lanes == 4)
        stages_avx2(work, ns);
    if (variant->lanes == 2)
        stages_sse2(work, ns);
#endif
#if ELQR_ARM
    if (variant->lanes == 2)
        stages_neon(work, ns);
#endif
    if (variant->lanes == 1)
        stages_portable(work, ns);
}

static void error_correction(const qr_variant *variant, qr_work *work) {
#if ELQR_X86
    if (variant->uses_matrices) {
        put_error_correction_gfni(work->plan, 64, work->rows);
        return;
    }
#endif
    if (variant->rows == qr_rows_avx2) {
        put_error_correction_avx2(work->plan, 64, work->rows);
        return;
    }
    qr_put_error_correction(work->plan, 64, work->rows);
}

static void time_variant(const qr_variant *variant, int version, size_t width, int mode) {
    static qr_work work;
    static qr_plan made;
    double all, plan, rows, ec, pinned, ns[5];
    LEAST(all, ITEMS,
          qr_encode_variant(variant, data, width, ITEMS, mode, version, 1, -1, packed, masks));
    if (variant->slices == NULL) {
        printf("%-16s %7.3f million/s %8.1f ns\n", variant->name, 1e3 / all, all);
        return;
    }
    LEAST(plan, 1,
          (qr_plan_begin(&made, width, mode, version, 1, -1),
           qr_plan_slices(&made, variant->lanes, variant->uses_matrices)));
    work.plan = &made;
    variant->draw_patterns(&work);
    LEAST(rows, 64, variant->rows(&made, data, 64, work.rows));
    LEAST(ec, 64, error_correction(variant, &work));
    made.mask = 0;
    LEAST(pinned, 64, variant->slices(&work, 64, packed, masks));
    run_stages(variant, &work, ns);
    printf(
        "%-16s %7.3f million/s %8.1f ns: pack %.1f, RS %.1f, transpose in %.1f, place %.1f, "
        "rows %.1f, columns %.1f, score %.1f, gather and transpose out %.1f; plan %.1f us a call\n",
        variant->name, 1e3 / all, all, rows - ec, ec, ns[0], ns[1], ns[2], ns[3], ns[4],
        pinned - ns[0], plan / 1e3);
}

int main(void) {
    static const struct {
        const char *name;
        int version, mode;
        size_t width;
    } cases[] = {{"eL-QR: 255 digits, 6-M", 6, ELQR_QR_NUMERIC, 255},
                 {"45 digits, 2-M", 2, ELQR_QR_NUMERIC, 45},
                 {"60 alphanumerics, 3-M", 3, ELQR_QR_ALPHANUMERIC, 60},
                 {"120 bytes, 7-M", 7, ELQR_QR_BYTE, 120}};
    srand(1);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)('0' + rand() % 10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        printf("%s\n", cases[i].name);
        for (int v = 0; v < VARIANT_COUNT; v++)
            if (elqr_qr_variant_runs(v))
                time_variant(&variants[v], cases[i].version, cases[i].width, cases[i].mode);
    }
    return 0;
}
