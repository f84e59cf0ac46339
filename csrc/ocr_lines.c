/* Reading a line of OCR-B: cells are set right by the characters in them, then compared with every
 * character's template. */
#include "ocr_cells.h"

#include "ocr_product.h"

enum {
    REACH = 2,                          /* pixels that a cell may be off when first compared */
    CELL_ROWS = OCR_HEIGHT + 2 * REACH, /* of a sampled cell */
    PROBES = 12,                        /* cells by which all are set right */
    RIVALS = 3                          /* characters compared at every shift */
};

/* Of size I. */
static const float PIXEL_MM = 0.16f;

/* Of a character that no shift could make another. */
static const float CLEAR_SCORE = 0.9f, CLEAR_MARGIN = 0.7f;

/* Darkness of a cell and `reach` pixels around it. */
typedef struct {
    int16_t dark[CELL_ROWS * OCR_STRIDE];
    int reach;
} cell;

/*---- Sampling ----*/

/* The grey between four pixels. */
ELQR_INLINE int grey_between(const ocr_page *page, int32_t x, int32_t y) {
    enum { REST = OCR_FIXED - 8 };
    const int across = x >> REST & 255, down = y >> REST & 255;
    const uint8_t *at =
        page->image + (size_t)(y >> OCR_FIXED) * page->stride + (size_t)(x >> OCR_FIXED);
    const uint8_t *below = at + page->stride;
    const int upper = 256 * at[0] + (at[1] - at[0]) * across;
    const int lower = 256 * below[0] + (below[1] - below[0]) * across;
    return (256 * upper + (lower - upper) * down) >> 16;
}

/* The grey of the nearest pixel, also where the image has none around. */
static int grey_near(const ocr_page *page, int32_t x, int32_t y) {
    const int right = page->width - 1, bottom = page->height - 1;
    const int across = (x + (1 << (OCR_FIXED - 1))) >> OCR_FIXED;
    const int down = (y + (1 << (OCR_FIXED - 1))) >> OCR_FIXED;
    const int column = across < 0 ? 0 : across > right ? right : across;
    const int row = down < 0 ? 0 : down > bottom ? bottom : down;
    return page->image[(size_t)row * page->stride + (size_t)column];
}

static void sample_cell(const ocr_page *page, const ocr_greys *greys, const ocr_cells *cells,
                        int index, int reach, cell *cell) {
    const elqr_ocr_frame *frame = &page->frame;
    const float step = PIXEL_MM * page->line.size;
    const float skew = cells->rise / cells->pitch; /* the line's own direction */
    const float along_x = (frame->along_x + skew * frame->down_x) * step;
    const float along_y = (frame->along_y + skew * frame->down_y) * step;
    const float down_x = frame->down_x * step, down_y = frame->down_y * step;
    const float u = cells->x + cells->pitch * (float)index;
    const float v = cells->y + cells->rise * (float)index;
    const float left = 0.5f - (float)(OCR_WIDTH / 2 + reach);
    const float top = 0.5f - (float)(OCR_BASELINE + reach);
    const float x = frame->x + u * frame->along_x + v * frame->down_x - 0.5f;
    const float y = frame->y + u * frame->along_y + v * frame->down_y - 0.5f;
    const int32_t step_x = ocr_fixed(along_x), step_y = ocr_fixed(along_y);
    const int columns = OCR_WIDTH + 2 * reach;
    cell->reach = reach;
    for (int r = 0; r < OCR_HEIGHT + 2 * reach; r++) {
        const float below = top + (float)r;
        int32_t from_x = ocr_fixed(x + left * along_x + below * down_x);
        int32_t from_y = ocr_fixed(y + left * along_y + below * down_y);
        int16_t *to = cell->dark + r * OCR_STRIDE;
        const int inside =
            ocr_inside(page, from_x, from_y, 1) &&
            ocr_inside(page, from_x + step_x * (columns - 1), from_y + step_y * (columns - 1), 1);
        if (inside)
            for (int c = 0; c < columns; c++, from_x += step_x, from_y += step_y)
                to[c] = (int16_t)grey_between(page, from_x, from_y);
        else
            for (int c = 0; c < columns; c++, from_x += step_x, from_y += step_y)
                to[c] = (int16_t)grey_near(page, from_x, from_y);
        for (int c = 0; c < columns; c++) {
            const int grey = to[c] < greys->ink ? greys->ink : to[c];
            to[c] = (int16_t)(grey > greys->paper ? 0 : greys->paper - grey);
        }
    }
}

/*---- Comparing ----*/

/* Where in a cell a template lies that is shifted right and down. */
ELQR_INLINE const int16_t *window(const cell *cell, int right, int down) {
    return cell->dark + (cell->reach + down) * OCR_STRIDE + cell->reach + right;
}

/* One over the root of the summed squares of darkness less its mean; 0 where there is none. */
static float weight(const int16_t *dark) {
    int sum, squares;
    ocr_sums(dark, &sum, &squares);
    const float spread = (float)squares - (float)sum * (float)sum / (float)OCR_PIXELS;
    return spread > 1.0f ? 1.0f / sqrtf(spread) : 0.0f;
}

