"""A batch of notices with everything that its slips show: digits, modules, bars, texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from elqr_fast.codes.bill128 import MODULES, Bills, bars, bill128
from elqr_fast.codes.elqr import build_payloads, el_number, parse_payloads
from elqr_fast.codes.ocr_lines import ocr_lines
from elqr_fast.codes.symbols import Symbols, encode
from elqr_fast.errors import FieldError
from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import Form
from elqr_fast.forms.positions import Key
from elqr_fast.records.checks import check_records
from elqr_fast.records.columns import BY_NAME, REQUIRED
from elqr_fast.render.uncoded import find_uncoded

#: Columns that no notice has: they are worked out from the others.
DERIVED = ("el_number", "ocr_upper", "ocr_lower", "bill_line_1", "bill_line_2")


@dataclass(frozen=True, eq=False, slots=True)
class Slips:
    """The slips of a batch that can be printed, n of them, and what is wrong with the others.

    `rows` int64 [n]: their input rows.  `digits` uint8 [n, 255], ASCII, and `symbols`: all zeros
    where `has_qr` bool [n] is false, for a slip without an eL-QR.  `bills`: the 44 digits of each
    bar code, None for a slip without one.  `bars` uint8 [n, 288], 1 = bar, zeros where
    `has_bars` bool [n] is false.  `texts`: for each column, derived ones too, n texts, "" for
    none; what is in the eL-QR is printed as it is coded, zeros in front and all.  `errors`: every
    broken rule of every row that is left out.
    """

    rows: NDArray[np.int64]
    digits: NDArray[np.uint8]
    symbols: Symbols
    has_qr: NDArray[np.bool_]
    bills: list[str | None]
    bars: NDArray[np.uint8]
    has_bars: NDArray[np.bool_]
    texts: dict[str, list[str]]
    errors: list[FieldError]

    def take(self, kept: NDArray[np.int64]) -> Slips:
        """Some of the slips, by their index; the errors stay with what is left out of a batch."""
        symbols = self.symbols
        return Slips(
            rows=self.rows[kept],
            digits=self.digits[kept],
            symbols=replace(symbols, mask=symbols.mask[kept], packed=symbols.packed[kept]),
            has_qr=self.has_qr[kept],
            bills=[self.bills[index] for index in kept],
            bars=self.bars[kept],
            has_bars=self.has_bars[kept],
            texts={name: [texts[i] for i in kept] for name, texts in self.texts.items()},
            errors=self.errors,
        )


def required_columns(form: Form) -> list[str]:
    """The columns that notices must have for a form: the payload's and those it prints."""
    printed = [column for column in form.columns if column not in {*DERIVED, *REQUIRED}]
    return [*REQUIRED, *printed]


def prepare(
    batch: pa.RecordBatch,
    first_row: int,
    form: Form,
    *,
    unread: Sequence[FieldError] = (),
    duplicates: Sequence[FieldError] = (),
) -> Slips:
    """Checks a batch of notices and makes the codes of its good rows.

    `batch` has the canonical columns; `first_row` is the input row of its first.  `unread` are
    the rows that the reader could not take apart, of which nothing more is said; `duplicates`
    those whose case key an earlier row has.  Raises ConfigError if a column is missing that a
    payload or the form needs.
    """
    required = _required(batch, form)
    uncoded = find_uncoded(batch, first_row, form)
    given, batch = batch, uncoded.batch
    payloads = build_payloads(batch)
    bills = _bills(batch, form)
    checked = (
        *duplicates,
        *uncoded.errors,
        *check_records(given, first_row, required),
        *_shifted(payloads.errors, first_row),
        *_shifted(bills.errors, first_row),
    )
    nothing_more = {error.row for error in unread}
    errors = _unique(unread, (error for error in checked if error.row not in nothing_more))
    good = np.ones(batch.num_rows, np.bool_)
    good[[error.row - first_row for error in errors]] = False
    kept = np.flatnonzero(good)
    digits = np.ascontiguousarray(payloads.digits[kept])
    bill_digits = [bills.digits[row] for row in kept.tolist()]
    modules, has_bars = _bars(bill_digits)
    texts = _texts(batch.take(pa.array(kept)), digits)
    symbols = encode(digits, version=6, level="M")
    has_qr = ~uncoded.no_qr[kept]
    for coded in (digits, symbols.packed):
        coded[~has_qr] = 0
    return Slips(
        rows=kept + first_row,
        digits=digits,
        symbols=symbols,
        has_qr=has_qr,
        bills=bill_digits,
        bars=modules,
        has_bars=has_bars,
        texts=uncoded.worded(texts, kept, form.qr.label.text if form.qr else "")
        | _bill_lines([bills.lines[row] for row in kept.tolist()]),
        errors=errors,
    )


