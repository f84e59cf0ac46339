/* payload_build.c - rows of digits from columns.
 *
 * Works on blocks of rows that stay in the first-level cache: template, then each column into its
 * place, then the check digits.
 */
#include "payload.h"

enum { BLOCK_ROWS = 32 };

/*---- Words of digits ----*/

/* Bit 7 of each byte that is no digit; a carry out of a byte comes from a fault anyway. */
ELQR_INLINE uint64_t not_digits(uint64_t word) {
    uint64_t above = word + UINT64_C(0x4646464646464646); /* sets bit 7 from 0x3A on */
    uint64_t below = (word | UINT64_C(0x8080808080808080)) - ELQR_ZEROS; /* clears it below 0x30 */
    return (above | ~below | word) & UINT64_C(0x8080808080808080);
}

/* Text of 1 to 8 bytes, '0' in the bytes above it.  Loads overlap instead of going byte by byte. */
ELQR_INLINE uint64_t load_short(const uint8_t *text, size_t length) {
    if (length == 8)
        return load_le64(text);
    uint64_t word = ELQR_ZEROS << 8 * length;
    if (length >= 4)
        return word | load_le32(text) | (uint64_t)load_le32(text + length - 4) << 8 * (length - 4);
    size_t middle = length / 2, last = length - 1;
    return word | text[0] | (uint64_t)text[middle] << 8 * middle | (uint64_t)text[last] << 8 * last;
}

/*---- One value ----*/

/* What is the same in every row of a column. */
typedef struct {
    const elqr_field *field;
    uint64_t limit;
    int is_ranged;
} field_rule;

/* At most eight digits: one word from end to end. */
ELQR_INLINE int put_narrow_text(const field_rule *rule, const uint8_t *text, size_t length,
                                uint8_t *to) {
    size_t width = rule->field->width, zeros = width - length;
    uint64_t word = load_short(text, length);
    if (not_digits(word))
        return ELQR_BAD_CHARACTER;
    if (zeros > 0 && rule->field->pad == ELQR_PAD_LEFT)
        word = word << 8 * zeros | last_digits(ELQR_ZEROS, zeros);
    store_short(to, word, width);
    if (rule->is_ranged && !in_range(rule->field, number(to, width)))
        return ELQR_OUT_OF_RANGE;
    return ELQR_OK;
}

/* Copies digits; 0 if one is none.  The last words overlap. */
ELQR_INLINE int copy_digits(uint8_t *to, const uint8_t *text, size_t length) {
    uint64_t word, faults = 0;
    if (length < 8) {
        word = load_short(text, length);
        store_short(to, word, length);
        return not_digits(word) == 0;
    }
    for (size_t i = 0; i + 8 < length; i += 8) {
        word = load_le64(text + i);
        store_le64(to + i, word);
        faults |= not_digits(word);
    }
    word = load_le64(text + length - 8);
    store_le64(to + length - 8, word);
    return (faults | not_digits(word)) == 0;
}

ELQR_INLINE int put_wide_text(const field_rule *rule, const uint8_t *text, size_t length,
                              uint8_t *to) {
    size_t width = rule->field->width, zeros = width - length;
    if (zeros > 0) {
        for (size_t i = 0; i + 8 < width; i += 8)
            store_le64(to + i, ELQR_ZEROS);
        store_le64(to + width - 8, ELQR_ZEROS);
    }
    if (!copy_digits(rule->field->pad == ELQR_PAD_RIGHT ? to : to + zeros, text, length))
        return ELQR_BAD_CHARACTER;
    if (rule->is_ranged && !in_range(rule->field, number(to, width)))
        return ELQR_OUT_OF_RANGE;
    return ELQR_OK;
}

ELQR_INLINE int put_digits(const field_rule *rule, const uint8_t *text, size_t length,
                           uint8_t *to) {
    size_t width = rule->field->width;
    if (length > width)
        return ELQR_TOO_LONG;
    if (length < width && rule->field->pad == ELQR_PAD_NONE)
        return ELQR_TOO_SHORT;
    return width <= 8 ? put_narrow_text(rule, text, length, to)
                      : put_wide_text(rule, text, length, to);
}

ELQR_INLINE int put_date(const field_rule *rule, const uint8_t *text, size_t length, uint8_t *to) {
    if (length != DATE_DIGITS)
        return ELQR_BAD_DATE;
    uint64_t word = load_le64(text);
    if (not_digits(word))
        return ELQR_BAD_CHARACTER;
    if (!is_calendar_date(eight_digits_value(word)))
        return ELQR_BAD_DATE;
    store_short(to, last_digits(word, rule->field->width), rule->field->width);
    return ELQR_OK;
}

ELQR_INLINE int put_text(const field_rule *rule, const uint8_t *text, size_t length, uint8_t *to) {
    return rule->field->kind == ELQR_FIELD_DATE ? put_date(rule, text, length, to)
                                                : put_digits(rule, text, length, to);
}

