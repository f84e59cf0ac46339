/* The fast encoder's parts: 64 symbols at a time, bit-sliced.  Internal to csrc; docs/symbols.md
 * tells how the encoder works.
 *
 *   plan      qr_plan.c, qr_patterns.c               what all symbols of a call have in common
 *   rows      qr_codewords.c, qr_codewords_x86.c     characters -> codewords, symbol by symbol
 *   slices    simd/qr_s*_template.h                  codewords -> symbols, 64 at once
 *   single    qr_single.c                            codewords -> symbol, where there are few
 *   variants  qr_variants.c                          the template for each instruction set
 *   batch     qr_batch.c                             which edition makes which symbols
 *
 * A plan is made once for many calls (elqr_qr_make_plan) or anew in each, and read only after that.
 *
 * A "word" is a uint64_t that holds one module, or one bit of a codeword, of 64 symbols: symbol i
 * is bit i.  A "vector" is `lanes` words side by side, one for each mask that is tried at once.
 */
#ifndef ELQR_QR_FAST_H
#define ELQR_QR_FAST_H

#include "common.h"
#include "cpu.h"
#include "qr_encode.h"
#include "qr_tables.h"

enum {
    QR_FAST_VERSION = 11, /* the last whose rows fit 64 bits */
    QR_FAST_SIDE = 17 + 4 * QR_FAST_VERSION,
    QR_FAST_MODULES = QR_FAST_SIDE * QR_FAST_SIDE,
    QR_FAST_CODEWORDS = 404,  /* of version 11 */
    QR_FAST_BLOCK_DATA = 116, /* the longest block, those of 9-L */
    /* 30 pairs of columns, which at most 2 timing, 5 alignment, 4 format and version patterns and
     * both ends cut. */
    QR_FAST_RUNS = 30 * 13,
    QR_CHUNK = 64, /* symbols at a time */
    QR_MAX_LANES = 8,
    /* Codewords and packed symbols are transposed in strips of one vector: these are bounds that
     * every vector size divides. */
    QR_ROW_BYTES = (QR_FAST_CODEWORDS + 7 + 63) / 64 * 64,
    QR_IMAGE_BYTES = (QR_FAST_SIDE * 8 + 63) / 64 * 64
};

/* Rows one after the other that take the same number of the message's bits, 7.7.3. */
typedef struct {
    uint8_t row, count;  /* the first of them, and how many */
    int8_t step;         /* to the next row, 1 or -1 */
    uint8_t bits, shift; /* 1 or 2 of them, the last one at column `shift` */
} qr_run;

/* Which words make up a module: what a vector takes in. */
typedef struct {
    uint16_t word;      /* codeword bit, an index to `planes`; qr_plan.no_word where it is 0 */
    uint16_t output;    /* where the word goes in `output` */
    uint16_t vector;    /* words from the row's first to the module's vector */
    uint16_t signature; /* bit k: mask k flips the module */
} qr_module;

/* The low `count` bits of every 2 * count: ...00001111 for 4. */
#define LOW_BITS(count) (UINT64_MAX / ((UINT64_C(1) << (count)) + 1))

/* Rows as bits, column x at bit x: versions up to QR_FAST_VERSION fit. */
typedef struct {
    uint64_t function[QR_FAST_SIDE]; /* modules that no codeword bit may take */
    uint64_t dark[QR_FAST_SIDE];     /* those of them that are dark, format information left out */
} qr_patterns;

/* What the symbols of a call have in common. */
typedef struct {
    int version, level, mode, mask;
    int side, row_bytes, symbol_bytes;
    size_t length;   /* characters of a symbol */
    int header_bits; /* mode and character count indicators, */
    uint32_t header; /* and these bits themselves */
    qr_blocks blocks;
    int data_codewords, total_codewords;
    qr_patterns patterns;
    uint8_t format_row[30], format_column[30]; /* where its bits are, both copies */
    /* Reed-Solomon: entry f is f times the generator, its codewords from the lowest byte up. */
    uint64_t products[256][4];
    int row_stride; /* bytes of a symbol's codewords */
    /* Symbols of light codewords, row y under each mask: they turn unmasked codeword bits, by
     * exclusive or, into the symbol. */
    uint64_t image_rows[QR_FAST_SIDE][8];
    /* Where each codeword of the final message (7.6) is in the row that a qr_rows_function writes.
     */
    uint16_t offsets[QR_FAST_CODEWORDS];

    /* For single symbols. */
    uint64_t image_columns[QR_FAST_SIDE][8];
    qr_run runs[QR_FAST_RUNS]; /* where the message's bits are, 7.7.3 */
    int run_count;

    /* The rest is for slices. */
    int lanes, lanes_log2;                /* words in a vector of the variant that will run */
    int output_strips;                    /* vectors of a packed symbol */
    uint16_t no_word;                     /* index of a word that is always 0 */
    uint16_t row_start[QR_FAST_SIDE + 1]; /* the modules of row y: row_start[y] to [y + 1] */
    qr_module modules[QR_FAST_MODULES];
    uint8_t images[8][QR_IMAGE_BYTES]; /* image_rows, packed */
    /* For AVX2: what the low and the high four bits of a factor make of each of the generator's
     * codewords, from the lowest byte of a product up. */
    uint8_t nibbles[32][2][16];
    /* For GFNI: multiplication by a codeword's coefficients in the error correction codewords, as
     * bit matrices; index 0 is the last data codeword of a block. */
    uint64_t matrices[QR_FAST_BLOCK_DATA][32];
} qr_plan;

