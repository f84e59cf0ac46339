/* The penalties of masks (ISO/IEC 18004:2015, 7.8.3.1, as docs/symbols.md reads it): sweeps along
 * lines of modules, bit-sliced counters, scores.  For each instruction set, before
 * qr_slices_template.h, whose head says what a vector is and what its operations are.
 *
 * A penalty is counted where it is absent if that saves an operation: "no run" and "no block" come
 * as differences, and a constant less the count is as good for comparing. */

/*---- Counting: in bit-sliced numbers, planes[p] holds the bits of weight 2^p ----*/

typedef struct {
    VECTOR planes[COUNT_PLANES];
    VECTOR waiting[WAITING]; /* bits of one weight that are not yet in `planes` */
    VECTOR carried[WAITING]; /* bits of eight times that weight */
    int carries;
} NAME(counter);

static TARGET void NAME(clear)(NAME(counter) * counter) {
    for (int p = 0; p < COUNT_PLANES; p++)
        counter->planes[p] = ZEROS;
    counter->carries = 0;
}

/* Adds `count` bits of weight 1 to three planes, eight bits at a time, and leaves the carries of
 * weight 8; returns how many.  Reads up to seven bits more, which it clears. */
static TARGET int NAME(add_eights)(VECTOR *planes, VECTOR *bits, int count, VECTOR *carries) {
    VECTOR ones = planes[0], twos = planes[1], fours = planes[2];
    while (count % 8 != 0)
        bits[count++] = ZEROS;
    for (int i = 0; i < count / 8; i++) {
        const VECTOR *b = bits + 8 * i;
        VECTOR b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6];
        VECTOR b7 = b[7], two0, two1, two2, two3, four0, four1;
        KEEP(b0);
        KEEP(b1);
        KEEP(b3);
        KEEP(b4);
        KEEP(b6);
        KEEP(b7);
        ADD_TWO(two0, b2, b0, b1);
        ADD_TWO(two1, b5, b3, b4);
        ADD_TWO(two2, ones, b6, b7);
        ADD_TWO(two3, ones, b2, b5);
        ADD_TWO(four0, twos, two0, two1);
        ADD_TWO(four1, twos, two2, two3);
        ADD_TWO(carries[i], fours, four0, four1);
    }
    planes[0] = ones;
    planes[1] = twos;
    planes[2] = fours;
    return count / 8;
}

/* Takes the carries that wait, of weight 2^p, into the planes. */
static TARGET void NAME(settle_carries)(NAME(counter) * counter, int p) {
    int count = counter->carries;
    for (; p + 3 <= COUNT_PLANES && count > 0; p += 3)
        count = NAME(add_eights)(counter->planes + p, counter->carried, count, counter->carried);
    counter->carries = 0;
}

/* Takes `count` waiting bits of weight 2^p into the planes; their carries wait until there are more
 * than `limit`. */
static TARGET void NAME(settle)(NAME(counter) * counter, int p, int count, int limit) {
    counter->carries += NAME(add_eights)(counter->planes + p, counter->waiting, count,
                                         counter->carried + counter->carries);
    if (counter->carries > limit)
        NAME(settle_carries)(counter, p + 3);
}

/* The two lowest planes of a counter, while a line is swept. */
typedef struct {
    VECTOR ones, twos;
} NAME(sum);

/* Adds four bits to a sum and returns the carry of weight 4. */
ELQR_INLINE TARGET VECTOR NAME(add_four)(NAME(sum) * sum, VECTOR a, VECTOR b, VECTOR c, VECTOR d) {
    VECTOR first, second, carry;
    ADD_TWO(first, a, b, c);
    ADD_TWO(second, sum->ones, a, d);
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
    VECTOR module1, module2;
    VECTOR edge1;            /* differs from the module before it */
    VECTOR above1;           /* in the row above */
    VECTOR aside1;           /* differs from the module in the row above */
    VECTOR differ1, differ2; /* not all equal: the three modules that end there */
    VECTOR broken1, broken2; /* not all equal: the five modules that end there */
    NAME(sum) tame, mixed, dark;
} NAME(line);

/* The next four modules, and what differs: `edge` from the module before, `differ` among the three
 * that end there. */
typedef struct {
    VECTOR module0, module1, module2, module3;
    VECTOR edge0, edge1, edge2, edge3;
    VECTOR differ0, differ1, differ2, differ3;
} NAME(four);

