/* csrc: channel.c channel_print.c channel_scan.c */
/* The print-scan channel: refusals, extremes inside the buffers, and scans that do not depend on
 * their batch.  That its physics is right is tested from Python. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "elqr_channel.h"

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static const elqr_channel PLAIN = {120,
                                   90,
                                   0,
                                   {{-0.05F, 0.2F},
                                    {20, 60},
                                    {200, 240},
                                    {-3, 3},
                                    {-9, 9},
                                    {-9, 9},
                                    {0.97F, 1},
                                    {0.97F, 1},
                                    {0.3F, 1},
                                    {2, 20},
                                    {0, 90},
                                    {0, 4},
                                    {0.4F, 0.6F},
                                    {0, 2},
                                    {2.5F, 3},
                                    {0.5F, 8}}};

static void fill(uint8_t *modules, size_t size) {
    for (size_t i = 0; i < size; i++)
        modules[i] = (uint8_t)((i * 2654435761U >> 7) & 1);
}

/* In buffers of the exact size, so that the sanitizer sees a step outside. */
static uint8_t *scan(const elqr_channel *channel, int side, size_t n, uint64_t seed,
                     uint64_t first) {
    uint8_t *modules = malloc((size_t)side * side * n);
    uint8_t *images = malloc((size_t)channel->width * channel->height * n);
    void *work = malloc(elqr_channel_work(channel, side));
    fill(modules, (size_t)side * side);
    for (size_t i = 1; i < n; i++)
        memcpy(modules + i * side * side, modules, (size_t)side * side);
    CHECK(elqr_channel_scan(channel, modules, side, n, seed, first, work, images) == ELQR_OK);
    free(modules);
    free(work);
    return images;
}

static void test_batches(void) {
    const size_t pixels = (size_t)PLAIN.width * PLAIN.height;
    uint8_t *all = scan(&PLAIN, 21, 5, 7, 100), *one = scan(&PLAIN, 21, 1, 7, 103);
    CHECK(memcmp(all + 3 * pixels, one, pixels) == 0);
    CHECK(memcmp(all + 2 * pixels, one, pixels) != 0);
    free(one);
    one = scan(&PLAIN, 21, 1, 8, 103);
    CHECK(memcmp(all + 3 * pixels, one, pixels) != 0);
    free(one);
    free(all);
}

static void refused(elqr_channel channel, int side) {
    uint8_t byte = 0;
    CHECK(elqr_channel_work(&channel, side) == 0);
    CHECK(elqr_channel_scan(&channel, &byte, side, 1, 0, 0, &byte, &byte) == ELQR_OUT_OF_RANGE);
}

static void test_refusals(void) {
    elqr_channel channel = PLAIN;
    refused(channel, 0);
    refused(channel, 178);
    channel.width = 0;
    refused(channel, 21);
    channel = PLAIN;
    channel.height = 4097;
    refused(channel, 21);
    for (int i = 0; i < ELQR_CHANNEL_RANGES; i++) {
        channel = PLAIN;
        channel.ranges[i][0] = channel.ranges[i][1] + 1;
        refused(channel, 21);
        channel.ranges[i][0] = NAN;
        refused(channel, 21);
        channel.ranges[i][0] = channel.ranges[i][1] = 1e9F;
        refused(channel, 21);
        channel.ranges[i][0] = channel.ranges[i][1] = -1e9F;
        refused(channel, 21);
    }
}

static void test_extremes(void) {
    static const float ends[ELQR_CHANNEL_RANGES][2] = {
        {-0.6F, 0.6F}, {0, 255},  {0, 255}, {-30, 30},   {-4096, 4096}, {-40, 40},
        {0.5F, 2},     {0.5F, 2}, {0, 8},   {0, 200},    {0, 4000},     {0, 100},
        {0, 1},        {0, 100},  {1, 40},  {0.125F, 32}};
    static const int sizes[][2] = {{1, 1}, {3, 70}, {70, 3}, {65, 64}};
    for (unsigned bits = 0; bits < 1U << ELQR_CHANNEL_RANGES; bits += 37) {
        elqr_channel channel = PLAIN;
        channel.bilevel = (int)(bits & 1);
        channel.width = sizes[bits % 4][0];
        channel.height = sizes[bits % 4][1];
        for (int i = 0; i < ELQR_CHANNEL_RANGES; i++)
            channel.ranges[i][0] = channel.ranges[i][1] = ends[i][bits >> i & 1];
        free(scan(&channel, bits % 5 ? 7 : 1, 1, bits, ~(uint64_t)0));
    }
    elqr_channel wide = PLAIN;
    free(scan(&wide, 177, 1, 0, 0));
}

int main(void) {
    test_batches();
    test_refusals();
    test_extremes();
    return failures != 0;
}
