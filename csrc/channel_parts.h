/* What the files of the print-scan channel share.  Internal to csrc. */
#ifndef ELQR_CHANNEL_PARTS_H
#define ELQR_CHANNEL_PARTS_H

#include "elqr_channel.h"

enum {
    FINE = 4,           /* dots a module of the grid that print and optics are modelled on */
    MARGIN = 5,         /* modules of paper around the symbol on that grid */
    REACH = 16,         /* dots that blur reaches, at most */
    INK_UNIT = 16383,   /* full ink; half of it after one blur, a quarter after two */
    NORMALS = 4096,     /* quantiles of the normal distribution */
    POOL = 4 * NORMALS, /* those four times over, shuffled: what noise is made of */
    NORMAL_UNIT = 4096, /* one standard deviation in those */
    GREY_BITS = 3,
    GREY_UNIT = 1 << GREY_BITS /* one grey level while a row is scanned */
};

typedef struct {
    int fine;               /* dots a side of the grid */
    int edge;               /* dots from its border to where ink may have got by the blur */
    int16_t *print, *other; /* [fine][fine], ink 0 to INK_UNIT */
    int16_t *line;          /* [fine], ink along a row of pixels */
    int16_t *tiles;         /* [FINE][512][FINE], ink */
    int16_t *pool;          /* [POOL] */
    int16_t *row, *streaks; /* [width], grey units */
    uint8_t *modules;       /* [side][side] */
    uint8_t *threes;        /* [side + 2 * MARGIN + 2][side + 2 * MARGIN] */
} channel_work;

typedef struct {
    uint64_t key, count;
} channel_random;

static inline uint64_t channel_mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

static inline uint64_t channel_at(uint64_t key, uint64_t count) {
    return channel_mix(key + (count + 1) * 0x9E3779B97F4A7C15U);
}

/* A key of its own for each scan: mixed twice, or neighbours' counters would overlap. */
static inline uint64_t channel_key(uint64_t seed, uint64_t index) {
    return channel_mix(channel_at(channel_mix(seed ^ 0x6A09E667F3BCC909U), index));
}

static inline uint64_t channel_next(channel_random *random) {
    return channel_at(random->key, random->count++);
}

/* Even in 0 to 1. */
static inline float channel_even(channel_random *random) {
    return (float)(channel_next(random) >> 40) * (1.0F / (1 << 24));
}

/* Even in 0 .. limit - 1. */
static inline int channel_below(channel_random *random, int limit) {
    return (int)(((channel_next(random) >> 32) * (uint64_t)limit) >> 32);
}

/* a of 1 / 65536 of b: one instruction where a vector has it. */
static inline int16_t channel_share(int16_t a, int16_t b) {
    return (int16_t)((int32_t)a * b >> 16);
}

int channel_poisson(channel_random *random, float mean);

void channel_print(channel_work *work, int side, float gain);
void channel_blur(channel_work *work, const float *drawn);
void channel_sample(channel_work *work, const elqr_channel *channel, const float *drawn,
                    channel_random *random, uint8_t *image);
void channel_speckle(const elqr_channel *channel, const float *drawn, channel_random *random,
                     uint8_t *image);

#endif
