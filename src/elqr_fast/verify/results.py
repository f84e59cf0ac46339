"""Results files: a row a slip, as Parquet and as CSV, private to their owner."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from elqr_fast.files import private_directory, replacing
from elqr_fast.verify.rows import SCHEMA

#: Spreadsheets take a CSV for UTF-8 only if it begins so.
BYTE_ORDER_MARK = "\ufeff".encode()
#: A cell that begins so is a formula to a spreadsheet; an apostrophe before it makes it text.
FORMULA = r"^([=+\-@\t\r])"
#: Columns whose text comes from outside; all others hold digits or our own words.
FOREIGN_TEXT = ("file", "detail")


def write_results(out: Path, tables: Iterable[pa.Table]) -> None:
    """Write results.parquet and results.csv of rows with final verdicts, in their order.

    Both appear when complete.  Raises OutputError.
    """
    private_directory(out)
    with ExitStack() as stack:
        parquet = stack.enter_context(replacing(out / "results.parquet"))
        csv = stack.enter_context(replacing(out / "results.csv"))
        _write(parquet, csv, tables)


def _write(parquet: BinaryIO, csv: BinaryIO, tables: Iterable[pa.Table]) -> None:
    csv.write(BYTE_ORDER_MARK)
    with (
        pq.ParquetWriter(parquet, SCHEMA, compression="zstd") as rows,
        pacsv.CSVWriter(csv, SCHEMA) as lines,
    ):
        for table in tables:
            shown = _pages_from_one(table)
            rows.write_table(shown)
            lines.write_table(_without_formulas(shown))


def _pages_from_one(table: pa.Table) -> pa.Table:
    at = table.schema.get_field_index("page")
    return table.set_column(
        at, SCHEMA.field(at), pc.add(table.column(at), pa.scalar(1, pa.int32()))
    )


def _without_formulas(table: pa.Table) -> pa.Table:
    for name in FOREIGN_TEXT:
        at = table.schema.get_field_index(name)
        safe = pc.replace_substring_regex(table.column(at), FORMULA, r"'\1")
        table = table.set_column(at, SCHEMA.field(at), safe)
    return table
