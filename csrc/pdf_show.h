/* Lines of text in a content stream, for pdf_page.c.  Internal to csrc. */
#ifndef ELQR_PDF_SHOW_H
#define ELQR_PDF_SHOW_H

#include "pdf_text.h"
#include "pdf_work.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/*---- Strings ----*/

/* Glyphs `start` to `start + count` again, which stand in a string on this page: a match, where one
 * can be. */
ELQR_INLINE int put_again(elqr_sink *sink, const int mode, const workspace *work,
                          const kept_line *kept, const uint16_t *ids, uint32_t start,
                          uint32_t count) {
    uint64_t from = kept->position, a = kept->a, b = kept->b, size = kept->size;
    if (start != kept->start || count != kept->count) {
        for (uint32_t i = kept->start; i < start; i++)
            from += work->glyphs[ids[i]].size;
        a = b = size = 0;
        for (uint32_t i = start; i < start + count; i++) {
            const elqr_piece *glyph = &work->glyphs[ids[i]];
            b += glyph->size * a + glyph->b;
            a += glyph->a;
            size += glyph->size;
        }
    }
    return size >= SHORTEST_MATCH && size <= LONGEST_MATCH &&
           elqr_put_match(sink, mode, (uint32_t)size, sink->position - from, a, b);
}

/* Glyphs that follow one another in one string, of a column whose lines are kept; false if an id is
 * none. */
ELQR_INLINE int put_string(elqr_sink *sink, const int mode, const workspace *work,
                           kept_column *column, uint32_t glyphs, const uint16_t *ids,
                           uint32_t start, uint32_t count) {
    for (uint32_t i = 1; i <= KEPT; i++) {
        const kept_line *kept = &column->lines[(column->next - i) % KEPT];
        if (kept->page == work->page && start >= kept->start &&
            start + count <= kept->start + kept->count &&
            put_again(sink, mode, work, kept, ids, start, count))
            return 1; /* ids that were looked at then */
    }
    const uint64_t position = sink->position, a = sink->a, b = sink->b;
    uint32_t i = start;
    for (; mode == FLATE && i + 1 < start + count; i += 2) {
        const elqr_piece *glyph = &work->glyphs[ids[i]], *next = &work->glyphs[ids[i + 1]];
        elqr_joined two = {0, 0, 0, 0, 0};
        if (ELQR_UNLIKELY(ids[i] >= glyphs || ids[i + 1] >= glyphs))
            return 0;
        sink->lost |= !glyph->bits | !next->bits;
        if (ELQR_UNLIKELY(glyph->bits + next->bits > 56)) { /* escaped bytes */
            elqr_put_piece(sink, mode, glyph);
            elqr_put_piece(sink, mode, next);
            continue;
        }
        elqr_join(&two, glyph);
        elqr_join(&two, next);
        elqr_put_joined(sink, &two);
    }
    for (; i < start + count; i++) {
        if (ids[i] >= glyphs)
            return 0;
        sink->lost |= !work->glyphs[ids[i]].bits;
        elqr_put_piece(sink, mode, &work->glyphs[ids[i]]);
    }
    const uint64_t size = sink->position - position;
    column->lines[column->next] =
        (kept_line){position,       sink->b - b - size * a, work->page, start, count,
                    (uint32_t)size, (uint32_t)(sink->a - a)};
    column->next = (column->next + 1) % KEPT;
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
ELQR_INLINE int put_strings(elqr_sink *sink, const int mode, const workspace *work,
                            const elqr_pdf_batch *batch, kept_column *column,
                            const line_setting *how, const elqr_text_line *line,
                            text_place *place) {
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
            put_word(sink, mode, work, 1, SHOW);
            put_move(sink, mode, work, 1, place, line->x + (int64_t)(origin - line_origin),
                     place->y, MOVE);
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

/* What a page's text object has come to. */
typedef struct {
    int32_t setting; /* -1: none yet */
    text_place place;
} text_state;

/* Whether a line is one of the batch; bytes that it cannot exceed, packed or not. */
ELQR_INLINE int line_in_range(const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                              const elqr_text_line *line, size_t *bound) {
    /* Before any glyph a string may end and another begin: ")Tj -1000000000 -1000000000 Td(". */
    const size_t per_glyph = 96, per_line = 2 * MOST_SETTING + 128;
    const size_t limit = line->count < 0 ? batch->given.size : text->column.ends[batch->pages - 1];
    const size_t count = (size_t)(line->count < 0 ? -(int64_t)line->count : line->count);
    *bound = per_line + count * (line->count < 0 ? 2 : per_glyph);
    return line->setting >= 0 && (size_t)line->setting < batch->setting_count && line->start >= 0 &&
           (size_t)line->start + count <= limit;
}

/* ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BUFFER_TOO_SMALL. */
ELQR_INLINE int put_line(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                         kept_column *column, const elqr_text_line *line, text_state *state) {
    size_t bound;
    if (!line_in_range(batch, text, line, &bound))
        return ELQR_OUT_OF_RANGE;
    if (mode != COUNT && (size_t)(sink->end - sink->out) < bound)
        return ELQR_BUFFER_TOO_SMALL;
    if (state->setting != line->setting) {
        put_remembered(sink, mode, work, &work->settings[line->setting]);
        put_word(sink, mode, work, 1, FONT);
        state->setting = line->setting;
    }
    const int64_t y = (int64_t)batch->height - line->y;
    if (line->count < 0) {
        put_move(sink, mode, work, 1, &state->place, line->x, y, MOVE_GIVEN);
        elqr_put_literals(sink, mode, batch->given.bytes + line->start, (size_t)-line->count);
        return ELQR_OK;
    }
    const uint16_t *ids = text->column.ids + line->start;
    const uint32_t count = (uint32_t)line->count;
    const double size = batch->sizes[line->setting];
    int flows = !work->any_inexact && text->pitch <= 0, status = ELQR_OK;
    if (!flows && !check_glyphs(batch, work, ids, count, &flows))
        return ELQR_OUT_OF_RANGE;
    put_move(sink, mode, work, 1, &state->place, line->x, y, MOVE);
    if (flows && text->pitch <= 0 && count * size < 1e6) {
        if (!put_string(sink, mode, work, column, (uint32_t)batch->glyphs.count, text->column.ids,
                        (uint32_t)line->start, count))
            return ELQR_OUT_OF_RANGE;
    } else {
        const double per_dot = 1000 / size;
        const line_setting how = {text, size, per_dot, 0.51 * per_dot,
                                  text->cell_x - (double)elqr_floor(text->cell_x)};
        status = put_strings(sink, mode, work, batch, column, &how, line, &state->place);
    }
    put_word(sink, mode, work, 1, SHOW);
    return status;
}

#endif
