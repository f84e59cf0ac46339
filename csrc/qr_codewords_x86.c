/* From characters to codewords on x86: digits by AVX2, Reed-Solomon by AVX2 or GFNI.  Rows are read
 * up to 32 bytes past a block's start, which a qr_work has room for. */
#include "qr_codewords.h"

#if ELQR_X86

#include <immintrin.h>

#define AVX2 ELQR_TARGET("avx2,bmi,bmi2")
#define GFNI ELQR_TARGET("gfni,avx512vbmi,avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2")

/*---- Digits ----*/

static AVX2 __m256i load_256(const uint8_t *bytes) {
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

/* Sixteen bytes at `low` and sixteen at `high`. */
static AVX2 __m256i load_halves(const uint8_t *low, const uint8_t *high) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)low)),
        _mm_loadu_si128((const __m128i *)(const void *)high), 1);
}

ELQR_INLINE AVX2 __m256i in_both_halves(__m128i half) {
    return _mm256_broadcastsi128_si256(half);
}

AVX2 int qr_are_digits_avx2(const uint8_t *data, size_t length) {
    const __m256i zero = _mm256_set1_epi8('0'), nine = _mm256_set1_epi8(9);
    __m256i good = _mm256_set1_epi8(-1);
    if (length < 32)
        return qr_are_digits(data, length);
    for (size_t i = 0; i < length; i += 32) { /* the last 32 end with the last digit */
        const uint8_t *next = data + (i + 32 <= length ? i : length - 32);
        const __m256i value = _mm256_sub_epi8(load_256(next), zero);
        good = _mm256_and_si256(good, _mm256_cmpeq_epi8(_mm256_min_epu8(value, nine), value));
    }
    return _mm256_movemask_epi8(good) == -1;
}

/* Twelve digits in each half to four numbers of three digits in each half.  Where one is more than
 * 9, so is a byte of `greatest`, and it counts as 9: what follows the last digit need not be
 * digits, but may not reach beyond its own number. */
ELQR_INLINE AVX2 __m256i join_threes(__m256i digits, __m256i *greatest) {
    /* a, b, c, 0 -> 100a + 10b, c -> 100a + 10b + c */
    const __m256i spread =
        in_both_halves(_mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const __m256i weights = _mm256_set1_epi32(1 << 16 | 10 << 8 | 100);
    digits = _mm256_shuffle_epi8(_mm256_sub_epi8(digits, _mm256_set1_epi8('0')), spread);
    *greatest = _mm256_max_epu8(*greatest, digits);
    digits = _mm256_min_epu8(digits, _mm256_set1_epi8(9));
    return _mm256_madd_epi16(_mm256_maddubs_epi16(digits, weights), _mm256_set1_epi16(1));
}

/* 48 digits at data[0:52] to four numbers of 40 bits, the first lowest; `greatest` as above. */
ELQR_INLINE AVX2 __m256i pack_digits(const uint8_t *data, __m256i *greatest) {
    const __m256i even = join_threes(load_halves(data, data + 24), greatest);
    const __m256i odd = join_threes(load_halves(data + 12, data + 36), greatest);
    const __m256i twenty =
        _mm256_madd_epi16(_mm256_packus_epi32(even, odd), _mm256_set1_epi32(1 << 16 | 1024));
    const __m256i low = _mm256_and_si256(twenty, _mm256_set1_epi64x(UINT32_MAX));
    return _mm256_or_si256(_mm256_slli_epi64(low, 20), _mm256_srli_epi64(twenty, 32));
}

/* What all symbols of digits have in common.  40 bits are five bytes, so that all numbers are cut
 * into bytes at the same place: the low bits of each, as many as the header leaves, go to the next
 * one's first byte. */
typedef struct {
    uint8_t header[8];    /* whole bytes of it, and the rest */
    size_t header_bytes;  /* whole ones */
    int header_bits;      /* in the rest */
    size_t length, whole; /* digits; of them, those in whole vectors */
    int threes;           /* in the vector after these */
    __m256i before, last; /* four numbers before the first; where the last ones have bits */
    __m128i left, taken;  /* bits that a number leaves to the next one, and the others */
} digit_setting;

/* Puts four numbers after those `before`. */
ELQR_INLINE AVX2 void put_numbers(uint8_t *bytes, const digit_setting *setting, __m256i before,
                                  __m256i now) {
    const __m256i to_bytes =
        in_both_halves(_mm_setr_epi8(4, 3, 2, 1, 0, 12, 11, 10, 9, 8, -1, -1, -1, -1, -1, -1));
    /* The number before each: the last one of `before`, then the first three of `now`. */
    const __m256i previous =
        _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 8);
    const __m256i bits = _mm256_or_si256(_mm256_sll_epi64(previous, setting->taken),
                                         _mm256_srl_epi64(now, setting->left));
    const __m256i cut = _mm256_shuffle_epi8(bits, to_bytes);
    _mm_storeu_si128((__m128i *)(void *)bytes, _mm256_castsi256_si128(cut));
    _mm_storeu_si128((__m128i *)(void *)(bytes + 10), _mm256_extracti128_si256(cut, 1));
}

