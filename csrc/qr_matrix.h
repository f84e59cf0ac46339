/* The matrix of a QR symbol: function patterns, placement, masking (ISO/IEC 18004:2015, 6.3 and
 * 7.7 to 7.10).  Internal to csrc. */
#ifndef ELQR_QR_MATRIX_H
#define ELQR_QR_MATRIX_H

#include "qr_tables.h"

#include <stddef.h>
#include <stdint.h>

/* What a module's byte holds. */
#define QR_DARK 1
#define QR_FUNCTION 2 /* belongs to a function pattern or to format or version information */

typedef struct {
    int version;
    int side;
    uint8_t modules[QR_MAX_SIDE * QR_MAX_SIDE]; /* side rows of side bytes */
} qr_matrix;

/* Draws the function patterns and the version information, and reserves the format information,
 * light but for the module that is always dark; every other module is light. */
void qr_matrix_init(qr_matrix *matrix, int version);

/* Places the bits of final message codewords (qr_total_codewords of them), 7.7.3. */
void qr_matrix_place(qr_matrix *matrix, const uint8_t *codewords);

/* Flips every module of the encoding region where the mask pattern holds; twice is undo. */
void qr_matrix_apply_mask(qr_matrix *matrix, int mask);

/* Draws both copies of the format information. */
void qr_matrix_draw_format(qr_matrix *matrix, int level, int mask);

/* Penalty of a complete symbol, 7.8.3.1 as docs/symbols.md reads it. */
long qr_matrix_penalty(const qr_matrix *matrix);

/* Masks the symbol and draws its format information: the mask given, or for -1 the one with the
 * lowest penalty, the first of equals.  Returns the mask. */
int qr_matrix_finish(qr_matrix *matrix, int level, int mask);

/* Writes `side` rows of (side + 7) / 8 bytes, most significant bit left, unused bits 0. */
void qr_matrix_pack(const qr_matrix *matrix, uint8_t *packed);

#endif
