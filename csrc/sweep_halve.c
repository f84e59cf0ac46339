/* Bilevel pages at half their resolution. */
#include "bits.h"
#include "elqr_sweep.h"

/* The low `count` bits of every 2 * count. */
#define LOW_ONES(count) (UINT64_MAX / ((UINT64_C(1) << (count)) + 1))

/* Bits 63, 61, ... of a word as its high half. */
static uint64_t every_second(uint64_t word) {
    word &= ~LOW_ONES(1);
    word = (word | word << 1) & ~LOW_ONES(2);
    word = (word | word << 2) & ~LOW_ONES(4);
    word = (word | word << 4) & ~LOW_ONES(8);
    word = (word | word << 8) & ~LOW_ONES(16);
    return (word | word << 16) & ~(uint64_t)UINT32_MAX;
}

/* Two rows of 64 pixels to 32: those of which two or more of four are dark. */
static uint64_t halved(uint64_t upper, uint64_t lower) {
    const uint64_t one = upper | lower, both = upper & lower;
    return every_second(both | both << 1 | (one & one << 1));
}

int elqr_sweep_halve(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
                     uint8_t *out) {
    if (width < 2 || height < 2 || width > ELQR_SWEEP_WIDEST || height > ELQR_SWEEP_WIDEST)
        return ELQR_OUT_OF_RANGE;
    const size_t in_bytes = ((size_t)width + 7) / 8, out_bytes = ((size_t)width / 2 + 7) / 8;
    for (int32_t y = 0; y + 1 < height; y += 2, rows += 2 * stride, out += out_bytes) {
        for (size_t at = 0; at < out_bytes; at += 4) {
            const size_t left = in_bytes - 2 * at;
            const uint64_t word = halved(elqr_load64_end(rows + 2 * at, left),
                                         elqr_load64_end(rows + stride + 2 * at, left));
            for (size_t i = 0; i < 4 && at + i < out_bytes; i++)
                out[at + i] = (uint8_t)(word >> (56 - 8 * i));
        }
    }
    return ELQR_OK;
}