/* Where a vector of four numbers has bits of the first `threes` of its sixteen threes. */
static AVX2 __m256i bits_of_threes(int threes) {
    const __m256i bits =
        _mm256_sub_epi64(_mm256_set1_epi64x(10 * threes), _mm256_setr_epi64x(0, 40, 80, 120));
    /* Of 40 bits, all but the low 40 - bits; shifting by 40 and more leaves none. */
    const __m256i all = _mm256_set1_epi64x((INT64_C(1) << 40) - 1);
    const __m256i unused = _mm256_sub_epi64(_mm256_set1_epi64x(40), bits);
    const __m256i some = _mm256_cmpgt_epi64(unused, _mm256_setzero_si256());
    return _mm256_and_si256(all, _mm256_sllv_epi64(all, _mm256_and_si256(unused, some)));
}

static AVX2 int all_nine_or_less(__m256i bytes) {
    const __m256i nine = _mm256_set1_epi8(9);
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(bytes, nine), nine)) == -1;
}

static AVX2 digit_setting set_digits(const qr_plan *plan) {
    digit_setting setting = {.length = plan->length, .whole = plan->length / 48 * 48};
    qr_bit_writer writer = {setting.header, 0, 0};
    qr_put(&writer, plan->header, plan->header_bits);
    setting.header_bytes = (size_t)(writer.next - setting.header);
    setting.header_bits = writer.count;
    setting.threes = (int)((setting.length - setting.whole) / 3);
    setting.before = _mm256_set1_epi64x((long long)(writer.bits >> (63 - writer.count) >> 1));
    setting.last = bits_of_threes(setting.threes);
    setting.left = _mm_cvtsi32_si128(writer.count);
    setting.taken = _mm_cvtsi32_si128(40 - writer.count);
    return setting;
}

/* Header and digits of a symbol, 48 at a time; the last threes with zeros after them, which makes
 * bits of 0; what remains then, one or two digits, as qr_put_digits does.  `end` is where the
 * caller's data end.  Returns whether all are digits. */
