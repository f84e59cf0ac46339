/* What a plate and a glyph look like in memory.  Internal to csrc: written by page_plate.c, read by
 * page.c.  All places are offsets in bytes from the start, so a plate may be moved or mapped. */
#ifndef ELQR_PAGE_PLATE_H
#define ELQR_PAGE_PLATE_H

#include "elqr_page.h"
#include "page_segment.h"

/* A glyph: this, then height + 1 segments (the last for the row below it), then its packed rows,
 * then code words longer than SEGMENT_INLINE. */
typedef struct {
    uint32_t width, height;
    uint64_t rows_at;
} page_glyph;

/* A plate: this, then what the offsets say. */
typedef struct {
    elqr_plate_form form; /* its pointers are null */
    uint32_t row_bytes, strips;
    uint64_t rows_at;     /* uint8 [height, row_bytes]: static ink, bits past the width 0 */
    uint64_t row_bits_at; /* uint64 [height + 1]: where each row's code begins, in bits */
    uint64_t coded_at;    /* static rows coded in one string, the first of each strip on white */
    uint64_t cuts_at; /* uint32 [height, 2]: a row's first segment, or PAGE_UNCUT, and the end */
    uint64_t segments_at; /* of the rows that are cut */
    uint64_t size;
} page_plate;

#define PAGE_UNCUT UINT32_MAX

enum {
    PAGE_SPARE = 8,        /* bytes after strings of bits: readers take whole words */
    PAGE_MOST_GLYPH = 2000 /* pixels, each way */
};

ELQR_INLINE const segment *page_glyph_segments(const page_glyph *glyph) {
    return (const segment *)(const void *)(glyph + 1);
}

/* ORs `width` bits into a row at dot x, 56 at a time; both have 8 bytes to spare. */
ELQR_INLINE void page_add_bits(uint8_t *row, uint32_t x, const uint8_t *bits, uint32_t width) {
    for (uint32_t done = 0; done < width; done += 56) {
        uint8_t *to = row + (x + done) / 8;
        uint64_t word = elqr_load64(bits + done / 8) & ~(uint64_t)0xFF;
        if (width - done < 56)
            word &= ~(~UINT64_C(0) >> (width - done));
        elqr_store64(to, elqr_load64(to) | word >> ((x + done) % 8));
    }
}

ELQR_INLINE const void *page_at(const page_plate *plate, uint64_t offset) {
    return (const uint8_t *)plate + offset;
}

#endif
