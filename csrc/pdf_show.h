/* Lines of text in a content stream, for pdf_page.c.  Internal to csrc. */
#ifndef ELQR_PDF_SHOW_H
#define ELQR_PDF_SHOW_H

#include "pdf_text.h"
#include "pdf_work.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Of two glyphs, or of three. */
ELQR_INLINE uint32_t hash_of(const uint16_t *ids, int more) {
    uint32_t mixed = ids[0] * 0x9E37u + ids[1] * 0x85EBu + (more ? ids[2] * 0xC2B3u : 0);
    return (mixed ^ mixed >> 10) & (HASHES - 1);
}

/* Glyphs from ids on that stood together from place `old` of the past on. */
ELQR_INLINE uint32_t common(const workspace *work, uint32_t old, const uint16_t *ids,
                            uint32_t count) {
    uint32_t most_glyphs = work->past - old < count ? work->past - old : count, size = 0;
    uint32_t position = work->past_positions[old];
    if (most_glyphs > MATCHED_AT_ONCE)
        most_glyphs = MATCHED_AT_ONCE;
    while (size < most_glyphs && work->past_ids[old + size] == ids[size] &&
           work->past_positions[old + size] == position + size * GLYPH_BYTES)
        size++;
    return size;
}

ELQR_INLINE void enter_past(workspace *work, uint16_t id, uint64_t position) {
    if (work->past < PAST) {
        work->past_ids[work->past] = id;
        work->past_positions[work->past++] = (uint32_t)position;
    }
}

/* Puts `size` glyphs as a match with those from place `old` on; false if it cannot be. */
ELQR_INLINE int put_again(elqr_sink *sink, const int mode, workspace *work, uint32_t old,
                          const uint16_t *ids, uint32_t size) {
    uint64_t a = 0, b = 0, start = sink->position;
    for (uint32_t i = 0; i < size; i++) {
        const elqr_piece *glyph = &work->glyphs[ids[i]];
        b += GLYPH_BYTES * a + glyph->b;
        a += glyph->a;
    }
    if (!elqr_put_match(sink, mode, size * GLYPH_BYTES, start - work->past_positions[old], a, b))
        return 0;
    for (uint32_t i = 0; i < size; i++)
        enter_past(work, ids[i], start + i * GLYPH_BYTES);
    return 1;
}

/* Looks for the next glyphs in the past, three at least or else two, and enters them there: how
 * many there are, 0 if none, and where. */
ELQR_INLINE uint32_t find_past(workspace *work, const uint16_t *ids, uint32_t count,
                               uint32_t *old) {
    const uint16_t next = (uint16_t)(work->past < PAST ? work->past + 1 : 0);
    uint32_t size = 0;
    for (int more = 1; more >= 0; more--) {
        if (count < 2u + (uint32_t)more)
            continue;
        uint16_t *place = &work->hashes[more][hash_of(ids, more)];
        if (!size && *place) {
            *old = *place - 1u;
            size = common(work, *old, ids, count);
            size = size >= 2u + (uint32_t)more ? size : 0;
        }
        *place = next;
    }
    return size;
}

/* The codes of glyphs that follow one another; their ids are good. */
ELQR_INLINE void put_glyphs(elqr_sink *sink, const int mode, workspace *work, const uint16_t *ids,
                            uint32_t count) {
    uint32_t i = 0, old = 0;
    while (i < count) {
        uint32_t size = find_past(work, ids + i, count - i, &old);
        if (size && put_again(sink, mode, work, old, ids + i, size)) {
            i += size;
            continue;
        }
        enter_past(work, ids[i], sink->position);
        elqr_put_piece(sink, mode, &work->glyphs[ids[i++]]);
    }
}

/* To the nearest whole number, of two the even one; |value| < 2^51. */
ELQR_INLINE int64_t nearest(double value) {
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 */
    double moved = value + shift;
    return (int64_t)(moved - shift);
}

/* Shows a line's glyphs.  Origins are whole dots, a font's advances are not: the pen is moved only
 * where it is more than half a dot off. */
