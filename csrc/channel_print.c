/* Ink on the fine grid, and the blur over it.
 *
 * A dot's ink hangs on its module and the eight around it only: once for each scan it is worked out
 * for the 512 ways those can be, and copied from there. */
#include <math.h>

#include "channel_parts.h"
#include "common.h"

/* Modules: how soft the edge is that the ink's level cuts. */
static const double SPREAD = 0.25;

static double normal_cdf(double x) {
    return 0.5 * erfc(-x * 0.70710678118654752);
}

/* The shares of the module to the left, of its own, and of the right one in each dot's softness. */
static void soft_shares(float shares[FINE][3]) {
    for (int dot = 0; dot < FINE; dot++) {
        const double place = (dot + 0.5) / FINE;
        const double left = normal_cdf(-place / SPREAD);
        const double right = normal_cdf((place - 1) / SPREAD);
        shares[dot][0] = (float)left;
        shares[dot][1] = (float)(1 - left - right);
        shares[dot][2] = (float)right;
    }
}

/* The softness across the middle one of each three modules (bits 2, 1, 0 from the left). */
static void soften_threes(float shares[FINE][3], float soft[8][FINE]) {
    for (int three = 0; three < 8; three++)
        for (int dot = 0; dot < FINE; dot++)
            soft[three][dot] = (three & 4 ? shares[dot][0] : 0) + (three & 2 ? shares[dot][1] : 0) +
                               (three & 1 ? shares[dot][2] : 0);
}

/* Eight tiles' row of dots: `upper` is what the two rows of modules above say, `below` what each
 * three below adds.  A dot's ink is how far it is above the level, as a share of what softness
 * changes from dot to dot at a straight edge there: an edge between dots shows as a part of one. */
static void ink_tiles(const float *upper, const float *below, float steep, int16_t *tiles) {
    int32_t ink[8 * FINE];
    for (int i = 0; i < 8 * FINE; i += FINE)
        for (int dot = 0; dot < FINE; dot++) {
            const float high = (upper[dot] + below[i + dot]) * steep + 0.5F;
            const float low = high < 0 ? 0 : high;
            ink[i + dot] = (int32_t)((low > 1 ? 1 : low) * INK_UNIT);
        }
    for (int i = 0; i < 8 * FINE; i++)
        tiles[i] = (int16_t)ink[i];
}

/* work->tiles [dot row][three above][own][below][dot]. */
static void make_tiles(channel_work *work, float gain) {
    const double z = gain / SPREAD;
    const float level = (float)normal_cdf(-z);
    const float steep = (float)(FINE * SPREAD * 2.5066282746310002 * exp(0.5 * z * z));
    float shares[FINE][3], soft[8][FINE], below[8 * FINE], upper[FINE];
    soft_shares(shares);
    soften_threes(shares, soft);
    int16_t *tiles = work->tiles;
    for (int row = 0; row < FINE; row++) {
        for (int i = 0; i < 8 * FINE; i++)
            below[i] = shares[row][2] * soft[i / FINE][i % FINE];
        for (int pair = 0; pair < 64; pair++, tiles += 8 * FINE) {
            for (int dot = 0; dot < FINE; dot++)
                upper[dot] = shares[row][0] * soft[pair >> 3][dot] +
                             shares[row][1] * soft[pair & 7][dot] - level;
            ink_tiles(upper, below, steep, tiles);
        }
    }
}

/* work->threes [side + 2 * MARGIN + 2][side + 2 * MARGIN]: each module with its neighbours. */
static void find_threes(channel_work *work, int side) {
    const int wide = side + 2 * MARGIN;
    memset(work->threes, 0, (size_t)(wide + 2) * wide);
    for (int y = 0; y < side; y++) {
        const uint8_t *modules = work->modules + (size_t)y * side;
        uint8_t *threes = work->threes + (size_t)(y + MARGIN + 1) * wide + MARGIN;
        for (int x = 0; x < side; x++) {
            const int dark = modules[x] != 0;
            threes[x - 1] = (uint8_t)(threes[x - 1] | dark);
            threes[x] = (uint8_t)(threes[x] | dark << 1);
            threes[x + 1] = (uint8_t)(dark << 2);
        }
    }
}

