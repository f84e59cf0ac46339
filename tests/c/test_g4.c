/* csrc: cpu.c g4_encode.c g4_decode.c */
/* Every pair of short rows, the bound, edges of buffers, truncation and corruption.  Buffers
 * are of the exact size, so AddressSanitizer sees any step outside. */
#include "elqr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            return 1;                                                                              \
        }                                                                                          \
    } while (0)

static uint32_t noise_state = 1;

static uint32_t noise(void) {
    noise_state ^= noise_state << 13;
    noise_state ^= noise_state >> 17;
    noise_state ^= noise_state << 5;
    return noise_state;
}

/* What a strip becomes: its coding in a buffer of exactly that length. */
typedef struct {
    uint8_t *bytes;
    size_t length;
} coding;

static coding encode(const uint8_t *rows, uint32_t width, uint32_t height) {
    size_t capacity = (size_t)elqr_g4_bound(width, height);
    coding made = {malloc(capacity), 0};
    uint32_t *words = malloc(elqr_g4_words(width) * sizeof *words);
    if (elqr_g4_encode(rows, (width + 7) / 8, width, height, made.bytes, capacity, words,
                       &made.length))
        abort();
    free(words);
    made.bytes = realloc(made.bytes, made.length);
    return made;
}

static int decode(const uint8_t *bytes, size_t size, uint32_t width, uint32_t height, uint8_t *rows,
                  uint32_t *decoded) {
    uint32_t *words = malloc(elqr_g4_words(width) * sizeof *words);
    int status = elqr_g4_decode(bytes, size, width, height, rows, (width + 7) / 8, words, decoded);
    free(words);
    return status;
}

static int round_trip(const uint8_t *rows, uint32_t width, uint32_t height) {
    size_t size = (size_t)((width + 7) / 8) * height;
    coding made = encode(rows, width, height);
    uint8_t *back = malloc(size);
    uint32_t decoded;
    CHECK(made.length * 8 <=
          (size_t)(7 * width + 32) * height + 24 + 7); /* elqr_g4_bound's claim */
    CHECK(decode(made.bytes, made.length, width, height, back, &decoded) == ELQR_OK);
    CHECK(decoded == height);
    CHECK(memcmp(rows, back, size) == 0);
    free(back);
    free(made.bytes);
    return 0;
}

static int test_every_pair_of_short_rows(void) {
    for (uint32_t width = 1; width <= 8; width++)
        for (uint32_t above = 0; above < 1u << width; above++)
            for (uint32_t row = 0; row < 1u << width; row++) {
                uint8_t rows[2] = {(uint8_t)(above << (8 - width)), (uint8_t)(row << (8 - width))};
                if (round_trip(rows, width, 2))
                    return 1;
            }
    return 0;
}

static int test_noise(void) {
    static const uint32_t widths[] = {1, 63, 64, 65, 127, 128, 129, 511, 513, 2559, 2624, 9921};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (uint32_t sparse = 0; sparse < 8; sparse++) {
            uint32_t width = widths[i], height = 9, row_bytes = (width + 7) / 8;
            uint8_t *rows = malloc((size_t)row_bytes * height);
            for (uint32_t k = 0; k < row_bytes * height; k++) {
                rows[k] = (uint8_t)noise();
                for (uint32_t s = 0; s < sparse; s++)
                    rows[k] &= (uint8_t)noise();
                if (k >= row_bytes && noise() % 4)
                    rows[k] = rows[k - row_bytes];
            }
            for (uint32_t y = 0; y < height; y++)
                rows[(size_t)y * row_bytes + row_bytes - 1] &= (uint8_t)(0xFF << (-width & 7));
            if (round_trip(rows, width, height))
                return 1;
            free(rows);
        }
    return 0;
}

static int test_small_buffer(void) {
    uint8_t rows[8 * 16];
    uint32_t words[256];
    CHECK(elqr_g4_words(64) <= 256);
    memset(rows, 0x55, sizeof rows);
    size_t enough = (size_t)elqr_g4_bound(64, 16), length;
    for (size_t capacity = 0; capacity < enough; capacity += 3) {
        uint8_t *out = malloc(capacity ? capacity : 1);
        int status = elqr_g4_encode(rows, 8, 64, 16, out, capacity, words, &length);
        CHECK(status == ELQR_BUFFER_TOO_SMALL ? length == 0 : status == ELQR_OK);
        CHECK(status == ELQR_BUFFER_TOO_SMALL || capacity > 100);
        free(out);
    }
    return 0;
}

