/* What every driver needs: how often to repeat its work, and input that is the same each time.
 *
 * tools/count_instructions.py runs a driver with 0 repeats and with some, and takes the difference:
 * start-up and the making of input cost the same in both. */
#ifndef ELQR_INSTRUCTIONS_DRIVER_H
#define ELQR_INSTRUCTIONS_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static inline long repeats_of(int argc, char **argv) {
    return argc > 1 ? strtol(argv[1], NULL, 10) : 1;
}

/* Fills bytes[0:count] with `low` to `low + range - 1`. */
static inline void fill(uint8_t *bytes, size_t count, unsigned low, unsigned range) {
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(low + (state >> 8) % range);
    }
}

#endif
