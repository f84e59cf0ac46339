/* Grades of a bar code (ISO/IEC 15416, 5; decodability by ISO/IEC 15417, annex A). */
#include "elqr_bars_grade.h"

#include "common.h"

#include <math.h>
#include <string.h>

enum {
    RUNS = 6,
    ELEMENTS = 157, /* 25 characters, and 7 of the stop character */
    EDGES = ELEMENTS + 1,
    CHARACTERS = 25,
    CHARACTER = 11, /* modules */
    QUIET = 10,     /* modules of a quiet zone */
    STRAY = 5,      /* modules that the first bar may be from where it should be */
    MAX_SIZE = 32767,
    MAX_EDGES = 1024
};

typedef struct {
    int bilevel, first, count; /* column of the first sample */
    float module, start;       /* pixels; where the first bar should be, in the profile */
    float begun;               /* `start` before the profile was looked at */
    int widths[ELEMENTS];      /* modules */
    float levels[ELQR_BARS_LONGEST];
    float edges[MAX_EDGES];
    int edge_count;
    float low, high;
} profile;

typedef struct {
    const uint8_t *pixels;
    size_t stride;
    int width, height;
} picture;

/*---- Thresholds ----*/

int elqr_bars_grade_of(int parameter, float value) {
    static const float contrast[4] = {70, 55, 40, 20}, modulation[4] = {.70f, .60f, .50f, .40f};
    static const float defects[4] = {.15f, .20f, .25f, .30f};
    static const float decodability[4] = {.62f, .50f, .37f, .25f};
    const float *limits = contrast;
    switch (parameter) {
    case ELQR_BARS_DECODE:
        return value > 0 ? 4 : 0;
    case ELQR_BARS_REFLECTANCE:
        return value <= 0.5f ? 4 : 0;
    case ELQR_BARS_EDGE:
        return value >= 15 ? 4 : 0;
    case ELQR_BARS_CONTRAST:
        break;
    case ELQR_BARS_MODULATION:
        limits = modulation;
        break;
    case ELQR_BARS_DECODABILITY:
        limits = decodability;
        break;
    case ELQR_BARS_DEFECTS:
        limits = defects;
        break;
    default:
        return -1;
    }
    for (int i = 0; i < 4; i++)
        if (parameter == ELQR_BARS_DEFECTS ? value <= limits[i] : value >= limits[i])
            return 4 - i;
    return 0;
}

/*---- Profiles ----*/

static float within(float value, float low, float high) {
    return value < low ? low : value < high ? value : high; /* what is not a number becomes high */
}

/* The grey of a column at a height, between the two rows next to it. */
static float grey_at(const picture *image, int x, float y) {
    const float at = within(y - 0.5f, 0, (float)(image->height - 1));
    const int row = (int)at < image->height - 2 ? (int)at : image->height - 2;
    const uint8_t *p = image->pixels + (size_t)row * image->stride + x;
    return p[0] + (at - (float)row) * (float)(p[image->stride] - p[0]);
}

/* The row nearest to a height. */
static const uint8_t *nearest_row(const picture *image, float y) {
    const float at = within(y - 0.5f, 0, (float)(image->height - 1));
    return image->pixels + (size_t)(int)(at + 0.5f) * image->stride;
}

/* The greys along a line from (x0, y0) to (x1, y1), its quiet zones and what the ends may be off,
 * each from two places half a module apart, or, of black and white, from one. */
static void take(profile *p, const picture *image, float x0, float y0, float x1, float y1) {
    const float around = (QUIET + STRAY) * p->module, slope = (y1 - y0) / (x1 - x0);
    p->first = (int)within(x0 - around, 0, (float)image->width - 1);
    const int end = (int)within(x1 + around, 0, (float)image->width - 1);
    p->count = end - p->first + 1;
    p->count = p->count < ELQR_BARS_LONGEST ? p->count : ELQR_BARS_LONGEST;
    p->start = p->begun = x0 - (float)p->first;
    if (p->bilevel && y0 == y1) {
        const uint8_t *row = nearest_row(image, y0) + p->first;
        for (int i = 0; i < p->count; i++)
            p->levels[i] = row[i];
        return;
    }
    for (int i = 0; i < p->count; i++) {
        const int x = p->first + i;
        const float y = y0 + ((float)x + 0.5f - x0) * slope, apart = p->module / 4;
        p->levels[i] = p->bilevel
                           ? nearest_row(image, y)[x]
                           : (grey_at(image, x, y - apart) + grey_at(image, x, y + apart)) / 2;
    }
}

