/* Pages of a classic little-endian TIFF: their directories, then their strips (TIFF 6.0, section 2
 * for both).  See elqr_dots_read.h. */
#include "dots_read.h"

enum {
    WIDTH = 256,
    HEIGHT = 257,
    COMPRESSION = 259,
    PHOTOMETRIC = 262,
    OFFSETS = 273,
    ROWS = 278,
    LENGTHS = 279,
    SHORT = 3,
    LONG = 4,
    ENTRY = 12,
    CCITT_T6 = 4,
    WHITE_IS_ZERO = 0
};

typedef struct {
    const uint8_t *bytes;
    size_t size;
} tiff_file;

/* An entry's values: `count` of `width` bytes each, all in the file. */
typedef struct {
    const uint8_t *values;
    uint32_t count, width;
} tiff_entry;

ELQR_INLINE uint32_t load16(const uint8_t *at) {
    return (uint32_t)(at[0] | at[1] << 8);
}

ELQR_INLINE uint32_t load32(const uint8_t *at) {
    return load16(at) | load16(at + 2) << 16;
}

/* Bytes at a position, null unless all are there. */
ELQR_INLINE const uint8_t *bytes_at(const tiff_file *file, uint64_t position, uint64_t count) {
    return position <= file->size && count <= file->size - position ? file->bytes + position : NULL;
}

static int read_entry(const tiff_file *file, const uint8_t *raw, tiff_entry *entry) {
    const uint32_t kind = load16(raw + 2);
    entry->count = load32(raw + 4);
    entry->width = kind == SHORT ? 2 : 4;
    const uint64_t size = (uint64_t)entry->count * entry->width;
    entry->values = size <= 4 ? raw + 8 : bytes_at(file, load32(raw + 8), size);
    return (kind == SHORT || kind == LONG) && entry->values != NULL;
}

/* The entry of a tag in the directory at a position; false if there is none. */
static int find_entry(const tiff_file *file, uint64_t position, uint32_t tag, tiff_entry *entry) {
    const uint8_t *head = bytes_at(file, position, 2);
    const uint32_t count = head ? load16(head) : 0;
    const uint8_t *raw = bytes_at(file, position + 2, (uint64_t)count * ENTRY);
    for (uint32_t i = 0; raw != NULL && i < count; i++, raw += ENTRY)
        if (load16(raw) == tag)
            return read_entry(file, raw, entry);
    return 0;
}

ELQR_INLINE uint32_t value(const tiff_entry *entry, uint32_t i) {
    const uint8_t *at = entry->values + (size_t)i * entry->width;
    return entry->width == 2 ? load16(at) : load32(at);
}

/* The one value of a tag. */
static int read_value(const tiff_file *file, uint64_t position, uint32_t tag, uint32_t *found) {
    tiff_entry entry;
    if (!find_entry(file, position, tag, &entry) || entry.count != 1)
        return 0;
    *found = value(&entry, 0);
    return 1;
}

/* Whether a page is of the form's size and coded as it must be; rows of a strip. */
static int check_directory(const tiff_file *file, uint64_t position, const elqr_dots_form *form,
                           uint32_t *rows) {
    uint32_t width, height, compression, photometric;
    if (!read_value(file, position, WIDTH, &width) ||
        !read_value(file, position, HEIGHT, &height) ||
        !read_value(file, position, COMPRESSION, &compression) ||
        !read_value(file, position, PHOTOMETRIC, &photometric) ||
        !read_value(file, position, ROWS, rows))
        return ELQR_DOTS_DIRECTORY;
    if (width != form->width || height != form->height)
        return ELQR_DOTS_SIZE;
    if (compression != CCITT_T6 || photometric != WHITE_IS_ZERO)
        return ELQR_DOTS_NOT_G4;
    return *rows == 0 || *rows > height ? ELQR_DOTS_DIRECTORY : ELQR_DOTS_SOUND;
}

/* Reads the strips that touch a code; the fault, if there is one. */
static int read_strips(const tiff_file *file, uint64_t position, uint32_t rows, page_look *look,
                       uint32_t *words) {
    const uint32_t height = look->form->height, count = (height + rows - 1) / rows;
    tiff_entry offsets, lengths;
    if (!find_entry(file, position, OFFSETS, &offsets) || offsets.count != count ||
        !find_entry(file, position, LENGTHS, &lengths) || lengths.count != count)
        return ELQR_DOTS_DIRECTORY;
    for (uint32_t strip = 0; strip < count; strip++) {
        const uint32_t top = strip * rows, here = rows < height - top ? rows : height - top;
        const uint32_t needed = dots_needed(look->form, top, here), size = value(&lengths, strip);
        if (needed == 0)
            continue;
        const uint8_t *coded = bytes_at(file, value(&offsets, strip), size);
        if (coded == NULL)
            return ELQR_DOTS_DAMAGED;
        if (!dots_strip(look, coded, size, top, needed, words))
            return look->fault;
    }
    return ELQR_DOTS_SOUND;
}

int elqr_tiff_read(const elqr_dots_form *form, const uint8_t *bytes, size_t size,
                   const uint64_t *positions, size_t n, uint32_t *words,
                   const elqr_dots_shown *shown) {
    const tiff_file file = {bytes, size};
    if (!dots_form_in_range(form))
        return ELQR_OUT_OF_RANGE;
    for (size_t i = 0; i < n; i++) {
        page_look look;
        uint32_t rows;
        dots_begin(&look, form);
        look.fault = check_directory(&file, positions[i], form, &rows);
        if (look.fault == ELQR_DOTS_SOUND)
            look.fault = read_strips(&file, positions[i], rows, &look, words);
        dots_end(&look, i, shown);
    }
    return ELQR_OK;
}
