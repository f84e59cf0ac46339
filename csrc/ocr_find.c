/* Finding a line of characters of fixed pitch: rows by their ink, columns by their gaps. */
#include "ocr_cells.h"

#include "common.h"

enum {
    COLUMNS = 10, /* of a cell */
    BLANK = 2,    /* cells looked at before the line and after it */
    BLOCKS = 8,   /* parts of the strip whose rows and gaps are looked at together */
    STRIP_ROWS = 46,
    TEXT_ROWS = 11,  /* of a digit, 2.75 mm */
    FLANK_ROWS = 2,  /* that ought to be blank above and below it */
    SLOPES = 10,     /* rows, either way, that the last block may be below the first */
    STRETCHES = 7,   /* columns, either way, that it may be nearer or farther */
    INK_LEVELS = 64, /* darkness of ink, paper being 0 */
    LEAST_INK = 3    /* samples of ink in a cell that is not blank: a minus has 12 */
};

/* Of size I, in millimetres: rows of the strip, and how far above the baseline its first one is:
 * room for a line 3 mm off whose ends are 1.2 mm higher or lower. */
static const float ROW_MM = 0.25f, ABOVE_MM = 2.73f + 4.4f;

typedef struct {
    uint8_t *dark; /* [STRIP_ROWS][columns], 0 to INK_LEVELS */
    int columns, cells;
    float left, top, column, row; /* of the first sample and between samples, millimetres */
} strip;

ELQR_INLINE int clamped(int value, int size) {
    return value < 0 ? 0 : value >= size ? size - 1 : value;
}

/* The pixels that samples of the strip fall on. */
static void sample_strip(const ocr_page *page, const strip *strip) {
    const elqr_ocr_frame *frame = &page->frame;
    const int32_t step_x = ocr_fixed(frame->along_x * strip->column);
    const int32_t step_y = ocr_fixed(frame->along_y * strip->column);
    for (int r = 0; r < STRIP_ROWS; r++) {
        const float v = strip->top + (float)r * strip->row;
        int32_t x = ocr_fixed(frame->x + frame->along_x * strip->left + frame->down_x * v);
        int32_t y = ocr_fixed(frame->y + frame->along_y * strip->left + frame->down_y * v);
        uint8_t *to = strip->dark + (size_t)r * (size_t)strip->columns;
        const int inside =
            ocr_inside(page, x, y, 0) && ocr_inside(page, x + step_x * (strip->columns - 1),
                                                    y + step_y * (strip->columns - 1), 0);
        for (int c = 0; c < strip->columns; c++, x += step_x, y += step_y) {
            int across = x >> OCR_FIXED, down = y >> OCR_FIXED;
            if (!inside) {
                across = clamped(across, page->width);
                down = clamped(down, page->height);
            }
            to[c] = page->image[(size_t)down * page->stride + (size_t)across];
        }
    }
}

/* Paper is what most of the strip is, ink what its darkest thirtieth is; of every third sample. */
static int find_greys(const strip *strip, ocr_greys *greys) {
    int counts[256] = {0}, level = 0, seen = 0, samples = 0;
    for (int i = 0; i < STRIP_ROWS * strip->columns; i += 3, samples++)
        counts[strip->dark[i]]++;
    for (; seen + counts[level] < samples / 30; level++)
        seen += counts[level];
    greys->ink = level;
    for (; seen + counts[level] < samples / 2; level++)
        seen += counts[level];
    greys->paper = level;
    return greys->paper - greys->ink >= 40;
}

static void darken(const strip *strip, const ocr_greys *greys) {
    uint8_t darkness[256];
    const int contrast = greys->paper - greys->ink;
    for (int grey = 0; grey < 256; grey++) {
        const int dark = (greys->paper - grey) * INK_LEVELS / contrast;
        darkness[grey] = (uint8_t)(dark < 0 ? 0 : dark > INK_LEVELS ? INK_LEVELS : dark);
    }
    for (int i = 0; i < STRIP_ROWS * strip->columns; i++)
        strip->dark[i] = darkness[strip->dark[i]];
}

