/* elqr.h - the kernels of elqr_fast: payloads, symbols, bar codes, page rasters.
 *
 * Charter.  Every function here works on the caller's buffers only: it allocates nothing, keeps no
 * state, does no I/O, does not recurse, and its time is bounded by its arguments.  Calls may run in
 * any number of threads as long as their output buffers differ.  Buffers need no alignment.  Input
 * is hostile: whatever the bytes, a function returns a status and stays inside the buffers.
 *
 * A batch function returns the status of the first item that failed and writes its index; what it
 * wrote for other items is said at each function.
 */
#ifndef ELQR_H
#define ELQR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Statuses.  errors.py holds one exception for each; tests/native/test_statuses.py compares. */
enum {
    ELQR_OK = 0,
    ELQR_EMPTY = 1,             /* nothing where at least one item is needed */
    ELQR_TOO_LONG = 2,          /* content exceeds the version's or the format's capacity */
    ELQR_TOO_SHORT = 3,         /* fewer bytes than the format has */
    ELQR_BAD_CHARACTER = 4,     /* a byte outside the mode's or field's alphabet */
    ELQR_BAD_VERSION = 5,       /* not 1..40 */
    ELQR_BAD_LEVEL = 6,         /* not L, M, Q, H */
    ELQR_BAD_MASK = 7,          /* not 0..7, nor automatic */
    ELQR_BAD_MODE = 8,          /* unknown segment mode */
    ELQR_BUFFER_TOO_SMALL = 9,  /* the caller's output buffer cannot hold the result */
    ELQR_BAD_PREFIX = 10,       /* fixed digits of the payload differ: not an eL-QR */
    ELQR_BAD_CRC = 11,          /* the payload's CRC is wrong or above 65535 */
    ELQR_BAD_CHECK_DIGIT = 12,  /* a check-digit pair of an OCR line, or of a bar code, is wrong */
    ELQR_AMOUNT_MISMATCH = 13,  /* the two amounts of a payload differ */
    ELQR_BAD_DATE = 14,         /* not a date of the calendar */
    ELQR_OUT_OF_RANGE = 15,     /* a number outside what the field allows */
    ELQR_TRUNCATED = 16,        /* coded data end before the image does */
    ELQR_BAD_CODE = 17          /* coded data hold a word that no table has */
};

#ifdef __cplusplus
}
#endif
#endif
