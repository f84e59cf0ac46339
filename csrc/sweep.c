/* Going over a bilevel page once: edges of a row, then what they may belong to. */
#include "sweep.h"

#include "bits.h"
#include "common.h"
#include "cpu.h"

#include <math.h>
#include <stdlib.h>

/* From the third row on every third: those that zxing-cpp looks at, so that a speck which spoils a
 * finder pattern in one row, but not in another, spoils it for both.  Where even the smallest one's
 * core, three of its seven modules, has six rows, every second of these will do at first. */
enum { FIRST = 2, STEP = 3, PLACES = 64 };

typedef struct {
    const uint8_t *rows;
    size_t stride;
    int width, height;
    const elqr_box *own;
    int smallest; /* pixels of a finder pattern */
    int step;     /* from a row that is searched to the next */
} page;

/* Finder patterns of one colour. */
typedef struct {
    int count;
    int x[PLACES], y[PLACES], size[PLACES];
} marks;

/* Edges are written so many at a time. */
enum { EDGES_AT_ONCE = 4 };

/* Edges: one more than pixels and made even. */
static size_t edge_words(int32_t width) {
    return (size_t)width + 2 + EDGES_AT_ONCE;
}

/* A byte for each edge, and eight more. */
static size_t hit_words(int32_t width) {
    return ((size_t)width + 2 + 8 + 1) / 2;
}

size_t elqr_sweep_words(int32_t width) {
    return width < 1 ? 0 : edge_words(width) + 2 * hit_words(width) + 2 * (size_t)width;
}

/*---- Rows ----*/

/* Puts columns at which 64 pixels change their colour before those that are right of them, and
 * returns the first. */
ELQR_INLINE uint16_t *put_edges(uint16_t *edges, uint64_t changes, int x) {
    const int found = (int)elqr_count_ones(changes);
    /* Some whether or not there are so many: the loop is rarely entered, so foreseen. */
    for (int i = 1; i <= EDGES_AT_ONCE || i <= found; i++) {
        edges[-i] = (uint16_t)(x + 63 - (int)elqr_trailing_zeros(changes | UINT64_C(1) << 63));
        changes &= changes - 1;
    }
    return edges - found;
}

/* Columns at which a row changes its colour, light before the first pixel and after the last; they
 * end at `end`.  From the right: the lowest bit of a word is the cheapest to find. */
ELQR_INLINE uint16_t *row_edges(const page *page, int y, uint16_t *end, int *count) {
    const uint8_t *row = page->rows + (size_t)y * page->stride;
    const size_t bytes = ((size_t)page->width + 7) / 8;
    uint16_t *edges = end;
    int x = (page->width - 1) / 64 * 64;
    uint64_t word = elqr_load64_end(row + x / 8, bytes - (size_t)x / 8);
    if (page->width - x < 64)
        word &= ~(~UINT64_C(0) >> (page->width - x));
    else if (word & 1)
        *--edges = (uint16_t)page->width;
    for (; x >= 0; x -= 64) {
        const uint64_t before = x > 0 ? elqr_load64(row + (x - 64) / 8) : 0;
        const uint64_t changes = word ^ (word >> 1 | before << 63);
        if (changes != 0)
            edges = put_edges(edges, changes, x);
        word = before;
    }
    *count = (int)(end - edges);
    return edges;
}

/*---- The ratio ----*/

/* Runs of 1 : 1 : 3 : 1 : 1.  As zxing-cpp has it: bars and spaces have a module each, of which
 * neither is more than four times the other; bars may be off by 3/4 of theirs and half a pixel,
 * spaces by 1/3 and half a pixel.  In parts of 60, and a little wider. */
ELQR_INLINE int is_finder(int a, int b, int c, int d, int e) {
    const int bars = 12 * (a + c + e), spaces = 30 * (b + d); /* a module, in parts of 60 */
    const int bar_slack = bars * 4 / 5 + 36, space_slack = spaces * 2 / 5 + 36;
    return (bars <= 5 * spaces) & (spaces <= 5 * bars) & (abs(60 * a - bars) <= bar_slack) &
           (abs(60 * e - bars) <= bar_slack) & (abs(60 * c - 3 * bars) <= bar_slack) &
           (abs(60 * b - spaces) <= space_slack) & (abs(60 * d - spaces) <= space_slack);
}

/*---- Lines through a centre ----*/

/* A line over the page, from (x, y) on; dx and dy are -1, 0 or 1. */
typedef struct {
    const page *page;
    int x, y, dx, dy;
} ray;

