/* Functions of three vectors, for instruction sets that have only functions of two. */
#define XOR3(a, b, c) XOR(XOR(a, b), c)
#define AND3(a, b, c) AND(AND(a, b), c)
#define OR3(a, b, c) OR(OR(a, b), c)
#ifndef SELECT
#define SELECT(where, a, b) OR(AND(where, a), AND_NOT(b, where))
#endif
#define AND_NAND(a, b, c) AND_NOT(a, AND(b, c))

/* From edges, which serve all three. */
#define DIFFER3(a, b, c, edge_ab, edge_bc) OR(edge_ab, edge_bc)
#define LIGHT_BETWEEN(a, b, c) AND_NOT(AND(a, c), b)
#define MIXED(a, b, above_a, above_b, edge_ab, aside_a, aside_b) OR3(aside_b, edge_ab, aside_a)

#define EXCHANGE(a, b, shift, mask)                                                                \
    do {                                                                                           \
        const VECTOR moved_ = AND(XOR(SHIFT_RIGHT(a, shift), b), EVERY(mask));                     \
        b = XOR(b, moved_);                                                                        \
        a = XOR(a, SHIFT_LEFT(moved_, shift));                                                     \
    } while (0)

/* Where a and b differ, the old sum is carried, elsewhere a. */
#define ADD_TWO(carry, sum, a, b)                                                                  \
    do {                                                                                           \
        const VECTOR differ_ = XOR(a, b), sum_ = sum;                                              \
        sum = XOR(sum_, differ_);                                                                  \
        carry = SELECT(differ_, sum_, a);                                                          \
    } while (0)

#define KEEP(a) ((void)(a))
