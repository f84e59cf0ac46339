/* Bilevel pixels as greys. */
#include "common.h"
#include "elqr.h"

/* Eight pixels, 1 = black, as bytes in their order: 0 for black, 255 for white. */
static void spread(uint32_t bits, uint8_t *pixels) {
    for (int i = 0; i < 8; i++)
        pixels[i] = bits >> (7 - i) & 1 ? 0 : UINT8_MAX;
}

void elqr_grey(const uint8_t *rows, size_t stride, size_t width, size_t height, uint8_t *greys) {
    uint8_t table[256][8];
    for (uint32_t bits = 0; bits < 256; bits++)
        spread(bits, table[bits]);
    for (size_t y = 0; y < height; y++, rows += stride, greys += width) {
        for (size_t x = 0; x < width / 8; x++)
            memcpy(greys + 8 * x, table[rows[x]], 8);
        if (width % 8)
            memcpy(greys + width / 8 * 8, table[rows[width / 8]], width % 8);
    }
}
