/* csrc: pdf_read.c pdf_read_content.c inflate.c cpu.c */
/* One repeat: 16 pages read back, each of a symbol, a row of bars and 40 lines of text, packed in
 * one block of fixed codes (RFC 1951, 3.2.6), literals only. */
#include "driver.h"
#include "elqr_pdf_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES = 16, MOST = 1 << 15 };

typedef struct {
    uint8_t bytes[2 * MOST];
    size_t bits;
} bit_sink;

static void put(bit_sink *sink, uint32_t code, int bits) {
    for (int bit = bits - 1; bit >= 0; bit--, sink->bits++)
        sink->bytes[sink->bits / 8] |= (uint8_t)((code >> bit & 1) << (sink->bits % 8));
}

static size_t write_content(char *text) {
    char *at = text + sprintf(text, "q\n0.12 0 0 0.12 0 0 cm\nBT\n/Q 1 Tf\n9 TL\n1000 421 Td(");
    for (int row = 0; row < 41; row++) {
        for (int letter = 0; letter < 10; letter++)
            *at++ = (char)('@' + (row * 7 + letter * 5) % 16);
        at += sprintf(at, row < 40 ? "H)'(" : "H)'\n");
    }
    at += sprintf(at, "/B 1 Tf\n-572 962 Td(");
    for (int x = 0; x < 288; x += 4)
        *at++ = 'E'; /* a bar of two modules, a space of two */
    at += sprintf(at, ")Tj\n");
    for (int line = 0; line < 40; line++)
        at += sprintf(at, "/F0 83.3 Tf\n%d -700 Td(0a1b2c3d4e5f6g7h8i9j0k1l)Tj\n", line);
    return (size_t)(at + sprintf(at, "ET\nQ\n") - text);
}

static size_t pack(const char *text, size_t size, uint8_t *packed) {
    static bit_sink sink;
    uint32_t a = 1, b = 0;
    put(&sink, 6, 3); /* last, fixed codes */
    for (size_t i = 0; i < size; i++) {
        put(&sink, 0x30u + (uint8_t)text[i], 8);
        a = (a + (uint8_t)text[i]) % 65521;
        b = (b + a) % 65521;
    }
    put(&sink, 0, 7);
    const size_t bytes = (sink.bits + 7) / 8;
    const uint8_t head[2] = {0x78, 0x9C}, tail[4] = {b >> 8 & 255, b & 255, a >> 8 & 255, a & 255};
    memcpy(packed, head, 2);
    memcpy(packed + 2, sink.bytes, bytes);
    memcpy(packed + 2 + bytes, tail, 4);
    return bytes + 6;
}

int main(int argc, char **argv) {
    static const elqr_pdf_form form = {
        600, 7000, {1000, 6579, 9, 41, 0, 0}, {428, 5739, 4, 288, 247, 0}};
    static char text[MOST];
    static uint8_t packed[2 * MOST], file[3 * MOST];
    static uint8_t symbols[PAGES * 41 * 6], bars[PAGES * 288], shown[PAGES], faults[PAGES];
    static uint64_t positions[PAGES];
    uint32_t numbers[PAGES], parents[PAGES];
    const size_t size = pack(text, write_content(text), packed);
    size_t at = (size_t)sprintf((char *)file,
                                "1 0 obj\n<</Length %zu/Filter/FlateDecode>>\nstream\n", size);
    memcpy(file + at, packed, size);
    at += size;
    const uint64_t offsets[3] = {0, 0, at + 18};
    at +=
        (size_t)sprintf((char *)file + at, "\nendstream\nendobj\n2 0 obj\n<</Type/Page/Parent 3 0 R"
                                           "/Contents 1 0 R>>\nendobj\n");
    for (int i = 0; i < PAGES; i++)
        numbers[i] = 2, parents[i] = 3;
    const elqr_pdf_objects objects = {file, at, offsets, 3};
    const elqr_pdf_shown into = {symbols, bars, shown, faults, positions};
    uint8_t *work = malloc(elqr_pdf_read_work());
    for (long repeat = repeats_of(argc, argv); repeat > 0; repeat--)
        if (elqr_pdf_read(&form, &objects, numbers, parents, PAGES, work, &into) != ELQR_OK ||
            faults[0] != ELQR_PDF_SOUND || shown[0] != 3)
            return 1;
    free(work);
    return 0;
}
