"""Readings of a batch on disk, in pieces that the journal knows: an interrupted batch goes on.

A segment holds the rows of whole spans, in order, and ends where its rows reach SEGMENT_ROWS; the
next one begins where it ended.  So the segments, and the results, are the same however often a
batch was interrupted.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa

from elqr_fast.errors import OutputError
from elqr_fast.files import replacing
from elqr_fast.run.journal import STATE, ChunkEntry, FileEntry, Journal, sha256_of
from elqr_fast.run.plan import Outline
from elqr_fast.run.reading import Position
from elqr_fast.verify.rows import BATCH_ROWS, SCHEMA

#: Rows in a segment: seconds of work, which is what an interruption loses.
SEGMENT_ROWS = 2048
_AFTER = b"after"


class _After(msgspec.Struct, frozen=True):
    """How far a batch is after a segment: the next page, pages read, pages known of."""

    position: Position = Position()
    pages: int = 0
    known: int = 0


class Segments:
    """The rows read so far; made in a directory whose journal is open."""

    def __init__(self, journal: Journal, outline: Outline) -> None:
        self._journal = journal
        self._outline = outline
        self._waiting: list[pa.RecordBatch] = []
        self._entries: list[ChunkEntry] = []
        while (entry := journal.done.get(len(self._entries))) is not None:
            self._entries.append(entry)
        self.after = self._read_after() if self._entries else _After(known=outline.rows)

    @property
    def rows(self) -> int:
        return sum(entry.rows for entry in self._entries)

    def add(self, batch: pa.RecordBatch, position: Position, pages: int, known: int) -> None:
        """Add the rows of a span; `pages` and `known` are those of the batch up to here."""
        self._waiting.append(batch)
        self.after = _After(position, pages, known)
        if sum(map(len, self._waiting)) >= SEGMENT_ROWS:
            self.finish()

    def finish(self) -> None:
        """Write what waits, and enter it in the journal."""
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting).combine_chunks()
        meta = {_AFTER: msgspec.json.encode(self.after)}
        index = len(self._entries)
        name = f"{STATE}/{index + 1:06d}.rows.arrow"
        path = self._journal.out / name
        with (
            replacing(path) as file,
            pa.ipc.new_stream(file, SCHEMA.with_metadata(meta)) as writer,
        ):
            writer.write_table(table.replace_schema_metadata(meta))
        entry = ChunkEntry(
            index=index,
            id=self._outline.chunk_id(index * self._outline.chunk_rows, table.num_rows),
            rows=table.num_rows,
            printed=0,
            rejected=0,
            verified=self.after.pages,
            files=[FileEntry(name, 0, path.stat().st_size, sha256_of(path))],
            sidecars=[],
            seconds={},
        )
        self._journal.enter(entry)
        self._entries.append(entry)
        self._waiting = []

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows in order, some thousands at a time."""
        held: list[pa.Table] = []
        for entry in self._entries:
            held.append(self._table(entry))
            if sum(map(len, held)) >= BATCH_ROWS or entry is self._entries[-1]:
                table = pa.concat_tables(held).combine_chunks()
                held = []
                yield table.select(columns) if columns else table

    def discard(self) -> None:
        """Forget the rows and the journal: the results are complete."""
        shutil.rmtree(self._journal.state, ignore_errors=True)

    def _table(self, entry: ChunkEntry) -> pa.Table:
        path = self._journal.out / entry.files[0].name
        try:
            with path.open("rb") as file:
                return pa.ipc.open_stream(file).read_all().replace_schema_metadata(None)
        except (OSError, pa.ArrowException) as error:
            raise OutputError(f"{path}: cannot be read again") from error

    def _read_after(self) -> _After:
        path = self._journal.out / self._entries[-1].files[0].name
        with path.open("rb") as file:
            meta = pa.ipc.open_stream(file).schema.metadata[_AFTER]
        return msgspec.json.decode(meta, type=_After)
