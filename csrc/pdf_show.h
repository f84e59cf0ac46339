/* Lines of text in a content stream, for pdf_page.c.  Internal to csrc. */
#ifndef ELQR_PDF_SHOW_H
#define ELQR_PDF_SHOW_H

#include "pdf_text.h"
#include "pdf_work.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/*---- Between strings ----*/

/* The end of a string, a font with its size, a move to the beginning of the next; `move`: MOVE or
 * MOVE_GIVEN. */
ELQR_INLINE void put_gap(elqr_sink *sink, const int mode, const workspace *work,
                         const elqr_pdf_batch *batch, text_state *state, int64_t x, int32_t y,
                         int32_t setting, int move) {
    if (state->shows)
        put_word(sink, mode, work, 1, SHOW);
    if (setting != state->setting) {
        elqr_put_literals(sink, mode, batch->settings[setting].bytes,
                          batch->settings[setting].size);
        put_word(sink, mode, work, 1, FONT);
    }
    put_number(sink, mode, work, 1, x - state->x);
    put_word(sink, mode, work, 1, SPACE);
    put_number(sink, mode, work, 1, (int64_t)state->y - y);
    put_word(sink, mode, work, 1, move);
    *state = (text_state){(int32_t)x, y, setting, move == MOVE};
}

/*---- Strings ----*/

/* Glyphs `start` to `start + count` of those that are kept. */
ELQR_INLINE kept_line part_of(const workspace *work, const kept_line *kept, const uint16_t *ids,
                              uint32_t start, uint32_t count) {
    kept_line part = *kept;
    if (start == kept->start && count == kept->count)
        return part;
    for (uint32_t i = kept->start; i < start; i++)
        part.position += work->glyphs[ids[i]].size;
    part.start = start;
    part.count = count;
    part.a = part.size = 0;
    part.b = 0;
    for (uint32_t i = start; i < start + count; i++) {
        const elqr_piece *glyph = &work->glyphs[ids[i]];
        part.b += (uint64_t)glyph->size * part.a + glyph->b;
        part.a += glyph->a;
        part.size += glyph->size;
    }
    return part;
}

/* Glyphs that follow one another in one string, of a column whose lines are kept; false if an id is
 * none. */
ELQR_INLINE int put_string(elqr_sink *sink, const int mode, const workspace *work,
                           kept_column *column, uint32_t glyphs, const uint16_t *ids,
                           uint32_t start, uint32_t count) {
    if (column->page != work->page) {
        column->page = work->page;
        column->count = 0;
    }
    for (uint32_t i = 1; i <= KEPT && i <= column->count; i++) {
        const kept_line *kept = &column->lines[(column->count - i) % KEPT];
        if (start < kept->start || start + count > kept->start + kept->count)
            continue;
        const int whole = start == kept->start && count == kept->count;
        const kept_line part = part_of(work, kept, ids, start, count);
        if (elqr_put_match(sink, mode, part.size, sink->position - part.position, part.a, part.b)) {
            if (!whole)
                column->lines[column->count++ % KEPT] = part;
            return 1; /* ids that were looked at then */
        }
    }
    const uint64_t position = sink->position, a = sink->a, b = sink->b;
    for (uint32_t i = start; i < start + count; i++) {
        if (ids[i] >= glyphs)
            return 0;
        sink->lost |= !work->glyphs[ids[i]].bits;
        elqr_put_piece(sink, mode, &work->glyphs[ids[i]]);
    }
    const uint64_t size = sink->position - position;
    column->lines[column->count++ % KEPT] = (kept_line){
        position, sink->b - b - size * a, start, count, (uint32_t)size, (uint32_t)(sink->a - a)};
    return 1;
}

/*---- Lines ----*/

/* Origins are whole dots, a font's advances are not: a string ends, and another begins in its
 * place, before a glyph that would be more than half a dot off. */
typedef struct {
    const elqr_pdf_text *text;
    double size, per_dot, off, cell_x;
} line_setting;

ELQR_INLINE double origin_of(const line_setting *how, double advanced, uint32_t index,
                             double advance) {
    if (how->text->pitch > 0)
        return elqr_cell_origin(how->cell_x, index, how->text->pitch, advance, how->size);
    return (double)elqr_floor(advanced * how->size + 0.5);
}

/* Whether widths are advances, so that glyphs follow one another wherever they are. */
static int check_glyphs(const elqr_pdf_batch *batch, const workspace *work, const uint16_t *ids,
                        uint32_t count, int *exact) {
    uint32_t inexact = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] >= batch->glyphs.count)
            return 0;
        inexact |= work->inexact[ids[i]];
    }
    *exact = !inexact;
    return 1;
}