static int is_dark(const page *page, int x, int y) {
    return page->rows[(size_t)y * page->stride + (size_t)x / 8] >> (7 - x % 8) & 1;
}

static int is_on_page(const page *page, int x, int y) {
    return x >= 0 && y >= 0 && x < page->width && y < page->height;
}

/* Pixels of one colour from the ray's on, at most `limit`; *inside is 0 if the page ends there. */
static int run_along(ray *ray, int colour, int limit, int *inside) {
    int run = 0;
    while ((*inside = is_on_page(ray->page, ray->x, ray->y)) != 0 &&
           is_dark(ray->page, ray->x, ray->y) == colour && run <= limit) {
        run++;
        ray->x += ray->dx;
        ray->y += ray->dy;
    }
    return run;
}

/* The same along a column: where nearly all that rows foretell is refuted. */
static int run_down(ray *ray, int colour, int limit, int *inside) {
    const page *page = ray->page;
    const int left = ray->dy > 0 ? page->height - ray->y : ray->y + 1;
    const int most = left < limit + 1 ? left : limit + 1, mask = 0x80 >> ray->x % 8;
    const int wanted = colour ? mask : 0;
    const ptrdiff_t step = ray->dy > 0 ? (ptrdiff_t)page->stride : -(ptrdiff_t)page->stride;
    ptrdiff_t at = ray->y * (ptrdiff_t)page->stride + ray->x / 8;
    int run = 0;
    for (; run < most && (page->rows[at] & mask) == wanted; at += step)
        run++;
    ray->y += run * ray->dy;
    *inside = run < left;
    return run;
}

/* Steps to three changes of colour; runs[0] counts the pixel begun with.  Gives up where the first
 * run is longer than `core`, or another than half of `length`.  The page's edge ends the third run,
 * not those before. */
static int walk(ray ray, int core, int length, int runs[3]) {
    int colour = is_dark(ray.page, ray.x, ray.y), limit = core;
    for (int i = 0; i < 3; i++, limit = length / 2 + 2, colour = !colour) {
        int inside;
        runs[i] = ray.dx ? run_along(&ray, colour, limit, &inside)
                         : run_down(&ray, colour, limit, &inside);
        if (runs[i] > limit || (!inside && i < 2))
            return 0;
    }
    return 1;
}

/* Whether the line both ways through (x, y) crosses a finder pattern whose core is no longer than
 * `length`, which is more than twice a square one's: pixels may be twice as high as wide; *shift is
 * how far its middle is from there, *size how long it is, and *ahead how far its core goes on from
 * there, or what was seen of that. */
static int crosses(const page *page, int x, int y, int dx, int dy, int length, int *shift,
                   int *size, int *ahead) {
    const ray forward = {page, x, y, dx, dy}, backward = {page, x, y, -dx, -dy};
    int after[3], before[3];
    const int ends = walk(forward, length, length, after);
    *ahead = after[0];
    if (!ends || !walk(backward, length - after[0] + 1, length, before))
        return 0;
    const int core = after[0] + before[0] - 1;
    *shift = core / 2 - before[0] + 1;
    *size = core + after[1] + after[2] + before[1] + before[2];
    return is_finder(before[2], before[1], core, after[1], after[2]);
}

/* What columns have refuted: in each the row where the run ends that was no core, and how long a
 * finder pattern was asked for.  A run that can be no core for one that is longer can be none for a
 * shorter one, so that the next row with the same need not look again. */
typedef struct {
    uint16_t *until, *length;
} refuted;

static int is_refuted(const refuted *refuted, int x, int y, int length) {
    return y < refuted->until[x] && length <= refuted->length[x];
}

/* `run`: how far the run goes on from (x, y). */
static void refute(refuted *refuted, int x, int y, int run, int length) {
    refuted->until[x] = (uint16_t)(y + run);
    refuted->length[x] = (uint16_t)length;
}

/* Confirms what a row has at (x, y): along the column, the row and both diagonals. */
static int confirm(const page *page, int *x, int *y, int length, int *size, refuted *refuted) {
    int shift, high, wide, slant, ahead = 0;
    if (!crosses(page, *x, *y, 0, 1, length, &shift, &high, &ahead)) {
        refute(refuted, *x, *y, ahead, length);
        return 0;
    }
    *y += shift;
    if (!crosses(page, *x, *y, 1, 0, length, &shift, &wide, &ahead))
        return 0;
    *x += shift;
    *size = (high + wide) / 2;
    return crosses(page, *x, *y, 1, 1, length, &shift, &slant, &ahead) &&
           crosses(page, *x, *y, 1, -1, length, &shift, &slant, &ahead);
}

