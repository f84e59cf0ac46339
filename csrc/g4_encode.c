/* ITU-T T.6 (Group 4) coding of packed rows.  See elqr.h for the contract, g4_row.h for how a row
 * is coded, docs/g4.md for the why. */
#include "cpu.h"
#include "elqr.h"
#include "g4_row.h"

/* A row takes at most 7 bits a pixel and 32 more.  A vertical code (7 bits at most) moves a0 by one
 * pixel or more, pass (4 bits) by two; horizontal mode with runs of 1 and 1 takes 3 + 6 + 3 bits
 * for two pixels, with longer runs fewer a pixel.  Only the first code may move by nothing (7 bits,
 * or 3 + 8 with a white run of 0), only the last may end in an empty run (10 bits).  Then 16 bytes
 * for EOFB (24 bits), the bits that wait (7), and the word that the last are stored with. */
uint64_t elqr_g4_bound(uint32_t width, uint32_t height) {
    return ((uint64_t)width * 7 + 32) * height / 8 + 16;
}

/* Two lists of changes, and the bits of a row on their way to it. */
size_t elqr_g4_words(uint32_t width) {
    return 2 * ((size_t)width + G4_LIST_EXTRA) + G4_DRAWN_WORDS(width);
}

/* The rows of one strip and work space; see elqr_g4_encode. */
typedef struct {
    const uint8_t *rows;
    size_t stride;
    uint32_t width, height;
    uint32_t *words;
} strip;

/* Codes all rows, as long as each finds its bound's worth of room before `end`. */
ELQR_INLINE int put_rows(g4_writer *out, const uint8_t *end, const strip *image) {
    uint32_t width = image->width;
    size_t row_bound = (size_t)elqr_g4_bound(width, 1);
    g4_list above = g4_empty_list(image->words, width);
    g4_list here = g4_empty_list(image->words + width + G4_LIST_EXTRA, width);
    for (uint32_t y = 0; y < image->height; y++) {
        const uint8_t *row = image->rows + image->stride * y;
        if ((size_t)(end - out->at) < row_bound)
            return ELQR_BUFFER_TOO_SMALL;
        if (y != 0 && memcmp(row, row - image->stride, ((size_t)width + 7) / 8) == 0) {
            g4_put_ones(out, above.count + 1);
            continue;
        }
        g4_find_changes(&here, row, width);
        g4_put_row(out, &here, &above, width);
        g4_list other = above;
        above = here;
        here = other;
    }
    return (size_t)(end - out->at) < 16 ? ELQR_BUFFER_TOO_SMALL : ELQR_OK;
}

static int put_rows_portable(g4_writer *out, const uint8_t *end, const strip *image) {
    return put_rows(out, end, image);
}

#if ELQR_X86
/* One instruction each for counting bits and zeros, and shifts that need no fixed register. */
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static int put_rows_avx2(g4_writer *out, const uint8_t *end, const strip *image) {
    return put_rows(out, end, image);
}
#endif

static int put_rows_best(g4_writer *out, const uint8_t *end, const strip *image) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return put_rows_avx2(out, end, image);
#endif
    return put_rows_portable(out, end, image);
}

int elqr_g4_encode(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                   uint8_t *out, size_t capacity, uint32_t *words, size_t *length) {
    *length = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > ELQR_G4_MAX_WIDTH)
        return ELQR_OUT_OF_RANGE;
    g4_writer coded = {out, 0, 0};
    const strip image = {rows, stride, width, height, words};
    int status = put_rows_best(&coded, out + capacity, &image);
    if (status != ELQR_OK)
        return status;
    g4_put_eofb(&coded);
    g4_finish(&coded);
    *length = (size_t)(coded.at - out);
    return ELQR_OK;
}
