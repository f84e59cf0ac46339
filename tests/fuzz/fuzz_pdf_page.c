/* csrc: pdf_page.c pdf_text.c flate.c */
/* Any glyphs, fields, lines, symbols and bars: stays inside its buffers, and sets only lines that
 * pages can then be written from; packed in buffers of any size, pages have the same checksums. */
#include "elqr_pdf_page.h"

#include <stdlib.h>
#include <string.h>

enum { PAGES = 3, IDS = 64, GLYPHS = 20, LINES = ELQR_TEXT_LINES * (PAGES + 1), SIDE = 21 };

typedef struct {
    const uint8_t *data;
    size_t size;
} input;

static void take(input *in, void *into, size_t size) {
    size_t part = size < in->size ? size : in->size;
    memset(into, 0, size);
    memcpy(into, in->data, part);
    in->data += part;
    in->size -= part;
}

static uint32_t number(input *in, uint32_t limit) {
    uint32_t value;
    take(in, &value, sizeof value);
    return value % limit;
}

static elqr_bytes bytes(const char *text) {
    return (elqr_bytes){(const uint8_t *)text, strlen(text)};
}

/* Letters of codes have codes of one length, or nearly: then rows are not put at once. */
static void make_codes(uint16_t *codes, uint8_t *bits, int alike) {
    for (int i = 0; i < ELQR_FLATE_SYMBOLS; i++) {
        bits[i] = i >= '@' && i < 'P' ? 5 : i == 39 || i == '(' || i == ')' ? 3 : 9;
        codes[i] = (uint16_t)(i * 2654435761u >> 20 & ((1u << bits[i]) - 1));
    }
    bits['@'] += !alike;
}

/* Packs all pages into buffers that grow where they must. */
static int pack(const elqr_pdf_batch *batch, const elqr_flate *flate, size_t capacity,
                uint32_t *checksums) {
    const elqr_pdf_numbers numbers = {1, 2};
    uint8_t *work = malloc(elqr_pdf_work(batch)), *out = malloc(capacity);
    uint64_t offsets[2 * PAGES];
    size_t done = 0, used = 0;
    int status;
    while ((status = elqr_pdf_pages(batch, flate, &numbers, work, out, capacity, offsets, checksums,
                                    &done, &used)) == ELQR_BUFFER_TOO_SMALL) {
        free(out);
        capacity *= used ? 1 : 2;
        out = malloc(capacity);
    }
    free(work);
    free(out);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    input in = {data, size};
    double advances[GLYPHS], sizes[2], pitch[2];
    uint8_t spaces[GLYPHS], left[PAGES], symbols[PAGES * SIDE * 3], bars[PAGES * 60];
    uint16_t codes[GLYPHS], ids[IDS];
    int32_t widths[GLYPHS], settings[2] = {0, 1};
    uint32_t ends[PAGES], line_ends[PAGES];
    elqr_text_line lines[LINES];
    elqr_text_field field;
    const int wild = (int)number(&in, 2);
    take(&in, advances, sizeof advances);
    take(&in, sizes, sizeof sizes);
    take(&in, pitch, sizeof pitch);
    take(&in, ids, sizeof ids);
    take(&in, &field, sizeof field);
    for (int i = 0; i < GLYPHS; i++) {
        spaces[i] = i % 7 == 0;
        codes[i] = (uint16_t)(i * 3001);
        widths[i] = (int32_t)number(&in, 3000);
        if (!wild)
            advances[i] = widths[i] / 1000.0;
    }
    for (int i = 0; !wild && i < IDS; i++)
        ids[i] %= GLYPHS;
    for (int i = 0; i < PAGES; i++)
        ends[i] = (i ? ends[i - 1] : 0) + number(&in, IDS / PAGES + 1);
    if (!wild) {
        sizes[0] = 1 + number(&in, 100);
        sizes[1] = sizes[0] / 2;
        pitch[0] = number(&in, 3) ? 0 : 30;
        pitch[1] = number(&in, 100) / 7.0;
        field.x = field.y = 9;
        field.width = (int32_t)number(&in, 2000);
        field.height = (int32_t)number(&in, 300);
        field.align = (int)number(&in, 3);
        field.wraps = (int)number(&in, 2);
    }
    field.sizes = sizes, field.settings = settings, field.size_count = 2;
    field.pitch = pitch[0], field.cell_x = pitch[1];
    const elqr_glyphs glyphs = {advances, spaces, codes, widths, GLYPHS};
    const elqr_text_column column = {ids, ends};
    if (elqr_text_set(&field, &glyphs, &column, PAGES, lines, LINES, line_ends, left) != ELQR_OK)
        return 0;
    take(&in, symbols, sizeof symbols);
    take(&in, bars, sizeof bars);
    const elqr_bytes fonts[2] = {bytes("/F0 9"), bytes("/F1 4.5")};
    const elqr_pdf_text texts[3] = {{column, lines, line_ends, pitch[0], pitch[1]},
                                    {column, lines, line_ends, 0, 0},
                                    {column, lines, line_ends, 0, 0}};
    const elqr_pdf_code qr = {bytes("/Q 1 Tf\n"), 5, -6, 9, SIDE};
    elqr_pdf_code row = qr;
    row.count = 60;
    const elqr_pdf_batch batch = {PAGES,  7000,  bytes("q\n"), qr, row,   symbols, bars,
                                  glyphs, fonts, sizes,        2,  texts, 3,       {NULL, 0}};
    uint8_t *work = malloc(elqr_pdf_work(&batch));
    uint32_t counts[ELQR_PDF_BLOCKS * ELQR_FLATE_SYMBOLS] = {0}, checksums[PAGES];
    int counted = elqr_pdf_count(&batch, 0, PAGES, work, counts);
    const size_t capacity = 400000;
    uint8_t *out = malloc(capacity);
    uint64_t offsets[2 * PAGES];
    size_t done = 0, used = 0;
    const elqr_pdf_numbers numbers = {1, 2};
    int written = elqr_pdf_pages(&batch, NULL, &numbers, work, out, capacity, offsets, checksums,
                                 &done, &used);
    if (written != counted || (written == ELQR_OK && counts[ELQR_FLATE_SYMBOLS + 256] != PAGES))
        abort();
    uint16_t flate_codes[ELQR_FLATE_SYMBOLS];
    uint8_t bits[ELQR_FLATE_SYMBOLS];
    static const uint8_t header[2] = {4, 0}, last[2] = {5, 0};
    const elqr_flate flate[ELQR_PDF_BLOCKS] = {{flate_codes, bits, header, 12},
                                               {flate_codes, bits, last, 12}};
    uint32_t packed[PAGES];
    make_codes(flate_codes, bits, (int)number(&in, 2));
    if (pack(&batch, flate, 1000 + number(&in, 20000), packed) != written ||
        (written == ELQR_OK && memcmp(packed, checksums, sizeof packed) != 0))
        abort();
    free(work);
    free(out);
    return 0;
}
