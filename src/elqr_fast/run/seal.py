"""Closing a run: the chunks' rejects and manifest rows become the run's, and are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from elqr_fast.errors import FieldError, OutputError
from elqr_fast.files import replacing
from elqr_fast.records.rejects import write_rejects
from elqr_fast.run.chunk import MANIFEST_SCHEMA
from elqr_fast.run.issued import IssuedSlips
from elqr_fast.run.journal import MANIFEST, REJECTS, ChunkEntry, sha256_of, sidecar
from elqr_fast.run.plan import Outline

REJECTED, PRINTED, SUMMARY = "rejects.csv", "manifest.parquet", "run.json"


def seal(
    out: Path, outline: Outline, done: Mapping[int, ChunkEntry], issued: IssuedSlips | None = None
) -> None:
    """Write rejects.csv, manifest.parquet and run.json of a finished run, in row order.

    With `issued` the issued slips' data too.  Raises OutputError when printed + rejected is not
    what came in: then something is lost, and a run that lost a slip must not look finished.
    """
    entries = [done[index] for index in sorted(done)]
    printed = sum(entry.printed for entry in entries)
    rejected = sum(entry.rejected for entry in entries)
    if len(entries) != outline.chunks or printed + rejected != outline.rows:
        raise OutputError(
            f"{out}: {outline.rows} notices came in, but {printed} were printed and {rejected}"
            " rejected; the input may have changed while it was read"
        )
    write_rejects(out / REJECTED, _rejects(out, entries))
    _write_manifest(out, entries)
    records = [REJECTED, PRINTED]
    if issued is not None:
        records.append(issued.write(out, entries))
    summary = summarise(outline, entries, {name: sha256_of(out / name) for name in records})
    with replacing(out / SUMMARY) as file:
        file.write(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")


def summarise(
    outline: Outline, entries: Sequence[ChunkEntry], records: Mapping[str, str]
) -> dict[str, object]:
    """What run.json says: the same for the same run, so neither clock nor seconds are in it."""
    return {
        "run": outline.run_id,
        "basis": outline.basis,
        "notices": outline.rows,
        "printed": sum(entry.printed for entry in entries),
        "rejected": sum(entry.rejected for entry in entries),
        "verified": sum(entry.verified for entry in entries),
        "chunk_rows": outline.chunk_rows,
        "chunks": outline.chunks,
        "records": dict(records),
        "files": [msgspec.to_builtins(file) for entry in entries for file in entry.files],
    }


def _rejects(out: Path, entries: list[ChunkEntry]) -> Iterator[FieldError]:
    decoder = msgspec.json.Decoder(FieldError)
    for entry in entries:
        with sidecar(out, entry.index, REJECTS).open("rb") as lines:
            yield from map(decoder.decode, lines)


def _write_manifest(out: Path, entries: list[ChunkEntry]) -> None:
    with replacing(out / PRINTED) as file, pq.ParquetWriter(file, MANIFEST_SCHEMA) as writer:
        for entry in entries:
            writer.write_table(pq.read_table(sidecar(out, entry.index, MANIFEST)))