ELQR_INLINE TARGET NAME(four) NAME(look)(const NAME(line) * line, VECTOR module0, VECTOR module1,
                                         VECTOR module2, VECTOR module3) {
    NAME(four) b;
    b.module0 = module0;
    b.module1 = module1;
    b.module2 = module2;
    b.module3 = module3;
    b.edge0 = XOR(module0, line->module1);
    b.edge1 = XOR(module1, module0);
    b.edge2 = XOR(module2, module1);
    b.edge3 = XOR(module3, module2);
    b.differ0 = DIFFER3(module0, line->module1, line->module2, b.edge0, line->edge1);
    b.differ1 = DIFFER3(module1, module0, line->module1, b.edge1, b.edge0);
    b.differ2 = DIFFER3(module2, module1, module0, b.edge2, b.edge1);
    b.differ3 = DIFFER3(module3, module2, module1, b.edge3, b.edge2);
    return b;
}

ELQR_INLINE TARGET void NAME(remember)(NAME(line) * line, const NAME(four) * b) {
    line->module1 = b->module3;
    line->module2 = b->module2;
    line->edge1 = b->edge3;
    line->differ1 = b->differ3;
    line->differ2 = b->differ2;
}

/* Feature 1: a run of n >= 5 modules costs n - 2, and n - 2 is how many threes of equal modules end
 * in it.  A three counts if one of the fives that begin with it, or one or two modules before it,
 * is equal; a five is equal if the threes at its two ends are.  Threes that count come three or
 * more together, with gaps of two or more, so that the middle one of three neighbours is also their
 * majority: a carry that costs nothing.  Returns the bit of weight 4 of the threes that do not. */
ELQR_INLINE TARGET VECTOR NAME(add_runs)(NAME(line) * line, const NAME(four) * b, int place) {
    /* Fives that would reach outside the symbol are no runs. */
    const VECTOR broken0 = place == INSIDE ? OR(b->differ0, line->differ2) : ONES;
    const VECTOR broken1 = place == INSIDE ? OR(b->differ1, line->differ1) : ONES;
    const VECTOR broken2 = place == INSIDE ? OR(b->differ2, b->differ0) : ONES;
    const VECTOR broken3 = place == AT_END ? ONES : OR(b->differ3, b->differ1);
    const VECTOR tame0 = AND3(line->broken2, broken0, line->broken1);
    const VECTOR tame1 = AND3(line->broken1, broken1, broken0);
    const VECTOR tame2 = AND3(broken0, broken2, broken1);
    const VECTOR tame3 = AND3(broken1, broken3, broken2);
    const VECTOR odd = XOR3(tame0, tame1, tame2);
    VECTOR two, four;
    ADD_TWO(two, line->tame.ones, odd, tame3);
    ADD_TWO(four, line->tame.twos, tame1, two);
    line->broken1 = broken3;
    line->broken2 = broken2;
    return four;
}

/* Feature 2 of the next four modules of a row and the four `above` them: the bit of weight 4. */
ELQR_INLINE TARGET VECTOR NAME(add_blocks)(NAME(line) * line, const NAME(four) * b,
                                           const uint64_t *above, size_t stride) {
    const VECTOR above0 = LOAD(above), above1 = LOAD(above + stride);
    const VECTOR above2 = LOAD(above + 2 * stride), above3 = LOAD(above + 3 * stride);
    const VECTOR aside0 = XOR(b->module0, above0), aside1 = XOR(b->module1, above1);
    const VECTOR aside2 = XOR(b->module2, above2), aside3 = XOR(b->module3, above3);
    const VECTOR mixed0 =
        MIXED(b->module0, line->module1, above0, line->above1, b->edge0, aside0, line->aside1);
    const VECTOR mixed1 = MIXED(b->module1, b->module0, above1, above0, b->edge1, aside1, aside0);
    const VECTOR mixed2 = MIXED(b->module2, b->module1, above2, above1, b->edge2, aside2, aside1);
    const VECTOR mixed3 = MIXED(b->module3, b->module2, above3, above2, b->edge3, aside3, aside2);
    line->above1 = above3;
    line->aside1 = aside3;
    return NAME(add_four)(&line->mixed, mixed0, mixed1, mixed2, mixed3);
}

/* Sweeps the modules at first, first + stride, ... for feature 1 and, in a row, for feature 4,
 * DARK, and with the row above for feature 2, BLOCKS.  A side is 4n + 1 modules: one, and n times
 * four. */
