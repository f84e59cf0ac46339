/* ITU-T T.6 (Group 4) coding of packed rows.  See elqr.h for the contract, docs/g4.md for the why.
 *
 * Terms of T.6 clause 2.2.1: a0 is where the coder stands, a1 the next change of colour on the
 * coding line, a2 the one after; b1 is the first change on the reference line right of a0 to the
 * colour opposite to a0's, b2 the one after.  A position is that of the first pixel of the new
 * colour, `width` where there is none.
 */
#include "bits.h"
#include "elqr.h"
#include "g4_tables.h"

/*---- Bit writer ----*/

/* Fewer than 64 bits wait in `pending`, in its low `waiting` bits. */
typedef struct {
    uint8_t *at;
    uint64_t pending;
    uint32_t waiting;
} writer;

/* Appends the low `bits` bits (1..63) of `code`, whose higher bits are 0.  Stores whole words. */
ELQR_INLINE void put(writer *out, uint64_t code, uint32_t bits) {
    uint32_t room = 64 - out->waiting;
    if (bits < room) {
        out->pending = out->pending << bits | code;
        out->waiting += bits;
        return;
    }
    uint32_t left = bits - room;
    /* room is 64 only when nothing waits, and then bits < room: the shift stays below 64. */
    elqr_store64(out->at, out->pending << room | code >> left);
    out->at += 8;
    out->pending = code & ((UINT64_C(1) << left) - 1);
    out->waiting = left;
}

/* Fills the last byte with zeros and stores what waits; returns the end of the coding. */
static uint8_t *finish(writer *out) {
    while (out->waiting >= 8) {
        out->waiting -= 8;
        *out->at++ = (uint8_t)(out->pending >> out->waiting);
    }
    if (out->waiting != 0)
        *out->at++ = (uint8_t)(out->pending << (8 - out->waiting));
    return out->at;
}

/*---- Rows ----*/

/* The first pixel at or after `from` that is not `colour` (0 or 1), `width` if there is none.
 * A null row is white. */
static uint32_t run_end(const uint8_t *row, uint32_t from, uint32_t width, uint32_t colour) {
    if (from >= width || (row == NULL && colour == 0))
        return width;
    if (row == NULL)
        return from;
    size_t bytes = ((size_t)width + 7) / 8;
    uint64_t flip = colour ? ~UINT64_C(0) : 0;
    uint64_t hidden = ~UINT64_C(0) >> (from & 7);
    for (size_t at = from >> 3; at < bytes; at += 8, hidden = ~UINT64_C(0)) {
        uint64_t others = (elqr_load64_end(row + at, bytes - at) ^ flip) & hidden;
        if (others != 0) {
            uint64_t found = (uint64_t)at * 8 + elqr_leading_zeros(others);
            return found < width ? (uint32_t)found : width;
        }
    }
    return width;
}

/*---- Codes ----*/

/* One run: make-up codes for its multiple of 64, then one terminating code (T.4 clause 4.1.1). */
static void put_run(writer *out, uint32_t run, const elqr_g4_code *terminating,
                    const elqr_g4_code *make_up) {
    for (; run >= 2560 + 64; run -= 2560)
        put(out, make_up[40].code, make_up[40].bits);
    if (run >= 64)
        put(out, make_up[run >> 6].code, make_up[run >> 6].bits);
    put(out, terminating[run & 63].code, terminating[run & 63].bits);
}

static void put_colour_run(writer *out, uint32_t run, uint32_t colour) {
    if (colour)
        put_run(out, run, elqr_g4_black_terminating, elqr_g4_black_make_up);
    else
        put_run(out, run, elqr_g4_white_terminating, elqr_g4_white_make_up);
}

/* V(a1 - b1), the difference being -3..3. */
static void put_vertical(writer *out, uint32_t a1, uint32_t b1) {
    /* VL3, VL2, VL1, V0, VR1, VR2, VR3 of T.6 table 1. */
    static const elqr_g4_code codes[7] = {{2, 7}, {2, 6}, {2, 3}, {1, 1}, {3, 3}, {3, 6}, {3, 7}};
    elqr_g4_code code = codes[a1 + 3 - b1];
    put(out, code.code, code.bits);
}

/* One row against the one above it, by the flow of T.6 figure 7. */
static void put_row(writer *out, const uint8_t *row, const uint8_t *above, uint32_t width) {
    uint32_t a0 = 0, colour = 0; /* the imaginary white pixel before the row hides no change */
    uint32_t first = 1;
    while (a0 < width) {
        uint32_t a1 = run_end(row, a0, width, colour);
        uint32_t b1 = run_end(above, a0, width, colour);
        if (!first && b1 == a0)
            b1 = run_end(above, run_end(above, a0, width, !colour), width, colour);
        uint32_t b2 = run_end(above, b1, width, !colour);
        if (b2 < a1) {
            put(out, 1, 4); /* pass: 0001 */
            a0 = b2;
        } else if (a1 + 3 >= b1 && b1 + 3 >= a1) {
            put_vertical(out, a1, b1);
            a0 = a1;
            colour = !colour;
        } else {
            uint32_t a2 = run_end(row, a1, width, !colour);
            put(out, 1, 3); /* horizontal: 001 */
            put_colour_run(out, a1 - a0, colour);
            put_colour_run(out, a2 - a1, !colour);
            a0 = a2;
        }
        first = 0;
    }
}

/*---- Public ----*/

/* A row takes at most 7 bits a pixel and 32 more.  A vertical code (7 bits at most) moves a0 by one
 * pixel or more, pass (4 bits) by two; horizontal mode with runs of 1 and 1 takes 3 + 6 + 3 bits
 * for two pixels, with longer runs fewer a pixel.  Only the first code may move by nothing (7 bits,
 * or 3 + 8 with a white run of 0), only the last may end in an empty run (10 bits).  Then 16 bytes
 * for EOFB (24 bits) or the bits that wait (63), and the word they are stored with. */
uint64_t elqr_g4_bound(uint32_t width, uint32_t height) {
    return ((uint64_t)width * 7 + 32) * height / 8 + 16;
}

int elqr_g4_encode(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                   uint8_t *out, size_t capacity, size_t *length) {
    *length = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > ELQR_G4_MAX_WIDTH)
        return ELQR_OUT_OF_RANGE;
    size_t row_bound = (size_t)elqr_g4_bound(width, 1);
    writer coded = {out, 0, 0};
    const uint8_t *above = NULL;
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *row = rows + stride * y;
        if (capacity - (size_t)(coded.at - out) < row_bound)
            return ELQR_BUFFER_TOO_SMALL;
        put_row(&coded, row, above, width);
        above = row;
    }
    if (capacity - (size_t)(coded.at - out) < 16)
        return ELQR_BUFFER_TOO_SMALL;
    put(&coded, 1, 12); /* EOFB, T.6 clause 2.4.1.1: two end-of-line codes */
    put(&coded, 1, 12);
    *length = (size_t)(finish(&coded) - out);
    return ELQR_OK;
}
