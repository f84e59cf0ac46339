/* Vectors of one word, any processor. */
#define VECTOR uint64_t
#define LANES 1
#define TARGET
#define LOAD(address) (*(address))
#define STORE(address, a) (*(address) = (a))
#define LOAD_BYTES(address) elqr_load64_low_first(address)
#define STORE_BYTES(address, a) elqr_store64_low_first(address, a)
#define ZEROS UINT64_C(0)
#define ONES (~UINT64_C(0))
#define EVERY(word) (word)
#define AND(a, b) ((a) & (b))
#define AND_NOT(a, b) ((a) & ~(b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define NOT(a) (~(a))
#define IS_ZERO(a) ((a) == 0)
#define SHIFT_LEFT(a, count) ((a) << (count))
#define SHIFT_RIGHT(a, count) ((a) >> (count))
#define SPREAD(address) (*(address))
#define STORE_WORD(address, a) STORE(address, a)
#define INVERT(a, lanes) ((a) ^ (UINT64_C(0) - (uint64_t)((lanes)&1)))
#include "vector_two_input.h"
