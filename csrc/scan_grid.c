/* Where the modules of a symbol are: guesses from finder patterns, sampling, refinement. */
#include "common.h"
#include "qr_matrix.h"
#include "scan.h"

#include <math.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/*---- What every symbol of a version has ----*/

static int is_format(int row, int column, int side) {
    return (row == 8 && column != 6 && (column <= 8 || column >= side - 8)) ||
           (column == 8 && row != 6 && (row <= 8 || row >= side - 8));
}

void scan_symbol_init(scan_symbol *symbol, int version) {
    qr_matrix matrix;
    qr_places_init(&symbol->places, version);
    qr_matrix_init(&matrix, version);
    symbol->fixed_count = 0;
    for (int row = 0; row < matrix.side; row++)
        for (int column = 0; column < matrix.side; column++) {
            const uint8_t module = matrix.modules[row * matrix.side + column];
            if (!(module & QR_FUNCTION) || is_format(row, column, matrix.side))
                continue;
            symbol->fixed[symbol->fixed_count] = (uint16_t)(row << 8 | column);
            symbol->fixed_dark[symbol->fixed_count++] = module & QR_DARK;
        }
}

/*---- Maps ----*/

scan_point scan_map(const scan_grid *grid, float u, float v) {
    const float *h = grid->h, w = 1 / (h[6] * u + h[7] * v + 1);
    const scan_point point = {(h[0] * u + h[1] * v + h[2]) * w, (h[3] * u + h[4] * v + h[5]) * w};
    return point;
}

scan_grid scan_affine(scan_point top_left, scan_point top_right, scan_point bottom_left, int side) {
    const float span = 1 / (float)(side - 7);
    const float xu = (top_right.x - top_left.x) * span, xv = (bottom_left.x - top_left.x) * span;
    const float yu = (top_right.y - top_left.y) * span, yv = (bottom_left.y - top_left.y) * span;
    const scan_grid grid = {
        {xu, xv, top_left.x - 3.5f * (xu + xv), yu, yv, top_left.y - 3.5f * (yu + yv), 0, 0}};
    return grid;
}

/* The map that takes the corners (0, 0), (side, 0), (side, side), (0, side) to four points
 * (Heckbert, Fundamentals of Texture Mapping, 1989, 2.2.3); false if they are no quadrilateral. */
static int through_corners(const scan_point p[4], float side, scan_grid *grid) {
    const float dx1 = p[1].x - p[2].x, dx2 = p[3].x - p[2].x;
    const float dy1 = p[1].y - p[2].y, dy2 = p[3].y - p[2].y;
    const float sx = p[0].x - p[1].x + p[2].x - p[3].x, sy = p[0].y - p[1].y + p[2].y - p[3].y;
    const float det = dx1 * dy2 - dx2 * dy1;
    if (fabsf(det) < 1e-3f)
        return 0;
    const float g = (sx * dy2 - dx2 * sy) / det, k = (dx1 * sy - sx * dy1) / det;
    const scan_grid unit = {{p[1].x - p[0].x + g * p[1].x, p[3].x - p[0].x + k * p[3].x, p[0].x,
                             p[1].y - p[0].y + g * p[1].y, p[3].y - p[0].y + k * p[3].y, p[0].y, g,
                             k}};
    *grid = unit;
    for (int i = 0; i < 8; i++)
        if (i != 2 && i != 5)
            grid->h[i] /= side;
    return g > -0.5f && k > -0.5f && g + k > -0.5f;
}

/*---- Sampling ----*/

static int holds(const scan_image *image, scan_point p) {
    return p.x >= 0 && p.y >= 0 && p.x < (float)image->width && p.y < (float)image->height;
}

int scan_inside(const scan_image *image, const scan_grid *grid, int side) {
    const float low = -0.75f, high = (float)side + 0.75f;
    return holds(image, scan_map(grid, low, low)) && holds(image, scan_map(grid, high, low)) &&
           holds(image, scan_map(grid, low, high)) && holds(image, scan_map(grid, high, high));
}

/* With 16 bits of fractions, to the nearest. */
ELQR_INLINE int32_t fixed(float value) {
#if defined(__SSE2__)
    return _mm_cvtss_si32(_mm_set_ss(value * 65536));
#else
    return (int32_t)lrintf(value * 65536);
#endif
}

/* The first sample's place, and how far it is to the next, all fixed(). */
typedef struct {
    int32_t x, y, xu, yu;
} sample_row;

