/* Finder patterns by their runs, as ISO/IEC 18004:2015, 12 b, has it. */
#include "bits.h"
#include "common.h"
#include "scan.h"

#include <math.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*---- Threshold ----*/

enum { LEVELS = 64, SAMPLES_ACROSS = 40, SAMPLES_DOWN = 32, LEAST_CONTRAST = 24 };

/* Two histograms, in turn: neighbours mostly fall into the same class, and would wait for each
 * other. */
static uint32_t histogram(const scan_image *image, uint32_t *counts) {
    const int right = image->width / SAMPLES_ACROSS + 1, down = image->height / SAMPLES_DOWN + 1;
    uint32_t other[LEVELS] = {0}, total = 0;
    for (int y = down / 2; y < image->height; y += down) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        for (int x = right / 2; x + right < image->width; x += 2 * right, total += 2) {
            counts[row[x] * LEVELS / 256]++;
            other[row[x + right] * LEVELS / 256]++;
        }
    }
    for (int i = 0; i < LEVELS; i++)
        counts[i] += other[i];
    return total;
}

/* Otsu: the split of the histogram with the greatest variance between its two parts; the level is
 * half-way between their means, which unlike the split does not lean to the larger part. */
int scan_threshold(const scan_image *image) {
    uint32_t counts[LEVELS] = {0};
    const float total = (float)histogram(image, counts);
    float sum = 0, best = -1, dark_mean = 0, light_mean = 0, weight = 0, below = 0;
    for (int i = 0; i < LEVELS; i++)
        sum += (float)i * (float)counts[i];
    for (int i = 0; i + 1 < LEVELS; i++) {
        weight += (float)counts[i];
        below += (float)i * (float)counts[i];
        if (weight == 0 || weight == total)
            continue;
        const float dark = below / weight, light = (sum - below) / (total - weight);
        const float variance = weight * (total - weight) * (light - dark) * (light - dark);
        if (variance > best) {
            best = variance;
            dark_mean = dark;
            light_mean = light;
        }
    }
    const float scale = 256.0f / LEVELS;
    if (best < 0 || (light_mean - dark_mean) * scale < LEAST_CONTRAST)
        return -1;
    return (int)((dark_mean + light_mean + 1) * scale / 2);
}

/*---- Rows as bits ----*/

/* Bit i: pixels[i] < threshold, of 64 pixels. */
ELQR_INLINE uint64_t dark_bits(const uint8_t *pixels, int threshold) {
    uint64_t word = 0;
#if defined(__SSE2__)
    /* x < t as unsigned is max(x, t) != x. */
    const __m128i level = _mm_set1_epi8((char)threshold);
    for (int i = 0; i < 4; i++) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(pixels + 16 * i));
        const unsigned light =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(x, level), x));
        word |= (uint64_t)(~light & 0xFFFF) << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++)
        word |= (uint64_t)(pixels[i] < threshold) << i;
#endif
    return word;
}

/* The same of the fewer than 64 pixels from `start` on that end a row. */
ELQR_INLINE uint64_t last_dark_bits(const uint8_t *row, int start, int width, int threshold) {
    const int count = width - start;
    uint64_t word = 0;
    if (width >= 64)
        return dark_bits(row + width - 64, threshold) >> (64 - count);
    for (int i = 0; i < count; i++)
        word |= (uint64_t)(row[i] < threshold) << i;
    return word;
}

/* Columns at which a row changes its colour, light before the first pixel: changes to dark at even
 * indices, to light at odd ones.  Returns how many; a dark end of the row is not one. */
static int row_edges(const uint8_t *row, int width, int threshold, uint16_t *edges) {
    int count = 0;
    uint64_t last = 0;
    for (int start = 0; start < width; start += 64) {
        const uint64_t word = width - start >= 64 ? dark_bits(row + start, threshold)
                                                  : last_dark_bits(row, start, width, threshold);
        uint64_t changes = word ^ (word << 1 | last);
        last = word >> 63;
        for (; changes != 0; changes &= changes - 1)
            edges[count++] = (uint16_t)(start + (int)elqr_trailing_zeros(changes));
    }
    return count;
}

/*---- The ratio ----*/

/* Six edges of a line through a finder pattern, in its order.  The distances are taken between
 * edges of the same direction: ink gain moves these alike, and cancels.  Modules there are at 0, 1,
 * 2, 5, 6, 7, so that the distances are 2 and 4 (to dark), 4 and 2 (to light).
 * Returns the size of a module, 0 if the ratio is another. */
