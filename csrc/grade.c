/* Grades of a symbol (ISO/IEC 15415, 7; ISO/IEC 18004, Annex G), from a grid of our own. */
#include "elqr_grade.h"

#include "common.h"
#include "qr_encode.h"
#include "qr_matrix.h"
#include "scan.h"

#include <math.h>
#include <string.h>

enum { FINDER = 7, MAX_BLOCKS = 81, MAX_GRID = QR_MAX_SIDE + 2 };

struct elqr_grader {
    scan_symbol symbol;
    int level, ec;                      /* error correction codewords of a block */
    uint8_t block_of[QR_MAX_CODEWORDS]; /* of a codeword of the final message */
};

/* One call. */
typedef struct {
    const elqr_grader *grader;
    scan_image image;
    const uint8_t *truth;
    scan_grid grid;
    int side;
    uint8_t samples[MAX_GRID * MAX_GRID]; /* the symbol and a ring of one module */
    float darkest, lightest;
    float modulations[256]; /* by grey */
    uint8_t dark[256];
    float values[QR_MAX_SIDE * QR_MAX_SIDE]; /* modulations of the modules */
    uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE], wrong[QR_MAX_SIDE * QR_MAX_SIDE];
    int errors; /* codewords of the worst block with a wrong module */
    elqr_grade_result *result;
} job;

/*---- Thresholds ----*/

static const float limits[ELQR_GRADE_UNUSED + 1][4] = {
    {70, 55, 40, 20},         {0.50f, 0.40f, 0.30f, 0.20f}, {0.50f, 0.40f, 0.30f, 0.20f},
    {.06f, .08f, .10f, .12f}, {.38f, .50f, .63f, .75f},     {.62f, .50f, .37f, .25f},
};

int elqr_grade_of(int parameter, float value) {
    if (parameter < 0 || parameter > ELQR_GRADE_UNUSED)
        return -1;
    const int less = parameter == ELQR_GRADE_AXIAL || parameter == ELQR_GRADE_GRID;
    for (int i = 0; i < 4; i++)
        if (less ? value <= limits[parameter][i] : value >= limits[parameter][i])
            return 4 - i;
    return 0;
}

/*---- The grader ----*/

size_t elqr_grader_size(void) {
    return sizeof(elqr_grader);
}

/* 7.6: codewords of all blocks in turn, the longer blocks' last data codewords after the others. */
static void assign_blocks(elqr_grader *grader, int version, int level) {
    const qr_blocks blocks = qr_block_structure(version, level);
    const int total = qr_total_codewords[version], data = qr_data_codewords(version, level);
    const int even = blocks.length * blocks.count;
    grader->ec = blocks.ec;
    for (int i = 0; i < total; i++) {
        const int block = i < even   ? i % blocks.count
                          : i < data ? blocks.shorts + i - even
                                     : (i - data) % blocks.count;
        grader->block_of[i] = (uint8_t)block;
    }
}

int elqr_grader_init(elqr_grader *grader, int version, int level) {
    if (version < 2 || version > QR_MAX_VERSION)
        return ELQR_BAD_VERSION;
    if (level < ELQR_QR_L || level > ELQR_QR_H)
        return ELQR_BAD_LEVEL;
    scan_symbol_init(&grader->symbol, version);
    grader->level = level;
    assign_blocks(grader, version, level);
    return ELQR_OK;
}

/*---- Sampling ----*/

static int within(int value, int high) {
    return value < 0 ? 0 : value < high ? value : high;
}

/* 65,536 times the grey between the four pixels around a point in 1/256 pixel, counted from the
 * first pixel's centre. */
ELQR_INLINE int between(const scan_image *image, int x, int y) {
    const uint32_t right = (uint32_t)x, down = (uint32_t)y; /* not negative: no sign to extend */
    const int fx = x & 255, fy = y & 255;
    const uint8_t *p = image->pixels + (size_t)(down >> 8) * image->stride + (right >> 8);
    const uint8_t *q = p + image->stride;
    const int upper = (256 - fx) * p[0] + fx * p[1], lower = (256 - fx) * q[0] + fx * q[1];
    return 256 * upper + fy * (lower - upper);
}

/* The same for any point; beyond the image its edge goes on. */
ELQR_INLINE int grey_at(const scan_image *image, int x, int y) {
    return between(image, within(x, (image->width - 1) * 256 - 1),
                   within(y, (image->height - 1) * 256 - 1));
}

