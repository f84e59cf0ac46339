/* csrc: scan.c scan_marks.c scan_blocks.c scan_grid.c qr_decode.c qr_correct.c gf256_correct.c gf256.c gf256_tables.c qr_encode.c qr_matrix.c qr_tables.c payload_layout.c payload_parse.c */
/* One repeat: a clean box, by the fast rung. */
#include "box.h"

int main(int argc, char **argv) {
    const long repeats = repeats_of(argc, argv);
    return draw() || read_box(repeats, ELQR_RUNG_FAST);
}
