#include "qr_fast.h"

#include "bits.h"
#include "elqr.h"
#include "gf256.h"

/*---- Order of codewords, 7.6 ----*/

static void list_offsets(qr_plan *plan) {
    const qr_blocks *blocks = &plan->blocks;
    uint16_t *offsets = plan->offsets;
    for (int i = 0; i <= blocks->length; i++)
        for (int block = i < blocks->length ? 0 : blocks->shorts; block < blocks->count; block++)
            *offsets++ = (uint16_t)(qr_block_start(blocks, block) + i);
    for (int i = 0; i < blocks->ec; i++)
        for (int block = 0; block < blocks->count; block++)
            *offsets++ = (uint16_t)(plan->data_codewords + block * blocks->ec + i);
}

/*---- Placement, 7.7.3: which codeword bit is in which module ----*/

/* Where bit `bit` (0 the lowest) of a row's byte `offset` is among the words.  Strips of 8 * lanes
 * bytes are transposed, 64 rows at once: of byte 8 * lane + j of a strip, bit b makes word `lane`
 * of its vector 8 * j + b. */
static uint16_t word_of(const qr_plan *plan, int offset, int bit) {
    const int byte = offset % 8, lane = offset / 8 & (plan->lanes - 1);
    const int strip = offset / 8 >> plan->lanes_log2;
    return (uint16_t)(((strip * 64 + 8 * byte + bit) << plan->lanes_log2) + lane);
}

/* order[row * side + column] = the word there; modules past the last codeword keep no_word. */
static void place(const qr_plan *plan, uint16_t *order) {
    const int side = plan->side, bits = 8 * plan->total_codewords;
    for (int i = 0; i < side * side; i++)
        order[i] = plan->no_word;
    int bit = 0, upwards = 1;
    for (int right = side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        for (int step = 0; step < side; step++) {
            const int row = upwards ? side - 1 - step : step;
            const unsigned taken = (unsigned)(plan->patterns.function[row] >> (right - 1)) & 3;
            for (int left = 0; left < 2; left++)
                if (!(taken >> (1 - left) & 1) && bit < bits) {
                    order[row * side + right - left] =
                        word_of(plan, plan->offsets[bit / 8], 7 - bit % 8);
                    bit++;
                }
        }
    }
}

/* The same for single symbols: the columns right - 1 and right, in runs of rows that are equally
 * free. */
static void list_pair(qr_plan *plan, int right, int upwards) {
    const uint64_t *function = plan->patterns.function;
    const int first = upwards ? plan->side - 1 : 0, step = upwards ? -1 : 1;
    unsigned before = 3;
    for (int i = 0, row = first; i < plan->side; i++, row += step) {
        const unsigned taken = (unsigned)(function[row] >> (right - 1)) & 3;
        if (taken != 3 && taken != before)
            plan->runs[plan->run_count++] =
                (qr_run){(uint8_t)row, 0, (int8_t)step, taken == 0 ? 2 : 1,
                         (uint8_t)(taken == 1 ? right : right - 1)};
        if (taken != 3)
            plan->runs[plan->run_count - 1].count++;
        before = taken;
    }
}

static void list_runs(qr_plan *plan) {
    int upwards = 1;
    plan->run_count = 0;
    for (int right = plan->side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        list_pair(plan, right, upwards);
    }
}

/*---- Modules and images ----*/

/* Where a module's word is for the transposition to packed symbols: that of the codewords, the
 * other way. */
static uint16_t output_of(const qr_plan *plan, int row, int column) {
    return word_of(plan, row * plan->row_bytes + column / 8, 7 - column % 8);
}

/* Bit k: the bit of mask k's format information that is in this module. */
static uint8_t format_signature(int level, int bit) {
    unsigned signature = 0;
    for (int mask = 0; mask < 8; mask++)
        signature |= (unsigned)(qr_format_information[level][mask] >> bit & 1) << mask;
    return (uint8_t)signature;
}

static void add_module(qr_plan *plan, int *count, int row, int column, uint16_t word,
                       uint8_t signature) {
    const qr_module module = {word, output_of(plan, row, column), (uint16_t)(column * plan->lanes),
                              signature};
    plan->modules[(*count)++] = module;
}

/* Format information changes with the mask, so that its modules are listed as if they were light
 * ones that masks flip. */
static void list_modules(qr_plan *plan, const uint16_t *order) {
    uint8_t format[QR_FAST_SIDE][QR_FAST_SIDE];
    uint64_t is_format[QR_FAST_SIDE] = {0};
    for (int bit = 0; bit < 30; bit++) {
        const int row = plan->format_row[bit], column = plan->format_column[bit];
        format[row][column] = format_signature(plan->level, bit % 15);
        is_format[row] |= UINT64_C(1) << column;
    }
    int count = 0;
    for (int row = 0; row < plan->side; row++) {
        plan->row_start[row] = (uint16_t)count;
        uint64_t open =
            (~plan->patterns.function[row] | is_format[row]) & ((UINT64_C(1) << plan->side) - 1);
        for (; open != 0; open &= open - 1) {
            const int column = (int)elqr_trailing_zeros(open);
            if (is_format[row] >> column & 1)
                add_module(plan, &count, row, column, plan->no_word, format[row][column]);
            else
                add_module(plan, &count, row, column, order[row * plan->side + column],
                           qr_mask_signature[row % 12][column % 6]);
        }
    }
    plan->row_start[plan->side] = (uint16_t)count;
}

static void draw_images(qr_plan *plan) {
    for (int mask = 0; mask < 8; mask++) {
        uint64_t rows[QR_FAST_SIDE];
        qr_image_rows(plan, mask, rows);
        for (int i = 0; i < plan->side; i++)
            plan->image_rows[i][mask] = rows[i];
    }
}

