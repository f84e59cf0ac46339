#include "inflate.h"

#include "bits.h"
#include "cpu.h"
#include "elqr.h"

enum { END_OF_BLOCK = 256, LITERALS = 286, DISTANCES = 30, CODE_LENGTHS = 19 };

typedef struct {
    const uint8_t *bytes;
    size_t size, at; /* bytes; those before `at` are in the word, or used */
    uint64_t word;   /* next bit lowest */
    uint32_t bits;
    uint32_t beyond; /* zero bytes taken past the end */
} bit_reader;

/* At least 56 bits, of zeros past the end. */
ELQR_INLINE void refill(bit_reader *in) {
    if (ELQR_LIKELY(in->at + 8 <= in->size)) {
        in->word |= elqr_load64_low_first(in->bytes + in->at) << in->bits;
        const uint32_t taken = (63 - in->bits) / 8;
        in->at += taken;
        in->bits += 8 * taken;
        return;
    }
    while (in->bits <= 56) {
        if (in->at < in->size)
            in->word |= (uint64_t)in->bytes[in->at++] << in->bits;
        else
            in->beyond++;
        in->bits += 8;
    }
}

ELQR_INLINE uint32_t take(bit_reader *in, uint32_t count) {
    const uint32_t value = (uint32_t)(in->word & ((UINT64_C(1) << count) - 1));
    in->word >>= count;
    in->bits -= count;
    return value;
}

/* Whether bits were used that are not there. */
static int is_past_end(const bit_reader *in) {
    return in->beyond > in->bits / 8;
}

/*---- Tables of codes, 3.2.2 ----*/

static uint32_t reversed(uint32_t code, uint32_t bits) {
    uint32_t back = 0;
    for (; bits > 0; bits--, code >>= 1)
        back = back << 1 | (code & 1);
    return back;
}

/* False for lengths that are no prefix code: too many codes, or too few.  A lone code of one bit is
 * allowed, and none at all (3.2.7). */
static int make_codes(inflate_codes *codes, const uint8_t *lengths, uint32_t count) {
    uint32_t next[INFLATE_LONGEST + 1], places[INFLATE_LONGEST + 1], code = 0, place = 0, used;
    int left = 1;
    memset(codes, 0, sizeof *codes);
    for (uint32_t i = 0; i < count; i++)
        codes->counts[lengths[i]]++;
    used = count - codes->counts[0];
    codes->counts[0] = 0;
    for (uint32_t bits = 1; bits <= INFLATE_LONGEST; bits++) {
        left = 2 * left - codes->counts[bits];
        if (left < 0)
            return 0;
        code = (code + codes->counts[bits - 1]) << 1;
        next[bits] = code;
        places[bits] = place;
        place += codes->counts[bits];
    }
    if (left > 0 && used > 0 && !(used == 1 && codes->counts[1] == 1))
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t bits = lengths[i];
        if (bits == 0)
            continue;
        codes->symbols[places[bits]++] = (uint16_t)i;
        for (uint32_t at = reversed(next[bits]++, bits);
             bits <= INFLATE_FAST_BITS && at < 1u << INFLATE_FAST_BITS; at += 1u << bits)
            codes->fast[at] = (uint16_t)(i << 4 | bits);
    }
    return 1;
}

