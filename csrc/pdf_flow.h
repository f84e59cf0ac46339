/* Lines of text in Flate, for pdf_page.c: the same as pdf_show.h puts piece by piece, in words of
 * many pieces.  Internal to csrc.
 *
 * A page's lines are first turned into words of codes, with what these add to the checksum; then
 * the words are packed.  Done at once, there would be more values to follow than registers, and
 * each word would wait for the one before it.  What stands between two strings is much the same on
 * all pages of a form, and its words are kept. */
#ifndef ELQR_PDF_FLOW_H
#define ELQR_PDF_FLOW_H

#include "pdf_show.h"

/*---- Words in a queue: up to 56 bits of codes, and above them how many ----*/

enum { COUNT_SHIFT = 56, MOST_GLYPHS = 256, MOST_LINE_WORDS = GAP_WORDS + 1 + MOST_GLYPHS };
static const uint64_t CODES = (UINT64_C(1) << COUNT_SHIFT) - 1;

/* What a page has come to where its words are queued. */
typedef struct {
    uint64_t *next;
    uint64_t a, b, position; /* as in the sink */
} flow;

ELQR_INLINE void add_to_flow(flow *flow, uint64_t size, uint64_t a, uint64_t b) {
    flow->b += size * flow->a + b;
    flow->a += a;
    flow->position += size;
}

/* Packs all that is queued; false if there may be no room. */
ELQR_INLINE int pack_queue(elqr_sink *sink, const uint64_t *queue, const uint64_t *end) {
    uint8_t *out = sink->out;
    uint64_t word = sink->word;
    uint32_t bits = sink->bits;
    if ((end - queue) * 7 > sink->end - out)
        return 0;
    for (; queue < end; queue++) {
        word |= (*queue & CODES) << bits;
        bits += (uint32_t)(*queue >> COUNT_SHIFT);
        elqr_store64_low_first(out, word);
        out += bits >> 3;
        word >>= bits & 0x38;
        bits &= 7;
    }
    sink->out = out;
    sink->word = word;
    sink->bits = bits;
    return 1;
}

/*---- Between strings ----*/

/* Bytes of codes: a setting, two numbers of eleven bytes, four words of four. */
enum { GAP_ROOM = (MOST_SETTING + 22 + 16) * ELQR_FLATE_LONGEST / 8 + 16 };

/* Makes a gap; false if it is too long to be kept or has bytes without a code. */
static ELQR_NOINLINE int make_gap(const workspace *work, const elqr_pdf_batch *batch,
                                  const text_state *from, const elqr_text_line *to,
                                  kept_gap *kept) {
    uint8_t codes[GAP_ROOM] = {0};
    elqr_sink sink = {&work->tables[1], 0, 0, 0, 0, 0, 0, codes, NULL, NULL};
    text_state state = *from;
    if (!place_in_range(to))
        return 0;
    put_gap(&sink, FLATE, work, batch, &state, to->x, to->y, to->setting, MOVE);
    uint32_t bits = 8 * (uint32_t)(sink.out - codes) + sink.bits;
    if (sink.lost || bits > COUNT_SHIFT * GAP_WORDS)
        return 0;
    kept->a = (uint32_t)sink.a;
    kept->b = (uint32_t)sink.b;
    kept->size = (uint16_t)sink.position;
    for (kept->count = 0; bits > 0; kept->count++) {
        const uint32_t part = bits < COUNT_SHIFT ? bits : COUNT_SHIFT;
        kept->words[kept->count] = (elqr_load64_low_first(codes + 7 * kept->count) & CODES) |
                                   (uint64_t)part << COUNT_SHIFT;
        bits -= part;
    }
    return 1;
}