/* Whether a known one's core is here: its quarter would do, but what is no finder pattern may lie
 * close to one. */
static int is_known(const marks *found, int x, int y) {
    for (int i = 0; i < found->count; i++) {
        const int dx = found->x[i] - x, dy = found->y[i] - y, radius = found->size[i] / 4;
        if (dx * dx + dy * dy < radius * radius)
            return 1;
    }
    return 0;
}

static void look_closer(const page *page, int x, int y, int length, marks *found,
                        refuted *refuted) {
    const elqr_box *own = page->own;
    int size;
    const int owned = x >= own->left && x < own->right && y >= own->top && y < own->bottom;
    if (owned || found->count == PLACES || is_refuted(refuted, x, y, length) ||
        is_known(found, x, y) || !confirm(page, &x, &y, length, &size, refuted) ||
        is_known(found, x, y))
        return;
    found->x[found->count] = x;
    found->y[found->count] = y;
    found->size[found->count++] = size;
}

/* Marks where six edges may be those of a finder pattern: the middle run is as long as the spaces,
 * and, for zxing-cpp, twice as long as the outer bars; here a pixel less will do.  All edges
 * of a row at once, without branches: text has many, and what is looked for is rare. */
ELQR_INLINE void foretell(const uint16_t *e, int count, int smallest, uint8_t *hits) {
    const uint16_t least = (uint16_t)smallest;
    for (size_t i = 0; i < (size_t)count; i++) {
        const uint16_t middle = (uint16_t)(e[i + 3] - e[i + 2]);
        const uint16_t whole = (uint16_t)(e[i + 5] - e[i]);
        const uint16_t a = (uint16_t)(e[i + 1] - e[i]), b = (uint16_t)(e[i + 2] - e[i + 1]);
        const uint16_t c = (uint16_t)(e[i + 4] - e[i + 3]), d = (uint16_t)(e[i + 5] - e[i + 4]);
        const uint16_t half = (uint16_t)(middle / 2 + 1);
        hits[i] =
            (uint8_t)((whole >= least) & (half >= a) & (middle >= b) & (middle >= c) & (half >= d));
    }
}

/* Marks where a bar code may begin or end: beyond a row's ends there is paper. */
ELQR_INLINE void foretell_bars(const uint16_t *e, int count, uint8_t *starts) {
    const size_t places = count > 6 ? (size_t)count - 6 : 0;
    memset(starts + places, 0, 8);
    if (places == 0)
        return;
    for (size_t i = 1; i + 1 < places; i++)
        starts[i] =
            sweep_may_start(e + i, (uint16_t)(e[i] - e[i - 1]), (uint16_t)(e[i + 7] - e[i + 6]));
    starts[0] = sweep_may_start(e, UINT16_MAX, places > 1 ? (uint16_t)(e[7] - e[6]) : UINT16_MAX);
    if (places > 1)
        starts[places - 1] =
            sweep_may_start(e + places - 1, (uint16_t)(e[places - 1] - e[places - 2]), UINT16_MAX);
}

/*---- Finder patterns of a row ----*/

/* What rows have said so far, and work space. */
typedef struct {
    marks dark, light;
    refuted refuted;
    sweep_bars bars;
    uint16_t *edges, *end; /* of the last row; they end where there is room */
    uint8_t *hits, *starts;
} findings;

/* Finder patterns, dark ones beginning at even edges, light ones at odd ones. */
ELQR_INLINE void find_marks(const page *page, findings *found, int count, int y) {
    const int last = count - 5;
    const uint16_t *edges = found->edges;
    uint8_t *hits = found->hits;
    if (last <= 0)
        return;
    foretell(edges, last, page->smallest, hits);
    memset(hits + last, 0, 8);
    for (int start = 0; start < last; start += 8) {
        uint64_t eight = elqr_load64_low_first(hits + start);
        for (; eight != 0; eight &= eight - 1) {
            const int i = start + (int)(elqr_trailing_zeros(eight) / 8);
            const uint16_t *e = edges + i;
            if (is_finder(e[1] - e[0], e[2] - e[1], e[3] - e[2], e[4] - e[3], e[5] - e[4]))
                look_closer(page, (e[2] + e[3]) / 2, y, e[5] - e[0],
                            i % 2 ? &found->light : &found->dark, &found->refuted);
        }
    }
}