static int test_stride(void) {
    uint8_t wide[4][3] = {{0xF0, 0x0F, 1}, {0xFF, 0, 2}, {0xF0, 0x0F, 3}, {0, 0xFF, 4}};
    uint8_t tight[4][2], out[200], same[200], back[4][3];
    uint32_t words[64], decoded;
    CHECK(elqr_g4_words(16) <= 64);
    for (int y = 0; y < 4; y++)
        memcpy(tight[y], wide[y], 2);
    size_t length, same_length;
    CHECK(elqr_g4_encode(&wide[0][0], 3, 16, 4, out, sizeof out, words, &length) == ELQR_OK);
    CHECK(elqr_g4_encode(&tight[0][0], 2, 16, 4, same, sizeof same, words, &same_length) ==
          ELQR_OK);
    CHECK(length == same_length && memcmp(out, same, length) == 0);
    memcpy(back, wide, sizeof back);
    memset(back[0], 0xEE, 2);
    CHECK(elqr_g4_decode(out, length, 16, 4, &back[0][0], 3, words, &decoded) == ELQR_OK);
    CHECK(memcmp(back, wide, sizeof back) == 0);
    return 0;
}

static int test_statuses(void) {
    uint8_t rows[1] = {0}, out[64];
    uint32_t words[64], decoded = 9;
    size_t length = 9;
    CHECK(elqr_g4_encode(rows, 1, 0, 1, out, sizeof out, words, &length) == ELQR_EMPTY &&
          length == 0);
    CHECK(elqr_g4_encode(rows, 1, 1, 0, out, sizeof out, words, &length) == ELQR_EMPTY);
    CHECK(elqr_g4_encode(rows, 1, ELQR_G4_MAX_WIDTH + 1, 1, out, sizeof out, words, &length) ==
          ELQR_OUT_OF_RANGE);
    CHECK(elqr_g4_decode(out, 1, 0, 1, rows, 1, words, &decoded) == ELQR_EMPTY && decoded == 0);
    CHECK(elqr_g4_decode(out, 1, ELQR_G4_MAX_WIDTH + 1, 1, rows, 1, words, &decoded) ==
          ELQR_OUT_OF_RANGE);
    CHECK(elqr_g4_decode(NULL, 0, 1, 1, rows, 1, words, &decoded) == ELQR_TRUNCATED);
    return 0;
}

/* Cut and damaged codings, each in a buffer of its own size. */
static int test_hostile(void) {
    enum { WIDTH = 200, HEIGHT = 20, ROW_BYTES = WIDTH / 8 };
    uint8_t rows[ROW_BYTES * HEIGHT], back[ROW_BYTES * HEIGHT];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = noise() % 3 ? (i < ROW_BYTES ? 0 : rows[i - ROW_BYTES]) : (uint8_t)noise();
    coding made = encode(rows, WIDTH, HEIGHT);
    uint32_t decoded;
    for (size_t size = 0; size <= made.length; size++) {
        uint8_t *cut = malloc(size ? size : 1);
        memcpy(cut, made.bytes, size);
        int status = decode(cut, size, WIDTH, HEIGHT, back, &decoded);
        CHECK(status == (size + 4 > made.length ? ELQR_OK : ELQR_TRUNCATED) ||
              size + 4 == made.length);
        CHECK(memcmp(back, rows, (size_t)decoded * ROW_BYTES) == 0);
        free(cut);
    }
    for (int trial = 0; trial < 20000; trial++) {
        uint8_t *damaged = malloc(made.length);
        memcpy(damaged, made.bytes, made.length);
        for (uint32_t hits = noise() % 3 + 1; hits != 0; hits--)
            damaged[noise() % made.length] = (uint8_t)noise();
        int status = decode(damaged, made.length, WIDTH, HEIGHT, back, &decoded);
        CHECK(status == ELQR_OK || status == ELQR_TRUNCATED || status == ELQR_BAD_CODE);
        CHECK(decoded <= HEIGHT && (status == ELQR_OK) == (decoded == HEIGHT));
        for (size_t i = (size_t)decoded * ROW_BYTES; i < sizeof back; i++)
            CHECK(back[i] == 0);
        free(damaged);
    }
    free(made.bytes);
    return 0;
}

int main(void) {
    return test_every_pair_of_short_rows() || test_noise() || test_small_buffer() ||
           test_stride() || test_statuses() || test_hostile();
}