/* Keeps a gap; null if it cannot be kept.  None that was kept changes before the next page. */
static ELQR_NOINLINE const kept_gap *keep_gap(workspace *work, const elqr_pdf_batch *batch,
                                              const text_state *from, const elqr_text_line *line,
                                              const kept_gap *key, uint16_t *place) {
    if (work->gap_count + 1 == GAPS)
        return NULL;
    kept_gap *kept = &work->gaps[work->gap_count + 1];
    *kept = *key;
    if (!make_gap(work, batch, from, line, kept))
        return NULL;
    *place = (uint16_t)++work->gap_count;
    return kept;
}

/* Makes room for gaps of a page. */
ELQR_INLINE void clear_gaps(workspace *work) {
    if (ELQR_LIKELY(work->gap_count < GAPS / 2))
        return;
    memset(work->gap_of, 0, sizeof work->gap_of);
    work->gap_count = 0;
}

/* A state in words that are never taken apart: a part of one would have to wait until the whole is
 * in memory. */
typedef struct {
    uint64_t place; /* x and y */
    uint64_t set;   /* whether a string was begun, and the setting */
} told_state;

ELQR_INLINE uint64_t told_place(int32_t x, int32_t y) {
    return (uint64_t)(uint32_t)x << 32 | (uint32_t)y;
}

ELQR_INLINE told_state tell_state(const text_state *state) {
    return (told_state){told_place(state->x, state->y),
                        (uint64_t)(state->shows != 0) << 32 | (uint32_t)state->setting};
}

ELQR_INLINE text_state state_told(told_state told) {
    return (text_state){(int32_t)(uint32_t)(told.place >> 32), (int32_t)(uint32_t)told.place,
                        (int32_t)(uint32_t)told.set, (int32_t)(told.set >> 32)};
}

/* What stands before a line; null if it cannot be kept. */
ELQR_INLINE const kept_gap *gap_before(workspace *work, const elqr_pdf_batch *batch,
                                       told_state state, const elqr_text_line *line) {
    const uint64_t to = told_place(line->x, line->y);
    const uint64_t set = state.set << 31 ^ (uint32_t)line->setting;
    const uint64_t hash =
        state.place * UINT64_C(0x9E3779B97F4A7C15) ^ to * UINT64_C(0xD1B54A32D192ED03);
    uint16_t *place = &work->gap_of[hash >> (64 - GAP_BITS)];
    const kept_gap *kept = &work->gaps[*place];
    if (ELQR_LIKELY(!((kept->from ^ state.place) | (kept->to ^ to) | (kept->set ^ set))))
        return kept;
    const text_state before = state_told(state);
    const kept_gap key = {state.place, to, set, {0}, 0, 0, 0, 0};
    return keep_gap(work, batch, &before, line, &key, place);
}

ELQR_INLINE void queue_gap(flow *flow, const kept_gap *kept) {
    memcpy(flow->next, kept->words, sizeof kept->words);
    flow->next += kept->count;
    add_to_flow(flow, kept->size, kept->a, kept->b);
}

/*---- Strings ----*/

/* Glyphs one after the other; false if an id is none or has no code.  `kept` gets what they come
 * to. */
ELQR_INLINE int queue_glyphs(flow *flow, const workspace *work, uint32_t glyphs,
                             const uint16_t *ids, uint32_t count, kept_line *kept) {
    uint64_t a = 0, b = 0, size = 0, *next = flow->next;
    const short_glyph *const table = work->short_glyphs;
    for (const uint16_t *const end = ids + count; ids < end;) {
        for (; end - ids >= 2; ids += 2) {
            const uint32_t id = ids[0], id_after = ids[1];
            if (ELQR_UNLIKELY(id >= glyphs || id_after >= glyphs))
                return 0;
            const short_glyph *one = &table[id], *two = &table[id_after];
            const uint64_t bits = (uint64_t)one->bits + two->bits;
            if (ELQR_UNLIKELY(bits >= ODD))
                break;
            *next++ = one->word | (uint64_t)two->word << one->bits | bits << COUNT_SHIFT;
            b += 4 * a + 2 * (uint64_t)one->a + one->b + two->b;
            a += (uint64_t)one->a + two->a;
            size += 4;
        }
        if (ids == end)
            break;
        if (ELQR_UNLIKELY(*ids >= glyphs))
            return 0;
        const elqr_piece *glyph = &work->glyphs[*ids++]; /* the last, or one of escaped bytes */
        if (ELQR_UNLIKELY(!glyph->bits))
            return 0;
        *next++ = glyph->word | (uint64_t)glyph->bits << COUNT_SHIFT;
        b += glyph->size * a + glyph->b;
        a += glyph->a;
        size += glyph->size;
    }
    kept->position = flow->position;
    kept->a = (uint32_t)a;
    kept->b = b;
    kept->size = (uint32_t)size;
    flow->next = next;
    add_to_flow(flow, size, a, b);
    return 1;
}

