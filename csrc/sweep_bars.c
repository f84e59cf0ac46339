/* The slip's bar code, read along rows: GS1-128 in code set C (ISO/IEC 15417, annex B).
 *
 * Widths are taken between edges of the same direction: ink gain moves these alike, and cancels. */
#include "bits.h"
#include "code128_widths.h"
#include "common.h"
#include "sweep.h"

#include <stdlib.h>

enum {
    START_A = 103,
    START_C = 105,
    FNC1 = 102,
    PAIRS = ELQR_BILL_DIGITS / 2,
    RUNS = 6,
    CHARACTERS = PAIRS + 3, /* start, FNC1, pairs, check character */
    ELEMENTS = RUNS * CHARACTERS + 7,
    EDGES = ELEMENTS + 1,
    KNOWN_BEFORE = 2 * RUNS + 1, /* edges of two characters */
    STRAY_SUM = 3,               /* pixels that six runs together may be off */
    SUSPECT = 8,                 /* characters in a row that no text has */
    DISTANCES = 4,
    NEAR = 8, /* modules, see distance_to */
    MODULES = 11,
    STRAY = 8, /* pixels that a symbol's edge moves from a row to one soon after */
    NEARBY = 24
};

_Static_assert(SWEEP_FEWEST_EDGES == SUSPECT * RUNS + 1, "what a suspect has");

/* One reading direction along a row's edges: run i is |at(i + 1) - at(i)| wide. */
typedef struct {
    const uint16_t *edges;
    int from, step, left; /* edges left from `from` on */
} strip;

static int run(const strip *line, int i) {
    return abs((int)line->edges[line->from + (i + 1) * line->step] -
               (int)line->edges[line->from + i * line->step]);
}

/*---- Characters ----*/

/* Four distances between edges of the same direction, 2 to 8 modules each, as one number; they tell
 * all characters apart. */
ELQR_INLINE int key_of(const int *distances) {
    int key = 0;
    for (int i = 0; i < DISTANCES; i++)
        key = key * (SWEEP_LONGEST + 1) + distances[i];
    return key;
}

static void number_characters(int8_t *characters) {
    memset(characters, -1, SWEEP_KEYS);
    for (int c = 0; c <= START_C; c++) {
        const char *widths = code128_widths[c];
        int distances[DISTANCES];
        for (int i = 0; i < DISTANCES; i++)
            distances[i] = widths[i] + widths[i + 1] - 2 * '0';
        characters[key_of(distances)] = (int8_t)c;
    }
}

/* The character of six runs that are `sum` wide by the standard's own method, or -1. */
static int character_of(const sweep_bars *bars, const int *runs, int sum) {
    int distances[DISTANCES];
    for (int i = 0; i < DISTANCES; i++) {
        distances[i] = (2 * MODULES * (runs[i] + runs[i + 1]) + sum) / (2 * sum);
        if (distances[i] > SWEEP_LONGEST)
            return -1;
    }
    return bars->characters[key_of(distances)];
}

/* How far six runs are from a character's, in modules * sum, distances counting four times; or
 * `enough` or more where that much is found. */
static int distance_to(const int *runs, int sum, const char *widths, int enough) {
    int total = 0;
    for (int i = 0; i + 1 < RUNS && total < enough; i++) {
        const int modules = widths[i] + widths[i + 1] - 2 * '0';
        total += 4 * abs(MODULES * (runs[i] + runs[i + 1]) - modules * sum);
    }
    for (int i = 0; i < RUNS && total < enough; i++)
        total += abs(MODULES * runs[i] - (widths[i] - '0') * sum);
    return total;
}

/* The character nearest to six runs, -1 if none is near. */
static int nearest_character(const int *runs, int sum) {
    int best = -1, least = NEAR * sum;
    for (int c = 0; c <= START_C; c++) {
        const int distance = distance_to(runs, sum, code128_widths[c], least);
        if (distance < least) {
            least = distance;
            best = c;
        }
    }
    return best;
}

static int character_at(const sweep_bars *bars, const strip *line, int first, int *sum) {
    int runs[RUNS];
    *sum = 0;
    for (int i = 0; i < RUNS; i++)
        *sum += runs[i] = run(line, first + i);
    const int found = character_of(bars, runs, *sum);
    return found >= 0 || first == 0 ? found : nearest_character(runs, *sum);
}

/*---- Symbols ----*/

/* All characters are equally wide, give or take a pixel at either end. */
static int is_as_wide(int sum, int last) {
    return abs(sum - last) <= 2 + last / 8;
}

