/* Words of bits, most significant first as in packed rows and coded data.  Internal to csrc. */
#ifndef ELQR_BITS_H
#define ELQR_BITS_H

#include "common.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

/* Eight bytes as one word, the first byte highest. */
ELQR_INLINE uint64_t elqr_load64(const uint8_t *bytes) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, bytes, 8);
    return __builtin_bswap64(word);
#else
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word = word << 8 | bytes[i];
    return word;
#endif
}

/* As elqr_load64, but reads `available` bytes only when there are fewer than eight; the rest is 0.
 */
ELQR_INLINE uint64_t elqr_load64_end(const uint8_t *bytes, size_t available) {
    if (ELQR_LIKELY(available >= 8))
        return elqr_load64(bytes);
    uint64_t word = 0;
    for (size_t i = 0; i < available; i++)
        word |= (uint64_t)bytes[i] << (56 - 8 * i);
    return word;
}

ELQR_INLINE void elqr_store64(uint8_t *bytes, uint64_t word) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
    memcpy(bytes, &word, 8);
#else
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> (56 - 8 * i));
#endif
}

/* Eight bytes as one word, the first byte lowest. */
ELQR_INLINE uint64_t elqr_load64_low_first(const uint8_t *bytes) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
#else
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--)
        word = word << 8 | bytes[i];
    return word;
#endif
}

ELQR_INLINE void elqr_store64_low_first(uint8_t *bytes, uint64_t word) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(bytes, &word, 8);
#else
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> (8 * i));
#endif
}

/* Zero bits above the highest one.  `word` is not 0. */
ELQR_INLINE uint32_t elqr_leading_zeros(uint64_t word) {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index;
    _BitScanReverse64(&index, word);
    return 63 - (uint32_t)index;
#else
    return (uint32_t)__builtin_clzll(word);
#endif
}

/* Zero bits below the lowest one.  `word` is not 0. */
ELQR_INLINE uint32_t elqr_trailing_zeros(uint64_t word) {
#if defined(_MSC_VER) && !defined(__clang__)
    unsigned long index;
    _BitScanForward64(&index, word);
    return (uint32_t)index;
#else
    return (uint32_t)__builtin_ctzll(word);
#endif
}

/* One bits. */
ELQR_INLINE uint32_t elqr_count_ones(uint64_t word) {
#if defined(_MSC_VER) && !defined(__clang__)
    return (uint32_t)__popcnt64(word);
#else
    return (uint32_t)__builtin_popcountll(word);
#endif
}

#endif
