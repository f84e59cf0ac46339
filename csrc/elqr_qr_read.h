/* elqr_qr_read.h - many sound symbols of one version and level, read at once. */
#ifndef ELQR_QR_READ_H
#define ELQR_QR_READ_H

#include "elqr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads n symbols packed[n, side, (side + 7) / 8] as elqr_qr_encode_batch writes them, whose
 * contents must be `width` bytes, to contents [n, width].  statuses[i]: ELQR_OK; ELQR_TOO_DAMAGED:
 * the format information or a codeword is wrong, even if it could be corrected; ELQR_BAD_LEVEL:
 * another level; else as elqr_qr_decode's, or ELQR_TOO_SHORT: fewer bytes.  What `contents` holds
 * of a symbol that is not ELQR_OK is undefined.  ELQR_BAD_VERSION, ELQR_BAD_LEVEL, ELQR_EMPTY
 * (width 0): nothing is written.  O(n); about 160 kB of stack. */
int elqr_qr_read_batch(const uint8_t *packed, size_t n, int version, int level, size_t width,
                       uint8_t *contents, uint8_t *statuses);

#ifdef __cplusplus
}
#endif
#endif
