/* Bilevel pixels as greys. */
#include "common.h"
#include "cpu.h"
#include "elqr.h"

#if ELQR_X86
#include <immintrin.h>
#endif

/* Eight pixels, 1 = black, as bytes in their order: 0 for black, 255 for white. */
static void spread(uint32_t bits, uint8_t *pixels) {
    for (int i = 0; i < 8; i++)
        pixels[i] = bits >> (7 - i) & 1 ? 0 : UINT8_MAX;
}

static void grey_portable(const uint8_t *rows, size_t stride, size_t width, size_t height,
                          uint8_t *greys) {
    uint8_t table[256][8];
    for (uint32_t bits = 0; bits < 256; bits++)
        spread(bits, table[bits]);
    for (size_t y = 0; y < height; y++, rows += stride, greys += width) {
        for (size_t x = 0; x < width / 8; x++)
            memcpy(greys + 8 * x, table[rows[x]], 8);
        if (width % 8)
            memcpy(greys + width / 8 * 8, table[rows[width / 8]], width % 8);
    }
}

#if ELQR_X86

/* Four bytes of bits as 32 pixels. */
ELQR_TARGET("avx2") static __m256i spread_four(const uint8_t *bits) {
    /* Byte i / 8 to byte i, there all but bit 7 - i % 8 aside. */
    const __m256i order = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i ones = _mm256_set1_epi64x(0x0102040810204080);
    int32_t four;
    memcpy(&four, bits, sizeof four);
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(four), order);
    return _mm256_cmpeq_epi8(_mm256_and_si256(bytes, ones), _mm256_setzero_si256());
}

ELQR_TARGET("avx2")
static void grey_avx2(const uint8_t *rows, size_t stride, size_t width, size_t height,
                      uint8_t *greys) {
    const size_t whole = width / 32 * 32, rest = width - whole;
    for (size_t y = 0; y < height; y++, rows += stride, greys += width) {
        for (size_t x = 0; x < whole; x += 32)
            _mm256_storeu_si256((__m256i *)(void *)(greys + x), spread_four(rows + x / 8));
        if (rest) {
            uint8_t bits[4] = {0}, pixels[32];
            memcpy(bits, rows + whole / 8, (rest + 7) / 8);
            _mm256_storeu_si256((__m256i *)(void *)pixels, spread_four(bits));
            memcpy(greys + whole, pixels, rest);
        }
    }
}

#endif

void elqr_grey(const uint8_t *rows, size_t stride, size_t width, size_t height, uint8_t *greys) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2) {
        grey_avx2(rows, stride, width, height, greys);
        return;
    }
#endif
    grey_portable(rows, stride, width, height, greys);
}
