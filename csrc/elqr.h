/* elqr.h - the kernels of elqr_fast, and what all of them have in common.  In this file: symbols,
 * G4, payloads, reading symbols, bar codes; each other elqr_*.h holds one more group.
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
    ELQR_EMPTY = 1,            /* nothing where at least one item is needed */
    ELQR_TOO_LONG = 2,         /* content exceeds the version's or the format's capacity */
    ELQR_TOO_SHORT = 3,        /* fewer bytes than the format has */
    ELQR_BAD_CHARACTER = 4,    /* a byte outside the mode's or field's alphabet */
    ELQR_BAD_VERSION = 5,      /* not 1..40 */
    ELQR_BAD_LEVEL = 6,        /* not L, M, Q, H */
    ELQR_BAD_MASK = 7,         /* not 0..7, nor automatic */
    ELQR_BAD_MODE = 8,         /* unknown segment mode */
    ELQR_BUFFER_TOO_SMALL = 9, /* the caller's output buffer cannot hold the result */
    ELQR_BAD_PREFIX = 10,      /* fixed digits of the payload differ: not an eL-QR */
    ELQR_BAD_CRC = 11,         /* the payload's CRC is wrong or above 65535 */
    ELQR_BAD_CHECK_DIGIT = 12, /* a check-digit pair of an OCR line, or of a bar code, is wrong */
    ELQR_AMOUNT_MISMATCH = 13, /* the two amounts of a payload differ */
    ELQR_BAD_DATE = 14,        /* not a date of the calendar */
    ELQR_OUT_OF_RANGE = 15,    /* a number outside what the field allows */
    ELQR_TRUNCATED = 16,       /* coded data end before the image does */
    ELQR_BAD_CODE = 17,        /* coded data hold a word that no table has */
    ELQR_NO_SYMBOL = 18,       /* no symbol is seen in the image */
    ELQR_TOO_DAMAGED = 19      /* a symbol has more errors than can be corrected */
};

/*---- Symbols: QR Code, ISO/IEC 18004:2015 ----*/

/* Segment modes; the codes are the mode indicators of Table 2. */
enum { ELQR_QR_NUMERIC = 1, ELQR_QR_ALPHANUMERIC = 2, ELQR_QR_BYTE = 4 };

/* Error correction levels. */
enum { ELQR_QR_L = 0, ELQR_QR_M = 1, ELQR_QR_Q = 2, ELQR_QR_H = 3 };

/* In place of a mask 0..7: the mask with the lowest penalty, the first of equals. */
enum { ELQR_QR_AUTOMATIC = -1 };

/* Modules on a side, 17 + 4 * version, without quiet zone; 0 if the version is not 1..40. */
int elqr_qr_side(int version);

/* Characters (bytes, in byte mode) that one segment of `mode` can hold in a symbol; 0 if an
 * argument is out of range. */
size_t elqr_qr_capacity(int version, int level, int mode);

/* Smallest version 1..40 whose symbol of `level` holds `length` characters of `mode`; 0 if none
 * does or an argument is out of range. */
int elqr_qr_smallest_version(size_t length, int level, int mode);

/* Leading bytes of data[0:length] that `mode` can encode: `length` if all can, else the position
 * of the first that cannot.  0 for an unknown mode. */
size_t elqr_qr_span(const uint8_t *data, size_t length, int mode);

/* Numeric if every byte is a digit, else alphanumeric if every byte is one of its 45 characters,
 * else byte. */
int elqr_qr_narrowest_mode(const uint8_t *data, size_t length);

/* A batch of n items is laid out in one of two ways, in this and the next function:
 *   ends == NULL   item i is data[i * width : (i + 1) * width];
 *   ends != NULL   item i is data[ends[i - 1] : ends[i]], item 0 starts at 0, `width` is not read.
 *
 * Writes elqr_qr_narrowest_mode of each item to modes[0:n].  Returns ELQR_OK, or ELQR_OUT_OF_RANGE
 * if an end offset is smaller than the one before it. */
