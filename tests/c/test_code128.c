/* csrc: code128.c */
/* The bar code's symbol: its frame, element rules of ISO/IEC 15417 and refusals.  That a reader
 * agrees is tested from Python. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "elqr.h"

static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static const char DIGITS[] = "91948000012345678901234567890005053100450000";

static void test_frame(const uint8_t *modules) {
    static const char start[] = "1101001110011110101110"; /* Start C, FNC1 */
    static const char stop[] = "1100011101011";
    for (int i = 0; i < 22; i++)
        CHECK(modules[i] == start[i] - '0');
    for (int i = 0; i < 13; i++)
        CHECK(modules[ELQR_BILL_MODULES - 13 + i] == stop[i] - '0');
}

/* Every character: an even number of dark modules, three bars and three spaces of 1 to 4. */
static void test_characters(const uint8_t *modules) {
    for (int c = 0; c < 25; c++) {
        const uint8_t *character = modules + c * 11;
        int dark = 0, edges = 0;
        for (int i = 0; i < 11; i++) {
            CHECK(character[i] <= 1);
            dark += character[i];
            edges += i > 0 && character[i] != character[i - 1];
        }
        CHECK(dark % 2 == 0);
        CHECK(edges == 5);
        CHECK(character[0] == 1 && character[10] == 0);
    }
}

int main(void) {
    uint8_t *digits = malloc(3 * ELQR_BILL_DIGITS), *modules = malloc(3 * ELQR_BILL_MODULES);
    size_t bad_item = 99;
    for (int i = 0; i < 3; i++)
        memcpy(digits + i * ELQR_BILL_DIGITS, DIGITS, ELQR_BILL_DIGITS);
    CHECK(elqr_bill_bars(digits, 0, modules, &bad_item) == ELQR_OK);
    CHECK(elqr_bill_bars(digits, 3, modules, &bad_item) == ELQR_OK && bad_item == 99);
    for (int i = 0; i < 3; i++) {
        test_frame(modules + i * ELQR_BILL_MODULES);
        test_characters(modules + i * ELQR_BILL_MODULES);
    }
    for (int at = 0; at < ELQR_BILL_DIGITS; at++) {
        digits[2 * ELQR_BILL_DIGITS + at] = at % 2 ? '/' : ':';
        CHECK(elqr_bill_bars(digits, 3, modules, &bad_item) == ELQR_BAD_CHARACTER);
        CHECK(bad_item == 2);
        digits[2 * ELQR_BILL_DIGITS + at] = (uint8_t)DIGITS[at];
    }
    free(digits);
    free(modules);
    return failures != 0;
}
