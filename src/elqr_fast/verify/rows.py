"""Readings as rows: the columns of the results, and the private file they wait in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import pyarrow as pa

from elqr_fast.files import output_error
from elqr_fast.scan import Kind, Reading

#: One row a slip, or a page without one.  `page` counts from 0 here and from 1 in the results.
SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("page", pa.int32()),
        ("verdict", pa.string()),
        ("detail", pa.string()),
        ("institution", pa.string()),
        ("case_key", pa.string()),
        ("levy", pa.string()),
        ("amount", pa.int64()),
        ("levy_year", pa.string()),
        ("tax_year", pa.string()),
        ("period", pa.string()),
        ("due", pa.string()),
        ("pay_by", pa.string()),
        ("rung", pa.string()),
        ("version", pa.int8()),
        ("level", pa.string()),
        ("mask", pa.int8()),
        ("unused_ec", pa.float32()),
        ("grade", pa.float32()),
        ("grade_letter", pa.string()),
        ("worst_parameter", pa.string()),
        ("bars_grade", pa.float32()),
        ("bars_grade_letter", pa.string()),
        ("ocr_lines", pa.string()),
        *((f"{axis}{corner}", pa.int32()) for corner in range(1, 5) for axis in "xy"),
    ]
)
#: Columns that come from the payload's fields under the same name.
FROM_FIELDS = (
    "institution",
    "case_key",
    "levy",
    "amount",
    "levy_year",
    "tax_year",
    "period",
    "due",
    "pay_by",
)
FROM_READING = (
    "file", "page", "verdict", "detail", "rung", "version", "level", "mask", "unused_ec",
    "ocr_lines",
)  # fmt: skip
CORNERS = tuple(f"{axis}{corner}" for corner in range(1, 5) for axis in "xy")
#: What tells slips apart.
KEY_COLUMNS = ("institution", "case_key")
#: Rows judged and written at a time.
BATCH_ROWS = 16_384


def slips_of(readings: Sequence[Reading], *, one_slip: bool) -> Sequence[Reading]:
    """The readings of a page that are a row: its slip's, or every eL-QR's, or its first."""
    if one_slip:
        return readings[:1]
    return [reading for reading in readings if reading.kind is Kind.ELQR] or readings[:1]


def as_batch(readings: Sequence[Reading]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([_row(reading) for reading in readings], SCHEMA)


def _row(reading: Reading) -> dict[str, Any]:
    row = {name: getattr(reading, name) for name in FROM_READING}
    if reading.fields:
        row |= {name: getattr(reading.fields, name) for name in FROM_FIELDS}
    if reading.grade:
        row |= {
            "grade": reading.grade.overall,
            "grade_letter": reading.grade.letter,
            "worst_parameter": reading.grade.worst,
        }
    if reading.bars_grade:
        row |= {
            "bars_grade": reading.bars_grade.overall,
            "bars_grade_letter": reading.bars_grade.letter,
        }
    if reading.position:
        numbers = [number for point in reading.position for number in point]
        row |= dict(zip(CORNERS, numbers, strict=True))
    return row


class Spool:
    """Rows on disk, to be gone through several times: a batch may be larger than memory.

    The file has no name and vanishes with the process.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder or Path(tempfile.gettempdir())
        self.rows = 0
        self._file: BinaryIO = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by __exit__
        self._writer = pa.ipc.new_stream(self._file, SCHEMA)
        self._waiting: list[pa.RecordBatch] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, batch: pa.RecordBatch) -> None:
        self.rows += batch.num_rows
        self._waiting.append(batch)
        if sum(map(len, self._waiting)) >= BATCH_ROWS:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows in order, some thousands at a time."""
        self._file.seek(0)
        for batch in pa.ipc.open_stream(self._file):
            table = pa.Table.from_batches([batch])
            yield table.select(columns) if columns else table

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting).combine_chunks()
            try:
                self._writer.write_table(table)
            except OSError as error:
                raise output_error(self._folder, error) from error
            self._waiting = []
