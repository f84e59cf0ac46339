/* The print-scan channel of elqr_channel.h.
 *
 * The print is modelled on a grid of FINE dots a module that lies along the symbol: ink is the set
 * where the modules, blurred by a Gaussian of SPREAD modules, exceed the level that moves a
 * straight edge by the gain (corners come out round, as ink's do).  Optics and pixels blur the same
 * grid; the scan is sampled from it bilinearly, which at four dots a module differs from the
 * continuous picture by less than sensors do.
 *
 * Random numbers are a function of a key and a counter (splitmix64: Steele, Lea, Flood 2014), so
 * that no scan depends on another.
 */
#include "elqr_channel.h"

#include <math.h>

#include "channel_parts.h"
#include "common.h"

static const float LIMITS[ELQR_CHANNEL_RANGES][2] = {
    {-0.6F, 0.6F}, {0, 255},  {0, 255}, {-30, 30},    {-4096, 4096}, {-4096, 4096},
    {0.5F, 2},     {0.5F, 2}, {0, 8},   {0, 200},     {0, 4000},     {0, 100},
    {0, 1},        {0, 100},  {1, 40},  {0.125F, 32},
};

static int in_range(const elqr_channel *channel, int side) {
    if (channel->width < 1 || channel->width > 4096 || channel->height < 1 ||
        channel->height > 4096 || side < 1 || side > 177)
        return 0;
    for (int i = 0; i < ELQR_CHANNEL_RANGES; i++) {
        const float *range = channel->ranges[i];
        /* Written so that a NaN fails. */
        if (!(range[0] >= LIMITS[i][0] && range[0] <= range[1] && range[1] <= LIMITS[i][1]))
            return 0;
    }
    return 1;
}

static size_t rounded(size_t bytes) {
    return (bytes + 63) / 64 * 64;
}

static size_t threes_size(int side) {
    const size_t wide = (size_t)side + 2 * MARGIN;
    return (wide + 2) * wide;
}

size_t elqr_channel_work(const elqr_channel *channel, int side) {
    if (!in_range(channel, side))
        return 0;
    const size_t fine = (size_t)(side + 2 * MARGIN) * FINE, dot = sizeof(int16_t);
    return 2 * rounded(fine * fine * dot) + rounded(fine * dot) +
           rounded((size_t)512 * FINE * FINE * dot) + rounded(POOL * dot) +
           2 * rounded((size_t)channel->width * dot) + rounded((size_t)side * side) +
           rounded(threes_size(side)) + 64;
}

/* Quantiles of the normal distribution in units of 1 / NORMAL_UNIT: P. J. Acklam's rational
 * approximation, relative error 1.15e-9. */
