#include "qr_decode.h"

#include "bits.h"
#include "elqr.h"
#include "qr_encode.h"
#include "qr_matrix.h"

#include <string.h>

/*---- Placement and masks, 7.7.3 and 7.8 ----*/

static void order_bits(qr_places *places, const qr_matrix *matrix) {
    const int side = places->side, bits = 8 * places->codewords;
    int bit = 0, upwards = 1;
    for (int right = side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        for (int step = 0; step < side; step++) {
            const int row = upwards ? side - 1 - step : step;
            for (int column = right; column >= right - 1; column--) {
                const int module = row * side + column;
                if (!(matrix->modules[module] & QR_FUNCTION) && bit < bits)
                    places->order[bit++] = (uint16_t)module;
            }
        }
    }
}

void qr_places_init(qr_places *places, int version) {
    qr_matrix matrix;
    qr_matrix_init(&matrix, version);
    places->version = version;
    places->side = matrix.side;
    places->codewords = qr_total_codewords[version];
    order_bits(places, &matrix);
    memset(places->masks, 0, sizeof places->masks);
    for (int bit = 0; bit < 8 * places->codewords; bit++) {
        const int row = places->order[bit] / matrix.side, column = places->order[bit] % matrix.side;
        const unsigned signature = qr_mask_signature[row % 12][column % 6];
        for (int mask = 0; mask < 8; mask++)
            places->masks[mask][bit / 8] |= (uint8_t)((signature >> mask & 1) << (7 - bit % 8));
    }
}

void qr_read_codewords(const qr_places *places, const uint8_t *modules, int mask,
                       uint8_t *codewords) {
    const uint16_t *order = places->order;
    for (int i = 0; i < places->codewords; i++, order += 8) {
        unsigned codeword = 0;
        for (int bit = 0; bit < 8; bit++)
            codeword = codeword << 1 | (modules[order[bit]] & QR_DARK);
        codewords[i] = (uint8_t)(codeword ^ places->masks[mask][i]);
    }
}

/*---- Format information, 7.9 ----*/

static int ones(unsigned word) {
    int count = 0;
    for (; word != 0; word &= word - 1)
        count++;
    return count;
}

/* In column 8 of the first copy of the format information, and in row 8 of the second. */
enum { COLUMN_BITS = 0xFF };

/* Figure 25: the copy around the upper left finder pattern, and the one that is split between the
 * other two; bit 0 is the least significant. */
static void read_format_words(const uint8_t *modules, int side, unsigned words[2]) {
    words[0] = words[1] = 0;
    for (int bit = 14; bit >= 0; bit--) {
        const int down = bit < 6 ? bit : bit < 8 ? bit + 1 : 8;
        const int across = bit < 8 ? 8 : bit == 8 ? 7 : 14 - bit;
        const int other = bit < 8 ? 8 * side + side - 1 - bit : (side - 15 + bit) * side + 8;
        words[0] = words[0] << 1 | (modules[down * side + across] & QR_DARK);
        words[1] = words[1] << 1 | (modules[other] & QR_DARK);
    }
}

/* Each copy's code corrects three errors; a copy that is farther off says nothing about how much
 * farther. */
enum { CORRECTABLE = 3, LOST = 5 };

static int at_most(int value, int limit) {
    return value < limit ? value : limit;
}

int qr_read_format(const uint8_t *modules, int side, int *level, int *mask) {
    unsigned words[2];
    int lowest = 2 * LOST + 1, nearest = 15;
    read_format_words(modules, side, words);
    for (int i = 0; i < 32 && lowest > 0; i++) {
        const unsigned word = qr_format_information[i / 8][i % 8];
        const int first = at_most(ones(words[0] ^ word), LOST);
        const int second = at_most(ones(words[1] ^ word), LOST);
        if (first + second >= lowest)
            continue;
        lowest = first + second;
        nearest = first < second ? first : second;
        *level = i / 8;
        *mask = i % 8;
    }
    return nearest <= CORRECTABLE;
}

int qr_read_format_line(const uint8_t *modules, int side, int *level, int *mask) {
    unsigned words[2];
    int lowest = 2;
    read_format_words(modules, side, words);
    const unsigned column = (words[0] & COLUMN_BITS) | (words[1] & ~(unsigned)COLUMN_BITS);
    const unsigned row = (words[1] & COLUMN_BITS) | (words[0] & ~(unsigned)COLUMN_BITS);
    for (int i = 0; i < 32; i++) {
        const unsigned word = qr_format_information[i / 8][i % 8];
        const int in_column = ones(column ^ word), in_row = ones(row ^ word);
        const int wrong = in_column < in_row ? in_column : in_row;
        if (wrong >= lowest)
            continue;
        lowest = wrong;
        *level = i / 8;
        *mask = i % 8;
    }
    return lowest < 2;
}

/*---- Segments, 7.4 ----*/

typedef struct {
    const uint8_t *bytes;
    int at, end; /* bits */
} bit_source;

/* The next bits, at most 32, as a number.  The caller has asked whether they are there. */
ELQR_INLINE unsigned take(bit_source *source, int bits) {
    const size_t first = (size_t)source->at / 8, bytes = ((size_t)source->end + 7) / 8;
    const uint64_t window = elqr_load64_end(source->bytes + first, bytes - first);
    const uint64_t rest = window << source->at % 8;
    source->at += bits;
    return (unsigned)(rest >> 1 >> (63 - bits)); /* of no bits, 0 */
}