int elqr_qr_modes(const uint8_t *data, const size_t *ends, size_t width, size_t n, uint8_t *modes);

/* One symbol an item, each of one segment, all of the same mode, version and level.
 *
 * packed   [n * side * ((side + 7) / 8)]: rows top down, 1 = dark, most significant bit left, the
 *          unused bits of a row's last byte 0; no quiet zone
 * masks    [n]: the mask of each symbol
 * mask     0..7, or ELQR_QR_AUTOMATIC
 *
 * Returns ELQR_OK; or ELQR_BAD_MODE, _VERSION, _LEVEL, _MASK for an argument out of range,
 * ELQR_OUT_OF_RANGE for end offsets that decrease, and nothing is written; or the status of the
 * first item that fails: ELQR_EMPTY, ELQR_TOO_LONG for the version and level, or
 * ELQR_BAD_CHARACTER (elqr_qr_span tells where).  Then *bad_item is its index (0 when no item is
 * to blame), earlier items are complete, and what `packed` and `masks` hold for it and for later
 * ones is undefined.  Never writes beyond n symbols.  Time is linear in n.
 *
 * Items of equal length in versions 1 to 11 go to the fastest variant that this processor runs;
 * others to elqr_qr_encode_one.  About 520 kB of stack. */
int elqr_qr_encode_batch(const uint8_t *data, const size_t *ends, size_t width, size_t n, int mode,
                         int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                         size_t *bad_item);

/* What symbols of payloads of one length have in common, for callers who make few at a time but
 * often: some 5 to 10 microseconds of a call.  A plan is elqr_qr_plan_size bytes (about 100,000) of
 * the caller's, aligned to 8; once made it is only read, so that threads may share it.  It is good
 * in the process that made it.
 *
 * elqr_qr_make_plan   `length` bytes each, versions 1 to 11.  ELQR_OK; ELQR_BAD_MODE, _VERSION,
 *                     _LEVEL, _MASK, ELQR_EMPTY or ELQR_TOO_LONG, and the plan is as it was
 * elqr_qr_encode_planned   as elqr_qr_encode_batch for n items of that length at `data`; about
 *                     440 kB of stack */
typedef struct elqr_qr_plan elqr_qr_plan;
size_t elqr_qr_plan_size(void);
int elqr_qr_make_plan(elqr_qr_plan *plan, size_t length, int mode, int version, int level,
                      int mask);
int elqr_qr_encode_planned(const elqr_qr_plan *plan, const uint8_t *data, size_t n, uint8_t *packed,
                           uint8_t *masks, size_t *bad_item);

/* The variants of the fast encoder that were compiled, best first; the last, "portable", runs on
 * any processor.  elqr_qr_variant_name of a number out of range is "".  elqr_qr_variant_runs:
 * whether this processor has what the variant needs and ELQR_DISABLE_CPU (see cpu.h) leaves it. */
int elqr_qr_variant_count(void);
const char *elqr_qr_variant_name(int variant);
int elqr_qr_variant_runs(int variant);

/* As elqr_qr_encode_batch for items of `width` bytes, but by the variant named, for tests and
 * measurements.  ELQR_OUT_OF_RANGE if it does not run here, ELQR_BAD_VERSION beyond version 11. */
int elqr_qr_encode_variant(int variant, const uint8_t *data, size_t width, size_t n, int mode,
                           int version, int level, int mask, uint8_t *packed, uint8_t *masks,
                           size_t *bad_item);

/* One item by the clear, portable edition, which follows the standard clause by clause; every
 * faster edition equals it bit for bit.  Arguments and statuses as above; on failure nothing is
 * written.  About 45 kB of stack. */
int elqr_qr_encode_one(const uint8_t *data, size_t length, int mode, int version, int level,
                       int mask, uint8_t *packed, uint8_t *mask_used);

