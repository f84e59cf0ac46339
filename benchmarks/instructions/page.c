/* csrc: page.c page_items.c page_plate.c g4_encode.c cpu.c */
/* One repeat: 4 pages joined and 1 row-cached, from a plate with rules, a symbol, bars and four
 * lines of digits. */
#include "driver.h"
#include "elqr_page.h"

#include <string.h>

enum { WIDTH = 2480, HEIGHT = 800, ROW_BYTES = (WIDTH + 7) / 8, PAGES = 4 };
enum { GLYPHS = 10, GLYPH_WIDTH = 20, GLYPH_HEIGHT = 30, GLYPH_BYTES = 3, LINES = 4, DIGITS = 40 };
enum { BLITS = LINES * DIGITS, SIDE = 41, SIDE_BYTES = 6, BARS = 288 };

static uint8_t still[ROW_BYTES * HEIGHT], plate[8 * ROW_BYTES * HEIGHT], work[1 << 20];
static uint8_t atlas[1 << 20], symbols[PAGES * SIDE * SIDE_BYTES], bars[PAGES * BARS];
static uint8_t out[1 << 22];
static uint64_t glyphs[GLYPHS], blit_ends[PAGES], strip_ends[PAGES];
static int32_t blits[PAGES * BLITS * 3], zones[LINES * 4];
static uint32_t words[5 * WIDTH];

static void set_zones(void) {
    for (int line = 0; line < LINES; line++) {
        const int32_t zone[4] = {100, 98 + line * 60, 1200, GLYPH_HEIGHT + 4};
        memcpy(zones + line * 4, zone, sizeof zone);
    }
}

/* Rules across and down. */
static void draw_still(void) {
    for (int y = 90; y < 340; y += 60)
        memset(still + y * ROW_BYTES + 5, 0xFF, ROW_BYTES - 10);
    for (int y = 90; y < 340; y++)
        still[y * ROW_BYTES + 8] = still[y * ROW_BYTES + 300] = 0x60;
}

static int make_atlas(void) {
    uint8_t rows[GLYPH_BYTES * GLYPH_HEIGHT];
    size_t size = 0, used;
    for (int g = 0; g < GLYPHS; g++) {
        for (int y = 0; y < GLYPH_HEIGHT; y++) {
            uint32_t strokes = 0xF << (8 + (y + g) % 9) | (y % (6 + g) < 4 ? 0x7FFF00u >> g : 0);
            for (int i = 0; i < GLYPH_BYTES; i++)
                rows[y * GLYPH_BYTES + i] = (uint8_t)(strokes >> (16 - 8 * i));
        }
        glyphs[g] = size;
        if (elqr_glyph_make(rows, GLYPH_BYTES, GLYPH_WIDTH, GLYPH_HEIGHT, atlas + size,
                            sizeof atlas - size, &used) != ELQR_OK)
            return 1;
        size += used;
    }
    return 0;
}

static void set_pages(void) {
    uint8_t digits[PAGES * BLITS];
    fill(digits, sizeof digits, 0, GLYPHS);
    fill(symbols, sizeof symbols, 0, 256);
    fill(bars, sizeof bars, 0, 2);
    for (int i = 0; i < PAGES * BLITS; i++) {
        blits[i * 3] = digits[i];
        blits[i * 3 + 1] = 104 + i % DIGITS * 28;
        blits[i * 3 + 2] = 100 + i / DIGITS % LINES * 60;
        blit_ends[i / BLITS] = (uint64_t)i + 1;
    }
}

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    const elqr_plate_form form = {WIDTH,
                                  HEIGHT,
                                  HEIGHT,
                                  still,
                                  ROW_BYTES,
                                  zones,
                                  LINES,
                                  {1900, 420, 5, SIDE, 0, 0},
                                  {100, 420, 2, BARS, 120, 0}};
    const elqr_page_batch batch = {atlas, glyphs, GLYPHS, blits, blit_ends, symbols, bars, PAGES};
    size_t used, done;
    draw_still();
    set_zones();
    set_pages();
    if (elqr_plate_words(WIDTH) > sizeof words / sizeof *words || make_atlas() ||
        elqr_plate_make(&form, plate, sizeof plate, words, &used) != ELQR_OK ||
        elqr_page_work(plate, BLITS) > sizeof work)
        return 1;
    for (long i = 0; i < repeats; i++)
        if (elqr_page_g4(plate, &batch, 0, ELQR_PAGE_JOINED, work, out, sizeof out, strip_ends,
                         &done) != ELQR_OK ||
            elqr_page_g4(plate, &batch, PAGES - 1, ELQR_PAGE_ROW_CACHED, work, out, sizeof out,
                         strip_ends, &done) != ELQR_OK)
            return 1;
    return 0;
}
