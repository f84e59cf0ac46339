/* Compiler differences, in one place.  Internal to csrc. */
#ifndef ELQR_COMMON_H
#define ELQR_COMMON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define ELQR_LIKELY(x) __builtin_expect(!!(x), 1)
#define ELQR_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ELQR_INLINE static inline __attribute__((always_inline))
#define ELQR_NOINLINE __attribute__((noinline))
#define ELQR_TARGET(features) __attribute__((target(features)))
#elif defined(_MSC_VER)
#define ELQR_LIKELY(x) (x)
#define ELQR_UNLIKELY(x) (x)
#define ELQR_INLINE static __forceinline
#define ELQR_NOINLINE __declspec(noinline)
#define ELQR_TARGET(features)
#else
#define ELQR_LIKELY(x) (x)
#define ELQR_UNLIKELY(x) (x)
#define ELQR_INLINE static inline
#define ELQR_NOINLINE
#define ELQR_TARGET(features)
#endif

#endif
