/* Rows as lists of changes of colour, and the ITU-T T.6 coding of one row.  Internal to csrc; all
 * of it inlines into callers that carry target attributes, so that one source serves every
 * instruction set.
 *
 * A list holds the positions where the colour changes: strictly rising, the first from white to
 * black, the next back, and so on; a position is that of the first pixel of the new colour.  The
 * list is followed by G4_SENTINELS times the row's width and preceded by -1, the imaginary pixel
 * before the row.
 *
 * Terms of T.6 clause 2.2.1: a0 is where the coder stands, a1 the next change on the coding line,
 * a2 the one after; b1 is the first change on the reference line right of a0 to the colour opposite
 * to a0's, b2 the one after.  All are `width` where there is none.
 */
#ifndef ELQR_G4_ROW_H
#define ELQR_G4_ROW_H

#include "bits.h"
#include "g4_tables.h"

enum {
    /* b1 is searched two changes at a time, at most one past the list, and g4_next_b looks three
     * further: with five sentinels no search leaves them. */
    G4_SENTINELS = 5,
    /* Changes are written so many at a time, which may run past the list's end. */
    G4_BLOCK = 8,
    /* Words of a list besides its changes. */
    G4_LIST_EXTRA = 1 + G4_SENTINELS + G4_BLOCK
};

/* 32-bit words of a row when it is drawn from its list, 64 pixels at a time, and up to 64 beyond
 * where its last run begins. */
#define G4_DRAWN_WORDS(width) (((size_t)(width) / 64 + 2) * 2)

/* The -1 before a list. */
#define G4_BEFORE_ROW UINT32_MAX

typedef struct {
    uint32_t *changes;
    uint32_t count;
} g4_list;

/* An empty list, that of a white row, in width + G4_LIST_EXTRA words. */
ELQR_INLINE g4_list g4_empty_list(uint32_t *words, uint32_t width) {
    g4_list list = {words + 1, 0};
    words[0] = G4_BEFORE_ROW;
    for (uint32_t i = 0; i < G4_SENTINELS; i++)
        list.changes[i] = width;
    return list;
}

/*---- A row's changes ----*/

/* Appends the changes that `marks` has, one bit each, the highest at position `base`. */
ELQR_INLINE void g4_add_marks(g4_list *list, uint64_t marks, uint32_t base) {
    uint32_t *to = list->changes + list->count;
    uint32_t found = elqr_count_ones(marks);
    list->count += found;
    /* Half a block whether or not there are so many: the loop is rarely entered, so foreseen. */
    for (uint32_t i = 0; i < G4_BLOCK / 2 || i < found; i++) {
        uint32_t at = elqr_leading_zeros(marks | 1);
        to[i] = base + at;
        marks &= ~(UINT64_C(1) << 63 >> at);
    }
}

/* Makes `list` that of a packed row; bits past the width are not looked at. */
ELQR_INLINE void g4_find_changes(g4_list *list, const uint8_t *row, uint32_t width) {
    uint64_t before = 0;
    size_t row_bytes = ((size_t)width + 7) / 8;
    list->count = 0;
    for (uint32_t x = 0; x < width; x += 64) {
        uint64_t word = elqr_load64_end(row + x / 8, row_bytes - x / 8);
        uint64_t marks = word ^ (word >> 1 | before << 63);
        before = word & 1;
        if (width - x < 64)
            marks &= ~(~UINT64_C(0) >> (width - x));
        if (marks != 0)
            g4_add_marks(list, marks, x);
    }
    for (uint32_t i = 0; i < G4_SENTINELS; i++)
        list->changes[list->count + i] = width;
}

/*---- Bit writer ----*/

/* Fewer than 8 bits wait in `pending`, at its high end; the bits below them are 0. */
typedef struct {
    uint8_t *at;
    uint64_t pending;
    uint32_t waiting;
} g4_writer;

/* Appends the low `bits` bits (0..56) of `code`, whose higher bits are 0.  Stores a whole word each
 * time: that costs less than foreseeing wrongly when a word is full. */
ELQR_INLINE void g4_put(g4_writer *out, uint64_t code, uint32_t bits) {
    /* The mask matters where nothing is put after nothing: code is 0 then. */
    uint64_t word = out->pending | code << ((64 - out->waiting - bits) & 63);
    uint32_t filled = out->waiting + bits;
    elqr_store64(out->at, word);
    out->at += filled / 8;
    out->pending = word << (filled & 56);
    out->waiting = filled % 8;
}

/* `count` times V0. */
ELQR_INLINE void g4_put_ones(g4_writer *out, uint32_t count) {
    for (; count > 32; count -= 32)
        g4_put(out, UINT32_MAX, 32);
    g4_put(out, (UINT64_C(1) << count) - 1, count);
}

/* EOFB, T.6 clause 2.4.1.1: two end-of-line codes. */
ELQR_INLINE void g4_put_eofb(g4_writer *out) {
    g4_put(out, 0x001001, 24);
}

/* Bits written since `start`. */
ELQR_INLINE uint64_t g4_length(const g4_writer *out, const uint8_t *start) {
    return (uint64_t)(out->at - start) * 8 + out->waiting;
}

