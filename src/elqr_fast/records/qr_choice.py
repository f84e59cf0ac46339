"""Which notices of a run print without an eL-QR: the column `qr`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.errors import FieldError

Mask = npt.NDArray[np.bool_]

COLUMN = "qr"
#: As compared: NFKC, without blanks around, lower case.  An empty cell is a yes.
YES = ("yes", "y", "true", "1", "有", "あり")
NO = ("no", "n", "false", "0", "無", "なし")
_WORDS = "yes or no (1 or 0, 有 or 無)"


@dataclass(frozen=True, slots=True)
class Choice:
    """For each row of a batch, bool [n]: it says no; it says yes, not leaving it to the default."""

    no: Mask
    yes: Mask
    errors: list[FieldError]


def read_choice(batch: pa.RecordBatch, first_row: int) -> Choice:
    """What the column `qr` of a batch says; a word that is neither is an error (rule `yes_no`).

    `first_row` is the input row of the batch's first.  Linear in the rows.
    """
    if COLUMN not in batch.schema.names:
        nothing = np.zeros(batch.num_rows, np.bool_)
        return Choice(nothing, nothing, [])
    column = batch.column(COLUMN)
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC")))
    words = pc.fill_null(words, "")
    no, yes = _among(words, NO), _among(words, YES)
    strange = ~(no | yes | _among(words, ("",)))
    return Choice(no, yes, list(_strange(column, strange, first_row)))


def refused(
    choice: Choice, first_row: int, form: str, *, has_qr: bool, mixed: bool
) -> list[FieldError]:
    """The rows whose wish a form cannot meet (rule `form`).

    A form with an eL-QR prints it on every slip unless its stock serves both kinds (`mixed`); one
    without has none to print.
    """
    if has_qr and mixed:
        return []
    unmet, found = (choice.no, "no") if has_qr else (choice.yes, "yes")
    expected = (
        f"yes: the form {form} prints an eL-QR on every slip, for it does not claim mixed"
        if has_qr
        else f"no: the form {form} has no eL-QR"
    )
    return [
        FieldError(first_row + row, COLUMN, "form", found, expected)
        for row in np.flatnonzero(unmet).tolist()
    ]


def _among(words: pa.StringArray, known: tuple[str, ...]) -> Mask:
    found: Mask = pc.is_in(words, pa.array(known)).to_numpy(zero_copy_only=False)
    return found


def _strange(column: pa.StringArray, rows: Mask, first_row: int) -> Iterator[FieldError]:
    for row in np.flatnonzero(rows).tolist():
        yield FieldError(first_row + row, COLUMN, "yes_no", column[row].as_py(), _WORDS)