ELQR_INLINE AVX2 int put_digits_avx2(const digit_setting *setting, const uint8_t *data,
                                     const uint8_t *end, uint8_t *codewords,
                                     qr_bit_writer *writer) {
    const size_t length = setting->length, whole = setting->whole;
    uint8_t *bytes = codewords + setting->header_bytes, copy[64];
    __m256i before = setting->before, greatest = _mm256_setzero_si256(), unused = greatest;
    memcpy(codewords, setting->header, sizeof setting->header);
    for (size_t i = 0; i <= whole; i += 48, bytes += 20) {
        const uint8_t *from = data + i;
        if (end - from < 52) { /* the batch's last digits */
            memcpy(copy, from, (size_t)(end - from));
            from = copy;
        }
        __m256i now = pack_digits(from, i < whole ? &greatest : &unused);
        now = i < whole ? now : _mm256_and_si256(now, setting->last);
        put_numbers(bytes, setting, before, now);
        before = now;
    }
    const int bits = setting->header_bits + 10 * setting->threes;
    writer->next = bytes - 20 + bits / 8;
    writer->count = bits % 8;
    writer->bits = (uint64_t)*writer->next << 56;
    const size_t done = whole + 3 * (size_t)setting->threes;
    qr_put_digits(writer, data + done, length - done);
    /* 32 at a time, if there are as many. */
    const size_t rest = whole < 32 || length - whole > 32 ? whole : length - 32;
    return all_nine_or_less(greatest) && qr_are_digits_avx2(data + rest, length - rest);
}

/* As put_segments. */
static AVX2 size_t put_numeric_segments(const qr_plan *plan, const uint8_t *data, size_t count,
                                        uint8_t *rows) {
    const digit_setting setting = set_digits(plan);
    const uint8_t *end = data + count * plan->length;
    const size_t stride = (size_t)plan->row_stride, codewords = (size_t)plan->data_codewords;
    for (size_t i = 0; i < count; i++, data += setting.length, rows += stride) {
        qr_bit_writer writer;
        if (!put_digits_avx2(&setting, data, end, rows, &writer))
            return i;
        qr_put_end(&writer, rows + codewords);
    }
    return count;
}

/* Data codewords of `count` symbols; the number of them that are good. */
static size_t put_segments(const qr_plan *plan, const uint8_t *data, size_t count, uint8_t *rows) {
    if (plan->mode == ELQR_QR_NUMERIC)
        return put_numeric_segments(plan, data, count, rows);
    for (size_t i = 0; i < count; i++)
        if (!qr_put_segment(plan, data + i * plan->length, rows + i * (size_t)plan->row_stride))
            return i;
    return count;
}

/*---- Reed-Solomon, with AVX2: a codeword of 32 symbols side by side ----*/

enum { SYMBOLS = 32 };

/* Eight vectors of 32 bytes to 32 words: word i has byte i of each, the first one lowest. */
static AVX2 void exchange_bytes(const uint8_t *const from[8], uint64_t words[32]) {
    __m256i twos[8], fours[8];
    for (int i = 0; i < 4; i++) {
        const __m256i a = load_256(from[2 * i]), b = load_256(from[2 * i + 1]);
        twos[i] = _mm256_unpacklo_epi8(a, b);     /* bytes 0 to 7, 16 to 23 */
        twos[i + 4] = _mm256_unpackhi_epi8(a, b); /* 8 to 15, 24 to 31 */
    }
    for (int i = 0; i < 8; i += 4)
        for (int j = 0; j < 2; j++) {
            const __m256i a = twos[i + 2 * j], b = twos[i + 2 * j + 1];
            fours[i + j] = _mm256_unpacklo_epi16(a, b);     /* of those the first four */
            fours[i + 2 + j] = _mm256_unpackhi_epi16(a, b); /* and the others */
        }
    for (int i = 0; i < 8; i += 2) {
        __m256i eight[2] = {_mm256_unpacklo_epi32(fours[i], fours[i + 1]),
                            _mm256_unpackhi_epi32(fours[i], fours[i + 1])};
        for (int j = 0; j < 2; j++) {
            _mm_storeu_si128((__m128i *)(void *)(words + 2 * i + 2 * j),
                             _mm256_castsi256_si128(eight[j]));
            _mm_storeu_si128((__m128i *)(void *)(words + 16 + 2 * i + 2 * j),
                             _mm256_extracti128_si256(eight[j], 1));
        }
    }
}

