/* csrc: ocr_lines.c ocr_find.c ocr_glyphs.c */
/* Any image, frame and line are read without a fault of memory; what is read are characters of the
 * alphabet with finite scores. */
#include "elqr_ocr.h"
#include "ocr_glyphs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 44 };

static void require(int condition) {
    if (!condition)
        abort();
}

/* Draws templates, of characters by the input, along the image's first rows. */
static void draw(const uint8_t *data, uint8_t *image, int width, int height) {
    for (int i = 0; 16 * (i + 1) <= width; i++)
        for (int y = 0; y < OCR_HEIGHT && y + 9 < height; y++)
            for (int x = 0; x < OCR_WIDTH; x++) {
                const int which = data[i % HEAD] % OCR_CHARACTERS;
                const int dark = ocr_templates[which][y * OCR_WIDTH + x];
                image[(size_t)(y + 9) * (size_t)width + (size_t)(16 * i + x)] =
                    (uint8_t)(128 - dark);
            }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < HEAD)
        return 0;
    const int width = 1 + (data[0] | data[1] << 8) % 1000, height = 1 + data[2] % 80;
    uint8_t *image = malloc((size_t)width * (size_t)height); /* exactly as large, for ASan */
    void *work = malloc(ELQR_OCR_WORK);
    elqr_ocr_reading reading;
    elqr_ocr_line line = {1 + data[3] % 70, 2.54f, 1.0f};
    elqr_ocr_frame frame = {8.0f, 30.0f, 6.25f, 0.0f, 0.0f, 6.25f};
    require(image != NULL && work != NULL);
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
        image[i] = data[i % size];
    if (data[4] & 1)
        draw(data, image, width, height);
    if (data[4] & 2)
        memcpy(&frame, data + 8, sizeof frame);
    if (data[4] & 4)
        memcpy(&line.pitch, data + 32, 2 * sizeof line.pitch);
    const int status =
        elqr_ocr_read(image, (size_t)width, width, height, &frame, &line, work, &reading);
    require(status == ELQR_OK || status == ELQR_OUT_OF_RANGE);
    if (status == ELQR_OK && reading.found)
        for (int i = 0; i < line.characters; i++) {
            require(memchr(ocr_characters, reading.characters[i].character, OCR_CHARACTERS) !=
                    NULL);
            require(isfinite(reading.characters[i].score) &&
                    isfinite(reading.characters[i].margin));
        }
    require(elqr_ocr_read(image, (size_t)width, 0, height, &frame, &line, work, &reading) ==
            ELQR_OUT_OF_RANGE);
    free(image);
    free(work);
    return 0;
}
