"""What a run will do, decided before the first page: chunks, their ids, duplicate keys.

A chunk's id is a hash of everything that decides its bytes and of nothing else: the input's
fingerprint, the row range, the form and its fonts, the options that change bytes, the version.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal, get_args

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elqr_fast.errors import ConfigError, FieldError
from elqr_fast.records.duplicates import find_duplicates
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import Notices
from elqr_fast.render.plate import Layer, Plate
from elqr_fast.run.supervisor import Lost
from elqr_fast.version import __version__

Output = Literal["pdf", "pdf-g4", "tiff", "png"]
Verify = Literal["all", "sample", "none"]
OUTPUTS: tuple[Output, ...] = get_args(Output)
LAYERS: tuple[Layer, ...] = get_args(Layer)
VERIFY: tuple[Verify, ...] = get_args(Verify)
#: Slips in one chunk, and so in one PDF or TIFF: a file a viewer opens at once, work for seconds.
CHUNK_ROWS = 1000
#: Those that have a hand in the bytes: a run that began with one version ends with it.
LIBRARIES = ("fonttools", "freetype-py", "numpy", "pillow", "pyarrow", "uharfbuzz")


@dataclass(frozen=True, slots=True)
class Options:
    """How to print; `verify` is the only one that does not change a byte."""

    to: Output = "pdf"
    dpi: int = 600
    layer: Layer = "all"
    verify: Verify = "all"
    draft: bool = False
    narrower: int = 0
    rows_per_strip: int | None = None
    share_strips: bool = False
    chunk_rows: int = CHUNK_ROWS

    def __post_init__(self) -> None:
        for name, allowed in (("to", OUTPUTS), ("layer", LAYERS), ("verify", VERIFY)):
            value = getattr(self, name)
            if value not in allowed:
                raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
        if self.rows_per_strip is not None and self.rows_per_strip < 1:
            raise ConfigError(f"rows_per_strip is {self.rows_per_strip}; a strip has rows")
        if not 1 <= self.chunk_rows <= 50_000:
            raise ConfigError(f"chunk_rows is {self.chunk_rows}; it must be 1 to 50,000")

    def deciding_bytes(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "verify"}


@dataclass(frozen=True, slots=True)
class ChunkJob:
    """Rows [first_row, first_row + table.num_rows) of the input, ready for a worker."""

    index: int
    id: str
    first_row: int
    table: pa.RecordBatch
    #: Rows of which nothing can be said but why they are not printed: the reader could not take
    #: them apart, or they cannot be printed at all.  All null in the table.
    unread: list[FieldError]
    #: Rows whose case key an earlier row of the run has.
    duplicates: list[FieldError]
    #: False for a trial: everything is done, and nothing is kept.
    keep: bool = True

    @property
    def size(self) -> int:
        return int(self.table.num_rows)

    def halves(self) -> tuple[ChunkJob, ChunkJob]:
        """Trials of the first and the second half of the rows."""
        middle = self.size // 2
        return self._trial(0, middle), self._trial(middle, self.size)

    def without(self, lost: Sequence[Lost[ChunkJob]]) -> ChunkJob:
        """The same chunk, the rows of these trials rejected."""
        poisoned = [_poison(trial.part.first_row, trial.reason) for trial in lost]
        unread = sorted([*self.unread, *poisoned], key=lambda error: error.row)
        rows = np.arange(self.size)
        gone = np.isin(rows + self.first_row, [error.row for error in poisoned])
        return replace(self, table=self.table.take(pa.array(rows, mask=gone)), unread=unread)

    def settled(self, lost: Sequence[Lost[ChunkJob]]) -> bool:
        """Never: each row decides about itself only."""
        return False

    def _trial(self, start: int, stop: int) -> ChunkJob:
        rows = range(self.first_row + start, self.first_row + stop)
        return replace(
            self,
            first_row=rows.start,
            table=_compact(self.table.slice(start, stop - start)),
            unread=[error for error in self.unread if error.row in rows],
            duplicates=[error for error in self.duplicates if error.row in rows],
            keep=False,
        )


def _poison(row: int, reason: str) -> FieldError:
    return FieldError(row, "slip", "poison", reason, "a slip that can be printed and read back")


def _compact(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows on their own: a slice is sent to a worker with all that it was cut from."""
    return rows.take(pa.array(range(rows.num_rows)))


class Outline(msgspec.Struct, frozen=True):
    """What a run is, as its directory keeps it: `basis` is its identity, in words for messages."""

    basis: dict[str, str]
    rows: int
    chunk_rows: int

    @property
    def run_id(self) -> str:
        return _digest(self.basis)

    @property
    def chunks(self) -> int:
        return -(-self.rows // self.chunk_rows)

    def chunk_id(self, first_row: int, rows: int) -> str:
        return _digest({"run": self.run_id, "first_row": first_row, "rows": rows})


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole run."""

    outline: Outline
    #: Rows that are not the first of their case key, ascending.
    duplicates: npt.NDArray[np.int64]

    def jobs(self, notices: Notices) -> Iterator[ChunkJob]:
        """The chunks in order, reading the input once more as they are asked for."""
        for index, batch in enumerate(notices.batches(self.outline.chunk_rows)):
            rows = batch.table.num_rows
            yield ChunkJob(
                index=index,
                id=self.outline.chunk_id(batch.first_row, rows),
                first_row=batch.first_row,
                table=_compact(batch.table),
                unread=batch.errors,
                duplicates=self._duplicates_in(batch.first_row, rows),
            )

    def _duplicates_in(self, first_row: int, rows: int) -> list[FieldError]:
        low, high = np.searchsorted(self.duplicates, (first_row, first_row + rows))
        return [
            FieldError(int(row), "case_key", "duplicate", "used by an earlier row", "a key once")
            for row in self.duplicates[low:high]
        ]


def make_plan(notices: Notices, columns: ColumnMap, plate: Plate, options: Options) -> Plan:
    """Read the input once: its fingerprint, how many rows it has, which keys come twice."""
    keys = find_duplicates(notices)
    reading = {**msgspec.to_builtins(columns), "name": None, "encoding": notices.encoding}
    basis = {
        "input": notices.fingerprint(),
        "columns": _digest(reading),
        "form": _digest({**msgspec.to_builtins(plate.form), "path": None}),
        "fonts": _digest({key: _sha256(face.path) for key, face in plate.faces.items()}),
        **{name: str(value) for name, value in options.deciding_bytes().items()},
        "version": __version__,
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
        + f", zlib {zlib.ZLIB_RUNTIME_VERSION}",
    }
    return Plan(Outline(basis, keys.rows, options.chunk_rows), keys.repeats)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(value: object) -> str:
    text = msgspec.json.encode(value, order="sorted")
    return hashlib.sha256(text).hexdigest()
