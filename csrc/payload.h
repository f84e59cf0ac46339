/* payload.h - what building and parsing share: numbers in digits, and the check digits of a row.
 * Internal to csrc. */
#ifndef ELQR_PAYLOAD_H
#define ELQR_PAYLOAD_H

#include "common.h"
#include "elqr.h"

enum { DATE_DIGITS = 8, PAIR_DIGITS = 2, CRC_DIGITS = 5 };

/*---- Digits, eight at a time ----*/

/* A word holds the first digit in its lowest byte, whatever the machine. */

#define ELQR_ZEROS UINT64_C(0x3030303030303030)

ELQR_INLINE uint32_t load_le32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

ELQR_INLINE uint64_t load_le64(const uint8_t *bytes) {
    return (uint64_t)load_le32(bytes) | (uint64_t)load_le32(bytes + 4) << 32;
}

ELQR_INLINE void store_le32(uint8_t *bytes, uint32_t word) {
    bytes[0] = (uint8_t)word;
    bytes[1] = (uint8_t)(word >> 8);
    bytes[2] = (uint8_t)(word >> 16);
    bytes[3] = (uint8_t)(word >> 24);
}

ELQR_INLINE void store_le64(uint8_t *bytes, uint64_t word) {
    store_le32(bytes, (uint32_t)word);
    store_le32(bytes + 4, (uint32_t)(word >> 32));
}

ELQR_INLINE int is_digit(uint8_t byte) {
    return (uint8_t)(byte - '0') <= 9;
}

/* The number that eight digits mean: pairs, then fours, then all. */
ELQR_INLINE uint64_t eight_digits_value(uint64_t word) {
    word = (word & UINT64_C(0x0F0F0F0F0F0F0F0F)) * 10 + (word >> 8 & UINT64_C(0x0F0F0F0F0F0F0F0F));
    word =
        (word & UINT64_C(0x00FF00FF00FF00FF)) * 100 + (word >> 16 & UINT64_C(0x00FF00FF00FF00FF));
    return (word & 0xFFFF) * 10000 + (word >> 32 & 0xFFFF);
}

/* The number that `width` < 20 digits mean. */
ELQR_INLINE uint64_t number(const uint8_t *digits, size_t width) {
    uint64_t value = 0;
    size_t first = width % 8;
    for (size_t i = 0; i < first; i++)
        value = value * 10 + (uint64_t)(digits[i] & 15);
    for (size_t i = first; i < width; i += 8)
        value = value * 100000000 + eight_digits_value(load_le64(digits + i));
    return value;
}

/* Stores the first 1 to 8 bytes of a word. */
ELQR_INLINE void store_short(uint8_t *to, uint64_t word, size_t width) {
    if (width == 8) {
        store_le64(to, word);
    } else if (width >= 4) {
        store_le32(to, (uint32_t)word);
        store_le32(to + width - 4, (uint32_t)(word >> 8 * (width - 4)));
    } else {
        to[0] = (uint8_t)word;
        to[width / 2] = (uint8_t)(word >> 8 * (width / 2));
        to[width - 1] = (uint8_t)(word >> 8 * (width - 1));
    }
}

/* The eight digits of a number below 10^8: fours, pairs and digits split in lanes.  The factors
 * are 2^20 / 100 and 2^10 / 10, rounded up: exact for numbers below 10^4 and 10^2. */
ELQR_INLINE uint64_t eight_digits(uint64_t value) {
    uint64_t fours = value / 10000 | value % 10000 << 32;
    uint64_t hundreds = fours * 10486 >> 20 & UINT64_C(0x0000007F0000007F);
    uint64_t pairs = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = pairs * 103 >> 10 & UINT64_C(0x000F000F000F000F);
    return (tens | (pairs - 10 * tens) << 8) | ELQR_ZEROS;
}

/* The last `width` of eight digits, moved to the start of the word. */
ELQR_INLINE uint64_t last_digits(uint64_t word, size_t width) {
    return word >> 8 * (8 - width);
}

