/* Lines of glyph ids to blits.  See elqr_page_set.h. */
#include "page_pairs.h"
#include "page_plate.h"
#include "pdf_text.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF /* Python and C must round the same sums */
#endif

static int in_range(double value) {
    return value > -1e6 && value < 1e6;
}

typedef struct {
    uint32_t start, count, setting;
    int64_t x, y;
} set_line;

/* The lines of a field on a page; 0 if they are not in the field. */
static int find_lines(const elqr_set_field *field, size_t page, size_t *from, size_t *to) {
    *from = page == 0 ? 0 : field->line_ends[page - 1];
    *to = field->line_ends[page];
    return *from <= *to && *to <= field->line_count;
}

/* Reads a line; 0 if it is not in the batch. */
static int read_line(const elqr_set_batch *batch, const elqr_set_field *field, size_t index,
                     set_line *line) {
    const int32_t *numbers = field->lines + index * 5;
    *line = (set_line){(uint32_t)numbers[0], (uint32_t)numbers[1], (uint32_t)numbers[4], numbers[2],
                       numbers[3]};
    return numbers[0] >= 0 && numbers[1] >= 0 &&
           (uint64_t)line->start + line->count <= field->id_count && numbers[4] >= 0 &&
           line->setting < batch->setting_count;
}

/* Marks the glyphs of a line; 0 if an id is out of range. */
static int see_line(const elqr_set_batch *batch, const uint16_t *ids, const set_line *line,
                    uint8_t *seen) {
    uint8_t *row = seen + line->setting * batch->glyph_count;
    for (uint32_t i = 0; i < line->count; i++) {
        if (ids[line->start + i] >= batch->glyph_count)
            return 0;
        row[ids[line->start + i]] = 1;
    }
    return 1;
}

int elqr_set_seen(const elqr_set_batch *batch, size_t first, size_t last, uint8_t *seen,
                  size_t *glyphs) {
    set_line line;
    *glyphs = 0;
    for (size_t f = 0; f < batch->field_count; f++) {
        const elqr_set_field *field = &batch->fields[f];
        for (size_t page = first; page < last; page++) {
            size_t at, to;
            if (!find_lines(field, page, &at, &to))
                return ELQR_OUT_OF_RANGE;
            for (; at < to; at++) {
                if (!read_line(batch, field, at, &line) ||
                    !see_line(batch, field->ids, &line, seen))
                    return ELQR_OUT_OF_RANGE;
                *glyphs += line.count;
            }
        }
    }
    return ELQR_OK;
}

/*---- Pairs ----*/

/* Tiles with static ink in a box of dots. */
static uint32_t tiles_in(const elqr_pair_rules *rules, const elqr_set_batch *batch, int32_t left,
                         int32_t top, int32_t right, int32_t bottom) {
    size_t stride = (batch->width + ELQR_PAIR_TILE - 1) / ELQR_PAIR_TILE + 1;
    size_t x = (uint32_t)left / ELQR_PAIR_TILE, y = (uint32_t)top / ELQR_PAIR_TILE;
    size_t x2 = ((uint32_t)right + ELQR_PAIR_TILE - 1) / ELQR_PAIR_TILE;
    size_t y2 = ((uint32_t)bottom + ELQR_PAIR_TILE - 1) / ELQR_PAIR_TILE;
    const uint32_t *still = rules->still;
    return still[y2 * stride + x2] - still[y2 * stride + x] - still[y * stride + x2] +
           still[y * stride + x];
}

static int32_t least(int32_t one, int32_t two) {
    return one < two ? one : two;
}

/* The right or bottom edge of two extents. */
static int32_t furthest(int32_t one_at, uint32_t one, int32_t two_at, uint32_t two) {
    int32_t end = one_at + (int32_t)one, end_two = two_at + (int32_t)two;
    return end > end_two ? end : end_two;
}

/* Whether no static ink is in the box around two blits. */
static int stand_free(const elqr_set_batch *batch, const elqr_pair_rules *rules,
                      const int32_t *blit) {
    const void *first = rules->atlas + rules->glyphs[blit[0]];
    const void *second = rules->atlas + rules->glyphs[blit[3]];
    const page_glyph *one = first, *two = second;
    return tiles_in(rules, batch, least(blit[1], blit[4]), least(blit[2], blit[5]),
                    furthest(blit[1], one->width, blit[4], two->width),
                    furthest(blit[2], one->height, blit[5], two->height)) == 0;
}

/* Counts a pair that is not known. */
static void count_pair(const elqr_set_batch *batch, elqr_pairs *pairs, const elqr_pair_rules *rules,
                       const int32_t *blit, const elqr_pair *pair, pair_slot *slot) {
    if (slot->key == 0) {
        if (pairs->used == PAIR_SLOTS_USED)
            return;
        pairs->used++;
        slot->key = pair_key(pair);
    }
    if (slot->value >= PAIR_NEVER - 1 || ++slot->value < rules->often)
        return;
    if (pairs->wanted_count == ELQR_PAIR_WANTED || !stand_free(batch, rules, blit))
        return;
    pairs->wanted[pairs->wanted_count++] = *pair;
    slot->value = PAIR_NEVER;
}