ELQR_INLINE TARGET void NAME(sweep_for)(int features, const uint64_t *first, size_t stride,
                                        int side, const uint64_t *above, NAME(penalties) * sum) {
    VECTOR *tame = sum->tame.waiting + sum->line_waits;
    VECTOR *mixed = sum->mixed.waiting + sum->area_waits;
    VECTOR *dark = sum->dark.waiting + sum->area_waits;
    const VECTOR corner = LOAD(first);
    NAME(line) line;
    line.module1 = line.edge1 = line.differ1 = corner; /* outside counts as light */
    line.module2 = line.differ2 = ZEROS;
    line.above1 = features & BLOCKS ? LOAD(above) : ZEROS;
    line.aside1 = features & BLOCKS ? XOR(corner, line.above1) : ZEROS;
    line.broken1 = line.broken2 = ONES;
    line.tame.ones = sum->tame.planes[0];
    line.tame.twos = sum->tame.planes[1];
    line.mixed.ones = sum->mixed.planes[0];
    line.mixed.twos = sum->mixed.planes[1];
    line.dark.ones = sum->dark.planes[0];
    line.dark.twos = sum->dark.planes[1];
    for (int i = 1; i < side; i += 4) {
        const uint64_t *next = first + (size_t)i * stride;
        const NAME(four) b = NAME(look)(&line, LOAD(next), LOAD(next + stride),
                                        LOAD(next + 2 * stride), LOAD(next + 3 * stride));
        if (features & BLOCKS)
            *mixed++ = NAME(add_blocks)(&line, &b, above + (size_t)i * stride, stride);
        if (features & DARK)
            *dark++ = NAME(add_four)(&line.dark, b.module0, b.module1, b.module2, b.module3);
        *tame++ = NAME(add_runs)(&line, &b, i == 1 ? AT_START : INSIDE);
        NAME(remember)(&line, &b);
    }
    const NAME(four) end = NAME(look)(&line, ZEROS, ZEROS, ZEROS, ZEROS);
    if (features & BLOCKS)
        *mixed = ZEROS;
    if (features & DARK)
        *dark = NAME(add_four)(&line.dark, corner, ZEROS, ZEROS, ZEROS);
    *tame = NAME(add_runs)(&line, &end, AT_END);
    sum->tame.planes[0] = line.tame.ones;
    sum->tame.planes[1] = line.tame.twos;
    sum->mixed.planes[0] = line.mixed.ones;
    sum->mixed.planes[1] = line.mixed.twos;
    sum->dark.planes[0] = line.dark.ones;
    sum->dark.planes[1] = line.dark.twos;
}

/*---- Feature 3: 1011101 with four light modules on a side ----*/

/* Not all light: the four modules that end at each of four. */
typedef struct {
    VECTOR at0, at1, at2, at3;
} NAME(lit);

typedef struct {
    VECTOR module1, module2, module3;  /* so many modules back */
    VECTOR dld1, dld2, dld3, dld4;     /* dark, light, dark ends there */
    VECTOR core1, core2, core3, core4; /* 1011101 ends there */
} NAME(finder_line);

/* Takes in four modules and returns where, in one of the four, the four modules after a core end
 * and there are four light ones on a side of it: cores that end within four modules exclude each
 * other.  Those before a core end eleven modules back: `lit`, of the modules 12 to 9 back, which is
 * replaced, and `next`. */
ELQR_INLINE TARGET VECTOR NAME(add_finders)(NAME(finder_line) * line, VECTOR module0,
                                            VECTOR module1, VECTOR module2, VECTOR module3,
                                            NAME(lit) * lit, const NAME(lit) * next) {
    const VECTOR three0 = OR3(line->module2, line->module1, module0);
    const VECTOR three2 = OR3(module0, module1, module2);
    const NAME(lit) now = {OR(line->module3, three0), OR(three0, module1),
                           OR(line->module1, three2), OR(three2, module3)};
    const VECTOR found0 = AND_NAND(line->core4, now.at0, lit->at1);
    const VECTOR found1 = AND_NAND(line->core3, now.at1, lit->at2);
    const VECTOR found2 = AND_NAND(line->core2, now.at2, lit->at3);
    const VECTOR found3 = AND_NAND(line->core1, now.at3, next->at0);
    const VECTOR dld0 = LIGHT_BETWEEN(module0, line->module1, line->module2);
    const VECTOR dld1 = LIGHT_BETWEEN(module1, module0, line->module1);
    const VECTOR dld2 = LIGHT_BETWEEN(module2, module1, module0);
    const VECTOR dld3 = LIGHT_BETWEEN(module3, module2, module1);
    *lit = now;
    line->core4 = AND3(line->dld4, dld0, line->module3);
    line->core3 = AND3(line->dld3, dld1, line->module2);
    line->core2 = AND3(line->dld2, dld2, line->module1);
    line->core1 = AND3(line->dld1, dld3, module0);
    line->dld4 = dld0;
    line->dld3 = dld1;
    line->dld2 = dld2;
    line->dld1 = dld3;
    line->module1 = module3;
    line->module2 = module2;
    line->module3 = module1;
    return OR(OR3(found0, found1, found2), found3);
}