/* The range of samples [from, to). */
static void find_range(profile *p, int from, int to) {
    p->low = p->high = p->levels[from];
    for (int i = from; i < to; i++) {
        p->low = p->levels[i] < p->low ? p->levels[i] : p->low;
        p->high = p->levels[i] > p->high ? p->levels[i] : p->high;
    }
}

/* Where samples [from, to) cross the middle of the range, in samples from the first one's left;
 * falls at even indices, as it begins with paper. */
static void find_edges(profile *p, int from, int to) {
    p->edge_count = 0;
    const float middle = (p->low + p->high) / 2;
    int dark = 0;
    for (int i = from; i < to && p->edge_count < MAX_EDGES; i++) {
        if ((p->levels[i] < middle) == dark)
            continue;
        const float before = i > from ? p->levels[i - 1] : p->levels[i];
        const float step = p->levels[i] - before;
        const float part = step > 0 || step < 0 ? (middle - before) / step : 0.5f;
        p->edges[p->edge_count++] = (float)i - 0.5f + part;
        dark = !dark;
    }
}

/*---- Decoding ----*/

/* What is left of the tolerance of six elements that should have these widths: of the distances of
 * edges of the same direction to the thresholds half-way between whole modules, and of the bars'
 * sum to 1.75 modules more or less.  Below 0: another character, or none.  `step` is the direction
 * along edges and widths. */
static float character_left(const float *edges, const int *widths, int step) {
    const float pitch = (edges[RUNS * step] - edges[0]) / CHARACTER;
    float least = 1, bars = 0;
    int dark = 0;
    for (int i = 0; i < 4; i++) {
        const float is = (edges[(i + 2) * step] - edges[i * step]) / pitch;
        const float off = fabsf(is - (float)(widths[i * step] + widths[(i + 1) * step]));
        least = 1 - 2 * off < least ? 1 - 2 * off : least;
    }
    for (int i = 0; i < RUNS; i += 2) {
        bars += (edges[(i + 1) * step] - edges[i * step]) / pitch;
        dark += widths[i * step];
    }
    const float sum = 1 - fabsf(bars - (float)dark) / 1.75f;
    return sum < least ? sum : least;
}

/* The least of all characters, and of the stop character from either end. */
static float decodability(const float *edges, const int *widths) {
    float least = character_left(edges + EDGES - 1, widths + ELEMENTS - 1, -1);
    for (int c = 0; c <= CHARACTERS && least > 0; c++) {
        const float left = character_left(edges + RUNS * c, widths + RUNS * c, 1);
        least = left < least ? left : least;
    }
    return least;
}

/* The first edge of the symbol that was meant; -1 if none is near where it should be. */
static int find_symbol(const profile *p) {
    for (int i = 0; i + ELEMENTS < p->edge_count; i += 2)
        if (fabsf(p->edges[i] - p->start) <= STRAY * p->module &&
            decodability(p->edges + i, p->widths) > 0)
            return i;
    return -1;
}

/*---- Elements ----*/

/* How far the lowest valley of samples [from, to) is below their highest peak; 0 if they only rise
 * and then fall.  `sign` -1: of what is dark, the highest peak above the lowest valley. */
static float unevenness(const profile *p, int from, int to, float sign) {
    int top = from;
    float most = 0;
    for (int i = from; i < to; i++)
        top = sign * p->levels[i] > sign * p->levels[top] ? i : top;
    for (int side = -1; side <= 1; side += 2) {
        /* Towards the top: whatever is below what came before lies in a valley. */
        float highest = -1e9f;
        for (int i = side < 0 ? from : to - 1; i != top; i -= side) {
            const float level = sign * p->levels[i], depth = sign * p->levels[top] - level;
            most = level < highest && depth > most ? depth : most;
            highest = level > highest ? level : highest;
        }
    }
    return most;
}