/* Work space of a call. */
typedef struct {
    const qr_plan *plan;
    _Alignas(64) uint8_t rows[QR_CHUNK * QR_ROW_BYTES]; /* codewords, symbol by symbol */
    _Alignas(64) uint64_t planes[8 * QR_ROW_BYTES + 8]; /* codewords, a word for each bit; a 0 */
    _Alignas(64) uint64_t output[8 * QR_IMAGE_BYTES];   /* symbols without mask, a word a module */
    _Alignas(64) uint8_t symbols[QR_CHUNK * QR_IMAGE_BYTES]; /* the same, symbol by symbol */
    /* Modules with masks, a vector each, row after row. */
    _Alignas(64) uint64_t matrix[QR_MAX_LANES * QR_FAST_MODULES];
} qr_work;

/* A symbol under all eight masks: line, mask. */
typedef struct {
    uint64_t rows[QR_FAST_SIDE][8];
    uint64_t shifted[QR_FAST_SIDE][8]; /* rows without their first column */
    uint64_t columns[QR_FAST_SIDE][8]; /* row y at bit y */
} qr_trial;

/*---- Plan ----*/

/* What all editions need.  Arguments have been checked, `version` is at most
 * QR_FAST_VERSION, `length` is within the capacity. */
void qr_plan_begin(qr_plan *plan, size_t length, int mode, int version, int level, int mask);

/* What qr_encode_singles needs besides. */
void qr_plan_singles(qr_plan *plan);

/* What qr_encode_slices needs besides, with the matrices of GFNI where they are wanted. */
void qr_plan_slices(qr_plan *plan, int lanes, int matrices);

void qr_draw_patterns(qr_patterns *out, int version);

/* Where the bits of the format information are: bit i % 15 of copy i / 15. */
void qr_list_format(int side, uint8_t rows[30], uint8_t columns[30]);

/* The rows, or the columns, of a symbol of light codewords under a mask. */
void qr_image_rows(const qr_plan *plan, int mask, uint64_t *rows);
void qr_image_columns(const qr_plan *plan, int mask, uint64_t *columns);

/* A row as a packed row's bytes, the first byte lowest. */
uint64_t qr_packed_row(uint64_t bits);

/*---- Rows ----*/

/* Writes the codewords of `count` symbols to rows, plan->row_stride bytes each: the data codewords
 * of all blocks, then the error correction codewords of all blocks.  Returns `count`, or the first
 * symbol that has a character outside its mode. */
typedef size_t qr_rows_function(const qr_plan *plan, const uint8_t *data, size_t count,
                                uint8_t *rows);

qr_rows_function qr_rows_portable;
#if ELQR_X86
qr_rows_function qr_rows_avx2, qr_rows_gfni;

/* qr_are_digits, where the processor has AVX2. */
int qr_are_digits_avx2(const uint8_t *data, size_t length);
#endif

/*---- Variants ----*/

/* An instruction set's way. */
typedef struct {
    const char *name;
    unsigned features; /* what it needs, bits of cpu.h */
    int lanes, uses_matrices;
    qr_rows_function *rows;
    /* Fills the matrix with function patterns, before the first chunk under automatic masks. */
    void (*draw_patterns)(qr_work *work);
    /* Makes the symbols of work->rows: `count` of them, 1 to 64.  NULL: one symbol at a time. */
    void (*slices)(qr_work *work, size_t count, uint8_t *packed, uint8_t *masks);
    /* Penalties of a symbol's masks, less what all have in common. */
    void (*score)(const qr_trial *trial, int side, int32_t scores[8]);
    size_t few; /* up to so many symbols are made faster one at a time */
} qr_variant;

/* The best that this processor runs. */
const qr_variant *qr_best_variant(void);

/* Makes n symbols of payloads of plan->length bytes each by slices, the plan made for this variant.
 * Returns n, or the first item that has a character outside its mode.  About 440 kB of stack. */
size_t qr_encode_slices(const qr_variant *variant, const qr_plan *plan, const uint8_t *data,
                        size_t n, uint8_t *packed, uint8_t *masks);

/* The same one symbol at a time: about 70 kB of stack. */
size_t qr_encode_singles(const qr_variant *variant, const qr_plan *plan, const uint8_t *data,
                         size_t n, uint8_t *packed, uint8_t *masks);

/* Makes a plan and the symbols, by slices if the variant has them. */
size_t qr_encode_variant(const qr_variant *variant, const uint8_t *data, size_t width, size_t n,
                         int mode, int version, int level, int mask, uint8_t *packed,
                         uint8_t *masks);

#endif