/* Sweeps a line and leaves a bit for every four modules and one for its end.  What was lit moves
 * round three places in turn, which stay in registers; the rounds begin so that the last one is
 * whole. */
ELQR_INLINE TARGET void NAME(sweep_finders)(const uint64_t *at, size_t stride, int side,
                                            VECTOR *found) {
    const VECTOR corner = LOAD(at);
    NAME(finder_line) line;
    line.module1 = corner; /* outside counts as light */
    line.module2 = line.module3 = ZEROS;
    line.dld1 = line.dld2 = line.dld3 = line.dld4 = ZEROS;
    line.core1 = line.core2 = line.core3 = line.core4 = ZEROS;
    NAME(lit) a = {ZEROS, ZEROS, ZEROS, corner}, b = a, c = a; /* one of them is the last four */
    at += stride;
#define ADD_NEXT(lit, next)                                                                        \
    *found++ = NAME(add_finders)(&line, LOAD(at), LOAD(at + stride), LOAD(at + 2 * stride),        \
                                 LOAD(at + 3 * stride), &lit, &next);                              \
    at += 4 * stride
    int fours = side / 4;
    switch (fours % 3) {
        do {
        case 0:
            ADD_NEXT(a, b); /* fall through */
        case 2:
            ADD_NEXT(b, c); /* fall through */
        case 1:
            ADD_NEXT(c, a);
        } while ((fours -= 3) > 0);
    }
#undef ADD_NEXT
    *found = NAME(add_finders)(&line, ZEROS, ZEROS, ZEROS, ZEROS, &a, &b);
}

/*---- Both ----*/

/* Every feature of a row, those of areas with the row above if there is one, or of a column.  Two
 * sweeps over the line: for all at once there are not enough registers. */
ELQR_INLINE TARGET void NAME(sweep)(const uint64_t *first, size_t stride, int side, int is_row,
                                    const uint64_t *above, NAME(penalties) * sum) {
    const int area = (is_row ? DARK : 0) | (above != NULL ? BLOCKS : 0), bits = side / 4 + 1;
    NAME(sweep_for)(area, first, stride, side, above, sum);
    NAME(sweep_finders)(first, stride, side, sum->finders.waiting + sum->line_waits);
    sum->line_waits += bits;
    if (!is_row)
        return;
    for (int i = 0; above == NULL && i < bits; i++)
        sum->mixed.waiting[sum->area_waits + i] = ZEROS;
    sum->area_waits += bits;
}

static TARGET void NAME(clear_all)(NAME(penalties) * sum) {
    NAME(clear)(&sum->tame);
    NAME(clear)(&sum->mixed);
    NAME(clear)(&sum->finders);
    NAME(clear)(&sum->dark);
    sum->line_waits = sum->area_waits = 0;
}

/* Settles counters in which more than `limit` bits wait; 0 for all that waits. */
static TARGET void NAME(settle_above)(NAME(penalties) * sum, int limit) {
    if (sum->line_waits > limit || limit == 0) {
        NAME(settle)(&sum->tame, 2, sum->line_waits, limit);
        NAME(settle)(&sum->finders, 0, sum->line_waits, limit);
        sum->line_waits = 0;
    }
    if (sum->area_waits > limit || limit == 0) {
        NAME(settle)(&sum->mixed, 2, sum->area_waits, limit);
        NAME(settle)(&sum->dark, 2, sum->area_waits, limit);
        sum->area_waits = 0;
    }
}

static TARGET void NAME(sweep_row)(const uint64_t *row, int side, int is_first,
                                   NAME(penalties) * sum) {
    if (is_first)
        NAME(sweep)(row, LANES, side, 1, NULL, sum);
    else
        NAME(sweep)(row, LANES, side, 1, row - (size_t)side * LANES, sum);
    NAME(settle_above)(sum, WAITING - LINE_WAITS);
}

static TARGET void NAME(sweep_column)(const uint64_t *top, int side, NAME(penalties) * sum) {
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
static TARGET void NAME(count_imbalance)(const VECTOR *dark, int modules, NAME(counter) * steps) {
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
    NAME(settle)(steps, 0, count, 0);
}

/* Features 1 to 4 weigh 1 (for each module of a run), 3, 40 and 10. */
static TARGET void NAME(make_score)(const NAME(penalties) * sum, int modules,
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