void channel_print(channel_work *work, int side, float gain) {
    const int wide = side + 2 * MARGIN, fine = work->fine;
    make_tiles(work, gain);
    find_threes(work, side);
    memset(work->print, 0, (size_t)fine * fine * sizeof(int16_t));
    /* Ink does not reach farther than the modules beside the symbol. */
    for (int y = MARGIN - 1; y <= MARGIN + side; y++) {
        const uint8_t *above = work->threes + (size_t)y * wide;
        int16_t *out = work->print + ((size_t)y * fine + MARGIN - 1) * FINE;
        for (int x = MARGIN - 1; x <= MARGIN + side; x++, out += FINE) {
            const int nine = above[x] << 6 | above[wide + x] << 3 | above[2 * wide + x];
            const int16_t *tile = work->tiles + (size_t)nine * FINE;
            for (int row = 0; row < FINE; row++)
                memcpy(out + (size_t)row * fine, tile + row * 512 * FINE, FINE * sizeof *out);
        }
    }
}

/* Half a blur's kernel, its middle first, of `sigma` dots, in 1 / 32768; returns its reach in dots.
 * Of its variance a quarter is there without it: 1/12 as a dot's ink is its share, 1/6 from
 * sampling between dots bilinearly.  Small blurs are three weights of the right variance, which a
 * sampled Gaussian has not. */
static int kernel(double sigma, int16_t *weights) {
    const double variance = sigma * sigma > 0.25 ? sigma * sigma - 0.25 : 0;
    double parts[REACH + 1] = {1 - variance, variance / 2}, sum = 1;
    int reach = 1;
    if (variance >= 0.4) {
        const int wanted = (int)ceil(3 * sqrt(variance));
        reach = wanted < REACH ? wanted : REACH;
        sum = parts[0] = 1;
        for (int i = 1; i <= reach; i++) {
            parts[i] = exp(-0.5 * i * i / variance);
            sum += 2 * parts[i];
        }
    }
    int rest = 32767;
    for (int i = reach; i > 0; i--) {
        weights[i] = (int16_t)lrint(32768 * parts[i] / sum);
        rest -= 2 * weights[i];
    }
    weights[0] = (int16_t)rest;
    return reach;
}

/* Blurs n dots of a row along one axis, `step` dots from neighbour to neighbour, and halves them.
 */
static void blur_row(const int16_t *in, int16_t *restrict out, int n, ptrdiff_t step,
                     const int16_t *weights, int reach) {
    const int16_t middle = weights[0], beside = weights[1];
    for (int x = 0; x < n; x++)
        out[x] = (int16_t)(channel_share(in[x], middle) +
                           channel_share((int16_t)(in[x - step] + in[x + step]), beside));
    for (int i = 2; i <= reach; i++) {
        const int16_t weight = weights[i], *before = in - i * step, *after = in + i * step;
        for (int x = 0; x < n; x++)
            out[x] = (int16_t)(out[x] + channel_share((int16_t)(before[x] + after[x]), weight));
    }
}

void channel_blur(channel_work *work, const float *drawn) {
    /* A pixel integrates over its area: about a Gaussian of 0.29 of it. */
    const double sigma = hypot(drawn[ELQR_CHANNEL_BLUR], 0.29) * FINE / drawn[ELQR_CHANNEL_MODULE];
    const int fine = work->fine, inked = (MARGIN - 1) * FINE;
    int16_t across[REACH + 1], along[REACH + 1];
    const int reach_x = kernel(sigma / drawn[ELQR_CHANNEL_SCALE_X], across);
    const int reach_y = kernel(sigma / drawn[ELQR_CHANNEL_SCALE_Y], along);
    const int reach = reach_x > reach_y ? reach_x : reach_y;
    /* What lies within the reach of the grid's edge is paper. */
    work->edge = inked > 2 * reach ? inked - reach : reach;
    const int edge = work->edge, n = fine - 2 * edge;
    memset(work->other, 0, (size_t)fine * fine * sizeof(int16_t));
    for (int y = inked; y < fine - inked; y++) {
        const size_t at = (size_t)y * fine + edge;
        blur_row(work->print + at, work->other + at, n, 1, across, reach_x);
    }
    for (int y = edge; y < fine - edge; y++) {
        const size_t at = (size_t)y * fine + edge;
        blur_row(work->other + at, work->print + at, n, fine, along, reach_y);
    }
}