/* The highest level of samples between two edges times `sign`. */
static float extreme(const profile *p, int from, int to, float sign) {
    float most = sign * p->levels[from];
    for (int i = from; i < to; i++)
        most = sign * p->levels[i] > most ? sign * p->levels[i] : most;
    return most;
}

/* ECmin and ERNmax, in grey levels, of the elements from edge `first` on, quiet zones included. */
static void measure(const profile *p, int first, int from, int to, float *edge, float *uneven) {
    float last = 0;
    *edge = 255;
    *uneven = 0;
    for (int i = 0; i <= EDGES; i++) {
        const float sign = i % 2 ? -1 : 1; /* elements 0 and EDGES are the quiet zones */
        /* The samples whose middle lies between the edges; at least one. */
        const int begin = i == 0 ? from : (int)(p->edges[first + i - 1] + 0.5f);
        const int end = i == EDGES ? to : (int)(p->edges[first + i] + 0.5f);
        const int stop = end > begin ? end : begin + 1 < to ? begin + 1 : to;
        const int start = begin < stop ? begin : stop - 1;
        const float level = extreme(p, start, stop, sign), rough = unevenness(p, start, stop, sign);
        *uneven = rough > *uneven ? rough : *uneven;
        if (i > 0 && level + last < *edge)
            *edge = level + last; /* one of them is negative */
        last = level;
    }
}

/*---- Lines ----*/

/* The parameters of one profile. */
static void grade_profile(profile *p, float values[ELQR_BARS_PARAMETERS]) {
    memset(values, 0, ELQR_BARS_PARAMETERS * sizeof *values);
    find_range(p, 0, p->count);
    find_edges(p, 0, p->count);
    int first = find_symbol(p), from = 0, to = p->count;
    if (first >= 0) {
        /* Only the quiet zones belong to it: what is beyond may move the threshold no more. */
        const float begin = p->edges[first], end = p->edges[first + ELEMENTS];
        p->module = (end - begin) / ELQR_BILL_MODULES;
        from = (int)within(begin - QUIET * p->module, 0, begin);
        to = (int)within(end + QUIET * p->module, end, (float)p->count);
        p->start = begin;
        const float low = p->low, high = p->high;
        find_range(p, from, to);
        if (p->low > low || p->high < high) {
            find_edges(p, from, to);
            first = find_symbol(p);
        }
    }
    const float range = p->high - p->low;
    values[ELQR_BARS_CONTRAST] = 100 * range / 255;
    values[ELQR_BARS_REFLECTANCE] = p->high > 0 ? p->low / p->high : 1;
    values[ELQR_BARS_DEFECTS] = 1;
    if (first < 0)
        return;
    values[ELQR_BARS_DECODE] = 1;
    values[ELQR_BARS_DECODABILITY] = decodability(p->edges + first, p->widths);
    if (p->bilevel)
        return;
    float edge, uneven;
    measure(p, first, from, to, &edge, &uneven);
    values[ELQR_BARS_EDGE] = 100 * edge / 255;
    values[ELQR_BARS_MODULATION] = edge / range;
    values[ELQR_BARS_DEFECTS] = uneven / range;
}

/* Whether two profiles are the same, of which nothing can be told but the same: so are all of a
 * clean bar code that does not lie askew. */
static int is_same(const profile *p, const profile *other) {
    return p->first == other->first && p->count == other->count && p->begun == other->begun &&
           memcmp(p->levels, other->levels, (size_t)p->count * sizeof *p->levels) == 0;
}

static int is_measured(const elqr_bars_result *result, int parameter) {
    return !result->bilevel || parameter == ELQR_BARS_DECODE || parameter == ELQR_BARS_DECODABILITY;
}

