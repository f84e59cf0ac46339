"""Verdicts that a page alone cannot give: they need a manifest, a ledger, the batch or a date.

Only a slip that passed everything so far can fail here, so the order of the checks is the order of
the verdicts: wrong_slip, not_in_ledger, amount_mismatch, duplicate, expired, below_grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from elqr_fast.codes.elqr import key_hash
from elqr_fast.scan import Verdict, grade_detail
from elqr_fast.scan.reading import NO_CODE_FOUND
from elqr_fast.verify.duplicates import Duplicates
from elqr_fast.verify.keys import pack_keys
from elqr_fast.verify.ledger import Ledger
from elqr_fast.verify.manifest import NO_QR, Manifests, short_hash


class Sheet:
    """Rows under judgement: their verdicts change here."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.verdicts = table.column("verdict").to_pylist()
        self.details = table.column("detail").to_pylist()

    @property
    def ok(self) -> list[int]:
        """Rows with no fault so far."""
        return [row for row, verdict in enumerate(self.verdicts) if verdict == Verdict.OK]

    @property
    def with_manifest(self) -> list[int]:
        """Rows that a manifest may say something of: no fault so far, or no trace of a code."""
        return [
            row
            for row, verdict in enumerate(self.verdicts)
            if verdict == Verdict.OK
            or (verdict == Verdict.UNREADABLE and self.details[row] == NO_CODE_FOUND)
        ]

    def fail(self, row: int, verdict: Verdict, detail: str) -> None:
        self.verdicts[row] = verdict
        self.details[row] = "; ".join(filter(None, (self.details[row], detail)))

    def judged(self) -> pa.Table:
        table = self.table
        for name, values in (("verdict", self.verdicts), ("detail", self.details)):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, pa.array(values, pa.string()))
        return table


@dataclass(frozen=True)
class Basis:
    """What the batch can be checked against, as far as it was given.

    `odd_paths` are the paths of those files that the rows cannot name as they are.
    """

    manifests: Manifests
    duplicates: Duplicates
    ledger: Ledger | None = None
    as_of: date | None = None
    min_grade: float | None = None
    odd_paths: Mapping[str, Path] = field(default_factory=dict)

    def path(self, file: str) -> Path:
        return self.odd_paths.get(file) or Path(file)


def judge(tables: Iterable[pa.Table], basis: Basis) -> Iterator[pa.Table]:
    """The rows of a batch with their final verdicts, in order."""
    first_row = 0
    for table in tables:
        sheet = Sheet(table)
        _check_pages(sheet, basis)
        if basis.ledger is not None:
            _check_ledger(sheet, basis.ledger)
        _check_duplicates(sheet, basis.duplicates, first_row)
        if basis.as_of is not None:
            _check_dates(sheet, basis.as_of)
        if basis.min_grade is not None:
            _check_grades(sheet, basis.min_grade)
        first_row += table.num_rows
        yield sheet.judged()


def _check_pages(sheet: Sheet, basis: Basis) -> None:
    """By the manifest beside the scan: the code is another slip's (wrong_slip), or none is missed
    (without_code).
    """
    files, pages, institutions, case_keys = (
        sheet.table.column(name).to_pylist() for name in ("file", "page", "institution", "case_key")
    )
    for row in sheet.with_manifest:
        expected = basis.manifests.expected(basis.path(files[row]), pages[row])
        if expected is None:
            continue
        if sheet.verdicts[row] != Verdict.OK:
            if expected == NO_QR:
                sheet.verdicts[row] = Verdict.WITHOUT_CODE
        elif expected == NO_QR:
            sheet.fail(row, Verdict.WRONG_SLIP, "the manifest has a slip without an eL-QR here")
        elif expected != short_hash(key_hash(institutions[row], case_keys[row])):
            sheet.fail(row, Verdict.WRONG_SLIP, "the manifest has another slip on this page")


def _check_ledger(sheet: Sheet, ledger: Ledger) -> None:
    """not_in_ledger, amount_mismatch."""
    keys = pack_keys(sheet.table.column("institution"), sheet.table.column("case_key"))
    in_ledger = ledger.amounts(keys)
    coded = sheet.table.column("amount").to_pylist()
    for row in sheet.ok:
        amount = int(in_ledger[row])
        if amount < 0:
            sheet.fail(row, Verdict.NOT_IN_LEDGER, "no notice has this case key")
        elif amount != coded[row]:
            sheet.fail(row, Verdict.AMOUNT_MISMATCH, f"the ledger has {amount} yen")


def _check_duplicates(sheet: Sheet, duplicates: Duplicates, first_row: int) -> None:
    for row in sheet.ok:
        first = duplicates.first_of(first_row + row)
        if first is not None:
            sheet.fail(row, Verdict.DUPLICATE, f"row {first + 1} has the same case key")


def _check_dates(sheet: Sheet, as_of: date) -> None:
    pay_by = sheet.table.column("pay_by").to_pylist()
    for row in sheet.ok:
        if is_expired(pay_by[row], as_of):
            sheet.fail(row, Verdict.EXPIRED, expired_detail(pay_by[row]))


def _check_grades(sheet: Sheet, least: float) -> None:
    """A symbol that could not be graded is not held to a grade."""
    grades, letters, worst = (
        sheet.table.column(name).to_pylist()
        for name in ("grade", "grade_letter", "worst_parameter")
    )
    for row in sheet.ok:
        if grades[row] is not None and grades[row] < least:
            sheet.fail(
                row, Verdict.BELOW_GRADE, grade_detail(grades[row], letters[row], worst[row])
            )


def is_expired(pay_by: str, as_of: date) -> bool:
    """True if the last day to pay (YYYYMMDD) is before the day asked about."""
    return pay_by < as_of.strftime("%Y%m%d")


def expired_detail(pay_by: str) -> str:
    return f"to be paid by {pay_by}"
