/* csrc: qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* One repeat: a batch of 64 eL-QR symbols (255 digits, 6-M, automatic mask). */
#include "driver.h"
#include "elqr.h"

enum { COUNT = 64, WIDTH = 255 };

int main(int argc, char **argv) {
    static uint8_t digits[COUNT * WIDTH], packed[COUNT * 41 * 6], masks[COUNT];
    const long repeats = repeats_of(argc, argv);
    size_t bad_item;
    fill(digits, sizeof digits, '0', 10);
    for (long i = 0; i < repeats; i++)
        if (elqr_qr_encode_batch(digits, NULL, WIDTH, COUNT, ELQR_QR_NUMERIC, 6, ELQR_QR_M,
                                 ELQR_QR_AUTOMATIC, packed, masks, &bad_item) != ELQR_OK)
            return 1;
    return 0;
}
