/* From codewords to symbols, 64 symbols at once: one source for every instruction set.
 *
 * Included once for each, after a vector_*.h that defines
 *   VECTOR, LANES       a vector of LANES 64-bit words
 *   TARGET, NAME(x)     the function attribute, and x with the variant's suffix
 *   LOAD, STORE         of words; LOAD_BYTES, STORE_BYTES of bytes, the first of a word lowest
 *   ZEROS, ONES, EVERY(word), NOT, AND, OR, XOR, IS_ZERO
 *   XOR3, AND3, OR3 of (a, b, c), and
 *   AND_NAND            a & ~(b & c)
 *   ADD_TWO(carry, sum, a, b)  sum + a + b = 2 * carry + the new sum
 *   SPREAD(word, bits)  the word in every lane, inverted in lane k where bit k is 1
 *   EXCHANGE(a, b, s, mask)   a's bits above the low s of every 2s with b's low ones (`mask`)
 *
 * Bit i of a word belongs to symbol i of 64, lane k of a vector to mask k (of pass p: to mask
 * LANES * p + k).  So one vector operation does one thing to one module of 64 symbols under LANES
 * masks, and a shift from module to module is nothing but the choice of another vector.
 *
 *   transpose   rows of codewords become words, one for each codeword bit
 *   place       words become the vectors of a matrix row: broadcast, inverted where masks say so
 *   sweep       along each row, while it is in the first-level cache, and then along each column:
 *               the penalties (ISO/IEC 18004:2015, 7.8.3.1 as docs/symbols.md reads it)
 *   choose      the lowest score of each symbol, bit by bit
 *   finish      words of unmasked modules become rows of bytes, exclusive or the mask's image
 *
 * A penalty is counted where it is absent if that saves an operation: the features "no run" and "no
 * block" come as differences, and a constant less the count is as good for comparing. */

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

/*---- Counting: in bit-sliced numbers, planes[p] holds the bits of weight 2^p ----*/

typedef struct {
    VECTOR planes[COUNT_PLANES];
    VECTOR waiting[WAITING]; /* bits of one weight that are not yet in `planes` */
} NAME(counter);

static TARGET void NAME(clear)(NAME(counter) *counter) {
    for (int p = 0; p < COUNT_PLANES; p++)
        counter->planes[p] = ZEROS;
}

/* Takes `count` waiting bits of weight 2^p into the planes, eight at a time; the carries, an eighth
 * as many, wait for the next round. */
static TARGET void NAME(settle)(NAME(counter) *counter, int p, int count) {
    VECTOR *bits = counter->waiting, *planes = counter->planes;
    for (; p + 3 <= COUNT_PLANES && count > 0; p += 3) {
        VECTOR ones = planes[p], twos = planes[p + 1], fours = planes[p + 2];
        while (count % 8 != 0)
            bits[count++] = ZEROS;
        count /= 8;
        for (int i = 0; i < count; i++) {
            const VECTOR *b = bits + 8 * i;
            VECTOR b0 = b[0], b2 = b[2], b4 = b[4], b6 = b[6], two0, two1, two2, two3, four0, four1;
            ADD_TWO(two0, ones, b0, b[1]);
            ADD_TWO(two1, ones, b2, b[3]);
            ADD_TWO(four0, twos, two0, two1);
            ADD_TWO(two2, ones, b4, b[5]);
            ADD_TWO(two3, ones, b6, b[7]);
            ADD_TWO(four1, twos, two2, two3);
            ADD_TWO(bits[i], fours, four0, four1);
        }
        planes[p] = ones;
        planes[p + 1] = twos;
        planes[p + 2] = fours;
    }
}

/* The two lowest planes of a counter, while a line is swept. */
typedef struct {
    VECTOR ones, twos;
} NAME(sum);

/* Adds four bits to a sum and returns the carry of weight 4. */
ELQR_INLINE TARGET VECTOR NAME(add_four)(NAME(sum) *sum, VECTOR a, VECTOR b, VECTOR c, VECTOR d) {
    VECTOR first, second, carry;
    ADD_TWO(first, sum->ones, a, b);
    ADD_TWO(second, sum->ones, c, d);
    ADD_TWO(carry, sum->twos, first, second);
    return carry;
}

/*---- Penalties along a line, four modules at a time ----*/