static float module_of(float e0, float e1, float e2, float e3, float e4, float e5) {
    const float a = e2 - e0, b = e4 - e2, c = e3 - e1, d = e5 - e3;
    const float module = (a + b + c + d) / 12, slack = 0.5f * module + 0.7f;
    if (fabsf(a - 2 * module) > slack || fabsf(d - 2 * module) > slack ||
        fabsf(b - 4 * module) > slack || fabsf(c - 4 * module) > slack)
        return 0;
    return module >= 1.2f && e3 - e2 > 1.5f * module ? module : 0;
}

/* Marks are looked for at so many edges at once.  A run of LONGEST pixels belongs to none; twelve
 * times that, and four times the sum of four, still fit 16 bits. */
enum { AT_ONCE = 16, EDGES_OF_MARK = 6, LONGEST = 2000 };

ELQR_INLINE int16_t run(const uint16_t *edges, int from, int to) {
    const int16_t length = (int16_t)(edges[to] - edges[from]);
    return length < LONGEST ? length : LONGEST;
}

ELQR_INLINE uint8_t are_near(int a, int b, int16_t slack) {
    const int16_t difference = (int16_t)(a - b);
    return (difference < 0 ? (int16_t)-difference : difference) <= slack;
}

/* What module_of asks, in whole numbers and without divisions, of the marks that begin at each of
 * the edges e[0:AT_ONCE]: all in 16 bits, eight at once. */
static void find_likely(const uint16_t *e, uint8_t *likely) {
    for (int i = 0; i < AT_ONCE; i++, e++) {
        const int16_t a = run(e, 0, 2), b = run(e, 2, 4), c = run(e, 1, 3), d = run(e, 3, 5);
        const int16_t sum = (int16_t)(a + b + c + d), slack = (int16_t)((uint16_t)(sum + 18) / 2);
        /* In parts of 12. */
        likely[i] = are_near(12 * a, 2 * sum, slack) & are_near(12 * b, 4 * sum, slack) &
                    are_near(12 * c, 4 * sum, slack) & are_near(12 * d, 2 * sum, slack) &
                    (uint8_t)(sum >= 15);
    }
}

/*---- Lines through a centre ----*/

/* Pixels along a row or a column. */
typedef struct {
    const uint8_t *pixels;
    ptrdiff_t step;
    int length, threshold;
} line_t;

static int is_dark(const line_t *line, int at) {
    return line->pixels[at * line->step] < line->threshold;
}

/* Where between pixels at - 1 and at the threshold is crossed, if their greys are joined by a
 * straight line. */
static float crossing(const line_t *line, int at) {
    const float before = line->pixels[(at - 1) * line->step], after = line->pixels[at * line->step];
    return (float)at - 0.5f + ((float)line->threshold - before) / (after - before);
}

/* Moves *at on, `way` being 1 or -1, to where the colour is another; *left is how many pixels there
 * are until the line ends.  False if that is first. */
ELQR_INLINE int pass(const line_t *line, int way, int dark, int *at, int *left, float *edge) {
    const int threshold = line->threshold;
    const ptrdiff_t step = way * line->step;
    ptrdiff_t pixel = *at * line->step;
    int more = *left;
    for (; more > 0; more--, pixel += step)
        if ((line->pixels[pixel] < threshold) != dark)
            break;
    *at += way * (*left - more);
    *left = more;
    if (more == 0)
        return 0;
    *edge = crossing(line, way > 0 ? *at : *at + 1);
    return 1;
}

/* Walks from `at` to three changes of colour; false if the line's end comes first. */
ELQR_INLINE int walk(const line_t *line, int at, int way, float edges[3]) {
    int left = way > 0 ? line->length - at : at + 1;
    return pass(line, way, 1, &at, &left, &edges[0]) && pass(line, way, 0, &at, &left, &edges[1]) &&
           pass(line, way, 1, &at, &left, &edges[2]);
}

/* Centre and module of the finder pattern that the line crosses with a dark run around `at`. */
static float measure(const line_t *line, int at, float *centre) {
    float up[3], down[3];
    if (at < 0 || at >= line->length || !is_dark(line, at) || !walk(line, at, -1, up) ||
        !walk(line, at, 1, down))
        return 0;
    *centre = (up[0] + up[1] + up[2] + down[0] + down[1] + down[2]) / 6;
    return module_of(up[2], up[1], up[0], down[0], down[1], down[2]);
}

