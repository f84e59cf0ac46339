/* Which instruction sets this processor and its operating system offer.  Internal to csrc.
 *
 * Kernels are compiled for several instruction sets through function target attributes; each
 * kernel's dispatcher asks here once and keeps the variant it chose.
 */
#ifndef ELQR_CPU_H
#define ELQR_CPU_H

/* What can be compiled here: intrinsics behind target attributes need GCC or Clang. */
#if defined(__x86_64__) && defined(__GNUC__)
#define ELQR_X86 1
#else
#define ELQR_X86 0
#endif
#if defined(__aarch64__) && defined(__GNUC__) && !defined(__AARCH64EB__)
#define ELQR_ARM 1
#else
#define ELQR_ARM 0
#endif

enum {
    ELQR_CPU_AVX2 = 1,    /* with BMI1, BMI2, LZCNT and POPCNT */
    ELQR_CPU_AVX512 = 2,  /* F, BW, DQ and VL */
    ELQR_CPU_GFNI = 4,    /* Galois field instructions on vectors of 64 bytes */
    ELQR_CPU_VBMI = 8,    /* byte permutations across a vector of 64 bytes */
    ELQR_CPU_POPCNT = 16, /* VPOPCNTDQ */
    ELQR_CPU_NEON = 32,
    ELQR_CPU_SSE2 = 64
};

/* The features as bits, less those named in the environment variable ELQR_DISABLE_CPU, a list such
 * as "avx512,gfni" of the names sse2, avx2, avx512, gfni, vbmi, popcnt, neon; without sse2 there is
 * no avx2, without avx2 no avx512, and without avx512 no gfni, vbmi or popcnt.  The variable is
 * read and the processor asked at the first call only: the answer is kept, and never changes.  Any
 * thread may call. */
unsigned elqr_cpu_features(void);

#endif