ELQR_INLINE float correlation(int character, const int16_t *dark, float weight) {
    return (float)ocr_product(ocr_templates[character], dark) * weight / ocr_norms[character];
}

/* Every character's correlation with the cell as it is, and the likeliest ones, best first. */
static void compare(const cell *cell, float scores[OCR_CHARACTERS], int likely[RIVALS]) {
    const int16_t *dark = window(cell, 0, 0);
    const float factor = weight(dark);
    for (int i = 0; i < OCR_CHARACTERS; i++)
        scores[i] = correlation(i, dark, factor);
    for (int n = 0; n < RIVALS; n++) {
        likely[n] = -1;
        for (int i = 0; i < OCR_CHARACTERS; i++) {
            int taken = 0;
            for (int m = 0; m < n; m++)
                taken |= likely[m] == i;
            if (!taken && (likely[n] < 0 || scores[i] > scores[likely[n]]))
                likely[n] = i;
        }
    }
}

/*---- Setting the cells right ----*/

/* How far right and down a cell's character is from where it should be, in pixels. */
typedef struct {
    float index, right, down;
    int good;
} probe;

/* Where a parabola through three values has its top, -0.5 to 0.5. */
static float top_of(float before, float middle, float after) {
    const float curve = before - 2.0f * middle + after;
    const float top = curve < 0.0f ? 0.5f * (before - after) / curve : 0.0f;
    return fminf(fmaxf(top, -0.5f), 0.5f);
}

enum { SHIFTS = 2 * REACH + 1 };

/* How well a character fits a cell at shifts along one axis, the other's being `other`; returns the
 * shift that fits best, between pixels, and what it gives. */
static float best_shift(const cell *cell, int character, int vertical, int other, float *best) {
    float at[SHIFTS], shift;
    int top = 0;
    for (int i = 0; i < SHIFTS; i++) {
        const int16_t *dark =
            vertical ? window(cell, other, i - REACH) : window(cell, i - REACH, other);
        at[i] = correlation(character, dark, weight(dark));
        if (at[i] > at[top])
            top = i;
    }
    *best = at[top];
    shift = (float)(top - REACH);
    return top == 0 || top == SHIFTS - 1 ? shift
                                         : shift + top_of(at[top - 1], at[top], at[top + 1]);
}

/* First along, then down, as the line's direction is known better than where along it cells are. */
static probe probe_cell(const cell *cell, int index) {
    float scores[OCR_CHARACTERS], best = 0.55f;
    int likely[RIVALS];
    probe found = {(float)index, 0.0f, 0.0f, 0};
    compare(cell, scores, likely);
    for (int n = 0; n < RIVALS; n++) {
        float score;
        const float right = best_shift(cell, likely[n], 0, 0, &score);
        const float down = best_shift(cell, likely[n], 1, (int)lrintf(right), &score);
        if (score > best) {
            best = score;
            found.right = right;
            found.down = down;
            found.good = 1;
        }
    }
    return found;
}

/* A straight line a + b * index through good probes, of `right` or `down`, by least squares. */
static void fit(const probe *probes, int count, int down, float *a, float *b) {
    float n = 0.0f, i = 0.0f, ii = 0.0f, v = 0.0f, iv = 0.0f;
    for (int k = 0; k < count; k++)
        if (probes[k].good) {
            const float index = probes[k].index, value = down ? probes[k].down : probes[k].right;
            n += 1.0f;
            i += index;
            ii += index * index;
            v += value;
            iv += index * value;
        }
    const float spread = n * ii - i * i;
    *b = spread > 0.0f ? (n * iv - i * v) / spread : 0.0f;
    *a = n > 0.0f ? (v - *b * i) / n : 0.0f;
}

/* Moves the cells to where characters are; 0 if too few look like any. */
static int set_right(const ocr_page *page, const ocr_greys *greys, ocr_cells *cells) {
    const int characters = page->line.characters;
    const int count = characters < PROBES ? characters : PROBES;
    const float pixel = PIXEL_MM * page->line.size;
    probe probes[PROBES] = {{0}};
    float x = 0.0f, y = 0.0f, wider = 0.0f, steeper = 0.0f;
    for (int k = 0; k < count; k++) {
        cell cell;
        const int index = count == 1 ? 0 : k * (characters - 1) / (count - 1);
        sample_cell(page, greys, cells, index, REACH, &cell);
        probes[k] = probe_cell(&cell, index);
    }
    for (int round = 0; round < 3; round++) {
        int good = 0;
        fit(probes, count, 0, &x, &wider);
        fit(probes, count, 1, &y, &steeper);
        for (int k = 0; k < count; k++) {
            const float off_x = probes[k].right - x - wider * probes[k].index;
            const float off_y = probes[k].down - y - steeper * probes[k].index;
            probes[k].good &= off_x * off_x + off_y * off_y < 1.0f;
            good += probes[k].good;
        }
        if (good < 4)
            return 0;
    }
    cells->x += x * pixel;
    cells->y += y * pixel;
    cells->pitch += wider * pixel;
    cells->rise += steeper * pixel;
    return 1;
}

