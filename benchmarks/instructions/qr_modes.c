/* csrc: qr_batch.c qr_variants.c qr_plan.c qr_patterns.c qr_single.c qr_codewords.c qr_codewords_x86.c cpu.c qr_encode.c qr_matrix.c qr_tables.c gf256.c gf256_tables.c */
/* One repeat: the narrowest mode of 64 payloads of 255 digits. */
#include "driver.h"
#include "elqr.h"

enum { COUNT = 64, WIDTH = 255 };

int main(int argc, char **argv) {
    static uint8_t digits[COUNT * WIDTH], modes[COUNT];
    const long repeats = repeats_of(argc, argv);
    fill(digits, sizeof digits, '0', 10);
    for (long i = 0; i < repeats; i++)
        if (elqr_qr_modes(digits, NULL, WIDTH, COUNT, modes) != ELQR_OK)
            return 1;
    return 0;
}
