/* Makes plates and glyphs.  See elqr.h for the contracts, page_segment.h for the idea. */
#include "page_plate.h"

enum { MOST_PIXELS = 60000, MOST_MODULES = 288 };

/*---- Memory ----*/

/* The caller's memory, given out from the start; `full` once something did not fit. */
typedef struct {
    uint8_t *base;
    size_t used, capacity;
    int full;
} arena;

/* `size` bytes on a multiple of 8, or null when they are not there. */
static void *take(arena *memory, size_t size) {
    size_t start = (memory->used + 7) & ~(size_t)7;
    if (memory->full || start > memory->capacity || size > memory->capacity - start) {
        memory->full = 1;
        return NULL;
    }
    memory->used = start + size;
    return memory->base + start;
}

static uint64_t offset_of(const arena *memory, const void *place) {
    return (uint64_t)((const uint8_t *)place - memory->base);
}

/*---- Segments ----*/

/* The parts of a row and of the row above it that are one segment; positions relative to it, lists
 * of an even count that end in SEGMENT_FAR. */
typedef struct {
    g4_list row, above;
    uint32_t width;
} stretch;

/* Codes a segment for one entry, 0 normal or 1 pending.  Long code words go to the memory, others
 * into the segment. */
static void code_entry(arena *memory, const stretch *part, uint32_t entry, segment *made) {
    const uint32_t *changes = part->row.changes, *above = part->above.changes;
    segment_place place = {0, 0};
    uint32_t a = 0, b = 0, form = 0;
    uint8_t *start = memory->base + memory->used;
    if (entry && part->row.count == 0) { /* the white run goes on */
        made->form[entry] = SEGMENT_STAYS | SEGMENT_PENDING;
        return;
    }
    if (memory->full || elqr_g4_bound(part->width, 1) > memory->capacity - memory->used) {
        memory->full = 1;
        return;
    }
    g4_writer out = {start, 0, 0};
    if (entry) {
        form = SEGMENT_LIVE;
        place.a0 = changes[0];
        a = 1;
        b = segment_seek(above, 1, place.a0);
    } else if (segment_starts_horizontal(&part->row, above)) {
        form = SEGMENT_LIVE;
        g4_put_run(&out, changes[1] - changes[0], 1);
        place.a0 = changes[1];
        a = 2;
        b = segment_seek(above, 0, place.a0);
    }
    made->live[entry] = form != 0 ? (uint16_t)changes[0] : 0;
    segment_put(&out, &part->row, above, a, b, &place);
    uint64_t length = g4_length(&out, start);
    made->exit[entry] = (uint16_t)place.a0;
    form |= place.pending ? SEGMENT_PENDING : 0;
    g4_finish(&out);
    if (length <= SEGMENT_INLINE) {
        made->bits[entry] = length != 0 ? elqr_load64(start) >> (64 - length) : 0;
        made->form[entry] = (uint16_t)(form | length);
        return;
    }
    made->bits[entry] = (uint64_t)(start - (const uint8_t *)made) << 24 | length;
    made->form[entry] = (uint16_t)(form | SEGMENT_LONG);
    memory->used = (size_t)(out.at - memory->base) + PAGE_SPARE;
    memory->full |= memory->used > memory->capacity;
}