/* Gregorian calendar, years 0001 to 9999; the number reads YYYYMMDD. */
static inline int is_calendar_date(uint64_t yyyymmdd) {
    static const uint8_t month_days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
    if (year == 0 || year > 9999 || month == 0 || month > 12 || day == 0)
        return 0;
    if (day <= 28)
        return 1;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= (uint64_t)(month_days[month] + (month == 2 && leap));
}

ELQR_INLINE int in_range(const elqr_field *field, uint64_t value) {
    return value >= field->minimum && value <= field->maximum;
}

/*---- Check digits ----*/

/* CRC of a row that equals the template outside [start, end); see init_crc.  Every byte there is a
 * digit, hence the table index is below 100. */
static inline uint16_t row_crc(const elqr_layout *layout, const uint8_t *row, size_t start,
                               size_t end) {
    uint16_t crc = layout->template_crc;
    size_t i = start & ~(size_t)1;
    for (; i < end && i + 8 <= layout->length; i += 8) {
        const uint16_t(*pairs)[100] = &layout->crc_pairs[i / 2];
        uint64_t digits = load_le64(row + i) & UINT64_C(0x0F0F0F0F0F0F0F0F);
        uint64_t values = digits * 10 + (digits >> 8); /* 10 a + b in bytes 0, 2, 4, 6 */
        crc ^= (uint16_t)(pairs[0][values & 0xFF] ^ pairs[1][values >> 16 & 0xFF] ^
                          pairs[2][values >> 32 & 0xFF] ^ pairs[3][values >> 48 & 0xFF]);
    }
    for (; i < end; i += 2) {
        int second = i + 1 < layout->length ? row[i + 1] & 15 : 0;
        crc ^= layout->crc_pairs[i / 2][(row[i] & 15) * 10 + second];
    }
    return crc;
}

/* CD1 CD2 of a row.  Sums stay below 62 * 9 * 9 + 18 = 5040. */
ELQR_INLINE void pair_digits(const elqr_layout *layout, size_t index, const uint8_t *row,
                             uint8_t pair[PAIR_DIGITS]) {
    const uint8_t *weights1 = layout->weights1[index], *weights2 = layout->weights2[index];
    const uint8_t *digits = row + layout->window[index];
    uint16_t sum1 = 0, sum2 = 0;
    for (size_t i = 0; i < ELQR_OCR_WINDOW; i++) {
        uint16_t digit = digits[i] & 15;
        sum1 = (uint16_t)(sum1 + digit * weights1[i]);
        sum2 = (uint16_t)(sum2 + digit * weights2[i]);
    }
    unsigned cd2 = sum2 % 10u;
    unsigned cd1 = (sum1 + 2 * cd2) % 11 % 10;
    pair[0] = (uint8_t)('0' + cd1);
    pair[1] = (uint8_t)('0' + cd2);
}

static inline uint8_t mod10_digit(const uint8_t *digits, size_t length) {
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += (unsigned)(digits[length - 1 - i] & 15) * (i % 2 ? 1u : 3u);
    return (uint8_t)('0' + (10 - sum % 10) % 10);
}

/* Writes the digits that belong at a check's position; returns how many.  [start, end) as for
 * row_crc. */
ELQR_INLINE size_t check_digits(const elqr_layout *layout, size_t index, const uint8_t *row,
                                size_t start, size_t end, uint8_t digits[CRC_DIGITS]) {
    const elqr_check *check = &layout->checks[index];
    switch (check->kind) {
    case ELQR_CHECK_OCR_PAIR:
        pair_digits(layout, index, row, digits);
        return PAIR_DIGITS;
    case ELQR_CHECK_MOD10:
        digits[0] = mod10_digit(row + check->start, check->length);
        return 1;
    default:
        store_short(digits, last_digits(eight_digits(row_crc(layout, row, start, end)), CRC_DIGITS),
                    CRC_DIGITS);
        return CRC_DIGITS;
    }
}

#endif
