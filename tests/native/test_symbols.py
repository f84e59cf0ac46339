"""The encoder's symbols against other encoders, module for module.

zxing-cpp's writer (zint) is the oracle for the automatic mask, and like segno for every version,
level and mode at a pinned mask.
"""

from __future__ import annotations

import random
import string
from typing import Any

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray

from elqr_fast._native import symbols as native
from elqr_fast.errors import (
    BadCharacterError,
    BadLevelError,
    BadMaskError,
    BadModeError,
    BadVersionError,
    EmptyError,
    KernelError,
    TooLongError,
)

Bits = NDArray[np.uint8]
LEVELS = "LMQH"
#: zxing-cpp cuts mixed text into segments: these alphabets leave it nothing to cut.
ALPHABETS = {
    native.NUMERIC: string.digits,
    native.ALPHANUMERIC: string.ascii_uppercase + " $%*+-./:",
    native.BYTE: string.ascii_lowercase,
}
CASES = [(level, mode) for level in range(4) for mode in ALPHABETS]
MODE_NAMES = {native.NUMERIC: "numeric", native.ALPHANUMERIC: "alphanumeric", native.BYTE: "byte"}


def case_name(case: tuple[int, int]) -> str:
    return f"{LEVELS[case[0]]}-{MODE_NAMES[case[1]]}"


def zxing_modules(text: str, level: int, **options: int) -> Bits:
    """zxing-cpp's symbol, 1 = dark.  A level given by its letter is not raised."""
    barcode = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVELS[level], **options
    )
    assert barcode.ec_level == LEVELS[level]
    image = np.asarray(barcode.to_image(scale=1, add_quiet_zones=False))
    return (image == 0).astype(np.uint8)


def segno_modules(content: bytes, mode: int, version: int, level: int, mask: int) -> Bits:
    """segno's symbol, 1 = dark."""
    code = segno.make_qr(
        content,
        error=LEVELS[level],
        version=version,
        mode=MODE_NAMES[mode],
        mask=mask,
        boost_error=False,
    )
    return np.array([list(row) for row in code.matrix], np.uint8)


def segno_pads_too_much(length: int, mode: int, version: int, level: int) -> bool:
    """segno adds a codeword of zeros where data and terminator end on a byte by themselves."""
    digits, pairs = divmod(length, 3), divmod(length, 2)
    bits, count_bits = {
        native.NUMERIC: (10 * digits[0] + (0, 4, 7)[digits[1]], (10, 12, 14)),
        native.ALPHANUMERIC: (11 * pairs[0] + 6 * pairs[1], (9, 11, 13)),
        native.BYTE: (8 * length, (8, 16, 16)),
    }[mode]
    used = 4 + count_bits[(version > 9) + (version > 26)] + bits + 4
    return used % 8 == 0 and length < native.capacity(version, level, mode)


def flat(payloads: list[bytes]) -> Bits:
    return np.frombuffer(b"".join(payloads), np.uint8)