static double normal_quantile(double p) {
    static const double a[] = {-39.69683028665376, 220.9460984245205,  -275.9285104469687,
                               138.3577518672690,  -30.66479806614716, 2.506628277459239};
    static const double b[] = {-54.47609879822406, 161.5858368580409, -155.6989798598866,
                               66.80131188771972, -13.28068155288572};
    static const double c[] = {-0.007784894002430293, -0.3223964580411365, -2.400758277161838,
                               -2.549732539343734,    4.374664141464968,   2.938163982698783};
    static const double d[] = {0.007784695709041462, 0.3224671290700398, 2.445134137142996,
                               3.754408661907416};
    if (p < 0.02425) {
        const double q = sqrt(-2 * log(p));
        return (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    const double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

static void fill_pool(int16_t *pool) {
    for (int i = 0; i < NORMALS / 2; i++) {
        const int value = (int)lround(normal_quantile((i + 0.5) / NORMALS) * NORMAL_UNIT);
        for (int copy = 0; copy < POOL; copy += NORMALS) {
            pool[copy + i] = (int16_t)value;
            pool[copy + NORMALS - 1 - i] = (int16_t)-value;
        }
    }
    /* Fisher and Yates's shuffle, always the same. */
    channel_random random = {channel_key(0, 0), 0};
    for (int left = POOL; left > 1; left--) {
        const int chosen = channel_below(&random, left);
        const int16_t kept = pool[left - 1];
        pool[left - 1] = pool[chosen];
        pool[chosen] = kept;
    }
}

static void *take(uint8_t **free_space, size_t bytes) {
    void *taken = *free_space;
    *free_space += rounded(bytes);
    return taken;
}

static channel_work lay_out(const elqr_channel *channel, int side, void *memory) {
    const size_t fine = (size_t)(side + 2 * MARGIN) * FINE;
    const size_t row = (size_t)channel->width * sizeof(int16_t);
    uint8_t *free_space = memory;
    channel_work work;
    work.fine = (int)fine;
    work.print = take(&free_space, fine * fine * sizeof(int16_t));
    work.other = take(&free_space, fine * fine * sizeof(int16_t));
    work.line = take(&free_space, fine * sizeof(int16_t));
    work.tiles = take(&free_space, (size_t)512 * FINE * FINE * sizeof(int16_t));
    work.pool = take(&free_space, POOL * sizeof(int16_t));
    work.row = take(&free_space, row);
    work.streaks = take(&free_space, row);
    work.modules = take(&free_space, (size_t)side * side);
    work.threes = take(&free_space, threes_size(side));
    return work;
}

/* Paints rectangles of up to 30 modules a side, dark or light, over the symbol. */
static void damage(uint8_t *modules, int side, int parts, channel_random *random) {
    for (int part = 0; part < parts; part++) {
        const int top = channel_below(random, side), left = channel_below(random, side);
        const int height = 1 + channel_below(random, 30), width = 1 + channel_below(random, 30);
        const int dark = channel_below(random, 2);
        const int bottom = top + height < side ? top + height : side;
        const int right = left + width < side ? left + width : side;
        for (int y = top; y < bottom; y++)
            memset(modules + (size_t)y * side + left, dark, (size_t)(right - left));
    }
}

/* What one scan draws from its ranges. */
static void draw(const elqr_channel *channel, channel_random *random, float *drawn) {
    static const int grown[] = {ELQR_CHANNEL_NOISE, ELQR_CHANNEL_SPECKLE, ELQR_CHANNEL_STREAKS,
                                ELQR_CHANNEL_DAMAGE};
    for (int k = 0; k < ELQR_CHANNEL_RANGES; k++) {
        const float *range = channel->ranges[k];
        drawn[k] = range[0] + (range[1] - range[0]) * channel_even(random);
    }
    const float *range = channel->ranges[ELQR_CHANNEL_SEVERITY];
    const float severity = range[0] * powf(range[1] / range[0], channel_even(random));
    for (size_t i = 0; i < sizeof grown / sizeof *grown; i++) {
        const float more = drawn[grown[i]] * severity, most = LIMITS[grown[i]][1];
        drawn[grown[i]] = more < most ? more : most;
    }
}

static void scan_one(channel_work *work, const elqr_channel *channel, int side,
                     channel_random *random, uint8_t *image) {
    float drawn[ELQR_CHANNEL_RANGES];
    draw(channel, random, drawn);
    damage(work->modules, side, channel_poisson(random, drawn[ELQR_CHANNEL_DAMAGE]), random);
    channel_print(work, side, drawn[ELQR_CHANNEL_GAIN]);
    channel_blur(work, drawn);
    channel_sample(work, channel, drawn, random, image);
    channel_speckle(channel, drawn, random, image);
}

int elqr_channel_scan(const elqr_channel *channel, const uint8_t *modules, int side, size_t n,
                      uint64_t seed, uint64_t first, void *memory, uint8_t *images) {
    if (!in_range(channel, side))
        return ELQR_OUT_OF_RANGE;
    channel_work work = lay_out(channel, side, memory);
    fill_pool(work.pool);
    const size_t area = (size_t)side * side;
    const size_t pixels = (size_t)channel->width * channel->height;
    for (size_t i = 0; i < n; i++) {
        channel_random random = {channel_key(seed, first + i), 0};
        memcpy(work.modules, modules + i * area, area);
        scan_one(&work, channel, side, &random, images + i * pixels);
    }
    return ELQR_OK;
}
