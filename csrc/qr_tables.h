/* Tables of ISO/IEC 18004:2015, written by tools/generate_qr_tables.py.  Internal to csrc.
 *
 * Levels are indexed L, M, Q, H = 0, 1, 2, 3; entry 0 of a table by version is unused.
 */
#ifndef ELQR_QR_TABLES_H
#define ELQR_QR_TABLES_H

#include <stdint.h>

#define QR_MAX_VERSION 40
#define QR_MAX_SIDE (17 + 4 * QR_MAX_VERSION)
#define QR_MAX_CODEWORDS 3706      /* version 40 */
#define QR_MAX_DATA_CODEWORDS 2956 /* 40-L */
#define QR_MAX_EC_CODEWORDS 2430   /* 40-H: 81 blocks of 30 */
#define QR_MAX_CHARACTERS 7089     /* digits in 40-L, the most that any symbol holds */

#define QR_NOT_ALPHANUMERIC 255

extern const uint16_t qr_total_codewords[QR_MAX_VERSION + 1];          /* Table 1 */
extern const uint8_t qr_ec_codewords_per_block[4][QR_MAX_VERSION + 1]; /* Table 9 */
extern const uint8_t qr_block_count[4][QR_MAX_VERSION + 1];            /* Table 9 */
extern const uint8_t qr_alignment_count[QR_MAX_VERSION + 1];           /* Annex E: coordinates */
extern const uint8_t qr_alignment_positions[QR_MAX_VERSION + 1][7];    /* Annex E */
extern const uint16_t qr_format_information[4][8];                     /* Annex C, masked */
extern const uint32_t qr_version_information[QR_MAX_VERSION + 1];      /* Annex D, from 7 on */
/* Table 10: bit k of [i % 12][j % 6] says whether mask k flips the module in row i, column j. */
extern const uint8_t qr_mask_signature[12][6];
/* The same as lines of 64 modules: bit x of [mask][row % 12], bit y of [mask][column % 6]. */
extern const uint64_t qr_mask_rows[8][12];
extern const uint64_t qr_mask_columns[8][6];
extern const uint8_t qr_alphanumeric_value[256]; /* Table 5 */

/* Modules on a side of a symbol of `version` (1..40). */
static inline int qr_side(int version) {
    return 17 + 4 * version;
}

/* Data codewords of a symbol: what error correction leaves of the total. */
static inline int qr_data_codewords(int version, int level) {
    return qr_total_codewords[version] -
           qr_ec_codewords_per_block[level][version] * qr_block_count[level][version];
}

#endif