/* Glyphs that stand on this page already; false if not, or if no match can say so. */
ELQR_INLINE int queue_again(flow *flow, const workspace *work, kept_column *column,
                            const uint16_t *ids, uint32_t start, uint32_t count) {
    for (uint32_t i = 1; i <= KEPT && i <= column->count; i++) {
        const kept_line *kept = &column->lines[(column->count - i) % KEPT];
        /* Each by itself: a few words just written are no whole that could be read at once. */
        uint64_t position = kept->position, part_b = kept->b;
        uint32_t size = kept->size, part_a = kept->a, bits;
        if (ELQR_UNLIKELY(start != kept->start || count != kept->count)) {
            if (start < kept->start || start + count > kept->start + kept->count)
                continue;
            const kept_line part = part_of(work, kept, ids, start, count);
            position = part.position, part_b = part.b, size = part.size, part_a = part.a;
            column->lines[column->count++ % KEPT] = part; /* likely to be asked for again */
        }
        const uint64_t codes =
            elqr_match_codes(&work->tables[1], size, flow->position - position, &bits);
        if (ELQR_LIKELY(bits)) {
            *flow->next++ = codes | (uint64_t)bits << COUNT_SHIFT;
            add_to_flow(flow, size, part_a, part_b);
            return 1;
        }
    }
    return 0;
}

ELQR_INLINE int queue_string(flow *flow, const workspace *work, const flowing_text *text,
                             uint32_t glyphs, uint32_t start, uint32_t count) {
    kept_column *column = text->column;
    if (column->page != work->page) {
        column->page = work->page;
        column->count = 0;
    } else if (queue_again(flow, work, column, text->ids, start, count)) {
        return 1;
    }
    kept_line *kept = &column->lines[column->count % KEPT];
    kept->start = start;
    kept->count = count;
    if (!queue_glyphs(flow, work, glyphs, text->ids + start, count, kept))
        return 0;
    column->count++;
    return 1;
}

/*---- Pages ----*/

/* A line that is one string. */
typedef struct {
    const flowing_text *text;
    const kept_gap *gap;
    uint32_t start, count;
} flowing_line;

/* Lines that are looked up before the first of them is queued: what is looked up may be far away in
 * memory, and so all of it is fetched at once. */
enum { LINES_AT_ONCE = 64 };

/* Whether a line is one string, as nearly all are. */
ELQR_INLINE int line_flows(const elqr_pdf_batch *batch, const flowing_text *text,
                           const elqr_text_line *line) {
    const uint32_t start = (uint32_t)line->start, count = (uint32_t)line->count;
    return count - 1 < text->most && start <= text->limit && count <= text->limit - start &&
           (uint32_t)line->setting < batch->setting_count;
}

/* Texts are many, and a page takes a little of each: more places in memory than a processor follows
 * by itself. */
ELQR_INLINE void fetch_ahead(const flowing_text *text, const elqr_text_line *line) {
#if defined(__GNUC__) || defined(__clang__)
    const uintptr_t ids = (uintptr_t)text->ids + 2 * (uintptr_t)(uint32_t)line->start;
    __builtin_prefetch((const void *)((uintptr_t)line + 128));
    __builtin_prefetch((const void *)(ids + 64));
#else
    (void)text, (void)line;
#endif
}