typedef struct {
    NAME(counter) tame;    /* modules that are in no run, once along rows and once along columns */
    NAME(counter) mixed;   /* 2 x 2 blocks that are not of one colour */
    NAME(counter) finders; /* 1011101 with four light modules on a side */
    NAME(counter) dark;
    int line_waits, area_waits; /* bits that wait in tame and finders, and in mixed and dark */
} NAME(penalties);

/* What a sweep remembers of the line behind it; a number tells how many modules back. */
typedef struct {
    VECTOR module1, module2, module3;
    VECTOR edge1;                      /* differs from the module before it */
    VECTOR aside1;                     /* differs from the module in the row above */
    VECTOR differ1, differ2;           /* not all equal: the three modules that end there */
    VECTOR broken1, broken2;           /* not all equal: the five modules that end there */
    VECTOR dld1, dld2, dld3, dld4;     /* dark, light, dark ends there */
    VECTOR core1, core2, core3, core4; /* 1011101 ends there */
    NAME(sum) tame, mixed, dark;
} NAME(line);

/* Feature 1: a run of n >= 5 modules costs n - 2, and n - 2 is how many threes of equal modules end
 * in it.  A three counts if one of the fives that begin with it, or one or two modules before it,
 * is equal; a five is equal if the threes at its two ends are.  Threes that count come three or
 * more together, with gaps of two or more, so that the middle one of three neighbours is also their
 * majority: a carry that costs nothing. */
ELQR_INLINE TARGET void NAME(add_runs)(NAME(line) *line, NAME(counter) *tame, int place,
                                       int group, VECTOR differ0, VECTOR differ1,
                                       VECTOR differ2, VECTOR differ3) {
    /* Fives that would reach outside the symbol are no runs. */
    const VECTOR broken0 = place == INSIDE ? OR(differ0, line->differ2) : ONES;
    const VECTOR broken1 = place == INSIDE ? OR(differ1, line->differ1) : ONES;
    const VECTOR broken2 = place == INSIDE ? OR(differ2, differ0) : ONES;
    const VECTOR broken3 = place == AT_END ? ONES : OR(differ3, differ1);
    const VECTOR tame0 = AND3(line->broken2, broken0, line->broken1);
    const VECTOR tame1 = AND3(line->broken1, broken1, broken0);
    const VECTOR tame2 = AND3(broken0, broken2, broken1);
    const VECTOR tame3 = AND3(broken1, broken3, broken2);
    const VECTOR odd = XOR3(tame0, tame1, tame2);
    VECTOR carry;
    ADD_TWO(carry, line->tame.ones, odd, tame3);
    ADD_TWO(tame->waiting[group], line->tame.twos, tame1, carry);
    line->broken1 = broken3;
    line->broken2 = broken2;
}

/* Feature 3.  lit[i]: not all light, the four modules that end at module i of these four; lit[-11]
 * is then the four that come before a core which ended four modules earlier.  Cores that end within
 * four modules exclude each other: what is counted is their disjunction. */
ELQR_INLINE TARGET void NAME(add_finders)(NAME(line) *line, NAME(counter) *finders, int place,
                                          int group, VECTOR *lit, VECTOR b0, VECTOR b1, VECTOR b2,
                                          VECTOR b3, VECTOR edge0, VECTOR edge1, VECTOR edge2,
                                          VECTOR edge3) {
    if (place == AT_START)
        finders->waiting[group] = ZEROS;
    else {
        const VECTOR found0 = AND_NAND(line->core4, lit[0], lit[-11]);
        const VECTOR found1 = AND_NAND(line->core3, lit[1], lit[-10]);
        const VECTOR found2 = AND_NAND(line->core2, lit[2], lit[-9]);
        const VECTOR found3 = AND_NAND(line->core1, lit[3], lit[-8]);
        finders->waiting[group] = OR(OR3(found0, found1, found2), found3);
    }
    const VECTOR dld0 = AND3(line->edge1, edge0, b0);
    const VECTOR dld1 = AND3(edge0, edge1, b1);
    const VECTOR dld2 = AND3(edge1, edge2, b2);
    const VECTOR dld3 = AND3(edge2, edge3, b3);
    line->core4 = AND3(line->dld4, dld0, line->module3);
    line->core3 = AND3(line->dld3, dld1, line->module2);
    line->core2 = AND3(line->dld2, dld2, line->module1);
    line->core1 = AND3(line->dld1, dld3, b0);
    line->dld4 = dld0;
    line->dld3 = dld1;
    line->dld2 = dld2;
    line->dld1 = dld3;
}

