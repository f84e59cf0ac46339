/* The rungs of reading: from an image to a payload that passes its checks. */
#include "scan.h"

#include "elqr.h"
#include "qr_encode.h"
#include "qr_matrix.h"

#include <math.h>
#include <string.h>

enum { GUESSES = 8, FAST_TRIES = 2, SLOW_TRIES = 3, LEVEL = ELQR_QR_M };

struct elqr_scanner {
    const elqr_layout *layout;
    float smallest, largest; /* pixels a module */
    scan_symbol usual;
    gf256_divider divider; /* of the usual symbol's blocks */
    int data_codewords;
    uint16_t data_offsets[QR_MAX_DATA_CODEWORDS];
    uint8_t known[QR_MAX_DATA_CODEWORDS];       /* bits that the layout lets expect */
    uint8_t known_value[QR_MAX_DATA_CODEWORDS]; /* and what they are then */
};

/* Work space of one call. */
typedef struct {
    scan_symbol other; /* for a version that is not the usual one */
    uint8_t samples[SCAN_MAX_GRID * SCAN_MAX_GRID];
    int16_t values[QR_MAX_SIDE * QR_MAX_SIDE];
    uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE];
    uint8_t codewords[QR_MAX_CODEWORDS], assisted[QR_MAX_CODEWORDS];
    uint8_t certainty[8 * QR_MAX_CODEWORDS];
    uint8_t data[QR_MAX_DATA_CODEWORDS];
    uint32_t sums[]; /* scan_sum_words of the image */
} work_space;

/* One call. */
typedef struct {
    const elqr_scanner *scanner;
    scan_image image;
    work_space *work;
    uint8_t *content;
    size_t capacity;
    elqr_scan_reading *reading;
} job;

/*---- The scanner ----*/

static int is_expected(const elqr_layout *layout, int digit) {
    if (layout->is_literal[digit])
        return 1;
    for (int f = 0; f < layout->n_fields; f++) {
        const elqr_field *field = &layout->fields[f];
        if (!field->required && digit >= field->offset && digit < field->offset + field->width)
            return 1;
    }
    return 0;
}

/* Encodes the layout's template, and marks the bits of the groups of three digits all of which are
 * expected, and those of mode and count. */