/* What a symbol holds besides its content. */
typedef struct {
    int version, level, mask;
    int corrected;   /* codewords that error correction changed */
    float unused_ec; /* the part of the error correction that was not needed, 0..1, worst block */
    size_t length;   /* bytes of content */
} elqr_qr_content;

/* Reads modules[side * side], bytes with bit 0 set where dark, row after row, upright, not
 * mirrored, no quiet zone, and writes what all segments hold to content[0 : result->length].
 * Numeric, alphanumeric and byte segments, ECI designators passed over.  ELQR_OK;
 * ELQR_BAD_VERSION: no version has this side.  ELQR_TOO_DAMAGED: format information or a block
 * beyond correction.  ELQR_BAD_MODE: other segments (Kanji, FNC1, structured append).
 * ELQR_TRUNCATED or ELQR_BAD_CODE: codewords that are sound but hold no message.
 * ELQR_BUFFER_TOO_SMALL: never if capacity >= 7089.  Then content is undefined, and *result is what
 * was known by then.  About 130 kB of stack. */
int elqr_qr_decode(const uint8_t *modules, int side, uint8_t *content, size_t capacity,
                   elqr_qr_content *result);

/*---- G4: bilevel rows by ITU-T T.6, as in TIFF compression 4 and PDF's CCITTFaxDecode with K -1
 * ----
 *
 * Rows are packed: 8 pixels a byte, most significant bit left, 1 = black, each row on a byte edge.
 * Coded bits fill bytes from the most significant bit (TIFF FillOrder 1), black is coded as black
 * (TIFF WhiteIsZero).  One call codes one strip: the row above its first is taken as white.
 */

/* Wider rows are refused: 2^20 dots are 22 m at 1200 dpi. */
#define ELQR_G4_MAX_WIDTH (UINT32_C(1) << 20)

/* Bytes that hold any coding of `height` rows of `width` pixels, work space included. */
uint64_t elqr_g4_bound(uint32_t width, uint32_t height);

/* 32-bit words of work space that coding and decoding need: what it holds does not matter. */
size_t elqr_g4_words(uint32_t width);

/* Codes `height` rows of `width` pixels; row y is the (width + 7) / 8 bytes at rows + y * stride.
 * Bits past the width are not looked at.  Writes the coding, with EOFB and zero bits up to a byte
 * edge, to out[0 : *length]; other bytes of out[0 : capacity] may be overwritten.  `words` is work
 * space of elqr_g4_words(width) words.
 *
 * ELQR_EMPTY: width or height is 0.  ELQR_OUT_OF_RANGE: width > ELQR_G4_MAX_WIDTH.
 * ELQR_BUFFER_TOO_SMALL: never when capacity >= elqr_g4_bound(width, height); a smaller buffer is
 * refused as soon as fewer than elqr_g4_bound(width, 1) bytes are left at the start of a row.
 * On failure *length is 0.  Time is linear in the pixels. */
int elqr_g4_encode(const uint8_t *rows, size_t stride, uint32_t width, uint32_t height,
                   uint8_t *out, size_t capacity, uint32_t *words, size_t *length);

/* Decodes `height` rows of `width` pixels from coded[0 : size] into the (width + 7) / 8 bytes at
 * rows + y * stride, bits past the width being 0.  `words` is work space of
 * elqr_g4_words(width) words.  Stops after the last row: EOFB is not asked for, what follows is not
 * looked at.
 *
 * *decoded is the number of whole rows: `height` when the status is ELQR_OK; else the rows from
 * *decoded on are white.
 * ELQR_EMPTY: width or height is 0.  ELQR_OUT_OF_RANGE: width > ELQR_G4_MAX_WIDTH.
 * ELQR_TRUNCATED: the bytes, or an EOFB, end before the last row.
 * ELQR_BAD_CODE: a word no table has, an extension code, a run past the width, a change left of a0.
 * Time is linear in size and in the pixels. */
