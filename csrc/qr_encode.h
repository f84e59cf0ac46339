/* From characters to final message codewords (ISO/IEC 18004:2015, 7.3 to 7.6).  Internal to csrc.
 */
#ifndef ELQR_QR_ENCODE_H
#define ELQR_QR_ENCODE_H

#include <stddef.h>
#include <stdint.h>

/* ELQR_OK, or the first argument out of range as ELQR_BAD_MODE, _VERSION, _LEVEL or _MASK. */
int qr_check_arguments(int mode, int version, int level, int mask);

/* Final message codewords of one segment: data, terminator, padding, error correction, interleaved.
 * `codewords` has room for qr_total_codewords[version]; arguments have been checked.
 * Returns ELQR_OK, ELQR_EMPTY, ELQR_TOO_LONG or ELQR_BAD_CHARACTER. */
int qr_final_message(const uint8_t *data, size_t length, int mode, int version, int level,
                     uint8_t *codewords);

#endif
