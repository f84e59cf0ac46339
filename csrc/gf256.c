#include "gf256.h"

#include <string.h>

void gf256_rs_encode(const uint8_t *data, size_t length, int degree, uint8_t *ec) {
    const uint8_t *generator = gf256_rs_generator[degree];
    memset(ec, 0, (size_t)degree);
    for (size_t i = 0; i < length; i++) {
        const uint8_t factor = data[i] ^ ec[0];
        for (int j = 0; j + 1 < degree; j++)
            ec[j] = ec[j + 1] ^ gf256_multiply(generator[j], factor);
        ec[degree - 1] = gf256_multiply(generator[degree - 1], factor);
    }
}
