"""The issued slips' data (納付書情報) for upload, by a layout in TOML; see docs/operations.md.

The shared tax system's own layout is not public, so that columns, encoding and line form are the
layout's to say.  There is one row for each printed slip, in input order, and none for a rejected
one; a value that a layout has no room for ends the writing, for leaving it out would lose a slip.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from elqr_fast.errors import ConfigError, OutputError
from elqr_fast.files import replacing
from elqr_fast.forms import Form
from elqr_fast.records.readers import Notices
from elqr_fast.render.slips import prepare
from elqr_fast.run.journal import MANIFEST, ChunkEntry, sidecar


class IssuedColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One column: the text of `source` (a notice's column or a derived one), or `const`.

    `width`: exactly so many bytes, filled up with `pad` on the side away from `align`.
    """

    title: str = ""
    source: str = ""
    const: str = ""
    width: int = 0
    pad: str = " "
    align: Literal["left", "right"] = "left"


class IssuedLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`delimiter` "" makes a fixed-length file, for which every column needs a width."""

    columns: list[IssuedColumn]
    encoding: Literal["utf-8", "utf-8-sig", "cp932"] = "utf-8"
    delimiter: str = ","
    quote: Literal["needed", "all", "none"] = "needed"
    line_end: Literal["\r\n", "\n", ""] = "\r\n"
    header: bool = True
    #: Stands for characters that the encoding does not have; "" makes them an error.
    missing: str = ""

    @property
    def fixed(self) -> bool:
        return not self.delimiter

    @property
    def name(self) -> str:
        return "issued.txt" if self.fixed else "issued.csv"


@dataclass(frozen=True, slots=True)
class IssuedSlips:
    """The layout, and what the rows are made of."""

    layout: IssuedLayout
    notices: Notices
    form: Form

    def check(self) -> None:
        """Raises ConfigError, before anything is printed, for a column that no slip has."""
        batch = next(self.notices.batches(1))
        known = prepare(batch.table.slice(0, 0), 0, self.form).texts
        for column in self.layout.columns:
            if column.source and column.source not in known:
                raise ConfigError(
                    f"the layout of issued slips asks for the column {column.source};"
                    f" there are {', '.join(sorted(known))}"
                )

    def write(self, out: Path, entries: Sequence[ChunkEntry]) -> str:
        """Write the file of a run that is done; returns its name."""
        start = "\ufeff".encode() if self.layout.encoding == "utf-8-sig" else b""
        with replacing(out / self.layout.name) as file:
            file.write(start)
            if self.layout.header and not self.layout.fixed:
                titles = [IssuedColumn(const=c.title or c.source) for c in self.layout.columns]
                heading = msgspec.structs.replace(self.layout, columns=titles)
                file.write(_line(heading, [title.const for title in titles]))
            for lines in self._chunks(out, entries):
                file.writelines(lines)
        return self.layout.name

    def _chunks(self, out: Path, entries: Sequence[ChunkEntry]) -> Iterator[Iterator[bytes]]:
        batches = self.notices.batches(max((entry.rows for entry in entries), default=1))
        for entry, batch in zip(entries, batches, strict=True):
            rows = pq.read_table(sidecar(out, entry.index, MANIFEST), columns=["row"])["row"]
            printed = batch.table.take(pa.array(np.asarray(rows) - batch.first_row))
            slips = prepare(printed, 0, self.form)
            if len(slips.rows) != len(rows):
                raise OutputError(
                    f"{self.layout.name}: the notices are not those that were printed"
                )
            yield self._lines(slips.texts, np.asarray(rows).tolist())

    def _lines(self, texts: dict[str, list[str]], rows: list[int]) -> Iterator[bytes]:
        sources = [
            texts[column.source] if column.source else [column.const] * len(rows)
            for column in self.layout.columns
        ]
        for row, values in zip(rows, zip(*sources, strict=True), strict=True):
            try:
                yield _line(self.layout, values)
            except ValueError as error:
                raise OutputError(f"{self.layout.name}: row {row + 1}: {error}") from error


def load_issued_layout(path: Path) -> IssuedLayout:
    """Raises ConfigError for what is no layout."""
    try:
        with path.open("rb") as file:
            layout = msgspec.convert(tomllib.load(file), IssuedLayout)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{path}: not a layout of issued slips: {error}") from error
    for number, column in enumerate(layout.columns, 1):
        if bool(column.source) == bool(column.const):
            raise ConfigError(f"{path}: column {number}: needs either source or const")
        if layout.fixed and column.width < 1:
            raise ConfigError(f"{path}: column {number}: a fixed-length file needs its width")
        if len(column.pad) != 1 or not column.pad.isascii():
            raise ConfigError(f"{path}: column {number}: pad must be one ASCII character")
    if not layout.columns:
        raise ConfigError(f"{path}: no columns")
    return layout


def _line(layout: IssuedLayout, values: Sequence[str]) -> bytes:
    """Raises ValueError for a value that does not go in, in words without the value."""
    cells = [_cell(layout, *pair) for pair in zip(layout.columns, values, strict=True)]
    return _encoded(layout, layout.delimiter).join(cells) + layout.line_end.encode()


def _cell(layout: IssuedLayout, column: IssuedColumn, text: str) -> bytes:
    name = column.source or column.title
    if layout.fixed or layout.quote == "none":
        for forbidden in ("\r", "\n", layout.delimiter):
            if forbidden and forbidden in text:
                raise ValueError(f"{name}: holds a line end or the delimiter, and is not quoted")
        return _filled(column, _encoded(layout, text, name), name)
    cell = _filled(column, _encoded(layout, text.replace('"', '""'), name), name)
    special = any(mark in text for mark in ('"', "\r", "\n", layout.delimiter))
    return b'"' + cell + b'"' if layout.quote == "all" or special else cell


def _encoded(layout: IssuedLayout, text: str, name: str = "") -> bytes:
    encoding = "cp932" if layout.encoding == "cp932" else "utf-8"
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        if not layout.missing:
            code = f"U+{ord(text[error.start]):04X}"
            raise ValueError(f"{name}: {encoding} has no {code}") from None
    return b"".join(_either(character, encoding, layout.missing) for character in text)


def _either(character: str, encoding: str, missing: str) -> bytes:
    try:
        return character.encode(encoding)
    except UnicodeEncodeError:
        return missing.encode(encoding)


def _filled(column: IssuedColumn, cell: bytes, name: str) -> bytes:
    if not column.width:
        return cell
    if len(cell) > column.width:
        raise ValueError(f"{name}: {len(cell)} bytes, and the layout has room for {column.width}")
    pad = column.pad.encode()
    if column.align == "left":
        return cell.ljust(column.width, pad)
    return cell.rjust(column.width, pad)