/* The distance from the first pixel's centre that a distance from its corner is. */
enum { HALF_PIXEL = 128 };

static int fixed_point(float value) {
    return (int)lrintf(value * 256);
}

/* True if a ring of two modules around the symbol is in the image with a pixel to spare. */
static int is_inside(const job *job) {
    const float low = -2, high = (float)job->side + 2;
    for (int i = 0; i < 4; i++) {
        const scan_point p = scan_map(&job->grid, i & 1 ? high : low, i & 2 ? high : low);
        if (!(p.x >= 1 && p.y >= 1 && p.x < (float)job->image.width - 1 &&
              p.y < (float)job->image.height - 1))
            return 0;
    }
    return 1;
}

/* Points of a module's middle 0.8, from its centre, in 1/256 pixel. */
typedef struct {
    int count, dx[9], dy[9];
} aperture;

/* A point takes in a pixel's width, so that four are enough for modules of few pixels. */
static aperture aperture_of(const job *job) {
    const float *h = job->grid.h;
    const float centre = 1 / ((h[6] + h[7]) * (float)job->side / 2 + 1);
    const int across = hypotf(h[0], h[3]) < 5 ? 2 : 3;
    const float apart = 0.8f / (float)across;
    aperture a = {across * across, {0}, {0}};
    for (int i = 0; i < a.count; i++) {
        const float middle = (float)(across - 1) / 2;
        const float u = apart * ((float)(i % across) - middle) * centre;
        const float v = apart * ((float)(i / across) - middle) * centre;
        a.dx[i] = fixed_point(h[0] * u + h[1] * v);
        a.dy[i] = fixed_point(h[3] * u + h[4] * v);
    }
    return a;
}

ELQR_INLINE void sample_row(job *job, const aperture *a, int row, int count, int inside) {
    const float *h = job->grid.h, v = (float)row + 0.5f;
    const float x0 = h[1] * v + h[2], y0 = h[4] * v + h[5], w0 = h[7] * v + 1;
    uint8_t *out = job->samples + (row + 1) * (job->side + 2);
    for (int column = -1; column <= job->side; column++) {
        const float u = (float)column + 0.5f, w = 256 / (h[6] * u + w0);
        /* Truncation is quicker than rounding, and 1/512 pixel nothing. */
        const int x = (int)((h[0] * u + x0) * w) - HALF_PIXEL;
        const int y = (int)((h[3] * u + y0) * w) - HALF_PIXEL;
        int sum = 32768 * count;
        for (int i = 0; i < count; i++)
            sum += inside ? between(&job->image, x + a->dx[i], y + a->dy[i])
                          : grey_at(&job->image, x + a->dx[i], y + a->dy[i]);
        *out++ = (uint8_t)((uint32_t)sum / ((uint32_t)count << 16));
    }
}

/* The mean grey of the middle of each module. */
static void sample(job *job) {
    const aperture a = aperture_of(job);
    const int inside = is_inside(job);
    for (int row = -1; row <= job->side; row++)
        if (inside && a.count == 4)
            sample_row(job, &a, row, 4, 1);
        else if (inside)
            sample_row(job, &a, row, 9, 1);
        else
            sample_row(job, &a, row, a.count, 0);
}

static int sample_of(const job *job, int row, int column) {
    return job->samples[(row + 1) * (job->side + 2) + column + 1];
}

/*---- The grid ----*/

/* Nested squares around a centre: at half a side from it, light and dark meet. */
typedef struct {
    int edges;
    float half[3];
    float along; /* three points a side: -along, 0, along */
} squares;

static const squares finder = {3, {1.5f, 2.5f, 3.5f}, 1};
static const squares alignment = {2, {0.5f, 1.5f, 0}, 0.4f}; /* beyond 2.5 there are data */

/* Points of a pattern from its centre, in 1/256 pixel: of its left and right edges, which tell
 * where it is across, and of the upper and lower ones. */
typedef struct {
    int count, dx[2][36], dy[2][36], sign[36];
} points;