#if defined(__SSE2__)
/* As find_offsets below; y * stride + x * 1 is one operation on pairs of 16 bits. */
static int find_by_four(sample_row row, int stride, int count, int32_t *offsets) {
    const __m128i whole = _mm_set1_epi32((int)0xFFFF0000);
    const __m128i factors = _mm_set1_epi32(1 << 16 | stride);
    const __m128i xu = _mm_set1_epi32(4 * row.xu), yu = _mm_set1_epi32(4 * row.yu);
    __m128i x = _mm_setr_epi32(row.x, row.x + row.xu, row.x + 2 * row.xu, row.x + 3 * row.xu);
    __m128i y = _mm_setr_epi32(row.y, row.y + row.yu, row.y + 2 * row.yu, row.y + 3 * row.yu);
    for (int at = 0; at < count; at += 4) {
        const __m128i pairs = _mm_or_si128(_mm_and_si128(x, whole), _mm_srli_epi32(y, 16));
        _mm_storeu_si128((__m128i *)(void *)(offsets + at), _mm_madd_epi16(pairs, factors));
        x = _mm_add_epi32(x, xu);
        y = _mm_add_epi32(y, yu);
    }
    return count;
}
#endif

/* Where the samples of a row are: offsets[0:count], of which whole fours are written. */
static void find_offsets(sample_row row, int stride, int count, int32_t *offsets) {
    int at = 0;
#if defined(__SSE2__)
    if (stride <= INT16_MAX)
        at = find_by_four(row, stride, count, offsets);
#endif
    for (; at < count; at++)
        offsets[at] = ((row.y + at * row.yu) >> 16) * stride + ((row.x + at * row.xu) >> 16);
}

/* By fours: the loop itself would take as long as its loads. */
static void load_at(const uint8_t *pixels, const int32_t *offsets, int count, uint8_t *samples) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
        samples[i] = pixels[offsets[i]];
        samples[i + 1] = pixels[offsets[i + 1]];
        samples[i + 2] = pixels[offsets[i + 2]];
        samples[i + 3] = pixels[offsets[i + 3]];
    }
    for (; i < count; i++)
        samples[i] = pixels[offsets[i]];
}

void scan_sample_nearest(const scan_image *image, const scan_grid *grid, int side,
                         uint8_t *samples) {
    const float *h = grid->h;
    int32_t offsets[SCAN_MAX_GRID + 3];
    for (int row = -1; row <= side; row++, samples += side + 2) {
        const scan_point start = scan_map(grid, -0.5f, (float)row + 0.5f);
        const sample_row line = {fixed(start.x), fixed(start.y), fixed(h[0]), fixed(h[3])};
        find_offsets(line, (int)image->stride, side + 2, offsets);
        load_at(image->pixels, offsets, side + 2, samples);
    }
}

ELQR_INLINE float limited(float value, float high) {
    return value > 0 ? (value < high ? value : high) : 0; /* not a number gives 0 */
}

/* The grey at a point, between the four pixels around it. */
ELQR_INLINE float grey_at(const scan_image *image, scan_point p) {
    const float x = limited(p.x - 0.5f, (float)image->width - 1);
    const float y = limited(p.y - 0.5f, (float)image->height - 1);
    const int left = (int)x, top = (int)y;
    const int right = left + 1 < image->width ? 1 : 0;
    const size_t below = top + 1 < image->height ? image->stride : 0;
    const uint8_t *pixel = image->pixels + (size_t)top * image->stride + left;
    const float fx = x - (float)left, fy = y - (float)top;
    const float upper = (float)pixel[0] + fx * (float)(pixel[right] - pixel[0]);
    const float lower =
        (float)pixel[below] + fx * (float)(pixel[below + (size_t)right] - pixel[below]);
    return upper + fy * (lower - upper);
}

void scan_sample(const scan_image *image, const scan_grid *grid, int side, uint8_t *samples) {
    for (int row = -1; row <= side; row++)
        for (int column = -1; column <= side; column++)
            *samples++ =
                (uint8_t)(grey_at(image, scan_map(grid, (float)column + 0.5f, (float)row + 0.5f)) +
                          0.5f);
}

static scan_point centre_of(const scan_grid *grid, uint16_t module) {
    return scan_map(grid, (float)(module & 0xFF) + 0.5f, (float)(module >> 8) + 0.5f);
}

