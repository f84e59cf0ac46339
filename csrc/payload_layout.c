/* payload_layout.c - layouts: where every digit of a row stands, checked and prepared. */
#include "payload.h"

/*---- Check digits ----*/

/* CRC-16/CCITT-FALSE: polynomial 0x1021, no reflection; the caller starts with 0xFFFF. */
static uint16_t crc_byte(uint16_t crc, uint8_t byte) {
    crc = (uint16_t)(crc ^ byte << 8);
    for (int bit = 0; bit < 8; bit++)
        crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    return crc;
}

/* A CRC is linear, so a row's CRC is the template's CRC, exclusive-or what each digit that differs
 * from the template contributes.  crc_pairs[k][10 a + b] is the contribution of digits a, b at 2k
 * and 2k + 1: zero where they equal the template, so that what is constant need not be visited, and
 * zero at and after the CRC itself. */
static void init_crc(elqr_layout *layout, size_t crc_position) {
    uint16_t of_bit[ELQR_LAYOUT_LENGTH][4] = {{0}}; /* bits 0..3 of the byte at each position */
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < crc_position; i++)
        crc = crc_byte(crc, layout->template_digits[i]);
    layout->template_crc = crc;
    for (int bit = 0; bit < 4; bit++) {
        crc = 0;
        for (size_t i = crc_position; i-- > 0;) {
            crc = crc_byte(crc, i + 1 == crc_position ? (uint8_t)(1 << bit) : 0);
            of_bit[i][bit] = crc;
        }
    }
    for (size_t k = 0; k < ELQR_LAYOUT_LENGTH / 2; k++) {
        for (int value = 0; value < 100; value++) {
            int change[2] = {value / 10 ^ (layout->template_digits[2 * k] & 15),
                             value % 10 ^ (layout->template_digits[2 * k + 1] & 15)};
            crc = 0;
            for (int place = 0; place < 2; place++)
                for (int bit = 0; bit < 4; bit++)
                    if (change[place] >> bit & 1)
                        crc ^= of_bit[2 * k + (size_t)place][bit];
            layout->crc_pairs[k][value] = crc;
        }
    }
}

/* Weights over the data, repeating every 16 digits.  CD2 sums the first; CD1 sums the second over
 * CD2 (weight 2) and then the data, hence its weights start with the one for the first data digit.
 * Source: the OCR lines of the MPN forms (docs/formats.md). */
static const uint8_t CD2_WEIGHTS[16] = {9, 1, 8, 1, 7, 1, 6, 1, 5, 1, 4, 1, 3, 1, 2, 1};
static const uint8_t CD1_WEIGHTS[16] = {1, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1, 2};

/* The window holds the data at a fixed size, with weight zero around it, so that the sums are
 * loops of known length.  It is moved left where it would leave the row. */
static void init_pair(elqr_layout *layout, size_t index) {
    const elqr_check *check = &layout->checks[index];
    size_t latest = (size_t)layout->length - ELQR_OCR_WINDOW;
    size_t window = check->start < latest ? check->start : latest;
    layout->window[index] = (uint16_t)window;
    for (size_t i = 0; i < check->length; i++) {
        layout->weights1[index][check->start - window + i] = CD1_WEIGHTS[i % 16];
        layout->weights2[index][check->start - window + i] = CD2_WEIGHTS[i % 16];
    }
}

/*---- Places ----*/

static size_t check_width(uint8_t kind) {
    return kind == ELQR_CHECK_OCR_PAIR ? PAIR_DIGITS : kind == ELQR_CHECK_MOD10 ? 1 : CRC_DIGITS;
}

/* Marks digits as no literal; 0 if they leave the row or are taken already. */
static int claim(elqr_layout *layout, size_t offset, size_t width) {
    if (width == 0 || offset + width > layout->length)
        return 0;
    for (size_t i = offset; i < offset + width; i++) {
        if (!layout->is_literal[i])
            return 0;
        layout->is_literal[i] = 0;
    }
    return 1;
}

static uint64_t power_of_ten(size_t exponent) {
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static int add_field(elqr_layout *layout, const elqr_field *field) {
    int date = field->kind == ELQR_FIELD_DATE;
    if (field->kind > ELQR_FIELD_DATE || field->pad > ELQR_PAD_NONE)
        return 0;
    if (date && field->width > DATE_DIGITS)
        return 0;
    if (!claim(layout, field->offset, field->width))
        return 0;
    if (field->repeat != field->offset && !claim(layout, field->repeat, field->width))
        return 0;
    size_t index = layout->n_fields++;
    layout->fields[index] = *field;
    layout->limits[index] = UINT64_MAX;
    if (field->width < 19) {
        uint64_t limit = power_of_ten(field->width);
        layout->limits[index] = limit;
        layout->is_ranged[index] = field->minimum > 0 || field->maximum < limit - 1;
    }
    return 1;
}

static int add_check(elqr_layout *layout, const elqr_check *check) {
    if (check->kind > ELQR_CHECK_CRC16 || !claim(layout, check->position, check_width(check->kind)))
        return 0;
    size_t index = layout->n_checks++;
    layout->checks[index] = *check;
    if (check->kind == ELQR_CHECK_CRC16) {
        init_crc(layout, check->position);
        return check->position + CRC_DIGITS == layout->length;
    }
    if (check->start + check->length > layout->length)
        return 0;
    if (check->kind == ELQR_CHECK_OCR_PAIR) {
        if (layout->length < ELQR_OCR_WINDOW || check->length > ELQR_OCR_WINDOW - PAIR_DIGITS)
            return 0;
        init_pair(layout, index);
    }
    return 1;
}

/* Where the digits end that differ from row to row when no optional column is given. */
static size_t end_of_required(const elqr_layout *layout) {
    size_t end = 0;
    for (size_t i = 0; i < layout->n_fields; i++) {
        const elqr_field *field = &layout->fields[i];
        size_t last = field->repeat > field->offset ? field->repeat : field->offset;
        if (field->required && last + field->width > end)
            end = last + field->width;
    }
    for (size_t i = 0; i < layout->n_checks; i++) {
        const elqr_check *check = &layout->checks[i];
        size_t check_end = check->position + check_width(check->kind);
        if (check->kind != ELQR_CHECK_CRC16 && check_end > end)
            end = check_end;
    }
    return end;
}

int elqr_layout_init(elqr_layout *layout, const uint8_t *template_digits, size_t length,
                     const elqr_field *fields, size_t n_fields, const elqr_check *checks,
                     size_t n_checks) {
    memset(layout, 0, sizeof *layout);
    if (length > ELQR_LAYOUT_LENGTH || n_fields > ELQR_LAYOUT_FIELDS ||
        n_checks > ELQR_LAYOUT_CHECKS)
        return ELQR_TOO_LONG;
    layout->length = (uint16_t)length;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(template_digits[i]))
            return ELQR_BAD_CHARACTER;
        layout->template_digits[i] = template_digits[i];
        layout->is_literal[i] = 0xFF;
    }
    for (size_t i = 0; i < n_fields; i++)
        if (!add_field(layout, &fields[i]))
            return ELQR_OUT_OF_RANGE;
    for (size_t i = 0; i < n_checks; i++)
        if ((i > 0 && checks[i - 1].kind == ELQR_CHECK_CRC16) || !add_check(layout, &checks[i]))
            return ELQR_OUT_OF_RANGE;
    while (layout->prefix < length && layout->is_literal[layout->prefix])
        layout->prefix++;
    layout->tail = (uint16_t)end_of_required(layout);
    return ELQR_OK;
}
