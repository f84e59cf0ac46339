/* csrc: page.c page_items.c page_pairs.c page_plate.c page_set.c g4_encode.c cpu.c */
/* Any lines of glyphs, as they are and with pairs taken together: the same dots, coded to the same
 * bits, in buffers of the exact size; lines that are wrong are refused. */
#include "elqr_page.h"
#include "elqr_page_set.h"

#include <stdlib.h>
#include <string.h>

/* The input, read byte by byte; zeros after its end. */
typedef struct {
    const uint8_t *bytes;
    size_t left;
} source;

static uint32_t below(source *input, uint32_t limit) {
    uint32_t value = 0;
    if (input->left != 0) {
        value = *input->bytes++;
        input->left--;
    }
    return value % limit;
}

enum { WIDTH = 200, HEIGHT = 64, ROW_BYTES = WIDTH / 8, TILES = 9 * (ROW_BYTES + 1) };
enum { GLYPHS = 4, IDS = 24, LINES = 6, PAGES = 3, ROOM = 1 << 20, PASSES = 4 };

typedef struct {
    uint8_t memory[ROOM];
    uint64_t offsets[GLYPHS + PASSES * ELQR_PAIR_WANTED];
    size_t size, count;
    int32_t boxes[GLYPHS * 4];
} atlas;

static void make_atlas(source *input, atlas *made) {
    made->size = made->count = 0;
    for (int i = 0; i < GLYPHS; i++) {
        uint32_t width = below(input, 16) + 1, height = below(input, 12) + 1;
        uint8_t rows[2 * 12];
        size_t used;
        for (size_t k = 0; k < sizeof rows; k++)
            rows[k] = (uint8_t)below(input, 256);
        if (elqr_glyph_make(rows, (width + 7) / 8, width, height, made->memory + made->size,
                            ROOM - made->size, &used) != ELQR_OK)
            abort();
        made->offsets[made->count++] = made->size;
        made->size += used;
        const int32_t box[4] = {(int32_t)below(input, 4), (int32_t)below(input, 12), (int32_t)width,
                                (int32_t)height};
        memcpy(made->boxes + i * 4, box, sizeof box);
    }
}

static void make_pairs(atlas *made, elqr_pairs *pairs, uint8_t *rows) {
    const elqr_pair *wanted;
    size_t count = elqr_pairs_wanted(pairs, &wanted), used;
    for (size_t i = 0; i < count; i++) {
        int32_t number = -1;
        if (elqr_pair_make(made->memory, made->offsets, &wanted[i], rows, made->memory + made->size,
                           ROOM - made->size, &used) == ELQR_OK) {
            number = (int32_t)made->count;
            made->offsets[made->count++] = made->size;
            made->size += used;
        }
        elqr_pairs_add(pairs, &wanted[i], made->memory, made->offsets, number);
    }
    elqr_pairs_forget(pairs);
}

/* Static ink in a few tiles, and the sums of tiles. */
static void draw_still(source *input, uint8_t *still, uint32_t *tiles) {
    memset(still, 0, ROW_BYTES * HEIGHT);
    for (uint32_t i = below(input, 4); i != 0; i--)
        still[below(input, HEIGHT) * ROW_BYTES + below(input, ROW_BYTES)] |= 0x18;
    memset(tiles, 0, TILES * sizeof *tiles);
    for (uint32_t y = 0; y < HEIGHT / 8; y++)
        for (uint32_t x = 0; x < ROW_BYTES; x++) {
            uint32_t *at = tiles + (y + 1) * (ROW_BYTES + 1) + x + 1, inked = 0;
            for (uint32_t row = 0; row < 8; row++)
                inked |= still[(y * 8 + row) * ROW_BYTES + x];
            *at = at[-1] + at[-ROW_BYTES - 1] - at[-ROW_BYTES - 2] + (inked != 0);
        }
}

static void draw(const uint8_t *plate, const elqr_page_batch *batch, uint8_t *work, uint8_t *rows) {
    for (size_t page = 0; page < PAGES; page++)
        if (elqr_page_draw(plate, batch, page, work, rows + page * ROW_BYTES * HEIGHT, ROW_BYTES,
                           0) != ELQR_OK)
            abort();
}

static void code(const uint8_t *plate, const elqr_page_batch *batch, int method, uint8_t *work,
                 uint8_t *out, uint64_t *ends) {
    size_t done;
    if (elqr_page_g4(plate, batch, 0, method, work, out,
                     (size_t)elqr_g4_bound(WIDTH, HEIGHT) * PAGES, ends, &done) != ELQR_OK)
        abort();
}