/* Mean greys of the light ([0]) and of the dark ([1]) fixed modules. */
static void fixed_means(const scan_image *image, const scan_grid *grid, const scan_symbol *symbol,
                        float means[2]) {
    int counts[2] = {0, 0};
    means[0] = means[1] = 0;
    for (int i = 0; i < symbol->fixed_count; i++) {
        means[symbol->fixed_dark[i]] += grey_at(image, centre_of(grid, symbol->fixed[i]));
        counts[symbol->fixed_dark[i]]++;
    }
    means[0] /= (float)counts[0];
    means[1] /= (float)counts[1];
}

static float contrast(const scan_image *image, const scan_grid *grid, const scan_symbol *symbol) {
    float means[2];
    fixed_means(image, grid, symbol, means);
    return means[0] - means[1];
}

/*---- Guesses ----*/

static scan_point at(const scan_mark *mark) {
    const scan_point point = {mark->x, mark->y};
    return point;
}

/* Keeps guesses sorted, best first. */
static int keep(scan_guess *guesses, int count, int capacity, scan_guess guess) {
    if (count == capacity && guesses[count - 1].score >= guess.score)
        return count;
    int place = count < capacity ? count++ : count - 1;
    for (; place > 0 && guesses[place - 1].score < guess.score; place--)
        guesses[place] = guesses[place - 1];
    guesses[place] = guess;
    return count;
}

/* Versions differ by 4 modules a side; within 3 of the usual one, that is meant. */
static int version_for(float span, float module, int usual) {
    const float side = span / module + 7, nearest = roundf((side - 17) / 4);
    if (fabsf(side - (float)(17 + 4 * usual)) <= 3)
        return usual;
    return nearest >= 1 && nearest <= QR_MAX_VERSION ? (int)nearest : 0;
}

/* Judges a corner with two arms: equally long, at a right angle, clockwise from `right` to `down`
 * (an image's y goes down), modules alike. */
static int judge_three(const scan_mark *corner, const scan_mark *right, const scan_mark *down,
                       int usual, scan_guess *guess) {
    const float ax = right->x - corner->x, ay = right->y - corner->y;
    const float bx = down->x - corner->x, by = down->y - corner->y;
    const float a = hypotf(ax, ay), b = hypotf(bx, by), cross = ax * by - ay * bx;
    const float module = (corner->module + right->module + down->module) / 3;
    const float smallest = fminf(corner->module, fminf(right->module, down->module));
    const float largest = fmaxf(corner->module, fmaxf(right->module, down->module));
    const float stretch = fabsf(a - b) / (a + b + 1), slant = fabsf(ax * bx + ay * by);
    if (cross <= 0 || stretch > 0.07f || slant > 0.12f * a * b || largest > 1.5f * smallest)
        return 0;
    guess->version = version_for((a + b) / 2, module, usual);
    if (guess->version == 0)
        return 0;
    guess->grid = scan_affine(at(corner), at(right), at(down), qr_side(guess->version));
    guess->score = (guess->version == usual ? 1.0f : 0.0f) - stretch - slant / (a * b + 1) -
                   (largest / smallest - 1);
    return 1;
}

int scan_guess_from_three(const scan_mark *marks, int count, int usual_version, scan_guess *guesses,
                          int capacity) {
    int found = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            for (int k = 0; k < count; k++) {
                scan_guess guess;
                if (i != j && j != k && k != i &&
                    judge_three(&marks[i], &marks[j], &marks[k], usual_version, &guess))
                    found = keep(guesses, found, capacity, guess);
            }
    return found;
}

/* Grid with `from` and `to` at the ends of the upper edge (edge 0), of the left edge (1), or of the
 * diagonal from the upper right to the lower left (2). */
static scan_grid grid_of_two(const scan_mark *from, const scan_mark *to, int edge, int side) {
    const scan_point p = at(from), q = at(to);
    const float dx = q.x - p.x, dy = q.y - p.y;
    const scan_point turned = {p.x - dy, p.y + dx}, back = {p.x + dy, p.y - dx};
    const scan_point corner = {(p.x + q.x - dy) / 2, (p.y + q.y + dx) / 2};
    if (edge == 0)
        return scan_affine(p, q, turned, side);
    return edge == 1 ? scan_affine(p, back, q, side) : scan_affine(corner, p, q, side);
}