/*---- Rows ----*/

/* The ink of each row, block by block. */
static void sum_rows(const strip *strip, int sums[BLOCKS][STRIP_ROWS]) {
    for (int b = 0; b < BLOCKS; b++)
        for (int r = 0; r < STRIP_ROWS; r++) {
            const uint8_t *row = strip->dark + (size_t)r * (size_t)strip->columns;
            int sum = 0;
            for (int c = strip->columns * b / BLOCKS; c < strip->columns * (b + 1) / BLOCKS; c++)
                sum += row[c];
            sums[b][r] = sum;
        }
}

/* Rows that block b lies below the line's middle where the last lies `slope` below the first. */
ELQR_INLINE int block_shift(int slope, int b) {
    const int twice = slope * (2 * b - (BLOCKS - 1));
    return (twice + (twice < 0 ? -1 : 1) * (BLOCKS - 1)) / (2 * (BLOCKS - 1));
}

/* The first row of text in the line's middle, and how many rows it goes down from the first block
 * to the last: where the text's rows have the most ink, and those beside them the least. */
static int find_rows(const int sums[BLOCKS][STRIP_ROWS], int *first, int *slope) {
    int64_t best = 0;
    for (int s = -SLOPES; s <= SLOPES; s++) {
        int64_t ink[STRIP_ROWS + 1] = {0};
        for (int r = 0; r < STRIP_ROWS; r++) {
            ink[r + 1] = ink[r];
            for (int b = 0; b < BLOCKS; b++) {
                const int from = r + block_shift(s, b);
                ink[r + 1] += from < 0 || from >= STRIP_ROWS ? 0 : sums[b][from];
            }
        }
        for (int r = FLANK_ROWS; r + TEXT_ROWS + FLANK_ROWS <= STRIP_ROWS; r++) {
            const int end = r + TEXT_ROWS;
            const int64_t flanks = ink[r] - ink[r - FLANK_ROWS] + ink[end + FLANK_ROWS] - ink[end];
            const int64_t score = ink[end] - ink[r] - 2 * flanks;
            if (score > best) {
                best = score;
                *first = r;
                *slope = s;
            }
        }
    }
    return best > 0;
}

/*---- Columns ----*/

/* The text's ink in each column, less what the rows beside it have: a streak goes through all. */
static void sum_columns(const strip *strip, int first, int slope, int *sums) {
    for (int b = 0; b < BLOCKS; b++) {
        const int start = strip->columns * b / BLOCKS, end = strip->columns * (b + 1) / BLOCKS;
        const int top = first + block_shift(slope, b) - FLANK_ROWS;
        for (int c = start; c < end; c++)
            sums[c] = 0;
        for (int i = 0; i < TEXT_ROWS + 2 * FLANK_ROWS; i++) {
            const int r = top + i < 0 ? 0 : top + i >= STRIP_ROWS ? STRIP_ROWS - 1 : top + i;
            const uint8_t *row = strip->dark + (size_t)r * (size_t)strip->columns;
            const int text = i >= FLANK_ROWS && i < FLANK_ROWS + TEXT_ROWS;
            const int weight = text ? 2 * FLANK_ROWS : -TEXT_ROWS;
            for (int c = start; c < end; c++)
                sums[c] += weight * row[c];
        }
    }
}

/* Gaps between cells are where there is least ink.  Their distance from where they are expected,
 * in columns, -COLUMNS / 2 to COLUMNS / 2, in the middle of the strip; and how many columns more
 * that is in the last block than in the first. */
