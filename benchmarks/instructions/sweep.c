/* csrc: sweep.c sweep_bars.c cpu.c */
/* One repeat: a page of 1740 x 1400 dots gone over.  Between blank bands it has lines of text, of
 * strokes that move a little from row to row, and a field of modules as a symbol has. */
#include "driver.h"
#include "elqr_sweep.h"

#include <string.h>

enum { WIDTH = 1740, HEIGHT = 1400, ROW_BYTES = (WIDTH + 7) / 8, STROKES = 40, SIDE = 41 };

static void darken(uint8_t *rows, int y, int left, int right) {
    for (int x = left; x < right; x++)
        rows[y * ROW_BYTES + x / 8] |= (uint8_t)(0x80 >> x % 8);
}

static void draw_text(uint8_t *rows) {
    static uint8_t moves[HEIGHT * STROKES];
    int starts[STROKES];
    fill(moves, sizeof moves, 0, 9);
    for (int s = 0; s < STROKES; s++)
        starts[s] = 20 + s * 40 + s % 3 * 5;
    for (int y = 0; y < HEIGHT; y++)
        for (int s = 0; s < STROKES && y % 70 < 45; s++) {
            const int move = moves[y * STROKES + s];
            starts[s] += move == 0 ? -1 : move == 1 ? 1 : 0;
            darken(rows, y, starts[s], starts[s] + 5 + s % 12);
        }
}

static void draw_modules(uint8_t *rows) {
    uint8_t dark[SIDE * SIDE];
    fill(dark, sizeof dark, 0, 2);
    for (int y = 0; y < SIDE * 4; y++)
        for (int i = 0; i < SIDE; i++)
            if (dark[y / 4 * SIDE + i])
                darken(rows, 1200 + y, 800 + 4 * i, 804 + 4 * i);
}

int main(int argc, char **argv) {
    static uint8_t rows[ROW_BYTES * HEIGHT];
    static uint16_t work[5 * WIDTH];
    const elqr_box own = {0, 0, 0, 0};
    const long repeats = repeats_of(argc, argv);
    elqr_sweep_result result;
    if (elqr_sweep_words(WIDTH) > sizeof work / sizeof *work)
        return 1;
    draw_text(rows);
    draw_modules(rows);
    for (long i = 0; i < repeats; i++)
        if (elqr_sweep(rows, ROW_BYTES, WIDTH, HEIGHT, &own, 14, work, &result))
            return 1;
    return 0;
}