/* An integer means the text of its decimal digits. */
static int put_integer_as_text(const field_rule *rule, uint64_t value, uint8_t *to) {
    uint8_t digits[20] = {0};
    size_t first = sizeof digits;
    do {
        digits[--first] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return put_digits(rule, digits + first, sizeof digits - first, to);
}

ELQR_INLINE int put_integer_date(const field_rule *rule, uint64_t value, uint8_t *to) {
    size_t width = rule->field->width;
    if (value < 10000000 || !is_calendar_date(value)) /* fewer than eight digits, or more */
        return ELQR_BAD_DATE;
    store_short(to, last_digits(eight_digits(value), width), width);
    return ELQR_OK;
}

ELQR_INLINE int put_integer(const field_rule *rule, int64_t given, uint8_t *to) {
    const elqr_field *field = rule->field;
    uint64_t value = (uint64_t)given;
    size_t width = field->width;
    if (given < 0)
        return ELQR_OUT_OF_RANGE;
    if (field->kind == ELQR_FIELD_DATE)
        return put_integer_date(rule, value, to);
    if (field->pad == ELQR_PAD_RIGHT || width > 16)
        return put_integer_as_text(rule, value, to);
    if (value >= rule->limit)
        return ELQR_TOO_LONG;
    if (field->pad == ELQR_PAD_NONE && width > 1 && value < rule->limit / 10)
        return ELQR_TOO_SHORT;
    if (rule->is_ranged && !in_range(field, value))
        return ELQR_OUT_OF_RANGE;
    if (width > 8) {
        store_short(to, last_digits(eight_digits(value / 100000000), width - 8), width - 8);
        to += width - 8;
        value %= 100000000;
        width = 8;
    }
    store_short(to, last_digits(eight_digits(value), width), width);
    return ELQR_OK;
}

/*---- Columns ----*/

/* The text of row i; *length is SIZE_MAX where the offsets are impossible. */
ELQR_INLINE const uint8_t *text_of(const elqr_column *column, size_t i, size_t *length) {
    uint64_t start, end;
    if (column->form == ELQR_COLUMN_TEXT32) {
        uint32_t offsets[2];
        memcpy(offsets, column->values + i * 4, sizeof offsets);
        start = offsets[0], end = offsets[1];
    } else {
        uint64_t offsets[2];
        memcpy(offsets, column->values + i * 8, sizeof offsets);
        start = offsets[0], end = offsets[1];
    }
    int possible = start <= end && end <= column->text_size;
    *length = possible ? (size_t)(end - start) : SIZE_MAX;
    return possible && end > start ? column->text + start : (const uint8_t *)"";
}

ELQR_INLINE int is_null(const elqr_column *column, size_t i) {
    if (column->validity == NULL)
        return 0;
    size_t bit = column->validity_start + i;
    return !(column->validity[bit / 8] >> (bit % 8) & 1);
}

/* The value of row i into its first place. */
ELQR_INLINE int put_value(const field_rule *rule, const elqr_column *column, size_t i,
                          uint8_t *to) {
    int if_empty = rule->field->required ? ELQR_EMPTY : ELQR_OK;
    if (is_null(column, i))
        return if_empty;
    if (column->form == ELQR_COLUMN_INT64) {
        int64_t value;
        memcpy(&value, column->values + i * sizeof value, sizeof value);
        return put_integer(rule, value, to);
    }
    size_t length;
    const uint8_t *text = text_of(column, i, &length);
    if (length == SIZE_MAX)
        return ELQR_TRUNCATED;
    return length == 0 ? if_empty : put_text(rule, text, length, to);
}

/* One column of a block.  `bad` gathers, per row of the block, whether any status was not OK. */
static void put_column(const elqr_layout *layout, size_t f, const elqr_column *column, size_t first,
                       size_t count, uint8_t *rows, uint8_t *statuses, uint8_t bad[BLOCK_ROWS]) {
    const elqr_field *field = &layout->fields[f];
    field_rule rule = {field, layout->limits[f], layout->is_ranged[f]};
    for (size_t i = 0; i < count; i++) {
        uint8_t *row = rows + i * layout->length;
        statuses[i] = (uint8_t)put_value(&rule, column, first + i, row + field->offset);
        bad[i] |= statuses[i];
        if (field->repeat != field->offset)
            memcpy(row + field->repeat, row + field->offset, field->width);
    }
}

/* Where rows may differ from the template: from the first field or check up to here. */
static size_t end_of_given(const elqr_layout *layout, const elqr_column *columns) {
    size_t end = layout->tail;
    for (size_t f = 0; f < layout->n_fields; f++) {
        const elqr_field *field = &layout->fields[f];
        size_t last = field->repeat > field->offset ? field->repeat : field->offset;
        if (columns[f].form != ELQR_COLUMN_ABSENT && last + field->width > end)
            end = last + field->width;
    }
    return end;
}

static void finish_row(const elqr_layout *layout, size_t end, uint8_t *row) {
    for (size_t c = 0; c < layout->n_checks; c++)
        check_digits(layout, c, row, layout->prefix, end, row + layout->checks[c].position);
}

size_t elqr_payload_build(const elqr_layout *layout, const elqr_column *columns, size_t n,
                          uint8_t *rows, uint8_t *statuses) {
    size_t stride = layout->length, end = end_of_given(layout, columns), bad_rows = 0;
    for (size_t first = 0; first < n; first += BLOCK_ROWS) {
        size_t count = n - first < BLOCK_ROWS ? n - first : BLOCK_ROWS;
        uint8_t *block = rows + first * stride, bad[BLOCK_ROWS] = {0};
        for (size_t i = 0; i < count; i++)
            memcpy(block + i * stride, layout->template_digits, stride);
        for (size_t f = 0; f < layout->n_fields; f++) {
            if (columns[f].form == ELQR_COLUMN_ABSENT)
                memset(statuses + f * n + first, ELQR_OK, count);
            else
                put_column(layout, f, &columns[f], first, count, block, statuses + f * n + first,
                           bad);
        }
        for (size_t i = 0; i < count; i++) {
            if (ELQR_LIKELY(bad[i] == ELQR_OK)) {
                finish_row(layout, end, block + i * stride);
            } else {
                memset(block + i * stride, 0, stride);
                bad_rows++;
            }
        }
    }
    return bad_rows;
}