/* Makes two blits one, if they are a known pair and no static ink is in the box around them. */
static int make_one(const elqr_set_batch *batch, elqr_pairs *pairs, const elqr_pair_rules *rules,
                    const int32_t *blit, int32_t *to) {
    const elqr_pair pair = {(uint32_t)blit[0], (uint32_t)blit[3], blit[4] - blit[1],
                            blit[5] - blit[2]};
    if (!pair_fits(&pair))
        return 0;
    pair_slot *slot = pair_find(pairs, pair_key(&pair));
    if (slot->value < PAIR_KNOWN) {
        count_pair(batch, pairs, rules, blit, &pair, slot);
        return 0;
    }
    int32_t x = least(blit[1], blit[4]), y = least(blit[2], blit[5]);
    if (tiles_in(rules, batch, x, y, x + slot->width, y + slot->height) != 0)
        return 0;
    to[0] = (int32_t)(slot->value - PAIR_KNOWN);
    to[1] = x;
    to[2] = y;
    return 1;
}

/* Makes pairs of a line's blits, first with second, third with fourth and so on, for as long as
 * there are any; returns how many blits are left. */
static size_t merge(const elqr_set_batch *batch, elqr_pairs *pairs, const elqr_pair_rules *rules,
                    int32_t *blits, size_t count) {
    size_t before;
    do {
        size_t kept = 0;
        before = count;
        for (size_t i = 0; i < before; i += 2) {
            int32_t *blit = blits + i * 3, *to = blits + kept * 3;
            size_t single = i + 1 < before ? 2 : 1;
            if (single == 2 && make_one(batch, pairs, rules, blit, to)) {
                kept++;
            } else {
                memmove(to, blit, single * 3 * sizeof *to);
                kept += single;
            }
        }
        count = kept;
    } while (count < before);
    return count;
}

/*---- Blits ----*/

/* Blits while they are written. */
typedef struct {
    int32_t *blits;
    size_t count, capacity;
} set_blits;

/* Adds a glyph whose origin is at (x, y), unless it is blank. */
ELQR_INLINE int add_glyph(const elqr_set_batch *batch, set_blits *out, int32_t number, int64_t x,
                          int64_t y) {
    if (number < 0)
        return ELQR_OK;
    if ((size_t)number >= batch->box_count)
        return ELQR_OUT_OF_RANGE;
    const int32_t *box = batch->boxes + (size_t)number * 4;
    x += box[0];
    y -= box[1];
    if (x < 0 || y < 0 || x + box[2] > batch->width || y + box[3] > batch->height)
        return ELQR_TRUNCATED;
    if (out->count == out->capacity)
        return ELQR_BUFFER_TOO_SMALL;
    int32_t *blit = out->blits + out->count++ * 3;
    blit[0] = number;
    blit[1] = (int32_t)x;
    blit[2] = (int32_t)y;
    return ELQR_OK;
}

/* The origins of render/layout.py, sum for sum. */
static int add_line(const elqr_set_batch *batch, const elqr_set_field *field, const set_line *line,
                    set_blits *out) {
    const double size = batch->sizes[line->setting];
    const int64_t left = field->pitch > 0 ? elqr_floor(field->cell_x) : line->x;
    const double into = field->cell_x - (double)left;
    const int32_t *numbers = batch->numbers + line->setting * batch->glyph_count;
    double pen = 0;
    int status = ELQR_OK;
    for (uint32_t i = 0; i < line->count && status == ELQR_OK; i++) {
        const uint16_t id = field->ids[line->start + i];
        if (id >= batch->glyph_count)
            return ELQR_OUT_OF_RANGE;
        const double advance = batch->advances[id], at = pen * size + 0.5;
        if (!in_range(at) || !in_range(advance * size))
            return ELQR_OUT_OF_RANGE;
        const int64_t origin = field->pitch > 0
                                   ? (int64_t)elqr_cell_origin(into, i, field->pitch, advance, size)
                                   : elqr_floor(at);
        status = add_glyph(batch, out, numbers[id], left + origin, line->y);
        pen += advance;
    }
    return status;
}

static int add_page(const elqr_set_batch *batch, size_t page, elqr_pairs *pairs,
                    const elqr_pair_rules *rules, set_blits *out) {
    set_line line;
    for (size_t f = 0; f < batch->field_count; f++) {
        const elqr_set_field *field = &batch->fields[f];
        size_t at, to;
        if (!find_lines(field, page, &at, &to))
            return ELQR_OUT_OF_RANGE;
        for (; at < to; at++) {
            size_t start = out->count;
            if (!read_line(batch, field, at, &line))
                return ELQR_OUT_OF_RANGE;
            int status = add_line(batch, field, &line, out);
            if (status != ELQR_OK)
                return status;
            if (pairs != NULL)
                out->count =
                    start + merge(batch, pairs, rules, out->blits + start * 3, out->count - start);
        }
    }
    return ELQR_OK;
}

int elqr_set_blits(const elqr_set_batch *batch, size_t first, size_t last, elqr_pairs *pairs,
                   const elqr_pair_rules *rules, int32_t *blits, size_t capacity, uint64_t *ends) {
    set_blits out = {blits, 0, capacity};
    if (pairs != NULL)
        pairs->wanted_count = 0;
    for (size_t f = 0; f < batch->field_count; f++)
        if (!in_range(batch->fields[f].pitch) || !in_range(batch->fields[f].cell_x))
            return ELQR_OUT_OF_RANGE;
    for (size_t page = first; page < last; page++) {
        int status = add_page(batch, page, pairs, rules, &out);
        if (status != ELQR_OK)
            return status;
        ends[page - first] = out.count;
    }
    return ELQR_OK;
}