/* The three points a side are so far, in modules, inside and outside of each edge. */
static points points_of(const scan_grid *grid, const squares *pattern, const float apart[3]) {
    const float *h = grid->h;
    points p;
    p.count = 12 * pattern->edges;
    for (int i = 0; i < p.count; i++) {
        const int edge = i / 12, outside = i / 6 % 2;
        const float far = apart[i % 3];
        const float distance = pattern->half[edge] + (outside ? far : -far);
        const float r = i / 3 % 2 ? distance : -distance;
        const float s = (float)(i % 3 - 1) * pattern->along;
        p.dx[0][i] = fixed_point(h[0] * r + h[1] * s);
        p.dy[0][i] = fixed_point(h[3] * r + h[4] * s);
        p.dx[1][i] = fixed_point(h[0] * s + h[1] * r);
        p.dy[1][i] = fixed_point(h[3] * s + h[4] * r);
        p.sign[i] = (edge + outside) % 2 == 1 ? 1 : -1; /* the innermost square is dark */
    }
    return p;
}

/* How far light stands out from dark at the edges across an axis, for a pattern centred at a point
 * of the image. */
static int stands_out(const job *job, const points *p, int axis, float x, float y) {
    const int at_x = fixed_point(x) - HALF_PIXEL, at_y = fixed_point(y) - HALF_PIXEL;
    int sum = 0; /* 36 of less than 2^24 each */
    for (int i = 0; i < p->count; i++)
        sum += p->sign[i] * grey_at(&job->image, at_x + p->dx[axis][i], at_y + p->dy[axis][i]);
    return sum / 256;
}

/* Moves *at to the middle of those of three places, `step` modules apart along an axis, where the
 * pattern's edges stand out most; returns how far. */
static int move_along(const job *job, const points *p, int axis, float step, scan_point *at) {
    const float dx = step * job->grid.h[axis], dy = step * job->grid.h[3 + axis];
    int scores[3], best = 0, sum = 0, equals = 0;
    for (int i = 0; i < 3; i++) {
        const float far = (float)(i - 1);
        scores[i] = stands_out(job, p, axis, at->x + far * dx, at->y + far * dy);
        best = i == 0 || scores[i] > best ? scores[i] : best;
    }
    for (int i = 0; i < 3; i++)
        if (scores[i] >= best - best / 100) {
            sum += i - 1;
            equals++;
        }
    if (equals > 0) {
        at->x += dx * (float)sum / (float)equals;
        at->y += dy * (float)sum / (float)equals;
    }
    return best;
}

static int move(const job *job, const points *p, float step, scan_point *at) {
    const int across = move_along(job, p, 0, step, at);
    return across + move_along(job, p, 1, step, at);
}

/* First by points that are surely on the right side of their edge, then by points at several
 * distances from it: of a sharp picture close ones tell small steps, of a noisy one far ones. */
static int locate(const job *job, const squares *pattern, scan_point *at) {
    static const float far[3] = {0.3f, 0.3f, 0.3f}, mixed[3] = {0.1f, 0.2f, 0.3f};
    const points coarse = points_of(&job->grid, pattern, far);
    const points fine = points_of(&job->grid, pattern, mixed);
    const int found = move(job, &coarse, 0.5f, at);
    for (float step = 0.25f; step > 0.05f; step /= 2)
        move(job, &fine, step, at);
    return found;
}

/* The projective map that keeps the three finder patterns of an affine grid and takes the alignment
 * pattern to (p, q), in units of the distance of finder patterns from the first: x' = (1 + g) x /
 * (1 + g x + k y), y' likewise. */
static void bend(job *job, scan_grid affine, float p, float q) {
    const float span = (float)(job->side - 7), a = (span - 3) / span;
    const float w = (2 * a - 1) / (p + q - 1), g = p * w / a - 1, k = q * w / a - 1;
    /* In modules: x = (u - 3.5) / span. */
    const float wu = g / span, wv = k / span, w0 = 1 - 3.5f * (wu + wv);
    const float *h = affine.h;
    for (int axis = 0; axis < 6; axis += 3) {
        const float u = h[axis] * (1 + g), v = h[axis + 1] * (1 + k);
        const float at = h[axis + 2] + 3.5f * (h[axis] + h[axis + 1]); /* of the first finder */
        const float constant = at * w0 - 3.5f * (u + v);
        job->grid.h[axis] = (u + at * wu) / w0;
        job->grid.h[axis + 1] = (v + at * wv) / w0;
        job->grid.h[axis + 2] = constant / w0;
    }
    job->grid.h[6] = wu / w0;
    job->grid.h[7] = wv / w0;
}

