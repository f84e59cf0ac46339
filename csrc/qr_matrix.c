#include "qr_matrix.h"

#include <stdlib.h>
#include <string.h>

/*---- Function patterns, 6.3 ----*/

static void set_function(qr_matrix *matrix, int row, int column, int dark) {
    matrix->modules[row * matrix->side + column] = (uint8_t)(QR_FUNCTION | (dark ? QR_DARK : 0));
}

/* Distance of (row, column) from (0, 0) in king's moves. */
static int ring(int row, int column) {
    return abs(row) > abs(column) ? abs(row) : abs(column);
}

/* 6.3.3 and 6.3.4: a finder pattern around its centre, with its separator where the symbol has
 * room for it.  Rings of 0, 1 and 3 are dark; 2 and the separator, 4, are light. */
static void draw_finder(qr_matrix *matrix, int centre_row, int centre_column) {
    for (int i = -4; i <= 4; i++)
        for (int j = -4; j <= 4; j++) {
            const int row = centre_row + i, column = centre_column + j;
            if (row < 0 || row >= matrix->side || column < 0 || column >= matrix->side)
                continue;
            set_function(matrix, row, column, ring(i, j) != 2 && ring(i, j) != 4);
        }
}

/* 6.3.6 */
static void draw_alignment(qr_matrix *matrix, int centre_row, int centre_column) {
    for (int i = -2; i <= 2; i++)
        for (int j = -2; j <= 2; j++)
            set_function(matrix, centre_row + i, centre_column + j, ring(i, j) != 1);
}

static void draw_alignments(qr_matrix *matrix) {
    const uint8_t *positions = qr_alignment_positions[matrix->version];
    const int last = qr_alignment_count[matrix->version] - 1;
    for (int i = 0; i <= last; i++)
        for (int j = 0; j <= last; j++) {
            const int on_finder = (i == 0 && (j == 0 || j == last)) || (i == last && j == 0);
            if (!on_finder)
                draw_alignment(matrix, positions[i], positions[j]);
        }
}

/* 6.3.5 */
static void draw_timing(qr_matrix *matrix) {
    for (int i = 0; i < matrix->side; i++) {
        set_function(matrix, 6, i, i % 2 == 0);
        set_function(matrix, i, 6, i % 2 == 0);
    }
}

/* 7.9.1, Figure 25: bit 0 of the word is its least significant.  One copy surrounds the finder
 * pattern at the top left, the other is split between the other two. */
static void draw_format_word(qr_matrix *matrix, unsigned word) {
    const int side = matrix->side;
    for (int bit = 0; bit < 15; bit++) {
        const int dark = word >> bit & 1;
        if (bit < 6)
            set_function(matrix, bit, 8, dark);
        else if (bit < 8)
            set_function(matrix, bit + 1, 8, dark);
        else if (bit == 8)
            set_function(matrix, 8, 7, dark);
        else
            set_function(matrix, 8, 14 - bit, dark);

        if (bit < 8)
            set_function(matrix, 8, side - 1 - bit, dark);
        else
            set_function(matrix, side - 15 + bit, 8, dark);
    }
    set_function(matrix, side - 8, 8, 1);
}

/* 7.10: two blocks of 6 x 3 modules, from version 7 on. */
static void draw_version(qr_matrix *matrix) {
    if (matrix->version < 7)
        return;
    const uint32_t word = qr_version_information[matrix->version];
    const int near_edge = matrix->side - 11;
    for (int along = 0; along < 6; along++)
        for (int across = 0; across < 3; across++) {
            const int dark = word >> (3 * along + across) & 1;
            set_function(matrix, along, near_edge + across, dark);
            set_function(matrix, near_edge + across, along, dark);
        }
}

void qr_matrix_init(qr_matrix *matrix, int version) {
    matrix->version = version;
    matrix->side = qr_side(version);
    memset(matrix->modules, 0, (size_t)matrix->side * (size_t)matrix->side);
    draw_timing(matrix);
    draw_finder(matrix, 3, 3);
    draw_finder(matrix, 3, matrix->side - 4);
    draw_finder(matrix, matrix->side - 4, 3);
    draw_alignments(matrix);
    draw_format_word(matrix, 0);
    draw_version(matrix);
}

/*---- Codeword placement, 7.7.3 ----*/

/* Columns are taken in pairs from the right edge, upwards and downwards in turn, right module
 * before left; the timing pattern's column 6 belongs to no pair.  Modules left over after the
 * last codeword are the remainder bits and stay light. */
void qr_matrix_place(qr_matrix *matrix, const uint8_t *codewords) {
    const int side = matrix->side, bits = 8 * qr_total_codewords[matrix->version];
    int bit = 0, upwards = 1;
    for (int right = side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        for (int step = 0; step < side; step++) {
            const int row = upwards ? side - 1 - step : step;
            for (int column = right; column >= right - 1; column--) {
                uint8_t *module = &matrix->modules[row * side + column];
                if (*module & QR_FUNCTION || bit == bits)
                    continue;
                *module = codewords[bit / 8] >> (7 - bit % 8) & 1;
                bit++;
            }
        }
    }
}

/*---- Masking, 7.8 ----*/

