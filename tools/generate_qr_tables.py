"""Writes csrc/qr_tables.c and csrc/gf256_tables.c from the rules of ISO/IEC 18004.

    python tools/generate_qr_tables.py            # rewrites both files
    python tools/generate_qr_tables.py --check    # fails if a file is not what the rules give

Only Table 9 (blocks and error correction codewords) has no rule behind it; it stands here as data.
Everything else is computed: capacities from the geometry, alignment patterns from Annex E's
spacing, format and version information from their BCH codes, GF(256) and the Reed-Solomon
generator polynomials from 0x11D.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CSRC = Path(__file__).resolve().parents[1] / "csrc"
VERSIONS = range(1, 41)
LEVELS = "LMQH"

# ISO/IEC 18004:2015, Table 9, versions 1 to 40.
EC_CODEWORDS_PER_BLOCK = {
    "L": [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
          28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    "M": [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
          26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
    "Q": [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
          28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
    "H": [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
          30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
}  # fmt: skip
BLOCKS = {
    "L": [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
          8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
    "M": [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
          17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
    "Q": [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
          23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
    "H": [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
          25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
}  # fmt: skip
# Two bits of the format information, 7.9.1.
LEVEL_BITS = {"L": 0b01, "M": 0b00, "Q": 0b11, "H": 0b10}
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # Table 5, by value


def side(version: int) -> int:
    """Modules on a side (5.3.2)."""
    return 17 + 4 * version


def alignment_positions(version: int) -> list[int]:
    """Row and column coordinates of the alignment patterns' centres (Annex E).

    The last is 6 modules from the far edge, the first 6 from the near one; those between are
    evenly spaced from the far end by an even step, rounded up, except in version 32.
    """
    if version == 1:
        return []
    count = version // 7 + 2
    last = side(version) - 7
    step = 26 if version == 32 else -(-(last - 6) // (2 * (count - 1))) * 2
    return [6, *(last - step * i for i in range(count - 2, -1, -1))]


def total_codewords(version: int) -> int:
    """Codewords that fit among the function patterns and the format and version information."""
    modules = side(version) ** 2
    modules -= 3 * 8 * 8  # finder patterns with their separators
    modules -= 2 * 15 + 1  # format information, twice, and the module that is always dark
    modules -= 2 * (side(version) - 16)  # timing patterns
    centres = len(alignment_positions(version))
    if centres:
        modules -= 25 * (centres**2 - 3)  # three would lie on the finder patterns
        modules += 2 * 5 * (centres - 2)  # those on a timing pattern share five modules with it
    if version >= 7:
        modules -= 2 * 18  # version information, twice
    return modules // 8


def bch(value: int, check_bits: int, generator: int) -> int:
    """`value` followed by the remainder of its division by `generator` over GF(2)."""
    remainder = value << check_bits
    for bit in range(value.bit_length() - 1, -1, -1):
        if remainder >> (bit + check_bits) & 1:
            remainder ^= generator << bit
    return value << check_bits | remainder


def format_information(level: str, mask: int) -> int:
    """15 bits: level, mask, BCH (15, 5) with generator 0x537, masked by 0x5412 (Annex C)."""
    return bch(LEVEL_BITS[level] << 3 | mask, 10, 0x537) ^ 0x5412


def version_information(version: int) -> int:
    """18 bits: version and BCH (18, 6) with generator 0x1F25 (Annex D); none below version 7."""
    return bch(version, 12, 0x1F25) if version >= 7 else 0


MASK_CONDITIONS = (  # Table 10, in row i and column j
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


def mask_signature(i: int, j: int) -> int:
    """Bit k says whether mask k flips the module in row i, column j."""
    return sum(condition(i, j) << mask for mask, condition in enumerate(MASK_CONDITIONS))


def mask_lines(mask: int, count: int) -> list[int]:
    """The first 12 rows, or the first 6 columns, of a mask, 64 modules each."""
    return [
        sum(
            (mask_signature(*((i, j) if count == 12 else (j, i))) >> mask & 1) << j
            for j in range(64)
        )
        for i in range(count)
    ]


def gf256_powers() -> list[int]:
    """Powers of 2 in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1, exponents 0 to 254 (7.5.2)."""
    powers = [1]
    while len(powers) < 255:
        doubled = powers[-1] << 1
        powers.append(doubled ^ 0x11D if doubled > 255 else doubled)
    return powers


POWERS = gf256_powers()
LOGARITHM = {power: exponent for exponent, power in enumerate(POWERS)}


def multiply(a: int, b: int) -> int:
    """Product in GF(256)."""
    return POWERS[(LOGARITHM[a] + LOGARITHM[b]) % 255] if a and b else 0


def rs_generator(degree: int) -> list[int]:
    """Coefficients of (x - 1)(x - 2)(x - 4)...(x - 2^(degree-1)) below the leading 1 (Annex A)."""
    polynomial = [1]
    for exponent in range(degree):
        shifted = [*polynomial, 0]
        scaled = [0, *(multiply(c, POWERS[exponent]) for c in polynomial)]
        polynomial = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
    return polynomial[1:]


def rows(values: list[int], per_line: int = 16, form: str = "d") -> str:
    """A C initialiser's lines."""
    words = [f"{value:#0{int(form[1:])}x}" if form[0] == "x" else str(value) for value in values]
    per_line = min(per_line, 80 // len(words[0])) if form[0] == "x" else per_line
    lines = (words[i : i + per_line] for i in range(0, len(words), per_line))
    return "\n".join("    " + ", ".join(line) + "," for line in lines)


def nested(name: str, tables: list[list[int]], form: str = "d") -> str:
    """A C table of tables."""
    bodies = ",\n".join("    {\n" + rows(table, 16, form) + "\n    }" for table in tables)
    return f"const {name} = {{\n{bodies},\n}};\n"


HEAD = (
    "/* Written by tools/generate_qr_tables.py; do not edit. */\n"
    '/* clang-format off */\n#include "{}"\n'
)


def qr_tables() -> str:
    """The text of csrc/qr_tables.c.  Tables by version have an unused entry 0."""
    alignment = [[], *map(alignment_positions, VERSIONS)]
    alphabet = [ALPHANUMERIC.find(chr(c)) if c < 128 else -1 for c in range(256)]
    parts = [
        HEAD.format("qr_tables.h"),
        "const uint16_t qr_total_codewords[QR_MAX_VERSION + 1] = {\n"
        + rows([0, *map(total_codewords, VERSIONS)])
        + "\n};\n",
        nested(
            "uint8_t qr_ec_codewords_per_block[4][QR_MAX_VERSION + 1]",
            [[0, *EC_CODEWORDS_PER_BLOCK[level]] for level in LEVELS],
        ),
        nested(
            "uint8_t qr_block_count[4][QR_MAX_VERSION + 1]",
            [[0, *BLOCKS[level]] for level in LEVELS],
        ),
        "const uint8_t qr_alignment_count[QR_MAX_VERSION + 1] = {\n"
        + rows([len(positions) for positions in alignment])
        + "\n};\n",
        "const uint8_t qr_alignment_positions[QR_MAX_VERSION + 1][7] = {\n"
        + "\n".join(
            "    {" + ", ".join(map(str, positions or [0])) + "}," for positions in alignment
        )
        + "\n};\n",
        nested(
            "uint16_t qr_format_information[4][8]",
            [[format_information(level, mask) for mask in range(8)] for level in LEVELS],
            "x6",
        ),
        "const uint32_t qr_version_information[QR_MAX_VERSION + 1] = {\n"
        + rows([0, *map(version_information, VERSIONS)], 8, "x7")
        + "\n};\n",
        # Every condition repeats after 12 rows and 6 columns.
        "const uint8_t qr_mask_signature[12][6] = {\n"
        + "\n".join(
            "    {" + ", ".join(f"{mask_signature(i, j):#04x}" for j in range(6)) + "},"
            for i in range(12)
        )
        + "\n};\n",
        nested("uint64_t qr_mask_rows[8][12]", [mask_lines(mask, 12) for mask in range(8)], "x18"),
        nested("uint64_t qr_mask_columns[8][6]", [mask_lines(mask, 6) for mask in range(8)], "x18"),
        "const uint8_t qr_alphanumeric_value[256] = {\n"
        + rows([value % 256 for value in alphabet])
        + "\n};\n",
    ]
    return "\n".join(parts)


def gf256_tables() -> str:
    """The text of csrc/gf256_tables.c."""
    logarithms = [0, *(LOGARITHM[value] for value in range(1, 256))]
    degrees = sorted({degree for table in EC_CODEWORDS_PER_BLOCK.values() for degree in table})
    generators = "\n".join(
        f"    [{degree}] = {{" + ", ".join(map(str, rs_generator(degree))) + "},"
        for degree in degrees
    )
    parts = [
        HEAD.format("gf256.h"),
        # Twice over and one more, so that the sum of two logarithms needs no reduction.
        "const uint8_t gf256_power[511] = {\n"
        + rows([POWERS[i % 255] for i in range(511)])
        + "\n};\n",
        "const uint8_t gf256_logarithm[256] = {\n" + rows(logarithms) + "\n};\n",
        "const uint8_t gf256_rs_generator[GF256_MAX_DEGREE + 1][GF256_MAX_DEGREE] = {\n"
        + generators
        + "\n};\n",
    ]
    return "\n".join(parts)


FILES = {"qr_tables.c": qr_tables, "gf256_tables.c": gf256_tables}


def main() -> int:
    """Writes or checks both files; returns how many differ under --check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    stale = [
        name
        for name, text in FILES.items()
        if not (CSRC / name).exists() or (CSRC / name).read_text(encoding="utf-8") != text()
    ]
    for name in stale:
        print(f"csrc/{name} {'differs from the rules' if check else 'written'}")
        if not check:
            (CSRC / name).write_text(FILES[name](), encoding="utf-8")
    return len(stale) if check else 0


if __name__ == "__main__":
    sys.exit(main())
