"""Which chunks are done: one JSON line each, written when their files are on disk.

A run's directory holds

    slips-000001.pdf …      the chunks' files
    issued.csv, issued.txt  the issued slips' data, if asked for, after sealing
    rejects.csv             every rejected row, after sealing
    manifest.parquet        a row a slip, after sealing
    run.json                counts, hashes, options, after sealing
    .run/plan.json          what this run is: its input, form, fonts, options, versions; its rows
    .run/request.json       the arguments it was started with, for `elqr run resume`
    .run/journal.jsonl      one line a finished chunk
    .run/000001.*           the finished chunk's rejects and manifest rows

A line cut short by a crash is dropped on reading; the chunk is then done again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import msgspec

from elqr_fast.errors import ConfigError, OutputError
from elqr_fast.files import PART, output_error, private_directory, replacing
from elqr_fast.run.plan import Outline

STATE = ".run"
PLAN = "plan.json"
JOURNAL = "journal.jsonl"
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
    #: SHA-256 of the sidecars, in their order.
    sidecars: list[str]
    seconds: dict[str, float]


class Journal:
    """The journal of one directory, held by one run at a time."""

    def __init__(self, out: Path, outline: Outline) -> None:
        self.out = out
        self.state = out / STATE
        self._outline = outline
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
        with suppress(OSError):
            self._remove_orphans()
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
            raise output_error(self.state / JOURNAL, error) from error
        self.done[entry.index] = entry

    def _claim(self) -> None:
        """Write down what this run is, or compare with what the directory's run was."""
        path = self.state / PLAN
        if not path.exists():
            with replacing(path) as file:
                file.write(msgspec.json.encode(self._outline))
            return
        theirs, ours = load_outline(self.out).basis, self._outline.basis
        names = [*ours, *(name for name in theirs if name not in ours)]
        changed = [name for name in names if theirs.get(name) != ours.get(name)]
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
        """Entries of this plan whose files are still there, byte for byte."""
        for entry in read_entries(self.out, self._outline):
            if not any(damage(self.out, file) for file in kept_files(entry)):
                yield entry

    def _rewritten(self) -> BinaryIO:
        """The journal without torn or stale lines, open for appending."""
        with replacing(self.state / JOURNAL) as file:
            for entry in self.done.values():
                file.write(msgspec.json.encode(entry) + b"\n")
        return (self.state / JOURNAL).open("ab")


def sidecar(out: Path, index: int, kind: str) -> Path:
    """Where a finished chunk keeps its rejects and its manifest rows until the run is sealed."""
    return out / STATE / f"{index + 1:06d}.{kind}"


def load_outline(out: Path) -> Outline:
    """What the run of a directory is.  Raises ConfigError if there is none."""
    try:
        return msgspec.json.decode((out / STATE / PLAN).read_bytes(), type=Outline)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{out}: no run was started here") from error


def read_entries(out: Path, outline: Outline) -> Iterator[ChunkEntry]:
    """The journal's entries that belong to a plan; their files are not looked at."""
    path = out / STATE / JOURNAL
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            try:
                entry = msgspec.json.decode(line, type=ChunkEntry)
            except msgspec.MsgspecError:
                continue  # the tail of a line that a crash cut short
            if entry.id == outline.chunk_id(entry.index * outline.chunk_rows, entry.rows):
                yield entry


def kept_files(entry: ChunkEntry) -> list[FileEntry]:
    """Everything a chunk left on disk, by its path in the run's directory."""
    names = [f"{STATE}/{sidecar(Path(), entry.index, kind).name}" for kind in SIDECARS]
    sidecars = zip(names, entry.sidecars, strict=bool(entry.sidecars))
    return [*entry.files, *(FileEntry(name, 0, -1, digest) for name, digest in sidecars)]


def damage(out: Path, file: FileEntry) -> str:
    """What is wrong with a finished file, "" if nothing; of a size below 0 nothing is said."""
    path = out / file.name
    try:
        size = path.stat().st_size
        if 0 <= file.bytes != size:
            return f"is {size} bytes long, not {file.bytes}"
        return "" if sha256_of(path) == file.sha256 else "has other bytes than were written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
