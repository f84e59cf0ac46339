/* The grader's grid of a symbol: from its finder patterns and its last alignment pattern. */
#include "grade_parts.h"

/* Nested squares around a centre: at half a side from it, light and dark meet. */
typedef struct {
    int edges;
    float half[3];
    float along; /* three points a side: -along, 0, along */
} squares;

static const squares finder = {3, {1.5f, 2.5f, 3.5f}, 1};
static const squares alignment = {2, {0.5f, 1.5f, 0}, 0.4f}; /* beyond 2.5 there are data */

/* The three points a side are so far, in modules, inside and outside of each edge. */
static grade_points points_of(const scan_grid *grid, const squares *pattern, const float apart[3]) {
    const float *h = grid->h;
    grade_points p;
    memset(&p, 0, sizeof p);
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
static int stands_out(const grade_job *job, const grade_points *p, int axis, float x, float y) {
    const int at_x = fixed_point(x) - HALF_PIXEL, at_y = fixed_point(y) - HALF_PIXEL;
#if ELQR_X86
    if (grade_fits_avx2(&job->image))
        return grade_stands_out_avx2(&job->image, p, axis, at_x, at_y);
#endif
    int sum = 0; /* 36 of less than 2^24 each */
    for (int i = 0; i < p->count; i++)
        sum += p->sign[i] * grey_at(&job->image, at_x + p->dx[axis][i], at_y + p->dy[axis][i]);
    return sum / 256;
}

/* Moves *at to the middle of those of three places, `step` modules apart along an axis, where the
 * pattern's edges stand out most; returns how far. */
static int move_along(const grade_job *job, const grade_points *p, int axis, float step,
                      scan_point *at) {
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

static int move(const grade_job *job, const grade_points *p, float step, scan_point *at) {
    const int across = move_along(job, p, 0, step, at);
    return across + move_along(job, p, 1, step, at);
}

/* First by points that are surely on the right side of their edge, then by points at several
 * distances from it: of a sharp picture close ones tell small steps, of a noisy one far ones. */
static int locate(const grade_job *job, const squares *pattern, scan_point *at) {
    static const float far[3] = {0.3f, 0.3f, 0.3f}, mixed[3] = {0.1f, 0.2f, 0.3f};
    const grade_points coarse = points_of(&job->grid, pattern, far);
    const grade_points fine = points_of(&job->grid, pattern, mixed);
    const int found = move(job, &coarse, 0.5f, at);
    for (float step = 0.25f; step > 0.05f; step /= 2)
        move(job, &fine, step, at);
    return found;
}

/* The projective map that keeps the three finder patterns of an affine grid and takes the alignment
 * pattern to (p, q), in units of the distance of finder patterns from the first: x' = (1 + g) x /
 * (1 + g x + k y), y' likewise. */
static void bend(grade_job *job, scan_grid affine, float p, float q) {
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
static float unevenness(const grade_job *job, const scan_grid *affine) {
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
int grade_find_grid(grade_job *job, const float c[8]) {
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
