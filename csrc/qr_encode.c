#include "qr_encode.h"

#include "elqr.h"
#include "gf256.h"
#include "qr_matrix.h"
#include "qr_tables.h"

#include <string.h>

/*---- Modes and capacities, 7.3 and 7.4.1 ----*/

static int is_mode(int mode) {
    return mode == ELQR_QR_NUMERIC || mode == ELQR_QR_ALPHANUMERIC || mode == ELQR_QR_BYTE;
}

static int is_version(int version) {
    return version >= 1 && version <= QR_MAX_VERSION;
}

static int is_level(int level) {
    return level >= ELQR_QR_L && level <= ELQR_QR_H;
}

int qr_check_arguments(int mode, int version, int level, int mask) {
    if (!is_mode(mode))
        return ELQR_BAD_MODE;
    if (!is_version(version))
        return ELQR_BAD_VERSION;
    if (!is_level(level))
        return ELQR_BAD_LEVEL;
    if (mask < ELQR_QR_AUTOMATIC || mask > 7)
        return ELQR_BAD_MASK;
    return ELQR_OK;
}

static int is_digit(uint8_t character) {
    return character >= '0' && character <= '9';
}

static int mode_holds(int mode, uint8_t character) {
    if (mode == ELQR_QR_NUMERIC)
        return is_digit(character);
    if (mode == ELQR_QR_ALPHANUMERIC)
        return qr_alphanumeric_value[character] != QR_NOT_ALPHANUMERIC;
    return 1;
}

size_t elqr_qr_span(const uint8_t *data, size_t length, int mode) {
    size_t i = 0;
    while (i < length && is_mode(mode) && mode_holds(mode, data[i]))
        i++;
    return i;
}

static int all_alphanumeric(const uint8_t *data, size_t length) {
    unsigned other = 0;
    for (size_t i = 0; i < length; i++)
        other |= qr_alphanumeric_value[data[i]] == QR_NOT_ALPHANUMERIC;
    return !other;
}

int elqr_qr_narrowest_mode(const uint8_t *data, size_t length) {
    if (qr_are_digits(data, length))
        return ELQR_QR_NUMERIC;
    return all_alphanumeric(data, length) ? ELQR_QR_ALPHANUMERIC : ELQR_QR_BYTE;
}

/* For versions 1-9, 10-26 and 27-40. */
int qr_count_bits(int mode, int version) {
    static const uint8_t numeric[3] = {10, 12, 14}, alphanumeric[3] = {9, 11, 13},
                         byte[3] = {8, 16, 16};
    const int range = version < 10 ? 0 : version < 27 ? 1 : 2;
    if (mode == ELQR_QR_NUMERIC)
        return numeric[range];
    return mode == ELQR_QR_ALPHANUMERIC ? alphanumeric[range] : byte[range];
}

size_t elqr_qr_capacity(int version, int level, int mode) {
    if (!is_version(version) || !is_level(level) || !is_mode(mode))
        return 0;
    const int bits = 8 * qr_data_codewords(version, level) - 4 - qr_count_bits(mode, version);
    if (mode == ELQR_QR_NUMERIC) /* 10 bits for three digits, 7 for two, 4 for one */
        return (size_t)(bits / 10 * 3 + (bits % 10 >= 7 ? 2 : bits % 10 >= 4 ? 1 : 0));
    if (mode == ELQR_QR_ALPHANUMERIC) /* 11 bits for two characters, 6 for one */
        return (size_t)(bits / 11 * 2 + (bits % 11 >= 6 ? 1 : 0));
    return (size_t)(bits / 8);
}

int elqr_qr_smallest_version(size_t length, int level, int mode) {
    if (!is_level(level) || !is_mode(mode))
        return 0;
    for (int version = 1; version <= QR_MAX_VERSION; version++)
        if (length <= elqr_qr_capacity(version, level, mode))
            return version;
    return 0;
}

int elqr_qr_side(int version) {
    return is_version(version) ? qr_side(version) : 0;
}

/*---- Data encodation, 7.4 ----*/

typedef struct {
    uint8_t *bytes; /* zeroed by the owner */
    int length;     /* bits */
} bit_stream;

static void append(bit_stream *stream, unsigned value, int bits) {
    for (int bit = bits - 1; bit >= 0; bit--, stream->length++)
        stream->bytes[stream->length / 8] |=
            (uint8_t)((value >> bit & 1) << (7 - stream->length % 8));
}

/* 7.4.3: three digits in 10 bits, the last two in 7 or the last one in 4. */
static void append_numeric(bit_stream *stream, const uint8_t *data, size_t length) {
    static const uint8_t bits[4] = {0, 4, 7, 10};
    for (size_t i = 0; i < length; i += 3) {
        const size_t count = length - i < 3 ? length - i : 3;
        unsigned value = 0;
        for (size_t j = 0; j < count; j++)
            value = value * 10 + (unsigned)(data[i + j] - '0');
        append(stream, value, bits[count]);
    }
}

