"""Notices in: any source as batches of text columns under their canonical names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.errors import ConfigError, FieldError, InputError
from elqr_fast.records.arrow_source import IPC_MAGIC, open_ipc, open_parquet, open_table
from elqr_fast.records.columns import BY_NAME, REQUIRED
from elqr_fast.records.csv_source import open_csv
from elqr_fast.records.fixed_source import FixedLayout, open_fixed
from elqr_fast.records.mapping import ENCODINGS, Assignment, ColumnMap, assign
from elqr_fast.records.normalise import tidy_dates, tidy_digits
from elqr_fast.records.sources import BadRow, Block, Source

_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_ARROW_SUFFIXES = frozenset((".arrow", ".arrows", ".feather", ".ipc"))


@dataclass(frozen=True, slots=True)
class NoticeBatch:
    """Consecutive rows of the input.

    `table` has exactly one row per input row, every column text, from row `first_row` (from 0).
    `errors` are the rows that could not be taken apart: in the table they are all null, and they
    need no further check.
    """

    first_row: int
    table: pa.RecordBatch
    errors: list[FieldError]


class Notices:
    """A file or table of notices.  Made by `open_notices`; may be pickled and read many times."""

    def __init__(self, source: Source, assignment: Assignment, dates: tuple[str, ...]) -> None:
        self._source = source
        self._assignment = assignment
        self._dates = dates

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self._source.name

    @property
    def format(self) -> str:
        """`csv`, `fixed`, `parquet`, `arrow` or `table`."""
        return self._source.format

    @property
    def encoding(self) -> str | None:
        """`utf-8` or `cp932` for a CSV or fixed-length file, else None."""
        return self._source.encoding

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns present."""
        return self._assignment.canonical

    @property
    def extras(self) -> tuple[str, ...]:
        """Headers of the other columns, which forms may use too."""
        return self._assignment.extras

    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes, or of a table's content, in hexadecimal."""
        return self._source.fingerprint()

    def batches(self, rows: int, columns: Collection[str] | None = None) -> Iterator[NoticeBatch]:
        """The notices from the first, `rows` at a time (the last batch may have fewer).

        Memory does not grow with the file.  `columns`: only these of `columns` and `extras`.
        Raises `InputError` where the file is not readable to its end.
        """
        if rows < 1:
            raise ValueError(f"rows: {rows}, expected at least 1")
        names = [
            name for name in (*self.columns, *self.extras) if columns is None or name in columns
        ]
        positions = self._assignment.positions
        wanted = sorted({positions[name] for name in names if name in positions}) or [0]
        first_row = 0
        for block in _regroup(self._source.blocks(wanted), rows):
            errors = [_bad_row_error(bad) for bad in block.bad]
            yield NoticeBatch(first_row, self._named(block, names, first_row), errors)
            first_row += block.table.num_rows

    def _named(self, block: Block, names: list[str], first_row: int) -> pa.RecordBatch:
        bad = [item.row - first_row for item in block.bad]
        columns = [self._column(block.table, name, bad) for name in names]
        return pa.record_batch(columns, schema=pa.schema([(name, pa.string()) for name in names]))

    def _column(self, table: pa.RecordBatch, name: str, bad: list[int]) -> pa.StringArray:
        if name in self._assignment.constants:
            return _constant(self._assignment.constants[name], table.num_rows, bad)
        column = table.column(str(self._assignment.positions[name]))
        kind = BY_NAME[name].kind if name in BY_NAME else "text"
        if kind == "digits":
            return tidy_digits(column)
        return tidy_dates(column, self._dates) if kind == "date" else column


def open_notices(
    source: str | Path | pa.Table | pa.RecordBatch | Mapping[str, Any],
    *,
    encoding: str = "auto",
    columns: ColumnMap | None = None,
    required: Collection[str] = REQUIRED,
) -> Notices:
    """Open notices: the path of a CSV, Parquet, Arrow IPC or fixed-length file, an Arrow table, or
    a mapping of lists.  A file is fixed-length where `columns` has its layout.

    `encoding` is `auto`, `utf-8` or `cp932`; anything but `auto` overrides the column map's.
    `required` are the canonical columns that must be there.  Raises `InputError` for what cannot
    be read (missing or empty file, no notices, wrong encoding, missing or doubtful columns).
    """
    columns = columns or ColumnMap()
    if encoding not in ENCODINGS:
        raise ConfigError(f"encoding: found {encoding!r}, expected {', '.join(ENCODINGS)}")
    if isinstance(source, str | Path):
        chosen = columns.encoding if encoding == "auto" else encoding
        opened = _open_file(Path(source), chosen, columns.fixed)
    else:
        opened = open_table(source)
    assignment = assign(opened.headers, columns, required, opened.name)
    opened.check({name: at for name, at in assignment.positions.items() if name in BY_NAME})
    if not any(block.table.num_rows for block in opened.blocks([0])):
        raise InputError(f"{opened.name}: no notices, only a header")
    return Notices(opened, assignment, columns.dates)


def _open_file(path: Path, encoding: str, fixed: FixedLayout | None) -> Source:
    try:
        with path.open("rb") as file:
            start = file.read(len(IPC_MAGIC))
        if not start:
            raise InputError(f"{path.name}: the file is empty")
        if fixed is not None:
            return open_fixed(path, encoding, fixed)
        if start == IPC_MAGIC or path.suffix.lower() in _ARROW_SUFFIXES:
            return open_ipc(path)
        if start.startswith(_ZIP):
            raise InputError(f"{path.name}: an Excel workbook or a ZIP file; save it as CSV UTF-8")
        if start.startswith(_PARQUET) or path.suffix.lower() == ".parquet":
            return open_parquet(path)
        return open_csv(path, encoding)
    except OSError as error:
        raise InputError(f"{path.name}: cannot read: {error.strerror or error}") from error


def _regroup(blocks: Iterator[Block], rows: int) -> Iterator[Block]:
    """The same rows in blocks of exactly `rows`, the last one aside."""
    held = Block(pa.record_batch({}), [])
    start = 0
    for block in blocks:
        held = _merge(held, block)
        while held.table.num_rows >= rows:
            head, held = _split(held, rows, start + rows)
            start += rows
            yield head
    if held.table.num_rows:
        yield held


def _merge(held: Block, block: Block) -> Block:
    if not held.table.num_rows:
        return block
    table = pa.Table.from_batches([held.table, block.table]).combine_chunks()
    return Block(table.to_batches()[0], held.bad + block.bad)


def _split(block: Block, rows: int, end: int) -> tuple[Block, Block]:
    """The first `rows` rows, which end before row `end` of the input, and the others."""
    inside = [item for item in block.bad if item.row < end]
    outside = block.bad[len(inside) :]
    return Block(block.table.slice(0, rows), inside), Block(block.table.slice(rows), outside)


def _constant(text: str, rows: int, bad: list[int]) -> pa.StringArray:
    mask = np.zeros(rows, dtype=bool)
    mask[bad] = True
    column = pa.repeat(pa.scalar(text, pa.string()), rows)
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), column)


def _bad_row_error(bad: BadRow) -> FieldError:
    return FieldError(bad.row, "row", "cells", bad.found, bad.expected)
