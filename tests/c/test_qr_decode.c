/* csrc: qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c */
/* The decoder undoes the encoder for every version, level and mode; damage within the bound is
 * undone and counted, damage beyond it is refused or leads to other codewords, never to a crash. */
#include "elqr.h"
#include "qr_decode.h"
#include "qr_encode.h"
#include "qr_tables.h"

#include <stdio.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static unsigned noise = 2463534242u;

static unsigned draw(unsigned below) {
    noise ^= noise << 13;
    noise ^= noise >> 17;
    noise ^= noise << 5;
    return noise % below;
}

static uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE], content[QR_MAX_CHARACTERS];
static uint8_t sent[QR_MAX_CHARACTERS];
static qr_places places;

static void fill(size_t length, int mode) {
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    for (size_t i = 0; i < length; i++)
        sent[i] = mode == ELQR_QR_NUMERIC        ? (uint8_t)('0' + draw(10))
                  : mode == ELQR_QR_ALPHANUMERIC ? (uint8_t)characters[draw(45)]
                                                 : (uint8_t)draw(256);
}

static int make(size_t length, int mode, int version, int level, int mask) {
    static uint8_t packed[QR_MAX_SIDE * (QR_MAX_SIDE + 7) / 8];
    uint8_t used;
    const int side = qr_side(version), row_bytes = (side + 7) / 8;
    CHECK(elqr_qr_encode_one(sent, length, mode, version, level, mask, packed, &used) == ELQR_OK);
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
            modules[row * side + column] =
                packed[row * row_bytes + column / 8] >> (7 - column % 8) & 1;
    return 0;
}

static int check_read(size_t length, int version, int level, int mask, int corrected) {
    elqr_qr_content found;
    memset(content, 0, sizeof content);
    CHECK(elqr_qr_decode(modules, qr_side(version), content, sizeof content, &found) == ELQR_OK);
    CHECK(found.version == version && found.level == level && found.mask == mask);
    CHECK(found.corrected == corrected);
    CHECK((corrected == 0) == (found.unused_ec == 1.0f));
    CHECK(found.length == length && memcmp(content, sent, length) == 0);
    return 0;
}

/* Full symbols have no terminator, shorter ones have one and padding. */
static int test_round_trips(int version, int level) {
    static const int modes[] = {ELQR_QR_NUMERIC, ELQR_QR_ALPHANUMERIC, ELQR_QR_BYTE};
    for (int i = 0; i < 3; i++) {
        const size_t capacity = elqr_qr_capacity(version, level, modes[i]);
        const size_t lengths[] = {capacity, capacity - 1, capacity / 2 + 1, 1};
        for (int j = 0; j < 4; j++) {
            const int mask = (version + i + j) % 8;
            fill(lengths[j], modes[i]);
            if (make(lengths[j], modes[i], version, level, mask) ||
                check_read(lengths[j], version, level, mask, 0))
                return 1;
        }
    }
    return 0;
}

/* Flips a module of each of `count` codewords of every block, and tells how many codewords. */
static int damage(int version, int level, int count) {
    const qr_blocks blocks = qr_block_structure(version, level);
    int hit = 0;
    qr_places_init(&places, version);
    for (int block = 0; block < blocks.count; block++)
        for (int i = 0; i < count; i++, hit++) {
            /* Codeword i of a block, 7.6, data codewords first: they are never fewer. */
            const int at = i * blocks.count + block;
            modules[places.order[8 * at + (int)draw(8)]] ^= 1;
        }
    return hit;
}

static int test_damage(int version, int level) {
    const qr_blocks blocks = qr_block_structure(version, level);
    const size_t length = elqr_qr_capacity(version, level, ELQR_QR_BYTE);
    const int bound = blocks.ec / 2 < blocks.length ? blocks.ec / 2 : blocks.length;
    elqr_qr_content found;
    fill(length, ELQR_QR_BYTE);
    if (make(length, ELQR_QR_BYTE, version, level, 3))
        return 1;
    const int hit = damage(version, level, bound);
    if (check_read(length, version, level, 3, hit))
        return 1;
    if (blocks.ec / 2 + 1 > blocks.length)
        return 0;
    make(length, ELQR_QR_BYTE, version, level, 3);
    damage(version, level, blocks.ec / 2 + 1);
    const int status = elqr_qr_decode(modules, qr_side(version), content, sizeof content, &found);
    CHECK(status != ELQR_OK || memcmp(content, sent, length) != 0);
    return 0;
}

