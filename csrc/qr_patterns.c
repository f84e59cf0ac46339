/* Function patterns, masks and format information as rows of bits: bit x of a row is column x. */
#include "qr_fast.h"

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
void qr_list_format(int side, uint8_t rows[30], uint8_t columns[30]) {
    for (int bit = 0; bit < 15; bit++) {
        rows[bit] = (uint8_t)(bit < 6 ? bit : bit < 8 ? bit + 1 : 8);
        columns[bit] = (uint8_t)(bit < 8 ? 8 : bit == 8 ? 7 : 14 - bit);
        rows[15 + bit] = (uint8_t)(bit < 8 ? 8 : side - 15 + bit);
        columns[15 + bit] = (uint8_t)(bit < 8 ? side - 1 - bit : 8);
    }
}

/*---- Masks, 7.8.2, and packed rows ----*/

uint64_t qr_packed_row(uint64_t bits) {
    bits = (bits >> 1 & LOW_BITS(1)) | (bits & LOW_BITS(1)) << 1;
    bits = (bits >> 2 & LOW_BITS(2)) | (bits & LOW_BITS(2)) << 2;
    return (bits >> 4 & LOW_BITS(4)) | (bits & LOW_BITS(4)) << 4;
}

/* Lines of light codewords under a mask whose lines repeat after `period` ones. */
static void draw_lines(const qr_plan *plan, const uint64_t *repeated, int period,
                       uint64_t *restrict lines) {
    const qr_patterns *patterns = &plan->patterns;
    const uint64_t within = columns(plan->side, 0);
    uint64_t flips[QR_FAST_SIDE + 12];
    for (int first = 0; first < plan->side; first += period)
        memcpy(flips + first, repeated, (size_t)period * sizeof *repeated);
    for (int i = 0; i < plan->side; i++)
        lines[i] = (patterns->dark[i] | (flips[i] & ~patterns->function[i])) & within;
}

/* Draws the format information: bit `across[i]` of line `along[i]`. */
static void draw_format(const qr_plan *plan, int mask, const uint8_t along[30],
                        const uint8_t across[30], uint64_t *lines) {
    const uint64_t format = qr_format_information[plan->level][mask];
    for (int bit = 0; bit < 15; bit++) {
        const uint64_t dark = format >> bit & 1;
        lines[along[bit]] |= dark << across[bit];
        lines[along[15 + bit]] |= dark << across[15 + bit];
    }
}

void qr_image_rows(const qr_plan *plan, int mask, uint64_t *rows) {
    draw_lines(plan, qr_mask_rows[mask], 12, rows);
    draw_format(plan, mask, plan->format_row, plan->format_column, rows);
}

void qr_image_columns(const qr_plan *plan, int mask, uint64_t *out) {
    /* Rows and columns exchanged, function patterns stay as they are, but for the module in row
     * side - 8, column 8 that is always dark: the other way round it is format information. */
    draw_lines(plan, qr_mask_columns[mask], 6, out);
    out[plan->side - 8] &= ~columns(1, 8);
    out[8] |= columns(1, plan->side - 8);
    draw_format(plan, mask, plan->format_column, plan->format_row, out);
}