/* Features 1 and 3 of the next four modules; edges tell which differ from the module before. */
ELQR_INLINE TARGET void NAME(add_line)(NAME(line) *line, NAME(penalties) *sum, int place,
                                       int group, VECTOR *lit, VECTOR b0, VECTOR b1, VECTOR b2,
                                       VECTOR b3, VECTOR edge0, VECTOR edge1, VECTOR edge2,
                                       VECTOR edge3) {
    const VECTOR differ0 = OR(edge0, line->edge1), differ1 = OR(edge1, edge0);
    const VECTOR differ2 = OR(edge2, edge1), differ3 = OR(edge3, edge2);
    NAME(add_runs)(line, &sum->tame, place, group, differ0, differ1, differ2, differ3);
    lit[0] = OR3(line->differ1, b0, differ0);
    lit[1] = OR3(differ0, b1, differ1);
    lit[2] = OR3(differ1, b2, differ2);
    lit[3] = OR3(differ2, b3, differ3);
    NAME(add_finders)(line, &sum->finders, place, group, lit, b0, b1, b2, b3, edge0, edge1, edge2,
                      edge3);
    line->edge1 = edge3;
    line->differ1 = differ3;
    line->differ2 = differ2;
}

/* Feature 2 of the next four modules of a row and the four `above` them. */
ELQR_INLINE TARGET void NAME(add_blocks)(NAME(line) *line, NAME(counter) *mixed, int area,
                                         const uint64_t *above, size_t stride, VECTOR b0,
                                         VECTOR b1, VECTOR b2, VECTOR b3, VECTOR edge0,
                                         VECTOR edge1, VECTOR edge2, VECTOR edge3) {
    const VECTOR aside0 = XOR(b0, LOAD(above)), aside1 = XOR(b1, LOAD(above + stride));
    const VECTOR aside2 = XOR(b2, LOAD(above + 2 * stride));
    const VECTOR aside3 = XOR(b3, LOAD(above + 3 * stride));
    mixed->waiting[area] =
        NAME(add_four)(&line->mixed, OR3(line->aside1, edge0, aside0), OR3(aside0, edge1, aside1),
                       OR3(aside1, edge2, aside2), OR3(aside2, edge3, aside3));
    line->aside1 = aside3;
}

/* The next four modules of a line, at `next`, and in a row those above them. */
ELQR_INLINE TARGET void NAME(add_modules)(NAME(line) *line, NAME(penalties) *sum, int place,
                                          int group, int area, VECTOR *lit, const uint64_t *next,
                                          size_t stride, int is_row, const uint64_t *above) {
    const VECTOR b0 = LOAD(next), b1 = LOAD(next + stride), b2 = LOAD(next + 2 * stride),
                 b3 = LOAD(next + 3 * stride);
    const VECTOR edge0 = XOR(b0, line->module1), edge1 = XOR(b1, b0);
    const VECTOR edge2 = XOR(b2, b1), edge3 = XOR(b3, b2);
    if (is_row)
        sum->dark.waiting[area] = NAME(add_four)(&line->dark, b0, b1, b2, b3);
    if (above != NULL)
        NAME(add_blocks)(line, &sum->mixed, area, above, stride, b0, b1, b2, b3, edge0, edge1,
                         edge2, edge3);
    else if (is_row)
        sum->mixed.waiting[area] = ZEROS;
    NAME(add_line)(line, sum, place, group, lit, b0, b1, b2, b3, edge0, edge1, edge2, edge3);
    line->module1 = b3;
    line->module2 = b2;
    line->module3 = b1;
}

/* Sweeps the `side` modules at first, first + stride, ...  In a row, `is_row`, counts areas too,
 * with `above` the row above or NULL.  A side is 4n + 1 modules: one, and n times four. */
