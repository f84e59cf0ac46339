/* csrc: page.c page_items.c page_plate.c g4_encode.c cpu.c */
/* Any form, zones, glyphs and blits: joined and row-cached coding are the full coding of the page
 * as drawn, in buffers of the exact size. */
#include "elqr_page.h"

#include <stdlib.h>
#include <string.h>

/* The input, read byte by byte; zeros after its end. */
typedef struct {
    const uint8_t *bytes;
    size_t left;
} source;

static uint32_t below(source *input, uint32_t limit) {
    uint32_t value = 0;
    for (int i = 0; i < 2 && input->left != 0; i++, input->left--)
        value = value << 8 | *input->bytes++;
    return value % limit;
}

/* Packed rows with a few boxes of ink, inverted where they meet. */
static uint8_t *drawn(source *input, uint32_t width, uint32_t height, uint32_t boxes) {
    size_t row_bytes = (width + 7) / 8;
    uint8_t *rows = calloc(row_bytes, height);
    for (; boxes != 0; boxes--) {
        uint32_t x = below(input, width), y = below(input, height);
        uint32_t right = x + below(input, width - x) + 1, bottom = y + below(input, height - y) + 1;
        for (uint32_t v = y; v < bottom; v++)
            for (uint32_t u = x; u < right; u++)
                rows[v * row_bytes + u / 8] ^= (uint8_t)(0x80 >> u % 8);
    }
    return rows;
}

enum { GLYPHS = 3, BLITS = 8, ZONES = 3 };

typedef struct {
    uint8_t *memory;
    uint64_t offsets[GLYPHS];
    uint32_t widths[GLYPHS], heights[GLYPHS];
} atlas;

static atlas make_atlas(source *input, const elqr_plate_form *form) {
    enum { ROOM = 1 << 20 };
    atlas made = {malloc(ROOM), {0}, {0}, {0}};
    size_t size = 0;
    for (int i = 0; i < GLYPHS; i++) {
        uint32_t width = below(input, form->width < 40 ? form->width : 40) + 1;
        uint32_t height = below(input, form->height < 20 ? form->height : 20) + 1;
        uint8_t *rows = drawn(input, width, height, 3);
        size_t used;
        if (elqr_glyph_make(rows, (width + 7) / 8, width, height, made.memory + size, ROOM - size,
                            &used) != ELQR_OK)
            abort();
        made.offsets[i] = size;
        made.widths[i] = width;
        made.heights[i] = height;
        size += used;
        free(rows);
    }
    made.memory = realloc(made.memory, size);
    return made;
}

static uint8_t *make_plate(const elqr_plate_form *form) {
    uint32_t *words = malloc(elqr_plate_words(form->width) * sizeof *words);
    size_t capacity = 1000, used;
    uint8_t *memory = malloc(capacity);
    int status;
    while ((status = elqr_plate_make(form, memory, capacity, words, &used)) ==
           ELQR_BUFFER_TOO_SMALL) {
        free(memory);
        memory = malloc(capacity *= 2);
    }
    free(words);
    if (status != ELQR_OK)
        abort();
    return realloc(memory, used);
}

/* The full coding of drawn rows, strip by strip. */
static uint8_t *code_fully(const elqr_plate_form *form, const uint8_t *rows, uint64_t *ends) {
    size_t row_bytes = (form->width + 7) / 8, used = 0, length;
    uint32_t *words = malloc(elqr_g4_words(form->width) * sizeof *words);
    uint8_t *coded = NULL;
    for (uint32_t y = 0, strip = 0; y < form->height; y += form->rows_per_strip, strip++) {
        uint32_t left = form->height - y;
        uint32_t count = left < form->rows_per_strip ? left : form->rows_per_strip;
        size_t capacity = (size_t)elqr_g4_bound(form->width, count);
        coded = realloc(coded, used + capacity);
        if (elqr_g4_encode(rows + y * row_bytes, row_bytes, form->width, count, coded + used,
                           capacity, words, &length) != ELQR_OK)
            abort();
        ends[strip] = used += length;
    }
    free(words);
    return coded;
}

