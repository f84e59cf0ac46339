/* csrc: g4_encode.c g4_decode.c cpu.c */
/* One repeat: a page of 2480 x 400 dots coded and decoded.  Its rows are letters' worth of strokes
 * that move a little from row to row, between blank bands. */
#include "driver.h"
#include "elqr.h"

#include <string.h>

enum { WIDTH = 2480, HEIGHT = 400, ROW_BYTES = (WIDTH + 7) / 8, STROKES = 60 };

static void draw(uint8_t *rows) {
    uint8_t moves[HEIGHT * STROKES];
    int starts[STROKES];
    fill(moves, sizeof moves, 0, 9);
    memset(rows, 0, (size_t)ROW_BYTES * HEIGHT);
    for (int s = 0; s < STROKES; s++)
        starts[s] = 20 + s * 40;
    for (int y = 0; y < HEIGHT; y++)
        for (int s = 0; s < STROKES && y % 40 < 24; s++) {
            int move = moves[y * STROKES + s];
            starts[s] += move == 0 ? -1 : move == 1 ? 1 : 0;
            for (int x = starts[s]; x < starts[s] + 5 + move / 2; x++)
                rows[y * ROW_BYTES + x / 8] |= (uint8_t)(0x80 >> x % 8);
        }
}

int main(int argc, char **argv) {
    static uint8_t rows[ROW_BYTES * HEIGHT], back[ROW_BYTES * HEIGHT],
        coded[ROW_BYTES * HEIGHT * 8];
    static uint32_t words[3 * WIDTH];
    const long repeats = repeats_of(argc, argv);
    size_t length;
    uint32_t decoded;
    if (elqr_g4_words(WIDTH) > sizeof words / sizeof *words)
        return 1;
    draw(rows);
    for (long i = 0; i < repeats; i++)
        if (elqr_g4_encode(rows, ROW_BYTES, WIDTH, HEIGHT, coded, sizeof coded, words, &length) ||
            elqr_g4_decode(coded, length, WIDTH, HEIGHT, back, ROW_BYTES, words, &decoded))
            return 1;
    return repeats != 0 && memcmp(rows, back, sizeof rows) != 0;
}
