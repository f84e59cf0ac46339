/* Vectors of eight words, AVX-512.  Any function of three vectors is one instruction, whose
 * constant is its truth table: the value at bit 4a + 2b + c. */
#define VECTOR __m512i
#define LANES 8
#define TARGET ELQR_TARGET("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2,popcnt")
#define LOAD(address) _mm512_loadu_si512(address)
#define STORE(address, a) _mm512_storeu_si512(address, a)
#define LOAD_BYTES(address) _mm512_loadu_si512(address)
#define STORE_BYTES(address, a) _mm512_storeu_si512(address, a)
#define ZEROS _mm512_setzero_si512()
#define ONES _mm512_set1_epi64(-1)
#define EVERY(word) _mm512_set1_epi64((long long)(word))
#define NOT(a) TERNARY(a, a, a, 0x0F)
#define AND(a, b) _mm512_and_si512(a, b)
#define OR(a, b) _mm512_or_si512(a, b)
#define XOR(a, b) _mm512_xor_si512(a, b)
#define IS_ZERO(a) (_mm512_test_epi64_mask(a, a) == 0)

#define TERNARY(a, b, c, table) _mm512_ternarylogic_epi64(a, b, c, table)
#define XOR3(a, b, c) TERNARY(a, b, c, 0x96)
#define AND3(a, b, c) TERNARY(a, b, c, 0x80)
#define OR3(a, b, c) TERNARY(a, b, c, 0xFE)
#define AND_NAND(a, b, c) TERNARY(a, b, c, 0x70)

/* From the modules themselves, so that nobody needs their edges. */
#define DIFFER3(a, b, c, edge_ab, edge_bc) TERNARY(a, b, c, 0x7E)
#define LIGHT_BETWEEN(a, b, c) TERNARY(a, b, c, 0x20)
#define MIXED(a, b, above_a, above_b, edge_ab, aside_a, aside_b)                                   \
    ((void)(aside_a), (void)(aside_b), TERNARY(TERNARY(a, b, above_a, 0x7E), b, above_b, 0xF6))

/* The carry from the new sum, which lets the instructions overwrite what nobody needs any more. */
#define ADD_TWO(carry, sum, a, b)                                                                  \
    do {                                                                                           \
        sum = XOR3(sum, a, b);                                                                     \
        carry = TERNARY(a, b, sum, 0xD4);                                                          \
    } while (0)

#define SPREAD(address) EVERY(*(address))
#define STORE_WORD(address, a)                                                                     \
    _mm_storel_epi64((__m128i *)(void *)(address), _mm512_castsi512_si128(a))
#define INVERT(a, lanes) _mm512_mask_xor_epi64(a, (__mmask8)(lanes), a, ONES)

#define EXCHANGE(a, b, shift, mask)                                                                \
    do {                                                                                           \
        const VECTOR low_ = EVERY(mask), a_ = a;                                                   \
        a = TERNARY(low_, a_, _mm512_slli_epi64(b, shift), 0xCA);                                  \
        b = TERNARY(low_, _mm512_srli_epi64(a_, shift), b, 0xCA);                                  \
    } while (0)

/* Keeps a value that is needed twice in its register, where GCC would load it again each time.
 * tests/c/emulated has no such registers. */
#if defined(__GNUC__) && !defined(ELQR_EMULATED)
#define KEEP(a) __asm__("" : "+v"(a))
#else
#define KEEP(a) ((void)(a))
#endif
