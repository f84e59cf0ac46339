/* Grades of a symbol (ISO/IEC 15415, 7; ISO/IEC 18004, Annex G), from a grid of our own. */
#include "grade_parts.h"

enum { FINDER = 7, MAX_BLOCKS = 81 };

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

/* True if a ring of two modules around the symbol is in the image with a pixel to spare. */
static int is_inside(const grade_job *job) {
    const float low = -2, high = (float)job->side + 2;
    for (int i = 0; i < 4; i++) {
        const scan_point p = scan_map(&job->grid, i & 1 ? high : low, i & 2 ? high : low);
        if (!(p.x >= 1 && p.y >= 1 && p.x < (float)job->image.width - 1 &&
              p.y < (float)job->image.height - 1))
            return 0;
    }
    return 1;
}

/* A point takes in a pixel's width, so that four are enough for modules of few pixels. */
static grade_aperture aperture_of(const grade_job *job) {
    const float *h = job->grid.h;
    const float centre = 1 / ((h[6] + h[7]) * (float)job->side / 2 + 1);
    const int across = hypotf(h[0], h[3]) < 5 ? 2 : 3;
    const float apart = 0.8f / (float)across;
    grade_aperture a = {across * across, {0}, {0}};
    for (int i = 0; i < a.count; i++) {
        const float middle = (float)(across - 1) / 2;
        const float u = apart * ((float)(i % across) - middle) * centre;
        const float v = apart * ((float)(i / across) - middle) * centre;
        a.dx[i] = fixed_point(h[0] * u + h[1] * v);
        a.dy[i] = fixed_point(h[3] * u + h[4] * v);
    }
    return a;
}

