"""Notices in a Parquet or Arrow IPC file, or in memory as an Arrow table or a mapping of lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from elqr_fast.errors import InputError
from elqr_fast.records.columns import BY_NAME, Kind
from elqr_fast.records.csv_source import file_sha256
from elqr_fast.records.sources import Block

_ROWS = 16_384
IPC_MAGIC = b"ARROW1"


@dataclass(slots=True)
class _ArrowSource:
    """What a schema says is the same for both kinds."""

    name: str
    schema: pa.Schema

    @property
    def encoding(self) -> str | None:
        return None

    @property
    def headers(self) -> list[str]:
        # A column of lists or structs is no cell of a notice: as good as without a header.
        return [field.name if _has_text(field.type) else "" for field in self.schema]

    def check(self, roles: dict[str, int]) -> None:
        for name, position in roles.items():
            kind, what = BY_NAME[name].kind, self.schema.field(position).type
            if not _fits(kind, what):
                raise InputError(
                    f"{self.name}: column {name} ({self.schema.field(position).name}): found "
                    f"{what}, expected text, integers or decimals without fraction"
                    f"{' or dates' if kind == 'date' else ''}"
                )


@dataclass(slots=True)
class ParquetSource(_ArrowSource):
    """A Parquet file, never more of it in memory than one row group."""

    path: Path
    format: str = "parquet"

    def fingerprint(self) -> str:
        return file_sha256(self.path)

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        try:
            # Buffering ahead would hold every row group until the end.
            with pyarrow.parquet.ParquetFile(self.path, pre_buffer=False) as file:
                names = [self.schema.field(position).name for position in positions]
                for batch in file.iter_batches(_ROWS, columns=names, use_threads=False):
                    yield _texts(positions, [batch.column(name) for name in names])
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.name}: damaged Parquet file") from error


@dataclass(slots=True)
class IpcSource(_ArrowSource):
    """An Arrow IPC file (Feather 2), mapped into memory, or a stream, read batch by batch."""

    path: Path
    format: str = "arrow"

    def fingerprint(self) -> str:
        return file_sha256(self.path)

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        try:
            for batch in _ipc_batches(self.path):
                for start in range(0, batch.num_rows, _ROWS):
                    rows = batch.slice(start, _ROWS)
                    yield _texts(positions, [rows.column(position) for position in positions])
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{self.name}: damaged Arrow file") from error


@dataclass(slots=True)
class TableSource(_ArrowSource):
    """A table that is already in memory."""

    table: pa.Table
    format: str = "table"

    def fingerprint(self) -> str:
        """Of the headers and the texts; how the table is cut into chunks does not matter."""
        digest = hashlib.sha256(repr(self.headers).encode())
        positions = [place for place, header in enumerate(self.headers) if header]
        for start in range(0, self.table.num_rows, _ROWS):
            rows = self.table.slice(start, _ROWS).combine_chunks()
            for position in positions:
                for chunk in rows.column(position).chunks:
                    _digest_texts(digest, as_text(chunk))
        return digest.hexdigest()

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        for batch in self.table.to_batches(max_chunksize=_ROWS):
            yield _texts(positions, [batch.column(position) for position in positions])


def open_parquet(path: Path) -> ParquetSource:
    """A source over a Parquet file, schema read.  Raises `InputError`."""
    try:
        schema = pyarrow.parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name}: not a Parquet file, or a damaged one") from error
    _refuse_twins(path.name, schema)
    return ParquetSource(path.name, schema, path)


def open_ipc(path: Path) -> IpcSource:
    """A source over an Arrow IPC file or stream, schema read.  Raises `InputError`."""
    try:
        with pa.memory_map(str(path)) as file:
            schema = _ipc_reader(file).schema
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path.name}: not an Arrow file, or a damaged one") from error
    _refuse_twins(path.name, schema)
    return IpcSource(path.name, schema, path)


def _ipc_reader(file: Any) -> Any:
    """A reader of a file's batches; a stream has no magic bytes of its own."""
    start = file.read(len(IPC_MAGIC))
    file.seek(0)
    return pa.ipc.open_file(file) if start == IPC_MAGIC else pa.ipc.open_stream(file)


def _ipc_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as file:
        reader = _ipc_reader(file)
        if isinstance(reader, pa.ipc.RecordBatchFileReader):
            yield from map(reader.get_batch, range(reader.num_record_batches))
        else:
            yield from reader


def open_table(source: pa.Table | pa.RecordBatch | Mapping[str, Any]) -> TableSource:
    """A source over a table in memory.  Raises `InputError`."""
    name = "notices in memory"
    try:
        table = source if isinstance(source, pa.Table) else _table(source)
    except (pa.ArrowException, TypeError) as error:
        raise InputError(
            f"{name}: the columns do not make a table (length or mixed types)"
        ) from error
    _refuse_twins(name, table.schema)
    return TableSource(name, table.schema, table)


def as_text(column: pa.Array) -> pa.StringArray:
    """A column as text: numbers in decimal digits, dates as YYYYMMDD, empty texts as null."""
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        number = pc.add(pc.multiply(pc.year(column), 10_000), pc.multiply(pc.month(column), 100))
        return pc.utf8_lpad(pc.cast(pc.add(number, pc.day(column)), pa.string()), 8, "0")
    text = column if pa.types.is_string(kind) else pc.cast(column, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _table(source: pa.RecordBatch | Mapping[str, Any]) -> pa.Table:
    if isinstance(source, pa.RecordBatch):
        return pa.Table.from_batches([source])
    return pa.table({header: pa.array(values) for header, values in source.items()})


def _texts(positions: Sequence[int], columns: Sequence[pa.Array]) -> Block:
    names = [str(position) for position in positions]
    return Block(pa.record_batch([as_text(column) for column in columns], names=names), [])


def _refuse_twins(name: str, schema: pa.Schema) -> None:
    twins = sorted({field.name for field in schema if schema.names.count(field.name) > 1})
    if twins:
        raise InputError(f"{name}: more than one column called {', '.join(twins)}")


def _is_string(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_string(kind.value_type)
    return any(is_kind(kind) for is_kind in _STRINGS)


_STRINGS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_null,
)


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _has_text(kind: pa.DataType) -> bool:
    """Whether `as_text` can write it."""
    return (
        _is_string(kind)
        or _is_date(kind)
        or (pa.types.is_primitive(kind) or pa.types.is_decimal(kind))
    )


def _fits(kind: Kind, what: pa.DataType) -> bool:
    """Whether digits, dates or text can come unchanged out of such a column.

    Not from floating point: beyond 2**53 it loses digits, and keys have twenty.
    """
    if _is_string(what) or pa.types.is_integer(what):
        return True
    if pa.types.is_decimal(what):
        return bool(what.scale == 0)
    if kind == "flag":
        return bool(pa.types.is_boolean(what))
    return kind == "date" and _is_date(what)


def _digest_texts(digest: hashlib._Hash, column: pa.StringArray) -> None:
    lengths = pc.fill_null(pc.binary_length(column), -1)
    digest.update(lengths.to_numpy(zero_copy_only=False).astype("<i4").tobytes())
    # One text after another, nulls and what may lie under them left out.
    digest.update(b"".join(column.drop_null().cast(pa.binary()).to_pylist()))
