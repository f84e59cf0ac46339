#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#if ELQR_X86
#include <cpuid.h>

/* Bits of a CPUID register; names as in Intel's manual, volume 2, CPUID. */
enum {
    LEAF1_ECX_POPCNT = 1 << 23,
    LEAF1_ECX_OSXSAVE = 1 << 27,
    LEAF80000001_ECX_LZCNT = 1 << 5,
    LEAF7_EBX_BMI1 = 1 << 3,
    LEAF7_EBX_AVX2 = 1 << 5,
    LEAF7_EBX_BMI2 = 1 << 8,
    LEAF7_EBX_AVX512F = 1 << 16,
    LEAF7_EBX_AVX512DQ = 1 << 17,
    LEAF7_EBX_AVX512BW = 1 << 30,
    LEAF7_ECX_AVX512VBMI = 1 << 1,
    LEAF7_ECX_GFNI = 1 << 8,
    LEAF7_ECX_AVX512VPOPCNTDQ = 1 << 14
};
#define LEAF7_EBX_AVX512VL (1u << 31)

/* Register state that the operating system must save: XMM and YMM, and for AVX-512 the mask
 * registers and both halves of ZMM besides. */
enum { XCR0_AVX = 0x06, XCR0_AVX512 = 0xE6 };

static unsigned extended_control_register(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static int has_all(unsigned reg, unsigned bits) {
    return (reg & bits) == bits;
}

/* LZCNT on a processor without it is another instruction, BSR: it must be asked for. */
static int has_lzcnt(void) {
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(0x80000001u, &eax, &ebx, &ecx, &edx) && has_all(ecx, LEAF80000001_ECX_LZCNT);
}

static unsigned detect(void) {
    unsigned eax, ebx, ecx, edx, features = ELQR_CPU_SSE2; /* every x86-64 has it */
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !has_all(ecx, LEAF1_ECX_OSXSAVE))
        return features;
    const unsigned saved = extended_control_register();
    const int counts_bits = has_all(ecx, LEAF1_ECX_POPCNT) && has_lzcnt();
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
        return features;
    if (counts_bits && has_all(saved, XCR0_AVX) &&
        has_all(ebx, LEAF7_EBX_AVX2 | LEAF7_EBX_BMI1 | LEAF7_EBX_BMI2))
        features |= ELQR_CPU_AVX2;
    if (has_all(saved, XCR0_AVX512) &&
        has_all(ebx, LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512DQ | LEAF7_EBX_AVX512BW) &&
        has_all(ebx, LEAF7_EBX_AVX512VL))
        features |= ELQR_CPU_AVX512;
    if (has_all(ecx, LEAF7_ECX_GFNI))
        features |= ELQR_CPU_GFNI;
    if (has_all(ecx, LEAF7_ECX_AVX512VBMI))
        features |= ELQR_CPU_VBMI;
    if (has_all(ecx, LEAF7_ECX_AVX512VPOPCNTDQ))
        features |= ELQR_CPU_POPCNT;
    return features;
}
#else
static unsigned detect(void) {
    return ELQR_ARM ? ELQR_CPU_NEON : 0; /* every 64-bit ARM processor has it */
}
#endif

/* Whether the comma-separated `list` has `name`. */
static int lists(const char *list, const char *name) {
    const size_t length = strlen(name);
    for (const char *word = list; *word != '\0'; word += *word == ',') {
        const size_t size = strcspn(word, ",");
        if (size == length && memcmp(word, name, length) == 0)
            return 1;
        word += size;
    }
    return 0;
}

static unsigned without_disabled(unsigned features) {
    static const struct {
        const char *name;
        unsigned bit;
    } names[] = {{"sse2", ELQR_CPU_SSE2}, {"avx2", ELQR_CPU_AVX2}, {"avx512", ELQR_CPU_AVX512},
                 {"gfni", ELQR_CPU_GFNI}, {"vbmi", ELQR_CPU_VBMI}, {"popcnt", ELQR_CPU_POPCNT},
                 {"neon", ELQR_CPU_NEON}};
    const char *disabled = getenv("ELQR_DISABLE_CPU");
    for (size_t i = 0; disabled != NULL && i < sizeof names / sizeof names[0]; i++)
        if (lists(disabled, names[i].name))
            features &= ~names[i].bit;
    return features;
}

/* What a feature stands on. */
static unsigned without_orphans(unsigned features) {
    if (ELQR_X86 && !(features & ELQR_CPU_SSE2))
        features &= ~(unsigned)ELQR_CPU_AVX2;
    if (!(features & ELQR_CPU_AVX2))
        features &= ~(unsigned)ELQR_CPU_AVX512;
    if (!(features & ELQR_CPU_AVX512))
        features &= ~(unsigned)(ELQR_CPU_GFNI | ELQR_CPU_VBMI | ELQR_CPU_POPCNT);
    return features;
}

unsigned elqr_cpu_features(void) {
    /* Part of dispatch: 0 until known, then the features and KNOWN.  Threads that race compute the
     * same word, and a volatile word of this size is read and written whole. */
    enum { KNOWN = 1 << 30 };
    static volatile unsigned cache;
    unsigned features = cache;
    if (features == 0) {
        features = without_orphans(without_disabled(detect())) | KNOWN;
        cache = features;
    }
    return features & ~(unsigned)KNOWN;
}
