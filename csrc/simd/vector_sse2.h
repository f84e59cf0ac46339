/* Vectors of two words, SSE2: every x86-64. */
#define VECTOR __m128i
#define LANES 2
#define TARGET
#define LOAD(address) _mm_loadu_si128((const __m128i *)(const void *)(address))
#define STORE(address, a) _mm_storeu_si128((__m128i *)(void *)(address), a)
#define LOAD_BYTES(address) LOAD(address)
#define STORE_BYTES(address, a) STORE(address, a)
#define ZEROS _mm_setzero_si128()
#define ONES _mm_set1_epi64x(-1)
#define EVERY(word) _mm_set1_epi64x((long long)(word))
#define AND(a, b) _mm_and_si128(a, b)
#define AND_NOT(a, b) _mm_andnot_si128(b, a)
#define OR(a, b) _mm_or_si128(a, b)
#define XOR(a, b) _mm_xor_si128(a, b)
#define NOT(a) XOR(a, ONES)
#define IS_ZERO(a) (_mm_movemask_epi8(_mm_cmpeq_epi8(a, ZEROS)) == 0xFFFF)
#define SHIFT_LEFT(a, count) _mm_slli_epi64(a, count)
#define SHIFT_RIGHT(a, count) _mm_srli_epi64(a, count)
#define SPREAD(address) EVERY(*(address))
#define STORE_WORD(address, a) _mm_storel_epi64((__m128i *)(void *)(address), a)
#define INVERT(a, lanes) XOR(a, LOAD(lane_masks[lanes]))
#include "vector_two_input.h"