/* Both ways of the same pages. */
static void compare(const uint8_t *plate, elqr_page_batch *plain, elqr_page_batch *paired) {
    enum { SIZE = PAGES * ROW_BYTES * HEIGHT };
    uint8_t *work = malloc(elqr_page_work(plate, IDS * LINES)), *rows = malloc(2 * SIZE);
    size_t bound = (size_t)elqr_g4_bound(WIDTH, HEIGHT) * PAGES;
    uint8_t *out = malloc(2 * bound);
    uint64_t ends[2][PAGES];
    draw(plate, plain, work, rows);
    draw(plate, paired, work, rows + SIZE);
    if (memcmp(rows, rows + SIZE, SIZE) != 0)
        abort();
    code(plate, plain, ELQR_PAGE_ROW_CACHED, work, out, ends[0]);
    code(plate, paired, ELQR_PAGE_JOINED, work, out + bound, ends[1]);
    if (memcmp(ends[0], ends[1], sizeof ends[0]) || memcmp(out, out + bound, ends[0][PAGES - 1]))
        abort();
    free(out);
    free(rows);
    free(work);
}

static uint8_t *make_plate(const uint8_t *still) {
    static const int32_t zone[4] = {0, 0, WIDTH, HEIGHT};
    const elqr_plate_form form = {
        WIDTH, HEIGHT, HEIGHT, still, ROW_BYTES, zone, 1, {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}};
    uint32_t *words = malloc(elqr_plate_words(WIDTH) * sizeof *words);
    uint8_t *memory = malloc(ROOM);
    size_t used;
    if (elqr_plate_make(&form, memory, ROOM, words, &used) != ELQR_OK)
        abort();
    free(words);
    return memory;
}

/* Pages as they are, then again and again with more pairs. */
static void set_pages(const elqr_set_batch *batch, atlas *glyphs, const uint8_t *plate,
                      const uint32_t *tiles) {
    uint8_t seen[2 * GLYPHS] = {0};
    size_t count;
    if (elqr_set_seen(batch, 0, PAGES, seen, &count) != ELQR_OK)
        return;
    int32_t *blits = malloc((count * 3 + 1) * sizeof *blits);
    int32_t *merged = malloc((count * 3 + 1) * sizeof *merged);
    uint64_t ends[PAGES], merged_ends[PAGES];
    elqr_pairs *pairs = malloc(elqr_pairs_size());
    uint8_t *rows = malloc(ELQR_PAIR_ROWS);
    elqr_pairs_init(pairs);
    if (elqr_set_blits(batch, 0, PAGES, NULL, NULL, blits, count, ends) == ELQR_OK)
        for (int pass = 0; pass < PASSES; pass++) {
            const elqr_pair_rules rules = {glyphs->memory, glyphs->offsets, tiles, 1};
            if (elqr_set_blits(batch, 0, PAGES, pairs, &rules, merged, count, merged_ends))
                abort();
            elqr_page_batch plain = {
                glyphs->memory, glyphs->offsets, glyphs->count, blits, ends, NULL, NULL, PAGES};
            elqr_page_batch paired = plain;
            paired.blits = merged;
            paired.blit_ends = merged_ends;
            compare(plate, &plain, &paired);
            make_pairs(glyphs, pairs, rows);
        }
    free(rows);
    free(pairs);
    free(merged);
    free(blits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    source input = {data, size};
    static atlas glyphs;
    uint8_t still[ROW_BYTES * HEIGHT];
    uint32_t tiles[TILES], line_ends[PAGES];
    uint16_t ids[IDS];
    int32_t lines[LINES * 5], numbers[2 * GLYPHS];
    double advances[GLYPHS], sizes[2] = {12 + below(&input, 9) / 3.0, 10};
    make_atlas(&input, &glyphs);
    draw_still(&input, still, tiles);
    for (int i = 0; i < GLYPHS; i++)
        advances[i] = 0.5 + below(&input, 100) / 99.0;
    for (int i = 0; i < 2 * GLYPHS; i++)
        numbers[i] = (int32_t)below(&input, GLYPHS + 1) - 1;
    for (int i = 0; i < IDS; i++)
        ids[i] = (uint16_t)below(&input, GLYPHS);
    for (int i = 0; i < LINES; i++) {
        const int32_t line[5] = {(int32_t)below(&input, IDS), (int32_t)below(&input, 9),
                                 (int32_t)below(&input, WIDTH), (int32_t)below(&input, HEIGHT),
                                 (int32_t)below(&input, 2)};
        memcpy(lines + i * 5, line, sizeof line);
    }
    for (uint32_t i = 0, end = 0; i < PAGES; i++)
        line_ends[i] = end += below(&input, LINES);
    elqr_set_field field = {ids, IDS, lines, LINES, line_ends, below(&input, 2) * 15.5, 0.0};
    field.cell_x = field.pitch > 0 ? below(&input, 40) + 0.25 : 0;
    elqr_set_batch batch = {&field, 1,       PAGES,        advances, GLYPHS, sizes,
                            2,      numbers, glyphs.boxes, GLYPHS,   WIDTH,  HEIGHT};
    uint8_t *plate = make_plate(still);
    set_pages(&batch, &glyphs, plate, tiles);
    free(plate);
    return 0;
}