/* Puts a line's parameters to those of the lines before. */
static void note(elqr_bars_result *result, int line, const float *values) {
    int lowest = 4;
    for (int i = 0; i < ELQR_BARS_PARAMETERS; i++) {
        if (!is_measured(result, i))
            continue;
        const int grade = elqr_bars_grade_of(i, values[i]);
        const int more = i == ELQR_BARS_DEFECTS || i == ELQR_BARS_REFLECTANCE;
        const float old = result->values[i];
        result->grades[i] += (float)grade;
        if (line == 0 || (more ? values[i] > old : values[i] < old))
            result->values[i] = values[i];
        lowest = grade < lowest ? grade : lowest;
    }
    result->lines[line] = (int8_t)lowest;
    result->overall += (float)lowest;
}

/* From sums to means. */
static void conclude(elqr_bars_result *result) {
    float least = 5;
    result->overall /= ELQR_BARS_LINES;
    for (int i = 0; i < ELQR_BARS_PARAMETERS; i++) {
        result->grades[i] = is_measured(result, i) ? result->grades[i] / ELQR_BARS_LINES : -1;
        if (result->grades[i] >= 0 && result->grades[i] < least) {
            least = result->grades[i];
            result->worst = i;
        }
    }
}

/*---- Everything together ----*/

static int is_bilevel(const picture *image) {
    for (int y = 0; y < image->height; y++) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        uint8_t grey = 0;
        for (int x = 0; x < image->width; x++)
            grey |= (uint8_t)(row[x] + 1) & 0xFE;
        if (grey)
            return 0;
    }
    return 1;
}

/* Widths of the elements of what was meant; false if these are no bars of this kind. */
static int count_widths(const uint8_t *modules, int *widths) {
    int elements = 0, last = 0;
    for (int i = 1; i <= ELQR_BILL_MODULES; i++) {
        if (i < ELQR_BILL_MODULES && (modules[i] != 0) == (modules[i - 1] != 0))
            continue;
        if (elements == ELEMENTS)
            return 0;
        widths[elements++] = i - last;
        last = i;
    }
    return elements == ELEMENTS && modules[0] != 0;
}

static int usable(const float *c, float module) {
    for (int i = 0; i < 8; i++)
        if (!(fabsf(c[i]) < 1e5f)) /* not a number is not */
            return 0;
    return module >= 1 && c[4] - c[6] >= ELQR_BILL_MODULES && c[2] - c[0] >= ELQR_BILL_MODULES &&
           (ELQR_BILL_MODULES + 2 * (QUIET + STRAY) + 60) * module < ELQR_BARS_LONGEST;
}

int elqr_grade_bars(const uint8_t *pixels, size_t stride, int width, int height, const float c[8],
                    const uint8_t modules[ELQR_BILL_MODULES], elqr_bars_result *result) {
    const picture image = {pixels, stride, width, height};
    profile lines[2];
    float values[ELQR_BARS_PARAMETERS];
    memset(result, 0, sizeof *result);
    if (width < 2 || height < 2 || width > MAX_SIZE || height > MAX_SIZE)
        return ELQR_OUT_OF_RANGE;
    const float module = (c[2] - c[0] + c[4] - c[6]) / (2 * ELQR_BILL_MODULES);
    if (!usable(c, module) || !count_widths(modules, lines[0].widths))
        return ELQR_OUT_OF_RANGE;
    memcpy(lines[1].widths, lines[0].widths, sizeof lines[1].widths);
    result->bilevel = lines[0].bilevel = lines[1].bilevel = is_bilevel(&image);
    result->module = module;
    for (int i = 0; i < ELQR_BARS_LINES; i++) {
        /* 5.3: evenly over the middle 80 % of the bars. */
        const float part = 0.1f + 0.8f * ((float)i + 0.5f) / ELQR_BARS_LINES;
        profile *line = &lines[i % 2];
        line->module = module;
        take(line, &image, c[0] + part * (c[6] - c[0]), c[1] + part * (c[7] - c[1]),
             c[2] + part * (c[4] - c[2]), c[3] + part * (c[5] - c[3]));
        if (i == 0 || !is_same(line, &lines[(i - 1) % 2]))
            grade_profile(line, values);
        note(result, i, values);
    }
    conclude(result);
    return ELQR_OK;
}
