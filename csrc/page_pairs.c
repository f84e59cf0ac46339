/* Pairs of glyphs.  See page_pairs.h. */
#include "page_pairs.h"
#include "page_plate.h"

size_t elqr_pairs_size(void) {
    return sizeof(elqr_pairs);
}

void elqr_pairs_init(elqr_pairs *pairs) {
    pairs->known_count = 0;
    elqr_pairs_forget(pairs);
}

void elqr_pairs_forget(elqr_pairs *pairs) {
    memset(pairs->slots, 0, sizeof pairs->slots);
    pairs->wanted_count = 0;
    pairs->used = pairs->known_count;
    for (uint32_t i = 0; i < pairs->known_count; i++)
        *pair_find(pairs, pairs->known[i].slot.key) = pairs->known[i].slot;
}

size_t elqr_pairs_wanted(const elqr_pairs *pairs, const elqr_pair **wanted) {
    uint32_t room = ELQR_PAIR_LIMIT - pairs->known_count;
    *wanted = pairs->wanted;
    return pairs->wanted_count < room ? pairs->wanted_count : room;
}

void elqr_pairs_add(elqr_pairs *pairs, const elqr_pair *pair, const uint8_t *atlas,
                    const uint64_t *glyphs, int32_t number) {
    if (pairs->known_count == ELQR_PAIR_LIMIT || !pair_fits(pair))
        return;
    pair_slot slot = {pair_key(pair), PAIR_NEVER, 0, 0};
    if (number >= 0 && number < PAIR_GLYPHS) {
        const void *at = atlas + glyphs[number];
        const page_glyph *glyph = at;
        slot = (pair_slot){slot.key, PAIR_KNOWN + (uint32_t)number, (uint16_t)glyph->width,
                           (uint16_t)glyph->height};
    }
    pairs->known[pairs->known_count++] = (pair_known){*pair, slot};
}

/* ORs a glyph into rows at a place. */
static void draw(const page_glyph *glyph, uint32_t x, uint32_t y, uint8_t *rows, size_t row_bytes) {
    const uint8_t *dots = (const uint8_t *)glyph + glyph->rows_at;
    size_t stride = (glyph->width + 7) / 8;
    for (uint32_t i = 0; i < glyph->height; i++)
        page_add_bits(rows + (y + i) * row_bytes, x, dots + i * stride, glyph->width);
}

static uint32_t extent(uint32_t one_at, uint32_t one, uint32_t two_at, uint32_t two) {
    return one_at + one > two_at + two ? one_at + one : two_at + two;
}

int elqr_pair_make(const uint8_t *atlas, const uint64_t *glyphs, const elqr_pair *pair,
                   uint8_t *rows, uint8_t *memory, size_t capacity, size_t *used) {
    const void *first = atlas + glyphs[pair->one], *second = atlas + glyphs[pair->two];
    const page_glyph *one = first, *two = second;
    uint32_t x = pair->dx < 0 ? (uint32_t)-pair->dx : 0, y = pair->dy < 0 ? (uint32_t)-pair->dy : 0;
    uint32_t x2 = pair->dx < 0 ? 0 : (uint32_t)pair->dx, y2 = pair->dy < 0 ? 0 : (uint32_t)pair->dy;
    uint32_t width = extent(x, one->width, x2, two->width);
    uint32_t height = extent(y, one->height, y2, two->height);
    size_t row_bytes = (width + 7) / 8;
    *used = 0;
    if (width > PAGE_MOST_GLYPH || height > PAGE_MOST_GLYPH)
        return ELQR_OUT_OF_RANGE;
    memset(rows, 0, row_bytes * height + PAGE_SPARE);
    draw(one, x, y, rows, row_bytes);
    draw(two, x2, y2, rows, row_bytes);
    return elqr_glyph_make(rows, row_bytes, width, height, memory, capacity, used);
}
