/* elqr_channel.h - a print-scan channel: what a printer, paper and a scanner do to a symbol.
 *
 * The charter and the statuses of elqr.h hold here too.
 */
#ifndef ELQR_CHANNEL_H
#define ELQR_CHANNEL_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What each scan draws evenly from a range of its own.  Greys are levels of 255. */
enum {
    ELQR_CHANNEL_GAIN,    /* how far ink spreads over each edge, in modules; -0.6 to 0.6 */
    ELQR_CHANNEL_INK,     /* grey of ink */
    ELQR_CHANNEL_PAPER,   /* grey of paper */
    ELQR_CHANNEL_SKEW,    /* degrees clockwise, -30 to 30 */
    ELQR_CHANNEL_SHIFT_X, /* the symbol's centre, pixels right of the image's */
    ELQR_CHANNEL_SHIFT_Y, /* ... below it */
    ELQR_CHANNEL_SCALE_X, /* stretch across and along the feed, 0.5 to 2 */
    ELQR_CHANNEL_SCALE_Y,
    ELQR_CHANNEL_BLUR,      /* standard deviation of the optics' blur, pixels; 0 to 8 */
    ELQR_CHANNEL_NOISE,     /* standard deviation, greys; 0 to 200 */
    ELQR_CHANNEL_SPECKLE,   /* specks an image on average, one to three pixels across; 0 to 4000 */
    ELQR_CHANNEL_STREAKS,   /* lines along the feed an image on average; 0 to 100 */
    ELQR_CHANNEL_THRESHOLD, /* a bilevel scanner's level between ink (0) and paper (1) */
    ELQR_CHANNEL_DAMAGE,    /* parts painted over an image on average; 0 to 100 */
    ELQR_CHANNEL_MODULE,    /* pixels a module, 1 to 40 */
    ELQR_CHANNEL_SEVERITY,  /* noise, specks, streaks and parts painted over are so many times more,
                               up to their limits; 0.125 to 32, its logarithm is even */
    ELQR_CHANNEL_RANGES
};

typedef struct {
    int width, height; /* of the image in pixels, 1 to 4096 each */
    int bilevel;       /* 0: greys; else 0 and 255 only */
    float ranges[ELQR_CHANNEL_RANGES][2];
} elqr_channel;

/* Bytes of work space for symbols of `side` modules; 0 if an argument is out of range. */
size_t elqr_channel_work(const elqr_channel *channel, int side);

/* Scans `n` symbols, modules [n][side * side] (nonzero = dark, side 1 to 177, no quiet zone), to
 * images [n][height][width].  Scan i depends on the channel, the symbol, `seed` and first + i only,
 * whatever the batch.  `work` is elqr_channel_work() bytes, aligned as a double is.
 *
 * In order: parts painted over, ink that spreads, the optics' blur and the pixels' own area,
 * ink's and paper's greys, noise, streaks, specks, and the threshold.
 * ELQR_OUT_OF_RANGE if the channel or `side` is.  Time: O(n * (side * side * 16 * blur + pixels)).
 */
int elqr_channel_scan(const elqr_channel *channel, const uint8_t *modules, int side, size_t n,
                      uint64_t seed, uint64_t first, void *work, uint8_t *images);

#ifdef __cplusplus
}
#endif

#endif