/* Table 10: whether the pattern flips the module in row i, column j. */
static int mask_holds(int mask, int i, int j) {
    switch (mask) {
    case 0:
        return (i + j) % 2 == 0;
    case 1:
        return i % 2 == 0;
    case 2:
        return j % 3 == 0;
    case 3:
        return (i + j) % 3 == 0;
    case 4:
        return (i / 2 + j / 3) % 2 == 0;
    case 5:
        return i * j % 2 + i * j % 3 == 0;
    case 6:
        return (i * j % 2 + i * j % 3) % 2 == 0;
    default:
        return ((i + j) % 2 + i * j % 3) % 2 == 0;
    }
}

void qr_matrix_apply_mask(qr_matrix *matrix, int mask) {
    for (int row = 0; row < matrix->side; row++)
        for (int column = 0; column < matrix->side; column++) {
            uint8_t *module = &matrix->modules[row * matrix->side + column];
            if (!(*module & QR_FUNCTION))
                *module ^= (uint8_t)mask_holds(mask, row, column);
        }
}

void qr_matrix_draw_format(qr_matrix *matrix, int level, int mask) {
    draw_format_word(matrix, qr_format_information[level][mask]);
}

/*---- Evaluation of masking, 7.8.3.1, Table 11 ----*/

enum { N1 = 3, N2 = 3, N3 = 40, N4 = 10 };

/* Feature 1 along one row or column: a run of 5 + k modules of one colour costs N1 + k. */
static long runs_penalty(const uint8_t *line, int side, int stride) {
    long penalty = 0;
    int run = 0, colour = -1;
    for (int i = 0; i < side; i++) {
        const int dark = line[i * stride] & QR_DARK;
        run = dark == colour ? run + 1 : 1;
        colour = dark;
        if (run == 5)
            penalty += N1;
        else if (run > 5)
            penalty++;
    }
    return penalty;
}

/* Feature 3 along one row or column: 1011101 with four light modules before it, after it or both
 * costs N3 once.  A window of 4 + 7 + 4 modules slides along the line; outside the symbol all is
 * light, and a core of the pattern cannot reach outside because it begins and ends dark. */
static long finders_penalty(const uint8_t *line, int side, int stride) {
    long penalty = 0;
    unsigned window = 0;
    for (int i = 0; i < side + 4; i++) {
        const unsigned dark = i < side ? line[i * stride] & QR_DARK : 0;
        window = (window << 1 | dark) & 0x7FFF;
        const unsigned core = window >> 4 & 0x7F, before = window >> 11, after = window & 0xF;
        if (core == 0x5D && (before == 0 || after == 0))
            penalty += N3;
    }
    return penalty;
}

/* Feature 2: each 2 x 2 block of one colour costs N2, overlapping ones too. */
static long blocks_penalty(const qr_matrix *matrix) {
    const int side = matrix->side;
    long blocks = 0;
    for (int row = 0; row + 1 < side; row++)
        for (int column = 0; column + 1 < side; column++) {
            const uint8_t *module = &matrix->modules[row * side + column];
            const int dark = (module[0] & QR_DARK) + (module[1] & QR_DARK) +
                             (module[side] & QR_DARK) + (module[side + 1] & QR_DARK);
            blocks += dark == 0 || dark == 4;
        }
    return N2 * blocks;
}

/* Feature 4: N4 for every full 5 % by which the share of dark modules is off 50 %. */
static long balance_penalty(const qr_matrix *matrix) {
    const long total = (long)matrix->side * matrix->side;
    long dark = 0;
    for (long i = 0; i < total; i++)
        dark += matrix->modules[i] & QR_DARK;
    return labs(2 * dark - total) * 10 / total * N4;
}

long qr_matrix_penalty(const qr_matrix *matrix) {
    const int side = matrix->side;
    long penalty = blocks_penalty(matrix) + balance_penalty(matrix);
    for (int i = 0; i < side; i++) {
        const uint8_t *row = &matrix->modules[i * side], *column = &matrix->modules[i];
        penalty += runs_penalty(row, side, 1) + finders_penalty(row, side, 1);
        penalty += runs_penalty(column, side, side) + finders_penalty(column, side, side);
    }
    return penalty;
}

static int lightest_mask(qr_matrix *matrix, int level) {
    int best = 0;
    long lowest = 0;
    for (int mask = 0; mask < 8; mask++) {
        qr_matrix_apply_mask(matrix, mask);
        qr_matrix_draw_format(matrix, level, mask);
        const long penalty = qr_matrix_penalty(matrix);
        qr_matrix_apply_mask(matrix, mask);
        if (mask == 0 || penalty < lowest) {
            best = mask;
            lowest = penalty;
        }
    }
    return best;
}

int qr_matrix_finish(qr_matrix *matrix, int level, int mask) {
    if (mask < 0)
        mask = lightest_mask(matrix, level);
    qr_matrix_apply_mask(matrix, mask);
    qr_matrix_draw_format(matrix, level, mask);
    return mask;
}

void qr_matrix_pack(const qr_matrix *matrix, uint8_t *packed) {
    const int side = matrix->side, row_bytes = (side + 7) / 8;
    memset(packed, 0, (size_t)(side * row_bytes));
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
            if (matrix->modules[row * side + column] & QR_DARK)
                packed[row * row_bytes + column / 8] |= (uint8_t)(0x80 >> column % 8);
}