/* GN: how far the corners of the symbol are from where an even grid has them, in modules. */
static float unevenness(const job *job, const scan_grid *affine) {
    const float module = sqrtf(fabsf(affine->h[0] * affine->h[4] - affine->h[1] * affine->h[3]));
    float most = 0;
    for (int i = 0; i < 4; i++) {
        const float u = i & 1 ? (float)job->side : 0, v = i & 2 ? (float)job->side : 0;
        const scan_point is = scan_map(&job->grid, u, v), even = scan_map(affine, u, v);
        const float distance = hypotf(is.x - even.x, is.y - even.y) / module;
        most = distance > most ? distance : most;
    }
    return most;
}

/* An affine grid from the finder patterns, bent so that the last alignment pattern fits, if that
 * can be seen. */
static int find_grid(job *job, const float c[8]) {
    const float side = (float)job->side;
    scan_point at[3];
    const float xu = (c[2] - c[0] + c[4] - c[6]) / (2 * side);
    const float yu = (c[3] - c[1] + c[5] - c[7]) / (2 * side);
    const float xv = (c[6] - c[0] + c[4] - c[2]) / (2 * side);
    const float yv = (c[7] - c[1] + c[5] - c[3]) / (2 * side);
    const scan_grid rough = {{xu, xv, c[0], yu, yv, c[1], 0, 0}};
    static const uint8_t corner[3] = {0, 1, 3};
    int score = 0;
    job->grid = rough;
    for (int i = 0; i < 3; i++) {
        const float *p = c + 2 * corner[i], in = 3.5f;
        const float u = i == 1 ? -in : in, v = i == 2 ? -in : in;
        at[i].x = p[0] + xu * u + xv * v;
        at[i].y = p[1] + yu * u + yv * v;
        score += locate(job, &finder, &at[i]);
    }
    const scan_grid affine = scan_affine(at[0], at[1], at[2], job->side);
    const float det = affine.h[0] * affine.h[4] - affine.h[1] * affine.h[3];
    if (!(fabsf(det) > 0.25f) || !(fabsf(det) < 1e4f))
        return 0;
    job->grid = affine;
    const float span = side - 7, a = (span - 3) / span;
    scan_point mark = scan_map(&affine, side - 6.5f, side - 6.5f);
    /* A pattern that stands out a third as much as a finder pattern; 48 points against 72. */
    if (6 * 3 * locate(job, &alignment, &mark) >= 4 * score / 3) {
        const float dx = mark.x - at[0].x, dy = mark.y - at[0].y;
        const float p = (dx * affine.h[4] - dy * affine.h[1]) / (det * span);
        const float q = (dy * affine.h[0] - dx * affine.h[3]) / (det * span);
        if (p + q > 1.2f * a)
            bend(job, affine, p, q);
    }
    const float across = hypotf(affine.h[0], affine.h[3]), down = hypotf(affine.h[1], affine.h[4]);
    job->result->values[ELQR_GRADE_AXIAL] = fabsf(across - down) / ((across + down) / 2);
    job->result->values[ELQR_GRADE_GRID] = unevenness(job, &affine);
    return 1;
}

/*---- Parameters ----*/

static void find_contrast(job *job) {
    const int count = (job->side + 2) * (job->side + 2);
    int low = 255, high = 0;
    for (int i = 0; i < count; i++) {
        low = job->samples[i] < low ? job->samples[i] : low;
        high = job->samples[i] > high ? job->samples[i] : high;
    }
    job->darkest = (float)low;
    job->lightest = (float)high;
    job->result->values[ELQR_GRADE_CONTRAST] = 100 * (job->lightest - job->darkest) / 255;
}

/* Twice the distance from the threshold by the contrast, of each grey. */
static void find_modulations(job *job) {
    const float middle = (job->darkest + job->lightest) / 2, range = job->lightest - job->darkest;
    for (int grey = 0; grey < 256; grey++) {
        const float value = range > 0 ? 2 * fabsf((float)grey - middle) / range : 0;
        job->modulations[grey] = value < 1 ? value : 1;
        job->dark[grey] = (float)grey < middle;
    }
}

/* What the modules are beside what they should be. */
static void compare(job *job) {
    for (int row = 0; row < job->side; row++)
        for (int column = 0; column < job->side; column++) {
            const int module = row * job->side + column, grey = sample_of(job, row, column);
            job->modules[module] = job->dark[grey];
            job->wrong[module] = job->dark[grey] != (job->truth[module] != 0);
            job->values[module] = job->modulations[grey];
        }
}