static void expect_bits(elqr_scanner *scanner, int version) {
    const elqr_layout *layout = scanner->layout;
    const int header = 4 + qr_count_bits(ELQR_QR_NUMERIC, version);
    uint8_t codewords[QR_MAX_CODEWORDS];
    memset(scanner->known, 0, sizeof scanner->known);
    qr_final_message(layout->template_digits, layout->length, ELQR_QR_NUMERIC, version, LEVEL,
                     codewords);
    qr_data_offsets(version, LEVEL, scanner->data_offsets);
    for (int i = 0; i < scanner->data_codewords; i++)
        scanner->known_value[i] = codewords[scanner->data_offsets[i]];
    for (int bit = 0; bit < 8 * scanner->data_codewords; bit++) {
        const int first = (bit - header) / 10 * 3;
        int expected = bit < header || first < layout->length;
        for (int digit = first; bit >= header && digit < first + 3 && digit < layout->length;
             digit++)
            expected &= is_expected(layout, digit);
        if (expected)
            scanner->known[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
}

size_t elqr_scanner_size(void) {
    return sizeof(elqr_scanner);
}

int elqr_scanner_init(elqr_scanner *scanner, const elqr_layout *layout, float smallest,
                      float largest) {
    const int version = elqr_qr_smallest_version(layout->length, LEVEL, ELQR_QR_NUMERIC);
    if (version == 0)
        return ELQR_TOO_LONG;
    if (!(smallest >= 1.5f && largest >= smallest && largest <= 40))
        return ELQR_OUT_OF_RANGE;
    scanner->layout = layout;
    scanner->smallest = smallest;
    scanner->largest = largest;
    scanner->data_codewords = qr_data_codewords(version, LEVEL);
    scan_symbol_init(&scanner->usual, version);
    gf256_divider_init(&scanner->divider, qr_ec_codewords_per_block[LEVEL][version]);
    expect_bits(scanner, version);
    return ELQR_OK;
}

static const scan_symbol *symbol_of(const job *job, int version) {
    const scan_symbol *usual = &job->scanner->usual;
    if (version == usual->places.version)
        return usual;
    scan_symbol_init(&job->work->other, version);
    return &job->work->other;
}

/*---- From samples to modules ----*/

/* Blur spreads each module's grey over its four neighbours; a share of theirs is taken off again:
 * parts * sum of 4 of 20 parts.  3 of 20 is what served best on scans. */
static void equalise(const uint8_t *samples, int side, int parts, int16_t *values) {
    const int pitch = side + 2;
    for (int row = 0; row < side; row++) {
        const uint8_t *s = samples + (row + 1) * pitch + 1;
        for (int column = 0; column < side; column++, s++)
            *values++ = (int16_t)(20 * s[0] - parts * (s[-1] + s[1] + s[-pitch] + s[pitch]));
    }
}

/* The level half-way between the means of the dark and of the light fixed modules; *gap is how far
 * apart these are. */
static int level_of(const int16_t *values, const scan_symbol *symbol, int *gap) {
    const int side = symbol->places.side;
    int32_t sums[2] = {0, 0}, dark = 0;
    for (int i = 0; i < symbol->fixed_count; i++) {
        const unsigned module = symbol->fixed[i];
        sums[symbol->fixed_dark[i]] += values[(int)(module >> 8) * side + (int)(module & 0xFF)];
        dark += symbol->fixed_dark[i];
    }
    const int32_t light_mean = sums[0] / (symbol->fixed_count - dark), dark_mean = sums[1] / dark;
    *gap = light_mean - dark_mean;
    return (light_mean + dark_mean) / 2;
}

/* As 16 bits, which hold any mean of values, eight are compared at once. */
static void decide(const int16_t *values, int count, int16_t level, uint8_t *modules) {
    for (int i = 0; i < count; i++)
        modules[i] = values[i] < level;
}

/*---- Decoding ----*/

static int finish(const job *job, int version, int level, int mask,
                  const qr_correction *correction) {
    elqr_qr_content *symbol = &job->reading->symbol;
    const elqr_layout *layout = job->scanner->layout;
    *symbol = (elqr_qr_content){version, level, mask, correction->corrected, correction->unused, 0};
    job->reading->erased = correction->erased;
    job->reading->sound = 0;
    const int status = qr_read_segments(job->work->data, qr_data_codewords(version, level), version,
                                        job->content, job->capacity, &symbol->length);
    if (status == ELQR_OK && symbol->length == layout->length) {
        uint8_t fault;
        uint16_t position;
        job->reading->sound = elqr_payload_parse(layout, job->content, 1, &fault, &position) == 0;
    }
    return status;
}

typedef struct {
    int level, mask;
} format;

/* The formats that a symbol may have, likeliest first; returns how many. */
static int find_formats(const job *job, int side, format formats[2]) {
    const uint8_t *modules = job->work->modules;
    format *first = formats,
           *line = formats + qr_read_format(modules, side, &first->level, &first->mask);
    if (!qr_read_format_line(modules, side, &line->level, &line->mask))
        return (int)(line - formats);
    const int same = line > first && line->level == first->level && line->mask == first->mask;
    return (int)(line - formats) + !same;
}

static int decode_hard(const job *job, const scan_symbol *symbol, format is) {
    const qr_places *places = &symbol->places;
    work_space *work = job->work;
    qr_correction correction;
    qr_read_codewords(places, work->modules, is.mask, work->codewords);
    const int status = qr_correct(places->version, is.level, work->codewords, NULL,
                                  &job->scanner->divider, work->data, &correction);
    return status == ELQR_OK ? finish(job, places->version, is.level, is.mask, &correction)
                             : status;
}

static void find_certainty(const job *job, const qr_places *places, int level, int gap) {
    const work_space *work = job->work;
    for (int bit = 0; bit < 8 * places->codewords; bit++) {
        const int distance = 254 * (work->values[places->order[bit]] - level) / gap;
        const int size = distance < 0 ? -distance : distance;
        job->work->certainty[bit] = (uint8_t)(size < 250 ? size : 250);
    }
}

/* Sets the bits that the layout lets expect, and makes them certain. */
static void assist(const job *job) {
    const elqr_scanner *scanner = job->scanner;
    work_space *work = job->work;
    for (int i = 0; i < scanner->data_codewords; i++) {
        const int at = scanner->data_offsets[i];
        work->codewords[at] = (uint8_t)((work->codewords[at] & ~scanner->known[i]) |
                                        (scanner->known_value[i] & scanner->known[i]));
        for (int bit = 0; bit < 8; bit++)
            if (scanner->known[i] >> (7 - bit) & 1)
                work->certainty[8 * at + bit] = 255;
    }
}

/* Soft decisions, for the usual symbol. */
static int decode_softly(const job *job, format is, int level, int gap, int assisted) {
    const qr_places *places = &job->scanner->usual.places;
    work_space *work = job->work;
    qr_correction correction;
    find_certainty(job, places, level, gap);
    qr_read_codewords(places, work->modules, is.mask, work->codewords);
    if (assisted)
        assist(job);
    const int status = qr_correct(places->version, LEVEL, work->codewords, work->certainty,
                                  &job->scanner->divider, work->data, &correction);
    return status == ELQR_OK ? finish(job, places->version, LEVEL, is.mask, &correction) : status;
}

/*---- Rungs ----*/

static void set_corners(const job *job, const scan_grid *grid, int side) {
    const float end = (float)side;
    const scan_point corners[4] = {scan_map(grid, 0, 0), scan_map(grid, end, 0),
                                   scan_map(grid, end, end), scan_map(grid, 0, end)};
    for (int i = 0; i < 4; i++) {
        job->reading->corners[2 * i] = corners[i].x;
        job->reading->corners[2 * i + 1] = corners[i].y;
    }
}

static int read_at_once(const job *job, const scan_guess *guess) {
    const scan_symbol *symbol = symbol_of(job, guess->version);
    const int side = symbol->places.side;
    work_space *work = job->work;
    int gap;
    if (!scan_inside(&job->image, &guess->grid, side))
        return ELQR_NO_SYMBOL;
    scan_sample_nearest(&job->image, &guess->grid, side, work->samples);
    equalise(work->samples, side, 3, work->values);
    const int level = level_of(work->values, symbol, &gap);
    decide(work->values, side * side, (int16_t)level, work->modules);
    format is;
    if (!qr_read_format(work->modules, side, &is.level, &is.mask))
        return ELQR_TOO_DAMAGED;
    const int status = decode_hard(job, symbol, is);
    if (status == ELQR_OK) {
        set_corners(job, &guess->grid, side);
        job->reading->rung = ELQR_RUNG_FAST;
    }
    return status;
}

/* Hard decisions, soft ones, and soft ones with what is expected; only a payload that passes every
 * check counts. */
static int decode_carefully(const job *job, const scan_symbol *symbol, format is, int level,
                            int gap, int effort) {
    int status = decode_hard(job, symbol, is);
    job->reading->rung = ELQR_RUNG_SLOW;
    if (status == ELQR_OK && job->reading->sound)
        return status;
    if (symbol != &job->scanner->usual || is.level != LEVEL)
        return ELQR_TOO_DAMAGED;
    status = decode_softly(job, is, level, gap, 0);
    if ((status == ELQR_OK && job->reading->sound) || effort < ELQR_RUNG_ASSISTED)
        return status == ELQR_OK && !job->reading->sound ? ELQR_TOO_DAMAGED : status;
    job->reading->rung = ELQR_RUNG_ASSISTED;
    status = decode_softly(job, is, level, gap, 1);
    return status == ELQR_OK && !job->reading->sound ? ELQR_TOO_DAMAGED : status;
}

/* The same with each format that the symbol may have. */
static int decode_any_format(const job *job, const scan_symbol *symbol, int level, int gap,
                             int effort) {
    format formats[2];
    int status = ELQR_TOO_DAMAGED;
    const int count = find_formats(job, symbol->places.side, formats);
    for (int i = 0; i < count && status != ELQR_OK; i++)
        status = decode_carefully(job, symbol, formats[i], level, gap, effort);
    return status;
}

static int read_carefully(const job *job, scan_guess *guess, int effort) {
    static const int equalisers[] = {3, 2, 0};
    const scan_symbol *symbol = symbol_of(job, guess->version);
    const int side = symbol->places.side;
    work_space *work = job->work;
    int status = ELQR_NO_SYMBOL;
    if (!scan_refine(&job->image, symbol, &guess->grid))
        return ELQR_NO_SYMBOL;
    scan_sample(&job->image, &guess->grid, side, work->samples);
    for (size_t i = 0; i < sizeof equalisers / sizeof *equalisers && status != ELQR_OK; i++) {
        int gap;
        equalise(work->samples, side, equalisers[i], work->values);
        const int level = level_of(work->values, symbol, &gap);
        if (gap <= 0)
            return ELQR_NO_SYMBOL;
        decide(work->values, side * side, (int16_t)level, work->modules);
        status = decode_any_format(job, symbol, level, gap, effort);
    }
    if (status == ELQR_OK)
        set_corners(job, &guess->grid, side);
    return status;
}

/* The fast rung, every `step`-th row being looked at.  The guesses stay for the next rung. */
static int search_fast(const job *job, int threshold, int step, scan_guess *guesses, int *count) {
    scan_mark marks[SCAN_MAX_MARKS];
    const int found = scan_find_marks(&job->image, threshold, step, marks);
    int status = ELQR_NO_SYMBOL;
    *count =
        scan_guess_from_three(marks, found, job->scanner->usual.places.version, guesses, GUESSES);
    for (int i = 0; i < *count && i < FAST_TRIES && status != ELQR_OK; i++)
        status = read_at_once(job, &guesses[i]);
    return status;
}

static int try_carefully(const job *job, scan_guess *guesses, int count, int effort) {
    int status = ELQR_NO_SYMBOL;
    for (int i = 0; i < count && i < SLOW_TRIES && status != ELQR_OK; i++)
        status = read_carefully(job, &guesses[i], effort);
    return status;
}

static int climb_slow(const job *job, scan_guess *guesses, int count, int effort) {
    const elqr_scanner *scanner = job->scanner;
    const int usual = scanner->usual.places.version;
    scan_mark marks[SCAN_MAX_MARKS];
    int status = try_carefully(job, guesses, count, effort);
    if (status == ELQR_OK)
        return status;
    const int found =
        scan_find_blocks(&job->image, scanner->smallest, scanner->largest, job->work->sums, marks);
    count = scan_guess_from_three(marks, found, usual, guesses, GUESSES);
    status = try_carefully(job, guesses, count, effort);
    if (status == ELQR_OK)
        return status;
    count = scan_guess_from_two(&job->image, &scanner->usual, marks, found, guesses, GUESSES);
    return try_carefully(job, guesses, count, effort);
}

/* A finder pattern's core is three modules high: a first search meets each once, or nearly so where
 * it is blurred; a second one, of more rows, once or twice.  All rows are looked at only where both
 * found nothing that could be a symbol. */
static int climb_fast(const job *job, int threshold, scan_guess *guesses, int *count) {
    const float smallest = job->scanner->smallest;
    int status = search_fast(job, threshold, (int)(2.9f * smallest), guesses, count);
    if (status != ELQR_OK)
        status = search_fast(job, threshold, (int)(2.4f * smallest), guesses, count);
    if (status != ELQR_OK && *count == 0)
        status = search_fast(job, threshold, 1, guesses, count);
    return status;
}

static int climb(const job *job, int effort) {
    scan_guess guesses[GUESSES];
    int count;
    const int threshold = scan_threshold(&job->image);
    if (threshold < 0)
        return ELQR_NO_SYMBOL;
    const int status = climb_fast(job, threshold, guesses, &count);
    if (status == ELQR_OK || effort < ELQR_RUNG_SLOW)
        return status;
    return climb_slow(job, guesses, count, effort);
}

size_t elqr_scan_work(int width, int height) {
    const int fits = width >= 1 && height >= 1 && width <= SCAN_MAX_SIZE &&
                     height <= SCAN_MAX_SIZE && (int64_t)width * height < (1 << 24);
    return fits ? sizeof(work_space) + scan_sum_words(width, height) * sizeof(uint32_t) : 0;
}

int elqr_scan(const elqr_scanner *scanner, const uint8_t *pixels, size_t stride, int width,
              int height, int effort, void *work, uint8_t *content, size_t capacity,
              elqr_scan_reading *reading) {
    const job job = {scanner, {pixels, stride, width, height}, work, content, capacity, reading};
    memset(reading, 0, sizeof *reading);
    if (elqr_scan_work(width, height) == 0 || stride > (size_t)(INT32_MAX / height) ||
        effort < ELQR_RUNG_FAST || effort > ELQR_RUNG_ASSISTED)
        return ELQR_OUT_OF_RANGE;
    const int status = climb(&job, effort);
    if (status != ELQR_OK)
        reading->rung = ELQR_RUNG_NONE;
    return status;
}
