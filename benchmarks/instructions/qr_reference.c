/* csrc: qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* One repeat: one eL-QR symbol (255 digits, 6-M, automatic mask) by the clear, portable edition. */
#include "driver.h"
#include "elqr.h"

int main(int argc, char **argv) {
    uint8_t digits[255], packed[41 * 6], mask;
    const long repeats = repeats_of(argc, argv);
    fill(digits, sizeof digits, '0', 10);
    for (long i = 0; i < repeats; i++)
        if (elqr_qr_encode_one(digits, sizeof digits, ELQR_QR_NUMERIC, 6, ELQR_QR_M,
                               ELQR_QR_AUTOMATIC, packed, &mask) != ELQR_OK)
            return 1;
    return 0;
}
