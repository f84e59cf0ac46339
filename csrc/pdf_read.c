/* Pages of our own PDFs: their objects found, inflated, and read. */
#include "common.h"
#include "inflate.h"
#include "pdf_read_content.h"

enum { MOST_CONTENT = 1 << 18, MOST_DOTS = 1000 };

typedef struct {
    inflate_tables tables;
    uint8_t content[MOST_CONTENT + INFLATE_SLACK];
} workspace;

size_t elqr_pdf_read_work(void) {
    return sizeof(workspace);
}

/*---- Objects, as pdf_page.c and render/pdf_file.py write them ----*/

typedef struct {
    const uint8_t *at, *end;
} scanner;

static int passes(scanner *in, const char *word) {
    const size_t size = strlen(word);
    if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size) != 0)
        return 0;
    in->at += size;
    return 1;
}

static int whole_number(scanner *in, uint64_t *number) {
    int digits = 0;
    for (*number = 0; in->at < in->end && (unsigned)*in->at - '0' < 10 && digits < 10; digits++)
        *number = 10 * *number + (*in->at++ - (unsigned)'0');
    return digits > 0;
}

/* The words before an object. */
static int find_object(const elqr_pdf_objects *file, uint64_t number, scanner *in) {
    uint64_t found;
    if (number >= file->objects || file->offsets[number] >= file->size)
        return 0;
    *in = (scanner){file->bytes + file->offsets[number], file->bytes + file->size};
    return whole_number(in, &found) && found == number && passes(in, " 0 obj\n");
}

/* The object that holds a page's content. */
static int read_page(const elqr_pdf_objects *file, uint32_t number, uint32_t parent,
                     uint64_t *content) {
    scanner in;
    uint64_t above;
    return find_object(file, number, &in) && passes(&in, "<</Type/Page/Parent ") &&
           whole_number(&in, &above) && above == parent && passes(&in, " 0 R/Contents ") &&
           whole_number(&in, content) && passes(&in, " 0 R>>\nendobj\n");
}

static int read_stream(const elqr_pdf_objects *file, uint64_t number, workspace *work,
                       size_t *size) {
    scanner in;
    uint64_t length;
    if (!find_object(file, number, &in) || !passes(&in, "<</Length ") ||
        !whole_number(&in, &length) || !passes(&in, "/Filter/FlateDecode>>\nstream\n") ||
        length > (uint64_t)(in.end - in.at))
        return 0;
    const uint8_t *packed = in.at;
    in.at += length;
    return passes(&in, "\nendstream\nendobj\n") &&
           inflate_stream(&work->tables, packed, (size_t)length, work->content, MOST_CONTENT,
                          size) == ELQR_OK;
}

/*---- Pages ----*/

static int read_one(const elqr_pdf_form *form, const elqr_pdf_objects *file, uint32_t number,
                    uint32_t parent, workspace *work, read_ink *ink, size_t *position) {
    uint64_t content;
    size_t size;
    *position = 0;
    if (!read_page(file, number, parent, &content) || !read_stream(file, content, work, &size))
        return ELQR_PDF_DAMAGED;
    return read_content(form, work->content, size, ink, position);
}

static int symbol_in_range(const elqr_page_symbol *symbol, uint32_t most) {
    return !symbol->count ||
           (symbol->count <= most && symbol->module > 0 && symbol->module <= MOST_DOTS &&
            symbol->narrower < symbol->module && symbol->x <= 60000 && symbol->y <= 60000);
}

int elqr_pdf_read(const elqr_pdf_form *form, const elqr_pdf_objects *file, const uint32_t *numbers,
                  const uint32_t *parents, size_t n, uint8_t *work, const elqr_pdf_shown *shown) {
    workspace *space = (workspace *)(void *)work;
    const uint32_t side = form->qr.count, bars = form->bars.count;
    if (form->dpi < 1 || form->height < 1 || form->height > 60000 ||
        !symbol_in_range(&form->qr, READ_ROWS) || !symbol_in_range(&form->bars, READ_BARS) ||
        form->bars.height > 60000)
        return ELQR_OUT_OF_RANGE;
    inflate_begin(&space->tables);
    for (size_t i = 0; i < n; i++) {
        read_ink ink;
        size_t position;
        memset(&ink, 0, sizeof ink);
        const int fault = read_one(form, file, numbers[i], parents[i], space, &ink, &position);
        shown->faults[i] = (uint8_t)fault;
        shown->positions[i] = fault == ELQR_PDF_SOUND ? 0 : position;
        shown->shown[i] = put_ink(&ink, side, bars, i, shown->symbols, shown->bars);
    }
    return ELQR_OK;
}