ELQR_INLINE int put_shown(elqr_sink *sink, const int mode, workspace *work,
                          const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                          const elqr_text_line *line) {
    const elqr_glyphs *glyphs = &batch->glyphs;
    const uint16_t *ids = text->column.ids + line->start;
    const uint32_t count = (uint32_t)line->count;
    const double size = batch->sizes[line->setting], per_dot = 1000 / size, off = 0.51 * per_dot;
    const double cell_x = text->cell_x - (double)elqr_floor(text->cell_x);
    double first = 0, advanced = 0;
    int64_t pen = 0;
    uint32_t start = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] >= glyphs->count)
            return ELQR_OUT_OF_RANGE;
        const double advance = glyphs->advances[ids[i]];
        double origin;
        if (text->pitch > 0)
            origin = elqr_cell_origin(cell_x, i, text->pitch, advance, size);
        else
            origin = (double)elqr_floor(advanced * size + 0.5);
        if (i == 0)
            first = origin;
        if (!(origin < 1e6 && origin > -1e6))
            return ELQR_OUT_OF_RANGE;
        const double late = (double)pen - (origin - first) * per_dot;
        if (ELQR_UNLIKELY(!(-off <= late && late <= off))) {
            put_glyphs(sink, mode, work, ids + start, i - start);
            elqr_put_piece(sink, mode, &sink->tables->literals['>']);
            elqr_put_number(sink, mode, nearest(late));
            elqr_put_piece(sink, mode, &sink->tables->literals['<']);
            pen -= nearest(late);
            start = i;
        }
        pen += glyphs->widths[ids[i]];
        advanced += advance;
    }
    put_glyphs(sink, mode, work, ids + start, count - start);
    return ELQR_OK;
}

/* " y Tm\n[<", which neighbours often have in common. */
ELQR_INLINE void put_y(elqr_sink *sink, const int mode, workspace *work, int64_t y) {
    remembered *same = &work->same_line;
    uint64_t start = sink->position, a = sink->a, b = sink->b;
    if (same->page == work->page && work->same_y == y &&
        elqr_put_match(sink, mode, same->size, start - same->position, same->a, same->b)) {
        same->position = start;
        return;
    }
    elqr_put_piece(sink, mode, &sink->tables->literals[' ']);
    elqr_put_number(sink, mode, y);
    put_remembered(sink, mode, work, &work->words[SHOW]);
    same->page = work->page;
    same->position = start;
    same->size = (uint32_t)(sink->position - start);
    same->a = (uint32_t)(sink->a - a);
    same->b = sink->b - b - same->size * a;
    work->same_y = y;
}

/* The text object of a page as it grows. */
typedef struct {
    int32_t setting;  /* -1: none yet */
    int begun, shown; /* shown: ">]TJ" is still to come */
} text_state;

/* What comes before a line's x, or before ready-made bytes. */
ELQR_INLINE void put_opening(elqr_sink *sink, const int mode, workspace *work, text_state *state,
                             const elqr_text_line *line) {
    const int moves = line->count >= 0;
    if (!state->begun)
        put_remembered(sink, mode, work, &work->words[TEXT_BEGIN]);
    state->begun = 1;
    if (state->setting != line->setting) {
        if (state->shown)
            put_remembered(sink, mode, work, &work->words[SHOWN]);
        put_remembered(sink, mode, work, &work->settings[line->setting]);
        put_remembered(sink, mode, work, &work->words[moves ? FONT_MOVE : FONT]);
    } else if (state->shown) {
        put_remembered(sink, mode, work, &work->words[moves ? SHOWN_MOVE : SHOWN]);
    } else if (moves) {
        put_remembered(sink, mode, work, &work->words[MOVE]);
    }
    state->setting = line->setting;
    state->shown = moves;
}

ELQR_INLINE int put_line(elqr_sink *sink, const int mode, workspace *work,
                         const elqr_pdf_batch *batch, const elqr_pdf_text *text,
                         const elqr_text_line *line, text_state *state) {
    put_opening(sink, mode, work, state, line);
    if (line->count < 0) {
        elqr_put_literals(sink, mode, batch->given.bytes + line->start, (size_t)-line->count);
        return ELQR_OK;
    }
    elqr_put_number(sink, mode, line->x);
    put_y(sink, mode, work, (int64_t)batch->height - line->y);
    return put_shown(sink, mode, work, batch, text, line);
}

#endif
