/* Symbols one at a time, for batches too small for slices: rows of bits, the eight masks side by
 * side. */
#include "bits.h"
#include "qr_batch.h"

/* A symbol without mask: bit x of rows[y] and bit y of columns[x] are the module there. */
typedef struct {
    uint64_t rows[QR_FAST_SIDE], columns[QR_FAST_SIDE];
} lines;

/* What all symbols of a call have in common. */
typedef struct {
    qr_plan plan;
    uint16_t offsets[QR_FAST_CODEWORDS];
    uint64_t rows[8][QR_FAST_SIDE], columns[8][QR_FAST_SIDE]; /* images of the masks */
} setting;

static void make_setting(setting *out) {
    qr_interleaved_offsets(&out->plan, out->offsets);
    for (int mask = 0; mask < 8; mask++) {
        if (out->plan.mask >= 0 && mask != out->plan.mask)
            continue;
        qr_image_rows(&out->plan, mask, out->rows[mask]);
        if (out->plan.mask < 0)
            qr_image_columns(&out->plan, mask, out->columns[mask]);
    }
}

/* The next bit of the final message. */
typedef struct {
    const uint8_t *row;
    const uint16_t *offsets;
    uint32_t codeword;
    int at, bits;
} bit_reader;

static uint64_t next_bit(bit_reader *reader) {
    if (reader->at == reader->bits)
        return 0; /* remainder bits */
    if (reader->at % 8 == 0)
        reader->codeword = reader->row[reader->offsets[reader->at / 8]];
    const uint64_t bit = reader->codeword >> (7 - reader->at % 8) & 1;
    reader->at++;
    return bit;
}

/* 7.7.3 */
static void place(const setting *setting, const uint8_t *row, lines *out) {
    const qr_plan *plan = &setting->plan;
    const int side = plan->side;
    bit_reader reader = {row, setting->offsets, 0, 0, 8 * plan->total_codewords};
    memset(out, 0, sizeof *out);
    int upwards = 1;
    for (int right = side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        uint64_t right_column = 0, left_column = 0;
        for (int step = 0; step < side; step++) {
            const int y = upwards ? side - 1 - step : step;
            const uint64_t taken = plan->patterns.function[y] >> (right - 1);
            const uint64_t right_bit = taken & 2 ? 0 : next_bit(&reader);
            const uint64_t left_bit = taken & 1 ? 0 : next_bit(&reader);
            out->rows[y] |= (right_bit << 1 | left_bit) << (right - 1);
            right_column |= right_bit << y;
            left_column |= left_bit << y;
        }
        out->columns[right] = right_column;
        out->columns[right - 1] = left_column;
    }
}

static void try_masks(const setting *setting, const lines *lines, qr_trial *trial) {
    for (int i = 0; i < setting->plan.side; i++)
        for (int mask = 0; mask < 8; mask++) {
            trial->rows[i][mask] = lines->rows[i] ^ setting->rows[mask][i];
            trial->shifted[i][mask] = trial->rows[i][mask] >> 1;
            trial->columns[i][mask] = lines->columns[i] ^ setting->columns[mask][i];
        }
}

static int lightest(const int32_t scores[8]) {
    int best = 0;
    for (int mask = 1; mask < 8; mask++)
        if (scores[mask] < scores[best])
            best = mask;
    return best;
}

static void store_symbol(const setting *setting, const lines *lines, int mask, uint8_t *packed) {
    const qr_plan *plan = &setting->plan;
    uint8_t bytes[QR_IMAGE_BYTES + 8];
    /* Whole words: each row mends what the one before wrote past its end. */
    for (int row = 0; row < plan->side; row++)
        elqr_store64_low_first(bytes + row * plan->row_bytes,
                               qr_packed_row(lines->rows[row] ^ setting->rows[mask][row]));
    memcpy(packed, bytes, (size_t)plan->symbol_bytes);
}

size_t qr_encode_singles(const qr_variant *variant, const uint8_t *data, size_t width, size_t n,
                         int mode, int version, int level, int mask, uint8_t *packed,
                         uint8_t *masks) {
    setting setting;
    qr_plan_begin(&setting.plan, width, mode, version, level, mask);
    make_setting(&setting);
    for (size_t i = 0; i < n; i++) {
        uint8_t row[QR_ROW_BYTES];
        lines lines;
        int chosen = mask;
        if (qr_rows_portable(&setting.plan, data + i * width, 1, row) == 0)
            return i;
        place(&setting, row, &lines);
        if (mask < 0) {
            qr_trial trial;
            int32_t scores[8];
            try_masks(&setting, &lines, &trial);
            variant->score(&trial, setting.plan.side, scores);
            chosen = lightest(scores);
        }
        masks[i] = (uint8_t)chosen;
        store_symbol(&setting, &lines, chosen, packed + i * (size_t)setting.plan.symbol_bytes);
    }
    return n;
}
