/* The grader's greys between pixels on x86: eight points at a time by AVX2. */
#include "grade_parts.h"

#if ELQR_X86

#include <immintrin.h>

#define AVX2 ELQR_TARGET("avx2")

int grade_fits_avx2(const scan_image *image) {
    const size_t size = image->stride * (size_t)(image->height - 1) + (size_t)image->width;
    return elqr_cpu_features() & ELQR_CPU_AVX2 && size >= 4 && size <= INT32_MAX;
}

/*---- Greys ----*/

/* An image's numbers eight times over. */
typedef struct {
    const int *pixels;
    __m256i stride, last;   /* bytes; where its last four begin */
    __m256i most_x, most_y; /* 1/256 pixel from the first pixel's centre */
} wide_image;

AVX2 static wide_image widened(const scan_image *image) {
    const size_t size = image->stride * (size_t)(image->height - 1) + (size_t)image->width;
    const wide_image wide = {
        (const int *)(const void *)image->pixels, _mm256_set1_epi32((int)image->stride),
        _mm256_set1_epi32((int)size - 4), _mm256_set1_epi32((image->width - 1) * 256 - 1),
        _mm256_set1_epi32((image->height - 1) * 256 - 1)};
    return wide;
}

AVX2 static __m256i within_wide(__m256i value, __m256i most) {
    return _mm256_min_epi32(_mm256_max_epi32(value, _mm256_setzero_si256()), most);
}

/* Pixels at offsets and right of them, mixed by `parts`, in 1/256; four bytes are read, none of
 * them beyond the image. */
AVX2 static __m256i mixed(const wide_image *wide, __m256i offset, __m256i parts) {
    const __m256i from = _mm256_min_epi32(offset, wide->last);
    const __m256i four = _mm256_srlv_epi32(_mm256_i32gather_epi32(wide->pixels, from, 1),
                                           _mm256_slli_epi32(_mm256_sub_epi32(offset, from), 3));
    const __m256i left = _mm256_and_si256(four, _mm256_set1_epi32(0xFF));
    const __m256i right = _mm256_and_si256(_mm256_slli_epi32(four, 8), _mm256_set1_epi32(0xFF0000));
    return _mm256_madd_epi16(_mm256_or_si256(left, right), parts);
}

/* grey_at of eight points. */
AVX2 static __m256i greys_at(const wide_image *wide, __m256i x, __m256i y) {
    const __m256i low = _mm256_set1_epi32(255);
    x = within_wide(x, wide->most_x);
    y = within_wide(y, wide->most_y);
    const __m256i offset = _mm256_add_epi32(
        _mm256_mullo_epi32(_mm256_srli_epi32(y, 8), wide->stride), _mm256_srli_epi32(x, 8));
    const __m256i fx = _mm256_and_si256(x, low), fy = _mm256_and_si256(y, low);
    const __m256i parts =
        _mm256_or_si256(_mm256_sub_epi32(_mm256_set1_epi32(256), fx), _mm256_slli_epi32(fx, 16));
    const __m256i upper = mixed(wide, offset, parts);
    const __m256i lower = mixed(wide, _mm256_add_epi32(offset, wide->stride), parts);
    return _mm256_add_epi32(_mm256_slli_epi32(upper, 8),
                            _mm256_mullo_epi32(fy, _mm256_sub_epi32(lower, upper)));
}

/*---- Modules ----*/

/* Means of `count` points each, 4 or 9, from their sums with 32,768 for each point, as bytes. */
AVX2 static uint64_t means_of(__m256i sums, int count) {
    const __m256i wholes = _mm256_srli_epi32(sums, 16);
    /* 7282 / 65,536 is a ninth, and enough of one for 9 * 256. */
    const __m256i means =
        count == 4 ? _mm256_srli_epi32(wholes, 2)
                   : _mm256_srli_epi32(_mm256_mullo_epi32(wholes, _mm256_set1_epi32(7282)), 16);
    const __m128i words =
        _mm_packus_epi32(_mm256_castsi256_si128(means), _mm256_extracti128_si256(means, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(words, words));
}

/* Samples of up to eight modules of a row from a column on. */
AVX2 static uint64_t sample_eight(const wide_image *wide, const float *h,
                                  const grade_aperture *aperture, int row, int column) {
    const float v = (float)row + 0.5f;
    const float x0 = h[1] * v + h[2], y0 = h[4] * v + h[5], w0 = h[7] * v + 1;
    const __m256 u =
        _mm256_add_ps(_mm256_set1_ps((float)column + 0.5f), _mm256_setr_ps(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256 w =
        _mm256_div_ps(_mm256_set1_ps(256),
                      _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(h[6]), u), _mm256_set1_ps(w0)));
    const __m256 across = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(h[0]), u), _mm256_set1_ps(x0));
    const __m256 down = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(h[3]), u), _mm256_set1_ps(y0));
    const __m256i half = _mm256_set1_epi32(HALF_PIXEL);
    const __m256i x = _mm256_sub_epi32(_mm256_cvttps_epi32(_mm256_mul_ps(across, w)), half);
    const __m256i y = _mm256_sub_epi32(_mm256_cvttps_epi32(_mm256_mul_ps(down, w)), half);
    __m256i sums = _mm256_set1_epi32(32768 * aperture->count);
    for (int i = 0; i < aperture->count; i++)
        sums = _mm256_add_epi32(
            sums, greys_at(wide, _mm256_add_epi32(x, _mm256_set1_epi32(aperture->dx[i])),
                           _mm256_add_epi32(y, _mm256_set1_epi32(aperture->dy[i]))));
    return means_of(sums, aperture->count);
}

AVX2 void grade_sample_avx2(grade_job *job, const grade_aperture *aperture) {
    const wide_image wide = widened(&job->image);
    const int end = job->side + 1;
    uint8_t *out = job->samples;
    for (int row = -1; row < end; row++)
        for (int column = -1; column < end; column += 8) {
            const uint64_t eight = sample_eight(&wide, job->grid.h, aperture, row, column);
            const int count = end - column < 8 ? end - column : 8;
            memcpy(out, &eight, (size_t)count);
            out += count;
        }
}

/*---- Patterns ----*/

AVX2 int grade_stands_out_avx2(const scan_image *image, const grade_points *p, int axis, int x,
                               int y) {
    const wide_image wide = widened(image);
    const __m256i at_x = _mm256_set1_epi32(x), at_y = _mm256_set1_epi32(y);
    int sums[8], sum = 0;
    __m256i all = _mm256_setzero_si256();
    for (int i = 0; i < p->count; i += 8) {
        const __m256i dx = _mm256_loadu_si256((const __m256i *)(const void *)(p->dx[axis] + i));
        const __m256i dy = _mm256_loadu_si256((const __m256i *)(const void *)(p->dy[axis] + i));
        const __m256i sign = _mm256_loadu_si256((const __m256i *)(const void *)(p->sign + i));
        const __m256i greys =
            greys_at(&wide, _mm256_add_epi32(at_x, dx), _mm256_add_epi32(at_y, dy));
        all = _mm256_add_epi32(all, _mm256_mullo_epi32(sign, greys));
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, all);
    for (int i = 0; i < 8; i++)
        sum += sums[i];
    return sum / 256;
}

#endif
