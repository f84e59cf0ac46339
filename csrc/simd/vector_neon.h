/* Vectors of two words, NEON. */
#define VECTOR uint64x2_t
#define LANES 2
#define TARGET
#define LOAD(address) vld1q_u64(address)
#define STORE(address, a) vst1q_u64(address, a)
#define LOAD_BYTES(address) vreinterpretq_u64_u8(vld1q_u8(address))
#define STORE_BYTES(address, a) vst1q_u8(address, vreinterpretq_u8_u64(a))
#define ZEROS vdupq_n_u64(0)
#define ONES vdupq_n_u64(~UINT64_C(0))
#define EVERY(word) vdupq_n_u64(word)
#define AND(a, b) vandq_u64(a, b)
#define AND_NOT(a, b) vbicq_u64(a, b)
#define OR(a, b) vorrq_u64(a, b)
#define XOR(a, b) veorq_u64(a, b)
#define NOT(a) XOR(a, ONES)
#define IS_ZERO(a) ((vgetq_lane_u64(a, 0) | vgetq_lane_u64(a, 1)) == 0)
#define SHIFT_LEFT(a, count) vshlq_n_u64(a, count)
#define SHIFT_RIGHT(a, count) vshrq_n_u64(a, count)
#define SELECT(where, a, b) vbslq_u64(where, a, b)
#define SPREAD(address) vld1q_dup_u64(address)
#define STORE_WORD(address, a) vst1q_lane_u64(address, a, 0)
#define INVERT(a, lanes) XOR(a, LOAD(lane_masks[lanes]))
#include "vector_two_input.h"
