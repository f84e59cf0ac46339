/* Error correction of a whole symbol (ISO/IEC 18004:2015, 7.5.2, 7.6 and Annex B), with hard or
 * soft decisions. */
#include "elqr.h"
#include "gf256.h"
#include "qr_decode.h"
#include "qr_encode.h"

#include <string.h>

enum { MAX_BLOCK = 153 }; /* codewords of a block: Table 9's longest, 123 of them data */

/* One block, taken out of the final message. */
typedef struct {
    int length, ec;
    uint8_t codewords[MAX_BLOCK];
    uint16_t offsets[MAX_BLOCK]; /* in the final message */
} block_t;

/* 7.6: data codeword i of a block comes i-th of all blocks; the longer blocks' last ones follow the
 * others' last ones; error correction codewords in the same way after all data. */
static void find_block(const qr_blocks *blocks, int data_codewords, int index, block_t *block) {
    const int length = qr_block_start(blocks, index + 1) - qr_block_start(blocks, index);
    block->length = length + blocks->ec;
    block->ec = blocks->ec;
    for (int i = 0; i < length; i++)
        block->offsets[i] =
            (uint16_t)(i < blocks->length ? i * blocks->count + index
                                          : i * blocks->count + index - blocks->shorts);
    for (int i = 0; i < blocks->ec; i++)
        block->offsets[length + i] = (uint16_t)(data_codewords + i * blocks->count + index);
}

void qr_data_offsets(int version, int level, uint16_t *offsets) {
    const qr_blocks blocks = qr_block_structure(version, level);
    for (int index = 0; index < blocks.count; index++) {
        block_t block;
        find_block(&blocks, qr_data_codewords(version, level), index, &block);
        memcpy(offsets + qr_block_start(&blocks, index), block.offsets,
               (size_t)(block.length - block.ec) * sizeof *offsets);
    }
}

static void load(block_t *block, const uint8_t *codewords) {
    for (int i = 0; i < block->length; i++)
        block->codewords[i] = codewords[block->offsets[i]];
}

/* How sure a codeword is: as its least certain bit. */
static unsigned lowest(const uint8_t *bits) {
    unsigned least = 255;
    for (int i = 0; i < 8; i++)
        least = bits[i] < least ? bits[i] : least;
    return least;
}

/* The block's positions, the least certain codeword first. */
static void rank(const block_t *block, const uint8_t *certainty, uint8_t *order) {
    unsigned values[MAX_BLOCK];
    for (int i = 0; i < block->length; i++) {
        const unsigned value = lowest(certainty + 8 * block->offsets[i]);
        int at = i;
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
            order[at] = order[at - 1];
        }
        values[at] = value;
        order[at] = (uint8_t)i;
    }
}

/* The certainty that turning `before` into `after` overrules. */
static unsigned cost(const block_t *block, const uint8_t *after, const uint8_t *certainty) {
    unsigned sum = 0;
    for (int i = 0; i < block->length; i++)
        for (int bit = 0; bit < 8; bit++)
            if ((block->codewords[i] ^ after[i]) >> (7 - bit) & 1)
                sum += certainty[8 * block->offsets[i] + bit];
    return sum;
}

/* Generalised minimum distance decoding (Forney 1966): with 0, 2, 4 ... of the least certain
 * codewords erased, of which each costs half as much of the code's distance as an error does.  Two
 * error correction codewords stay unspent, as a check.  Returns the erasures of the best
 * correction, which is left in the block, or -1. */
static int correct_softly(block_t *block, const uint8_t *syndromes, const uint8_t *certainty) {
    uint8_t order[MAX_BLOCK], tried[MAX_BLOCK], best[MAX_BLOCK];
    unsigned lowest_cost = UINT32_MAX;
    int erasures = -1;
    rank(block, certainty, order);
    for (int n = 0; n + 2 <= block->ec; n += 2) {
        memcpy(tried, block->codewords, sizeof tried);
        if (gf256_rs_correct(tried, block->length, block->ec, syndromes, order, n) < 0)
            continue;
        const unsigned found = cost(block, tried, certainty);
        if (found >= lowest_cost)
            continue;
        lowest_cost = found;
        erasures = n;
        memcpy(best, tried, sizeof best);
    }
    if (erasures >= 0)
        memcpy(block->codewords, best, sizeof best);
    return erasures;
}

/* Writes the block's syndromes; false if it has none. */
static int find_syndromes(const block_t *block, const gf256_divider *divider, uint8_t *syndromes) {
    uint8_t remainder[GF256_MAX_DEGREE];
    if (divider == NULL || divider->degree != block->ec)
        return gf256_rs_syndromes(block->codewords, block->length, block->ec, syndromes);
    return gf256_rs_remainder(divider, block->codewords, block->length, remainder) &&
           gf256_rs_syndromes(remainder, block->ec, block->ec, syndromes);
}

/* Returns the codewords erased, or -1. */
static int correct_block(block_t *block, const uint8_t *syndromes, const uint8_t *certainty) {
    if (certainty != NULL)
        return correct_softly(block, syndromes, certainty);
    return gf256_rs_correct(block->codewords, block->length, block->ec, syndromes, NULL, 0) < 0 ? -1
                                                                                                : 0;
}

/* ISO/IEC 15415, 7.8.9: of the d - p codewords, those that a block of 1-L to 3-L keeps for
 * detecting misreads (p) cannot be used; Table 9's note b. */
static int kept_for_detection(int version, int level) {
    if (level == ELQR_QR_L)
        return version == 1 ? 3 : version == 2 ? 2 : version == 3 ? 1 : 0;
    return version == 1 && level == ELQR_QR_M ? 2 : version == 1 ? 1 : 0;
}

static void count(const block_t *block, const uint8_t *codewords, int erased, int spare,
                  qr_correction *result) {
    int changed = 0;
    for (int i = 0; i < block->length; i++)
        changed += block->codewords[i] != codewords[block->offsets[i]];
    /* An erased codeword that turned out right has cost one codeword, an error two. */
    const int errors = changed > erased ? changed - erased : 0;
    const float unused = 1.0f - (float)(erased + 2 * errors) / (float)(block->ec - spare);
    result->corrected += changed;
    result->erased += erased;
    if (unused < result->unused)
        result->unused = unused < 0.0f ? 0.0f : unused;
}

int qr_correct(int version, int level, const uint8_t *codewords, const uint8_t *certainty,
               const gf256_divider *divider, uint8_t *data, qr_correction *result) {
    const qr_blocks blocks = qr_block_structure(version, level);
    const int spare = kept_for_detection(version, level);
    *result = (qr_correction){0, 0, 1.0f};
    for (int index = 0; index < blocks.count; index++) {
        uint8_t syndromes[GF256_MAX_DEGREE];
        block_t block;
        find_block(&blocks, qr_data_codewords(version, level), index, &block);
        load(&block, codewords);
        if (find_syndromes(&block, divider, syndromes)) {
            const int erased = correct_block(&block, syndromes, certainty);
            if (erased < 0)
                return ELQR_TOO_DAMAGED;
            count(&block, codewords, erased, spare, result);
        }
        memcpy(data + qr_block_start(&blocks, index), block.codewords,
               (size_t)(block.length - block.ec));
    }
    return ELQR_OK;
}
