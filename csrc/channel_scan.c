/* From ink on the fine grid to pixels: sampling, noise, streaks, specks, threshold. */
#include <math.h>

#include "channel_parts.h"
#include "common.h"

/* From pixel (x, y) to the grid: u = origin_u + x * right_u + y * down_u. */
typedef struct {
    float origin_u, right_u, down_u;
    float origin_v, right_v, down_v;
} affine;

/* A scan's greys in grey units; contrast from paper to ink and noise, which are shared out, less.
 */
typedef struct {
    int16_t paper, contrast, noise, level;
} greys;

int channel_poisson(channel_random *random, float mean) {
    /* Knuth's product, in parts: e^-mean of a large mean is no float. */
    int count = 0;
    while (mean > 0) {
        const float part = mean < 16 ? mean : 16;
        const float limit = expf(-part);
        for (float product = channel_even(random); product > limit; product *= channel_even(random))
            count++;
        mean -= part;
    }
    return count;
}

static affine grid_from_pixels(const channel_work *work, const elqr_channel *channel,
                               const float *drawn) {
    const float angle = drawn[ELQR_CHANNEL_SKEW] * 0.017453292519943295F;
    const float across = FINE / (drawn[ELQR_CHANNEL_MODULE] * drawn[ELQR_CHANNEL_SCALE_X]);
    const float along = FINE / (drawn[ELQR_CHANNEL_MODULE] * drawn[ELQR_CHANNEL_SCALE_Y]);
    const float x = 0.5F * channel->width + drawn[ELQR_CHANNEL_SHIFT_X] - 0.5F;
    const float y = 0.5F * channel->height + drawn[ELQR_CHANNEL_SHIFT_Y] - 0.5F;
    const float centre = 0.5F * work->fine - 0.5F;
    affine map;
    map.right_u = cosf(angle) * across;
    map.down_u = sinf(angle) * along;
    map.right_v = -sinf(angle) * across;
    map.down_v = cosf(angle) * along;
    map.origin_u = centre - map.right_u * x - map.down_u * y;
    map.origin_v = centre - map.right_v * x - map.down_v * y;
    return map;
}

/* Narrows [*first, *last) to the x with 0 <= start + x * step < limit. */
static void clip(float start, float step, float limit, int *first, int *last) {
    if (fabsf(step) < 1e-6F) {
        if (!(start >= 0 && start < limit))
            *last = *first;
        return;
    }
    const float a = -start / step, b = (limit - start) / step;
    const float low = step > 0 ? a : b, high = step > 0 ? b : a;
    if (low > (float)*first)
        *first = low < (float)*last ? (int)low + 1 : *last;
    if (high < (float)*last)
        *last = high > (float)*first ? (int)high : *first;
}

/* Ink between two rows of dots, `share` of 32768 from the upper to the lower, growing by `step` a
 * dot and staying in 0 to 32767. */
static void between(const int16_t *upper, const int16_t *lower, int n, int share, int step,
                    int16_t *restrict out) {
    uint16_t part = (uint16_t)share;
    for (int i = 0; i < n; i++, part = (uint16_t)(part + step)) {
        const int16_t difference = (int16_t)(lower[i] - upper[i]);
        out[i] = (int16_t)(4 * upper[i] + 8 * channel_share(difference, (int16_t)part));
    }
}

/* Ink along the line v + i * step, in 1/32768 dots, over `n` dots to the right of column `left`:
 * cut where it comes to another row. */
static void follow(const channel_work *work, int left, int n, int32_t v, int32_t step,
                   int16_t *out) {
    const int32_t first = (work->edge) * 32768, last = (work->fine - work->edge - 1) * 32768 - 1;
    for (int i = 0, run; i < n; i += run) {
        const int32_t at = v + i * step, inside = at < first ? first : at > last ? last : at;
        const int32_t share = inside & 32767, room = step < 0 ? share : 32767 - share;
        const int most = at == inside && step ? room / (step < 0 ? -step : step) + 1 : 1;
        run = most < n - i ? most : n - i;
        const int16_t *row = work->print + (size_t)(inside >> 15) * work->fine + left + i;
        between(row, row + work->fine, run, share, run > 1 ? step : 0, out + i);
    }
}

/* The ink of one row; where blur did not bring any there is none.  First between rows of dots at
 * every dot that it passes, then between those at every pixel. */
static void sample_row(channel_work *work, affine map, int y, int width) {
    /* Kept off the border as far as steps in parts of dots can go astray over a row. */
    const float border = (float)work->edge + 0.2F;
    const float limit = (float)(work->fine - 1) - 2 * border;
    const float u0 = map.origin_u + (float)y * map.down_u;
    const float v0 = map.origin_v + (float)y * map.down_v;
    int first = 0, last = width;
    clip(u0 - border, map.right_u, limit, &first, &last);
    clip(v0 - border, map.right_v, limit, &first, &last);
    memset(work->row, 0, (size_t)width * sizeof *work->row);
    if (first >= last)
        return;
    const float start = u0 + (float)first * map.right_u, slope = map.right_v / map.right_u;
    const int left = (int)start, n = (int)((float)(last - first) * map.right_u) + 3;
    const int dots = left + n < work->fine - work->edge ? n : work->fine - work->edge - left;
    const float v = v0 + ((float)left - u0) * slope;
    follow(work, left, dots, (int32_t)(v * 32768), (int32_t)(slope * 32768), work->line);
    const int32_t step = (int32_t)(map.right_u * 32768);
    int32_t u = (int32_t)((start - (float)left) * 32768);
    for (int x = first; x < last; x++, u += step) {
        const int16_t *at = work->line + (u >> 15);
        work->row[x] = (int16_t)(2 * at[0] + ((at[1] - at[0]) * (u & 32767) >> 14));
    }
}