static void compare(const elqr_plate_form *form, const uint8_t *plate,
                    const elqr_page_batch *batch) {
    size_t row_bytes = (form->width + 7) / 8, size = row_bytes * form->height, done;
    uint32_t strips = (form->height + form->rows_per_strip - 1) / form->rows_per_strip;
    uint8_t *rows = malloc(size), *work = malloc(elqr_page_work(plate, BLITS));
    uint64_t *ends = malloc(strips * sizeof *ends), *wanted = malloc(strips * sizeof *wanted);
    if (elqr_page_draw(plate, batch, 0, work, rows, row_bytes, 0) != ELQR_OK)
        abort();
    uint8_t *coded = code_fully(form, rows, wanted);
    size_t capacity = (size_t)elqr_g4_bound(form->width, form->rows_per_strip) * strips;
    for (int method = ELQR_PAGE_JOINED; method <= ELQR_PAGE_ROW_CACHED; method++) {
        uint8_t *out = malloc(capacity);
        if (elqr_page_g4(plate, batch, 0, method, work, out, capacity, ends, &done) != ELQR_OK)
            abort();
        if (memcmp(ends, wanted, strips * sizeof *ends) || memcmp(out, coded, ends[strips - 1]))
            abort();
        free(out);
    }
    elqr_page_erase(plate, batch, 0, work, rows, row_bytes);
    for (uint32_t y = 0; y < form->height; y++)
        if (memcmp(rows + y * row_bytes, form->rows + y * form->stride, row_bytes) != 0)
            abort();
    free(coded);
    free(wanted);
    free(ends);
    free(work);
    free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    source input = {data, size};
    uint32_t width = below(&input, 400) + 1, height = below(&input, 60) + 1;
    elqr_plate_form form = {width,
                            height,
                            below(&input, height) + 1,
                            NULL,
                            (width + 7) / 8,
                            NULL,
                            ZONES,
                            {0, 0, 0, 0, 0, 0},
                            {0, 0, 0, 0, 0, 0}};
    uint8_t *still = drawn(&input, width, height, below(&input, 6));
    int32_t zones[ZONES * 4], blits[BLITS * 3];
    for (int i = 0; i < ZONES * 4; i++)
        zones[i] = (int32_t)below(&input, 450) - 40;
    form.rows = still;
    form.zones = zones;
    if (width >= 40 && height >= 24)
        form.qr =
            (elqr_page_symbol){below(&input, width - 33), below(&input, height - 23), 2, 11, 0, 0};
    if (width >= 40)
        form.bars = (elqr_page_symbol){
            below(&input, width - 39), 0, 3, 13, below(&input, height) + 1, below(&input, 3)};
    atlas glyphs = make_atlas(&input, &form);
    for (int i = 0; i < BLITS; i++) {
        uint32_t glyph = below(&input, GLYPHS);
        blits[i * 3] = (int32_t)glyph;
        blits[i * 3 + 1] = (int32_t)below(&input, width - glyphs.widths[glyph] + 1);
        blits[i * 3 + 2] = (int32_t)below(&input, height - glyphs.heights[glyph] + 1);
    }
    uint8_t symbol[22], bars[13];
    for (int i = 0; i < 22; i++)
        symbol[i] = (uint8_t)below(&input, 256);
    for (int i = 0; i < 13; i++)
        bars[i] = (uint8_t)below(&input, 2);
    uint64_t end = below(&input, BLITS + 1);
    elqr_page_batch batch = {glyphs.memory, glyphs.offsets, GLYPHS, blits, &end, symbol, bars, 1};
    uint8_t *plate = make_plate(&form);
    compare(&form, plate, &batch);
    free(plate);
    free(glyphs.memory);
    free(still);
    return 0;
}