/*---- What they belong to ----*/

enum { SPOTS = 8 /* a side of a quarter */, LEAST_DARK = 13 /* of its 64 */ };

/* Dark ones of the spots from (i, j) on, of twice as many a side that are spread evenly over the
 * square from (x, y) along (ux, uy) and (vx, vy). */
static int count_dark(const page *page, int x, int y, int ux, int uy, int vx, int vy, int i,
                      int j) {
    int dark = 0;
    for (int m = 2 * i + 1; m < 2 * (i + SPOTS); m += 2)
        for (int n = 2 * j + 1; n < 2 * (j + SPOTS); n += 2) {
            const int px = x + (m * ux + n * vx) / (4 * SPOTS);
            const int py = y + (m * uy + n * vy) / (4 * SPOTS);
            dark += is_on_page(page, px, py) && is_dark(page, px, py);
        }
    return dark;
}

/* Whether the square is about half dark, as masks make every symbol, in each of its quarters; text
 * is lighter, and leaves gaps. */
static int is_dense(const page *page, int x, int y, int ux, int uy, int vx, int vy) {
    for (int quarter = 0; quarter < 4; quarter++) {
        const int dark =
            count_dark(page, x, y, ux, uy, vx, vy, quarter / 2 * SPOTS, quarter % 2 * SPOTS);
        if (dark < LEAST_DARK || dark > SPOTS * SPOTS - LEAST_DARK)
            return 0;
    }
    return 1;
}

/* Whether a side of so many pixels squared, between the centres of two finder patterns of this
 * size, is that of a symbol of 21 to 177 modules; zxing-cpp's limits are 19 and 266, these are
 * wider. */
static int is_side(float squared, int size) {
    const float modules = 7 * sqrtf(squared) / (float)size + 7;
    return modules >= 16 && modules <= 290;
}

/* Whether two finder patterns can be a symbol's: beside each other, it lying to either side, or
 * across. */
static int are_of_symbol(const page *page, const marks *found, int a, int b) {
    const int x = found->x[a], y = found->y[a], ux = found->x[b] - x, uy = found->y[b] - y;
    const int size = (found->size[a] + found->size[b]) / 2;
    const float squared = (float)ux * (float)ux + (float)uy * (float)uy;
    if (is_side(squared, size) &&
        (is_dense(page, x, y, ux, uy, -uy, ux) || is_dense(page, x, y, ux, uy, uy, -ux)))
        return 1;
    const int px = (ux - uy) / 2, py = (uy + ux) / 2, qx = (ux + uy) / 2, qy = (uy - ux) / 2;
    return is_side(squared / 2, size) && is_dense(page, x, y, px, py, qx, qy);
}

static int are_alike(int size, int other) {
    return 2 * size <= 3 * other && 2 * other <= 3 * size;
}

static int is_symbol(const page *page, const marks *found) {
    if (found->count == PLACES)
        return 1;
    for (int a = 0; a < found->count; a++)
        for (int b = a + 1; b < found->count; b++)
            if (are_alike(found->size[a], found->size[b]) && are_of_symbol(page, found, a, b))
                return 1;
    return 0;
}

/* Whether any two are alike and as far apart as a symbol's, whatever is between. */
static int are_two_apart(const marks *found) {
    for (int a = 0; a < found->count; a++)
        for (int b = 0; b < a; b++) {
            const int dx = found->x[a] - found->x[b], dy = found->y[a] - found->y[b];
            const float squared = (float)dx * (float)dx + (float)dy * (float)dy;
            const int size = (found->size[a] + found->size[b]) / 2;
            if (are_alike(found->size[a], found->size[b]) &&
                (is_side(squared, size) || is_side(squared / 2, size)))
                return 1;
        }
    return 0;
}

/* Whether two finder patterns beside that at a corner leave no doubt where the symbol lies: sides
 * at an angle of 90 degrees, give or take 45, of which neither is much more than twice the other,
 * as zxing-cpp has it. */
