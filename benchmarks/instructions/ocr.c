/* csrc: ocr_lines.c ocr_find.c ocr_glyphs.c */
/* One repeat: a line of 44 digits read at 300 dpi, its template's pixels drawn two by two. */
#include "driver.h"
#include "elqr_ocr.h"
#include "ocr_glyphs.h"

#include <string.h>

enum { CHARACTERS = 44, CELL = 2 * OCR_WIDTH, LEFT = 100, WIDTH = CHARACTERS * CELL + 2 * LEFT };
enum { HEIGHT = 200, BASE = 130 };

int main(int argc, char **argv) {
    static uint8_t image[HEIGHT][WIDTH], digits[CHARACTERS];
    static int work[ELQR_OCR_WORK / sizeof(int)];
    const elqr_ocr_frame frame = {LEFT + 9, BASE + 5, 12.5f, 0.0f, 0.0f, 12.5f};
    const elqr_ocr_line line = {CHARACTERS, 2.56f, 1.0f};
    const long repeats = repeats_of(argc, argv);
    elqr_ocr_reading reading;
    memset(image, 240, sizeof image);
    fill(digits, sizeof digits, 0, 10);
    for (int i = 0; i < CHARACTERS; i++)
        for (int y = 0; y < 2 * OCR_HEIGHT; y++)
            for (int x = 0; x < CELL; x++) {
                const int16_t *glyph = ocr_templates[digits[i]];
                const int dark = glyph[y / 2 * OCR_WIDTH + x / 2] - glyph[0];
                image[BASE - 2 * OCR_BASELINE + y][LEFT + CELL * i + x] =
                    (uint8_t)(240 - (dark > 0 ? dark : 0));
            }
    for (long i = 0; i < repeats; i++)
        if (elqr_ocr_read(&image[0][0], WIDTH, WIDTH, HEIGHT, &frame, &line, work, &reading) ||
            !reading.found || reading.characters[0].character != '0' + digits[0])
            return 1;
    return 0;
}
