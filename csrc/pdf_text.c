/* Values to lines: which size fits, where a line breaks, where it begins.
 *
 * Step by step what render/setting.py and render/layout.py do, in the same order and in the same
 * double precision, so that both set the same dots. */
#include "pdf_text.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Of render/layout.py: the middle of the em box above the baseline, and from line to line. */
#define MIDDLE 0.38
#define LEADING 1.2
#define FARTHEST 1e6
#define TOO_MANY UINT32_MAX

typedef struct {
    uint32_t start, end;
} span;

static double width_of(const elqr_glyphs *glyphs, const uint16_t *ids, span line) {
    double width = 0;
    for (uint32_t i = line.start; i < line.end; i++)
        width += glyphs->advances[ids[i]];
    return width;
}

/* Where a full line ends and the next begins: at its last space, else before glyph `at`. */
static span split(const elqr_glyphs *glyphs, const uint16_t *ids, uint32_t start, uint32_t at) {
    span cut = {at, at};
    if (glyphs->spaces[ids[at]])
        return cut;
    for (uint32_t i = at - 1; i > start; i--)
        if (glyphs->spaces[ids[i]])
            return (span){i, i + 1};
    return cut;
}

/* Lines of at most `limit` ems where that can be; TOO_MANY if they are more than ELQR_TEXT_LINES.
 */
static uint32_t broken(const elqr_glyphs *glyphs, const uint16_t *ids, span text, double limit,
                       span *lines) {
    uint32_t count = 0, start = text.start;
    double room = limit;
    for (uint32_t i = text.start; i < text.end; i++) {
        double advance = glyphs->advances[ids[i]];
        const int full = i > start && advance > room;
        /* What goes to the next line may leave no room there either. */
        while (i > start && advance > room) {
            if (count == ELQR_TEXT_LINES - 1)
                return TOO_MANY;
            span cut = split(glyphs, ids, start, i);
            lines[count++] = (span){start, cut.start};
            start = cut.end;
            room = limit - width_of(glyphs, ids, (span){start, i});
        }
        if (full && start == i && glyphs->spaces[ids[i]]) {
            start = i + 1;
            continue;
        }
        room -= advance;
    }
    lines[count++] = (span){start, text.end};
    return count;
}

/* The lines that fit the box at an em of `size` dots: how many, 0 if they do not, or TOO_MANY. */
static uint32_t fit(const elqr_text_field *field, const elqr_glyphs *glyphs, const uint16_t *ids,
                    span text, double width, double size, span *lines) {
    if (width * size <= field->width) {
        lines[0] = text;
        return 1;
    }
    if (!field->wraps)
        return 0;
    uint32_t count = broken(glyphs, ids, text, field->width / size, lines);
    if (count == TOO_MANY)
        return TOO_MANY;
    for (uint32_t i = 0; i < count; i++)
        if (width_of(glyphs, ids, lines[i]) * size > field->width)
            return 0;
    return (1 + ((double)count - 1) * LEADING) * size > field->height ? 0 : count;
}

static elqr_text_line placed(const elqr_text_field *field, const elqr_glyphs *glyphs,
                             const uint16_t *ids, span line, uint32_t size_index, uint32_t index,
                             uint32_t count) {
    static const double SHARE[] = {0, 0.5, 1};
    double size = field->sizes[size_index];
    double middle =
        field->y + field->height / 2.0 + ((double)index - ((double)count - 1) / 2) * LEADING * size;
    double over = field->width - width_of(glyphs, ids, line) * size;
    return (elqr_text_line){(int32_t)line.start, (int32_t)(line.end - line.start),
                            field->x + (int32_t)elqr_floor(over * SHARE[field->align] + 0.5),
                            (int32_t)elqr_floor(middle + MIDDLE * size + 0.5),
                            field->settings[size_index]};
}