static int are_corners(const page *page, const marks *found, int corner, int a, int b) {
    const int x = found->x[corner], y = found->y[corner], size = found->size[corner];
    const int ux = found->x[a] - x, uy = found->y[a] - y;
    const int vx = found->x[b] - x, vy = found->y[b] - y;
    const float u = (float)ux * (float)ux + (float)uy * (float)uy;
    const float v = (float)vx * (float)vx + (float)vy * (float)vy;
    const float dot = (float)ux * (float)vx + (float)uy * (float)vy;
    return are_alike(size, found->size[a]) && are_alike(size, found->size[b]) &&
           are_alike(found->size[a], found->size[b]) && u <= 5 * v && v <= 5 * u &&
           2 * dot * dot <= 1.05F * u * v && is_side(u, size) && is_side(v, size) &&
           is_dense(page, x, y, ux, uy, vx, vy);
}

/* Three are asked for where light ones on dark are meant: two are seen in any frame with something
 * in it. */
static int is_inverted_symbol(const page *page, const marks *found) {
    for (int corner = 0; corner < found->count; corner++)
        for (int a = 0; a < found->count; a++)
            for (int b = 0; b < a; b++)
                if (a != corner && b != corner && are_corners(page, found, corner, a, b))
                    return 1;
    return found->count == PLACES;
}

/*---- Going over the rows ----*/

/* Whether the rows since the last that was searched are as that one. */
ELQR_INLINE int is_as_last(const page *page, int y) {
    const size_t bytes = ((size_t)page->width + 7) / 8;
    for (int back = 1; back <= page->step; back++) {
        const uint8_t *row = page->rows + (size_t)y * page->stride;
        if (y < FIRST + page->step || memcmp(row, row - (size_t)back * page->stride, bytes) != 0)
            return 0;
    }
    return 1;
}

ELQR_INLINE void go_over(const page *page, findings *found) {
    int count = 0;
    memset(found->refuted.until, 0, (size_t)page->width * sizeof *found->refuted.until);
    for (int y = FIRST; y < page->height; y += page->step) {
        if (!is_as_last(page, y)) {
            found->edges = row_edges(page, y, found->end, &count);
            find_marks(page, found, count, y);
            if (count >= SWEEP_FEWEST_EDGES)
                foretell_bars(found->edges, count, found->starts);
        }
        if (count >= SWEEP_FEWEST_EDGES)
            sweep_bars_row(&found->bars, found->edges, count, found->starts, y);
    }
}

/* The rows that were left out, for finder patterns. */
ELQR_INLINE void go_between(const page *page, findings *found) {
    memset(found->refuted.until, 0, (size_t)page->width * sizeof *found->refuted.until);
    for (int y = FIRST + STEP; y < page->height; y += page->step)
        if (!is_as_last(page, y)) {
            int count;
            found->edges = row_edges(page, y, found->end, &count);
            find_marks(page, found, count, y);
        }
}

/* Of light finder patterns on dark three are asked for: where two may be a symbol's, the third may
 * be in the rows between. */
ELQR_INLINE void look(const page *page, findings *found) {
    go_over(page, found);
    if (page->step > STEP && are_two_apart(&found->light) &&
        !is_inverted_symbol(page, &found->light))
        go_between(page, found);
}

static void look_portable(const page *page, findings *found) {
    look(page, found);
}

#if ELQR_X86
ELQR_TARGET("avx2,bmi,bmi2,lzcnt,popcnt")
static void look_avx2(const page *page, findings *found) {
    look(page, found);
}
#endif

static void look_best(const page *page, findings *found) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2) {
        look_avx2(page, found);
        return;
    }
#endif
    look_portable(page, found);
}

int elqr_sweep(const uint8_t *rows, size_t stride, int32_t width, int32_t height,
               const elqr_box *own, int32_t smallest, uint16_t *work, elqr_sweep_result *result) {
    const page page = {
        rows, stride, width, height, own, smallest, smallest / 7 * 3 < 2 * STEP ? STEP : 2 * STEP};
    findings found;
    memset(result, 0, sizeof *result);
    if (width < 1 || height < 1 || width > ELQR_SWEEP_WIDEST || height > ELQR_SWEEP_WIDEST)
        return ELQR_OUT_OF_RANGE;
    found.dark.count = found.light.count = 0;
    found.edges = found.end = work + edge_words(width);
    found.hits = (uint8_t *)found.end;
    found.starts = found.hits + 2 * hit_words(width);
    found.refuted.until = found.end + 2 * hit_words(width);
    found.refuted.length = found.refuted.until + width;
    sweep_bars_init(&found.bars);
    look_best(&page, &found);
    result->symbol = is_symbol(&page, &found.dark);
    result->inverted = is_inverted_symbol(&page, &found.light);
    result->marks = found.dark.count + found.light.count;
    sweep_bars_finish(&found.bars, result);
    return ELQR_OK;
}
