/* csrc: sweep.c sweep_bars.c cpu.c */
/* Finder patterns dark and light at every phase of bytes and of rows searched, in buffers of the
 * exact size; patterns at the page's edges; sizes that are refused; noise. */
#include "elqr_sweep.h"

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

static const elqr_box nowhere = {0, 0, 0, 0};

typedef struct {
    int width, height;
    uint8_t *rows;
} page;

static page make_page(int width, int height) {
    const size_t size = (size_t)((width + 7) / 8) * (size_t)height;
    const page made = {width, height, calloc(size, 1)};
    return made;
}

static void set(const page *page, int x, int y, int dark) {
    if (x < 0 || y < 0 || x >= page->width || y >= page->height)
        return;
    uint8_t *byte = page->rows + (size_t)y * (size_t)((page->width + 7) / 8) + (size_t)x / 8;
    *byte = (uint8_t)((*byte & ~(0x80 >> x % 8)) | (dark ? 0x80 >> x % 8 : 0));
}

/* A finder pattern of modules of m pixels, with the margin that belongs to it. */
static void draw_mark(const page *page, int left, int top, int m, int dark) {
    for (int y = -m; y < 8 * m; y++)
        for (int x = -m; x < 8 * m; x++) {
            const int i = (x + m) / m - 1, j = (y + m) / m - 1;
            const int far = abs(i - 3) > abs(j - 3) ? abs(i - 3) : abs(j - 3);
            set(page, left + x, top + y, (far <= 1 || far == 3) == dark);
        }
}

/* A chequered square of so many modules of m pixels, and three finder patterns in its corners. */
static void draw_symbol(const page *page, int left, int top, int m, int dark) {
    enum { MODULES = 25 };
    for (int y = -2 * m; y < (MODULES + 2) * m; y++)
        for (int x = -2 * m; x < (MODULES + 2) * m; x++) {
            const int inside = x >= 0 && y >= 0 && x < MODULES * m && y < MODULES * m;
            set(page, left + x, top + y, (inside && (x / m + y / m) % 2) == dark);
        }
    draw_mark(page, left, top, m, dark);
    draw_mark(page, left + (MODULES - 7) * m, top, m, dark);
    draw_mark(page, left, top + (MODULES - 7) * m, m, dark);
}

static int sweep(const page *page, const elqr_box *own, elqr_sweep_result *result) {
    uint16_t *work = malloc(elqr_sweep_words(page->width) * sizeof *work);
    const int status = elqr_sweep(page->rows, (size_t)((page->width + 7) / 8), page->width,
                                  page->height, own, 14, work, result);
    free(work);
    return status;
}

static int test_symbols(void) {
    for (int dark = 0; dark < 2; dark++)
        for (int at = 0; at < 24; at++) {
            const page page = make_page(230 + at % 9, 220 + at % 4);
            elqr_sweep_result result;
            draw_symbol(&page, 20 + at % 8, 20 + at % 3, 4 + at / 8, dark);
            CHECK(sweep(&page, &nowhere, &result) == ELQR_OK);
            CHECK(result.marks == 3 && result.bars == 0 && result.unsure.right == 0);
            CHECK(result.symbol == dark && result.inverted == !dark);
            const elqr_box all = {0, 0, 300, 300};
            CHECK(sweep(&page, &all, &result) == ELQR_OK && result.marks == 0);
            free(page.rows);
        }
    return 0;
}

/* What lies over an edge is no finder pattern, and is not looked for beyond. */
static int test_edges(void) {
    for (int cut = 1; cut < 28; cut++) {
        const int places[4][2] = {{-cut, 20}, {20, -cut}, {61 - 28 + cut, 20}, {20, 61 - 28 + cut}};
        for (int side = 0; side < 4; side++) {
            const page page = make_page(61, 61);
            elqr_sweep_result result;
            draw_mark(&page, places[side][0], places[side][1], 4, 1);
            CHECK(sweep(&page, &nowhere, &result) == ELQR_OK);
            CHECK(!result.symbol && !result.inverted && (cut < 4 || result.marks == 0));
            free(page.rows);
        }
    }
    return 0;
}

static int test_sizes(void) {
    elqr_sweep_result result;
    uint16_t work[32];
    const uint8_t row = 0xFF;
    CHECK(elqr_sweep_words(0) == 0 && elqr_sweep_words(1) <= 32);
    CHECK(elqr_sweep(&row, 1, 0, 1, &nowhere, 1, work, &result) == ELQR_OUT_OF_RANGE);
    CHECK(elqr_sweep(&row, 1, 1, 0, &nowhere, 1, work, &result) == ELQR_OUT_OF_RANGE);
    CHECK(elqr_sweep(&row, 1, 1 << 16, 1, &nowhere, 1, work, &result) == ELQR_OUT_OF_RANGE);
    CHECK(elqr_sweep(&row, 1, 1, 1, &nowhere, 1, work, &result) == ELQR_OK && result.marks == 0);
    return 0;
}

static int test_noise(void) {
    uint32_t state = 1;
    for (int width = 1; width < 200; width += 3) {
        const page page = make_page(width, 90);
        elqr_sweep_result result;
        for (size_t i = 0; i < (size_t)((width + 7) / 8) * 90; i++) {
            state = state * 1664525U + 1013904223U;
            page.rows[i] = (uint8_t)(state >> 24 & (state >> 16));
        }
        CHECK(sweep(&page, &nowhere, &result) == ELQR_OK);
        CHECK(result.marks >= 0 && result.bars == 0);
        free(page.rows);
    }
    return 0;
}

int main(void) {
    return test_symbols() || test_edges() || test_sizes() || test_noise();
}
