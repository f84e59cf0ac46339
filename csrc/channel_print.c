/* Ink on the fine grid, and the blur over it. */
#include <math.h>

#include "channel.h"
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

static int module_at(const uint8_t *modules, int side, int y, int x) {
    return y >= 0 && y < side && x >= 0 && x < side && modules[(size_t)y * side + x] != 0;
}

/* A row of modules, softened across, to one row of dots. */
static void soften_row(const uint8_t *modules, int side, int y, float shares[FINE][3], float *row) {
    for (int x = -MARGIN; x < side + MARGIN; x++) {
        const float left = (float)module_at(modules, side, y, x - 1);
        const float own = (float)module_at(modules, side, y, x);
        const float right = (float)module_at(modules, side, y, x + 1);
        for (int dot = 0; dot < FINE; dot++)
            *row++ = shares[dot][0] * left + shares[dot][1] * own + shares[dot][2] * right;
    }
}

/* A dot's ink, 0 to 1: how far it is above the level, as a share of what softness changes from dot
 * to dot at a straight edge there, so that an edge between dots shows as a part of one. */
static void ink_row(const float *above, const float *own, const float *below, const float *shares,
                    float level, float steep, int n, float *out) {
    const float a = shares[0], b = shares[1], c = shares[2];
    for (int i = 0; i < n; i++) {
        const float soft = a * above[i] + b * own[i] + c * below[i];
        const float ink = (soft - level) * steep + 0.5F;
        const float low = ink < 0 ? 0 : ink;
        out[i] = low > 1 ? 1 : low;
    }
}

void channel_print(channel_work *work, int side, float gain) {
    const int fine = work->fine;
    const double z = gain / SPREAD;
    const float level = (float)normal_cdf(-z);
    const float steep = (float)(FINE * SPREAD * 2.5066282746310002 * exp(0.5 * z * z));
    float shares[FINE][3];
    soft_shares(shares);
    for (int y = 0; y < side + 2 * MARGIN; y++)
        soften_row(work->modules, side, y - MARGIN, shares, work->other + (size_t)y * fine);
    const int last = side + 2 * MARGIN - 1;
    for (int y = 0; y <= last; y++) {
        const float *own = work->other + (size_t)y * fine;
        const float *above = y > 0 ? own - fine : own;
        const float *below = y < last ? own + fine : own;
        for (int dot = 0; dot < FINE; dot++)
            ink_row(above, own, below, shares[dot], level, steep, fine,
                    work->print + ((size_t)y * FINE + dot) * fine);
    }
}

/* Half a blur's kernel, its middle first, of `sigma` dots; returns its reach in dots.  Of its
 * variance a quarter is there without it: 1/12 as a dot's ink is its share, 1/6 from sampling
 * between dots bilinearly.  Small blurs are three weights of the right variance, which a sampled
 * Gaussian has not. */
static int kernel(double sigma, float *weights) {
    const double variance = sigma * sigma > 0.25 ? sigma * sigma - 0.25 : 0;
    if (variance < 0.4) {
        weights[0] = (float)(1 - variance);
        weights[1] = (float)(variance / 2);
        return 1;
    }
    const int wanted = (int)ceil(3 * sqrt(variance));
    const int reach = wanted < REACH ? wanted : REACH;
    double sum = 0;
    for (int i = 0; i <= reach; i++) {
        const double weight = exp(-0.5 * i * i / variance);
        weights[i] = (float)weight;
        sum += i ? 2 * weight : weight;
    }
    for (int i = 0; i <= reach; i++)
        weights[i] = (float)(weights[i] / sum);
    return reach;
}

/* Blurs along one axis, `step` dots from neighbour to neighbour.  What lies within the reach of the
 * grid's edge is paper. */
static void blur_axis(const float *in, float *out, int fine, size_t step, const float *weights,
                      int reach, int y0, int y1, int x0, int x1) {
    memset(out, 0, (size_t)fine * fine * sizeof *out);
    for (int y = y0; y < y1; y++) {
        const float *own = in + (size_t)y * fine;
        float *row = out + (size_t)y * fine;
        for (int x = x0; x < x1; x++)
            row[x] = weights[0] * own[x];
        for (int i = 1; i <= reach; i++) {
            const float weight = weights[i];
            const float *before = own - i * step, *after = own + i * step;
            for (int x = x0; x < x1; x++)
                row[x] += weight * (before[x] + after[x]);
        }
    }
}

void channel_blur(channel_work *work, const elqr_channel *channel, const float *drawn) {
    /* A pixel integrates over its area: about a Gaussian of 0.29 of it. */
    const double sigma = hypot(drawn[ELQR_CHANNEL_BLUR], 0.29) * FINE / channel->module;
    const int fine = work->fine;
    float weights[REACH + 1];
    int reach = kernel(sigma / drawn[ELQR_CHANNEL_SCALE_X], weights);
    blur_axis(work->print, work->other, fine, 1, weights, reach, 0, fine, reach, fine - reach);
    reach = kernel(sigma / drawn[ELQR_CHANNEL_SCALE_Y], weights);
    blur_axis(work->other, work->print, fine, (size_t)fine, weights, reach, reach, fine - reach, 0,
              fine);
}
