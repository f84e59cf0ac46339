"""The rejects file: which rows were not printed, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from elqr_fast.errors import FieldError
from elqr_fast.files import replacing_text

HEADER = ("row", "field", "rule", "found", "expected")
# A spreadsheet would take such a cell for a formula: the file shows what others typed in.  Japanese
# editions take the full-width forms as well.
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def write_rejects(path: str | Path, errors: Iterable[FieldError]) -> int:
    """Write `errors` as CSV in the order given; returns how many.

    Rows count from 1, the header not counted.  UTF-8 with byte order mark and CRLF, which Excel
    opens as it is; mode 0600, for it may name taxpayers; under its name only when complete.  A
    text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    count = 0
    with replacing_text(Path(path), "utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for error in errors:
            texts = (error.field, error.rule, error.found, error.expected)
            writer.writerow((error.row + 1, *map(_harmless, texts)))
            count += 1
    return count


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
