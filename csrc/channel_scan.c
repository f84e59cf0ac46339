/* From ink on the fine grid to pixels: sampling, noise, streaks, specks, threshold. */
#include <math.h>

#include "channel.h"
#include "common.h"

/* From pixel (x, y) to the grid: u = origin_u + x * right_u + y * down_u. */
typedef struct {
    float origin_u, right_u, down_u;
    float origin_v, right_v, down_v;
} affine;

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
    const float across = FINE / (channel->module * drawn[ELQR_CHANNEL_SCALE_X]);
    const float along = FINE / (channel->module * drawn[ELQR_CHANNEL_SCALE_Y]);
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

/* The greys of one row that the grid covers; the others are paper. */
static void sample_row(const channel_work *work, affine map, int y, int width, float paper,
                       float contrast) {
    const float u0 = map.origin_u + (float)y * map.down_u;
    const float v0 = map.origin_v + (float)y * map.down_v;
    const float limit = (float)(work->fine - 1) - 0.01F;
    int first = 0, last = width;
    clip(u0, map.right_u, limit, &first, &last);
    clip(v0, map.right_v, limit, &first, &last);
    for (int x = first; x < last; x++) {
        const float u = u0 + (float)x * map.right_u, v = v0 + (float)x * map.right_v;
        const int left = (int)u, top = (int)v;
        const float du = u - (float)left, dv = v - (float)top;
        const float *at = work->print + (size_t)top * work->fine + left;
        const float upper = at[0] + du * (at[1] - at[0]);
        const float lower = at[work->fine] + du * (at[work->fine + 1] - at[work->fine]);
        work->row[x] = (int16_t)(paper - contrast * (upper + dv * (lower - upper)));
    }
}

/* Adds noise to a row, four pixels for each random number. */
static void add_noise(int16_t *row, int width, const int16_t *noise, uint64_t key, uint64_t count) {
    int x = 0;
    for (; x + 4 <= width; x += 4) {
        const uint64_t bits = channel_at(key, count++);
        row[x] = (int16_t)(row[x] + noise[bits >> 52]);
        row[x + 1] = (int16_t)(row[x + 1] + noise[bits >> 40 & (NORMALS - 1)]);
        row[x + 2] = (int16_t)(row[x + 2] + noise[bits >> 28 & (NORMALS - 1)]);
        row[x + 3] = (int16_t)(row[x + 3] + noise[bits >> 16 & (NORMALS - 1)]);
    }
    for (uint64_t bits = channel_at(key, count); x < width; x++, bits <<= 12)
        row[x] = (int16_t)(row[x] + noise[bits >> 52]);
}

static void scale_noise(const int16_t *normals, float sigma, int16_t *noise) {
    const float scale = sigma * GREY_UNIT / NORMAL_UNIT;
    for (int i = 0; i < NORMALS; i++)
        noise[i] = (int16_t)lrintf((float)normals[i] * scale);
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
            streaks[i] = (int16_t)(sum < -8192 ? -8192 : sum > 8192 ? 8192 : sum);
        }
    }
}

static void grey_row(const int16_t *row, const int16_t *streaks, int width, uint8_t *out) {
    for (int x = 0; x < width; x++) {
        const int value = (row[x] + streaks[x]) >> 4;
        out[x] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static void bilevel_row(const int16_t *row, const int16_t *streaks, int width, int level,
                        uint8_t *out) {
    for (int x = 0; x < width; x++)
        out[x] = row[x] + streaks[x] < level ? 0 : 255;
}

void channel_sample(channel_work *work, const elqr_channel *channel, const float *drawn,
                    channel_random *random, uint8_t *image) {
    const float ink = drawn[ELQR_CHANNEL_INK] * GREY_UNIT;
    const float paper = drawn[ELQR_CHANNEL_PAPER] * GREY_UNIT;
    const int level = (int)(ink + drawn[ELQR_CHANNEL_THRESHOLD] * (paper - ink));
    const affine map = grid_from_pixels(work, channel, drawn);
    const uint64_t key = channel_next(random), words = ((uint64_t)channel->width + 3) / 4;
    const float sigma = drawn[ELQR_CHANNEL_NOISE];
    scale_noise(work->normals, sigma, work->noise);
    draw_streaks(work->streaks, channel->width, drawn[ELQR_CHANNEL_STREAKS], random);
    for (int y = 0; y < channel->height; y++) {
        uint8_t *out = image + (size_t)y * channel->width;
        for (int x = 0; x < channel->width; x++)
            work->row[x] = (int16_t)paper;
        sample_row(work, map, y, channel->width, paper, paper - ink);
        if (sigma > 0)
            add_noise(work->row, channel->width, work->noise, key, (uint64_t)y * words);
        if (channel->bilevel)
            bilevel_row(work->row, work->streaks, channel->width, level, out);
        else
            grey_row(work->row, work->streaks, channel->width, out);
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
