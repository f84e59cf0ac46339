"""Slips without an eL-QR among others: on a form that claims `mixed` a notice may say so.

Whatever else is coded is checked all the same, for the notice is one of the run's: only its amount
may be missing, to be written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from elqr_fast.errors import FieldError
from elqr_fast.forms.model import Form
from elqr_fast.records.qr_choice import COLUMN, read_choice, refused

#: The words beside an eL-QR, as texts of slips that have them or not.
LABEL = "qr_label"
_PARTS = ("tax", "arrears", "fees")
_OF_THE_CODE = ("el_number",)
_OF_THE_AMOUNT = ("amount", "ocr_upper", "ocr_lower")
_BILL = ("bill_issuer", "bill_free")
#: Stands for a missing amount where a payload is built only to be checked.
_SOME_AMOUNT = "1"


@dataclass(frozen=True, slots=True)
class Uncoded:
    """Of a batch, bool [n]: `no_qr`, rows without an eL-QR; `blank`, those without an amount too.

    `batch` has some amount in each of these, and no bar code.
    """

    batch: pa.RecordBatch
    no_qr: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    errors: list[FieldError]

    def worded(
        self, texts: dict[str, list[str]], kept: NDArray[np.int64], label: str
    ) -> dict[str, list[str]]:
        """What the kept rows print: no el number beside no code, nothing of a missing amount."""
        no_qr, blank = self.no_qr[kept].tolist(), self.blank[kept].tolist()
        changed = {name: _emptied(texts[name], no_qr) for name in _OF_THE_CODE}
        changed |= {name: _emptied(texts[name], blank) for name in _OF_THE_AMOUNT}
        changed[COLUMN] = ["no" if without else "yes" for without in no_qr]
        changed[LABEL] = ["" if without else label for without in no_qr]
        return texts | changed


def find_uncoded(batch: pa.RecordBatch, first_row: int, form: Form) -> Uncoded:
    """The rows of a batch that are to have no eL-QR, and what is wrong with their saying so."""
    choice = read_choice(batch, first_row)
    wishes = refused(
        choice, first_row, form.name, has_qr=form.qr is not None, mixed="mixed" in form.claims
    )
    blank = choice.no & ~_given(batch, "amount")
    parts = np.logical_or.reduce([_given(batch, name) for name in _PARTS])
    sums = [_no_sum(first_row + row) for row in np.flatnonzero(blank & parts).tolist()]
    return Uncoded(_filled(batch, blank), choice.no, blank, [*choice.errors, *wishes, *sums])


def _no_sum(row: int) -> FieldError:
    expected = "the sum of tax, arrears and fees, as one of them is given"
    return FieldError(row, "amount", "required", "", expected)


def _given(batch: pa.RecordBatch, name: str) -> NDArray[np.bool_]:
    """Which cells hold something; none of a column that is not there."""
    if name not in batch.schema.names:
        return np.zeros(batch.num_rows, np.bool_)
    texts = pc.fill_null(batch.column(name).cast(pa.string()), "")
    given: NDArray[np.bool_] = pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
    return given


def _filled(batch: pa.RecordBatch, blank: NDArray[np.bool_]) -> pa.RecordBatch:
    if not blank.any():
        return batch
    mask = pa.array(blank)
    changes = {name: None for name in _BILL if name in batch.schema.names}
    for name, text in {**changes, "amount": _SOME_AMOUNT}.items():
        column = pc.if_else(
            mask, pa.scalar(text, pa.string()), batch.column(name).cast(pa.string())
        )
        batch = batch.set_column(batch.schema.get_field_index(name), name, column)
    return batch


def _emptied(texts: list[str], rows: list[bool]) -> list[str]:
    if not any(rows):
        return texts
    return ["" if gone else text for text, gone in zip(texts, rows, strict=True)]