/* The next symbol; INFLATE_SYMBOLS if no code is like these bits. */
ELQR_INLINE uint32_t take_symbol(bit_reader *in, const inflate_codes *codes) {
    const uint32_t entry = codes->fast[in->word & ((1u << INFLATE_FAST_BITS) - 1)];
    if (ELQR_LIKELY(entry != 0)) {
        take(in, entry & 15);
        return entry >> 4;
    }
    uint32_t code = 0, first = 0, place = 0;
    uint64_t word = in->word;
    for (uint32_t bits = 1; bits <= INFLATE_LONGEST; bits++, word >>= 1) {
        const uint32_t count = codes->counts[bits];
        code |= (uint32_t)(word & 1);
        if (code < first + count) {
            take(in, bits);
            return codes->symbols[place + code - first];
        }
        place += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return INFLATE_SYMBOLS;
}

/* 3.2.7: code lengths, themselves coded, with repetitions. */
static int read_lengths(bit_reader *in, inflate_codes *codes, uint8_t *lengths, uint32_t count) {
    for (uint32_t i = 0; i < count;) {
        refill(in);
        const uint32_t symbol = take_symbol(in, codes);
        if (symbol < 16) {
            lengths[i++] = (uint8_t)symbol;
            continue;
        }
        if (symbol > 18 || (symbol == 16 && i == 0))
            return 0;
        const uint8_t repeated = symbol == 16 ? lengths[i - 1] : 0;
        uint32_t times = symbol == 18 ? 11 + take(in, 7) : 3 + take(in, symbol == 16 ? 2 : 3);
        if (times > count - i)
            return 0;
        while (times-- > 0)
            lengths[i++] = repeated;
    }
    return 1;
}

static int read_dynamic(bit_reader *in, inflate_block *tables) {
    static const uint8_t order[CODE_LENGTHS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[LITERALS + DISTANCES + 4] = {0};
    refill(in);
    const uint32_t literals = 257 + take(in, 5), distances = 1 + take(in, 5);
    const uint32_t count = 4 + take(in, 4);
    if (literals > LITERALS || distances > DISTANCES)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        refill(in);
        lengths[order[i]] = (uint8_t)take(in, 3);
    }
    if (!make_codes(&tables->lengths, lengths, CODE_LENGTHS))
        return 0;
    inflate_codes *const code_lengths = &tables->lengths; /* until the lengths are known */
    if (!read_lengths(in, code_lengths, lengths, literals + distances) || !lengths[END_OF_BLOCK])
        return 0;
    return make_codes(&tables->lengths, lengths, literals) &&
           make_codes(&tables->distances, lengths + literals, distances);
}

/* 3.2.6 */
static void make_fixed(inflate_block *tables) {
    uint8_t lengths[INFLATE_SYMBOLS];
    for (int i = 0; i < INFLATE_SYMBOLS; i++)
        lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    make_codes(&tables->lengths, lengths, INFLATE_SYMBOLS);
    memset(lengths, 5, 32);
    make_codes(&tables->distances, lengths, 32);
}

/*---- Blocks, 3.2.3 to 3.2.5 ----*/

typedef struct {
    uint8_t *bytes;
    size_t size, capacity;
} byte_sink;

/* 3.2.5: `length` bytes from `distance` back, which may overlap what they make. */
ELQR_INLINE void copy_back(uint8_t *to, uint32_t distance, uint32_t length) {
    const uint8_t *from = to - distance;
    if (distance >= 16) {
        for (uint32_t i = 0; i < length; i += 16)
            memcpy(to + i, from + i, 16);
        return;
    }
    for (uint32_t i = 0; i < length; i++)
        to[i] = from[i];
}

/* Three more literals at most, of codes found by one look: with the longest code before them, no
 * more bits than a refill gives. */
ELQR_INLINE void take_more_literals(bit_reader *in, const inflate_codes *codes, byte_sink *out) {
    for (int i = 0; i < 3; i++) {
        const uint32_t entry = codes->fast[in->word & ((1u << INFLATE_FAST_BITS) - 1)];
        if (entry == 0 || entry >> 4 >= END_OF_BLOCK || out->size == out->capacity)
            return;
        take(in, entry & 15);
        out->bytes[out->size++] = (uint8_t)(entry >> 4);
    }
}

ELQR_INLINE int read_symbols(bit_reader *in, const inflate_block *tables, byte_sink *out) {
    static const uint16_t length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                             15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                             67, 83, 99, 115, 131, 163, 195, 227, 258};
    static const uint8_t length_bits[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                            2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    static const uint16_t distance_base[DISTANCES] = {
        1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
        193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    for (;;) {
        refill(in);
        uint32_t symbol = take_symbol(in, &tables->lengths);
        if (symbol < END_OF_BLOCK) {
            if (out->size == out->capacity)
                return ELQR_BUFFER_TOO_SMALL;
            out->bytes[out->size++] = (uint8_t)symbol;
            take_more_literals(in, &tables->lengths, out);
            continue;
        }
        /* Zeros past the end could go on for ever, but each symbol makes output or ends it. */
        if (symbol == END_OF_BLOCK)
            return is_past_end(in) ? ELQR_TRUNCATED : ELQR_OK;
        symbol -= END_OF_BLOCK + 1;
        if (symbol >= 29)
            return ELQR_BAD_CODE;
        const uint32_t length = length_base[symbol] + take(in, length_bits[symbol]);
        const uint32_t far = take_symbol(in, &tables->distances);
        if (far >= DISTANCES)
            return ELQR_BAD_CODE;
        const uint32_t distance = distance_base[far] + take(in, far < 4 ? 0 : far / 2 - 1);
        if (distance > out->size)
            return ELQR_BAD_CODE;
        if (length > out->capacity - out->size)
            return ELQR_BUFFER_TOO_SMALL;
        copy_back(out->bytes + out->size, distance, length);
        out->size += length;
    }
}

static int read_block(bit_reader *in, const inflate_block *tables, byte_sink *out) {
    /* Copies that no other function sees: bytes written cannot alias them, so that they stay in
     * registers. */
    bit_reader reader = *in;
    byte_sink sink = *out;
    const int status = read_symbols(&reader, tables, &sink);
    *in = reader;
    *out = sink;
    return status;
}

/* Gives whole bytes in the word back to the stream; false if more than there were are used. */
static int to_byte_edge(bit_reader *in) {
    take(in, in->bits % 8);
    const uint32_t held = in->bits / 8;
    if (held < in->beyond)
        return 0;
    in->at -= held - in->beyond;
    in->word = 0;
    in->bits = in->beyond = 0;
    return 1;
}

static int read_stored(bit_reader *in, byte_sink *out) {
    if (!to_byte_edge(in) || in->size - in->at < 4)
        return ELQR_TRUNCATED;
    const uint8_t *head = in->bytes + in->at;
    const size_t length = head[0] | (size_t)head[1] << 8;
    if ((length ^ (head[2] | (size_t)head[3] << 8)) != 0xFFFF)
        return ELQR_BAD_CODE;
    in->at += 4;
    if (in->size - in->at < length)
        return ELQR_TRUNCATED;
    if (length > out->capacity - out->size)
        return ELQR_BUFFER_TOO_SMALL;
    memcpy(out->bytes + out->size, in->bytes + in->at, length);
    in->at += length;
    out->size += length;
    return ELQR_OK;
}

/*---- Blocks whose headers are those of the stream before ----*/

/* Bits used so far. */
static size_t position(const bit_reader *in) {
    return 8 * (in->at + in->beyond) - in->bits;
}

/* `count` bits from a position on, at most INFLATE_HEADER_BITS, all in the stream. */
static uint64_t bits_at(const bit_reader *in, size_t at, uint32_t count) {
    uint64_t word = 0;
    if (at / 8 + 8 <= in->size)
        word = elqr_load64_low_first(in->bytes + at / 8) >> (at % 8);
    else
        for (uint32_t i = 0; i < count; i++)
            word |= (uint64_t)(in->bytes[(at + i) / 8] >> ((at + i) % 8) & 1) << i;
    return word & ((UINT64_C(1) << count) - 1);
}

ELQR_INLINE uint32_t part_of(uint32_t left) {
    return left < INFLATE_HEADER_BITS ? left : INFLATE_HEADER_BITS;
}

/* Whether a block begins with the bits that the kept tables were made from; passes over them. */
static int begins_alike(bit_reader *in, const inflate_block *block) {
    const size_t start = position(in), end = start + block->header_bits;
    if (block->header_bits == 0 || end > 8 * in->size)
        return 0;
    for (uint32_t done = 0, i = 0; done < block->header_bits; done += INFLATE_HEADER_BITS, i++)
        if (bits_at(in, start + done, part_of(block->header_bits - done)) != block->header[i])
            return 0;
    *in = (bit_reader){in->bytes, in->size, end / 8, 0, 0, 0};
    refill(in);
    take(in, end % 8);
    return 1;
}

/* Keeps the header that began at `start`. */
static void keep(const bit_reader *in, size_t start, inflate_block *block) {
    const uint32_t bits = (uint32_t)(position(in) - start);
    if (is_past_end(in) || bits > INFLATE_HEADER * INFLATE_HEADER_BITS)
        return;
    for (uint32_t done = 0, i = 0; done < bits; done += INFLATE_HEADER_BITS, i++)
        block->header[i] = bits_at(in, start + done, part_of(bits - done));
    block->header_bits = bits;
}

/* One block from its header on; *last: whether it says that none follows. */
static int read_any(bit_reader *in, inflate_block *block, byte_sink *out, int *last) {
    if (begins_alike(in, block)) {
        *last = (int)(block->header[0] & 1);
        return read_block(in, block, out);
    }
    const size_t start = position(in);
    refill(in);
    *last = (int)take(in, 1);
    const uint32_t kind = take(in, 2);
    if (is_past_end(in))
        return ELQR_TRUNCATED;
    if (kind == 0)
        return read_stored(in, out);
    block->header_bits = 0;
    if (kind == 1)
        make_fixed(block);
    else if (kind == 3 || !read_dynamic(in, block))
        return ELQR_BAD_CODE;
    else
        keep(in, start, block);
    return read_block(in, block, out);
}

static int read_blocks(bit_reader *in, inflate_tables *tables, byte_sink *out) {
    int last, status = read_any(in, &tables->first, out, &last);
    while (!last && status == ELQR_OK)
        status = read_any(in, &tables->later, out, &last);
    return status;
}

enum { LANES = 16 };

/* What size bytes, a multiple of LANES below 2^16, add to both sums: every LANES-th byte is summed
 * by itself, for the compiler to do at once. */
ELQR_INLINE void sum_lanes(const uint8_t *bytes, size_t size, uint64_t *a, uint64_t *b) {
    uint32_t sums[LANES] = {0}, before[LANES] = {0};
    for (size_t at = 0; at < size; at += LANES)
        for (int i = 0; i < LANES; i++) {
            before[i] += sums[i];
            sums[i] += bytes[at + i];
        }
    *b += *a * size;
    for (uint32_t i = 0; i < LANES; i++) {
        *b += (uint64_t)LANES * before[i] + (uint64_t)(LANES - i) * sums[i];
        *a += sums[i];
    }
}

/* RFC 1950, 9: b gets a once for each byte, and each byte once for itself and each after it. */
ELQR_INLINE uint32_t sum_bytes(const uint8_t *bytes, size_t size) {
    const uint64_t modulus = 65521;
    uint64_t a = 1, b = 0;
    while (size >= LANES) {
        const size_t part = size < 4096 ? size / LANES * LANES : 4096;
        sum_lanes(bytes, part, &a, &b);
        a %= modulus;
        b %= modulus;
        bytes += part;
        size -= part;
    }
    for (; size > 0; size--) {
        a += *bytes++;
        b += a;
    }
    return (uint32_t)(b % modulus << 16 | a % modulus);
}

static uint32_t sum_bytes_portable(const uint8_t *bytes, size_t size) {
    return sum_bytes(bytes, size);
}

#if ELQR_X86
ELQR_TARGET("avx2")
static uint32_t sum_bytes_avx2(const uint8_t *bytes, size_t size) {
    return sum_bytes(bytes, size);
}
#endif

static uint32_t adler32(const uint8_t *bytes, size_t size) {
#if ELQR_X86
    if (elqr_cpu_features() & ELQR_CPU_AVX2)
        return sum_bytes_avx2(bytes, size);
#endif
    return sum_bytes_portable(bytes, size);
}

int inflate_stream(inflate_tables *tables, const uint8_t *packed, size_t packed_size, uint8_t *out,
                   size_t capacity, size_t *size) {
    byte_sink sink = {out, 0, capacity};
    *size = 0;
    if (packed_size < 6)
        return ELQR_TRUNCATED;
    /* RFC 1950, 2.2: deflate, a window of at most 32 kB, no preset dictionary. */
    if ((packed[0] & 15) != 8 || packed[0] >> 4 > 7 || (packed[1] & 0x20) ||
        (packed[0] << 8 | packed[1]) % 31 != 0)
        return ELQR_BAD_CODE;
    bit_reader in = {packed + 2, packed_size - 6, 0, 0, 0, 0};
    const int status = read_blocks(&in, tables, &sink);
    if (status != ELQR_OK)
        return status;
    const uint8_t *tail = packed + packed_size - 4;
    const uint32_t sum =
        (uint32_t)tail[0] << 24 | (uint32_t)tail[1] << 16 | (uint32_t)tail[2] << 8 | tail[3];
    if (!to_byte_edge(&in) || in.at != in.size || sum != adler32(out, sink.size))
        return ELQR_BAD_CODE;
    *size = sink.size;
    return ELQR_OK;
}
