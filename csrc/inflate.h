/* Inflating zlib streams (RFC 1950, RFC 1951), many that begin with the same tables of codes.
 * Internal to csrc. */
#ifndef ELQR_INFLATE_H
#define ELQR_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum {
    INFLATE_FAST_BITS = 10, /* codes so long or shorter are found by one look */
    INFLATE_LONGEST = 15,
    INFLATE_SYMBOLS = 288,
    INFLATE_HEADER = 320, /* bytes that a block's code lengths cannot exceed */
    INFLATE_SLACK = 16    /* bytes past the end of the output that may be written */
};

/* One alphabet's codes. */
typedef struct {
    uint16_t fast[1 << INFLATE_FAST_BITS]; /* symbol << 4 | bits; 0: longer, or no code */
    uint16_t counts[INFLATE_LONGEST + 1];  /* codes of each length */
    uint16_t symbols[INFLATE_SYMBOLS];     /* in the order of their codes */
} inflate_codes;

/* Tables of the last dynamic block, and the stream's bytes that they were made from. */
typedef struct {
    inflate_codes lengths, distances;
    uint8_t header[INFLATE_HEADER];
    uint32_t header_bits; /* from the first block's first bit; 0: none is kept */
} inflate_tables;

/* The content of the zlib stream packed[0 : packed_size], which must end there, to
 * out[0 : capacity]; INFLATE_SLACK bytes more may be written.  `tables` begins with header_bits 0
 * and may be kept from stream to stream.  ELQR_OK; ELQR_TRUNCATED; ELQR_BUFFER_TOO_SMALL;
 * ELQR_BAD_CODE: anything that RFC 1950 and 1951 do not allow, a wrong checksum, bytes left over.
 */
int inflate_stream(inflate_tables *tables, const uint8_t *packed, size_t packed_size, uint8_t *out,
                   size_t capacity, size_t *size);

#endif
