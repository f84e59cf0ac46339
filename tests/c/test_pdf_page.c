/* csrc: pdf_page.c pdf_text.c flate.c */
/* Lines against their boxes, pages in buffers of every size, batches that lie.  Buffers are of the
 * exact size, so AddressSanitizer sees any step outside. */
#include "elqr_pdf_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

enum { GLYPHS = 3, PAGES = 5, SIDE = 41, ROW_BYTES = 6, BARS = 288 };
/* Glyphs: a square letter, a narrow one, a space. */
static const double ADVANCES[GLYPHS] = {1, 0.5, 0.5};
static const uint8_t SPACES[GLYPHS] = {0, 0, 1};
static const uint16_t CODES[GLYPHS] = {0x4128, 0x4D4E, 0x2E2F};
static const int32_t WIDTHS[GLYPHS] = {1000, 500, 500};
static const elqr_glyphs TABLE = {ADVANCES, SPACES, CODES, WIDTHS, GLYPHS};

static elqr_bytes bytes(const char *text) {
    return (elqr_bytes){(const uint8_t *)text, strlen(text)};
}

static int test_lines(void) {
    static const double sizes[2] = {10, 5};
    static const int32_t settings[2] = {7, 8};
    static const uint16_t ids[] = {0, 0, 0, 0, 0, 2, 0, 0, ELQR_GLYPH_NONE, 0, 0, 0, 0, 0, 0, 0};
    static const uint32_t ends[] = {0, 3, 8, 9, 16};
    elqr_text_field field = {0};
    elqr_text_line lines[5 + ELQR_TEXT_LINES];
    uint32_t line_ends[5];
    uint8_t left[5];
    field.x = 100, field.y = 200, field.width = 30, field.height = 24;
    field.sizes = sizes, field.settings = settings, field.size_count = 2;
    field.align = ELQR_ALIGN_RIGHT;
    elqr_text_column column = {ids, ends};
    CHECK(elqr_text_set(&field, &TABLE, &column, 5, lines, 21, line_ends, left) == ELQR_OK);
    /* Nothing; three that just fit; five that fit at half the size; one unknown; seven: too wide.
     */
    static const uint32_t EXPECTED_ENDS[5] = {0, 1, 2, 2, 2};
    static const uint8_t EXPECTED_LEFT[5] = {0, 0, 0, 1, 1};
    CHECK(memcmp(line_ends, EXPECTED_ENDS, sizeof line_ends) == 0);
    CHECK(memcmp(left, EXPECTED_LEFT, sizeof left) == 0);
    CHECK(lines[0].start == 0 && lines[0].count == 3 && lines[0].x == 100);
    CHECK(lines[0].setting == 7 && lines[0].y == 216);                        /* 212 + 3.8 */
    CHECK(lines[1].count == 5 && lines[1].setting == 8 && lines[1].x == 108); /* 130 - 22.5 */
    field.wraps = 1;
    CHECK(elqr_text_set(&field, &TABLE, &column, 3, lines, 19, line_ends, left) == ELQR_OK);
    CHECK(line_ends[2] == 3 && lines[1].count == 2 && lines[2].start == 6 && lines[2].count == 2);
    CHECK(lines[1].setting == 7 && lines[2].y - lines[1].y == 12);
    CHECK(elqr_text_set(&field, &TABLE, &column, 3, lines, 15, line_ends, left) ==
          ELQR_BUFFER_TOO_SMALL);
    field.align = 3;
    CHECK(elqr_text_set(&field, &TABLE, &column, 1, lines, 21, line_ends, left) ==
          ELQR_OUT_OF_RANGE);
    return 0;
}

/* Codes of 8 bits for the bytes that pages hold, and none for matches: a table that is legal for
 * the kernel, though short of matches. */
static void plain_codes(uint16_t *codes, uint8_t *bits) {
    static const char USED[] = "0123456789@ABCDEFGHIJKLMNO()'\\/. -\nTQdjLfrq";
    memset(codes, 0, ELQR_FLATE_SYMBOLS * sizeof *codes);
    memset(bits, 0, ELQR_FLATE_SYMBOLS);
    for (size_t i = 0; i < sizeof USED - 1; i++) {
        codes[(uint8_t)USED[i]] = (uint16_t)i;
        bits[(uint8_t)USED[i]] = 8;
    }
    bits[256] = 8;
}

static elqr_pdf_code code(uint32_t count) {
    return (elqr_pdf_code){bytes("/B 1 Tf\n"), 12, 34567, 9, count};
}

