"""The binding: what it refuses, and the kernel against a slow edition written from the contract."""

from __future__ import annotations

import binascii
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elqr_fast._native import payload as native
from elqr_fast.errors import BadCharacterError, OutOfRangeError

LEFT, RIGHT, NONE = 0, 1, 2
CRC = 2


def one_field(width: int = 4, pad: int = LEFT, *, required: bool = True) -> native.Layout:
    return native.Layout(
        b"7" + b"0" * (width + 5),
        [(1, 1, width, 0, pad, required, 0, 2**63)],
        [(CRC, width + 1, 0, 0)],
    )


def texts(values: list[bytes], form: str = "text32") -> native.Column:
    offsets = np.cumsum([0, *map(len, values)]).astype(np.int32 if form == "text32" else np.int64)
    return native.Column(form, len(values), offsets.view(np.uint8), b"".join(values))


def integers(values: list[int]) -> native.Column:
    return native.Column("int64", len(values), np.array(values, np.int64).view(np.uint8))


def row_of(digits: bytes) -> bytes:
    body = b"7" + digits
    return body + b"%05d" % binascii.crc_hqx(body, 0xFFFF)


@given(st.lists(st.binary(max_size=40) | st.text("0123456789", max_size=40).map(str.encode)),
       st.integers(1, 39), st.sampled_from([LEFT, RIGHT, NONE]),
       st.sampled_from(["text32", "text64"]))  # fmt: skip
@settings(max_examples=300)
def test_text_of_any_width(values: list[bytes], width: int, pad: int, form: str) -> None:
    def expected(value: bytes) -> tuple[bytes, int]:
        bad = bytes(width + 6)
        if not value:
            return bad, 1
        if len(value) > width:
            return bad, 2
        if len(value) < width and pad == NONE:
            return bad, 3
        if not value.isdigit():
            return bad, 4
        return row_of(value.ljust(width, b"0") if pad == RIGHT else value.zfill(width)), 0

    rows, statuses, bad = native.build(one_field(width, pad), [texts(values, form)], len(values))
    both = [(row.tobytes(), int(status)) for row, status in zip(rows, statuses[0], strict=True)]
    assert both == [expected(value) for value in values]
    assert bad == sum(status != 0 for _, status in both)


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9999)), st.integers(1, 39),
       st.sampled_from([LEFT, RIGHT, NONE]))  # fmt: skip
def test_an_integer_is_its_decimal_text(values: list[int], width: int, pad: int) -> None:
    layout = one_field(width, pad)
    rows, statuses, _ = native.build(layout, [integers(values)], len(values))
    as_text = native.build(layout, [texts([b"%d" % abs(value) for value in values])], len(values))
    for row, value in enumerate(values):
        if value < 0:
            assert statuses[0, row] == 15
        else:
            assert statuses[0, row] == as_text[1][0, row]
            np.testing.assert_array_equal(rows[row], as_text[0][row])


@given(st.lists(st.none() | st.integers(0, 9999), max_size=100), st.integers(0, 20))
def test_nulls_of_a_sliced_bitmap(values: list[int | None], start: int) -> None:
    bits = np.packbits(
        np.array([False] * start + [value is not None for value in values], bool), bitorder="little"
    )
    numbers = np.array([value or 0 for value in values], np.int64).view(np.uint8)
    column = native.Column("int64", len(values), numbers, None, bits, start)
    rows, statuses, _ = native.build(one_field(required=False), [column], len(values))
    assert not statuses.any()
    assert [row.tobytes() for row in rows] == [row_of(b"%04d" % (value or 0)) for value in values]


@given(st.text("0123456789", min_size=250, max_size=250), st.integers(0, 244), st.integers(1, 6))
def test_crc_wherever_the_digits_vary(digits: str, offset: int, width: int) -> None:
    """A field anywhere in a row of any length, odd or even: the constant rest is folded rightly."""
    body = digits[: offset + width + len(digits) % 7].encode()
    template = body[:offset] + b"0" * width + body[offset + width :] + b"00000"
    field = (offset, offset, width, 0, LEFT, True, 0, 10**width)
    for length in (len(body), len(body) - 1 if len(body) > offset + width else len(body)):
        layout = native.Layout(template[:length] + b"00000", [field], [(CRC, length, 0, 0)])
        rows, _, _ = native.build(layout, [texts([body[offset : offset + width]])], 1)
        crc = binascii.crc_hqx(body[:length], 0xFFFF)
        assert rows[0].tobytes() == body[:length] + b"%05d" % crc
        assert native.parse(layout, rows)[2] == 0


def test_no_columns_and_no_rows() -> None:
    rows, statuses, bad = native.build(one_field(), [texts([])], 0)
    assert (rows.shape, statuses.shape, bad) == ((0, 10), (1, 0), 0)
    rows, statuses, bad = native.build(one_field(required=False), [None], 3)
    assert [row.tobytes() for row in rows] == [row_of(b"0000")] * 3
    only_literals = native.Layout(b"123", [], [])
    assert native.build(only_literals, [], 0)[0].shape == (0, 3)
    assert native.build(only_literals, [], 2)[0].tobytes() == b"123123"


def test_what_does_not_fit_together_is_refused() -> None:
    layout = one_field()
    for columns, n in (([], 1), ([None, None], 1), ([texts([b"1"])], 2)):
        with pytest.raises(ValueError, match=r"columns for|has 1 rows"):
            native.build(layout, columns, n)
    with pytest.raises(TypeError):
        native.build(layout, ["1"], 1)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="rows of 9 bytes"):
        native.parse(layout, np.zeros((1, 9), np.uint8))
    with pytest.raises(ValueError, match="dtype"):
        native.parse(layout, np.zeros((1, 10), np.int8))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="contiguous"):
        native.parse(layout, np.zeros((2, 20), np.uint8)[:, ::2])
    with pytest.raises(ValueError, match="dimensions"):
        native.parse(layout, np.zeros(10, np.uint8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("int32", 1, bytes(8)), "form"),
        (("int64", 2, bytes(15)), "values"),
        (("text32", 1, bytes(7)), "values"),
        (("text64", 1, bytes(15)), "values"),
        (("int64", 1, bytes(8), None, b"\1", 8), "bitmap"),
        (("int64", 2**61, bytes(8)), "values"),
    ],
)
def test_short_buffers_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        native.Column(*arguments)


def test_wrong_layouts_are_refused() -> None:
    with pytest.raises(BadCharacterError):
        native.Layout(b"12x", [], [])
    with pytest.raises(OutOfRangeError):
        native.Layout(b"123", [(2, 2, 2, 0, LEFT, True, 0, 9)], [])
    with pytest.raises(ValueError, match="at most 32 fields"):
        native.Layout(b"1" * 40, [(i, i, 1, 0, 0, True, 0, 9) for i in range(33)], [])