/* One copy of the format information may be lost altogether, and the other have two errors. */
static int test_format(void) {
    const int side = qr_side(6);
    fill(255, ELQR_QR_NUMERIC);
    for (int copy = 0; copy < 2; copy++) {
        make(255, ELQR_QR_NUMERIC, 6, ELQR_QR_M, 5);
        for (int i = 0; i < 8; i++) {
            modules[copy ? 8 * side + side - 1 - i : 8 * side + i + (i == 6)] = 0;
            modules[copy ? (side - 1 - i) * side + 8 : (i + (i == 6)) * side + 8] = 0;
        }
        for (int i = 0; i < 2; i++)
            modules[copy ? 8 * side + i : 8 * side + side - 1 - i] ^= 1;
        if (check_read(255, 6, ELQR_QR_M, 5, 0))
            return 1;
    }
    for (int i = 0; i < side; i++)
        modules[8 * side + i] = modules[i * side + 8] = (uint8_t)(i % 3 == 0);
    elqr_qr_content found;
    CHECK(elqr_qr_decode(modules, side, content, sizeof content, &found) == ELQR_TOO_DAMAGED);
    return 0;
}

static int segments(const uint8_t *data, int count, int status, const char *text) {
    uint8_t out[64];
    size_t length;
    CHECK(qr_read_segments(data, count, 1, out, sizeof out, &length) == status);
    if (status == ELQR_OK)
        CHECK(length == strlen(text) && memcmp(out, text, length) == 0);
    return 0;
}

static int test_segments(void) {
    /* ISO/IEC 18004:2015, Annex I. */
    static const uint8_t annex[] = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11};
    /* 0001 0000000001 0111 | 0111 00011010 | 0100 00000001 01000001 | 0000: "7", ECI 26, "A". */
    static const uint8_t mixed[] = {0x10, 0x05, 0xDC, 0x69, 0x00, 0x50, 0x41, 0x00};
    static const uint8_t kanji[] = {0x80, 0x10, 0x00}, beyond[] = {0x42, 0x04, 0x14};
    static const uint8_t thousand[] = {0x10, 0x0F, 0xFF, 0xF0}, empty[] = {0x00};
    static const uint8_t pair[] = {0x20, 0x17, 0xFF, 0x00}, cut[] = {0x4F};
    return segments(annex, 8, ELQR_OK, "01234567") || segments(kanji, 3, ELQR_BAD_MODE, "") ||
           segments(beyond, 3, ELQR_TRUNCATED, "") || segments(thousand, 4, ELQR_BAD_CODE, "") ||
           segments(pair, 4, ELQR_BAD_CODE, "") || segments(empty, 1, ELQR_OK, "") ||
           segments(cut, 1, ELQR_TRUNCATED, "") || segments(mixed, 8, ELQR_OK, "7A");
}

/* With the damaged codewords least certain, nearly twice as many can be wrong: all but two of them
 * erased, and one more as an error. */
static int test_erasures(void) {
    static uint8_t codewords[QR_MAX_CODEWORDS], certainty[8 * QR_MAX_CODEWORDS];
    static uint8_t data[QR_MAX_DATA_CODEWORDS], out[QR_MAX_CHARACTERS];
    const qr_blocks blocks = qr_block_structure(6, ELQR_QR_M);
    qr_correction result;
    size_t length;
    fill(255, ELQR_QR_NUMERIC);
    for (int wrong = 1; wrong <= blocks.ec; wrong++) {
        CHECK(qr_final_message(sent, 255, ELQR_QR_NUMERIC, 6, ELQR_QR_M, codewords) == ELQR_OK);
        memset(certainty, 200, sizeof certainty);
        for (int i = 0; i < wrong * blocks.count; i++) {
            codewords[i] ^= (uint8_t)(1 + draw(255));
            memset(certainty + 8 * i, 10, 8);
        }
        const int status = qr_correct(6, ELQR_QR_M, codewords, certainty, NULL, data, &result);
        if (wrong > blocks.ec - 1) {
            CHECK(status != ELQR_OK || result.corrected != wrong * blocks.count);
            continue;
        }
        CHECK(status == ELQR_OK);
        CHECK(result.corrected == wrong * blocks.count);
        CHECK(qr_read_segments(data, 108, 6, out, sizeof out, &length) == ELQR_OK);
        CHECK(length == 255 && memcmp(out, sent, 255) == 0);
    }
    return 0;
}

static int test_sides(void) {
    elqr_qr_content found;
    CHECK(elqr_qr_decode(modules, 20, content, sizeof content, &found) == ELQR_BAD_VERSION);
    CHECK(elqr_qr_decode(modules, 23, content, sizeof content, &found) == ELQR_BAD_VERSION);
    CHECK(elqr_qr_decode(modules, 181, content, sizeof content, &found) == ELQR_BAD_VERSION);
    fill(255, ELQR_QR_NUMERIC);
    make(255, ELQR_QR_NUMERIC, 6, ELQR_QR_M, 0);
    CHECK(elqr_qr_decode(modules, 41, content, 254, &found) == ELQR_BUFFER_TOO_SMALL);
    return 0;
}

int main(void) {
    for (int version = 1; version <= QR_MAX_VERSION; version++)
        for (int level = 0; level < 4; level++)
            if (test_round_trips(version, level) || test_damage(version, level))
                return 1;
    return test_format() || test_segments() || test_erasures() || test_sides();
}
