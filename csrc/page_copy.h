/* Copies coded bits from one bit position to another.  Internal to csrc. */
#ifndef ELQR_PAGE_COPY_H
#define ELQR_PAGE_COPY_H

#include "cpu.h"
#include "g4_row.h"
#if ELQR_X86
#include <immintrin.h>
#endif

/* 57 bits or more from bit `from` on, at the high end. */
ELQR_INLINE uint64_t bits_from(const uint8_t *bytes, uint64_t from) {
    return elqr_load64(bytes + from / 8) << from % 8;
}

/* Writes `count` bytes, those that begin `shift` (0..7) bits after `from`. */
typedef void copier(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count);

ELQR_INLINE void copy_by_words(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count) {
    size_t done = 0;
    for (; done + 8 <= count; done += 8) {
        uint64_t word = elqr_load64(from + done) << shift;
        elqr_store64(to + done, word | (uint64_t)from[done + 8] >> (8 - shift));
    }
    for (; done < count; done++)
        to[done] = (uint8_t)(from[done] << shift | from[done + 1] >> (8 - shift));
}

#if ELQR_X86
ELQR_TARGET("avx2")
static inline __m256i shifted_block(const uint8_t *from, __m128i left, __m128i right,
                                    __m256i high) {
    __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)from);
    __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(from + 1));
    /* There are no shifts of bytes: shift pairs, and drop what came from the neighbour. */
    return _mm256_or_si256(_mm256_and_si256(_mm256_sll_epi16(here, left), high),
                           _mm256_andnot_si256(high, _mm256_srl_epi16(next, right)));
}

ELQR_TARGET("avx2")
static inline void copy_by_blocks(uint8_t *to, const uint8_t *from, uint32_t shift, size_t count) {
    enum { BLOCK = 32 };
    if (count < BLOCK) {
        copy_by_words(to, from, shift, count);
        return;
    }
    __m128i left = _mm_cvtsi32_si128((int)shift), right = _mm_cvtsi32_si128((int)(8 - shift));
    __m256i high = _mm256_set1_epi8((char)(0xFF << shift));
    for (size_t done = 0; done + BLOCK <= count; done += BLOCK)
        _mm256_storeu_si256((__m256i *)(void *)(to + done),
                            shifted_block(from + done, left, right, high));
    /* The last block covers part of the one before again. */
    _mm256_storeu_si256((__m256i *)(void *)(to + count - BLOCK),
                        shifted_block(from + count - BLOCK, left, right, high));
}
#endif

enum { PUT_BITS_COPIED = 512 }; /* fewer are put word by word */

/* Appends bits [from, to) of a string with PAGE_SPARE bytes after it. */
ELQR_INLINE void put_bits(g4_writer *out, const uint8_t *bytes, uint64_t from, uint64_t to,
                          copier *copy) {
    if (to - from >= PUT_BITS_COPIED) {
        uint32_t lead = (8 - out->waiting) % 8;
        if (lead != 0)
            g4_put(out, bits_from(bytes, from) >> (64 - lead), lead);
        from += lead;
        size_t count = (size_t)(to - from) / 8;
        copy(out->at, bytes + from / 8, from % 8, count);
        out->at += count;
        from += (uint64_t)count * 8;
    }
    for (uint32_t part; from < to; from += part) {
        part = to - from < 56 ? (uint32_t)(to - from) : 56;
        g4_put(out, bits_from(bytes, from) >> (64 - part), part);
    }
}

#endif