def _required(batch: pa.RecordBatch, form: Form) -> list[str]:
    """The columns beside the payload's that a form cannot do without.

    Raises FormError, with the field's line, where the notices lack one, or where a field asks for
    a misspelt one, which would otherwise never be filled.
    """
    have = {*batch.schema.names, *BY_NAME, *DERIVED}
    places = _field_keys(form)
    for source in sorted(set(places) - have):
        if near := get_close_matches(source, have, n=1):
            message = f"the form {form.name} asks for a column {source!r}"
            fail_in(form, places[source], f"{message}: did you mean {near[0]!r}?")
    required = [column for column in form.columns if column not in {*DERIVED, *REQUIRED}]
    missing = [column for column in required if column not in batch.schema.names]
    if missing:
        message = f"the form {form.name} needs the column {', '.join(missing)}"
        fail_in(form, places[missing[0]], f"{message}, which the notices lack")
    return required


def _field_keys(form: Form) -> dict[str, Key]:
    """Each source, and the first field of the form that asks for it."""
    keys: dict[str, Key] = {}
    for name, items, _, _ in form.areas:
        for index, field in enumerate(items.fields):
            keys.setdefault(field.source, (*name.split("."), "fields", index))
    return keys


def _bills(batch: pa.RecordBatch, form: Form) -> Bills:
    """The bar codes of a batch; none of a form without one."""
    if form.bar_code:
        return bill128(batch, max_amount=form.bar_code.max_amount)
    return Bills([None] * batch.num_rows, [None] * batch.num_rows, [])


def _shifted(errors: Iterable[FieldError], first_row: int) -> list[FieldError]:
    return [replace(error, row=error.row + first_row) for error in errors]


def _unique(*groups: Iterable[FieldError]) -> list[FieldError]:
    """All errors by row; of several that say the same of a field, the first."""
    found: dict[tuple[int, str, str], FieldError] = {}
    for group in groups:
        for error in group:
            found.setdefault((error.row, error.field, error.rule), error)
    return sorted(found.values(), key=lambda error: error.row)


def _bars(digits: list[str | None]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Modules [n, 288] of the rows that have a bar code, zeros for the others; and which have."""
    has_bars = np.array([text is not None for text in digits], np.bool_)
    modules = np.zeros((len(digits), MODULES), np.uint8)
    wanted = [text for text in digits if text is not None]
    if wanted:
        modules[has_bars] = bars(wanted)
    return modules, has_bars


def _texts(batch: pa.RecordBatch, digits: NDArray[np.uint8]) -> dict[str, list[str]]:
    """Every column as text.  What the payload holds is taken from the payload itself."""
    texts = {name: _as_text(batch.column(name)) for name in batch.schema.names}
    fields = parse_payloads(digits).fields
    texts |= {name: _as_text(fields.column(name)) for name in fields.schema.names}
    keys = (texts[name] for name in ("institution", "case_key", "confirmation", "levy"))
    texts["el_number"] = [el_number(*parts) for parts in zip(*keys, strict=True)]
    lines = ocr_lines(batch)
    return texts | {"ocr_upper": lines.upper, "ocr_lower": lines.lower}


def _bill_lines(lines: list[tuple[str, str] | None]) -> dict[str, list[str]]:
    first, second = ([line[place] if line else "" for line in lines] for place in (0, 1))
    return {"bill_line_1": first, "bill_line_2": second}


def _as_text(array: pa.Array) -> list[str]:
    texts: list[str] = pc.fill_null(array.cast(pa.string()), "").to_pylist()
    return texts