/* Fills the last byte, stored already, with zeros: `at` is then the end of the coding. */
ELQR_INLINE void g4_finish(g4_writer *out) {
    out->at += out->waiting != 0;
    out->pending = 0;
    out->waiting = 0;
}

/*---- Codes ----*/

/* Code words joined to one, and their length. */
typedef struct {
    uint64_t code;
    uint32_t bits;
} g4_string;

/* A run below 2624: a make-up code for its multiple of 64 unless that is 0, then a terminating code
 * (T.4 clause 4.1.1).  At most 25 bits. */
ELQR_INLINE g4_string g4_run_string(uint32_t run, uint32_t colour) {
    elqr_g4_code head = colour ? elqr_g4_black_make_up[run >> 6] : elqr_g4_white_make_up[run >> 6];
    elqr_g4_code tail =
        colour ? elqr_g4_black_terminating[run & 63] : elqr_g4_white_terminating[run & 63];
    g4_string string = {(uint64_t)head.code << tail.bits | tail.code,
                        (uint32_t)head.bits + tail.bits};
    return string;
}

/* Any run; 2624 and more take the longest make-up code, 2560, as often as needed. */
ELQR_INLINE void g4_put_run(g4_writer *out, uint32_t run, uint32_t colour) {
    for (; ELQR_UNLIKELY(run >= 2560 + 64); run -= 2560)
        g4_put(out, elqr_g4_white_make_up[40].code, elqr_g4_white_make_up[40].bits);
    g4_string string = g4_run_string(run, colour);
    g4_put(out, string.code, string.bits);
}

/* Horizontal mode: 001, then both runs. */
ELQR_INLINE void g4_put_horizontal(g4_writer *out, uint32_t first, uint32_t second,
                                   uint32_t colour) {
    if (ELQR_LIKELY(first < 2560 + 64 && second < 2560 + 64)) {
        g4_string one = g4_run_string(first, colour), two = g4_run_string(second, !colour);
        g4_put(out, (UINT64_C(1) << one.bits | one.code) << two.bits | two.code,
               3 + one.bits + two.bits);
        return;
    }
    g4_put(out, 1, 3);
    g4_put_run(out, first, colour);
    g4_put_run(out, second, !colour);
}

/* V(a1 - b1), the difference being -3..3. */
ELQR_INLINE void g4_put_vertical(g4_writer *out, uint32_t a1, uint32_t b1) {
    /* VL3, VL2, VL1, V0, VR1, VR2, VR3 of T.6 table 1. */
    static const elqr_g4_code codes[7] = {{2, 7}, {2, 6}, {2, 3}, {1, 1}, {3, 3}, {3, 6}, {3, 7}};
    elqr_g4_code code = codes[a1 + 3 - b1];
    g4_put(out, code.code, code.bits);
}

ELQR_INLINE int g4_is_vertical(uint32_t a1, uint32_t b1) {
    return a1 + 3 - b1 <= 6; /* unsigned: -3..3 */
}

/*---- One row ----*/

/* The index of b1 for the colour after a vertical code at index b, a0 being that code's a1.  Left
 * of the old b1 there may be one change of the new colour still right of a0; right of it at most
 * two are not beyond a0, as changes to one colour are two pixels apart or more.  A sum, not
 * branches: which it is cannot be foreseen, and the loads do not wait for each other. */
ELQR_INLINE uint32_t g4_next_b(const uint32_t *above, uint32_t b, uint32_t a0) {
    const uint32_t *at = above + b;
    /* at[-1] may be the -1 before the list. */
    uint32_t passed = (at[-1] + 1 <= a0 + 1) + (uint32_t)(at[1] <= a0) + (at[3] <= a0);
    return b + 2 * passed - 1;
}

/* One row against the one above it: the flow of T.6 figure 7. */
ELQR_INLINE void g4_put_row(g4_writer *out, const g4_list *row, const g4_list *reference,
                            uint32_t width) {
    const uint32_t *changes = row->changes, *above = reference->changes;
    uint32_t a = 0, b = 0, a0 = 0; /* indices of a1 and b1 */
    for (;;) {
        uint32_t first = a;
        while (changes[a] == above[b] && a < row->count)
            a++, b++;
        g4_put_ones(out, a - first);
        /* Not by whether there were any, which cannot be foreseen: a0 is never left of it. */
        int32_t last = (int32_t)changes[(int64_t)a - 1];
        a0 = last > (int32_t)a0 ? (uint32_t)last : a0;
        uint32_t a1 = changes[a], b1 = above[b];
        if (above[b + 1] < a1) {
            g4_put(out, 1, 4); /* pass: 0001 */
            a0 = above[b + 1];
            b += 2;
        } else if (g4_is_vertical(a1, b1)) {
            g4_put_vertical(out, a1, b1);
            if (a1 == width)
                return;
            a0 = a1;
            a++;
            b = g4_next_b(above, b, a0);
        } else {
            uint32_t a2 = changes[a + 1];
            g4_put_horizontal(out, a1 - a0, a2 - a1, a & 1);
            if (a2 == width)
                return;
            a0 = a2;
            a += 2;
            while (above[b] <= a0)
                b += 2;
        }
    }
}

#endif