int scan_guess_from_two(const scan_image *image, const scan_symbol *symbol, const scan_mark *marks,
                        int count, scan_guess *guesses, int capacity) {
    const int side = symbol->places.side;
    int found = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            const float span = hypotf(marks[j].x - marks[i].x, marks[j].y - marks[i].y);
            const float module = (marks[i].module + marks[j].module) / 2;
            for (int edge = 0; edge < 3 && i != j; edge++) {
                const float wanted = (float)(side - 7) * (edge == 2 ? 1.41421356f : 1.0f);
                if (fabsf(span / (wanted * module) - 1) > 0.2f)
                    continue;
                scan_guess guess = {symbol->places.version,
                                    grid_of_two(&marks[i], &marks[j], edge, side), 0};
                guess.score = contrast(image, &guess.grid, symbol);
                found = keep(guesses, found, capacity, guess);
            }
        }
    return found;
}

/*---- Refinement ----*/

/* Mean distance of all modules from the level between dark and light: largest where the samples are
 * at the modules' centres. */
static float decision(const scan_image *image, const scan_grid *grid, const scan_symbol *symbol,
                      float level) {
    const int side = symbol->places.side;
    float sum = 0;
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
            sum += fabsf(grey_at(image, scan_map(grid, (float)column + 0.5f, (float)row + 0.5f)) -
                         level);
    return sum / (float)(side * side);
}

typedef struct {
    const scan_image *image;
    const scan_symbol *symbol;
    int by_fixed;
    float level;
} judge_t;

static float judge(const judge_t *by, const scan_grid *grid) {
    return by->by_fixed ? contrast(by->image, grid, by->symbol)
                        : decision(by->image, grid, by->symbol, by->level);
}

/* One move of the corners: all along x or y, or a stretch or shear of the whole, or one corner. */
static void move(const scan_point from[4], int kind, float by, scan_point to[4]) {
    static const signed char shapes[10][8] = {
        {1, 0, 1, 0, 1, 0, 1, 0},   {0, 1, 0, 1, 0, 1, 0, 1},   /* shift */
        {-1, 0, 1, 0, 1, 0, -1, 0}, {0, -1, 0, -1, 0, 1, 0, 1}, /* stretch */
        {-1, 0, -1, 0, 1, 0, 1, 0}, {0, -1, 0, 1, 0, 1, 0, -1}, /* shear */
        {0, 0, 0, 0, 1, 0, 0, 0},   {0, 0, 0, 0, 0, 1, 0, 0},   /* lower right corner */
        {1, 0, 0, 0, 0, 0, 0, 0},   {0, 1, 0, 0, 0, 0, 0, 0},   /* upper left corner */
    };
    for (int i = 0; i < 4; i++) {
        to[i].x = from[i].x + by * (float)shapes[kind][2 * i];
        to[i].y = from[i].y + by * (float)shapes[kind][2 * i + 1];
    }
}

/* Climbs, one kind of move after the other, while the grid gets better. */
static void climb(const judge_t *by, scan_grid *grid, float step, int kinds) {
    const float side = (float)by->symbol->places.side;
    scan_point corners[4] = {scan_map(grid, 0, 0), scan_map(grid, side, 0),
                             scan_map(grid, side, side), scan_map(grid, 0, side)};
    float best = judge(by, grid);
    for (int kind = 0; kind < kinds; kind++)
        for (int way = -1; way <= 1; way += 2)
            for (int times = 0; times < 4; times++) {
                scan_point moved[4];
                scan_grid next;
                move(corners, kind, step * (float)way, moved);
                if (!through_corners(moved, side, &next))
                    break;
                const float found = judge(by, &next);
                if (!(found > best))
                    break;
                best = found;
                *grid = next;
                memcpy(corners, moved, sizeof corners);
            }
}

int scan_refine(const scan_image *image, const scan_symbol *symbol, scan_grid *grid) {
    enum { LEAST_CONTRAST = 12 }; /* a wrong guess has less, the faintest symbol that reads more */
    const float module = hypotf(grid->h[0], grid->h[3]);
    judge_t by = {image, symbol, 1, 0};
    for (float part = 0.6f; part > 0.1f; part /= 2) {
        climb(&by, grid, part * module, 10);
        climb(&by, grid, part * module, 10);
    }
    float means[2];
    fixed_means(image, grid, symbol, means);
    if (!(means[0] - means[1] >= LEAST_CONTRAST))
        return 0;
    by.by_fixed = 0;
    by.level = (means[0] + means[1]) / 2;
    for (float part = 0.3f; part > 0.05f; part /= 2)
        climb(&by, grid, part * module, 10);
    return 1;
}