/* Packs what is queued: the sink is as if all had been put there. */
static int leave_flow(elqr_sink *sink, const flow *flow, const workspace *work) {
    sink->a = flow->a, sink->b = flow->b, sink->position = flow->position;
    return pack_queue(sink, work->queue, flow->next);
}

ELQR_INLINE flow enter_flow(const elqr_sink *sink, workspace *work) {
    return (flow){work->queue, sink->a, sink->b, sink->position};
}

static int put_string_aside(elqr_sink *sink, flow *flow, workspace *work, uint32_t glyphs,
                            const flowing_line *line) {
    if (!leave_flow(sink, flow, work) || sink->end - sink->out < 8 * (ptrdiff_t)line->count)
        return ELQR_BUFFER_TOO_SMALL;
    if (!put_string(sink, FLATE, work, line->text->column, glyphs, line->text->ids, line->start,
                    line->count))
        return ELQR_OUT_OF_RANGE;
    *flow = enter_flow(sink, work);
    return ELQR_OK;
}

/* Lines, after which nothing is queued.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BUFFER_TOO_SMALL. */
static ELQR_NOINLINE int put_lines(elqr_sink *sink, workspace *work, uint32_t glyphs,
                                   const flowing_line *line, const flowing_line *end) {
    const uint64_t *const full = work->queue + QUEUE - MOST_LINE_WORDS;
    flow now = enter_flow(sink, work);
    for (; line < end; line++) {
        queue_gap(&now, line->gap);
        if (ELQR_LIKELY(now.next <= full) &&
            ELQR_LIKELY(queue_string(&now, work, line->text, glyphs, line->start, line->count)))
            continue;
        flow aside = now; /* `now` is not seen by another function, and stays in registers */
        const int status = put_string_aside(sink, &aside, work, glyphs, line);
        if (status != ELQR_OK)
            return status;
        now = aside;
    }
    return leave_flow(sink, &now, work) ? ELQR_OK : ELQR_BUFFER_TOO_SMALL;
}

/* All lines of a page.  ELQR_OK, ELQR_OUT_OF_RANGE, ELQR_BUFFER_TOO_SMALL. */
static ELQR_NOINLINE int put_flowing(elqr_sink *sink, workspace *work, const elqr_pdf_batch *batch,
                                     size_t page, text_state *into) {
    const uint32_t glyphs = (uint32_t)batch->glyphs.count;
    flowing_line lines[LINES_AT_ONCE], *next = lines;
    told_state state = tell_state(into);
    int status = ELQR_OK;
    clear_gaps(work);
    for (size_t i = 0; i < batch->text_count; i++) {
        const flowing_text *text = &work->flowing[i];
        const elqr_text_line *line = text->lines + page, *end = line + 1;
        if (!text->single) {
            line = text->lines + (page ? text->line_ends[page - 1] : 0);
            end = text->lines + text->line_ends[page];
        }
        for (; line < end; line++) {
            const kept_gap *gap = NULL;
            fetch_ahead(text, line);
            if (ELQR_LIKELY(line_flows(batch, text, line)))
                gap = gap_before(work, batch, state, line);
            if (ELQR_LIKELY(gap != NULL)) {
                *next++ = (flowing_line){text, gap, (uint32_t)line->start, (uint32_t)line->count};
                state = (told_state){told_place(line->x, line->y),
                                     UINT64_C(1) << 32 | (uint32_t)line->setting};
                if (next < lines + LINES_AT_ONCE)
                    continue;
            }
            status = put_lines(sink, work, glyphs, lines, next);
            next = lines;
            if (status == ELQR_OK && !gap) {
                text_state aside = state_told(state);
                status = put_line(sink, FLATE, work, batch, &batch->texts[i], text->column, line,
                                  &aside);
                state = tell_state(&aside);
            }
            if (status != ELQR_OK)
                return status;
        }
    }
    *into = state_told(state);
    return put_lines(sink, work, glyphs, lines, next);
}

#endif