int elqr_g4_decode(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                   uint8_t *rows, size_t stride, uint32_t *words, uint32_t *decoded);

/* What is drawn of a picture that is decoded: of rows from `first` on, so many columns, which are
 * the width or a multiple of 64 below it.  Row `first` goes to `rows`, the next `stride` bytes
 * farther on.  `inverted`: 1 = white, and bits past the width are 1. */
typedef struct {
    uint8_t *rows;
    size_t stride;
    uint32_t first, columns;
    int inverted;
} elqr_g4_window;

/* As elqr_g4_decode, but draws no more than the window; of rows that are not whole nothing is
 * drawn.  ELQR_OUT_OF_RANGE also for a window that is not in the picture. */
int elqr_g4_decode_window(const uint8_t *coded, size_t size, uint32_t width, uint32_t height,
                          const elqr_g4_window *window, uint32_t *words, uint32_t *decoded);

/* Bilevel rows of `width` pixels as bytes, 0 for 1 (black) and 255 for 0: row y is the
 * (width + 7) / 8 bytes at rows + y * stride; greys[0 : width * height].  Time is linear. */
void elqr_grey(const uint8_t *rows, size_t stride, size_t width, size_t height, uint8_t *greys);

/*---- Payloads: rows of ASCII digits that a layout describes ----*/

/* A layout names every digit of a row: literals, fields, and check digits over other digits.  The
 * eL-QR's 255 digits, the OCR lines and the bar code's 44 digits are layouts; all of them are data
 * (src/elqr_fast/codes/layouts), no function here knows any. */
enum {
    ELQR_LAYOUT_LENGTH = 256, /* most digits of a row */
    ELQR_LAYOUT_FIELDS = 32,
    ELQR_LAYOUT_CHECKS = 8,
    ELQR_OCR_WINDOW = 64 /* digits read at once for a check-digit pair */
};

/* What a field holds. */
enum {
    ELQR_FIELD_DIGITS = 0,
    ELQR_FIELD_DATE = 1 /* given as YYYYMMDD; the last `width` digits of it are in the row */
};

/* How a value shorter than its field is filled up with zeros. */
enum { ELQR_PAD_LEFT = 0, ELQR_PAD_RIGHT = 1, ELQR_PAD_NONE = 2 };

typedef struct {
    uint16_t offset;  /* index of its first digit in the row */
    uint16_t repeat;  /* where the same digits stand again; equal to offset if nowhere */
    uint16_t width;   /* digits in the row; for a date 1..8 */
    uint8_t kind;     /* ELQR_FIELD_... */
    uint8_t pad;      /* ELQR_PAD_...; a date is never padded */
    uint8_t required; /* 0: an empty value leaves the digits of the template */
    uint64_t minimum; /* of the value; checked where width < 19 */
    uint64_t maximum;
} elqr_field;

enum {
    ELQR_CHECK_OCR_PAIR = 0, /* CD1 CD2 at `position` over `length` <= 62 digits from `start` */
    ELQR_CHECK_MOD10 = 1,    /* one digit, weights 3,1,3... from the right over the same span */
    ELQR_CHECK_CRC16 = 2     /* five decimal digits over all digits before `position` */
};

typedef struct {
    uint8_t kind;
    uint16_t position;
    uint16_t start;
    uint16_t length;
} elqr_check;

