"""Huffman codes for the pages of one file: counted on some of them, used for all (RFC 1951).

A page is a stream of its own, too short to be worth codes of its own making; slips of one form
differ so little that the codes of some serve all.  Codes and texts differ much: each have
codes, and a block, of their own.
"""

from __future__ import annotations

import heapq
from itertools import groupby

import numpy as np
import numpy.typing as npt

from elqr_fast._native.pdf_page import LITERALS, LONGEST_CODE, Flate

Counts = npt.NDArray[np.uint32]

#: What any page may hold, by block, whether the counted pages did or not: the kernel's own words.
ALWAYS = (b"0123456789- BTd()'j\n@ABCDEFGHIJKLMNO", b"0123456789- BETQTfd()j\n\\r")
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
    for symbol in (*needed, END_OF_BLOCK):
        counts[symbol] = max(counts[symbol], 1)
    literals = code_lengths(counts[:LITERALS].tolist(), LONGEST_CODE)
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
    while True:
        lengths = _huffman(counts, used)
        if max(lengths) <= longest:
            return lengths
        counts = [(count + 1) // 2 for count in counts]


def _huffman(counts: list[int], used: list[int]) -> list[int]:
    # Nodes are numbered as they are made, leaves first: parents after their children.
    heap = [(counts[symbol], node) for node, symbol in enumerate(used)]
    heapq.heapify(heap)
    last = 2 * len(used) - 2
    parents = [0] * last
    for node in range(len(used), last + 1):
        count, first = heapq.heappop(heap)
        other, second = heap[0]
        parents[first] = parents[second] = node
        heapq.heapreplace(heap, (count + other, node))
    depths = [0] * (last + 1)
    for node in range(last - 1, -1, -1):
        depths[node] = depths[parents[node]] + 1
    lengths = [0] * len(counts)
    for node, symbol in enumerate(used):
        lengths[symbol] = depths[node]
    return lengths


def codes_of(lengths: list[int]) -> list[int]:
    """The codes of these lengths (3.2.2), their first bit lowest as they are packed."""
    codes = [0] * len(lengths)
    code = before = 0
    for size, symbol in sorted((size, symbol) for symbol, size in enumerate(lengths) if size):
        code <<= size - before
        before = size
        codes[symbol] = int(f"{code:0{size}b}"[::-1], 2)
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