/* Codewords at + 0 to at + 31 of the symbols, to vectors of one codeword each. */
static AVX2 void gather_codewords(uint8_t *const rows[SYMBOLS], int at, uint8_t *vectors) {
    for (int first = 0; first < SYMBOLS; first += 8) {
        const uint8_t *from[8];
        uint64_t words[32];
        for (int i = 0; i < 8; i++)
            from[i] = rows[first + i] + at;
        exchange_bytes(from, words);
        for (int i = 0; i < 32; i++)
            memcpy(vectors + SYMBOLS * i + first, &words[i], 8);
    }
}

/* The way back for `count` codewords, and up to seven more. */
static AVX2 void scatter_codewords(const uint8_t *vectors, int count, uint8_t *const rows[SYMBOLS],
                                   int at) {
    for (int first = 0; first < count; first += 8) {
        const uint8_t *from[8];
        uint64_t words[32];
        for (int i = 0; i < 8; i++)
            from[i] = vectors + SYMBOLS * (first + i);
        exchange_bytes(from, words);
        for (int i = 0; i < SYMBOLS; i++)
            memcpy(rows[i] + at + first, &words[i], 8);
    }
}

ELQR_INLINE AVX2 __m256i times(const uint8_t nibbles[2][16], __m256i low, __m256i high) {
    const __m128i *tables = (const __m128i *)(const void *)nibbles;
    return _mm256_xor_si256(_mm256_shuffle_epi8(in_both_halves(_mm_loadu_si128(tables)), low),
                            _mm256_shuffle_epi8(in_both_halves(_mm_loadu_si128(tables + 1)), high));
}

/* Division by the generator, a codeword at a time. */
ELQR_INLINE AVX2 void divide_codeword(const qr_plan *plan, const uint8_t *codeword,
                                      __m256i *remainder, int ec) {
    const __m256i factor = _mm256_xor_si256(load_256(codeword), remainder[0]);
    const __m256i low = _mm256_and_si256(factor, _mm256_set1_epi8(15));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(factor, 4), _mm256_set1_epi8(15));
    for (int i = 0; i < ec; i++) /* one more, which is 0, comes after the last */
        remainder[i] = _mm256_xor_si256(remainder[i + 1], times(plan->nibbles[i], low, high));
}

static AVX2 void correct_block(const qr_plan *plan, uint8_t *const rows[SYMBOLS], int block) {
    uint8_t codewords[32 * SYMBOLS];
    __m256i remainder[32 + 1] = {_mm256_setzero_si256()};
    const int ec = plan->blocks.ec;
    const int end = qr_block_start(&plan->blocks, block + 1);
    for (int i = qr_block_start(&plan->blocks, block); i < end; i += 32) {
        gather_codewords(rows, i, codewords);
        for (int j = 0; j < 32 && i + j < end; j++)
            divide_codeword(plan, codewords + SYMBOLS * j, remainder, ec);
    }
    scatter_codewords((const uint8_t *)remainder, ec, rows, plan->data_codewords + block * ec);
}

/* As qr_put_error_correction. */
static AVX2 void put_error_correction_avx2(const qr_plan *plan, size_t count, uint8_t *rows) {
    for (size_t i = 0; i < count; i += SYMBOLS) {
        uint8_t *some[SYMBOLS]; /* the last symbol again, where there are fewer */
        for (size_t j = 0; j < SYMBOLS; j++)
            some[j] = rows + (i + j < count ? i + j : count - 1) * (size_t)plan->row_stride;
        for (int block = 0; block < plan->blocks.count; block++)
            correct_block(plan, some, block);
    }
}

size_t qr_rows_avx2(const qr_plan *plan, const uint8_t *data, size_t count, uint8_t *rows) {
    const size_t good = put_segments(plan, data, count, rows);
    if (good == count)
        put_error_correction_avx2(plan, count, rows);
    return good;
}

/*---- Reed-Solomon, with GFNI ----*/

