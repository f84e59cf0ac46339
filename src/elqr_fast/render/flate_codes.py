"""Huffman codes for the pages of one file: counted on some of them, used for all (RFC 1951).

A page is a stream of its own, too short to be worth codes of its own making; slips of one form
differ so little that the codes of some serve all.  Codes and texts differ much: each have
codes, and a block, of their own.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import LITERALS, LONGEST_CODE, Flate

Counts = npt.NDArray[np.uint32]

#: What any page may hold, by block, whether the counted pages did or not: the kernel's own words.
ALWAYS = (b"0123456789- BTd()'j\n@ABCDEFGHIJKLMNO", b"0123456789- BETQTfd()j\n\\r")
#: Bytes of the first block that have codes of one length, of which the kernel makes whole rows: the
#: letters of codes, all about as frequent.
ALIKE = range(ord("@"), ord("@") + 16)
#: Bytes between rows of letters.  Counted twice, they get codes with which a row of eleven letters
#: is 64 bits, a machine's word.
BETWEEN_ROWS = b"()'"
END_OF_BLOCK = 256
# RFC 1951, 3.2.7: the order in which the code lengths of code lengths stand.
_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_LONGEST_OF_LENGTHS = 7


def make_codes(counts: Counts, needed: tuple[bytes, bytes]) -> tuple[Flate, Flate]:
    """Codes for symbols used so often, uint32 [BLOCKS, SYMBOLS]; every byte that a block needs gets
    one too.
    """
    drawn, shown = (
        _make_block(counts[block], ALWAYS[block] + needed[block], last=block == 1)
        for block in (0, 1)
    )
    return drawn, shown


def _make_block(counts: Counts, needed: bytes, *, last: bool) -> Flate:
    counts = counts.copy()
    asked = [*set(needed), END_OF_BLOCK]
    counts[asked] = np.maximum(counts[asked], 1)
    alike = range(0)
    if not last:
        alike = ALIKE
        counts[[*BETWEEN_ROWS]] *= 2
    literals = code_lengths_alike(counts[:LITERALS].tolist(), LONGEST_CODE, alike)
    distances = code_lengths(counts[LITERALS:].tolist(), LONGEST_CODE)
    header, size = _header(literals, distances, last=last)
    codes = np.array([*codes_of(literals), *codes_of(distances)], np.uint16)
    return Flate(codes, np.array([*literals, *distances], np.uint8), header, size)


def code_lengths(counts: list[int], longest: int) -> list[int]:
    """Bits of each symbol's code, at most `longest`; 0 for one that is never used."""
    used = [symbol for symbol, count in enumerate(counts) if count]
    if len(used) <= 1:
        # One code of one bit; none at all would be no table (3.2.7).
        return [int(symbol in used or (not used and symbol == 0)) for symbol in range(len(counts))]
    lengths = _huffman(counts, used)
    least = sum(counts) >> longest
    while max(lengths) > longest:
        least = max(2 * least, 1)  # the rarest are made less rare, until all are as frequent
        lengths = _huffman([count and max(count, least) for count in counts], used)
    return lengths


def code_lengths_alike(counts: list[int], longest: int, alike: range) -> list[int]:
    """The same with one length for `alike`: symbols in use, a power of two of them, or none."""
    if not alike:
        return code_lengths(counts, longest)
    more = len(alike).bit_length() - 1
    together = counts.copy()
    together[alike.start : alike.stop] = [sum(counts[symbol] for symbol in alike)] + [0] * (
        len(alike) - 1
    )
    lengths = code_lengths(together, longest)
    if lengths[alike.start] + more > longest:
        lengths = code_lengths(together, longest - more)
    lengths[alike.start : alike.stop] = [lengths[alike.start] + more] * len(alike)
    return lengths


def _huffman(counts: list[int], used: list[int]) -> list[int]:
    # Nodes are numbered as they are made, leaves first and the rarest of them: so are both leaves
    # and parents in the order of their counts, and the rarest two are the next of either.
    leaves = sorted(used, key=counts.__getitem__)
    weights = [counts[symbol] for symbol in leaves]
    leaf, count = 0, len(leaves)
    parent = count
    last = 2 * count - 2
    parents = [0] * last
    for node in range(count, last + 1):
        weight = 0
        for _ in (0, 1):
            if leaf < count and (parent == node or weights[leaf] <= weights[parent]):
                child = leaf
                leaf += 1
            else:
                child = parent
                parent += 1
            weight += weights[child]
            parents[child] = node
        weights.append(weight)
    depths = [0] * (last + 1)
    for node in range(last - 1, -1, -1):
        depths[node] = depths[parents[node]] + 1
    lengths = [0] * len(counts)
    for symbol, depth in zip(leaves, depths, strict=False):
        lengths[symbol] = depth
    return lengths


#: A byte's bits the other way round.
_REVERSED = [int(f"{byte:08b}"[::-1], 2) for byte in range(256)]


def codes_of(lengths: list[int]) -> list[int]:
    """The codes of these lengths (3.2.2), their first bit lowest as they are packed."""
    codes = [0] * len(lengths)
    code = before = 0
    for size, symbol in sorted((size, symbol) for symbol, size in enumerate(lengths) if size):
        code <<= size - before
        before = size
        codes[symbol] = (_REVERSED[code & 255] << 8 | _REVERSED[code >> 8]) >> (16 - size)
        code += 1
    return codes


class _Bits:
    def __init__(self) -> None:
        self.word = self.size = 0

    def put(self, value: int, bits: int) -> None:
        self.word |= value << self.size
        self.size += bits


def _header(literals: list[int], distances: list[int], *, last: bool) -> tuple[bytes, int]:
    """The head of a block, with both tables (3.2.7)."""
    literals = literals[: max(257, _used(literals))]
    distances = distances[: max(1, _used(distances))]
    runs = _run_lengths([*literals, *distances])
    counts = [0] * 19
    for symbol, _, _ in runs:
        counts[symbol] += 1
    lengths = code_lengths(counts, _LONGEST_OF_LENGTHS)
    codes = codes_of(lengths)
    told = max(4, 1 + max(place for place, symbol in enumerate(_ORDER) if lengths[symbol]))
    bits = _Bits()
    for value, size in ((int(last), 1), (2, 2), (len(literals) - 257, 5), (len(distances) - 1, 5)):
        bits.put(value, size)
    bits.put(told - 4, 4)
    for symbol in _ORDER[:told]:
        bits.put(lengths[symbol], 3)
    for symbol, extra, extra_bits in runs:
        bits.put(codes[symbol], lengths[symbol])
        bits.put(extra, extra_bits)
    return bits.word.to_bytes((bits.size + 7) // 8, "little"), bits.size


def _used(lengths: list[int]) -> int:
    return max((place + 1 for place, length in enumerate(lengths) if length), default=0)


def _run_lengths(lengths: list[int]) -> list[tuple[int, int, int]]:
    """Code lengths as (symbol, extra, extra bits): 16 repeats the last, 17 and 18 are zeros."""
    found = []
    for length, group in groupby(lengths):
        count = len(list(group))
        if length:
            found.append((length, 0, 0))
            count -= 1
        while count >= 3:
            if length:
                part = min(count, 6)
                found.append((16, part - 3, 2))
            elif count <= 10:
                part = count
                found.append((17, part - 3, 3))
            else:
                part = min(count, 138)
                found.append((18, part - 11, 7))
            count -= part
        found += [(length, 0, 0)] * count
    return found