static int write_pages(const elqr_pdf_batch *batch, const elqr_flate *flate, size_t capacity,
                       uint8_t *all, size_t *size) {
    static const elqr_pdf_numbers numbers = {9, 2};
    uint8_t *work = malloc(elqr_pdf_work(batch)), *out = malloc(capacity);
    uint64_t offsets[2 * PAGES];
    uint32_t checksums[PAGES];
    size_t done = 0, used = 0;
    int status, rounds = 0;
    *size = 0;
    do {
        status = elqr_pdf_pages(batch, flate, &numbers, work, out, capacity, offsets, checksums,
                                &done, &used);
        if (*size + used <= 1 << 20)
            memcpy(all + *size, out, used);
        *size += used;
    } while (status == ELQR_BUFFER_TOO_SMALL && used > 0 && ++rounds < 100);
    free(work);
    free(out);
    return status;
}

static int test_pages(void) {
    static uint8_t symbols[PAGES * SIDE * ROW_BYTES], bars[PAGES * BARS], all[3][1 << 20];
    static const uint16_t ids[10] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
    static const uint32_t ends[PAGES] = {3, 6, 6, 6, 10}, line_ends[PAGES] = {1, 2, 2, 3, 4};
    static const double sizes[1] = {33.3};
    const elqr_text_line lines[4] = {
        {0, 3, 5, 6, 0}, {3, 3, -5, 900000, 0}, {0, -4, 0, 0, 0}, {0, 10, 0, 0, 0}};
    const elqr_bytes settings[1] = {bytes("/F0 33.3")};
    const elqr_pdf_text texts[2] = {{{ids, ends}, lines, line_ends, 0, 0},
                                    {{ids, ends}, lines, line_ends, 60, 3.5}};
    elqr_pdf_batch batch = {PAGES, 500,          bytes("q\n"), code(SIDE), code(BARS), symbols,
                            bars,  TABLE,        settings,     sizes,      1,          texts,
                            2,     bytes("(A)T")};
    for (size_t i = 0; i < sizeof symbols; i++)
        symbols[i] = (uint8_t)(i * 151 >> 2);
    for (size_t i = 0; i < sizeof bars; i++)
        bars[i] = i % BARS % 7 < 3 && i < 4 * BARS;
    uint16_t codes[ELQR_FLATE_SYMBOLS];
    uint8_t bits[ELQR_FLATE_SYMBOLS], header[2] = {4, 0}, last_header[2] = {5, 0};
    plain_codes(codes, bits);
    const elqr_flate flate[ELQR_PDF_BLOCKS] = {{codes, bits, header, 9},
                                               {codes, bits, last_header, 9}};
    size_t size, part_size, packed;
    CHECK(write_pages(&batch, NULL, 1 << 20, all[0], &size) == ELQR_OK);
    CHECK(write_pages(&batch, NULL, 200000, all[1], &part_size) == ELQR_OK);
    CHECK(size == part_size && memcmp(all[0], all[1], size) == 0);
    CHECK(memcmp(all[0], "9 0 obj\n<</Length ", 18) == 0);
    CHECK(write_pages(&batch, flate, 1 << 20, all[2], &packed) == ELQR_OK);
    CHECK(write_pages(&batch, NULL, 100, all[1], &part_size) == ELQR_BUFFER_TOO_SMALL);
    CHECK(part_size == 0);
    bits['7'] = 0;
    CHECK(write_pages(&batch, flate, 1 << 20, all[2], &packed) == ELQR_BAD_CHARACTER);
    bits['7'] = ELQR_FLATE_LONGEST + 1;
    CHECK(write_pages(&batch, flate, 1 << 20, all[2], &packed) == ELQR_BAD_CHARACTER);
    batch.setting_count = 0;
    CHECK(write_pages(&batch, NULL, 1 << 20, all[2], &packed) == ELQR_OUT_OF_RANGE);
    batch.setting_count = 1, batch.qr.count = 65;
    CHECK(write_pages(&batch, NULL, 1 << 20, all[2], &packed) == ELQR_OUT_OF_RANGE);
    batch.qr.count = SIDE;
    static const double tiny[1] = {1e-310}; /* its inverse is infinite: once a NaN made whole */
    elqr_pdf_batch small = batch;
    small.sizes = tiny;
    CHECK(write_pages(&small, NULL, 1 << 20, all[2], &packed) == ELQR_OUT_OF_RANGE);
    memset(bars, 1, 5); /* a bar wider than any */
    CHECK(write_pages(&batch, NULL, 1 << 20, all[2], &packed) == ELQR_OUT_OF_RANGE);
    return 0;
}

int main(void) {
    return test_lines() || test_pages();
}
