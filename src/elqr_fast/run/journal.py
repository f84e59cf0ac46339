"""Which chunks are done: one JSON line each, written when their files are on disk.

A run's directory holds

    slips-000001.pdf …      the chunks' files
    rejects.csv             every rejected row, after sealing
    manifest.parquet        a row a slip, after sealing
    run.json                counts, hashes, options, after sealing
    .run/basis.json         what this run is: its input, form, fonts, options, version
    .run/journal.jsonl      one line a finished chunk
    .run/000001.*           the finished chunk's rejects and manifest rows

A line cut short by a crash is dropped on reading; the chunk is then done again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from elqr_fast.errors import ConfigError, OutputError
from elqr_fast.files import PART, output_error, private_directory, replacing
from elqr_fast.run.plan import Plan

STATE = ".run"
REJECTS, MANIFEST = SIDECARS = ("rejects.jsonl", "manifest.parquet")


class FileEntry(msgspec.Struct, frozen=True):
    """One finished output file."""

    name: str
    pages: int
    bytes: int
    sha256: str


class ChunkEntry(msgspec.Struct, frozen=True):
    """One finished chunk; `seconds` are of its stages, for reports only."""

    index: int
    id: str
    rows: int
    printed: int
    rejected: int
    verified: int
    files: list[FileEntry]
    seconds: dict[str, float]


class Journal:
    """The journal of one directory, held by one run at a time."""

    def __init__(self, out: Path, plan: Plan) -> None:
        self.out = out
        self.state = out / STATE
        self._plan = plan
        self._lines: BinaryIO | None = None
        self._lock: BinaryIO | None = None
        self.done: dict[int, ChunkEntry] = {}

    def __enter__(self) -> Journal:
        private_directory(self.out)
        private_directory(self.state)
        self._lock = lock(self.state / "lock")
        try:
            self._claim()
            self._remove_orphans()
            self.done = {entry.index: entry for entry in self._finished()}
            self._lines = self._rewritten()
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in (self._lines, self._lock):
            if file is not None:
                file.close()

    def enter(self, entry: ChunkEntry) -> None:
        """Record a chunk whose files are on disk under their final names."""
        assert self._lines is not None
        try:
            self._lines.write(msgspec.json.encode(entry) + b"\n")
            self._lines.flush()
            os.fsync(self._lines.fileno())
        except OSError as error:
            raise output_error(self._journal, error) from error
        self.done[entry.index] = entry

    @property
    def _journal(self) -> Path:
        return self.state / "journal.jsonl"

    def _claim(self) -> None:
        """Write down what this run is, or compare with what the directory's run was."""
        basis = self.state / "basis.json"
        if not basis.exists():
            with replacing(basis) as file:
                file.write(msgspec.json.encode(self._plan.basis))
            return
        theirs = msgspec.json.decode(basis.read_bytes(), type=dict[str, str])
        changed = [name for name, value in self._plan.basis.items() if theirs.get(name) != value]
        if changed:
            raise ConfigError(
                f"{self.out} holds another run: its {', '.join(changed)} differ from what is asked"
                " now; choose another directory, or repeat the command that started it"
            )

    def _remove_orphans(self) -> None:
        for folder in (self.out, self.state):
            for path in folder.glob(f"*{PART}"):
                path.unlink()

    def _finished(self) -> Iterator[ChunkEntry]:
        """Entries of this plan whose files are still there at their size."""
        if not self._journal.exists():
            return
        for line in self._journal.read_bytes().splitlines():
            try:
                entry = msgspec.json.decode(line, type=ChunkEntry)
            except msgspec.MsgspecError:
                continue  # the tail of a line that a crash cut short
            first_row = entry.index * self._plan.chunk_rows
            if entry.id == self._plan.chunk_id(first_row, entry.rows) and self._present(entry):
                yield entry

    def _present(self, entry: ChunkEntry) -> bool:
        paths = [(self.out / file.name, file.bytes) for file in entry.files]
        whole = all(path.is_file() and path.stat().st_size == size for path, size in paths)
        return whole and all(sidecar(self.out, entry.index, kind).is_file() for kind in SIDECARS)

    def _rewritten(self) -> BinaryIO:
        """The journal without torn or stale lines, open for appending."""
        with replacing(self._journal) as file:
            for entry in self.done.values():
                file.write(msgspec.json.encode(entry) + b"\n")
        return self._journal.open("ab")


def sidecar(out: Path, index: int, kind: str) -> Path:
    """Where a finished chunk keeps its rejects and its manifest rows until the run is sealed."""
    return out / STATE / f"{index + 1:06d}.{kind}"


def lock(path: Path) -> BinaryIO:
    """Hold a file locked until it is closed; raises OutputError where another run holds it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise OutputError(f"{path.parent.parent}: another run is writing here") from error
    return file
