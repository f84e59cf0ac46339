/* Sums over a template's pixels, for ocr_lines.c.  Internal to csrc.
 *
 * `dark` is a cell's darkness, 0 to 255, its rows OCR_STRIDE apart.  No sum overflows: 320 pixels
 * of at most 255 * 255. */
#ifndef ELQR_OCR_PRODUCT_H
#define ELQR_OCR_PRODUCT_H

#include "common.h"
#include "ocr_glyphs.h"

enum { OCR_STRIDE = 24 };

/* Darkness times template. */
ELQR_INLINE int ocr_product_plain(const int16_t *template, const int16_t *dark) {
    int sum = 0;
    for (int r = 0; r < OCR_HEIGHT; r++)
        for (int c = 0; c < OCR_WIDTH; c++)
            sum += template[r * OCR_WIDTH + c] * dark[r * OCR_STRIDE + c];
    return sum;
}

/* Darkness, and its squares. */
ELQR_INLINE void ocr_sums_plain(const int16_t *dark, int *sum, int *squares) {
    *sum = *squares = 0;
    for (int r = 0; r < OCR_HEIGHT; r++)
        for (int c = 0; c < OCR_WIDTH; c++) {
            const int value = dark[r * OCR_STRIDE + c];
            *sum += value;
            *squares += value * value;
        }
}

#if defined(__SSE2__)
/* Eight pixels at a time: compilers do not see it where signed numbers may wrap (-fwrapv, with
 * which Python builds extensions). */
#include <emmintrin.h>

ELQR_INLINE __m128i ocr_load(const int16_t *from) {
    return _mm_loadu_si128((const __m128i *)(const void *)from);
}

ELQR_INLINE int ocr_total(__m128i sums) {
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0xB1)));
}

ELQR_INLINE int ocr_product(const int16_t *template, const int16_t *dark) {
    __m128i left = _mm_setzero_si128(), right = left;
    for (int r = 0; r < OCR_HEIGHT; r++, template += OCR_WIDTH, dark += OCR_STRIDE) {
        left = _mm_add_epi32(left, _mm_madd_epi16(ocr_load(template), ocr_load(dark)));
        right = _mm_add_epi32(right, _mm_madd_epi16(ocr_load(template + 8), ocr_load(dark + 8)));
    }
    return ocr_total(_mm_add_epi32(left, right));
}

ELQR_INLINE void ocr_sums(const int16_t *dark, int *sum, int *squares) {
    const __m128i ones = _mm_set1_epi16(1);
    __m128i sums = _mm_setzero_si128(), squared = sums;
    for (int r = 0; r < OCR_HEIGHT; r++, dark += OCR_STRIDE) {
        const __m128i left = ocr_load(dark), right = ocr_load(dark + 8);
        sums = _mm_add_epi32(sums, _mm_madd_epi16(_mm_add_epi16(left, right), ones));
        squared = _mm_add_epi32(
            squared, _mm_add_epi32(_mm_madd_epi16(left, left), _mm_madd_epi16(right, right)));
    }
    *sum = ocr_total(sums);
    *squares = ocr_total(squared);
}
#else
#define ocr_product ocr_product_plain
#define ocr_sums ocr_sums_plain
#endif

#endif
