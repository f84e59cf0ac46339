"""Notices in a fixed-length file, as host systems write them: fields by their width in bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.errors import InputError
from elqr_fast.records.csv_source import file_sha256
from elqr_fast.records.encodings import find_encoding
from elqr_fast.records.sources import BadRow, Block

_ROWS = 16_384
_BOM = b"\xef\xbb\xbf"
#: What host systems put at the end of a text file.
_END_OF_FILE = b"\x1a"

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FixedField:
    """So many bytes of a record; without a header they are passed over."""

    width: int
    header: str = ""


@dataclass(frozen=True, slots=True)
class FixedLayout:
    """Fields from a record's first byte on; `line_end` follows each record ("" for none)."""

    fields: tuple[FixedField, ...]
    line_end: str = "\r\n"

    @property
    def record(self) -> int:
        """Bytes from one record to the next."""
        return sum(field.width for field in self.fields) + len(self.line_end)


@dataclass(slots=True)
class FixedSource:
    """A fixed-length file, read in blocks of records.

    Blanks at a field's end are filling, half-width or full-width; a field of blanks is null.  A
    record in which a field's end cuts a character in two is bad.
    """

    path: Path
    encoding: str
    layout: FixedLayout
    format: str = "fixed"

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def headers(self) -> list[str]:
        return [field.header for field in self.layout.fields]

    def fingerprint(self) -> str:
        return file_sha256(self.path)

    def check(self, roles: dict[str, int]) -> None:
        """All fields are text; nothing to refuse."""

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        try:
            with self.path.open("rb") as file:
                if file.read(len(_BOM)) != _BOM:
                    file.seek(0)
                first_row = 0
                while len(records := self._records(file, first_row)):
                    yield self._block(records, positions, first_row)
                    first_row += len(records)
        except OSError as error:
            raise InputError(f"{self.name}: cannot read: {error.strerror or error}") from error

    def _records(self, file: BinaryIO, first_row: int) -> Bytes:
        """uint8 [n, record], the next records of the file."""
        size, end = self.layout.record, self.layout.line_end.encode()
        data = file.read(_ROWS * size)
        if len(data) < _ROWS * size:
            data = data.removesuffix(_END_OF_FILE)
            # The last record may lack its line end, or lie before a blank line.
            if len(data) % size == size - len(end):
                data += end
        rows, rest = divmod(len(data), size)
        if rest:
            raise InputError(
                f"{self.name}: row {first_row + rows + 1}: {rest} bytes, where a record has {size}"
            )
        records = np.frombuffer(data, np.uint8).reshape(rows, size)
        ends = records[:, size - len(end) :]
        wrong = np.flatnonzero((ends != np.frombuffer(end, np.uint8)).any(axis=1))
        if len(wrong):
            raise InputError(
                f"{self.name}: row {first_row + int(wrong[0]) + 1}: no line end after"
                f" {size - len(end)} bytes: the layout's widths are not the file's"
            )
        return records

    def _block(self, records: Bytes, positions: Sequence[int], first_row: int) -> Block:
        """Every field is decoded, wanted or not: which rows are bad must not depend on that."""
        stops = list(accumulate(field.width for field in self.layout.fields))
        broken: dict[int, str] = {}
        columns = {}
        for position, field in enumerate(self.layout.fields):
            if field.header:
                cells = records[:, stops[position] - field.width : stops[position]]
                columns[position] = self._texts(cells, field.header, broken)
        bad = [
            BadRow(first_row + row, f"{header}: half a character", "fields of whole characters")
            for row, header in sorted(broken.items())
        ]
        good = np.ones(len(records), np.bool_)
        good[list(broken)] = False
        nothing = pa.nulls(len(records), pa.string())
        table = pa.record_batch(
            [pc.if_else(good, columns.get(position, nothing), nothing) for position in positions],
            names=[str(position) for position in positions],
        )
        return Block(table, bad)

    def _texts(self, cells: Bytes, header: str, broken: dict[int, str]) -> pa.StringArray:
        if (cells < 0x80).all():
            packed = pa.py_buffer(np.ascontiguousarray(cells))
            kind = pa.binary(cells.shape[1])
            fixed = pa.FixedSizeBinaryArray.from_buffers(kind, len(cells), [None, packed])
            texts = pc.cast(pc.cast(fixed, pa.binary()), pa.string())
        else:
            texts = pa.array(
                [self._text(cell.tobytes(), row, header, broken) for row, cell in enumerate(cells)],
                pa.string(),
            )
        texts = pc.utf8_rtrim(texts, characters=" \u3000")
        return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)

    def _text(self, cell: bytes, row: int, header: str, broken: dict[int, str]) -> str:
        try:
            return cell.decode(self.encoding)
        except UnicodeDecodeError:
            broken.setdefault(row, header)
            return ""


def open_fixed(path: Path, encoding: str, layout: FixedLayout) -> FixedSource:
    """A source over a fixed-length file, its encoding checked.  Raises `InputError`."""
    return FixedSource(path, find_encoding(path, encoding), layout)