ELQR_INLINE TARGET void NAME(sweep)(const uint64_t *first, size_t stride, int side, int is_row,
                                    const uint64_t *above, NAME(penalties) *sum) {
    VECTOR lit_from[QR_FAST_SIDE + 10]; /* of modules -6 to side + 3 */
    VECTOR *lit = lit_from + 6;
    const VECTOR corner = LOAD(first);
    NAME(line) line;
    line.module1 = corner;
    line.module2 = line.module3 = ZEROS; /* outside counts as light */
    line.edge1 = corner;
    line.aside1 = above != NULL ? XOR(corner, LOAD(above)) : ZEROS;
    line.differ1 = corner;
    line.differ2 = ZEROS;
    line.broken1 = line.broken2 = ONES;
    line.dld1 = line.dld2 = line.dld3 = line.dld4 = ZEROS;
    line.core1 = line.core2 = line.core3 = line.core4 = ZEROS;
    line.tame.ones = sum->tame.planes[0];
    line.tame.twos = sum->tame.planes[1];
    line.mixed.ones = sum->mixed.planes[0];
    line.mixed.twos = sum->mixed.planes[1];
    line.dark.ones = sum->dark.planes[0];
    line.dark.twos = sum->dark.planes[1];
    for (int i = -6; i < 0; i++)
        lit[i] = ZEROS;
    lit[0] = corner;
    int group = sum->line_waits, area = sum->area_waits;
    for (int i = 1; i < side; i += 4) {
        NAME(add_modules)(&line, sum, i == 1 ? AT_START : INSIDE, group++, area++, lit + i,
                          first + (size_t)i * stride, stride, is_row,
                          above != NULL ? above + (size_t)i * stride : NULL);
    }
    NAME(add_line)(&line, sum, AT_END, group, lit + side, ZEROS, ZEROS, ZEROS, ZEROS, line.module1,
                   ZEROS, ZEROS, ZEROS);
    sum->line_waits = group + 1;
    if (is_row) {
        sum->dark.waiting[area] = NAME(add_four)(&line.dark, corner, ZEROS, ZEROS, ZEROS);
        sum->mixed.waiting[area] = ZEROS;
        sum->area_waits = area + 1;
    }
    sum->tame.planes[0] = line.tame.ones;
    sum->tame.planes[1] = line.tame.twos;
    sum->mixed.planes[0] = line.mixed.ones;
    sum->mixed.planes[1] = line.mixed.twos;
    sum->dark.planes[0] = line.dark.ones;
    sum->dark.planes[1] = line.dark.twos;
}

static TARGET void NAME(clear_all)(NAME(penalties) *sum) {
    NAME(clear)(&sum->tame);
    NAME(clear)(&sum->mixed);
    NAME(clear)(&sum->finders);
    NAME(clear)(&sum->dark);
    sum->line_waits = sum->area_waits = 0;
}

/* Settles counters in which more than `limit` bits wait. */
static TARGET void NAME(settle_above)(NAME(penalties) *sum, int limit) {
    if (sum->line_waits > limit) {
        NAME(settle)(&sum->tame, 2, sum->line_waits);
        NAME(settle)(&sum->finders, 0, sum->line_waits);
        sum->line_waits = 0;
    }
    if (sum->area_waits > limit) {
        NAME(settle)(&sum->mixed, 2, sum->area_waits);
        NAME(settle)(&sum->dark, 2, sum->area_waits);
        sum->area_waits = 0;
    }
}

static TARGET void NAME(sweep_row)(const uint64_t *row, int side, int is_first,
                                   NAME(penalties) *sum) {
    if (is_first)
        NAME(sweep)(row, LANES, side, 1, NULL, sum);
    else
        NAME(sweep)(row, LANES, side, 1, row - (size_t)side * LANES, sum);
    NAME(settle_above)(sum, WAITING - LINE_WAITS);
}

static TARGET void NAME(sweep_column)(const uint64_t *top, int side, NAME(penalties) *sum) {
    NAME(sweep)(top, (size_t)side * LANES, side, 0, NULL, sum);
    NAME(settle_above)(sum, WAITING - LINE_WAITS);
}

/*---- Scores ----*/

/* score += number * 2^shift */
static TARGET void NAME(add_scaled)(VECTOR *score, const VECTOR *number, int shift) {
    VECTOR carry = ZEROS;
    for (int p = shift; p < SCORE_PLANES; p++) {
        const VECTOR bit = p - shift < NUMBER_PLANES ? number[p - shift] : ZEROS;
        ADD_TWO(carry, score[p], bit, carry);
    }
}

