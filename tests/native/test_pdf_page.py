"""PDF pages by the kernel: packed and plain say the same, whatever the pages hold."""

from __future__ import annotations

import re
import zlib
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elqr_fast._native.pdf_page import GLYPH_NONE, Batch, Flate, Glyphs, set_lines, table_entries
from elqr_fast.errors import KernelError
from elqr_fast.render.flate_codes import make_codes
from elqr_fast.render.pdf_codes import bar_letters, symbol_rows
from elqr_fast.render.pdf_content import string_of

CODES = np.arange(0x13, 0x13 + 40, dtype=np.uint16) * 251 % 4099
#: Every six widths that a character of Code 128 could have: eleven modules in all.
CHARACTERS = [six for six in product(range(1, 5), repeat=6) if sum(six) == 11]
GLYPHS = Glyphs(
    np.tile([0.5, 1.0], 20),
    (np.arange(40) == 3).astype(np.uint8),
    CODES,
    np.tile(np.array([500, 1000], np.int32), 20),
)


def text_of(values, pitch=0.0):
    ids = np.array([glyph for value in values for glyph in value], np.uint16)
    ends = np.cumsum([len(value) for value in values], dtype=np.uint32)
    box, sizes = (5, 10, 4000, 100), np.array([33.3])
    lines, line_ends, left = set_lines(
        GLYPHS, ids, ends, box, sizes, np.zeros(1, np.int32), False, 0, pitch, 7.25
    )
    assert not left.any()
    return ids, ends, lines, line_ends, pitch, 7.25


def make_batch(pages, texts=(), given_bytes=b""):
    return Batch(
        pages, 500, b"q\n", GLYPHS, [b"/F0 33.3"], np.array([33.3]), list(texts), given_bytes
    )


def streams(objects):
    """Contents of all pages, by the lengths that their dictionaries say."""
    data, found, position = objects, [], 0
    head = re.compile(rb"\d+ 0 obj\n<</Length (\d+)(?:/Filter/FlateDecode)?>>\nstream\n")
    while match := head.search(data, position):
        position = match.end() + int(match[1])
        found.append(data[match.end() : position])
        assert data[position:].startswith(b"\nendstream\nendobj\n")
    return found


def objects_of(batch, blocks):
    """The objects of all pages, where each starts, and checksums; in parts that are cut anywhere
    between pages.
    """
    parts, rooms = [], []

    def room(least):
        rooms.append(np.full(least, 255, np.uint8))
        return rooms[-1]

    offsets, sums = batch.pages(
        blocks, 5, 3, room, lambda size: parts.append(rooms[-1][:size].tobytes())
    )
    return b"".join(parts), offsets, sums