def encode_equal_lengths(
    payloads: list[bytes], mode: int, version: int, level: int, mask: int
) -> tuple[Bits, Bits]:
    """Modules [n, side, side] and masks [n] by the batch kernel."""
    side = native.side(version)
    packed = np.full((len(payloads), side, (side + 7) // 8), 0xFF, np.uint8)
    masks = np.full(len(payloads), 0xFF, np.uint8)
    width = len(payloads[0])
    native.encode(flat(payloads), None, width, mode, version, level, mask, packed, masks)
    unused = np.unpackbits(packed, axis=2)[:, :, side:]
    assert not unused.any()
    return np.unpackbits(packed, axis=2, count=side), masks


def reference(payload: bytes, mode: int, version: int, level: int, mask: int) -> tuple[Bits, int]:
    packed, used = native.encode_reference(flat([payload]), mode, version, level, mask)
    return np.unpackbits(packed, axis=1, count=native.side(version)), used


def lengths_to_try(capacity: int, dice: random.Random) -> list[int]:
    """Full, one less, and any: with and without a terminator and padding."""
    return [capacity, max(capacity - 1, 1), dice.randint(1, capacity)]


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_every_version_equals_zxing(case: tuple[int, int]) -> None:
    level, mode = case
    dice = random.Random(f"zxing {case}")
    for version in range(1, 41):
        for length in lengths_to_try(native.capacity(version, level, mode), dice):
            text = "".join(dice.choices(ALPHABETS[mode], k=length))
            mask = dice.randrange(8)
            theirs = zxing_modules(text, level, version=version, data_mask=mask)
            ours, masks = encode_equal_lengths([text.encode()], mode, version, level, mask)
            assert np.array_equal(ours[0], theirs), (version, length, mask)
            assert masks[0] == mask
            again, used = reference(text.encode(), mode, version, level, mask)
            assert np.array_equal(again, theirs)
            assert used == mask


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_every_version_equals_segno(case: tuple[int, int]) -> None:
    level, mode = case
    dice = random.Random(f"segno {case}")
    for version in range(1, 41):
        capacity = native.capacity(version, level, mode)
        for length in (capacity, dice.randint(1, capacity)):
            if segno_pads_too_much(length, mode, version, level):
                continue  # zxing-cpp sees these
            content = "".join(dice.choices(ALPHABETS[mode], k=length)).encode()
            if mode == native.BYTE:
                content = dice.randbytes(length)
            mask = dice.randrange(8)
            ours, _ = encode_equal_lengths([content], mode, version, level, mask)
            theirs = segno_modules(content, mode, version, level, mask)
            assert np.array_equal(ours[0], theirs), (version, length, mask)


@pytest.mark.parametrize("mask", range(8))
def test_each_mask_of_a_full_symbol(mask: int) -> None:
    """255 digits leave 6-M no bit for a terminator."""
    dice = random.Random(mask)
    payloads = ["".join(dice.choices(string.digits, k=255)) for _ in range(20)]
    ours, masks = encode_equal_lengths(
        [payload.encode() for payload in payloads], native.NUMERIC, 6, 1, mask
    )
    assert (masks == mask).all()
    for payload, symbol in zip(payloads, ours, strict=True):
        assert np.array_equal(symbol, zxing_modules(payload, 1, version=6, data_mask=mask))
        assert np.array_equal(symbol, segno_modules(payload.encode(), native.NUMERIC, 6, 1, mask))


def assert_automatic_masks_equal_zxing(payloads: list[str], mode: int, level: int) -> None:
    """Payloads of one length; zxing-cpp chooses the version, too."""
    version = native.smallest_version(len(payloads[0]), level, mode)
    contents = [payload.encode() for payload in payloads]
    ours, masks = encode_equal_lengths(contents, mode, version, level, native.AUTOMATIC)
    for payload, symbol in zip(payloads, ours, strict=True):
        assert np.array_equal(symbol, zxing_modules(payload, level)), payload
    again, used = reference(contents[0], mode, version, level, native.AUTOMATIC)
    assert np.array_equal(again, ours[0])
    assert used == masks[0]


@pytest.mark.parametrize("mode", ALPHABETS, ids=MODE_NAMES.get)
def test_automatic_mask_equals_zxing_on_10_000_payloads(mode: int) -> None:
    dice = random.Random(f"automatic {mode}")
    for i in range(200):
        length = dice.randint(1, 150)
        payloads = ["".join(dice.choices(ALPHABETS[mode], k=length)) for _ in range(50)]
        assert_automatic_masks_equal_zxing(payloads, mode, i % 4)


def test_automatic_mask_equals_zxing_on_10_000_elqr_payloads() -> None:
    """255 digits, about half of them the same in all: the prefix and the zeros at the end."""
    dice = random.Random("elqr")
    for _ in range(100):
        payloads = [
            "0002010102122796000513800018"
            + "".join(dice.choices(string.digits, k=129))
            + "8085"
            + "0" * 85
            + "6305"
            + f"{dice.randrange(65536):05d}"
            for _ in range(100)
        ]
        assert {len(payload) for payload in payloads} == {255}
        assert_automatic_masks_equal_zxing(payloads, native.NUMERIC, 1)


@pytest.mark.parametrize("version", [7, 10, 14, 21, 27, 32, 40])
def test_automatic_mask_of_large_symbols(version: int) -> None:
    dice = random.Random(version)
    for level, mode in CASES:
        length = native.capacity(version, level, mode)
        payload = "".join(dice.choices(ALPHABETS[mode], k=length))
        assert_automatic_masks_equal_zxing([payload], mode, level)


def test_a_batch_equals_the_reference() -> None:
    """Sizes around the widths of vectors, and lengths that differ within a batch."""
    dice = random.Random("batch")
    for count in (1, 2, 7, 8, 63, 64, 65, 511, 513):
        payloads = [dice.choice(["", "1"]) + "7" * dice.randint(1, 40) for _ in range(count)]
        ends = np.cumsum([len(payload) for payload in payloads], dtype=np.uintp)
        packed = np.empty((count, 25, 4), np.uint8)
        masks = np.empty(count, np.uint8)
        data = flat([payload.encode() for payload in payloads])
        native.encode(data, ends, 0, native.NUMERIC, 2, 0, native.AUTOMATIC, packed, masks)
        for i, payload in enumerate(payloads):
            alone, used = native.encode_reference(
                flat([payload.encode()]), native.NUMERIC, 2, 0, -1
            )
            assert np.array_equal(packed[i], alone)
            assert masks[i] == used


def test_survey() -> None:
    data = flat([b"123", b"ABC", b"abc", b"456"])
    modes, longest = native.survey(data, None, 3, 4)
    assert modes.tolist() == [native.NUMERIC, native.ALPHANUMERIC, native.BYTE, native.NUMERIC]
    assert longest == {native.NUMERIC: 3, native.ALPHANUMERIC: 3, native.BYTE: 3}
    modes, longest = native.survey(data, np.array([1, 3, 12], np.uintp), 0, 3)
    assert modes.tolist() == [native.NUMERIC, native.NUMERIC, native.BYTE]
    assert longest == {native.NUMERIC: 2, native.BYTE: 9}
    modes, longest = native.survey(data, None, 3, 0)
    assert (len(modes), longest) == (0, {})
    for bad in range(0, 300, 7):  # digits but for one
        digits = np.full(300, ord("5"), np.uint8)
        assert set(native.survey(digits, None, 30, 10)[0].tolist()) == {native.NUMERIC}
        digits[bad] = ord("x")
        modes, longest = native.survey(digits, None, 30, 10)
        assert np.flatnonzero(modes != native.NUMERIC).tolist() == [bad // 30]
        assert longest == {native.NUMERIC: 30, native.BYTE: 30}
    with pytest.raises(EmptyError, match="item 1:"):
        native.survey(data, np.array([1, 1, 12], np.uintp), 0, 3)
    with pytest.raises(KernelError):
        native.survey(data, np.array([4, 2, 12], np.uintp), 0, 3)


def call_encode(**changes: Any) -> None:
    """Two payloads of four digits in 1-M, but for `changes`."""
    call: dict[str, Any] = {
        "data": flat([b"12345678"]), "ends": None, "width": 4, "mode": native.NUMERIC,
        "version": 1, "level": 1, "mask": 0,
        "packed": np.empty((2, 21, 3), np.uint8), "masks": np.empty(2, np.uint8),
    }  # fmt: skip
    native.encode(*(call | changes).values())


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"mode": 3}, BadModeError, "mode"),
        ({"version": 0}, BadVersionError, "1 to 40"),
        ({"version": 41}, BadVersionError, "1 to 40"),
        ({"level": 4}, BadLevelError, "L, M, Q or H"),
        ({"level": -1}, BadLevelError, "L, M, Q or H"),
        ({"mask": 8}, BadMaskError, "0 to 7"),
        ({"mask": -2}, BadMaskError, "0 to 7"),
        ({"data": flat([b"12345:78"])}, BadCharacterError, r"item 1: .*position 1"),
        ({"data": flat([b"1" * 70]), "width": 35}, TooLongError, r"item 0: .*35 .*34 fit"),
        ({"data": flat([b""]), "width": 0}, EmptyError, "item 0"),
        ({"data": flat([b"1234"]), "width": 0}, EmptyError, "item 0"),
        ({"width": 5}, ValueError, "fewer than 2 items of 5"),
        ({"width": 2**63}, ValueError, "fewer than 2 items"),
        ({"ends": np.array([4, 9], np.uintp)}, ValueError, "end offsets"),
        ({"ends": np.array([4], np.uintp)}, ValueError, "end offsets"),
        ({"ends": np.array([5, 4], np.uintp)}, KernelError, "item 1"),
        ({"ends": np.array([0, 4], np.uintp)}, EmptyError, "item 0"),
        ({"packed": np.empty((2, 21, 4), np.uint8)}, ValueError, "shape"),
        ({"packed": np.empty((1, 21, 3), np.uint8)}, ValueError, "shape"),
        ({"packed": np.empty((2, 25, 4), np.uint8)}, ValueError, "shape"),
        ({"packed": np.empty((2, 21, 3), np.uint16)}, ValueError, "mismatch"),
        ({"packed": np.empty((2, 21, 6), np.uint8)[:, :, ::2]}, ValueError, "contiguous"),
        ({"data": None}, TypeError, "None"),
        ({"version": "1"}, TypeError, "int"),
    ],
)
def test_bad_arguments(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call_encode(**changes)


def test_good_arguments_of_that_call() -> None:
    """So that each case above fails for its own reason."""
    call_encode()
    call_encode(ends=np.array([3, 8], np.uintp))


def test_a_batch_of_none() -> None:
    call_encode(packed=np.empty((0, 21, 3), np.uint8), masks=np.empty(0, np.uint8), data=flat([]))


@pytest.mark.parametrize("n", [0, 1, 3, 100])
def test_a_plan_makes_the_same_symbols(n: int) -> None:
    payloads = [bytes(f"{i:04}", "ascii") for i in range(1000, 1000 + n)]
    plan = native.Plan(4, native.NUMERIC, 1, 1, native.AUTOMATIC)
    packed, masks = np.empty((n, 21, 3), np.uint8), np.empty(n, np.uint8)
    plan.encode(flat(payloads), packed, masks)
    for i, payload in enumerate(payloads):
        alone, used = native.encode_reference(
            flat([payload]), native.NUMERIC, 1, 1, native.AUTOMATIC
        )
        assert (packed[i] == alone).all()
        assert masks[i] == used


@pytest.mark.parametrize("version", range(1, 12))
@pytest.mark.parametrize("mask", [0, 3, 7])
def test_modules_of_a_plan(version: int, mask: int) -> None:
    plan, data = native.Plan(9, native.NUMERIC, version, 1, mask), flat([b"012345678"])
    alone, _ = native.encode_reference(data, native.NUMERIC, version, 1, mask)
    side = native.side(version)
    assert (plan.modules(data) == np.unpackbits(alone, axis=1, count=side)).all()
    with pytest.raises(BadCharacterError, match=r"item 0: .*position 8"):
        plan.modules(flat([b"01234567x"]))
    with pytest.raises(ValueError, match="fewer than 1 items of 9"):
        plan.modules(flat([b"01234567"]))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((0, native.NUMERIC, 1, 1, 0), EmptyError),
        ((35, native.NUMERIC, 1, 1, 0), TooLongError),
        ((4, 3, 1, 1, 0), BadModeError),
        ((4, native.NUMERIC, 12, 1, 0), BadVersionError),
        ((4, native.NUMERIC, 1, 4, 0), BadLevelError),
        ((4, native.NUMERIC, 1, 1, 8), BadMaskError),
    ],
)
def test_a_plan_refuses(arguments: tuple[int, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        native.Plan(*arguments)


def test_a_plan_names_what_is_wrong_with_a_batch() -> None:
    plan = native.Plan(4, native.NUMERIC, 1, 1, 0)
    packed, masks = np.empty((2, 21, 3), np.uint8), np.empty(2, np.uint8)
    with pytest.raises(BadCharacterError, match=r"item 1: .*position 1"):
        plan.encode(flat([b"12345:78"]), packed, masks)
    with pytest.raises(ValueError, match="fewer than 2 items of 4"):
        plan.encode(flat([b"1234567"]), packed, masks)
    with pytest.raises(ValueError, match=r"shape \(2, 21, 3\)"):
        plan.encode(flat([b"12345678"]), packed[:1], masks)


def test_reference_refuses() -> None:
    for arguments, error in [
        ((b"", 1, 1, 1, 0), EmptyError),
        ((b"x", 1, 1, 1, 0), BadCharacterError),
        ((b"1", 1, 0, 1, 0), BadVersionError),
        ((b"1" * 35, 1, 1, 1, 0), TooLongError),
    ]:
        with pytest.raises(error):
            native.encode_reference(flat([arguments[0]]), *arguments[1:])


def test_sizes() -> None:
    assert [native.side(version) for version in (0, 1, 40, 41)] == [0, 21, 177, 0]
    assert native.capacity(6, 1, native.NUMERIC) == 255
    assert native.smallest_version(255, 1, native.NUMERIC) == 6
    assert native.smallest_version(256, 1, native.NUMERIC) == 7
    assert native.smallest_version(7090, 0, native.NUMERIC) == 0
