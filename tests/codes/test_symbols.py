"""What `encode` promises: modes, versions, shapes, threads, and errors that name the payload."""

from __future__ import annotations

import random
import string
from typing import Any

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import elqr_fast as ef
from elqr_fast.errors import (
    BadCharacterError,
    BadLevelError,
    BadMaskError,
    BadVersionError,
    ConfigError,
    EmptyError,
    TooLongError,
)

ELQR = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553"
    "519501099740460000000054110000225435762262024202400202405312024071080850000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000630532232"
)


def digits(count: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(count).integers(48, 58, (count, width), dtype=np.uint8)


def read_back(modules: NDArray[np.uint8]) -> zxingcpp.Barcode:
    """What zxing-cpp reads from one symbol."""
    picture = np.kron(1 - np.pad(modules, 4), np.full((3, 3), 255, np.uint8))
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    barcode = zxingcpp.read_barcode(np.ascontiguousarray(picture, np.uint8), formats)
    assert barcode is not None
    return barcode


def test_an_elqr_payload() -> None:
    symbols = ef.encode([ELQR])
    assert len(ELQR) == 255
    assert (len(symbols), symbols.version, symbols.level, symbols.side) == (1, 6, "M", 41)
    assert symbols.packed.shape == (1, 41, 6)
    assert symbols.modules.shape == (1, 41, 41)
    barcode = read_back(symbols.modules[0])
    assert barcode.bytes == ELQR.encode()
    assert barcode.extra["Version"] == "6"
    assert barcode.extra["ECLevel"] == "M"
    assert barcode.extra["DataMask"] == symbols.mask[0]


def test_arrays_lists_and_bytes_agree() -> None:
    array = digits(5, 30)
    rows = [row.tobytes() for row in array]
    expected = ef.encode(array)
    for payloads in (rows, [row.decode() for row in rows], tuple(rows)):
        symbols = ef.encode(payloads)
        assert symbols.version == expected.version
        assert np.array_equal(symbols.packed, expected.packed)
        assert np.array_equal(symbols.mask, expected.mask)


def test_modules_are_packed_unpacked() -> None:
    symbols = ef.encode(digits(3, 9))
    assert symbols.packed.dtype == symbols.modules.dtype == np.uint8
    assert np.array_equal(np.packbits(symbols.modules, axis=2), symbols.packed)


@given(
    st.lists(
        st.one_of(
            st.text(string.digits, min_size=1, max_size=60),
            st.text(string.digits + "ABC $%*+-./:", min_size=1, max_size=60),
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
            st.binary(min_size=1, max_size=60),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from("LMQH"),
)
@settings(max_examples=150, deadline=None)
def test_mixed_lists_read_back(payloads: list[str | bytes], level: str) -> None:
    symbols = ef.encode(payloads, level=level)
    assert len(symbols) == len(payloads)
    for payload, modules, mask in zip(payloads, symbols.modules, symbols.mask, strict=True):
        barcode = read_back(modules)
        assert barcode.bytes == (payload.encode() if isinstance(payload, str) else payload)
        assert barcode.extra["ECLevel"] == level
        assert barcode.extra["DataMask"] == mask
        assert barcode.extra["Version"] == str(symbols.version)


def test_a_mixed_list_equals_its_items_alone() -> None:
    payloads = ["123", "AB-1", "été", b"\x00\xff", "99", "12345678", "x"]
    symbols = ef.encode(payloads, version=3, level="Q")
    for i, payload in enumerate(payloads):
        alone = ef.encode([payload], version=3, level="Q")
        assert np.array_equal(alone.packed[0], symbols.packed[i])
        assert alone.mask[0] == symbols.mask[i]


@pytest.mark.parametrize(
    ("payload", "fits"),
    [("1" * 41, 1), ("1" * 42, 2), ("A" * 25, 1), ("A" * 26, 2), ("a" * 17, 1), ("a" * 18, 2)],
)
def test_the_mode_decides_the_version(payload: str, fits: int) -> None:
    assert ef.encode([payload], level="L").version == fits


def test_the_largest_payload_decides_the_version() -> None:
    # 20 bytes need 2-L although 41 digits fit 1-L.
    assert ef.encode(["1" * 41, "1"], level="L").version == 1
    assert ef.encode(["1" * 41, "b" * 20], level="L").version == 2
    assert ef.encode(["1" * 7089], level="L").version == 40


def test_level_and_version_are_not_raised() -> None:
    for level in "LMQH":
        symbols = ef.encode(["1"], level=level, version=7)
        assert (symbols.version, symbols.level) == (7, level)
        assert read_back(symbols.modules[0]).extra["ECLevel"] == level


def test_a_pinned_mask() -> None:
    array = digits(4, 20)
    automatic = ef.encode(array)
    for mask in range(8):
        symbols = ef.encode(array, mask=mask)
        assert symbols.mask.tolist() == [mask] * 4
        same = automatic.mask == mask
        assert np.array_equal(symbols.packed[same], automatic.packed[same])


def test_threads_change_nothing() -> None:
    array = digits(1700, 12)
    expected = ef.encode(array)
    mixed = ["".join(random.Random(i).choices("019AZ", k=1 + i % 14)) for i in range(1700)]
    for threads in (2, 3, 64):
        symbols = ef.encode(array, threads=threads)
        assert np.array_equal(symbols.packed, expected.packed)
        assert np.array_equal(symbols.mask, expected.mask)
        assert np.array_equal(ef.encode(mixed, threads=threads).packed, ef.encode(mixed).packed)


def test_out_is_filled_and_returned() -> None:
    array = digits(3, 255)
    out = np.full((3, 41, 6), 0xFF, np.uint8)
    symbols = ef.encode(array, out=out)
    assert symbols.packed is out
    assert np.array_equal(out, ef.encode(array).packed)
    mixed = np.full((2, 21, 3), 0xFF, np.uint8)
    assert ef.encode(["1", "A"], out=mixed).packed is mixed
    assert np.array_equal(mixed, ef.encode(["1", "A"]).packed)


def test_any_layout_of_an_array_is_accepted() -> None:
    array = digits(6, 24)
    expected = ef.encode(array).packed
    read_only = array.copy()
    read_only.flags.writeable = False
    for layout in (np.asfortranarray(array), np.repeat(array, 2, axis=0)[::2], read_only):
        assert np.array_equal(ef.encode(layout).packed, expected)


def test_no_payloads() -> None:
    assert ef.encode([], version=6).packed.shape == (0, 41, 6)
    symbols = ef.encode(np.empty((0, 255), np.uint8))
    assert (len(symbols), symbols.version) == (0, 6)
    assert symbols.modules.shape == (0, 41, 41)
    assert len(ef.encode(np.empty((0, 0), np.uint8), version=1)) == 0
    with pytest.raises(EmptyError, match="version"):
        ef.encode([])
    with pytest.raises(EmptyError, match="version"):
        ef.encode(np.empty((0, 0), np.uint8))
    with pytest.raises(TooLongError):
        ef.encode(np.empty((0, 256), np.uint8), version=6)


@pytest.mark.parametrize(
    ("payloads", "options", "error", "message"),
    [
        (["1", ""], {}, EmptyError, "item 1"),
        (np.empty((2, 0), np.uint8), {}, EmptyError, "item 0"),
        (["1", "1" * 256, "1"], {"version": 6}, TooLongError, r"item 1: .*256 .*holds 255"),
        (["1" * 255, "A" * 255], {"version": 6}, TooLongError, r"item 1: .*255 .*holds 154"),
        (["1", "a" * 2332], {}, TooLongError, r"item 1: .*version 40, level M holds 2331"),
        (["1", "ab\ud800"], {}, BadCharacterError, "item 1: .*position 2"),
        (["1"], {"version": 0}, BadVersionError, "1 to 40"),
        (["1"], {"version": 41}, BadVersionError, "1 to 40"),
        (["1"], {"version": 2**70}, BadVersionError, "1 to 40"),
        (["1"], {"version": 6.0}, TypeError, "version"),
        (["1"], {"version": "6"}, TypeError, "version"),
        (["1"], {"level": "m"}, BadLevelError, "L, M, Q or H"),
        (["1"], {"level": "LM"}, BadLevelError, "L, M, Q or H"),
        (["1"], {"level": ""}, BadLevelError, "L, M, Q or H"),
        (["1"], {"level": 1}, TypeError, "level"),
        (["1"], {"mask": 8}, BadMaskError, "0 to 7"),
        (["1"], {"mask": -1}, BadMaskError, "0 to 7"),
        (["1"], {"mask": "3"}, TypeError, "mask"),
        (["1"], {"threads": 0}, ConfigError, "threads"),
        (["1"], {"threads": 1.5}, TypeError, "threads"),
        (["1"], {"out": np.empty((1, 21, 4), np.uint8)}, ConfigError, "shape"),
        (["1"], {"out": np.empty((2, 21, 3), np.uint8)[::2][:, ::-1]}, ConfigError, "contiguous"),
        (["1"], {"out": np.empty((1, 21, 3), np.int8)}, TypeError, "uint8"),
        (["1"], {"out": bytearray(63)}, TypeError, "out"),
        ("123", {}, TypeError, "one str"),
        (b"123", {}, TypeError, "one bytes"),
        ([123], {}, TypeError, "item 0"),
        (["1", None], {}, TypeError, "item 1"),
        (7, {}, TypeError, "iterable"),
        (np.zeros((2, 3)), {}, TypeError, "float64"),
        (np.array([["1"]]), {}, TypeError, "uint8"),
        (np.zeros(3, np.uint8), {}, ConfigError, r"\[n, w\]"),
    ],
)
def test_bad_input(
    payloads: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ef.encode(payloads, **options)


def test_errors_carry_the_item_and_are_value_errors() -> None:
    with pytest.raises(ValueError, match="item 2") as caught:
        ef.encode(["1", "2", ""])
    assert isinstance(caught.value, EmptyError)
    assert caught.value.item == 2
