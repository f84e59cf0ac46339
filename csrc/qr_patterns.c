/* Function patterns, masks and format information as rows of bits: bit x of a row is column x. */
#include "qr_batch.h"

/*---- Function patterns, 6.3 ----*/

static uint64_t columns(int count, int first) {
    return ((UINT64_C(1) << count) - 1) << first;
}

static void draw(qr_patterns *out, int row, int column, int size, const uint8_t *lines) {
    for (int i = 0; i < size; i++) {
        out->function[row + i] |= columns(size, column);
        out->dark[row + i] &= ~columns(size, column);
        out->dark[row + i] |= (uint64_t)lines[i] << column;
    }
}

static void draw_timing(qr_patterns *out, int side) {
    out->function[6] = columns(side, 0);
    out->dark[6] = columns(side, 0) & UINT64_C(0x5555555555555555);
    for (int row = 0; row < side; row++) {
        out->function[row] |= columns(1, 6);
        out->dark[row] |= row % 2 == 0 ? columns(1, 6) : 0;
    }
}

static void draw_alignments(qr_patterns *out, int version) {
    static const uint8_t lines[5] = {0x1F, 0x11, 0x15, 0x11, 0x1F};
    const uint8_t *positions = qr_alignment_positions[version];
    const int last = qr_alignment_count[version] - 1;
    for (int i = 0; i <= last; i++)
        for (int j = 0; j <= last; j++)
            if (!((i == 0 && (j == 0 || j == last)) || (i == last && j == 0)))
                draw(out, positions[i] - 2, positions[j] - 2, 5, lines);
}

/* The finders with their separators and the format information, which the images draw. */
static void draw_corners(qr_patterns *out, int side) {
    static const uint8_t lines[7] = {0x7F, 0x41, 0x5D, 0x5D, 0x5D, 0x41, 0x7F};
    for (int row = 0; row < 9; row++)
        out->function[row] |= columns(9, 0) | columns(8, side - 8);
    for (int row = side - 8; row < side; row++)
        out->function[row] |= columns(9, 0);
    for (int i = 0; i < 8; i++) { /* the timing patterns end where the separators begin */
        out->dark[i] &= ~(columns(8, 0) | columns(8, side - 8));
        out->dark[side - 8 + i] &= ~columns(8, 0);
    }
    draw(out, 0, 0, 7, lines);
    draw(out, 0, side - 7, 7, lines);
    draw(out, side - 7, 0, 7, lines);
    out->dark[side - 8] |= columns(1, 8);
}

static void draw_version(qr_patterns *out, int version) {
    const int near_edge = qr_side(version) - 11;
    for (int along = 0; version >= 7 && along < 6; along++) {
        const uint64_t bits = qr_version_information[version] >> (3 * along) & 7;
        out->function[along] |= columns(3, near_edge);
        out->dark[along] |= bits << near_edge;
        for (int across = 0; across < 3; across++) {
            out->function[near_edge + across] |= columns(1, along);
            out->dark[near_edge + across] |= (bits >> across & 1) << along;
        }
    }
}

void qr_draw_patterns(qr_patterns *out, int version) {
    memset(out, 0, sizeof *out);
    draw_timing(out, qr_side(version));
    draw_corners(out, qr_side(version));
    draw_alignments(out, version);
    draw_version(out, version);
}

/* 7.9.1, Figure 25. */
void qr_format_position(int side, int bit, int copy, int *row, int *column) {
    if (copy == 0) {
        *row = bit < 6 ? bit : bit < 8 ? bit + 1 : 8;
        *column = bit < 8 ? 8 : bit == 8 ? 7 : 14 - bit;
    } else {
        *row = bit < 8 ? 8 : side - 15 + bit;
        *column = bit < 8 ? side - 1 - bit : 8;
    }
}

/*---- Masks, 7.8.2, and packed rows ----*/

uint64_t qr_packed_row(uint64_t bits) {
    bits = (bits >> 1 & LOW_BITS(1)) | (bits & LOW_BITS(1)) << 1;
    bits = (bits >> 2 & LOW_BITS(2)) | (bits & LOW_BITS(2)) << 2;
    return (bits >> 4 & LOW_BITS(4)) | (bits & LOW_BITS(4)) << 4;
}

static uint64_t flipped_row(int row, int mask) {
    /* The condition repeats after six columns. */
    const uint8_t *signatures = qr_mask_signature[row % 12];
    uint64_t six = 0;
    for (int column = 0; column < 6; column++)
        six |= (uint64_t)(signatures[column] >> mask & 1) << column;
    return six * UINT64_C(0x1041041041041041);
}

static uint64_t flipped_column(int column, int mask) {
    /* ... and after twelve rows. */
    uint64_t twelve = 0;
    for (int row = 0; row < 12; row++)
        twelve |= (uint64_t)(qr_mask_signature[row][column % 6] >> mask & 1) << row;
    return twelve * UINT64_C(0x1001001001001001);
}

/* Draws the format information into rows, or with rows and columns exchanged into columns. */
static void draw_format(const qr_plan *plan, int mask, int exchanged, uint64_t *lines) {
    const unsigned format = qr_format_information[plan->level][mask];
    for (int bit = 0; bit < 30; bit++) {
        int row, column;
        qr_format_position(plan->side, bit % 15, bit / 15, &row, &column);
        const uint64_t dark = format >> bit % 15 & 1;
        lines[exchanged ? column : row] |= dark << (exchanged ? row : column);
    }
}

void qr_image_rows(const qr_plan *plan, int mask, uint64_t *rows) {
    uint64_t flips[12];
    for (int row = 0; row < 12; row++)
        flips[row] = flipped_row(row, mask);
    for (int row = 0; row < plan->side; row++)
        rows[row] = plan->patterns.dark[row] | (flips[row % 12] & ~plan->patterns.function[row]);
    for (int row = 0; row < plan->side; row++)
        rows[row] &= columns(plan->side, 0);
    draw_format(plan, mask, 0, rows);
}

void qr_image_columns(const qr_plan *plan, int mask, uint64_t *out) {
    uint64_t flips[6];
    for (int column = 0; column < 6; column++)
        flips[column] = flipped_column(column, mask);
    /* Rows and columns exchanged, function patterns stay as they are, but for the module in row
     * side - 8, column 8 that is always dark: the other way round it is format information. */
    for (int column = 0; column < plan->side; column++)
        out[column] =
            (plan->patterns.dark[column] | (flips[column % 6] & ~plan->patterns.function[column])) &
            columns(plan->side, 0);
    out[plan->side - 8] &= ~columns(1, 8);
    out[8] |= columns(1, plan->side - 8);
    draw_format(plan, mask, 1, out);
}
