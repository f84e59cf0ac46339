/* code128.c - the bar code of a slip: GS1-128 in code set C (ISO/IEC 15417). */
#include "code128_widths.h"
#include "common.h"
#include "elqr.h"

enum { START_C = 105, FNC1 = 102, PAIRS = ELQR_BILL_DIGITS / 2, MODULES = 11 };

static const char STOP_WIDTHS[] = "2331112";

/* Draws alternating bars and spaces; returns the place after them. */
static uint8_t *draw(uint8_t *modules, const char *widths) {
    for (uint8_t bar = 1; *widths; bar ^= 1)
        for (int left = *widths++ - '0'; left > 0; left--)
            *modules++ = bar;
    return modules;
}

/* Every character's 11 modules, so that a symbol is 25 copies. */
static void draw_characters(uint8_t characters[106][MODULES]) {
    for (int i = 0; i < 106; i++)
        draw(characters[i], code128_widths[i]);
}

/* Values of the pairs; 0 if a byte is no digit. */
static int pair_values(const uint8_t digits[ELQR_BILL_DIGITS], uint8_t values[PAIRS]) {
    for (int i = 0; i < PAIRS; i++) {
        unsigned tens = digits[2 * i] - (unsigned)'0', ones = digits[2 * i + 1] - (unsigned)'0';
        if (tens > 9 || ones > 9)
            return 0;
        values[i] = (uint8_t)(tens * 10 + ones);
    }
    return 1;
}

static void draw_symbol(uint8_t characters[106][MODULES], const uint8_t values[PAIRS],
                        uint8_t *modules) {
    unsigned sum = START_C + FNC1; /* FNC1 is the first weighted character */
    memcpy(modules, characters[START_C], MODULES);
    memcpy(modules + MODULES, characters[FNC1], MODULES);
    for (unsigned i = 0; i < PAIRS; i++) {
        memcpy(modules + (i + 2) * MODULES, characters[values[i]], MODULES);
        sum += (i + 2) * values[i];
    }
    memcpy(modules + (PAIRS + 2) * MODULES, characters[sum % 103], MODULES);
    draw(modules + (PAIRS + 3) * MODULES, STOP_WIDTHS);
}

int elqr_bill_bars(const uint8_t *digits, size_t n, uint8_t *modules, size_t *bad_item) {
    uint8_t characters[106][MODULES], values[PAIRS];
    draw_characters(characters);
    for (size_t i = 0; i < n; i++) {
        if (!pair_values(digits + i * ELQR_BILL_DIGITS, values)) {
            *bad_item = i;
            return ELQR_BAD_CHARACTER;
        }
        draw_symbol(characters, values, modules + i * ELQR_BILL_MODULES);
    }
    return ELQR_OK;
}
