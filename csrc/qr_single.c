/* Symbols one at a time, for batches too small for slices: rows of bits, the eight masks side by
 * side. */
#include "bits.h"
#include "qr_batch.h"

/* A symbol without mask: bit x of rows[y] and bit y of columns[x] are the module there.  Columns
 * are there only for choosing a mask. */
typedef struct {
    uint64_t rows[64], columns[64];
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

/*---- Placement, 7.7.3 ----*/

enum { MESSAGE_BYTES = QR_FAST_CODEWORDS + 8 }; /* remainder bits are 0, and a word may be read */

/* The bits of the final message, the next one highest. */
typedef struct {
    const uint8_t *next;
    uint64_t word;
    int left;
} bit_reader;

/* The next two bits, the first one above, of which `used` are taken. */
static uint64_t take_two(bit_reader *reader, int used) {
    if (reader->left < 2) {
        reader->word |= elqr_load64(reader->next) >> 32 << (32 - reader->left);
        reader->left += 32;
        reader->next += 4;
    }
    const uint64_t two = reader->word >> 62;
    reader->word <<= used;
    reader->left -= used;
    return two;
}

/* Columns `right - 1` and `right`, upwards or downwards. */
static void place_pair(const qr_plan *plan, bit_reader *reader, int right, int upwards,
                       uint64_t *rows) {
    const int shift = right - 1;
    int y = upwards ? plan->side - 1 : 0;
    for (int step = 0; step < plan->side; step++, y += upwards ? -1 : 1)
        switch (plan->patterns.function[y] >> shift & 3) {
        case 0:
            rows[y] |= take_two(reader, 2) << shift;
            break;
        case 1: /* only the right one is free */
            rows[y] |= (take_two(reader, 1) & 2) << shift;
            break;
        case 2:
            rows[y] |= take_two(reader, 1) >> 1 << shift;
            break;
        default:
            break;
        }
}

static void place(const setting *setting, const uint8_t *codewords, uint64_t rows[64]) {
    const qr_plan *plan = &setting->plan;
    uint8_t message[MESSAGE_BYTES] = {0};
    for (int i = 0; i < plan->total_codewords; i++)
        message[i] = codewords[setting->offsets[i]];
    memset(rows, 0, 64 * sizeof rows[0]);
    bit_reader reader = {message, 0, 0};
    int upwards = 1;
    for (int right = plan->side - 1; right > 0; right -= 2, upwards = !upwards) {
        if (right == 6)
            right = 5;
        place_pair(plan, &reader, right, upwards, rows);
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
        place(&setting, row, lines.rows);
        if (mask < 0) {
            qr_trial trial;
            int32_t scores[8];
            memcpy(lines.columns, lines.rows, sizeof lines.columns);
            transpose(lines.columns);
            try_masks(&setting, &lines, &trial);
            variant->score(&trial, setting.plan.side, scores);
            chosen = lightest(scores);
        }
        masks[i] = (uint8_t)chosen;
        store_symbol(&setting, &lines, chosen, packed + i * (size_t)setting.plan.symbol_bytes);
    }
    return n;
}