/*---- Reading ----*/

/* The likeliest characters where they fit best, a pixel to any side. */
static void compare_around(const cell *cell, float scores[OCR_CHARACTERS],
                           const int likely[RIVALS]) {
    static const int sides[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    for (int i = 0; i < 4; i++) {
        const int16_t *dark = window(cell, sides[i][0], sides[i][1]);
        const float factor = weight(dark);
        for (int n = 0; n < RIVALS; n++) {
            const float score = correlation(likely[n], dark, factor);
            if (score > scores[likely[n]])
                scores[likely[n]] = score;
        }
    }
}

/* The likeliest character, and how much likelier it is than any other: a clean picture of one of
 * two is as far from the other as they are unlike. */
static elqr_ocr_character likeliest(const float scores[OCR_CHARACTERS]) {
    elqr_ocr_character read = {.margin = 1.0f};
    int best = 0;
    for (int i = 1; i < OCR_CHARACTERS; i++)
        if (scores[i] > scores[best])
            best = i;
    for (int i = 0; i < OCR_CHARACTERS; i++)
        if (i != best) {
            const float margin = (scores[best] - scores[i]) / (1.0f - ocr_likeness[best][i]);
            if (margin < read.margin)
                read.margin = margin;
        }
    read.character = ocr_characters[best];
    read.score = scores[best];
    return read;
}

/* The character of a cell, which is looked at around only if it is not clear. */
static elqr_ocr_character read_cell(const ocr_page *page, const ocr_greys *greys,
                                    const ocr_cells *cells, int index) {
    cell cell;
    float scores[OCR_CHARACTERS];
    int likely[RIVALS];
    sample_cell(page, greys, cells, index, 0, &cell);
    compare(&cell, scores, likely);
    const elqr_ocr_character read = likeliest(scores);
    if (read.score > CLEAR_SCORE && read.margin > CLEAR_MARGIN)
        return read;
    sample_cell(page, greys, cells, index, 1, &cell);
    compare_around(&cell, scores, likely);
    return likeliest(scores);
}

/* Moves the cells by one if that makes the characters at both ends likelier; returns whether it
 * does.  Which cell is the first was told by ink, which a streak has too. */
static int settle_ends(const ocr_page *page, const ocr_greys *greys, ocr_cells *cells) {
    const int count = page->line.characters, ends[4] = {-1, 0, count - 1, count};
    float scores[4];
    for (int i = 0; i < 4; i++)
        scores[i] = read_cell(page, greys, cells, ends[i]).score;
    const float left = scores[0] - scores[2], right = scores[3] - scores[1];
    const float by = left > 0.0f && left >= right ? -1.0f : right > 0.0f ? 1.0f : 0.0f;
    cells->x += by * cells->pitch;
    cells->y += by * cells->rise;
    return by != 0.0f;
}

static int is_sound(const elqr_ocr_frame *frame, const elqr_ocr_line *line) {
    const float along = frame->along_x * frame->along_x + frame->along_y * frame->along_y;
    const float down = frame->down_x * frame->down_x + frame->down_y * frame->down_y;
    return line->characters >= 4 && line->characters <= ELQR_OCR_LONGEST && line->pitch >= 1.5f &&
           line->pitch <= 6.0f && line->size >= 0.5f && line->size <= 2.0f && along >= 4.0f &&
           along <= 3600.0f && down >= 4.0f && down <= 3600.0f && fabsf(frame->x) <= 1e6f &&
           fabsf(frame->y) <= 1e6f;
}

int elqr_ocr_read(const uint8_t *image, size_t stride, int32_t width, int32_t height,
                  const elqr_ocr_frame *frame, const elqr_ocr_line *line, void *work,
                  elqr_ocr_reading *reading) {
    const ocr_page page = {image, stride, width, height, *frame, *line};
    ocr_greys greys;
    ocr_cells cells;
    if (width < 1 || height < 1 || width > ELQR_OCR_WIDEST || height > ELQR_OCR_WIDEST ||
        !is_sound(frame, line))
        return ELQR_OUT_OF_RANGE;
    memset(reading, 0, sizeof *reading);
    if (!ocr_find(&page, work, &greys, &cells) || !set_right(&page, &greys, &cells))
        return ELQR_OK;
    for (int i = 0; i < 2 && settle_ends(&page, &greys, &cells); i++)
        ;
    const float middle = (float)(line->characters - 1) / 2.0f;
    reading->found = 1;
    reading->shift_x = cells.x + middle * cells.pitch - (middle + 0.5f) * line->pitch;
    reading->shift_y = cells.y + middle * cells.rise;
    reading->slope = cells.rise / cells.pitch;
    reading->stretch = cells.pitch / line->pitch;
    for (int i = 0; i < line->characters; i++)
        reading->characters[i] = read_cell(&page, &greys, &cells, i);
    return ELQR_OK;
}
