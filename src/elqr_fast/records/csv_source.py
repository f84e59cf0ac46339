"""Notices in a CSV file (or tab-separated, which the header tells)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from elqr_fast.errors import InputError
from elqr_fast.records.encodings import find_encoding
from elqr_fast.records.sources import BadRow, Block

# A row must fit in a block: the parser refuses longer ones, which a forgotten quote makes.  The
# parser reads some 32 blocks ahead, so that larger ones would show in the memory.
_BLOCK = 1 << 18


@dataclass(slots=True)
class CsvSource:
    """A CSV file, read in blocks.

    Blank lines are no rows.  Every cell is text, an empty one null.  A row with more or fewer
    cells than the header is bad; the rows after it keep their numbers.
    """

    path: Path
    encoding: str
    headers: list[str]
    delimiter: str
    format: str = "csv"

    @property
    def name(self) -> str:
        return self.path.name

    def fingerprint(self) -> str:
        return file_sha256(self.path)

    def check(self, roles: dict[str, int]) -> None:
        """All cells are text; nothing to refuse."""

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        try:
            yield from self._blocks([str(position) for position in positions])
        except OSError as error:
            raise InputError(f"{self.name}: cannot read: {error.strerror or error}") from error

    def _blocks(self, names: list[str]) -> Iterator[Block]:
        refused = _Refused(self.name, len(self.headers))
        # The header comes back as a row like any other, before row 0.
        row = -1
        last_cell: str | None = None
        for batch in self._batches(names, refused):
            bad = refused.take(row + batch.num_rows)
            if batch.num_rows:
                last_cell = batch.column(self._last)[-1].as_py()
            body = batch.slice(1) if row < 0 else batch
            block = Block(_spread(body.select(names), max(row, 0), bad), bad)
            row += batch.num_rows + len(bad)
            yield block
        self._check_last_quote(row, last_cell, refused)

    def _batches(self, names: list[str], refused: _Refused) -> Iterator[pa.RecordBatch]:
        """Batches of the well-formed rows; the others go to `refused`."""
        row = 0
        try:
            with self._open(names, refused) as reader:
                for batch in reader:
                    row += batch.num_rows
                    yield batch
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            # The parser's own words may quote a cell, so they stay out of the message.
            raise InputError(
                f"{self.name}: after row {max(row - 1, 0) + len(refused.rows)}: a quoted cell that "
                f"is never closed, or a row longer than {_BLOCK} bytes"
            ) from error

    def _open(self, names: list[str], refused: _Refused) -> Any:
        everything = [str(position) for position in range(len(self.headers))]
        return pyarrow.csv.open_csv(
            self.path,
            # Without threads, or the parser would not number the rows it refuses.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                column_names=everything,
                encoding=self.encoding,
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.delimiter,
                newlines_in_values=True,
                invalid_row_handler=refused,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(everything, pa.string()),
                include_columns=[*(name for name in names if name != self._last), self._last],
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    @property
    def _last(self) -> str:
        return str(len(self.headers) - 1)

    def _check_last_quote(self, rows: int, last_cell: str | None, refused: _Refused) -> None:
        """Refuse a file whose last row ran on, through line ends, to the end of the file."""
        if refused.last_row == rows - 1:
            open_quote = refused.last_runs_on
        else:
            open_quote = "\n" in (last_cell or "") and not self._ends_in_quote()
        if open_quote:
            raise InputError(f"{self.name}: row {rows}: a quoted cell that is never closed")

    def _ends_in_quote(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(max(self.path.stat().st_size - 64, 0))
            return file.read().rstrip(b"\r\n").endswith(b'"')


class _Refused:
    """Collects the rows the parser refuses, numbered as rows of notices from 0."""

    def __init__(self, name: str, cells: int) -> None:
        self.rows: list[BadRow] = []
        self.last_row = -1
        self.last_runs_on = False
        self._name = name
        self._expected = f"{cells} cells"

    def __call__(self, invalid: pyarrow.csv.InvalidRow) -> str:
        # The parser counts from 1 and counts the header.
        row = invalid.number - 2
        self.rows.append(BadRow(row, f"{invalid.actual_columns} cells", self._expected))
        self.last_row = row
        self.last_runs_on = "\n" in invalid.text and invalid.text.count('"') % 2 == 1
        return "skip"

    def take(self, end: int) -> list[BadRow]:
        """Hand over the rows that lie among, or right behind, the good rows that end at `end`."""
        if self.rows and self.rows[0].row < 0:
            raise InputError(f"{self._name}: the header is not a well-formed CSV row")
        count = 0
        while count < len(self.rows) and self.rows[count].row <= end + count:
            count += 1
        taken, self.rows = self.rows[:count], self.rows[count:]
        return taken


def open_csv(path: Path, encoding: str) -> CsvSource:
    """A source over a CSV file, encoding and header read.  Raises `InputError`."""
    encoding = find_encoding(path, encoding)
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        first = next((line for line in file if line.strip("\r\n")), "")
        if not first.strip():
            raise InputError(f"{path.name}: the file is empty")
        delimiter = "\t" if "\t" in first and "," not in first else ","
        try:
            headers = next(csv.reader(_chain(first, file), delimiter=delimiter))
        except csv.Error as error:
            raise InputError(f"{path.name}: the header is not a well-formed CSV row") from error
    return CsvSource(path, encoding, headers, delimiter)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _spread(table: pa.RecordBatch, first_row: int, bad: list[BadRow]) -> pa.RecordBatch:
    """`table` with a row of nulls put in at every bad row."""
    if not bad:
        return table
    rows = table.num_rows + len(bad)
    is_bad = np.zeros(rows, dtype=bool)
    is_bad[[item.row - first_row for item in bad]] = True
    sources = np.cumsum(~is_bad) - 1
    return table.take(pa.array(sources, mask=is_bad))