/* From ink to greys, with streaks and noise, the sum of two parts of the pool.  Two places of
 * POOL - width each are drawn for every row: rows that share a stretch of one part are few, of both
 * all but none. */
static void expose(channel_work *work, int width, greys greys, channel_random *random) {
    const int16_t *one = work->pool + channel_below(random, POOL - width);
    const int16_t *other = work->pool + channel_below(random, POOL - width);
    const int16_t *streaks = work->streaks;
    int16_t *restrict row = work->row;
    for (int x = 0; x < width; x++) {
        const int16_t noise = channel_share((int16_t)(one[x] + other[x]), greys.noise);
        const int16_t clean = (int16_t)(greys.paper - channel_share(row[x], greys.contrast));
        row[x] = (int16_t)(clean + streaks[x] + noise);
    }
}

/* Lines along the feed, one or two pixels wide, 30 to 130 greys lighter or darker. */
static void draw_streaks(int16_t *streaks, int width, float mean, channel_random *random) {
    memset(streaks, 0, (size_t)width * sizeof *streaks);
    for (int left = channel_poisson(random, mean); left > 0; left--) {
        const int x = channel_below(random, width), wide = 1 + channel_below(random, 2);
        const int sign = 2 * channel_below(random, 2) - 1;
        const int grey = sign * (int)((30 + 100 * channel_even(random)) * GREY_UNIT);
        for (int i = x; i < x + wide && i < width; i++) {
            const int sum = streaks[i] + grey;
            streaks[i] = (int16_t)(sum < -4096 ? -4096 : sum > 4096 ? 4096 : sum);
        }
    }
}

static void grey_row(const int16_t *row, int width, uint8_t *restrict out) {
    for (int x = 0; x < width; x++) {
        const int16_t value = row[x] >> GREY_BITS;
        const int16_t low = value < 0 ? 0 : value;
        out[x] = (uint8_t)(low > 255 ? 255 : low);
    }
}

static void bilevel_row(const int16_t *row, int width, int16_t level, uint8_t *restrict out) {
    for (int x = 0; x < width; x++)
        out[x] = row[x] < level ? 0 : 255;
}

static greys greys_of(const float *drawn) {
    const float ink = drawn[ELQR_CHANNEL_INK] * GREY_UNIT;
    const float paper = drawn[ELQR_CHANNEL_PAPER] * GREY_UNIT;
    const float level = ink + drawn[ELQR_CHANNEL_THRESHOLD] * (paper - ink);
    /* Sampled ink is 32752 at most, 65536 a whole share; the sum of two normals is wider by the
     * root of two. */
    const float contrast = (paper - ink) * 65536 / 32752;
    const float noise = drawn[ELQR_CHANNEL_NOISE] * GREY_UNIT * 65536 / (NORMAL_UNIT * 1.41421356F);
    const greys result = {(int16_t)paper, (int16_t)contrast, (int16_t)noise, (int16_t)level};
    return result;
}

void channel_sample(channel_work *work, const elqr_channel *channel, const float *drawn,
                    channel_random *random, uint8_t *image) {
    const affine map = grid_from_pixels(work, channel, drawn);
    const greys greys = greys_of(drawn);
    draw_streaks(work->streaks, channel->width, drawn[ELQR_CHANNEL_STREAKS], random);
    for (int y = 0; y < channel->height; y++) {
        uint8_t *out = image + (size_t)y * channel->width;
        sample_row(work, map, y, channel->width);
        expose(work, channel->width, greys, random);
        if (channel->bilevel)
            bilevel_row(work->row, channel->width, greys.level, out);
        else
            grey_row(work->row, channel->width, out);
    }
}

void channel_speckle(const elqr_channel *channel, const float *drawn, channel_random *random,
                     uint8_t *image) {
    for (int left = channel_poisson(random, drawn[ELQR_CHANNEL_SPECKLE]); left > 0; left--) {
        const int x = channel_below(random, channel->width);
        const int y = channel_below(random, channel->height);
        const int size = 1 + channel_below(random, 3), light = channel_below(random, 2);
        const int grey = channel->bilevel ? (light ? 255 : 0) : (light ? 235 : 20);
        const int right = x + size < channel->width ? x + size : channel->width;
        const int bottom = y + size < channel->height ? y + size : channel->height;
        for (int row = y; row < bottom; row++)
            memset(image + (size_t)row * channel->width + x, grey, (size_t)(right - x));
    }
}
