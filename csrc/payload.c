/* payload.c - rows of digits from columns, and back, as a layout says.
 *
 * Building works on blocks of rows that stay in the first-level cache: template, then each column
 * into its place, then the check digits.
 */
#include "common.h"
#include "elqr.h"

enum { BLOCK_ROWS = 32, DATE_DIGITS = 8, PAIR_DIGITS = 2, CRC_DIGITS = 5 };

/* ---- Small numbers ----------------------------------------------------------------------------
 */

ELQR_INLINE uint64_t load_le64(const uint8_t *bytes) {
    return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
           (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
           (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
}

ELQR_INLINE int is_digit(uint8_t byte) {
    return (uint8_t)(byte - '0') <= 9;
}

static uint64_t number(const uint8_t *digits, size_t width) {
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value * 10 + (uint64_t)(digits[i] & 15);
    return value;
}

/* Writes the last `width` decimal digits of `value`. */
ELQR_INLINE void write_number(uint8_t *digits, size_t width, uint64_t value) {
    while (width-- > 0) {
        digits[width] = (uint8_t)('0' + value % 10);
        value /= 10;
    }
}

static uint64_t power_of_ten(size_t exponent) {
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Gregorian calendar, years 0001 to 9999. */
static int is_calendar_date(const uint8_t yyyymmdd[DATE_DIGITS]) {
    static const uint8_t month_days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t year = number(yyyymmdd, 4), month = number(yyyymmdd + 4, 2);
    uint64_t day = number(yyyymmdd + 6, 2);
    if (year == 0 || month == 0 || month > 12 || day == 0)
        return 0;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= (uint64_t)(month_days[month] + (month == 2 && leap));
}

/* ---- Check digits -----------------------------------------------------------------------------
 */

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

/* CRC of a row that equals the template outside [start, end).  Every byte there is a digit, hence
 * the table index is below 100. */
static uint16_t row_crc(const elqr_layout *layout, const uint8_t *row, size_t start, size_t end) {
    uint16_t crc = layout->template_crc;
    size_t i = start & ~(size_t)1;
    for (; i < end && i + 8 <= layout->length; i += 8) {
        const uint16_t(*pairs)[100] = &layout->crc_pairs[i / 2];
        uint64_t digits = load_le64(row + i) & 0x0F0F0F0F0F0F0F0F;
        uint64_t values = digits * 10 + (digits >> 8); /* 10 a + b in bytes 0, 2, 4, 6 */
        crc ^= (uint16_t)(pairs[0][values & 0xFF] ^ pairs[1][values >> 16 & 0xFF] ^
                          pairs[2][values >> 32 & 0xFF] ^ pairs[3][values >> 48 & 0xFF]);
    }
    for (; i < end; i += 2) {
        int second = i + 1 < layout->length ? row[i + 1] & 15 : 0;
        crc ^= layout->crc_pairs[i / 2][(row[i] & 15) * 10 + second];
    }
    return crc;
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

/* CD1 CD2 of a row.  Sums stay below 62 * 9 * 9 + 18 = 5040. */
ELQR_INLINE void pair_digits(const elqr_layout *layout, size_t index, const uint8_t *row,
                             uint8_t pair[PAIR_DIGITS]) {
    const uint8_t *weights1 = layout->weights1[index], *weights2 = layout->weights2[index];
    const uint8_t *digits = row + layout->window[index];
    uint16_t sum1 = 0, sum2 = 0;
    for (size_t i = 0; i < ELQR_OCR_WINDOW; i++) {
        uint16_t digit = digits[i] & 15;
        sum1 = (uint16_t)(sum1 + digit * weights1[i]);
        sum2 = (uint16_t)(sum2 + digit * weights2[i]);
    }
    unsigned cd2 = sum2 % 10u;
    unsigned cd1 = (sum1 + 2 * cd2) % 11 % 10;
    pair[0] = (uint8_t)('0' + cd1);
    pair[1] = (uint8_t)('0' + cd2);
}

static uint8_t mod10_digit(const uint8_t *digits, size_t length) {
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += (unsigned)(digits[length - 1 - i] & 15) * (i % 2 ? 1u : 3u);
    return (uint8_t)('0' + (10 - sum % 10) % 10);
}

/* Writes the digits that belong at a check's position; returns how many.  [start, end) as for
 * row_crc. */
ELQR_INLINE size_t check_digits(const elqr_layout *layout, size_t index, const uint8_t *row,
                                size_t start, size_t end, uint8_t digits[CRC_DIGITS]) {
    const elqr_check *check = &layout->checks[index];
    switch (check->kind) {
    case ELQR_CHECK_OCR_PAIR:
        pair_digits(layout, index, row, digits);
        return PAIR_DIGITS;
    case ELQR_CHECK_MOD10:
        digits[0] = mod10_digit(row + check->start, check->length);
        return 1;
    default:
        write_number(digits, CRC_DIGITS, row_crc(layout, row, start, end));
        return CRC_DIGITS;
    }
}

/* ---- Layout -----------------------------------------------------------------------------------
 */

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
    layout->fields[layout->n_fields++] = *field;
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

/* ---- Build ------------------------------------------------------------------------------------
 */

/* Bit 7 of each byte that is no digit. */
ELQR_INLINE uint64_t not_digits(uint64_t word) {
    uint64_t above = word + 0x4646464646464646;                        /* sets bit 7 from 0x3A on */
    uint64_t below = (word | 0x8080808080808080) - 0x3030303030303030; /* clears it below 0x30 */
    return (above | ~below | word) & 0x8080808080808080;
}

/* Copies text and says whether all of it is digits.  Words overlap at the end instead of leaving a
 * rest to single bytes. */
ELQR_INLINE int copy_digits(uint8_t *to, const uint8_t *from, size_t length) {
    if (length < 8) {
        int good = 1;
        for (size_t i = 0; i < length; i++) {
            to[i] = from[i];
            good &= is_digit(from[i]);
        }
        return good;
    }
    uint64_t word, faults = 0;
    for (size_t i = 0; i + 8 < length; i += 8) {
        memcpy(&word, from + i, 8);
        memcpy(to + i, &word, 8);
        faults |= not_digits(word);
    }
    memcpy(&word, from + length - 8, 8);
    memcpy(to + length - 8, &word, 8);
    return (faults | not_digits(word)) == 0;
}

/* A field's rule, with what is the same for every row worked out. */
typedef struct {
    const elqr_field *field;
    uint64_t limit; /* values have to stay below; 0: the width is too large to say */
    int ranged;     /* minimum or maximum say more than the width */
} field_rule;

static field_rule rule_of(const elqr_field *field) {
    field_rule rule = {field, 0, 0};
    if (field->width < 19) {
        rule.limit = power_of_ten(field->width);
        rule.ranged = field->minimum > 0 || field->maximum < rule.limit - 1;
    }
    return rule;
}

ELQR_INLINE int in_range(const elqr_field *field, uint64_t value) {
    return value >= field->minimum && value <= field->maximum;
}

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

static int put_date(const elqr_field *field, const uint8_t *text, size_t length, uint8_t *to) {
    uint8_t date[DATE_DIGITS];
    if (length != DATE_DIGITS)
        return ELQR_BAD_DATE;
    if (!copy_digits(date, text, DATE_DIGITS))
        return ELQR_BAD_CHARACTER;
    if (!is_calendar_date(date))
        return ELQR_BAD_DATE;
    memcpy(to, date + DATE_DIGITS - field->width, field->width);
    return ELQR_OK;
}

ELQR_INLINE int put_text(const field_rule *rule, const uint8_t *text, size_t length, uint8_t *to) {
    const elqr_field *field = rule->field;
    size_t zeros = field->width - length;
    if (length > field->width)
        return ELQR_TOO_LONG;
    if (zeros > 0 && field->pad == ELQR_PAD_NONE)
        return ELQR_TOO_SHORT;
    size_t before = field->pad == ELQR_PAD_RIGHT ? 0 : zeros;
    for (size_t i = 0; i < zeros; i++)
        to[before ? i : length + i] = '0';
    if (!copy_digits(to + before, text, length))
        return ELQR_BAD_CHARACTER;
    if (rule->ranged && !in_range(field, number(to, field->width)))
        return ELQR_OUT_OF_RANGE;
    return ELQR_OK;
}

/* An integer means the text of its decimal digits. */
static int put_integer_as_text(const field_rule *rule, uint64_t value, uint8_t *to) {
    uint8_t digits[20];
    size_t length = 1;
    for (uint64_t rest = value / 10; rest > 0; rest /= 10)
        length++;
    write_number(digits, length, value);
    return rule->field->kind == ELQR_FIELD_DATE ? put_date(rule->field, digits, length, to)
                                                : put_text(rule, digits, length, to);
}

ELQR_INLINE int put_integer(const field_rule *rule, int64_t given, uint8_t *to) {
    const elqr_field *field = rule->field;
    uint64_t value = (uint64_t)given;
    if (given < 0)
        return ELQR_OUT_OF_RANGE;
    if (field->kind == ELQR_FIELD_DATE || field->pad != ELQR_PAD_LEFT || rule->limit == 0)
        return put_integer_as_text(rule, value, to);
    if (value >= rule->limit)
        return ELQR_TOO_LONG;
    if (rule->ranged && !in_range(field, value))
        return ELQR_OUT_OF_RANGE;
    write_number(to, field->width, value);
    return ELQR_OK;
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
    if (length == 0)
        return if_empty;
    if (rule->field->kind == ELQR_FIELD_DATE)
        return put_date(rule->field, text, length, to);
    return put_text(rule, text, length, to);
}

/* One column of a block.  `bad` gathers, per row of the block, whether any status was not OK. */
static void put_column(const elqr_field *field, const elqr_column *column, size_t first,
                       size_t count, uint8_t *rows, size_t stride, uint8_t *statuses,
                       uint8_t bad[BLOCK_ROWS]) {
    field_rule rule = rule_of(field);
    for (size_t i = 0; i < count; i++) {
        uint8_t *place = rows + i * stride + field->offset;
        statuses[i] = (uint8_t)put_value(&rule, column, first + i, place);
        bad[i] |= statuses[i];
        if (field->repeat != field->offset)
            memcpy(rows + i * stride + field->repeat, place, field->width);
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
    uint8_t digits[CRC_DIGITS];
    for (size_t c = 0; c < layout->n_checks; c++) {
        size_t width = check_digits(layout, c, row, layout->prefix, end, digits);
        memcpy(row + layout->checks[c].position, digits, width);
    }
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
                put_column(&layout->fields[f], &columns[f], first, count, block, stride,
                           statuses + f * n + first, bad);
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

/* ---- Parse ------------------------------------------------------------------------------------
 */

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

/* A date shorter than its eight digits has no century and is not checked. */
static fault wrong_value(const elqr_layout *layout, const uint8_t *row) {
    for (size_t f = 0; f < layout->n_fields; f++) {
        const elqr_field *field = &layout->fields[f];
        const uint8_t *digits = row + field->offset;
        if (field->kind == ELQR_FIELD_DATE) {
            if (field->width == DATE_DIGITS && !is_calendar_date(digits))
                return (fault){ELQR_BAD_DATE, field->offset};
        } else if (rule_of(field).ranged && !in_range(field, number(digits, field->width))) {
            return (fault){ELQR_OUT_OF_RANGE, field->offset};
        }
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