/* A line in strings, each at its place. */
ELQR_INLINE int put_strings(elqr_sink *sink, const int mode, workspace *work,
                            const elqr_pdf_batch *batch, kept_column *column,
                            const line_setting *how, const elqr_text_line *line,
                            text_state *state) {
    const elqr_glyphs *glyphs = &batch->glyphs;
    const uint16_t *ids = how->text->column.ids;
    const uint32_t first = (uint32_t)line->start, end = first + (uint32_t)line->count;
    double line_origin = 0, string_origin = 0, advanced = 0;
    int64_t pen = 0;
    uint32_t start = first;
    for (uint32_t i = first; i < end; i++) {
        const double advance = glyphs->advances[ids[i]];
        const double origin = origin_of(how, advanced, i - first, advance);
        if (i == first)
            line_origin = string_origin = origin;
        if (!(origin < 1e6 && origin > -1e6))
            return ELQR_OUT_OF_RANGE;
        const double late = (double)pen - (origin - string_origin) * how->per_dot;
        if (ELQR_UNLIKELY(!(-how->off <= late && late <= how->off))) {
            put_string(sink, mode, work, column, (uint32_t)glyphs->count, ids, start, i - start);
            put_gap(sink, mode, work, batch, state, line->x + (int64_t)(origin - line_origin),
                    line->y, line->setting, MOVE);
            string_origin = origin;
            pen = 0;
            start = i;
        }
        pen += glyphs->widths[ids[i]];
        advanced += advance;
    }
    put_string(sink, mode, work, column, (uint32_t)glyphs->count, ids, start, end - start);
    return ELQR_OK;
}

ELQR_INLINE int place_in_range(const elqr_text_line *line) {
    return line->x >= -MOST_PLACE && line->x <= MOST_PLACE && line->y >= -MOST_PLACE &&
           line->y <= MOST_PLACE;
}

/* Whether a line is one of the batch; bytes that it cannot exceed, packed or not. */
ELQR_INLINE int line_in_range(const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                              const elqr_text_line *line, size_t *bound) {
    /* Before any glyph a string may end and another begin: ")Tj -1000000000 -1000000000 Td(". */
    const size_t per_glyph = 96, per_line = 2 * MOST_SETTING + 128;
    const size_t limit = line->count < 0 ? batch->given.size : text->column.ends[batch->pages - 1];
    const size_t count = (size_t)(line->count < 0 ? -(int64_t)line->count : line->count);
    *bound = per_line + count * (line->count < 0 ? 2 : per_glyph);
    return line->setting >= 0 && (size_t)line->setting < batch->setting_count && line->start >= 0 &&
           (size_t)line->start + count <= limit && place_in_range(line);
}

/* ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BUFFER_TOO_SMALL. */
ELQR_INLINE int put_line(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                         kept_column *column, const elqr_text_line *line, text_state *state) {
    size_t bound;
    if (!line_in_range(batch, text, line, &bound))
        return ELQR_OUT_OF_RANGE;
    if (mode != COUNT && (sink->end < sink->out || (size_t)(sink->end - sink->out) < bound))
        return ELQR_BUFFER_TOO_SMALL;
    if (line->count < 0) {
        put_gap(sink, mode, work, batch, state, line->x, line->y, line->setting, MOVE_GIVEN);
        elqr_put_literals(sink, mode, batch->given.bytes + line->start, (size_t)-line->count);
        return ELQR_OK;
    }
    const uint16_t *ids = text->column.ids + line->start;
    const uint32_t count = (uint32_t)line->count;
    const double size = batch->sizes[line->setting];
    int flows = !work->any_inexact && text->pitch <= 0, status = ELQR_OK;
    if (!flows && !check_glyphs(batch, work, ids, count, &flows))
        return ELQR_OUT_OF_RANGE;
    put_gap(sink, mode, work, batch, state, line->x, line->y, line->setting, MOVE);
    if (flows && text->pitch <= 0 && count * size < 1e6) {
        if (!put_string(sink, mode, work, column, (uint32_t)batch->glyphs.count, text->column.ids,
                        (uint32_t)line->start, count))
            return ELQR_OUT_OF_RANGE;
    } else {
        const double per_dot = 1000 / size;
        const line_setting how = {text, size, per_dot, 0.51 * per_dot,
                                  text->cell_x - (double)elqr_floor(text->cell_x)};
        status = put_strings(sink, mode, work, batch, column, &how, line, state);
    }
    return status;
}

#endif
