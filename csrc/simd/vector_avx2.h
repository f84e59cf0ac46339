/* Vectors of four words, AVX2. */
#define VECTOR __m256i
#define LANES 4
#define TARGET ELQR_TARGET("avx2,bmi,bmi2,popcnt")
#define LOAD(address) _mm256_loadu_si256((const __m256i *)(const void *)(address))
#define STORE(address, a) _mm256_storeu_si256((__m256i *)(void *)(address), a)
#define LOAD_BYTES(address) LOAD(address)
#define STORE_BYTES(address, a) STORE(address, a)
#define ZEROS _mm256_setzero_si256()
#define ONES _mm256_set1_epi64x(-1)
#define EVERY(word) _mm256_set1_epi64x((long long)(word))
#define AND(a, b) _mm256_and_si256(a, b)
#define AND_NOT(a, b) _mm256_andnot_si256(b, a)
#define OR(a, b) _mm256_or_si256(a, b)
#define XOR(a, b) _mm256_xor_si256(a, b)
#define NOT(a) XOR(a, ONES)
#define IS_ZERO(a) _mm256_testz_si256(a, a)
#define SHIFT_LEFT(a, count) _mm256_slli_epi64(a, count)
#define SHIFT_RIGHT(a, count) _mm256_srli_epi64(a, count)
#define SPREAD(address) EVERY(*(address))
#define STORE_WORD(address, a)                                                                     \
    _mm_storel_epi64((__m128i *)(void *)(address), _mm256_castsi256_si128(a))
#define INVERT(a, lanes) XOR(a, LOAD(lane_masks[lanes]))
#include "vector_two_input.h"