/* 7.4.4: two characters in 11 bits, a last one in 6. */
static void append_alphanumeric(bit_stream *stream, const uint8_t *data, size_t length) {
    size_t i = 0;
    for (; i + 1 < length; i += 2)
        append(stream, qr_alphanumeric_value[data[i]] * 45u + qr_alphanumeric_value[data[i + 1]],
               11);
    if (i < length)
        append(stream, qr_alphanumeric_value[data[i]], 6);
}

/* 7.4.5 */
static void append_bytes(bit_stream *stream, const uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++)
        append(stream, data[i], 8);
}

/* 7.4.9 and 7.4.10: up to four 0 bits end the data, fewer or none where the symbol is full; zeros
 * fill the last codeword, and 236 and 17 in turn fill the codewords that remain. */
static void append_end(bit_stream *stream, int data_codewords) {
    const int room = 8 * data_codewords - stream->length;
    stream->length += room < 4 ? room : 4;
    stream->length = (stream->length + 7) / 8 * 8;
    for (int pad = 0; stream->length < 8 * data_codewords; pad++)
        append(stream, pad % 2 ? 0x11 : 0xEC, 8);
}

static void encode_data(const uint8_t *data, size_t length, int mode, int version, int level,
                        uint8_t *codewords) {
    const int data_codewords = qr_data_codewords(version, level);
    bit_stream stream = {codewords, 0};
    memset(codewords, 0, (size_t)data_codewords);
    append(&stream, (unsigned)mode, 4); /* the codes of elqr.h are the indicators of Table 2 */
    append(&stream, (unsigned)length, qr_count_bits(mode, version));
    if (mode == ELQR_QR_NUMERIC)
        append_numeric(&stream, data, length);
    else if (mode == ELQR_QR_ALPHANUMERIC)
        append_alphanumeric(&stream, data, length);
    else
        append_bytes(&stream, data, length);
    append_end(&stream, data_codewords);
}

/*---- Error correction and final message, 7.5 and 7.6 ----*/

qr_blocks qr_block_structure(int version, int level) {
    const int count = qr_block_count[level][version];
    const int data = qr_data_codewords(version, level);
    const qr_blocks blocks = {count, count - data % count, data / count,
                              qr_ec_codewords_per_block[level][version]};
    return blocks;
}

int qr_block_start(const qr_blocks *blocks, int block) {
    const int longer = block > blocks->shorts ? block - blocks->shorts : 0;
    return block * blocks->length + longer;
}

static void error_correction(const qr_blocks *blocks, const uint8_t *data, uint8_t *ec) {
    for (int block = 0; block < blocks->count; block++) {
        const int start = qr_block_start(blocks, block), end = qr_block_start(blocks, block + 1);
        gf256_rs_encode(data + start, (size_t)(end - start), blocks->ec, ec + block * blocks->ec);
    }
}

/* The first data codeword of every block, the second of every block, ...; then the error
 * correction codewords in the same way. */
static void interleave(const qr_blocks *blocks, const uint8_t *data, const uint8_t *ec,
                       uint8_t *codewords) {
    for (int i = 0; i <= blocks->length; i++)
        for (int block = i < blocks->length ? 0 : blocks->shorts; block < blocks->count; block++)
            *codewords++ = data[qr_block_start(blocks, block) + i];
    for (int i = 0; i < blocks->ec; i++)
        for (int block = 0; block < blocks->count; block++)
            *codewords++ = ec[block * blocks->ec + i];
}

int qr_final_message(const uint8_t *data, size_t length, int mode, int version, int level,
                     uint8_t *codewords) {
    uint8_t message[QR_MAX_DATA_CODEWORDS], ec[QR_MAX_EC_CODEWORDS];
    if (length == 0)
        return ELQR_EMPTY;
    if (length > elqr_qr_capacity(version, level, mode))
        return ELQR_TOO_LONG;
    if (elqr_qr_span(data, length, mode) < length)
        return ELQR_BAD_CHARACTER;
    const qr_blocks blocks = qr_block_structure(version, level);
    encode_data(data, length, mode, version, level, message);
    error_correction(&blocks, message, ec);
    interleave(&blocks, message, ec, codewords);
    return ELQR_OK;
}

/*---- The whole symbol ----*/

int elqr_qr_encode_one(const uint8_t *data, size_t length, int mode, int version, int level,
                       int mask, uint8_t *packed, uint8_t *mask_used) {
    uint8_t codewords[QR_MAX_CODEWORDS];
    qr_matrix matrix;
    int status = qr_check_arguments(mode, version, level, mask);
    if (status == ELQR_OK)
        status = qr_final_message(data, length, mode, version, level, codewords);
    if (status != ELQR_OK)
        return status;
    qr_matrix_init(&matrix, version);
    qr_matrix_place(&matrix, codewords);
    *mask_used = (uint8_t)qr_matrix_finish(&matrix, level, mask);
    qr_matrix_pack(&matrix, packed);
    return ELQR_OK;
}
