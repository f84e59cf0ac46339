/* elqr_page_set.h - from lines of glyph ids to the blits of pages.
 *
 * Pages whose texts are set in lines (elqr_set_lines) become the blits of elqr_page_batch.  Two
 * glyphs that often stand beside each other, at the same distance, may become one glyph of the
 * atlas, that one and another again one, and so on: a page of fewer blits is coded in less time, to
 * the same bits.
 *
 * The rules of elqr.h hold here too. */
#ifndef ELQR_PAGE_SET_H
#define ELQR_PAGE_SET_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A field of all pages. */
typedef struct {
    const uint16_t *ids; /* [id_count] */
    size_t id_count;
    const int32_t *lines; /* [line_count, 5]: start in ids, count, x, y of the baseline, setting */
    size_t line_count;
    const uint32_t *line_ends; /* [pages]: page i has lines [line_ends[i - 1], line_ends[i]) */
    double pitch, cell_x;      /* in cells of `pitch` dots from cell_x on; 0 and 0: by advances */
} elqr_set_field;

/* Pages of set texts. */
typedef struct {
    const elqr_set_field *fields;
    size_t field_count, pages;
    const double *advances; /* [glyph_count], in ems, by id */
    size_t glyph_count;
    const double *sizes; /* [setting_count]: the em in dots */
    size_t setting_count;
    const int32_t *numbers; /* [setting_count, glyph_count]: in the atlas, negative: blank */
    const int32_t *boxes;   /* [box_count, 4]: of those: left, top, width, height */
    size_t box_count;
    uint32_t width, height; /* of the page */
} elqr_set_batch;

/* Marks in seen [setting_count, glyph_count] what pages [first, last) show, and counts their
 * glyphs.  ELQR_OUT_OF_RANGE: a line, an id or a setting is not as said. */
int elqr_set_seen(const elqr_set_batch *batch, size_t first, size_t last, uint8_t *seen,
                  size_t *glyphs);

/* Pairs of glyphs, and how often each was met. */
typedef struct elqr_pairs elqr_pairs;

/* Two glyphs of the atlas that were met often, the second `dx` to the right and `dy` down. */
typedef struct {
    uint32_t one, two;
    int32_t dx, dy;
} elqr_pair;

enum {
    ELQR_PAIR_LIMIT = 4096, /* the most that are ever known */
    ELQR_PAIR_WANTED = 512, /* the most that are wanted of one batch */
    ELQR_PAIR_TILE = 8      /* dots; see elqr_pair_rules */
};

/* Bytes of it, on a multiple of 8; elqr_pairs_init makes it empty. */
size_t elqr_pairs_size(void);
void elqr_pairs_init(elqr_pairs *pairs);

/* Forgets how often pairs were met, not those that are known. */
void elqr_pairs_forget(elqr_pairs *pairs);

/* What was met at least as often as the rules ask since then and is no glyph yet; returns how many.
 * The list is good until the next call of elqr_set_blits. */
size_t elqr_pairs_wanted(const elqr_pairs *pairs, const elqr_pair **wanted);

/* The glyph of a pair, drawn into memory as elqr_glyph_make does; `rows` is work space of
 * ELQR_PAIR_ROWS bytes.  ELQR_OUT_OF_RANGE: it would be larger than a glyph may be. */
enum { ELQR_PAIR_ROWS = 250 * 2000 + 8 };
int elqr_pair_make(const uint8_t *atlas, const uint64_t *glyphs, const elqr_pair *pair,
                   uint8_t *rows, uint8_t *memory, size_t capacity, size_t *used);

/* Makes a pair known from the next elqr_pairs_forget on: its number in the atlas, or a negative one
 * if it cannot be made.  To be called once for a pair. */
void elqr_pairs_add(elqr_pairs *pairs, const elqr_pair *pair, const uint8_t *atlas,
                    const uint64_t *glyphs, int32_t number);

/* Where and when pairs are used. */
typedef struct {
    const uint8_t *atlas; /* as in elqr_page_batch */
    const uint64_t *glyphs;
    const uint32_t *still; /* [tile rows + 1, tile columns + 1]: tiles with static ink above and
                              left of a tile's corner; no pair is used over one */
    uint32_t often;        /* how often a pair is met before it is wanted */
} elqr_pair_rules;

/* The blits [capacity, 3] of pages [first, last); ends [last - first].  `pairs` may be null.
 * ELQR_OUT_OF_RANGE as above; ELQR_BUFFER_TOO_SMALL: more glyphs than elqr_set_seen counted;
 * ELQR_TRUNCATED: a glyph leaves the page, which must be cut: not done here.  Linear. */
int elqr_set_blits(const elqr_set_batch *batch, size_t first, size_t last, elqr_pairs *pairs,
                   const elqr_pair_rules *rules, int32_t *blits, size_t capacity, uint64_t *ends);

#ifdef __cplusplus
}
#endif
#endif
