/* Symbols one at a time, for batches too small for slices: rows of bits, the eight masks side by
 * side. */
#include "bits.h"
#include "qr_fast.h"

/* A symbol without mask: bit x of rows[y] and bit y of columns[x] are the module there.  Columns
 * are there only for choosing a mask. */
typedef struct {
    uint64_t rows[64], columns[64];
} lines;

/*---- Placement, 7.7.3 ----*/

enum {
    MESSAGE_BYTES = QR_FAST_CODEWORDS + 8, /* remainder bits are 0, and a word may be read */
    ROWS_OF_A_WORD = 28                    /* of two bits each, when up to seven bits are behind */
};

/* Rows of a run: the bits of `word` from the highest down.  `bits` is a constant where inlined. */
ELQR_INLINE void place_rows(const qr_run *run, int first, int count, int bits, uint64_t word,
                            uint64_t *rows) {
    for (int i = first; i < first + count; i++) {
        rows[run->row + i * run->step] |= word >> (64 - bits) << run->shift;
        word <<= bits;
    }
}

static void place(const qr_plan *plan, const uint8_t *codewords, uint64_t rows[64]) {
    uint8_t message[MESSAGE_BYTES] = {0};
    for (int i = 0; i < plan->total_codewords; i++)
        message[i] = codewords[plan->offsets[i]];
    memset(rows, 0, 64 * sizeof rows[0]);
    size_t at = 0;
    for (const qr_run *run = plan->runs; run < plan->runs + plan->run_count; run++)
        for (int first = 0; first < run->count; first += ROWS_OF_A_WORD) {
            const int left = run->count - first;
            const int count = left < ROWS_OF_A_WORD ? left : ROWS_OF_A_WORD;
            const uint64_t word = elqr_load64(message + at / 8) << at % 8;
            if (run->bits == 2)
                place_rows(run, first, count, 2, word, rows);
            else
                place_rows(run, first, count, 1, word, rows);
            at += (size_t)(count * run->bits);
        }
}

/* Bit x of word y becomes bit y of word x. */
static void transpose(uint64_t words[64]) {
    for (int step = 32; step > 0; step /= 2) {
        const uint64_t low = UINT64_MAX / ((UINT64_C(1) << step) + 1);
        for (int first = 0; first < 64; first += 2 * step)
            for (int i = first; i < first + step; i++) {
                const uint64_t change = (words[i] >> step ^ words[i + step]) & low;
                words[i] ^= change << step;
                words[i + step] ^= change;
            }
    }
}

static void try_masks(const qr_plan *plan, const lines *lines, qr_trial *trial) {
    for (int i = 0; i < plan->side; i++)
        for (int mask = 0; mask < 8; mask++) {
            trial->rows[i][mask] = lines->rows[i] ^ plan->image_rows[i][mask];
            trial->shifted[i][mask] = trial->rows[i][mask] >> 1;
            trial->columns[i][mask] = lines->columns[i] ^ plan->image_columns[i][mask];
        }
}

static int lightest(const int32_t scores[8]) {
    int best = 0;
    for (int mask = 1; mask < 8; mask++)
        if (scores[mask] < scores[best])
            best = mask;
    return best;
}

static void store_symbol(const qr_plan *plan, const lines *lines, int mask, uint8_t *packed) {
    uint8_t bytes[QR_IMAGE_BYTES + 8];
    /* Whole words: each row mends what the one before wrote past its end. */
    for (int row = 0; row < plan->side; row++)
        elqr_store64_low_first(bytes + row * plan->row_bytes,
                               qr_packed_row(lines->rows[row] ^ plan->image_rows[row][mask]));
    memcpy(packed, bytes, (size_t)plan->symbol_bytes);
}

/* The mask with the lowest penalty. */
static int choose_mask(const qr_variant *variant, const qr_plan *plan, lines *lines) {
    qr_trial trial;
    int32_t scores[8];
    memcpy(lines->columns, lines->rows, sizeof lines->columns);
    transpose(lines->columns);
    try_masks(plan, lines, &trial);
    variant->score(&trial, plan->side, scores);
    return lightest(scores);
}

size_t qr_encode_singles(const qr_variant *variant, const qr_plan *plan, const uint8_t *data,
                         size_t n, uint8_t *packed, uint8_t *masks) {
    for (size_t i = 0; i < n; i++) {
        uint8_t row[QR_ROW_BYTES];
        lines lines;
        if (qr_rows_portable(plan, data + i * plan->length, 1, row) == 0)
            return i;
        place(plan, row, lines.rows);
        const int mask = plan->mask < 0 ? choose_mask(variant, plan, &lines) : plan->mask;
        masks[i] = (uint8_t)mask;
        store_symbol(plan, &lines, mask, packed + i * (size_t)plan->symbol_bytes);
    }
    return n;
}