/* Sets one value; returns the number of lines, 0 if it is left to the caller. */
static uint32_t set_value(const elqr_text_field *field, const elqr_glyphs *glyphs,
                          const uint16_t *ids, span text, elqr_text_line *lines) {
    span spans[ELQR_TEXT_LINES];
    double width = width_of(glyphs, ids, text);
    for (uint32_t i = 0; i < field->size_count; i++) {
        uint32_t count = fit(field, glyphs, ids, text, width, field->sizes[i], spans), kept = 0;
        if (count == TOO_MANY)
            return 0;
        for (uint32_t line = 0; line < count; line++)
            if (spans[line].end > spans[line].start)
                lines[kept++] = placed(field, glyphs, ids, spans[line], i, line, count);
        if (count)
            return kept;
    }
    return 0;
}

/* One line in cells. */
static uint32_t set_cells(const elqr_text_field *field, const elqr_glyphs *glyphs,
                          const uint16_t *ids, span text, elqr_text_line *line) {
    double left = (double)elqr_floor(field->cell_x);
    double first = elqr_cell_origin(field->cell_x - left, 0, field->pitch,
                                    glyphs->advances[ids[text.start]], field->sizes[0]);
    *line = (elqr_text_line){(int32_t)text.start, (int32_t)(text.end - text.start),
                             (int32_t)(left + first), field->y, field->settings[0]};
    return 1;
}

static int in_range(double value) {
    return value >= -FARTHEST && value <= FARTHEST;
}

static int field_in_range(const elqr_text_field *field) {
    int good = field->size_count > 0 && field->align >= 0 && field->align <= ELQR_ALIGN_RIGHT &&
               in_range(field->x) && in_range(field->y) && in_range(field->width) &&
               in_range(field->height) && in_range(field->pitch) && in_range(field->cell_x);
    for (uint32_t i = 0; good && i < field->size_count; i++)
        good = field->sizes[i] > 0 && in_range(field->sizes[i]);
    return good;
}

/* ELQR_OK; ELQR_EMPTY if a glyph is the caller's to set; ELQR_OUT_OF_RANGE. */
static int check_value(const elqr_text_field *field, const elqr_glyphs *glyphs, const uint16_t *ids,
                       span text) {
    int status = ELQR_OK;
    double width = 0;
    for (uint32_t i = text.start; i < text.end; i++) {
        if (ids[i] == ELQR_GLYPH_NONE) {
            status = ELQR_EMPTY;
            continue;
        }
        if (ids[i] >= glyphs->count || !(glyphs->advances[ids[i]] >= 0))
            return ELQR_OUT_OF_RANGE;
        width += glyphs->advances[ids[i]];
    }
    if (!(width * field->sizes[0] <= FARTHEST) ||
        !((text.end - text.start + 1) * field->pitch <= FARTHEST))
        return ELQR_OUT_OF_RANGE;
    return status;
}

int elqr_text_set(const elqr_text_field *field, const elqr_glyphs *glyphs,
                  const elqr_text_column *column, size_t n, elqr_text_line *lines, size_t capacity,
                  uint32_t *line_ends, uint8_t *left) {
    uint32_t used = 0;
    span text = {0, 0};
    if (!field_in_range(field))
        return ELQR_OUT_OF_RANGE;
    for (size_t i = 0; i < n; i++) {
        text = (span){text.end, column->ends[i]};
        if (text.end < text.start || text.end > INT32_MAX)
            return ELQR_OUT_OF_RANGE;
        if (capacity - used < ELQR_TEXT_LINES)
            return ELQR_BUFFER_TOO_SMALL;
        uint32_t count = 0;
        if (text.end > text.start) {
            int status = check_value(field, glyphs, column->ids, text);
            if (status == ELQR_OUT_OF_RANGE)
                return status;
            if (status == ELQR_OK && field->pitch > 0)
                count = set_cells(field, glyphs, column->ids, text, lines + used);
            else if (status == ELQR_OK)
                count = set_value(field, glyphs, column->ids, text, lines + used);
            left[i] = count == 0;
        } else {
            left[i] = 0;
        }
        used += count;
        line_ends[i] = used;
    }
    return ELQR_OK;
}
