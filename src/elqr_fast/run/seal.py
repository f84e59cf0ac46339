"""Closing a run: the chunks' rejects and manifest rows become the run's, and are counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from elqr_fast.errors import FieldError, OutputError
from elqr_fast.files import replacing
from elqr_fast.records.rejects import write_rejects
from elqr_fast.run.chunk import MANIFEST_SCHEMA
from elqr_fast.run.journal import MANIFEST, REJECTS, ChunkEntry, sidecar
from elqr_fast.run.plan import Plan


def seal(out: Path, plan: Plan, done: dict[int, ChunkEntry]) -> None:
    """Write rejects.csv, manifest.parquet and run.json of a finished run, in row order.

    Raises OutputError when printed + rejected is not what came in: then something is lost, and
    a run that lost a slip must not look finished.
    """
    entries = [done[index] for index in sorted(done)]
    printed = sum(entry.printed for entry in entries)
    rejected = sum(entry.rejected for entry in entries)
    if len(entries) != plan.chunks or printed + rejected != plan.rows:
        raise OutputError(
            f"{out}: {plan.rows} notices came in, but {printed} were printed and {rejected}"
            " rejected; the input may have changed while it was read"
        )
    write_rejects(out / "rejects.csv", _rejects(out, entries))
    _write_manifest(out, entries)
    _write_summary(out, plan, entries)


def _rejects(out: Path, entries: list[ChunkEntry]) -> Iterator[FieldError]:
    decoder = msgspec.json.Decoder(FieldError)
    for entry in entries:
        with sidecar(out, entry.index, REJECTS).open("rb") as lines:
            yield from map(decoder.decode, lines)


def _write_manifest(out: Path, entries: list[ChunkEntry]) -> None:
    target = out / "manifest.parquet"
    with replacing(target) as file, pq.ParquetWriter(file, MANIFEST_SCHEMA) as writer:
        for entry in entries:
            writer.write_table(pq.read_table(sidecar(out, entry.index, MANIFEST)))


def _write_summary(out: Path, plan: Plan, entries: list[ChunkEntry]) -> None:
    """run.json: the same bytes for the same run, so neither clock nor seconds are in it."""
    summary = {
        "run": plan.run_id,
        "basis": plan.basis,
        "notices": plan.rows,
        "printed": sum(entry.printed for entry in entries),
        "rejected": sum(entry.rejected for entry in entries),
        "verified": sum(entry.verified for entry in entries),
        "files": [msgspec.to_builtins(file) for entry in entries for file in entry.files],
    }
    with replacing(out / "run.json") as file:
        file.write(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