/* Rows and columns of an 8 x 8 matrix of bytes exchanged. */
static GFNI __m512i transpose_bytes(__m512i bytes) {
    uint8_t index[64];
    for (int i = 0; i < 64; i++)
        index[i] = (uint8_t)(i % 8 * 8 + i / 8);
    return _mm512_permutexvar_epi8(_mm512_loadu_si512(index), bytes);
}

static GFNI __m512i load_eight(uint8_t *const rows[8], int at) {
    uint64_t words[8];
    for (int i = 0; i < 8; i++)
        memcpy(&words[i], rows[i] + at, 8);
    return transpose_bytes(_mm512_loadu_si512(words));
}

static GFNI void store_eight(uint8_t *const rows[8], int at, __m512i bytes) {
    uint64_t words[8];
    _mm512_storeu_si512(words, transpose_bytes(bytes));
    for (int i = 0; i < 8; i++)
        memcpy(rows[i] + at, &words[i], 8);
}

/* One block of each of eight symbols.  A word of a vector is one codeword of the eight symbols: a
 * data codeword, in every word, times the matrices of eight error correction codewords.  `words`
 * vectors of these, a constant where this is inlined. */
ELQR_INLINE GFNI void correct_eight(const qr_plan *plan, uint8_t *const rows[8], int start, int end,
                                    int ec, int words) {
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (int i = start; i < end; i += 8) {
        uint64_t eight[8];
        _mm512_storeu_si512(eight, load_eight(rows, i));
        for (int j = 0; j < 8 && i + j < end; j++) {
            const __m512i codeword = _mm512_set1_epi64((long long)eight[j]);
            const uint64_t *matrices = plan->matrices[end - 1 - i - j];
#define TIMES(k) _mm512_gf2p8affine_epi64_epi8(codeword, _mm512_loadu_si512(matrices + 8 * (k)), 0)
            sum0 = _mm512_xor_si512(sum0, TIMES(0));
            if (words > 1)
                sum1 = _mm512_xor_si512(sum1, TIMES(1));
            if (words > 2)
                sum2 = _mm512_xor_si512(sum2, TIMES(2));
            if (words > 3)
                sum3 = _mm512_xor_si512(sum3, TIMES(3));
#undef TIMES
        }
    }
    store_eight(rows, ec, sum0);
    if (words > 1)
        store_eight(rows, ec + 8, sum1);
    if (words > 2)
        store_eight(rows, ec + 16, sum2);
    if (words > 3)
        store_eight(rows, ec + 24, sum3);
}

static GFNI void put_error_correction_gfni(const qr_plan *plan, size_t count, uint8_t *rows) {
    const qr_blocks *blocks = &plan->blocks;
    const int words = (blocks->ec + 7) / 8;
    for (size_t i = 0; i < count; i += 8) {
        uint8_t *eight[8]; /* the last symbol again, where there are fewer */
        for (size_t j = 0; j < 8; j++)
            eight[j] = rows + (i + j < count ? i + j : count - 1) * (size_t)plan->row_stride;
        for (int block = 0; block < blocks->count; block++) {
            const int start = qr_block_start(blocks, block);
            const int end = qr_block_start(blocks, block + 1);
            const int ec = plan->data_codewords + block * blocks->ec;
            if (words == 1)
                correct_eight(plan, eight, start, end, ec, 1);
            else if (words == 2)
                correct_eight(plan, eight, start, end, ec, 2);
            else if (words == 3)
                correct_eight(plan, eight, start, end, ec, 3);
            else
                correct_eight(plan, eight, start, end, ec, 4);
        }
    }
}

size_t qr_rows_gfni(const qr_plan *plan, const uint8_t *data, size_t count, uint8_t *rows) {
    const size_t good = put_segments(plan, data, count, rows);
    if (good == count)
        put_error_correction_gfni(plan, count, rows);
    return good;
}

#endif
