/* payload_parse.c - rows of digits checked against their layout. */
#include "payload.h"

typedef struct {
    int status;
    size_t position;
} fault;

static const fault NO_FAULT = {ELQR_OK, 0};

/* Index of the first literal in [start, end) that differs, or end. */
static size_t other_literal(const elqr_layout *layout, const uint8_t *row, size_t start,
                            size_t end) {
    uint8_t different = 0;
    for (size_t i = start; i < end; i++)
        different |= (row[i] ^ layout->template_digits[i]) & layout->is_literal[i];
    if (ELQR_LIKELY(!different))
        return end;
    while (!((row[start] ^ layout->template_digits[start]) & layout->is_literal[start]))
        start++;
    return start;
}

static size_t first_non_digit(const uint8_t *row, size_t length) {
    uint8_t highest = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t value = (uint8_t)(row[i] - '0');
        highest = value > highest ? value : highest;
    }
    if (ELQR_LIKELY(highest <= 9))
        return length;
    size_t i = 0;
    while (is_digit(row[i]))
        i++;
    return i;
}

static fault wrong_check(const elqr_layout *layout, const uint8_t *row, int crc) {
    uint8_t digits[CRC_DIGITS];
    for (size_t c = 0; c < layout->n_checks; c++) {
        const elqr_check *check = &layout->checks[c];
        if ((check->kind == ELQR_CHECK_CRC16) != crc)
            continue;
        size_t end = layout->tail;
        if (crc && memcmp(row + end, layout->template_digits + end, check->position - end) != 0)
            end = check->position;
        size_t width = check_digits(layout, c, row, layout->prefix, end, digits);
        if (memcmp(digits, row + check->position, width) != 0)
            return (fault){crc ? ELQR_BAD_CRC : ELQR_BAD_CHECK_DIGIT, check->position};
    }
    return NO_FAULT;
}

static fault wrong_repeat(const elqr_layout *layout, const uint8_t *row) {
    for (size_t f = 0; f < layout->n_fields; f++) {
        const elqr_field *field = &layout->fields[f];
        if (field->repeat != field->offset &&
            memcmp(row + field->repeat, row + field->offset, field->width) != 0)
            return (fault){ELQR_AMOUNT_MISMATCH, field->repeat};
    }
    return NO_FAULT;
}

/* The digits that build leaves where no value is given are as good as a value. */
static int is_default(const elqr_layout *layout, const elqr_field *field, const uint8_t *row) {
    return !field->required &&
           memcmp(row + field->offset, layout->template_digits + field->offset, field->width) == 0;
}

/* A date shorter than its eight digits has no century and is not checked. */
static fault wrong_value(const elqr_layout *layout, const uint8_t *row) {
    for (size_t f = 0; f < layout->n_fields; f++) {
        const elqr_field *field = &layout->fields[f];
        const uint8_t *digits = row + field->offset;
        fault wrong = {ELQR_OK, field->offset};
        if (field->kind == ELQR_FIELD_DATE && field->width == DATE_DIGITS) {
            if (!is_calendar_date(number(digits, DATE_DIGITS)))
                wrong.status = ELQR_BAD_DATE;
        } else if (layout->is_ranged[f] && !in_range(field, number(digits, field->width))) {
            wrong.status = ELQR_OUT_OF_RANGE;
        }
        if (wrong.status != ELQR_OK && !is_default(layout, field, row))
            return wrong;
    }
    return NO_FAULT;
}

static fault first_fault(const elqr_layout *layout, const uint8_t *row) {
    size_t position = other_literal(layout, row, 0, layout->prefix);
    if (position < layout->prefix)
        return (fault){ELQR_BAD_PREFIX, position};
    position = first_non_digit(row, layout->length);
    if (position < layout->length)
        return (fault){ELQR_BAD_CHARACTER, position};
    fault found = wrong_check(layout, row, 1);
    if (found.status == ELQR_OK)
        found = wrong_check(layout, row, 0);
    if (found.status == ELQR_OK)
        found = wrong_repeat(layout, row);
    if (found.status != ELQR_OK)
        return found;
    position = other_literal(layout, row, layout->prefix, layout->length);
    if (position < layout->length)
        return (fault){ELQR_BAD_PREFIX, position};
    return wrong_value(layout, row);
}

size_t elqr_payload_parse(const elqr_layout *layout, const uint8_t *rows, size_t n,
                          uint8_t *statuses, uint16_t *positions) {
    size_t bad_rows = 0;
    for (size_t i = 0; i < n; i++) {
        fault found = first_fault(layout, rows + i * layout->length);
        statuses[i] = (uint8_t)found.status;
        positions[i] = (uint16_t)found.position;
        bad_rows += found.status != ELQR_OK;
    }
    return bad_rows;
}