/* Read-only after elqr_layout_init; any number of threads may share one.  About 30 kB. */
typedef struct {
    uint16_t length;
    uint16_t prefix; /* digits before the first field or check */
    uint16_t tail;   /* from here to the CRC stand only literals and fields with a default */
    uint16_t n_fields;
    uint16_t n_checks;
    uint16_t template_crc;
    elqr_field fields[ELQR_LAYOUT_FIELDS];
    uint64_t limits[ELQR_LAYOUT_FIELDS];   /* values stay below; UINT64_MAX for width >= 19 */
    uint8_t is_ranged[ELQR_LAYOUT_FIELDS]; /* minimum or maximum say more than the width */
    elqr_check checks[ELQR_LAYOUT_CHECKS];
    uint8_t template_digits[ELQR_LAYOUT_LENGTH];
    uint8_t is_literal[ELQR_LAYOUT_LENGTH]; /* 0xFF at literals, else 0 */
    uint16_t window[ELQR_LAYOUT_CHECKS];    /* first digit of a pair's window */
    uint8_t weights1[ELQR_LAYOUT_CHECKS][ELQR_OCR_WINDOW];
    uint8_t weights2[ELQR_LAYOUT_CHECKS][ELQR_OCR_WINDOW];
    uint16_t crc_pairs[ELQR_LAYOUT_LENGTH / 2][100]; /* see payload_layout.c */
} elqr_layout;

/* Fills `layout` from a template (`length` digits: literals and defaults in place, '0' elsewhere),
 * the fields and the checks, in the order in which check digits are to be computed.  At most one
 * CRC, and it ends the row.  Copies what it needs.  Returns ELQR_OK, ELQR_TOO_LONG (length, or too
 * many fields or checks), ELQR_BAD_CHARACTER (template), or ELQR_OUT_OF_RANGE (a field or check
 * with an unknown kind, outside the row, or on top of another).  Time: about 50 microseconds. */
int elqr_layout_init(elqr_layout *layout, const uint8_t *template_digits, size_t length,
                     const elqr_field *fields, size_t n_fields, const elqr_check *checks,
                     size_t n_checks);

enum {
    ELQR_COLUMN_ABSENT = 0, /* every row takes the template's digits */
    ELQR_COLUMN_INT64 = 1,
    ELQR_COLUMN_TEXT32 = 2, /* Arrow string: int32 offsets [n + 1] into bytes */
    ELQR_COLUMN_TEXT64 = 3  /* Arrow large_string: int64 offsets */
};

/* One value a row, in Arrow's memory layout.  Owned by the caller. */
typedef struct {
    int form;                /* ELQR_COLUMN_... */
    const uint8_t *values;   /* INT64: int64_t [n], native byte order; TEXT: offsets [n + 1] */
    const uint8_t *text;     /* TEXT: the bytes that offsets point into, else unused */
    size_t text_size;        /* bytes in `text`; an offset beyond it is a status, not a read */
    const uint8_t *validity; /* bit i + validity_start set: row i has a value; NULL: all have */
    size_t validity_start;
} elqr_column;

/* Writes n rows of layout->length digits to `rows`, one column for each field in layout order,
 * and to `statuses` [n_fields][n] ELQR_OK or what is wrong with that value: ELQR_EMPTY (required,
 * but null or empty), ELQR_BAD_CHARACTER, ELQR_TOO_LONG, ELQR_TOO_SHORT (not padded),
 * ELQR_BAD_DATE, ELQR_OUT_OF_RANGE, ELQR_TRUNCATED (offsets outside the text).  A row with any of
 * these is all zero bytes, so that it can never pass for digits.  Returns the number of such rows.
 * O(n). */
size_t elqr_payload_build(const elqr_layout *layout, const elqr_column *columns, size_t n,
                          uint8_t *rows, uint8_t *statuses);

/* Checks n rows of layout->length bytes.  Per row: statuses[i] is ELQR_OK or the first of
 * ELQR_BAD_PREFIX (digits before the first field), ELQR_BAD_CHARACTER (not a digit), ELQR_BAD_CRC,
 * ELQR_BAD_CHECK_DIGIT, ELQR_AMOUNT_MISMATCH (a repeated field differs), ELQR_BAD_PREFIX (literals
 * farther on), ELQR_BAD_DATE or ELQR_OUT_OF_RANGE (not for the default of an optional field);
 * positions[i] is the index of the first digit concerned (0 if ELQR_OK).  The CRC comes before what
 * it covers: where it is right, a later fault was made by the issuer, not by the reading.  Returns
 * the number of rows not ELQR_OK.  O(n). */