static void draw_image_columns(qr_plan *plan) {
    for (int mask = 0; mask < 8; mask++) {
        uint64_t columns[QR_FAST_SIDE];
        qr_image_columns(plan, mask, columns);
        for (int i = 0; i < plan->side; i++)
            plan->image_columns[i][mask] = columns[i];
    }
}

static void pack_images(qr_plan *plan) {
    for (int mask = 0; mask < 8; mask++)
        /* Whole words: each row mends what the one before wrote past its end. */
        for (int row = 0; row < plan->side; row++)
            elqr_store64_low_first(plan->images[mask] + row * plan->row_bytes,
                                   qr_packed_row(plan->image_rows[row][mask]));
}

/*---- Reed-Solomon ----*/

static void make_products(qr_plan *plan) {
    const uint8_t *generator = gf256_rs_generator[plan->blocks.ec];
    memset(plan->products[0], 0, sizeof plan->products[0]);
    for (int factor = 1; factor < 256; factor++) {
        const int rest = factor & (factor - 1);
        uint64_t *product = plan->products[factor];
        if (rest != 0) { /* multiplication is linear: the lowest bit and the others */
            for (int i = 0; i < 4; i++)
                product[i] = plan->products[rest][i] ^ plan->products[factor ^ rest][i];
            continue;
        }
        memset(product, 0, sizeof plan->products[0]);
        for (int i = 0; i < plan->blocks.ec; i++)
            product[i / 8] |= (uint64_t)gf256_multiply((uint8_t)factor, generator[i])
                              << (8 * (i % 8));
    }
}

static void make_nibbles(qr_plan *plan) {
    for (int i = 0; i < plan->blocks.ec; i++)
        for (int factor = 0; factor < 16; factor++) {
            const uint64_t low = plan->products[factor][i / 8];
            const uint64_t high = plan->products[factor << 4][i / 8];
            plan->nibbles[i][0][factor] = (uint8_t)(low >> (8 * (i % 8)));
            plan->nibbles[i][1][factor] = (uint8_t)(high >> (8 * (i % 8)));
        }
}

/* Multiplication by `factor` as the 8 x 8 bit matrix that GF2P8AFFINEQB takes: bit j of byte 7 - i
 * says whether bit j of the other factor goes into bit i of the product. */
static uint64_t matrix_of(uint8_t factor) {
    uint64_t matrix = 0;
    for (int j = 0; j < 8; j++)
        for (int i = 0; i < 8; i++)
            matrix |= (uint64_t)(gf256_multiply(factor, (uint8_t)(1 << j)) >> i & 1)
                      << (8 * (7 - i) + j);
    return matrix;
}

/* The last data codeword of a block goes into the error correction codewords times the generator;
 * each codeword before it as the remainder of that, moved up by one. */
static void make_matrices(qr_plan *plan) {
    const int length = plan->blocks.length + (plan->blocks.shorts < plan->blocks.count);
    uint64_t matrices[256], row[4];
    matrices[0] = 0;
    for (int factor = 1; factor < 256; factor++) {
        const int rest = factor & (factor - 1);
        matrices[factor] =
            rest == 0 ? matrix_of((uint8_t)factor) : matrices[rest] ^ matrices[factor ^ rest];
    }
    memcpy(row, plan->products[1], sizeof row);
    for (int i = 0; i < length; i++) {
        for (int j = 0; j < (plan->blocks.ec + 7) / 8 * 8; j++)
            plan->matrices[i][j] = matrices[(uint8_t)(row[j / 8] >> (8 * (j % 8)))];
        const uint64_t *product = plan->products[(uint8_t)row[0]];
        for (int word = 0; word < 4; word++)
            row[word] = (row[word] >> 8 | (word < 3 ? row[word + 1] << 56 : 0)) ^ product[word];
    }
}

/*---- The plan ----*/

static void make_header(qr_plan *plan) {
    const int count_bits = qr_count_bits(plan->mode, plan->version);
    plan->header_bits = 4 + count_bits;
    plan->header = (uint32_t)plan->mode << count_bits | (uint32_t)plan->length;
}

void qr_plan_begin(qr_plan *plan, size_t length, int mode, int version, int level, int mask) {
    plan->version = version;
    plan->level = level;
    plan->mode = mode;
    plan->mask = mask;
    plan->side = qr_side(version);
    plan->row_bytes = (plan->side + 7) / 8;
    plan->symbol_bytes = plan->side * plan->row_bytes;
    plan->length = length;
    plan->blocks = qr_block_structure(version, level);
    plan->data_codewords = qr_data_codewords(version, level);
    plan->total_codewords = qr_total_codewords[version];
    plan->row_stride = QR_ROW_BYTES;
    make_header(plan);
    make_products(plan);
    qr_draw_patterns(&plan->patterns, version);
    qr_list_format(plan->side, plan->format_row, plan->format_column);
    list_offsets(plan);
    draw_images(plan);
}

void qr_plan_singles(qr_plan *plan) {
    list_runs(plan);
    draw_image_columns(plan);
}

void qr_plan_slices(qr_plan *plan, int lanes, int matrices) {
    uint16_t order[QR_FAST_MODULES];
    const int strip_bytes = 8 * lanes;
    plan->lanes = lanes;
    plan->lanes_log2 = lanes == 8 ? 3 : lanes / 2;
    plan->row_stride = (plan->total_codewords + 7 + strip_bytes - 1) / strip_bytes * strip_bytes;
    plan->output_strips = (plan->symbol_bytes + strip_bytes - 1) / strip_bytes;
    plan->no_word = 8 * QR_ROW_BYTES;
    if (matrices)
        make_matrices(plan);
    else
        make_nibbles(plan);
    place(plan, order);
    list_modules(plan, order);
    pack_images(plan);
}