static void make_segment(arena *memory, const stretch *part, uint32_t left, uint32_t right,
                         segment *made) {
    *made = (segment){(uint16_t)left, (uint16_t)right, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
    if (left == right) {
        made->form[0] = SEGMENT_STAYS;
        made->form[1] = SEGMENT_STAYS | SEGMENT_PENDING;
        return;
    }
    code_entry(memory, part, 0, made);
    code_entry(memory, part, 1, made);
}

/* The first pixel with ink of two closed lists, and the end of the last; 0 and 0 without any. */
static void ink_of(const g4_list *one, const g4_list *two, uint32_t *left, uint32_t *right) {
    uint32_t end = one->count != 0 ? one->changes[one->count - 1] : 0;
    uint32_t end_two = two->count != 0 ? two->changes[two->count - 1] : 0;
    uint32_t start = one->changes[0] < two->changes[0] ? one->changes[0] : two->changes[0];
    *left = start == SEGMENT_FAR ? 0 : start;
    *right = end > end_two ? end : end_two;
}

/*---- Glyphs ----*/

static void make_glyph_segments(arena *memory, const page_glyph *glyph, const uint8_t *rows,
                                size_t stride, segment *segments) {
    uint32_t lists[2][PAGE_MOST_GLYPH + G4_LIST_EXTRA], width = glyph->width;
    stretch part = {g4_empty_list(lists[0], width), g4_empty_list(lists[1], width), width};
    page_close_list(&part.above, width);
    for (uint32_t y = 0; y <= glyph->height; y++) {
        uint32_t left, right;
        part.row.count = 0;
        if (y < glyph->height)
            g4_find_changes(&part.row, rows + y * stride, width);
        page_close_list(&part.row, width);
        ink_of(&part.row, &part.above, &left, &right);
        make_segment(memory, &part, left, right, &segments[y]);
        g4_list other = part.above;
        part.above = part.row;
        part.row = other;
    }
}

int elqr_glyph_make(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                    uint8_t *memory, size_t capacity, size_t *used) {
    arena room = {memory, 0, capacity, 0};
    size_t row_bytes = ((size_t)width + 7) / 8;
    *used = 0;
    if (width == 0 || height == 0)
        return ELQR_EMPTY;
    if (width > PAGE_MOST_GLYPH || height > PAGE_MOST_GLYPH)
        return ELQR_OUT_OF_RANGE;
    page_glyph *glyph = take(&room, sizeof *glyph);
    segment *segments = take(&room, (height + 1) * sizeof *segments);
    uint8_t *copy = take(&room, row_bytes * height + PAGE_SPARE);
    if (room.full)
        return ELQR_BUFFER_TOO_SMALL;
    *glyph = (page_glyph){width, height, offset_of(&room, copy)};
    uint8_t visible = (uint8_t)(0xFF << (-width & 7));
    for (uint32_t y = 0; y < height; y++) {
        memcpy(copy + y * row_bytes, rows + y * stride, row_bytes);
        copy[(y + 1) * row_bytes - 1] &= visible;
    }
    memset(copy + row_bytes * height, 0, PAGE_SPARE);
    make_glyph_segments(&room, glyph, copy, row_bytes, segments);
    take(&room, 0); /* up to a multiple of 8 */
    if (room.full)
        return ELQR_BUFFER_TOO_SMALL;
    *used = room.used;
    return ELQR_OK;
}

/*---- Plates ----*/

/* A plate while it is made, with the changes of the row in hand and of the one above it. */
typedef struct {
    arena memory;
    page_plate *plate;
    const elqr_plate_form *form;
    const uint8_t *rows; /* the plate's copy */
    g4_list row, above;
    stretch part; /* room for one segment's lists */
} maker;

/* Whether a box shows in row y, or just above it, between pixels `left` and `right`. */
static int shows(int64_t x, int64_t top, int64_t width, int64_t height, uint32_t y, uint32_t left,
                 uint32_t right) {
    return top <= y && y <= top + height && x < (int64_t)right && x + width > (int64_t)left;
}

/* Whether a zone, the QR symbol or the bars show there. */
static int has_zone(const elqr_plate_form *form, uint32_t y, uint32_t left, uint32_t right) {
    const elqr_page_symbol *qr = &form->qr, *bars = &form->bars;
    uint64_t side = (uint64_t)qr->count * qr->module, wide = (uint64_t)bars->count * bars->module;
    if ((qr->count != 0 && shows(qr->x, qr->y, (int64_t)side, (int64_t)side, y, left, right)) ||
        (bars->count != 0 && shows(bars->x, bars->y, (int64_t)wide, bars->height, y, left, right)))
        return 1;
    for (size_t i = 0; i < form->zone_count; i++) {
        const int32_t *zone = form->zones + i * 4;
        if (shows(zone[0], zone[1], zone[2], zone[3], y, left, right))
            return 1;
    }
    return 0;
}

/* Indices into the lists of both rows, even: the runs before them are dealt with. */
typedef struct {
    uint32_t row, above;
} walk;

/* Walks over the ink of the next segment: everything up to a gap that has a zone in it.  Returns 0
 * when there is none. */
static int next_stretch(const maker *make, uint32_t y, walk *at, uint32_t *left, uint32_t *right) {
    const uint32_t *row = make->row.changes, *above = make->above.changes;
    uint32_t start = row[at->row] < above[at->above] ? row[at->row] : above[at->above];
    uint32_t end = start;
    if (start == SEGMENT_FAR)
        return 0;
    *left = start;
    while (start < SEGMENT_FAR &&
           (start < end + SEGMENT_GAP || !has_zone(make->form, y, end, start))) {
        if (row[at->row] == start) {
            end = row[at->row + 1] > end ? row[at->row + 1] : end;
            at->row += 2;
        } else {
            end = above[at->above + 1] > end ? above[at->above + 1] : end;
            at->above += 2;
        }
        start = row[at->row] < above[at->above] ? row[at->row] : above[at->above];
    }
    *right = end;
    return 1;
}

/* Changes [from, to) of a list, as a closed list. */
static void copy_changes(g4_list *to_list, const g4_list *list, uint32_t from, uint32_t to) {
    to_list->count = to - from;
    memcpy(to_list->changes, list->changes + from, (to - from) * sizeof *list->changes);
    page_close_list(to_list, 0);
}

/* The segments of row y, at the page's positions; counted where `segments` is null, else made. */
static uint32_t cut_row(maker *make, uint32_t y, segment *segments) {
    walk at = {0, 0};
    uint32_t count = 0, left, right;
    for (walk from = at; next_stretch(make, y, &at, &left, &right); from = at, count++) {
        if (segments == NULL)
            continue;
        copy_changes(&make->part.row, &make->row, from.row, at.row);
        copy_changes(&make->part.above, &make->above, from.above, at.above);
        make->part.width = right - left;
        make_segment(&make->memory, &make->part, left, right, &segments[count]);
    }
    return count;
}

/* Reads row y and the one above it into the maker's lists. */
static void find_rows(maker *make, uint32_t y) {
    size_t row_bytes = make->plate->row_bytes;
    uint32_t width = make->form->width;
    g4_find_changes(&make->above, make->rows + (y - 1) * row_bytes, width);
    g4_find_changes(&make->row, make->rows + y * row_bytes, width);
    page_close_list(&make->above, width);
    page_close_list(&make->row, width);
}

/* Whether row y is worth cutting, and can be.  Where a strip starts the row above is not what it
 * seems; rows as busy as a photograph are better coded from their dots. */
static int is_cut(maker *make, uint32_t y) {
    enum { MOST_CHANGES = 2000 };
    if (y % make->form->rows_per_strip == 0 || !has_zone(make->form, y, 0, make->form->width))
        return 0;
    find_rows(make, y);
    return make->row.count + make->above.count <= MOST_CHANGES;
}

static void cut_rows(maker *make) {
    uint32_t height = make->form->height, count = 0;
    uint32_t *cuts = take(&make->memory, 2 * (size_t)height * sizeof *cuts);
    if (cuts == NULL)
        return;
    for (uint32_t y = 0; y < height; y++) {
        cuts[2 * y] = is_cut(make, y) ? count : PAGE_UNCUT;
        count += cuts[2 * y] != PAGE_UNCUT ? cut_row(make, y, NULL) : 0;
        cuts[2 * y + 1] = count;
    }
    segment *segments = take(&make->memory, count * sizeof *segments);
    if (segments == NULL)
        return;
    make->plate->cuts_at = offset_of(&make->memory, cuts);
    make->plate->segments_at = offset_of(&make->memory, segments);
    for (uint32_t y = 0; y < height; y++)
        if (cuts[2 * y] != PAGE_UNCUT) {
            find_rows(make, y);
            cut_row(make, y, segments + cuts[2 * y]);
        }
}

/* The static rows as one string of bits. */
static void code_rows(maker *make) {
    const elqr_plate_form *form = make->form;
    arena *memory = &make->memory;
    uint64_t *row_bits = take(memory, ((size_t)form->height + 1) * sizeof *row_bits);
    uint8_t *start = take(memory, 0);
    if (memory->full)
        return;
    g4_writer out = {start, 0, 0};
    for (uint32_t y = 0; y < form->height; y++) {
        if (elqr_g4_bound(form->width, 1) > (uint64_t)(memory->base + memory->capacity - out.at)) {
            memory->full = 1;
            return;
        }
        if (y % form->rows_per_strip == 0)
            make->above = g4_empty_list(make->above.changes - 1, form->width);
        row_bits[y] = g4_length(&out, start);
        g4_find_changes(&make->row, make->rows + (size_t)y * make->plate->row_bytes, form->width);
        g4_put_row(&out, &make->row, &make->above, form->width);
        g4_list other = make->above;
        make->above = make->row;
        make->row = other;
    }
    row_bits[form->height] = g4_length(&out, start);
    g4_finish(&out);
    memory->used = (size_t)(out.at - memory->base);
    take(memory, PAGE_SPARE);
    make->plate->row_bits_at = offset_of(memory, row_bits);
    make->plate->coded_at = offset_of(memory, start);
}

static void copy_rows(maker *make) {
    const elqr_plate_form *form = make->form;
    size_t row_bytes = make->plate->row_bytes;
    uint8_t visible = (uint8_t)(0xFF << (-form->width & 7));
    uint8_t *rows = take(&make->memory, row_bytes * form->height + PAGE_SPARE);
    if (rows == NULL)
        return;
    for (uint32_t y = 0; y < form->height; y++) {
        memcpy(rows + y * row_bytes, form->rows + y * form->stride, row_bytes);
        rows[(y + 1) * row_bytes - 1] &= visible;
    }
    memset(rows + row_bytes * form->height, 0, PAGE_SPARE);
    make->rows = rows;
    make->plate->rows_at = offset_of(&make->memory, rows);
}

/* Whether a symbol, `wide` by `high` dots, is on the page and within what the kernels hold. */
static int is_placed(const elqr_page_symbol *symbol, uint64_t wide, uint64_t high,
                     const elqr_plate_form *form) {
    return symbol->count == 0 ||
           (symbol->count <= MOST_MODULES && symbol->module != 0 && high != 0 &&
            symbol->module <= MOST_PIXELS && symbol->narrower < symbol->module &&
            symbol->x + wide <= form->width && symbol->y + high <= form->height);
}

static int check_form(const elqr_plate_form *form) {
    if (form->width == 0 || form->height == 0 || form->rows_per_strip == 0)
        return ELQR_EMPTY;
    uint64_t side = (uint64_t)form->qr.count * form->qr.module;
    uint64_t bars = (uint64_t)form->bars.count * form->bars.module;
    if (form->width > MOST_PIXELS || form->height > MOST_PIXELS ||
        form->rows_per_strip > form->height || !is_placed(&form->qr, side, side, form) ||
        !is_placed(&form->bars, bars, form->bars.height, form))
        return ELQR_OUT_OF_RANGE;
    return ELQR_OK;
}

int elqr_plate_make(const elqr_plate_form *form, uint8_t *memory, size_t capacity, uint32_t *words,
                    size_t *used) {
    *used = 0;
    int status = check_form(form);
    if (status != ELQR_OK)
        return status;
    size_t list = (size_t)form->width + G4_LIST_EXTRA;
    maker make = {{memory, 0, capacity, 0}, NULL, form, NULL, {NULL, 0}, {NULL, 0},
                  {{NULL, 0}, {NULL, 0}, 0}};
    make.row = g4_empty_list(words, form->width);
    make.above = g4_empty_list(words + list, form->width);
    make.part.row = g4_empty_list(words + 2 * list, form->width);
    make.part.above = g4_empty_list(words + 3 * list, form->width);
    make.plate = take(&make.memory, sizeof *make.plate);
    if (make.plate == NULL)
        return ELQR_BUFFER_TOO_SMALL;
    memset(make.plate, 0, sizeof *make.plate);
    make.plate->form = *form;
    make.plate->form.rows = NULL;
    make.plate->form.zones = NULL;
    make.plate->row_bytes = (form->width + 7) / 8;
    make.plate->strips = (form->height + form->rows_per_strip - 1) / form->rows_per_strip;
    copy_rows(&make);
    if (!make.memory.full)
        cut_rows(&make);
    if (!make.memory.full)
        code_rows(&make);
    if (make.memory.full)
        return ELQR_BUFFER_TOO_SMALL;
    *used = make.plate->size = make.memory.used;
    return ELQR_OK;
}

size_t elqr_plate_words(uint32_t width) {
    return 4 * ((size_t)width + G4_LIST_EXTRA);
}