def both(batch, counted):
    """Plain contents, having seen that the packed ones are the same and their checksums right."""
    codes = make_codes(
        batch.count(0, counted),
        (
            b"q/Q 1 TfL\n9 TL\n",
            b"/F0.3 " + "".join(map(string_of, CODES.tolist())).encode("latin-1"),
        ),
    )
    plain, offsets, sums = objects_of(batch, None)
    packed, packed_offsets, packed_sums = objects_of(batch, codes)
    contents = streams(plain)
    assert [zlib.decompress(stream) for stream in streams(packed)] == contents
    assert sums.tolist() == packed_sums.tolist() == [zlib.adler32(text) for text in contents]
    for data, starts in ((plain, offsets), (packed, packed_offsets)):
        numbered = [data[start : start + 8].split()[0] for start in starts.ravel()]
        expected = [5 + i // 3 * 7 + i % 3 * 2 + k for i in range(len(offsets)) for k in (0, 1)]
        assert [int(number) for number in numbered] == expected
    return contents


@settings(max_examples=40)
@given(
    values=st.lists(
        st.lists(st.integers(0, 39), max_size=300) | st.lists(st.integers(0, 2), max_size=40),
        min_size=1,
        max_size=8,
    ),
    pitch=st.sampled_from([0.0, 60.0, 17.3]),
    counted=st.integers(0, 8),
)
def test_text_packed_and_plain(values, pitch, counted):
    texts = [text_of(values, pitch), text_of(values[::-1], 0.0), text_of(values, 0.0)]
    for content, value in zip(
        both(make_batch(len(values), texts), min(counted, len(values))), values, strict=True
    ):
        # Glyphs in cells may be in several strings.
        strings = re.findall(rb"\(((?:[^()\\]|\\.)*)\)Tj\n", content, re.DOTALL)
        assert b"".join(strings).startswith(coded(value))
        if value and not pitch:
            assert strings[0] == coded(value)


def coded(value):
    return "".join(string_of(int(CODES[glyph])) for glyph in value).encode("latin-1")


@settings(max_examples=40)
@given(
    side=st.integers(1, 64),
    dark=st.floats(0, 1),
    seed=st.integers(0, 2**32),
    module=st.integers(1, 19),
)
def test_symbols_are_rows_of_letters(side, dark, seed, module):
    modules = (np.random.default_rng(seed).random((3, side, side)) < dark).astype(np.uint8)
    batch = make_batch(3)
    batch.add_symbols((b"/Q 1 Tf\n", 100, 30, module), np.packbits(modules, axis=2))
    found = [content.decode() for content in both(batch, 1)]
    for symbol, content in zip(modules, found, strict=True):
        rows = ")'(".join(symbol_rows(symbol))
        shown = f"/Q 1 Tf\n100 30 Td({rows})'\n" if symbol.any() else ""
        assert content == f"q\nBT\n{shown}ET\nQ\n"


@settings(max_examples=40)
@given(
    widths=st.lists(st.integers(1, 4), max_size=115) | st.lists(st.integers(1, 5), max_size=57),
    count=st.integers(0, 3),
)
def test_bars_are_letters(widths, count):
    size = 288 if count == 0 else max(1, sum(widths) - sum(widths[-1:]) * (len(widths) % 2 == 0))
    row = np.zeros((1, size), np.uint8)
    for index, start in enumerate(np.cumsum([0, *widths])[:-1].tolist()):
        if index % 2 == 0:
            row[0, start : start + widths[index]] = 1
    batch = make_batch(1)
    batch.add_bars((b"/Q 1 Tf\n", 40, 20, 0), row)
    letters = bar_letters(row[0])
    if letters is None and row.any():
        with pytest.raises(KernelError):
            objects_of(batch, None)
        return
    shown = f"/Q 1 Tf\n40 20 Td({letters})Tj\n" if letters else ""
    assert both(batch, 1)[0].decode() == f"q\nBT\n{shown}ET\nQ\n"


@settings(max_examples=40)
@given(
    groups=st.lists(st.sampled_from(CHARACTERS), max_size=25),
    end=st.integers(0, 6).flatmap(
        lambda pairs: st.lists(st.integers(1, 4), min_size=2 * pairs + 1, max_size=2 * pairs + 1)
    ),
    light=st.integers(0, 12),
)
def test_bars_of_eleven_modules_are_letters_like_any(groups, end, light):
    """As in Code 128, whose rows the kernel puts a character at a time."""
    widths = [width for group in groups for width in group] + end
    row = np.repeat(np.arange(len(widths)) % 2 == 0, widths).astype(np.uint8)
    row = np.concatenate([row, np.zeros(light, np.uint8)])[:288]
    batch = make_batch(2)
    batch.add_bars((b"/Q 1 Tf\n", 40, 20, 0), np.stack([row, row]))
    shown = f"/Q 1 Tf\n40 20 Td({bar_letters(row)})Tj\n"
    assert [content.decode() for content in both(batch, 1)] == [f"q\nBT\n{shown}ET\nQ\n"] * 2


def test_bars_begin_with_a_bar():
    batch = make_batch(1)
    batch.add_bars((b"/Q 1 Tf\n", 40, 20, 0), np.array([[0, 1, 0]], np.uint8))
    with pytest.raises(KernelError):
        batch.count(0, 1)


def lines_at(places):
    """A text of lines of one glyph, each page's at places of its own."""
    pages = len(places)
    ids, ends = np.zeros(pages, np.uint16), np.arange(1, pages + 1, dtype=np.uint32)
    lines = [(page, 1, x, y, 0) for page, spots in enumerate(places) for x, y in spots]
    line_ends = np.cumsum([len(spots) for spots in places], dtype=np.uint32)
    return ids, ends, np.array(lines, np.int32).reshape(-1, 5), line_ends, 0.0, 0.0


def test_more_places_than_are_kept():
    rng = np.random.default_rng(3)
    limit = 1 << 29
    places = [[tuple(map(int, rng.integers(-999, 999, 2))) for _ in range(n)] for n in range(70)]
    places += [[(limit, -limit), (-limit, limit)], [(0, 500)], [(0, 500)]]
    contents = both(make_batch(len(places), [lines_at(places)] * 2), 2)
    for content, spots in zip(contents, places, strict=True):
        before, moves = (0, 500), []
        for at in [*spots, *spots]:
            moves.append((at[0] - before[0], before[1] - at[1]))
            before = at
        found = re.findall(rb"(?:^|\n)(-?\d+) (-?\d+) Td\(", content)
        assert [(int(x), int(y)) for x, y in found] == moves


def test_more_strings_on_a_page_than_wait_to_be_packed():
    values = [[number % 40 for number in range(first, first + 150)] for first in range(60)]
    texts = [text_of([value]) for value in values]
    (content,) = both(make_batch(1, texts), 1)
    assert content.count(b"Tj") == 60
    assert all(b"(" + coded(value) + b")" in content for value in values)


def test_glyphs_wider_than_their_widths_say():
    """A string ends where it would be half a dot off, packed or not."""
    inexact = Glyphs(
        np.tile([0.5, 1.0], 20),
        np.zeros(40, np.uint8),
        CODES,
        np.tile(np.array([490, 1000], np.int32), 20),
    )
    texts = [text_of([[1, 3, 5], [0, 2, 4, 1, 6, 8]]), text_of([[1], [1, 3]])]
    batch = Batch(2, 500, b"q\n", inexact, [b"/F0 33.3"], np.array([33.3]), texts, b"")
    first, second = both(batch, 1)
    assert first.count(b"Tj") == 2
    assert second.count(b"Tj") > 2


def test_entries_of_a_table():
    offsets = np.array([0, 15, 2**31 - 1, 9_999_999_999], np.uint64)
    expected = b"".join(b"%010d 00000 n \n" % offset for offset in offsets.tolist())
    assert table_entries(offsets).tobytes() == expected
    assert table_entries(offsets[:0]).tobytes() == b""
    with pytest.raises(KernelError):
        table_entries(offsets + np.uint64(1))


def test_less_room_than_was_asked_for():
    batch = make_batch(1, [text_of([[1]])])
    with pytest.raises(ValueError, match="room"):
        batch.pages(None, 5, 3, lambda least: np.empty(least - 1, np.uint8), len)


def test_ready_made_bytes_stand_as_they_are():
    ids, ends = np.empty(0, np.uint16), np.zeros(2, np.uint32)
    lines = np.array([[2, -3, 9, 400, 0], [0, -5, 10, 510, 0]], np.int32)
    text = ids, ends, lines, np.array([1, 2], np.uint32), 0.0, 0.0
    batch = make_batch(2, [text], b"(f00)jj")
    found = both(batch, 2)
    assert found[0] == b"q\nBT\n/F0 33.3 Tf\n" + b"9 100 Td00)" + b"ET\nQ\n"
    assert found[1] == b"q\nBT\n/F0 33.3 Tf\n" + b"10 -10 Td(f00)" + b"ET\nQ\n"


@pytest.mark.parametrize(
    "line",
    [
        [0, 4, 0, 0, 0],  # more glyphs than there are
        [-1, 1, 0, 0, 0],
        [0, 1, 0, 0, 1],  # no such setting
        [0, 1, 0, 0, -1],
        [0, -4, 0, 0, 0],  # more bytes than there are
        [2, 1, 0, 0, 0],  # no such glyph
        [0, 1, 2**31 - 1, 0, 0],  # farther than any place
        [0, 1, 0, -(2**31), 0],
    ],
)
def test_lines_out_of_range(line):
    ids = np.array([0, 1, GLYPH_NONE], np.uint16)
    text = (
        ids,
        np.array([3], np.uint32),
        np.array([line], np.int32),
        np.ones(1, np.uint32),
        0.0,
        0.0,
    )
    batch = make_batch(1, [text], b"abc")
    with pytest.raises(KernelError):
        objects_of(batch, None)
    with pytest.raises(KernelError):
        batch.count(0, 1)


def test_a_byte_without_a_code_is_named():
    text = (
        np.empty(0, np.uint16),
        np.zeros(1, np.uint32),
        np.array([[0, -1, 0, 0, 0]], np.int32),
        np.ones(1, np.uint32),
        0.0,
        0.0,
    )
    batch = make_batch(1, [text], b"\x80")
    counts = batch.count(0, 0)
    with pytest.raises(KernelError):
        objects_of(batch, make_codes(counts, (b"q\n", b"F/.")))
    assert len(objects_of(batch, make_codes(counts, (b"q\n", b"F/.\x80")))[2]) == 1


def test_numbers_that_lie():
    ids, ends = np.zeros(3, np.uint16), np.array([2, 3], np.uint32)
    box, size, first = (0, 0, 10, 10), np.array([9.0]), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="ends"):
        set_lines(GLYPHS, ids, np.array([2, 4], np.uint32), box, size, first, False, 0)
    with pytest.raises(ValueError, match="size"):
        set_lines(GLYPHS, ids, ends, box, np.empty(0), np.empty(0, np.int32), False, 0)
    for bad in (np.array([np.nan]), np.array([-1.0]), np.array([1e300])):
        with pytest.raises(KernelError):
            set_lines(GLYPHS, ids, ends, box, bad, first, False, 0)
    with pytest.raises(KernelError):
        set_lines(GLYPHS, ids + 40, ends, box, size, first, False, 0)
    with pytest.raises(ValueError, match="header"):
        Flate(np.zeros(316, np.uint16), np.zeros(316, np.uint8), b"", 1)
    with pytest.raises(ValueError, match="end"):
        make_batch(3, [text_of([[1], [2]])])
    with pytest.raises(ValueError, match="one page"):
        make_batch(0)