static int left(const bit_source *source) {
    return source->end - source->at;
}

/* The one or two digits that are left after all groups of three. */
static int read_last_digits(bit_source *source, int digits, uint8_t *content) {
    const int bits = digits == 1 ? 4 : 7, limit = digits == 1 ? 10 : 100;
    if (left(source) < bits)
        return ELQR_TRUNCATED;
    const int value = (int)take(source, bits);
    if (value >= limit)
        return ELQR_BAD_CODE;
    if (digits == 2)
        *content++ = (uint8_t)('0' + value / 10);
    *content = (uint8_t)('0' + value % 10);
    return ELQR_OK;
}

static int read_numeric(bit_source *source, size_t count, uint8_t *content) {
    for (; count >= 3; count -= 3, content += 3) {
        if (left(source) < 10)
            return ELQR_TRUNCATED;
        const unsigned value = take(source, 10);
        if (value >= 1000)
            return ELQR_BAD_CODE;
        content[0] = (uint8_t)('0' + value / 100);
        content[1] = (uint8_t)('0' + value / 10 % 10);
        content[2] = (uint8_t)('0' + value % 10);
    }
    return count ? read_last_digits(source, (int)count, content) : ELQR_OK;
}

static int read_alphanumeric(bit_source *source, size_t count, uint8_t *content) {
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    while (count > 0) {
        const int pair = count >= 2;
        if (left(source) < (pair ? 11 : 6))
            return ELQR_TRUNCATED;
        const unsigned value = take(source, pair ? 11 : 6);
        if (value >= (pair ? 45 * 45 : 45))
            return ELQR_BAD_CODE;
        if (pair)
            *content++ = (uint8_t)characters[value / 45];
        *content++ = (uint8_t)characters[value % 45];
        count -= pair ? 2 : 1;
    }
    return ELQR_OK;
}

static int read_bytes(bit_source *source, size_t count, uint8_t *content) {
    if ((size_t)left(source) < 8 * count)
        return ELQR_TRUNCATED;
    for (size_t i = 0; i < count; i++)
        content[i] = (uint8_t)take(source, 8);
    return ELQR_OK;
}

/* Table 4: one, two or three bytes; the first says how many. */
static int skip_eci(bit_source *source) {
    if (left(source) < 8)
        return ELQR_TRUNCATED;
    const unsigned first = take(source, 8);
    const int more = first < 0x80 ? 0 : first < 0xC0 ? 8 : 16;
    if (left(source) < more)
        return ELQR_TRUNCATED;
    take(source, more);
    return ELQR_OK;
}

static int read_segment(bit_source *source, int mode, int version, uint8_t *content,
                        size_t capacity, size_t *length) {
    const int count_bits = qr_count_bits(mode, version);
    if (left(source) < count_bits)
        return ELQR_TRUNCATED;
    const size_t count = take(source, count_bits);
    if (count > capacity)
        return ELQR_BUFFER_TOO_SMALL;
    *length = count;
    if (mode == ELQR_QR_NUMERIC)
        return read_numeric(source, count, content);
    if (mode == ELQR_QR_ALPHANUMERIC)
        return read_alphanumeric(source, count, content);
    return read_bytes(source, count, content);
}

/* 7.4.9: four 0 bits end the data; where fewer are left, the symbol's end does.  An eL-QR's 255
 * digits leave none. */
int qr_read_segments(const uint8_t *data, int data_codewords, int version, uint8_t *content,
                     size_t capacity, size_t *length) {
    enum { TERMINATOR = 0, ECI = 7 };
    bit_source source = {data, 0, 8 * data_codewords};
    int status = ELQR_OK;
    *length = 0;
    while (status == ELQR_OK && left(&source) >= 4) {
        const int mode = (int)take(&source, 4);
        size_t added = 0;
        if (mode == TERMINATOR)
            break;
        if (mode == ECI)
            status = skip_eci(&source);
        else if (mode == ELQR_QR_NUMERIC || mode == ELQR_QR_ALPHANUMERIC || mode == ELQR_QR_BYTE)
            status =
                read_segment(&source, mode, version, content + *length, capacity - *length, &added);
        else
            status = ELQR_BAD_MODE;
        if (status == ELQR_OK)
            *length += added;
    }
    return status;
}

/*---- The whole symbol ----*/

static int version_of(int side) {
    return side >= 21 && side <= QR_MAX_SIDE && side % 4 == 1 ? (side - 17) / 4 : 0;
}

int elqr_qr_decode(const uint8_t *modules, int side, uint8_t *content, size_t capacity,
                   elqr_qr_content *result) {
    uint8_t codewords[QR_MAX_CODEWORDS], data[QR_MAX_DATA_CODEWORDS];
    qr_places places;
    qr_correction correction;
    memset(result, 0, sizeof *result);
    result->version = version_of(side);
    if (result->version == 0)
        return ELQR_BAD_VERSION;
    if (!qr_read_format(modules, side, &result->level, &result->mask))
        return ELQR_TOO_DAMAGED;
    qr_places_init(&places, result->version);
    qr_read_codewords(&places, modules, result->mask, codewords);
    const int status =
        qr_correct(result->version, result->level, codewords, NULL, NULL, data, &correction);
    if (status != ELQR_OK)
        return status;
    result->corrected = correction.corrected;
    result->unused_ec = correction.unused;
    return qr_read_segments(data, qr_data_codewords(result->version, result->level),
                            result->version, content, capacity, &result->length);
}