/* Reads characters until one fails or all are there; returns how many there are. */
static int read_characters(const sweep_bars *bars, const strip *line, int *values, int *first_sum) {
    int count = 0, last = 0;
    for (; count < CHARACTERS && RUNS * (count + 1) < line->left; count++) {
        int sum;
        values[count] = character_at(bars, line, RUNS * count, &sum);
        if (values[count] < 0 || (count == 0 && values[0] < START_A) ||
            (count > 0 && !is_as_wide(sum, last)))
            break;
        if (count == 0)
            *first_sum = sum;
        last = sum;
    }
    return count;
}

static int is_bill(const int *values) {
    int sum = START_C;
    if (values[0] != START_C || values[1] != FNC1)
        return 0;
    for (int i = 1; i < CHARACTERS - 1; i++) {
        if (i > 1 && values[i] > 99)
            return 0;
        sum += i * values[i];
    }
    return sum % 103 == values[CHARACTERS - 1];
}

/* 2 3 3 1 1 1 2 */
static int is_stop(const strip *line) {
    static const int widths[7] = {2, 3, 3, 1, 1, 1, 2};
    const int first = RUNS * CHARACTERS;
    int sum = 0;
    if (first + 7 >= line->left)
        return 0;
    for (int i = 0; i < 7; i++)
        sum += run(line, first + i);
    for (int i = 0; i < 6; i++)
        if (abs(13 * (run(line, first + i) + run(line, first + i + 1)) -
                (widths[i] + widths[i + 1]) * sum) > sum)
            return 0;
    return 1;
}

/*---- Symbols of few pixels a module ----*/

/* Where a symbol's edges lie: edge k, m modules from the first, is at pitch * m + starts[k % 2]
 * pixels.  Ink gain sets those to light off from those to dark. */
typedef struct {
    float pitch, starts[2];
} grid;

/* An edge's distance from the first, in modules. */
static float place_of(const grid *grid, const int *at, int k) {
    return ((float)at[k] - grid->starts[k % 2]) / grid->pitch;
}

/* The whole module that each edge is nearest to. */
static void assign(const grid *grid, const int *at, int *modules) {
    enum { ABOVE = 64 }; /* makes all places positive */
    for (int k = 0; k < EDGES; k++)
        modules[k] = (int)(place_of(grid, at, k) + ABOVE + 0.5F) - ABOVE;
}

/* The grid that is nearest to edges of these modules (least squares), but for edges [from, to). */
static grid fit(const int *at, const int *modules, int from, int to) {
    float sum_at[2] = {0, 0}, sum_modules[2] = {0, 0}, count[2] = {0, 0}, both = 0, squares = 0;
    grid found;
    for (int k = 0; k < EDGES; k++) {
        if (k >= from && k < to)
            continue;
        sum_at[k % 2] += (float)at[k];
        sum_modules[k % 2] += (float)modules[k];
        count[k % 2]++;
    }
    for (int k = 0; k < EDGES; k++) {
        if (k >= from && k < to)
            continue;
        const float from_mean = (float)modules[k] - sum_modules[k % 2] / count[k % 2];
        both += from_mean * (float)at[k];
        squares += from_mean * from_mean;
    }
    found.pitch = both / squares;
    for (int side = 0; side < 2; side++)
        found.starts[side] = (sum_at[side] - found.pitch * sum_modules[side]) / count[side];
    return found;
}

/* The grid by the characters that every bill's bar code has, start C and FNC1 before and the stop
 * character behind; 0 if their edges do not lie so. */
static int find_grid(const int *at, grid *grid) {
    static const int before[KNOWN_BEFORE] = {0, 2, 3, 4, 6, 9, 11, 15, 16, 17, 18, 21, 22};
    static const int behind[8] = {0, 2, 5, 8, 9, 10, 11, 13};
    int known[EDGES], found[EDGES];
    memset(known, 0, sizeof known);
    memcpy(known, before, sizeof before);
    for (int i = 0; i < 8; i++)
        known[RUNS * CHARACTERS + i] = MODULES * CHARACTERS + behind[i];
    *grid = fit(at, known, KNOWN_BEFORE, RUNS * CHARACTERS);
    assign(grid, at, found);
    return memcmp(found, known, sizeof before) == 0 &&
           memcmp(found + RUNS * CHARACTERS, known + RUNS * CHARACTERS, sizeof behind) == 0;
}

/* Pixels from the first edge to another. */
static int distance(const strip *line, int k) {
    return abs((int)line->edges[line->from + k * line->step] - (int)line->edges[line->from]);
}

/* Whether there are as many edges as a symbol has, the last as far away as the first character's
 * width foretells, and paper follows. */
