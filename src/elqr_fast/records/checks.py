"""Checks of the notice columns that are in no code; those of the payload are in `codes`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.errors import FieldError
from elqr_fast.records.columns import COLUMNS

Mask = npt.NDArray[np.bool_]

#: What an amount may be made of, and its parts too: the payload has 11 digits for it.
_MONEY = "^[0-9]{1,11}$"
_PARTS = ("tax", "arrears", "fees")
_POSTAL = "^[0-9]{3}-?[0-9]{4}$"
# Line ends, tabs and the like, and Unicode's line and paragraph separators: no font has a glyph
# for them, and in a cell they are mostly what is left of a broken quote.
_CONTROL = r"[\p{Cc}\p{Zl}\p{Zp}]"
_TEXTS = tuple(column.name for column in COLUMNS if column.kind == "text")


def check_records(
    batch: pa.RecordBatch, first_row: int, required: Collection[str] = ()
) -> list[FieldError]:
    """Every broken rule in a batch of notices, by row, then by field in the columns' own order.

    `first_row` is the input row of the batch's first; `required` names the columns that a form
    cannot do without.  Checked are: required text is there (rule `required`), no control
    characters in text (`control`), money in digits (`digits`), tax + arrears + fees = amount
    where any is given (`sum`), postal codes (`postal`).
    """
    errors = [
        *_missing(batch, first_row, required),
        *_controls(batch, first_row, required),
        *_parts(batch, first_row),
        *_sums(batch, first_row),
        *_postal(batch, first_row),
    ]
    return sorted(errors, key=lambda error: error.row)


def _missing(
    batch: pa.RecordBatch, first_row: int, required: Collection[str]
) -> Iterator[FieldError]:
    for name in sorted(required):
        column = _column(batch, name)
        blank = ~_matches(column, r"[^\s\x{3000}]")
        yield from _errors(column, blank, first_row, name, "required", "something")


def _controls(
    batch: pa.RecordBatch, first_row: int, required: Collection[str]
) -> Iterator[FieldError]:
    for name in sorted({*_TEXTS, *required} & set(batch.schema.names)):
        column = batch.column(name)
        bad = _matches(column, _CONTROL)
        for error in _errors(column, bad, first_row, name, "control", "printable characters"):
            yield replace(error, found=_control_in(error.found))


def _parts(batch: pa.RecordBatch, first_row: int) -> Iterator[FieldError]:
    for name in _PARTS:
        column = _column(batch, name)
        bad = ~_matches(column, _MONEY) & _given(column)
        yield from _errors(column, bad, first_row, name, "digits", "up to 11 digits")


def _sums(batch: pa.RecordBatch, first_row: int) -> Iterator[FieldError]:
    parts = [_column(batch, name) for name in _PARTS]
    amount = _column(batch, "amount")
    any_given = np.logical_or.reduce([_given(part) for part in parts])
    readable = np.logical_and.reduce([_matches(part, _MONEY) | ~_given(part) for part in parts])
    checkable = any_given & readable & _matches(amount, _MONEY)
    total = np.sum([_numbers(part, checkable) for part in parts], axis=0)
    for row in np.flatnonzero(checkable & (total != _numbers(amount, checkable))):
        expected = f"{total[row]}, the sum of tax, arrears and fees"
        yield FieldError(first_row + int(row), "amount", "sum", amount[int(row)].as_py(), expected)


def _postal(batch: pa.RecordBatch, first_row: int) -> Iterator[FieldError]:
    column = _column(batch, "postal")
    bad = ~_matches(column, _POSTAL) & _given(column)
    yield from _errors(column, bad, first_row, "postal", "postal", "7 digits")


def _errors(
    column: pa.StringArray, bad: Mask, first_row: int, field: str, rule: str, expected: str
) -> Iterator[FieldError]:
    for row in np.flatnonzero(bad).tolist():
        yield FieldError(first_row + row, field, rule, column[row].as_py() or "", expected)


def _control_in(text: str) -> str:
    """The code point of the first control character, which itself is not to be seen."""
    character = next(c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp"))
    return f"U+{ord(character):04X}"


def _column(batch: pa.RecordBatch, name: str) -> pa.StringArray:
    """A column, or nulls in its place."""
    if name in batch.schema.names:
        return batch.column(name)
    return pa.nulls(batch.num_rows, pa.string())


def _matches(column: pa.StringArray, pattern: str) -> Mask:
    """True where the cell is given and has the pattern."""
    return _mask(pc.fill_null(pc.match_substring_regex(column, pattern), False))


def _given(column: pa.StringArray) -> Mask:
    return _mask(pc.is_valid(column))


def _mask(flags: pa.BooleanArray) -> Mask:
    mask: Mask = flags.to_numpy(zero_copy_only=False)
    return mask


def _numbers(column: pa.StringArray, usable: Mask) -> npt.NDArray[np.int64]:
    """The cells as numbers; 0 where not `usable` or not given."""
    texts = pc.fill_null(pc.if_else(pa.array(usable), column, "0"), "0")
    numbers: npt.NDArray[np.int64] = pc.cast(texts, pa.int64()).to_numpy()
    return numbers