/* score += 2^NUMBER_PLANES - 1 - number, times 2^shift: what falls as the number grows. */
static TARGET void NAME(add_complement)(VECTOR *score, const VECTOR *number, int shift) {
    VECTOR complement[NUMBER_PLANES];
    for (int p = 0; p < NUMBER_PLANES; p++)
        complement[p] = NOT(number[p]);
    NAME(add_scaled)(score, complement, shift);
}

/* Where the number is at least `bound`. */
static TARGET VECTOR NAME(at_least)(const VECTOR *number, int bound) {
    VECTOR result = ONES;
    for (int p = 0; p < NUMBER_PLANES; p++)
        result = bound >> p & 1 ? AND(number[p], result) : OR(number[p], result);
    return result;
}

/* Feature 4: how many times the share of dark modules is a full 5 % off 50 %, that is, the largest
 * t with 10 * |2 * dark - modules| >= t * modules. */
static TARGET void NAME(count_imbalance)(const VECTOR *dark, int modules, NAME(counter) *steps) {
    int count = 0;
    NAME(clear)(steps);
    for (int t = 1; t <= 10; t++) {
        const int off = (t * modules + 9) / 10; /* the least |2 * dark - modules| that counts */
        const VECTOR many = NAME(at_least)(dark, (modules + off + 1) / 2);
        const VECTOR few = NOT(NAME(at_least)(dark, (modules - off) / 2 + 1));
        const VECTOR beyond = OR(many, few);
        if (IS_ZERO(beyond))
            break;
        steps->waiting[count++] = beyond;
    }
    NAME(settle)(steps, 0, count);
}

/* Features 1 to 4 weigh 1 (for each module of a run), 3, 40 and 10. */
static TARGET void NAME(make_score)(const NAME(penalties) *sum, int modules,
                                    uint64_t (*words)[LANES]) {
    VECTOR score[SCORE_PLANES];
    NAME(counter) steps;
    for (int p = 0; p < SCORE_PLANES; p++)
        score[p] = ZEROS;
    NAME(add_complement)(score, sum->tame.planes, 0);
    NAME(add_complement)(score, sum->mixed.planes, 0);
    NAME(add_complement)(score, sum->mixed.planes, 1);
    NAME(add_scaled)(score, sum->finders.planes, 3);
    NAME(add_scaled)(score, sum->finders.planes, 5);
    NAME(count_imbalance)(sum->dark.planes, modules, &steps);
    NAME(add_scaled)(score, steps.planes, 1);
    NAME(add_scaled)(score, steps.planes, 3);
    for (int p = 0; p < SCORE_PLANES; p++)
        STORE(words[p], score[p]);
}

/*---- One symbol ----*/

/* The ones of lane `lane` of a counter that `where` lets through. */
static TARGET int32_t NAME(count_lane)(const NAME(counter) *counter, int lane, uint64_t where) {
    int32_t count = 0;
    for (int p = 0; p < NUMBER_PLANES; p++) {
        uint64_t words[LANES];
        STORE(words, counter->planes[p]);
        count += (int32_t)elqr_count_ones(words[lane] & where) << p;
    }
    return count;
}

/* The same sweeps over another kind of vector: bit x of a word is column x of one symbol.  A sweep
 * down the rows takes all columns at once, a sweep along the columns all rows; what is above is then
 * the column beside. */
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
    const qr_plan *plan = &work->plan;
    const qr_module *module = plan->modules + plan->row_start[row];
    const qr_module *end = plan->modules + plan->row_start[row + 1];
    uint64_t *line = work->matrix + (size_t)row * (size_t)plan->side * LANES;
    for (; module < end; module++) {
        const uint64_t word = work->planes[module->word];
        const unsigned inverted = module->signature >> (LANES * pass) & ((1u << LANES) - 1);
        if (pass == 0)
            work->output[module->output] = word;
        STORE(line + module->vector, SPREAD(word, inverted));
    }
}

static TARGET void NAME(draw_patterns)(qr_work *work) {
    const int side = work->plan.side;
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++)
            STORE(work->matrix + (size_t)(row * side + column) * LANES,
                  work->plan.patterns.dark[row] >> column & 1 ? ONES : ZEROS);
}

static TARGET void NAME(choose_masks)(qr_work *work, uint64_t *choice) {
    const int side = work->plan.side;
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
    const qr_plan *plan = &work->plan;
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

