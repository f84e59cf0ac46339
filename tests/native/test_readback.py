"""The inflater against zlib, the reader of many symbols against segno's symbols."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import segno

from elqr_fast._native import readback
from elqr_fast.errors import BadLevelError, BadVersionError, EmptyError, OutOfRangeError

NONE = (0, 0, 0, 0, 0, 0)
HEAD = b"q\n0.24 0 0 0.24 0 0 cm\n"


def pages(streams, *, parents=None, qr=NONE, bars=NONE, height=500):
    """Streams as the contents of pages; their faults and positions."""
    data, offsets = b"%PDF-1.7\n", [0]
    for number, packed in enumerate(streams):
        offsets.append(len(data))
        head = b"%d 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n"
        data += head % (2 * number + 1, len(packed)) + packed + b"\nendstream\nendobj\n"
        offsets.append(len(data))
        page = b"%d 0 obj\n<</Type/Page/Parent 99 0 R/Contents %d 0 R>>\nendobj\n"
        data += page % (2 * number + 2, 2 * number + 1)
    numbers = np.arange(2, 2 * len(streams) + 1, 2, dtype=np.uint32)
    above = np.full(len(streams), 99, np.uint32) if parents is None else parents
    found = readback.pdf_pages(
        data, np.array(offsets, np.uint64), numbers, above, 300, height, qr, bars
    )
    return found[3].tolist(), found[4].tolist()


def text_of(size, chance):
    """A sound content of some size: glyphs at random."""
    shown = chance.integers(0, 65536, size // 4, np.uint16).astype(">u2").tobytes().hex()
    return HEAD + b"BT\n/F0 9 Tf\n1 2 Td(" + shown.encode() + b")Tj\nET\nQ\n"


def test_whatever_zlib_packs_is_inflated():
    chance = np.random.default_rng(1)
    streams = []
    for level in range(10):
        for strategy in range(5):
            for size in (0, 40, 5000, 70_000):
                packer = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
                content = text_of(size, chance)
                streams.append(packer.compress(content) + packer.flush())
                packer = zlib.compressobj(level, zlib.DEFLATED, 12, 1, strategy)
                cut = len(content) // 2
                parts = packer.compress(content[:cut]), packer.flush(zlib.Z_FULL_FLUSH)
                streams.append(b"".join(parts) + packer.compress(content[cut:]) + packer.flush())
    assert set(pages(streams)[0]) == {0}


def test_spoilt_streams():
    chance = np.random.default_rng(2)
    packed = zlib.compress(text_of(3000, chance))
    streams = [packed[:end] for end in range(0, len(packed), 7)]
    streams += [packed + b"\0", b"\x79" + packed[1:], b"\x88\x1c" + packed[2:]]
    streams.append(zlib.compress(b" " * 300_000))
    for at in chance.integers(0, len(packed), 200).tolist():
        flipped = packed[at] ^ 1 << int(chance.integers(8))
        streams.append(packed[:at] + bytes([flipped]) + packed[at + 1 :])
    # Twice the same stream: the second has its tables from the first.
    assert set(pages([packed, packed, *streams, packed])[0][2:-1]) == {1}
    assert pages([packed, packed, streams[5], packed])[0] == [0, 0, 1, 0]


def test_where_a_fault_is():
    bad = HEAD + b"1.04 1.04 1.92 1.92 re\nf\n7 w\nQ\n"
    faults, [position] = pages([zlib.compress(bad)])
    assert faults == [2]
    assert bad[position - 2 : position] == b"7 "


def test_pages_that_are_none():
    good = zlib.compress(HEAD + b"BT\nET\nQ\n")
    assert pages([good])[0] == [0]
    assert pages([good], parents=np.array([98], np.uint32))[0] == [1]
    with pytest.raises(OutOfRangeError):
        pages([good], height=0)
    with pytest.raises(OutOfRangeError):
        pages([good], qr=(0, 0, 0, 41, 0, 0))
    with pytest.raises(ValueError, match="65 modules"):
        pages([good], qr=(0, 0, 1, 65, 0, 0))
    with pytest.raises(ValueError, match="1 pages, but 0 parents"):
        pages([good], parents=np.empty(0, np.uint32))


def test_symbols():
    chance = np.random.default_rng(3)
    texts = ["".join(map(str, chance.integers(0, 10, 255).tolist())) for _ in range(20)]
    codes = [segno.make_qr(text, error="m", version=6, boost_error=False) for text in texts]
    modules = np.array([[list(row) for row in code.matrix] for code in codes], np.uint8)
    contents, statuses = readback.symbols(np.packbits(modules, axis=2), 6, 1, 255)
    assert not statuses.any()
    assert [row.tobytes().decode() for row in contents] == texts
    # One module of the data is more than a fresh symbol may lack.
    modules[:, 30, 30] ^= 1
    assert readback.symbols(np.packbits(modules, axis=2), 6, 1, 255)[1].all()
    assert readback.symbols(np.packbits(modules, axis=2), 6, 2, 255)[1].all()


def test_wrong_arguments():
    packed = np.zeros((1, 41, 6), np.uint8)
    with pytest.raises(EmptyError):
        readback.symbols(packed, 6, 1, 0)
    with pytest.raises(BadLevelError):
        readback.symbols(packed, 6, 4, 255)
    with pytest.raises(ValueError, match="45 rows"):
        readback.symbols(packed, 7, 1, 255)
    with pytest.raises(BadVersionError):
        readback.symbols(np.zeros((1, 0, 0), np.uint8), 41, 1, 255)