static int may_be_whole(const strip *line) {
    if (line->left < EDGES)
        return 0;
    const int length = distance(line, ELEMENTS), sum = distance(line, RUNS);
    return sum >= MODULES &&
           abs(MODULES * length - ELQR_BILL_MODULES * sum) <= STRAY_SUM * ELQR_BILL_MODULES &&
           (line->left == EDGES || ELQR_BILL_MODULES * run(line, ELEMENTS) >= SWEEP_QUIET * length);
}

/* The character of six widths as they are, or -1. */
static int exact_character(const sweep_bars *bars, const int *modules) {
    int distances[DISTANCES];
    for (int i = 0; i < DISTANCES; i++) {
        distances[i] = modules[i + 2] - modules[i];
        if (distances[i] < 2 || distances[i] > SWEEP_LONGEST)
            return -1;
    }
    const int found = bars->characters[key_of(distances)];
    for (int i = 0; found >= 0 && i < RUNS; i++)
        if (modules[i + 1] - modules[i] != code128_widths[found][i] - '0')
            return -1;
    return found;
}

/* Reads a symbol whose edges are told to a pixel only, which is too little from one to the next, by
 * where they lie in all of it.  Every module has to be right. */
static int read_by_grid(const sweep_bars *bars, const strip *line, int *values) {
    int at[EDGES], modules[EDGES];
    grid grid;
    if (!may_be_whole(line))
        return 0;
    for (int k = 0; k < EDGES; k++)
        at[k] = distance(line, k);
    if (!find_grid(at, &grid))
        return 0;
    assign(&grid, at, modules);
    grid = fit(at, modules, 0, 0);
    assign(&grid, at, modules);
    for (int c = 0; c < CHARACTERS; c++) {
        values[c] = exact_character(bars, modules + RUNS * c);
        if (modules[RUNS * c] != MODULES * c || values[c] < 0)
            return 0;
    }
    return modules[EDGES - 1] == ELQR_BILL_MODULES && is_bill(values);
}

/*---- What rows say ----*/

static void join(elqr_box *box, const elqr_box *other) {
    if (box->right == 0)
        *box = *other;
    if (other->right == 0)
        return;
    box->left = other->left < box->left ? other->left : box->left;
    box->top = other->top < box->top ? other->top : box->top;
    box->right = other->right > box->right ? other->right : box->right;
    box->bottom = other->bottom > box->bottom ? other->bottom : box->bottom;
}

static void note_suspect(sweep_bars *bars, int start, const elqr_box *place) {
    for (int i = 0; i < bars->suspect_count; i++) {
        sweep_suspect *known = &bars->suspects[i];
        if (abs(known->start - start) <= STRAY && place->top - known->box.bottom <= NEARBY) {
            known->start = start;
            known->rows++;
            join(&known->box, place);
            return;
        }
    }
    if (bars->suspect_count == SWEEP_SUSPECTS) {
        join(&bars->overflow, place);
        return;
    }
    bars->suspects[bars->suspect_count++] = (sweep_suspect){*place, start, 1};
}

/* Whether a symbol that begins here in row y may be the one of a row shortly above. */
static int is_next(const sweep_reading *known, int start, int y) {
    return abs(known->start - start) <= STRAY && y - known->seen <= STRAY;
}

/* A further row of a symbol, which has all of it if `whole`. */
static void follow(sweep_reading *known, int start, int y, int whole) {
    known->start = start;
    known->seen = y;
    if (!whole)
        return;
    known->bottom = y;
    known->shift = start - known->first_start;
}

static void note_reading(sweep_bars *bars, const int *values, int start, const elqr_box *place) {
    sweep_reading fresh = {{0}, *place, *place, 1, start, start, place->top, place->top, 0};
    for (int i = 0; i < PAIRS; i++) {
        fresh.digits[2 * i] = (uint8_t)('0' + values[i + 2] / 10);
        fresh.digits[2 * i + 1] = (uint8_t)('0' + values[i + 2] % 10);
    }
    for (int i = 0; i < bars->reading_count; i++) {
        sweep_reading *known = &bars->readings[i];
        if (memcmp(known->digits, fresh.digits, sizeof fresh.digits) != 0)
            continue;
        known->rows++;
        join(&known->box, place);
        if (is_next(known, start, place->top))
            follow(known, start, place->top, 1);
        return;
    }
    if (bars->reading_count == SWEEP_READINGS)
        join(&bars->overflow, place);
    else
        bars->readings[bars->reading_count++] = fresh;
}

/* Whether this is a symbol that two rows above had, or its other end.  Of one askew the last rows
 * have no end, or no beginning. */