static void find_gaps(const strip *strip, const int *sums, int *shift, int *stretch) {
    static const int weights[4] = {1, 2, 2, 1}; /* of the columns around a gap */
    int64_t gaps[BLOCKS][COLUMNS] = {{0}}, best = INT64_MAX;
    for (int b = 0; b < BLOCKS; b++)
        for (int c = strip->columns * b / BLOCKS; c < strip->columns * (b + 1) / BLOCKS; c++)
            for (int i = 0; i < 4; i++)
                gaps[b][(c + i - 1 + COLUMNS) % COLUMNS] += weights[i] * (int64_t)sums[c];
    for (int s = -STRETCHES; s <= STRETCHES; s++)
        for (int at = -COLUMNS / 2; at < COLUMNS / 2; at++) {
            int64_t ink = 0;
            for (int b = 0; b < BLOCKS; b++)
                ink += gaps[b][(at + block_shift(s, b) + 2 * COLUMNS) % COLUMNS];
            if (ink < best) {
                best = ink;
                *shift = at;
                *stretch = s;
            }
        }
}

/* Of the cells from this column on, how many have ink, less the two beside them if they have. */
static int count_inked(const strip *strip, const int *sums, float start, float pitch) {
    const int limit = 2 * FLANK_ROWS * INK_LEVELS * LEAST_INK;
    int count = 0;
    for (int cell = -1; cell <= strip->cells; cell++) {
        const int from = (int)(start + (float)cell * pitch + (float)COLUMNS + 0.5f) - COLUMNS;
        int64_t ink = 0;
        for (int c = from < 0 ? 0 : from; c < from + COLUMNS && c < strip->columns; c++)
            ink += sums[c];
        if (ink > limit)
            count += cell < 0 || cell == strip->cells ? -1 : 1;
    }
    return count;
}

/* The column at which the first cell begins: of the gaps next to the expected one that with ink in
 * all cells after it and none beside them. */
static float find_start(const strip *strip, const int *sums, int shift, float pitch) {
    static const int nearest_first[3] = {0, -1, 1};
    const float longer = pitch - (float)COLUMNS;
    float start = 0.0f;
    int best = -2;
    for (int i = 0; i < 3; i++) {
        const int gap = nearest_first[i];
        const float from = (float)((BLANK + gap) * COLUMNS + shift) +
                           ((float)gap - (float)strip->cells / 2.0f) * longer;
        const int count = count_inked(strip, sums, from, pitch);
        if (count > best) {
            best = count;
            start = from;
        }
    }
    return start;
}

int ocr_find(const ocr_page *page, void *work, ocr_greys *greys, ocr_cells *cells) {
    const elqr_ocr_line *line = &page->line;
    const int all = line->characters + 2 * BLANK;
    const strip strip = {.dark = work,
                         .columns = all * COLUMNS,
                         .cells = line->characters,
                         .left = ((float)(-BLANK) + 0.5f / COLUMNS) * line->pitch,
                         .top = (0.5f * ROW_MM - ABOVE_MM) * line->size,
                         .column = line->pitch / COLUMNS,
                         .row = ROW_MM * line->size};
    int rows[BLOCKS][STRIP_ROWS], sums[(ELQR_OCR_LONGEST + 2 * BLANK) * COLUMNS];
    int first = 0, slope = 0, shift = 0, stretch = 0;
    sample_strip(page, &strip);
    if (!find_greys(&strip, greys))
        return 0;
    darken(&strip, greys);
    sum_rows(&strip, rows);
    if (!find_rows(rows, &first, &slope))
        return 0;
    sum_columns(&strip, first, slope, sums);
    find_gaps(&strip, sums, &shift, &stretch);
    /* From the middle of the first block to that of the last. */
    const float span = (float)all * (BLOCKS - 1) / BLOCKS;
    const float pitch = (float)COLUMNS + (float)stretch / span;
    const float start = find_start(&strip, sums, shift, pitch);
    cells->pitch = strip.column * pitch;
    cells->x = strip.column * (start - (float)(BLANK * COLUMNS) + pitch / 2.0f);
    cells->rise = strip.row * (float)slope / span;
    cells->y = strip.row * ((float)(first + TEXT_ROWS) - 0.2f) - ABOVE_MM * line->size -
               cells->rise * (float)(line->characters - 1) / 2.0f;
    return 1;
}
