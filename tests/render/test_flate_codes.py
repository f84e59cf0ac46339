"""Codes of a dynamic block: what zlib makes of them, and how long they are."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast._native.pdf_page import LITERALS, LONGEST_CODE, SYMBOLS
from elqr_fast.render.flate_codes import (
    ALIKE,
    _header,
    code_lengths,
    code_lengths_alike,
    codes_of,
    make_codes,
)

COUNTS = st.lists(st.integers(0, 100_000), min_size=257, max_size=LITERALS)


def packed(data: bytes, literals: list[int], distances: list[int]) -> bytes:
    """Data as literals alone, in a raw deflate stream."""
    header, size = _header(literals, distances, last=True)
    word, codes = int.from_bytes(header, "little"), codes_of(literals)
    for symbol in (*data, 256):
        word |= codes[symbol] << size
        size += literals[symbol]
    return word.to_bytes((size + 7) // 8, "little")


@given(counts=COUNTS, distances=st.lists(st.integers(0, 99), min_size=30, max_size=30))
def test_zlib_reads_what_is_coded(counts: list[int], distances: list[int]) -> None:
    counts[256] += 1
    literals = code_lengths(counts, LONGEST_CODE)
    data = bytes(symbol for symbol in range(256) if counts[symbol])
    stream = packed(data, literals, code_lengths(distances, LONGEST_CODE))
    assert zlib.decompress(stream, wbits=-15) == data


@given(counts=st.lists(st.integers(0, 2**32), min_size=2, max_size=60))
def test_no_code_is_too_long_and_the_shortest_go_to_the_most_used(counts: list[int]) -> None:
    lengths = code_lengths(counts, 7)
    used = [symbol for symbol, count in enumerate(counts) if count]
    assert max(lengths) <= 7
    if len(used) > 1:
        assert sum(2.0 ** -lengths[symbol] for symbol in used) == 1
        assert {symbol for symbol, length in enumerate(lengths) if length} == set(used)


@given(
    counts=st.lists(st.integers(0, 2**20), min_size=100, max_size=120), longest=st.integers(11, 14)
)
def test_letters_have_codes_of_one_length(counts: list[int], longest: int) -> None:
    for symbol in (0, *ALIKE):
        counts[symbol] += 1
    lengths = code_lengths_alike(counts, longest, ALIKE)
    assert len({lengths[symbol] for symbol in ALIKE}) == 1
    assert max(lengths) <= longest
    assert sum(2.0**-length for length in lengths if length) == 1
    assert [length > 0 for length in lengths] == [count > 0 for count in counts]


def test_codes_are_those_of_the_standards_example() -> None:
    # RFC 1951, 3.2.2: A to H of lengths 3 3 3 3 3 2 4 4.
    codes = codes_of([3, 3, 3, 3, 3, 2, 4, 4])
    turned = [f"{code:b}"[::-1] for code in codes]
    assert [
        text.ljust(size, "0") for text, size in zip(turned, [3] * 5 + [2, 4, 4], strict=True)
    ] == ["010", "011", "100", "101", "110", "00", "1110", "1111"]


def test_a_table_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="codes"):
        make_codes(np.ones((2, SYMBOLS + 1), np.uint32), (b"", b""))