size_t elqr_payload_parse(const elqr_layout *layout, const uint8_t *rows, size_t n,
                          uint8_t *statuses, uint16_t *positions);

/*---- Reading symbols from images ----*/

/* How a symbol was read. */
enum {
    ELQR_RUNG_NONE = 0,    /* it was not */
    ELQR_RUNG_FAST = 1,    /* three finder patterns, an affine grid, hard decisions */
    ELQR_RUNG_SLOW = 2,    /* a refined projective grid, soft decisions and erasures */
    ELQR_RUNG_ASSISTED = 3 /* as before, with the digits that the layout lets expect */
};

/* What is expected: a layout's digits in one numeric segment of level M, in the smallest version
 * that holds them, and the digits that are literals or defaults.  Read-only after
 * elqr_scanner_init; any number of threads may share one. */
typedef struct elqr_scanner elqr_scanner;

/* Bytes of a scanner, and their alignment is that of double. */
size_t elqr_scanner_size(void);

/* Makes a scanner for payloads of `layout`, which it refers to from then on, and modules of
 * smallest to largest pixels, within 1.5..40.  ELQR_OK, ELQR_TOO_LONG if no version holds the
 * layout, ELQR_OUT_OF_RANGE.  About 40 kB of stack and 50 microseconds. */
int elqr_scanner_init(elqr_scanner *scanner, const elqr_layout *layout, float smallest,
                      float largest);

/* What was read, and how. */
typedef struct {
    elqr_qr_content symbol;
    int rung;         /* ELQR_RUNG_... */
    int erased;       /* codewords that were taken as erasures */
    int sound;        /* the content is a payload of the layout and every check of it passed */
    float corners[8]; /* x, y in pixels of the symbol's own top left, top right, bottom right,
                         bottom left */
} elqr_scan_reading;

/* Bytes of work space that an image of this size needs, aligned as double; 0 if it is too large
 * (32767 pixels either way, 16 million in all) or empty. */
size_t elqr_scan_work(int width, int height);

/* Reads the one symbol of an image, any quarter turn, askew by some degrees: `height` rows of
 * `width` grey pixels, 0 = black, row y at pixels + y * stride.  Rungs are climbed up to `effort`
 * (ELQR_RUNG_...).  The fast rung reads symbols of any content and version; the others return only
 * payloads of the layout that pass every check of it, so that no correction of noise passes for a
 * reading.
 *
 * ELQR_OK: content[0 : reading->symbol.length].  ELQR_NO_SYMBOL: no finder patterns that make a
 * symbol.  Other statuses are elqr_qr_decode's, of the last attempt.  ELQR_OUT_OF_RANGE: size,
 * effort, or rows that span 2^31 bytes.  `work` is elqr_scan_work(width, height) bytes.  About 150
 * kB of stack.  Time is linear in the pixels, some milliseconds for a slow rung. */
int elqr_scan(const elqr_scanner *scanner, const uint8_t *pixels, size_t stride, int width,
              int height, int effort, void *work, uint8_t *content, size_t capacity,
              elqr_scan_reading *reading);

/*---- Bar codes: GS1-128 of 44 digits ----*/

enum { ELQR_BILL_DIGITS = 44, ELQR_BILL_MODULES = 288 };

/* Draws n symbols: Start C, FNC1, 22 digit pairs, mod-103 check, Stop (ISO/IEC 15417).  `digits` is
 * [n][44] ASCII, `modules` [n][288] bytes, 1 = bar, left to right, no quiet zone.  Returns ELQR_OK,
 * or ELQR_BAD_CHARACTER with the row in *bad_item; symbols before it are drawn, it and those after
 * it are not.  O(n). */
int elqr_bill_bars(const uint8_t *digits, size_t n, uint8_t *modules, size_t *bad_item);

#ifdef __cplusplus
}
#endif
#endif
