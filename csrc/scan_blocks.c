/* Finder patterns by their mean greys.
 *
 * A finder pattern and its surroundings are four nested squares of 3, 5, 7 and 9 modules, in turn
 * dark and light.  The means of the rings between them come from sums over rectangles, so that a
 * place costs the same for any size of module; noise, speckle and streaks of a pixel average out.
 */
#include "common.h"
#include "scan.h"

#include <math.h>

enum { LEAST_STEP = 12 }; /* grey levels between dark and light rings */

size_t scan_sum_words(int width, int height) {
    return ((size_t)width + 1) * ((size_t)height + 1);
}

/* sums[y * (width + 1) + x]: of all pixels above and left of (x, y), modulo 2^32, which differences
 * of sums over less than 2^24 pixels do not notice. */
static void sum_up(const scan_image *image, uint32_t *sums) {
    const size_t pitch = (size_t)image->width + 1;
    memset(sums, 0, pitch * sizeof *sums);
    for (int y = 0; y < image->height; y++) {
        const uint8_t *row = image->pixels + (size_t)y * image->stride;
        const uint32_t *above = sums + (size_t)y * pitch;
        uint32_t *below = sums + (size_t)(y + 1) * pitch, line = 0;
        below[0] = 0;
        for (int x = 0; x < image->width; x++) {
            line += row[x];
            below[x + 1] = above[x + 1] + line;
        }
    }
}

/* Half the sides of the four squares in whole pixels, and the areas of the rings. */
typedef struct {
    int half[4];
    float weight[4];
} rings;

/* Squares have odd sides, so that they have a centre: 2 * half + 1 is nearest to 3, 5, 7, 9
 * modules. */
static rings rings_of(float module) {
    rings r;
    float inner = 0;
    for (int i = 0; i < 4; i++) {
        r.half[i] = (int)(((float)(3 + 2 * i) * module - 1) / 2 + 0.5f);
        const float side = (float)(2 * r.half[i] + 1), area = side * side;
        r.weight[i] = 1 / (area - inner > 0 ? area - inner : 1);
        inner = area;
    }
    return r;
}

ELQR_INLINE uint32_t square(const uint32_t *sum, size_t pitch, int half) {
    const uint32_t *top = sum - (size_t)half * pitch, *bottom = sum + (size_t)(half + 1) * pitch;
    return bottom[half + 1] - bottom[-half] - top[half + 1] + top[-half];
}

/* How far the light rings stand out from the dark ones around the pixel whose sum is at `sum`; 0
 * where some light ring does not. */
static float ring_step(const uint32_t *sum, size_t pitch, const rings *r) {
    const uint32_t core = square(sum, pitch, r->half[0]), five = square(sum, pitch, r->half[1]);
    const float dark = (float)core * r->weight[0], light = (float)(five - core) * r->weight[1];
    if (light - dark < LEAST_STEP)
        return 0;
    const uint32_t seven = square(sum, pitch, r->half[2]), nine = square(sum, pitch, r->half[3]);
    const float outer_dark = (float)(seven - five) * r->weight[2];
    const float outer_light = (float)(nine - seven) * r->weight[3];
    if (light < outer_dark || outer_light - outer_dark < LEAST_STEP || outer_light < dark)
        return 0;
    return light + outer_light - dark - outer_dark;
}

/* Keeps marks sorted, best first, each place once. */
static int insert(scan_mark *marks, int count, scan_mark mark) {
    for (int i = 0; i < count; i++) {
        if (fabsf(marks[i].x - mark.x) > 4 * mark.module ||
            fabsf(marks[i].y - mark.y) > 4 * mark.module)
            continue;
        if (marks[i].score >= mark.score)
            return count;
        for (count--; i < count; i++)
            marks[i] = marks[i + 1];
        break;
    }
    int at = count < SCAN_MAX_MARKS ? count++ : count;
    if (at == SCAN_MAX_MARKS && marks[--at].score >= mark.score)
        return count;
    for (; at > 0 && marks[at - 1].score < mark.score; at--)
        marks[at] = marks[at - 1];
    marks[at] = mark;
    return count;
}

static int search(const scan_image *image, const uint32_t *sums, float module, scan_mark *marks,
                  int count) {
    const rings r = rings_of(module);
    const int margin = r.half[3], stride = module < 4 ? 1 : 2;
    const size_t pitch = (size_t)image->width + 1;
    for (int y = margin; y + margin < image->height; y += stride)
        for (int x = margin; x + margin < image->width; x += stride) {
            const float step = ring_step(sums + (size_t)y * pitch + x, pitch, &r);
            if (step == 0 || (count == SCAN_MAX_MARKS && step <= marks[count - 1].score))
                continue;
            const scan_mark mark = {(float)x + 0.5f, (float)y + 0.5f, module, step};
            count = insert(marks, count, mark);
        }
    return count;
}

int scan_find_blocks(const scan_image *image, float smallest, float largest, uint32_t *sums,
                     scan_mark *marks) {
    const float growth = 1.15f; /* rings fit modules a little smaller or larger */
    int count = 0;
    sum_up(image, sums);
    for (float module = smallest; module < largest * 1.01f; module *= growth)
        count = search(image, sums, module, marks, count);
    return count;
}