static int goes_on(sweep_bars *bars, const strip *line, int y) {
    const int start = line->edges[line->from];
    const int end = line->left > ELEMENTS ? line->edges[line->from + ELEMENTS * line->step] : -1;
    for (int i = 0; i < bars->reading_count; i++) {
        sweep_reading *known = &bars->readings[i];
        const int other = known->first.left + known->first.right - known->first_start +
                          known->start - known->first_start;
        if (known->rows > 1 && is_next(known, start, y)) {
            follow(known, start, y, abs(end - other) <= STRAY);
            return 1;
        }
        if (known->rows > 1 && y - known->seen <= STRAY && abs(other - start) <= STRAY)
            return 1;
    }
    return 0;
}

/* A symbol may begin here: read it as far as it goes. */
static void read_symbol(sweep_bars *bars, const strip *line, int y) {
    int values[CHARACTERS], first_sum = 0;
    const int start = line->edges[line->from];
    if (goes_on(bars, line, y))
        return;
    const int count = read_characters(bars, line, values, &first_sum);
    if ((count == CHARACTERS && is_bill(values) && is_stop(line)) ||
        read_by_grid(bars, line, values)) {
        const int end = line->edges[line->from + ELEMENTS * line->step];
        const elqr_box exact = {start < end ? start : end, y, start < end ? end : start, y + 1};
        note_reading(bars, values, start, &exact);
    } else if (count >= SUSPECT) {
        const int length = (CHARACTERS + 2) * first_sum;
        const int left = line->step > 0 ? start : start > length ? start - length : 0;
        const elqr_box place = {left, y, left + length, y + 1};
        note_suspect(bars, start, &place);
    }
}

void sweep_bars_init(sweep_bars *bars) {
    bars->reading_count = bars->suspect_count = 0;
    bars->overflow = (elqr_box){0, 0, 0, 0};
    number_characters(bars->characters);
}

/* Of eight places where a symbol may begin, those at even edges forwards, those at odd ones
 * backwards. */
static uint64_t starts_of(const uint8_t *starts, int backwards) {
    return elqr_load64_low_first(starts) &
           (backwards ? UINT64_C(0x0100010001000100) * SWEEP_BACKWARDS
                      : UINT64_C(0x0001000100010001) * SWEEP_FORWARDS);
}

static void read_symbols(sweep_bars *bars, const uint16_t *edges, int count, const uint8_t *starts,
                         int backwards, int y) {
    /* Places that have enough edges ahead, and up to seven more. */
    const int from = backwards ? (SWEEP_FEWEST_EDGES - 1 - RUNS) / 8 * 8 : 0;
    const int to = count - (backwards ? RUNS : SWEEP_FEWEST_EDGES - 1);
    for (int first = from; first < to; first += 8)
        for (uint64_t eight = starts_of(starts + first, backwards); eight; eight &= eight - 1) {
            const int i = first + (int)(elqr_trailing_zeros(eight) / 8) + (backwards ? RUNS : 0);
            const strip line = {edges, i, backwards ? -1 : 1, backwards ? i + 1 : count - i};
            if (line.left >= SWEEP_FEWEST_EDGES)
                read_symbol(bars, &line, y);
        }
}

void sweep_bars_row(sweep_bars *bars, const uint16_t *edges, int count, const uint8_t *starts,
                    int y) {
    read_symbols(bars, edges, count, starts, 0, y);
    read_symbols(bars, edges, count, starts, 1, y);
}

/* Rows that could not be read above or below rows that could are the same bar code. */
static int is_explained(const sweep_bars *bars, const sweep_suspect *suspect) {
    for (int i = 0; i < bars->reading_count; i++) {
        const sweep_reading *known = &bars->readings[i];
        const elqr_box *box = &suspect->box;
        if (known->rows > 1 && box->left <= known->box.right && box->right >= known->box.left &&
            abs(suspect->start - known->start) <= NEARBY &&
            box->bottom + NEARBY >= known->box.top && box->top <= known->seen + NEARBY)
            return 1;
    }
    return 0;
}

static void put(elqr_sweep_result *result, const sweep_reading *known) {
    const int i = result->bars++;
    memcpy(result->digits[i], known->digits, ELQR_BILL_DIGITS);
    result->places[i] = known->first;
    result->places[i].bottom = known->bottom + 1;
    result->shifts[i] = known->shift;
}

void sweep_bars_finish(const sweep_bars *bars, elqr_sweep_result *result) {
    result->bars = 0;
    result->unsure = bars->overflow;
    for (int i = 0; i < bars->reading_count; i++) {
        const sweep_reading *known = &bars->readings[i];
        if (known->rows > 1 && result->bars < ELQR_SWEEP_BARS)
            put(result, known);
        else
            join(&result->unsure, &known->box);
    }
    for (int i = 0; i < bars->suspect_count; i++)
        if (bars->suspects[i].rows > 1 && !is_explained(bars, &bars->suspects[i]))
            join(&result->unsure, &bars->suspects[i].box);
}
