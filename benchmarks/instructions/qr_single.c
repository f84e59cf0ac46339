/* csrc: qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* One repeat: one eL-QR symbol (255 digits, 6-M, automatic mask) by a plan that is kept. */
#include "driver.h"
#include "elqr.h"

#include <stdlib.h>

enum { WIDTH = 255 };

int main(int argc, char **argv) {
    static uint8_t digits[WIDTH], packed[41 * 6], mask;
    const long repeats = repeats_of(argc, argv);
    elqr_qr_plan *plan = malloc(elqr_qr_plan_size());
    size_t bad_item;
    fill(digits, sizeof digits, '0', 10);
    if (plan == NULL ||
        elqr_qr_make_plan(plan, WIDTH, ELQR_QR_NUMERIC, 6, ELQR_QR_M, ELQR_QR_AUTOMATIC) != ELQR_OK)
        return 1;
    for (long i = 0; i < repeats; i++)
        if (elqr_qr_encode_planned(plan, digits, 1, packed, &mask, &bad_item) != ELQR_OK)
            return 1;
    free(plan);
    return 0;
}