ELQR_INLINE void sample_row(grade_job *job, const grade_aperture *a, int row, int count,
                            int inside) {
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
static void sample(grade_job *job) {
    const grade_aperture a = aperture_of(job);
#if ELQR_X86
    if (grade_fits_avx2(&job->image)) {
        grade_sample_avx2(job, &a);
        return;
    }
#endif
    const int inside = is_inside(job);
    for (int row = -1; row <= job->side; row++)
        if (inside && a.count == 4)
            sample_row(job, &a, row, 4, 1);
        else if (inside)
            sample_row(job, &a, row, 9, 1);
        else
            sample_row(job, &a, row, a.count, 0);
}

/*---- Parameters ----*/

static void find_contrast(grade_job *job) {
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

/* The greys of a row's modules. */
static const uint8_t *samples_of(const grade_job *job, int row) {
    return job->samples + (row + 1) * (job->side + 2) + 1;
}

/* Which modules of a row are dark and which not as they should be; whether any is not. */
static uint8_t compare_row(const uint8_t *restrict greys, const uint8_t *restrict truth, int side,
                           uint8_t limit, uint8_t *restrict modules, uint8_t *restrict wrong) {
    uint8_t any = 0;
    for (int column = 0; column < side; column++) {
        const uint8_t dark = greys[column] < limit, is_wrong = dark != (truth[column] != 0);
        modules[column] = dark;
        wrong[column] = is_wrong;
        any |= is_wrong;
    }
    return any;
}

/* What the modules are beside what they should be. */
static void compare(grade_job *job) {
    /* Whole greys below the middle are those below the next whole number. */
    const uint8_t limit = (uint8_t)ceilf((job->darkest + job->lightest) / 2);
    uint8_t any = 0;
    for (int row = 0; row < job->side; row++) {
        any |= compare_row(samples_of(job, row), job->truth + row * job->side, job->side, limit,
                           job->modules + row * job->side, job->wrong + row * job->side);
    }
    job->any_wrong = any;
}

/* Twice the distance from the threshold by the contrast, of each module. */
static void find_modulations(grade_job *job) {
    const float middle = (job->darkest + job->lightest) / 2, range = job->lightest - job->darkest;
    float of_grey[256];
    for (int grey = 0; grey < 256; grey++) {
        const float value = range > 0 ? 2 * fabsf((float)grey - middle) / range : 0;
        of_grey[grey] = value < 1 ? value : 1;
    }
    for (int row = 0; row < job->side; row++)
        for (int column = 0; column < job->side; column++)
            job->values[row * job->side + column] = of_grey[samples_of(job, row)[column]];
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

/* 1 for each codeword without a wrong module, else 0. */
static void find_right(const grade_job *job, float *right) {
    const qr_places *places = &job->grader->symbol.places;
    for (int i = 0; i < places->codewords; i++) {
        right[i] = 1;
        for (int bit = 0; bit < 8 && job->any_wrong; bit++)
            right[i] = job->wrong[places->order[8 * i + bit]] ? 0 : right[i];
    }
}

/* The errors that hard decisions make. */
static void count_errors(grade_job *job, const float *right) {
    job->errors = job->any_wrong ? most_below(job->grader, right, 0.5f) : 0;
    job->result->values[ELQR_GRADE_UNUSED] = unused_with(job->grader, job->errors);
}

/* Modulation and its margin, which a bilevel scan does not tell. */
static void grade_codewords(grade_job *job, const float *right) {
    const qr_places *places = &job->grader->symbol.places;
    float mod[QR_MAX_CODEWORDS], margin[QR_MAX_CODEWORDS];
    float *values = job->result->values;
    values[ELQR_GRADE_MODULATION] = values[ELQR_GRADE_MARGIN] = 1;
    for (int i = 0; i < places->codewords; i++) {
        mod[i] = 1;
        for (int bit = 0; bit < 8; bit++)
            mod[i] = lower(mod[i], job->values[places->order[8 * i + bit]]);
        margin[i] = right[i] * mod[i];
        values[ELQR_GRADE_MODULATION] = lower(values[ELQR_GRADE_MODULATION], mod[i]);
        values[ELQR_GRADE_MARGIN] = lower(values[ELQR_GRADE_MARGIN], margin[i]);
    }
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

static void grade_fixed(const grade_job *job) {
    const scan_symbol *symbol = &job->grader->symbol;
    elqr_grade_result *result = job->result;
    int damaged[7] = {0}, count[7] = {0}, grade = 4, sum = 0;
    for (int i = 0; i < symbol->fixed_count && job->any_wrong; i++) {
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
static int decodes(const grade_job *job) {
    int level, mask;
    return 2 * job->errors <= job->grader->ec &&
           qr_read_format(job->modules, job->side, &level, &mask) && level == job->grader->level;
}

/*---- Everything together ----*/

/* True if the rows and columns around the symbol hold nothing but 0 and 255. */
static int is_bilevel(const grade_job *job, const float c[8]) {
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
    grade_job job;
    float right[QR_MAX_CODEWORDS];
    job.grader = grader;
    job.image = (scan_image){pixels, stride, width, height};
    job.truth = truth;
    job.side = grader->symbol.places.side;
    job.result = result;
    memset(result, 0, sizeof *result);
    if (width < 2 || height < 2 || width > SCAN_MAX_SIZE || height > SCAN_MAX_SIZE ||
        !usable(corners) || !grade_find_grid(&job, corners))
        return ELQR_OUT_OF_RANGE;
    result->bilevel = is_bilevel(&job, corners);
    sample(&job);
    find_contrast(&job);
    compare(&job);
    find_right(&job, right);
    count_errors(&job, right);
    if (!result->bilevel) {
        find_modulations(&job);
        grade_codewords(&job, right);
    }
    grade_fixed(&job);
    result->values[ELQR_GRADE_DECODE] = (float)decodes(&job);
    result->grades[ELQR_GRADE_DECODE] = result->values[ELQR_GRADE_DECODE] > 0 ? 4 : 0;
    conclude(result);
    return ELQR_OK;
}
