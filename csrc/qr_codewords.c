/* From characters to codewords, one symbol after another: the portable edition.  It does what
 * qr_encode.c does clause by clause (7.4 and 7.5), in larger steps. */
#include "qr_codewords.h"

/*---- Segments ----*/

static int put_alphanumeric(qr_bit_writer *writer, const uint8_t *data, size_t length) {
    unsigned seen = 0; /* the 45 values are below 64, QR_NOT_ALPHANUMERIC is not */
    size_t i = 0;
    for (; i + 2 <= length; i += 2) {
        const unsigned high = qr_alphanumeric_value[data[i]];
        const unsigned low = qr_alphanumeric_value[data[i + 1]];
        seen |= high | low;
        qr_put(writer, (high * 45 + low) & 0x7FF, 11);
    }
    if (i < length) {
        const unsigned last = qr_alphanumeric_value[data[i]];
        seen |= last;
        qr_put(writer, last & 0x3F, 6);
    }
    return seen < 64;
}

static void put_bytes(qr_bit_writer *writer, const uint8_t *data, size_t length) {
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        const uint64_t eight = elqr_load64(data + i);
        qr_put(writer, eight >> 32, 32);
        qr_put(writer, eight & UINT32_MAX, 32);
    }
    for (; i < length; i++)
        qr_put(writer, data[i], 8);
}

int qr_put_segment(const qr_plan *plan, const uint8_t *data, uint8_t *codewords) {
    qr_bit_writer writer = {codewords, 0, 0};
    int good = 1;
    qr_put(&writer, plan->header, plan->header_bits);
    if (plan->mode == ELQR_QR_NUMERIC) {
        good = qr_are_digits(data, plan->length);
        if (good)
            qr_put_digits(&writer, data, plan->length);
    } else if (plan->mode == ELQR_QR_ALPHANUMERIC)
        good = put_alphanumeric(&writer, data, plan->length);
    else
        put_bytes(&writer, data, plan->length);
    qr_put_end(&writer, codewords + plan->data_codewords);
    return good;
}

/*---- Reed-Solomon, 7.5.2: division by the generator, a byte at a time ----*/

/* Up to 32 codewords, the highest power in the lowest byte. */
typedef struct {
    uint64_t word0, word1, word2, word3;
} remainder;

/* `words` is a constant where this is inlined: what a shorter remainder does not need is left out.
 */
ELQR_INLINE remainder divide_byte(const qr_plan *plan, remainder r, uint8_t byte, int words) {
    const uint64_t *product = plan->products[(uint8_t)(byte ^ r.word0)];
    r.word0 = (r.word0 >> 8 | (words > 1 ? r.word1 << 56 : 0)) ^ product[0];
    if (words > 1)
        r.word1 = (r.word1 >> 8 | (words > 2 ? r.word2 << 56 : 0)) ^ product[1];
    if (words > 2)
        r.word2 = (r.word2 >> 8 | (words > 3 ? r.word3 << 56 : 0)) ^ product[2];
    if (words > 3)
        r.word3 = r.word3 >> 8 ^ product[3];
    return r;
}

ELQR_INLINE void store_remainder(remainder r, uint8_t *ec, int words) {
    elqr_store64_low_first(ec, r.word0);
    if (words > 1)
        elqr_store64_low_first(ec + 8, r.word1);
    if (words > 2)
        elqr_store64_low_first(ec + 16, r.word2);
    if (words > 3)
        elqr_store64_low_first(ec + 24, r.word3);
}

/* Four blocks, so that the look-ups of one need not wait for another's. */
typedef struct {
    const uint8_t *data[4]; /* all but the first codewords of long blocks, */
    uint8_t first[4];       /* and these, which are 0 for short ones */
    uint8_t *ec[4];
} four_blocks;

ELQR_INLINE void divide_four(const qr_plan *plan, four_blocks *blocks, int words) {
    const remainder zero = {0, 0, 0, 0};
    remainder r0 = divide_byte(plan, zero, blocks->first[0], words);
    remainder r1 = divide_byte(plan, zero, blocks->first[1], words);
    remainder r2 = divide_byte(plan, zero, blocks->first[2], words);
    remainder r3 = divide_byte(plan, zero, blocks->first[3], words);
    for (int i = 0; i < plan->blocks.length; i++) {
        r0 = divide_byte(plan, r0, blocks->data[0][i], words);
        r1 = divide_byte(plan, r1, blocks->data[1][i], words);
        r2 = divide_byte(plan, r2, blocks->data[2][i], words);
        r3 = divide_byte(plan, r3, blocks->data[3][i], words);
    }
    store_remainder(r0, blocks->ec[0], words);
    store_remainder(r1, blocks->ec[1], words);
    store_remainder(r2, blocks->ec[2], words);
    store_remainder(r3, blocks->ec[3], words);
}

static void take_block(const qr_plan *plan, uint8_t *row, int block, four_blocks *out, int i) {
    const int before = block - plan->blocks.shorts; /* long blocks, if any, before this one */
    out->data[i] = row + block * plan->blocks.length + (before > 0 ? before : 0);
    out->first[i] = before < 0 ? 0 : *out->data[i]++;
    out->ec[i] = row + plan->data_codewords + block * plan->blocks.ec;
}

/* Whole words are stored: blocks go in order, so that the next block mends what follows, and rows
 * have a word's room after the last one. */
void qr_put_error_correction(const qr_plan *plan, size_t count, uint8_t *rows) {
    const int words = (plan->blocks.ec + 7) / 8;
    int block = 0;
    for (size_t symbol = 0; symbol < count;) {
        four_blocks four;
        for (int i = 0; i < 4; i++) {
            take_block(plan, rows, block, &four, i);
            if (block + 1 < plan->blocks.count)
                block++;
            else if (++symbol < count) {
                block = 0;
                rows += plan->row_stride;
            } /* else the last block again */
        }
        if (words == 1)
            divide_four(plan, &four, 1);
        else if (words == 2)
            divide_four(plan, &four, 2);
        else if (words == 3)
            divide_four(plan, &four, 3);
        else
            divide_four(plan, &four, 4);
    }
}

size_t qr_rows_portable(const qr_plan *plan, const uint8_t *data, size_t count, uint8_t *rows) {
    for (size_t i = 0; i < count; i++)
        if (!qr_put_segment(plan, data + i * plan->length, rows + i * (size_t)plan->row_stride))
            return i;
    qr_put_error_correction(plan, count, rows);
    return count;
}
