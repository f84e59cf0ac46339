/* From the modules of a QR symbol to its content (ISO/IEC 18004:2015, clause 12, which runs clause
 * 7 backwards).  Internal to csrc. */
#ifndef ELQR_QR_DECODE_H
#define ELQR_QR_DECODE_H

#include "gf256.h"
#include "qr_tables.h"

#include <stddef.h>
#include <stdint.h>

/* Where the codewords of a version are.  Read-only once made. */
typedef struct {
    int version, side, codewords;
    uint16_t order[8 * QR_MAX_CODEWORDS]; /* bit k of the final message: row * side + column */
    uint8_t masks[8][QR_MAX_CODEWORDS];   /* what each mask flips in each codeword */
} qr_places;

/* What error correction had to do. */
typedef struct {
    int corrected; /* codewords changed, in all blocks */
    int erased;    /* codewords given up as erasures, in all blocks */
    float unused;  /* 1 - (e + 2 t) / (error correction codewords), the worst block's */
} qr_correction;

/* `version` is 1..40.  About 32 kB of stack. */
void qr_places_init(qr_places *places, int version);

/* 7.9, 12 d: level and mask from the two copies of the format information in modules[side * side]
 * (bit 0 set: dark): the word from which both together differ least.  False if neither copy is
 * within the three errors that its code corrects. */
int qr_read_format(const uint8_t *modules, int side, int *level, int *mask);

/* The same from row 8 or from column 8 alone, each of which has all bits once, of either copy some:
 * a streak along one of them spoils both copies.  False if neither is within one error of a word.
 */
int qr_read_format_line(const uint8_t *modules, int side, int *level, int *mask);

/* 7.7.3 and 7.8, 12 f and g: the final message under a mask. */
void qr_read_codewords(const qr_places *places, const uint8_t *modules, int mask,
                       uint8_t *codewords);

/* Where the data codewords of a symbol are in its final message, 7.6: offsets[i] is the place of
 * data codeword i. */
void qr_data_offsets(int version, int level, uint16_t *offsets);

/* 7.6 and 7.5.2, 12 h and i: takes the final message apart, corrects its blocks and writes the
 * data codewords.  `certainty` is NULL, or says for each bit of the final message how sure it is,
 * 0 not at all: then the least certain codewords of a block are tried as erasures, and of the
 * corrections found the one that overrules the least certainty is taken.  `divider` is NULL, or one
 * by which blocks without errors are told, and the others' syndromes found, in less time, if its
 * degree is the level's.
 * ELQR_OK, or ELQR_TOO_DAMAGED; then *result and data are undefined. */
int qr_correct(int version, int level, const uint8_t *codewords, const uint8_t *certainty,
               const gf256_divider *divider, uint8_t *data, qr_correction *result);

/* 7.4, 12 j: the characters of all segments.  Numeric, alphanumeric and byte segments; ECI
 * designators are passed over.  ELQR_OK; ELQR_BAD_MODE for others (Kanji, FNC1, structured append);
 * ELQR_TRUNCATED for a segment longer than the symbol; ELQR_BAD_CODE for bits that no characters
 * have; ELQR_BUFFER_TOO_SMALL.  *length is how many bytes of `content` were written. */
int qr_read_segments(const uint8_t *data, int data_codewords, int version, uint8_t *content,
                     size_t capacity, size_t *length);

#endif