ELQR_INLINE float lower(float one, float other) {
    return one < other ? one : other;
}

/* The most codewords of a block that are below a limit. */
static int most_below(const elqr_grader *grader, const float *codewords, float limit) {
    int errors[MAX_BLOCKS] = {0}, most = 0;
    for (int i = 0; i < grader->symbol.places.codewords; i++) {
        const int count = errors[grader->block_of[i]] += codewords[i] < limit;
        most = count > most ? count : most;
    }
    return most;
}

/* The unused error correction of a block with so many errors. */
static float unused_with(const elqr_grader *grader, int errors) {
    const float unused = 1 - 2 * (float)errors / (float)grader->ec;
    return unused > 0 ? unused : 0;
}

/* The best of: a level, and the grade of the error correction that codewords below it use up. */
static int overlaid(const elqr_grader *grader, int parameter, const float *codewords) {
    int best = 0;
    for (int level = 4; level > best; level--) {
        const int errors = most_below(grader, codewords, limits[parameter][4 - level]);
        const int grade = elqr_grade_of(ELQR_GRADE_UNUSED, unused_with(grader, errors));
        const int both = grade < level ? grade : level;
        best = both > best ? both : best;
    }
    return best;
}

static void grade_codewords(job *job) {
    const qr_places *places = &job->grader->symbol.places;
    float mod[QR_MAX_CODEWORDS], margin[QR_MAX_CODEWORDS], right[QR_MAX_CODEWORDS];
    float *values = job->result->values;
    values[ELQR_GRADE_MODULATION] = values[ELQR_GRADE_MARGIN] = 1;
    for (int i = 0; i < places->codewords; i++) {
        mod[i] = right[i] = 1;
        for (int bit = 0; bit < 8; bit++) {
            const int module = places->order[8 * i + bit];
            mod[i] = lower(mod[i], job->values[module]);
            right[i] = job->wrong[module] ? 0 : right[i];
        }
        margin[i] = right[i] * mod[i];
        values[ELQR_GRADE_MODULATION] = lower(values[ELQR_GRADE_MODULATION], mod[i]);
        values[ELQR_GRADE_MARGIN] = lower(values[ELQR_GRADE_MARGIN], margin[i]);
    }
    job->errors = most_below(job->grader, right, 0.5f);
    values[ELQR_GRADE_UNUSED] = unused_with(job->grader, job->errors);
    job->result->grades[ELQR_GRADE_MODULATION] =
        (int8_t)overlaid(job->grader, ELQR_GRADE_MODULATION, mod);
    job->result->grades[ELQR_GRADE_MARGIN] =
        (int8_t)overlaid(job->grader, ELQR_GRADE_MARGIN, margin);
}

/* The part of the fixed patterns that a module belongs to: 0..2 A1..A3 with their separators, 3, 4
 * timing across and down, 5 alignment, 6 none (version information). */
static int segment_of(int row, int column, int side) {
    const int top = row <= FINDER, left = column <= FINDER;
    if (top && left)
        return 0;
    if (top && column >= side - 1 - FINDER)
        return 1;
    if (left && row >= side - 1 - FINDER)
        return 2;
    if (row == 6 || column == 6)
        return row == 6 ? 3 : 4;
    return (top && column >= side - 11) || (left && row >= side - 11) ? 6 : 5;
}

static int grade_of_damage(int damaged, int count, float first, float second, float third) {
    const float part = count > 0 ? 100 * (float)damaged / (float)count : 0;
    return part <= 0 ? 4 : part <= first ? 3 : part <= second ? 2 : part <= third ? 1 : 0;
}

