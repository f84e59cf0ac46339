/* Inflating zlib streams (RFC 1950, RFC 1951), many that begin with the same tables of codes.
 * Internal to csrc. */
#ifndef ELQR_INFLATE_H
#define ELQR_INFLATE_H

#include "common.h"

#include <stddef.h>
#include <stdint.h>

enum {
    INFLATE_FAST_BITS = 10, /* codes so long or shorter are found by one look */
    INFLATE_LONGEST = 15,
    INFLATE_SYMBOLS = 288,
    INFLATE_HEADER_BITS = 56,
    INFLATE_HEADER = 48, /* words that a block's code lengths cannot exceed: 2,283 bits */
    INFLATE_SLACK = 16   /* bytes past the end of the output that may be written */
};

/* One alphabet's codes. */
typedef struct {
    uint16_t fast[1 << INFLATE_FAST_BITS]; /* symbol << 4 | bits; 0: longer, or no code */
    uint16_t counts[INFLATE_LONGEST + 1];  /* codes of each length */
    uint16_t symbols[INFLATE_SYMBOLS];     /* in the order of their codes */
} inflate_codes;

/* Tables of a dynamic block, and the header that they were made from. */
typedef struct {
    inflate_codes lengths, distances;
    uint64_t header[INFLATE_HEADER]; /* INFLATE_HEADER_BITS each, the first lowest */
    uint32_t header_bits;            /* 0: none is kept */
} inflate_block;

/* Those of a stream's first block, and of the last one after it: streams of one maker have them in
 * common. */
typedef struct {
    inflate_block first, later;
} inflate_tables;

ELQR_INLINE void inflate_begin(inflate_tables *tables) {
    tables->first.header_bits = tables->later.header_bits = 0;
}

/* The content of the zlib stream packed[0 : packed_size], which must end there, to
 * out[0 : capacity]; INFLATE_SLACK bytes more may be written.  `tables` begins with inflate_begin
 * and may be kept from stream to stream.  ELQR_OK; ELQR_TRUNCATED; ELQR_BUFFER_TOO_SMALL;
 * ELQR_BAD_CODE: anything that RFC 1950 and 1951 do not allow, a wrong checksum, bytes left over.
 */
int inflate_stream(inflate_tables *tables, const uint8_t *packed, size_t packed_size, uint8_t *out,
                   size_t capacity, size_t *size);

#endif
