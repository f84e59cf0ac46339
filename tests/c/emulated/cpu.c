/* Stands in for csrc/cpu.c where every x86 instruction is emulated. */
#include "cpu.h"

unsigned elqr_cpu_features(void) {
    return ELQR_CPU_SSE2 | ELQR_CPU_AVX2 | ELQR_CPU_AVX512 | ELQR_CPU_GFNI | ELQR_CPU_VBMI |
           ELQR_CPU_POPCNT;
}
