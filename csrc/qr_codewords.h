/* Data encodation for speed: what the portable and the x86 edition share.  Internal to csrc. */
#ifndef ELQR_QR_CODEWORDS_H
#define ELQR_QR_CODEWORDS_H

#include "bits.h"
#include "elqr.h"
#include "qr_fast.h"

/* Bits to bytes, most significant first.  Stores eight bytes at a time: up to seven bytes after the
 * last bit are overwritten. */
typedef struct {
    uint8_t *next;
    uint64_t bits; /* those not yet in a whole byte, from the highest down */
    int count;     /* of them, 0..7 */
} qr_bit_writer;

/* Appends the `count` <= 56 bits of `value`, which has no others. */
ELQR_INLINE void qr_put(qr_bit_writer *writer, uint64_t value, int count) {
    if (count == 0)
        return;
    const int total = writer->count + count;
    const uint64_t bits = writer->bits | value << (64 - total);
    elqr_store64(writer->next, bits);
    writer->next += total / 8;
    writer->bits = total >= 64 ? 0 : bits << (total / 8 * 8);
    writer->count = total % 8;
}

ELQR_INLINE uint32_t qr_three_digits(const uint8_t *data) {
    return data[0] * 100u + data[1] * 10u + data[2] - '0' * 111u;
}

/* 7.4.3; `data` is digits. */
ELQR_INLINE void qr_put_digits(qr_bit_writer *writer, const uint8_t *data, size_t length) {
    size_t i = 0;
    for (; i + 9 <= length; i += 9)
        qr_put(writer,
               (qr_three_digits(data + i) << 10 | qr_three_digits(data + i + 3)) << 10 |
                   qr_three_digits(data + i + 6),
               30);
    for (; i + 3 <= length; i += 3)
        qr_put(writer, qr_three_digits(data + i), 10);
    if (length - i == 2)
        qr_put(writer, data[i] * 10u + data[i + 1] - '0' * 11u, 7);
    else if (length - i == 1)
        qr_put(writer, data[i] - (unsigned)'0', 4);
}

/* 7.4.9 and 7.4.10: terminator, zeros up to a codeword's edge, pad codewords up to `end`, and up to
 * seven bytes more. */
ELQR_INLINE void qr_put_end(qr_bit_writer *writer, uint8_t *end) {
    const ptrdiff_t room = 8 * (end - writer->next) - writer->count;
    const int terminated = writer->count + (room < 4 ? (int)room : 4);
    elqr_store64(writer->next, writer->bits);
    for (uint8_t *pad = writer->next + (terminated + 7) / 8; pad < end; pad += 8)
        elqr_store64(pad, UINT64_C(0xEC11EC11EC11EC11));
}

/* Alphanumeric and byte segments with their end; returns whether every character is of the mode. */
int qr_put_segment(const qr_plan *plan, const uint8_t *data, uint8_t *codewords);

/* Error correction of `count` symbols by table; see qr_rows_function for `rows`. */
void qr_put_error_correction(const qr_plan *plan, size_t count, uint8_t *rows);

#endif
