"""The two OCR lines printed on MPN and MT forms; the eL-QR carries the same digits."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

from elqr_fast.codes.columns import Columns
from elqr_fast.codes.elqr import DEFAULT_LAYOUT
from elqr_fast.codes.layout import Layout, load_layout
from elqr_fast.codes.rows import build_rows, texts
from elqr_fast.errors import FieldError, InputError

#: What the letters and signs of OCR-B count; digits count themselves.
VALUES = dict(
    zip(
        "0123456789AFHJKLPTVX*+-#",
        (*range(10), 10, 15, 17, 19, 20, 21, 25, 29, 31, 33, 36, 37, 38, 39),
        strict=True,
    )
)
_CD2_WEIGHTS = (9, 1, 8, 1, 7, 1, 6, 1, 5, 1, 4, 1, 3, 1, 2, 1)
_CD1_WEIGHTS = (2, 1, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1)


@dataclass(frozen=True)
class OcrLines:
    """A slip's lines each, check digits first: 39 and 44 characters; "" in a row with errors."""

    upper: list[str]
    lower: list[str]
    errors: list[FieldError]


def ocr_lines(columns: Columns, *, layout: str | PathLike[str] | Layout | None = None) -> OcrLines:
    """Both lines of every slip.

    `columns` as for `build_payloads`, of which institution, case_key, confirmation, levy and amount
    are required here.  Raises ConfigError likewise.
    """
    chosen = load_layout(layout or DEFAULT_LAYOUT).lines("upper", "lower")
    rows = build_rows(chosen, columns)
    upper, lower = (rows.digits[:, slice(*chosen.spans[name])] for name in ("upper", "lower"))
    return OcrLines(texts(upper), texts(lower), rows.errors)


def check_digits(data: str) -> str:
    """CD1 CD2 of a line's data: digits, and the letters and signs of OCR-B that have a value.

    Raises InputError at another character.
    """
    try:
        values = [VALUES[character] for character in data]
    except KeyError:
        position = next(i for i, character in enumerate(data) if character not in VALUES)
        raise InputError(f"character {position + 1} of the line has no value") from None
    cd2 = _weighted(values, _CD2_WEIGHTS) % 10
    cd1 = _weighted([cd2, *values], _CD1_WEIGHTS) % 11 % 10
    return f"{cd1}{cd2}"


def _weighted(values: list[int], weights: tuple[int, ...]) -> int:
    return sum(value * weights[i % len(weights)] for i, value in enumerate(values))
