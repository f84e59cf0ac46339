/* Stands in for the compiler's header: x86 intrinsics in plain C by SIMDe, for processors that lack
 * the instructions.  What is compiled with it must not be compiled for those instructions. */
#ifndef EMULATED_IMMINTRIN_H
#define EMULATED_IMMINTRIN_H

#define SIMDE_NO_NATIVE
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx2.h>
#include <simde/x86/avx512.h>
#include <simde/x86/gfni.h>

#ifndef __mmask8 /* SIMDe's name has no alias in some editions */
#define __mmask8 simde__mmask8
#endif

#undef ELQR_TARGET
#define ELQR_TARGET(features)

#endif
