/* csrc: pdf_page.c pdf_text.c flate.c */
/* One repeat: 16 pages set and packed, each of 40 lines of 12 glyphs, a symbol and a row of bars.
 * Every fourth line shows what one before it showed, as slips do. */
#include "driver.h"
#include "elqr_pdf_page.h"

enum { PAGES = 16, LINES = 40, LENGTH = 12, GLYPHS = 64, SIDE = 41, BARS = 288 };

static uint16_t ids[LINES / 4][PAGES * LENGTH], glyph_codes[GLYPHS];
static uint32_t ends[PAGES], line_ends[LINES][PAGES];
static elqr_text_line lines[LINES][PAGES + ELQR_TEXT_LINES];
static uint8_t symbols[PAGES * SIDE * 6], bars[PAGES * BARS], spaces[GLYPHS], left[PAGES];
static double advances[GLYPHS];
static int32_t widths[GLYPHS];
static uint16_t codes[ELQR_FLATE_SYMBOLS];
static uint8_t bits[ELQR_FLATE_SYMBOLS], out[1 << 20];
static uint64_t offsets[2 * PAGES];
static uint32_t checksums[PAGES];

static elqr_bytes bytes(const char *text, size_t size) {
    return (elqr_bytes){(const uint8_t *)text, size};
}

static elqr_pdf_code code(uint32_t count) {
    return (elqr_pdf_code){bytes("/Q 1 Tf\n9 TL\n", 13), 1563, 421, 9, count};
}

int main(int argc, char **argv) {
    static const double sizes[2] = {83.3, 62.5};
    static const int32_t settings[1] = {0};
    static const uint8_t header[2] = {4, 0}, last[2] = {5, 0};
    const elqr_bytes fonts[2] = {bytes("/F0 83.3", 8), bytes("/F0 62.5", 8)};
    const elqr_glyphs glyphs = {advances, spaces, glyph_codes, widths, GLYPHS};
    const elqr_flate flate[ELQR_PDF_BLOCKS] = {{codes, bits, header, 12}, {codes, bits, last, 12}};
    const elqr_pdf_numbers numbers = {5, 100};
    elqr_pdf_text texts[LINES];
    for (int i = 0; i < GLYPHS; i++) {
        glyph_codes[i] = (uint16_t)(i * 977);
        advances[i] = i % 3 ? 0.5 : 1;
        widths[i] = i % 3 ? 500 : 1000;
    }
    for (int i = 0; i < ELQR_FLATE_SYMBOLS; i++)
        bits[i] = i >= '0' && i <= 'O' ? 5 : i >= ' ' && i <= '-' ? 6 : 8; /* as in real pages */
    bits['('] = bits[')'] = bits['\''] = 3;
    for (int i = 0; i < PAGES; i++)
        ends[i] = (uint32_t)(i + 1) * LENGTH;
    fill(symbols, sizeof symbols, 0, 256);
    for (int i = 0; i < PAGES * BARS; i++)
        bars[i] = i % BARS % 11 < 4 || i % BARS % 11 % 3 == 0;
    for (int c = 0; c < LINES / 4; c++) {
        uint8_t noise[PAGES * LENGTH];
        fill(noise, sizeof noise, 0, 40);
        for (int i = 0; i < PAGES * LENGTH; i++)
            ids[c][i] = (uint16_t)((noise[i] + 7 * c) % GLYPHS);
    }
    for (int i = 0; i < LINES; i++)
        texts[i] = (elqr_pdf_text){{ids[i / 4], ends}, lines[i], line_ends[i], 0, 0};
    const elqr_pdf_batch batch = {PAGES,   7016,  bytes("q\n", 2), code(SIDE),  code(BARS),
                                  symbols, bars,  glyphs,          fonts,       sizes,
                                  2,       texts, LINES,           bytes("", 0)};
    uint8_t *work = malloc(elqr_pdf_work(&batch));
    for (long repeat = repeats_of(argc, argv); repeat > 0; repeat--) {
        size_t done = 0, used = 0;
        for (int i = 0; i < LINES; i++) {
            elqr_text_field field = {100, 50 * i, 1500, 90, sizes, settings, 1, 0, i % 3, 0, 0};
            if (elqr_text_set(&field, &glyphs, &texts[i].column, PAGES, lines[i],
                              PAGES + ELQR_TEXT_LINES, line_ends[i], left))
                return 1;
        }
        if (elqr_pdf_pages(&batch, flate, &numbers, work, out, sizeof out, offsets, checksums,
                           &done, &used))
            return 1;
    }
    free(work);
    return 0;
}