static line_t row_line(const scan_image *image, int threshold, int y) {
    const line_t line = {image->pixels + (size_t)y * image->stride, 1, image->width, threshold};
    return line;
}

static line_t column_line(const scan_image *image, int threshold, int x) {
    const line_t line = {image->pixels + x, (ptrdiff_t)image->stride, image->height, threshold};
    return line;
}

static int clamp(int value, int end) {
    return value < 0 ? 0 : value >= end ? end - 1 : value;
}

/* Mean centre over two lines, one either side of the middle: askew, they are off by as much either
 * way. */
static int centre_of_lines(const scan_image *image, int threshold, int across, float at,
                           float along, float module, float *centre, float *size) {
    float sum = 0, sizes = 0;
    int count = 0;
    for (int i = -1; i <= 1; i += 2) {
        const int place = (int)(at + (float)i * 0.8f * module);
        const line_t line = across ? row_line(image, threshold, clamp(place, image->height))
                                   : column_line(image, threshold, clamp(place, image->width));
        float middle;
        const float found = measure(&line, (int)along, &middle);
        if (found == 0)
            continue;
        sum += middle;
        sizes += found;
        count++;
    }
    if (count == 0)
        return 0;
    *centre = sum / (float)count;
    *size = sizes / (float)count;
    return 1;
}

/* Confirms a mark seen along a row by the column through its centre, then measures it well. */
static int confirm(const scan_image *image, int threshold, int x, int y, float module,
                   scan_mark *mark) {
    const line_t column = column_line(image, threshold, x);
    float middle, across, down;
    const float high = measure(&column, y, &middle);
    if (high == 0 || fabsf(high - module) > 0.4f * module)
        return 0;
    mark->y = middle;
    if (!centre_of_lines(image, threshold, 1, mark->y, (float)x, module, &mark->x, &across) ||
        !centre_of_lines(image, threshold, 0, mark->x, mark->y, module, &mark->y, &down))
        return 0;
    mark->module = (across + down) / 2;
    mark->score = 1;
    return 1;
}

static int is_known(const scan_mark *marks, int count, float x, float y) {
    for (int i = 0; i < count; i++)
        if (fabsf(marks[i].x - x) < 3 * marks[i].module &&
            fabsf(marks[i].y - y) < 3 * marks[i].module)
            return 1;
    return 0;
}

/* Takes the mark that a row seems to have between six edges, unless it is known or none. */
static int take_mark(const scan_image *image, int threshold, int y, const uint16_t *e,
                     scan_mark *marks, int found) {
    const int x = (e[2] + e[3]) / 2;
    const float module = (float)(e[5] + e[4] - e[1] - e[0]) / 12;
    return !is_known(marks, found, (float)x, (float)y) &&
           confirm(image, threshold, x, y, module, &marks[found]) &&
           !is_known(marks, found, marks[found].x, marks[found].y);
}

/* The marks of a row; returns how many there are then. */
static int add_marks(const scan_image *image, int threshold, int y, const uint16_t *edges,
                     int count, scan_mark *marks, int found) {
    uint8_t likely[AT_ONCE];
    for (int i = 0; i + EDGES_OF_MARK <= count; i += AT_ONCE) {
        find_likely(edges + i, likely);
        /* Only every second edge is one to dark. */
        for (int j = 0; j < AT_ONCE && i + j + EDGES_OF_MARK <= count; j += 2)
            if (likely[j] && found < SCAN_MAX_MARKS)
                found += take_mark(image, threshold, y, edges + i + j, marks, found);
    }
    return found;
}

int scan_find_marks(const scan_image *image, int threshold, int step, scan_mark *marks) {
    uint16_t edges[SCAN_MAX_SIZE + 1 + AT_ONCE + EDGES_OF_MARK];
    int found = 0;
    for (int y = step / 2; y < image->height && found < SCAN_MAX_MARKS; y += step) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        const int count = row_edges(row, image->width, threshold, edges);
        /* What is looked at at once ends behind the last edge. */
        memset(edges + count, 0, (AT_ONCE + EDGES_OF_MARK) * sizeof *edges);
        found = add_marks(image, threshold, y, edges, count, marks, found);
    }
    return found;
}
