/* From codewords to symbols, 64 symbols at once: one source for every instruction set.
 *
 * Included once for each, with qr_sweep_template.h before it, after a vector_*.h that defines
 *   VECTOR, LANES       a vector of LANES 64-bit words
 *   TARGET, NAME(x)     the function attribute, and x with the variant's suffix
 *   LOAD, STORE         of words; LOAD_BYTES, STORE_BYTES of bytes, the first of a word lowest
 *   ZEROS, ONES, EVERY(word), NOT, AND, OR, XOR, IS_ZERO
 *   XOR3, AND3, OR3 of (a, b, c), and
 *   AND_NAND            a & ~(b & c)
 *   DIFFER3, MIXED      of neighbours a and b (and c) and of those above them, or of the edges
 *                       between a and b, b and c and asides from the ones above: not all equal;
 *                       not all equal, a, b and those above
 *   LIGHT_BETWEEN(a, b, c)  of three neighbours b alone is light
 *   ADD_TWO(carry, sum, a, b)  sum + a + b = 2 * carry + the new sum
 *   KEEP(a)             tells the compiler not to load a again
 *   SPREAD(address)     the word there in every lane; STORE_WORD(address, a) is the way back
 *   INVERT(a, bits)     inverted in lane k where bit k is 1
 *   EXCHANGE(a, b, s, mask)   a's bits above the low s of every 2s with b's low ones (`mask`)
 *
 * Bit i of a word belongs to symbol i of 64, lane k of a vector to mask k (of pass p: to mask
 * LANES * p + k).  So one vector operation does one thing to one module of 64 symbols under LANES
 * masks, and a shift from module to module is nothing but the choice of another vector.
 *
 *   transpose   rows of codewords become words, one for each codeword bit
 *   place       words become the vectors of a matrix row: broadcast, inverted where masks say so
 *   sweep       the penalties, along each row while it is in the first-level cache, and then along
 *               each column: qr_sweep_template.h
 *   choose      the lowest score of each symbol, bit by bit
 *   finish      words of unmasked modules become rows of bytes, exclusive or the mask's image */

/*---- Transposition ----*/

#define THREE_LEVELS(r, first)                                                                     \
    do {                                                                                           \
        EXCHANGE(r[0], r[4], 4 * first, LOW_BITS(4 * first));                                      \
        EXCHANGE(r[1], r[5], 4 * first, LOW_BITS(4 * first));                                      \
        EXCHANGE(r[2], r[6], 4 * first, LOW_BITS(4 * first));                                      \
        EXCHANGE(r[3], r[7], 4 * first, LOW_BITS(4 * first));                                      \
        EXCHANGE(r[0], r[2], 2 * first, LOW_BITS(2 * first));                                      \
        EXCHANGE(r[1], r[3], 2 * first, LOW_BITS(2 * first));                                      \
        EXCHANGE(r[4], r[6], 2 * first, LOW_BITS(2 * first));                                      \
        EXCHANGE(r[5], r[7], 2 * first, LOW_BITS(2 * first));                                      \
        EXCHANGE(r[0], r[1], first, LOW_BITS(first));                                              \
        EXCHANGE(r[2], r[3], first, LOW_BITS(first));                                              \
        EXCHANGE(r[4], r[5], first, LOW_BITS(first));                                              \
        EXCHANGE(r[6], r[7], first, LOW_BITS(first));                                              \
    } while (0)

/* In every lane, the 64 x 64 bits of 64 rows: bit j of row i becomes bit i of row j.  The
 * exchanges at distances 32, 16 and 8 come first, for eight rows at a time. */
static TARGET void NAME(transpose_rows)(const uint8_t *rows, size_t stride, uint64_t *vectors) {
    for (size_t i = 0; i < 8; i++) {
        VECTOR r[8];
        for (size_t j = 0; j < 8; j++)
            r[j] = LOAD_BYTES(rows + (8 * j + i) * stride);
        THREE_LEVELS(r, 8);
        for (size_t j = 0; j < 8; j++)
            STORE(vectors + (8 * j + i) * LANES, r[j]);
    }
    for (size_t i = 0; i < 8; i++) {
        uint64_t *eight = vectors + 8 * i * LANES;
        VECTOR r[8];
        for (size_t j = 0; j < 8; j++)
            r[j] = LOAD(eight + j * LANES);
        THREE_LEVELS(r, 1);
        for (size_t j = 0; j < 8; j++)
            STORE(eight + j * LANES, r[j]);
    }
}

/* The way back: 64 vectors of words to bytes, one row for each symbol. */
static TARGET void NAME(transpose_words)(const uint64_t *vectors, uint8_t *rows, size_t stride) {
    uint64_t half[64 * LANES];
    for (size_t i = 0; i < 8; i++) {
        VECTOR r[8];
        for (size_t j = 0; j < 8; j++)
            r[j] = LOAD(vectors + (8 * j + i) * LANES);
        THREE_LEVELS(r, 8);
        for (size_t j = 0; j < 8; j++)
            STORE(half + (8 * j + i) * LANES, r[j]);
    }
    for (size_t i = 0; i < 8; i++) {
        const uint64_t *eight = half + 8 * i * LANES;
        VECTOR r[8];
        for (size_t j = 0; j < 8; j++)
            r[j] = LOAD(eight + j * LANES);
        THREE_LEVELS(r, 1);
        for (size_t j = 0; j < 8; j++)
            STORE_BYTES(rows + (8 * i + j) * stride, r[j]);
    }
}

