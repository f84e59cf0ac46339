/* csrc: scan.c scan_marks.c scan_blocks.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c payload_layout.c payload_parse.c */
/* One repeat: a box with a finder pattern painted over, which the slow rung reads. */
#include "box.h"

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    if (draw())
        return 1;
    for (int y = 60; y < 60 + 7 * MODULE; y++)
        memset(image + y * WIDTH + 110, 30, 7 * MODULE);
    return read_box(repeats, ELQR_RUNG_SLOW);
}