static void grade_fixed(const job *job) {
    const scan_symbol *symbol = &job->grader->symbol;
    elqr_grade_result *result = job->result;
    int damaged[7] = {0}, count[7] = {0}, grade = 4, sum = 0;
    for (int i = 0; i < symbol->fixed_count; i++) {
        const int row = symbol->fixed[i] >> 8, column = symbol->fixed[i] & 0xFF;
        const int segment = segment_of(row, column, job->side);
        damaged[segment] += job->wrong[row * job->side + column];
        count[segment]++;
    }
    for (int i = 0; i < 6; i++) {
        const int its = i < 3   ? (damaged[i] < 4 ? 4 - damaged[i] : 0)
                        : i < 5 ? grade_of_damage(damaged[i], count[i], 7, 11, 14)
                                : grade_of_damage(damaged[i], count[i], 10, 20, 30);
        grade = its < grade ? its : grade;
        sum += damaged[i];
    }
    memcpy(result->finders, damaged, sizeof result->finders);
    memcpy(result->timing, damaged + 3, sizeof result->timing);
    result->alignment = damaged[5];
    result->values[ELQR_GRADE_FIXED] = (float)sum;
    result->grades[ELQR_GRADE_FIXED] = (int8_t)grade;
}

/* Whether hard decisions read it: format information, and no block with too many errors. */
static int decodes(const job *job) {
    int level, mask;
    return 2 * job->errors <= job->grader->ec &&
           qr_read_format(job->modules, job->side, &level, &mask) && level == job->grader->level;
}

/*---- Everything together ----*/

/* True if the rows and columns around the symbol hold nothing but 0 and 255. */
static int is_bilevel(const job *job, const float c[8]) {
    float low[2] = {c[0], c[1]}, high[2] = {c[0], c[1]};
    for (int i = 2; i < 8; i++) {
        low[i & 1] = c[i] < low[i & 1] ? c[i] : low[i & 1];
        high[i & 1] = c[i] > high[i & 1] ? c[i] : high[i & 1];
    }
    const int left = within((int)low[0], job->image.width - 1);
    const int right = within((int)high[0], job->image.width - 1);
    const int bottom = within((int)high[1], job->image.height - 1);
    for (int y = within((int)low[1], job->image.height - 1); y <= bottom; y++) {
        const uint8_t *row = job->image.pixels + (size_t)y * job->image.stride;
        uint8_t grey = 0; /* bytes all along, so that it is done by vectors */
        for (int x = left; x <= right; x++)
            grey |= (uint8_t)(row[x] + 1) & 0xFE;
        if (grey)
            return 0;
    }
    return 1;
}

static void conclude(elqr_grade_result *result) {
    static const uint8_t measured[] = {ELQR_GRADE_CONTRAST, ELQR_GRADE_AXIAL, ELQR_GRADE_GRID,
                                       ELQR_GRADE_UNUSED};
    for (size_t i = 0; i < sizeof measured; i++)
        result->grades[measured[i]] =
            (int8_t)elqr_grade_of(measured[i], result->values[measured[i]]);
    if (result->bilevel)
        for (int i = ELQR_GRADE_CONTRAST; i <= ELQR_GRADE_MARGIN; i++) {
            result->grades[i] = -1;
            result->values[i] = 0;
        }
    result->overall = 4;
    result->worst = ELQR_GRADE_DECODE;
    for (int i = ELQR_GRADE_DECODE; i >= 0; i--)
        if (result->grades[i] >= 0 && result->grades[i] <= result->overall) {
            result->overall = result->grades[i];
            result->worst = i;
        }
}

static int usable(const float corners[8]) {
    for (int i = 0; i < 8; i++)
        if (!(fabsf(corners[i]) < 1e5f)) /* not a number is not */
            return 0;
    return 1;
}

int elqr_grade(const elqr_grader *grader, const uint8_t *pixels, size_t stride, int width,
               int height, const float corners[8], const uint8_t *truth,
               elqr_grade_result *result) {
    job job;
    job.grader = grader;
    job.image = (scan_image){pixels, stride, width, height};
    job.truth = truth;
    job.side = grader->symbol.places.side;
    job.result = result;
    memset(result, 0, sizeof *result);
    if (width < 2 || height < 2 || width > SCAN_MAX_SIZE || height > SCAN_MAX_SIZE ||
        !usable(corners) || !find_grid(&job, corners))
        return ELQR_OUT_OF_RANGE;
    result->bilevel = is_bilevel(&job, corners);
    sample(&job);
    find_contrast(&job);
    find_modulations(&job);
    compare(&job);
    grade_codewords(&job);
    grade_fixed(&job);
    result->values[ELQR_GRADE_DECODE] = (float)decodes(&job);
    result->grades[ELQR_GRADE_DECODE] = result->values[ELQR_GRADE_DECODE] > 0 ? 4 : 0;
    conclude(result);
    return ELQR_OK;
}
