/* csrc: page_set.c page_pairs.c page_plate.c g4_encode.c cpu.c */
/* One repeat: blits of 256 pages of 12 lines of 14 figures, in pairs. */
#include "driver.h"
#include "elqr_page.h"
#include "elqr_page_set.h"

#include <string.h>

enum { WIDTH = 2480, HEIGHT = 1600, PAGES = 256, LINES = 12, DIGITS = 14, GLYPHS = 10 };
enum { COUNT = PAGES * LINES * DIGITS, TILES = (HEIGHT / 8 + 1) * (WIDTH / 8 + 1) };
enum { GLYPH_WIDTH = 20, GLYPH_HEIGHT = 30, GLYPH_BYTES = 3, MADE = 1000, LEARNED = 4 };

static uint8_t atlas[16 << 20], digits[COUNT], pair_rows[ELQR_PAIR_ROWS];
static uint64_t glyphs[GLYPHS + MADE], ends[PAGES], pair_memory[1 << 20];
static uint16_t ids[COUNT];
static int32_t lines[PAGES * LINES * 5], blits[COUNT * 3], numbers[GLYPHS], boxes[GLYPHS * 4];
static uint32_t line_ends[PAGES], still[TILES];
static double advances[GLYPHS];

static size_t make_atlas(void) {
    uint8_t rows[GLYPH_BYTES * GLYPH_HEIGHT];
    size_t size = 0, used;
    for (int g = 0; g < GLYPHS; g++) {
        const int32_t box[4] = {2, GLYPH_HEIGHT, GLYPH_WIDTH, GLYPH_HEIGHT};
        memset(rows, 0x18 << g % 4, sizeof rows);
        glyphs[g] = size;
        if (elqr_glyph_make(rows, GLYPH_BYTES, GLYPH_WIDTH, GLYPH_HEIGHT, atlas + size,
                            sizeof atlas - size, &used) != ELQR_OK)
            return 0;
        size += used;
        numbers[g] = g;
        memcpy(boxes + g * 4, box, sizeof box);
        advances[g] = 0.6;
    }
    return size;
}

static void set_lines(void) {
    fill(digits, sizeof digits, 0, GLYPHS);
    for (int i = 0; i < COUNT; i++)
        ids[i] = digits[i];
    for (int i = 0; i < PAGES * LINES; i++) {
        const int32_t line[5] = {i * DIGITS, DIGITS, 100 + i % 2 * 1200, 100 + i % LINES * 100, 0};
        memcpy(lines + i * 5, line, sizeof line);
        line_ends[i / LINES] = (uint32_t)i + 1;
    }
}

/* Adds what was met often to the atlas; returns how many glyphs it has, 0 for none. */
static size_t learn(elqr_pairs *pairs, size_t count, size_t *size) {
    const elqr_pair *wanted;
    size_t most = elqr_pairs_wanted(pairs, &wanted), used;
    for (size_t i = 0; i < most && count < GLYPHS + MADE; i++) {
        if (elqr_pair_make(atlas, glyphs, &wanted[i], pair_rows, atlas + *size,
                           sizeof atlas - *size, &used) != ELQR_OK)
            return 0;
        glyphs[count] = *size;
        *size += used;
        elqr_pairs_add(pairs, &wanted[i], atlas, glyphs, (int32_t)count++);
    }
    elqr_pairs_forget(pairs);
    return count;
}

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    const double size = 41.7;
    const elqr_set_field field = {ids, COUNT, lines, PAGES * LINES, line_ends, 0, 0};
    const elqr_set_batch batch = {&field, 1,       PAGES, advances, GLYPHS, &size,
                                  1,      numbers, boxes, GLYPHS,   WIDTH,  HEIGHT};
    const elqr_pair_rules rules = {atlas, glyphs, still, 12};
    elqr_pairs *pairs = (elqr_pairs *)(void *)pair_memory;
    size_t used = make_atlas(), count = GLYPHS;
    set_lines();
    if (used == 0 || elqr_pairs_size() > sizeof pair_memory)
        return 1;
    elqr_pairs_init(pairs);
    for (long i = 0; i < LEARNED + repeats; i++) {
        if (elqr_set_blits(&batch, 0, PAGES, pairs, &rules, blits, COUNT, ends) != ELQR_OK)
            return 1;
        if (i < LEARNED)
            count = learn(pairs, count, &used);
        if (count == 0)
            return 1;
    }
    return ends[PAGES - 1] > COUNT / 2 + COUNT / 10; /* nearly all in pairs */
}
