/* What the files of the print-scan channel share.  Internal to csrc. */
#ifndef ELQR_CHANNEL_PARTS_H
#define ELQR_CHANNEL_PARTS_H

#include "elqr_channel.h"

enum {
    FINE = 4,           /* dots a module of the grid that print and optics are modelled on */
    MARGIN = 5,         /* modules of paper around the symbol on that grid */
    REACH = 16,         /* dots that blur reaches, at most */
    NORMALS = 4096,     /* quantiles of the normal distribution kept */
    NORMAL_UNIT = 4096, /* one standard deviation in those */
    GREY_UNIT = 16      /* one grey level while a row is scanned */
};

typedef struct {
    int fine;               /* dots a side of the grid */
    float *print, *other;   /* [fine][fine], ink 0 to 1 */
    int16_t *normals;       /* [NORMALS] */
    int16_t *noise;         /* [NORMALS], this scan's, in grey units */
    int16_t *row, *streaks; /* [width], grey units */
    uint8_t *modules;       /* [side][side] */
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

int channel_poisson(channel_random *random, float mean);

void channel_print(channel_work *work, int side, float gain);
void channel_blur(channel_work *work, const elqr_channel *channel, const float *drawn);
void channel_sample(channel_work *work, const elqr_channel *channel, const float *drawn,
                    channel_random *random, uint8_t *image);
void channel_speckle(const elqr_channel *channel, const float *drawn, channel_random *random,
                     uint8_t *image);

#endif