#undef THREE_LEVELS

/*---- One symbol ----*/

/* The ones of lane `lane` of a counter that `where` lets through. */
static TARGET int32_t NAME(count_lane)(const NAME(counter) * counter, int lane, uint64_t where) {
    int32_t count = 0;
    for (int p = 0; p < NUMBER_PLANES; p++) {
        uint64_t words[LANES];
        STORE(words, counter->planes[p]);
        count += (int32_t)elqr_count_ones(words[lane] & where) << p;
    }
    return count;
}

/* The same sweeps over another kind of vector: bit x of a word is column x of one symbol.  A sweep
 * down the rows takes all columns at once, a sweep along the columns all rows; what is above is
 * then the column beside. */
static TARGET void NAME(score)(const qr_trial *trial, int side, int32_t scores[8]) {
    const uint64_t within = (UINT64_C(1) << side) - 1;
    for (int mask = 0; mask < 8; mask += LANES) {
        NAME(penalties) sum;
        NAME(clear_all)(&sum);
        NAME(sweep)(&trial->rows[0][mask], 8, side, 1, &trial->shifted[0][mask], &sum);
        NAME(sweep)(&trial->columns[0][mask], 8, side, 0, NULL, &sum);
        NAME(settle_above)(&sum, 0);
        for (int lane = 0; lane < LANES; lane++) {
            const int32_t dark = NAME(count_lane)(&sum.dark, lane, within);
            const int32_t off = 2 * dark - side * side;
            scores[mask + lane] = 40 * NAME(count_lane)(&sum.finders, lane, within) -
                                  NAME(count_lane)(&sum.tame, lane, within) -
                                  3 * NAME(count_lane)(&sum.mixed, lane, within >> 1) +
                                  (off < 0 ? -off : off) * 10 / (side * side) * 10;
        }
    }
}

/*---- A chunk ----*/

/* The modules of a row that are not always the same, under the masks of a pass; the first pass also
 * leaves them unmasked for output. */
static TARGET void NAME(place_row)(qr_work *work, int row, int pass) {
    const qr_plan *plan = work->plan;
    const qr_module *module = plan->modules + plan->row_start[row];
    const qr_module *end = plan->modules + plan->row_start[row + 1];
    uint64_t *line = work->matrix + (size_t)row * (size_t)plan->side * LANES;
    for (; module < end; module++) {
        const VECTOR word = SPREAD(work->planes + module->word);
        const unsigned inverted = module->signature >> (LANES * pass) & ((1u << LANES) - 1);
        if (pass == 0)
            STORE_WORD(work->output + module->output, word);
        STORE(line + module->vector, INVERT(word, inverted));
    }
}

static TARGET void NAME(draw_patterns)(qr_work *work) {
    const int side = work->plan->side;
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
            STORE(work->matrix + (size_t)(row * side + column) * LANES,
                  work->plan->patterns.dark[row] >> column & 1 ? ONES : ZEROS);
}

static TARGET void NAME(choose_masks)(qr_work *work, uint64_t *choice) {
    const int side = work->plan->side;
    uint64_t lowest[SCORE_PLANES], words[SCORE_PLANES][LANES];
    memset(lowest, 0xFF, sizeof lowest); /* no score is as high */
    NAME(penalties) sum;
    for (int pass = 0; pass < 8 / LANES; pass++) {
        NAME(clear_all)(&sum);
        for (int row = 0; row < side; row++) {
            NAME(place_row)(work, row, pass);
            NAME(sweep_row)(work->matrix + (size_t)(row * side) * LANES, side, row == 0, &sum);
        }
        for (int column = 0; column < side; column++)
            NAME(sweep_column)(work->matrix + (size_t)column * LANES, side, &sum);
        NAME(settle_above)(&sum, 0);
        NAME(make_score)(&sum, side * side, words);
        for (int lane = 0; lane < LANES; lane++)
            keep_lowest(&words[0][lane], LANES, pass * LANES + lane, lowest, choice);
    }
}

static TARGET void NAME(slices)(qr_work *work, size_t count, uint8_t *packed, uint8_t *masks) {
    const qr_plan *plan = work->plan;
    const size_t strip = 8 * LANES, stride = (size_t)plan->output_strips * strip;
    for (size_t at = 0; at < (size_t)plan->row_stride; at += strip)
        NAME(transpose_rows)(work->rows + at, (size_t)plan->row_stride, work->planes + 8 * at);
    if (plan->mask < 0) {
        uint64_t choice[3] = {0, 0, 0};
        NAME(choose_masks)(work, choice);
        store_choice(choice, count, masks);
    } else {
        memset(masks, plan->mask, count);
        gather_output(work);
    }
    for (size_t at = 0; at < stride; at += strip)
        NAME(transpose_words)(work->output + 8 * at, work->symbols + at, stride);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *image = plan->images[masks[i]];
        uint8_t *from = work->symbols + i * stride, *to = packed + i * (size_t)plan->symbol_bytes;
        for (size_t at = 0; at < stride; at += strip) {
            const VECTOR row = XOR(LOAD_BYTES(from + at), LOAD_BYTES(image + at));
            if (i + 1 < count || at + strip <= (size_t)plan->symbol_bytes)
                STORE_BYTES(to + at, row);
            else {
                STORE_BYTES(from + at, row);
                memcpy(to + at, from + at, (size_t)plan->symbol_bytes - at);
            }
        }
    }
}
