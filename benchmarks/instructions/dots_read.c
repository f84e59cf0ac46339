/* csrc: dots_read.c cpu.c g4_encode.c */
/* One repeat: a page of 2480 x 720 dots read back, with a symbol, a row of bars, and letters' worth
 * of strokes beside them. */
#include "driver.h"
#include "elqr_dots_read.h"

#include <string.h>

enum { WIDTH = 2480, HEIGHT = 720, ROW_BYTES = (WIDTH + 7) / 8, STROKES = 40 };

static const elqr_dots_form FORM = {
    WIDTH, HEIGHT, {100, 300, 9, 41, 0, 0}, {60, 20, 2, 288, 200, 0}};

static uint8_t rows[ROW_BYTES * HEIGHT];

static void ink(int x, int y) {
    rows[y * ROW_BYTES + x / 8] |= (uint8_t)(0x80 >> x % 8);
}

static void draw_codes(void) {
    for (int y = 0; y < 41 * 9; y++)
        for (int x = 0; x < 41 * 9; x++)
            if ((x / 9 * 7 + y / 9 * 5 + x / 9 * (y / 9)) % 3 == 0)
                ink(100 + x, 300 + y);
    for (int y = 0; y < 200; y++)
        for (int x = 0; x < 288 * 2; x++)
            if (x / 2 * 5 % 7 < 3)
                ink(60 + x, 20 + y);
}

static void draw_strokes(void) {
    static uint8_t moves[HEIGHT * STROKES];
    int starts[STROKES];
    fill(moves, sizeof moves, 0, 9);
    for (int s = 0; s < STROKES; s++)
        starts[s] = 740 + s * 40;
    for (int y = 0; y < HEIGHT; y++)
        for (int s = 0; s < STROKES && y % 40 < 24; s++) {
            const int move = moves[y * STROKES + s];
            starts[s] += move == 0 ? -1 : move == 1;
            for (int x = starts[s]; x < starts[s] + 5 + move / 2; x++)
                ink(x, y);
        }
}

int main(int argc, char **argv) {
    static uint8_t coded[ROW_BYTES * HEIGHT * 8], symbol[41 * 6], bars[288], shown, fault;
    static uint32_t words[3 * WIDTH];
    const elqr_dots_shown into = {symbol, bars, &shown, &fault};
    size_t length;
    draw_codes();
    draw_strokes();
    if (elqr_dots_words(WIDTH) > sizeof words / sizeof *words ||
        elqr_g4_encode(rows, ROW_BYTES, WIDTH, HEIGHT, coded, sizeof coded, words, &length))
        return 1;
    for (long repeat = repeats_of(argc, argv); repeat > 0; repeat--)
        if (elqr_image_read(&FORM, coded, length, words, &into) != ELQR_OK || fault || shown != 3)
            return 1;
    return 0;
}
