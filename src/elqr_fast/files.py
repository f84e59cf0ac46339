"""Output files: private to their owner, and under their final name only when complete."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from elqr_fast.errors import OutputError

#: What an unfinished file's name ends in; a rerun deletes such files.
PART = ".part"


def private_directory(path: Path) -> None:
    """Make a directory and what is missing above it; the new one is its owner's only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: the directory is not writable")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file of mode 0600 that appears under its name only when complete and on disk.

    Yields a binary file to write to.  If the block raises, nothing is left behind; an OSError
    becomes an `OutputError` that names the file.
    """
    part: Path | None = None
    try:
        # Each writer has a name of its own: one that outlived its supervisor cannot rename the
        # half of another.  mkstemp makes it its owner's only.
        descriptor, name = tempfile.mkstemp(PART, f"{path.name}.", path.parent)
        part = Path(name)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_directory(path.parent)
    except BaseException as error:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise output_error(path, error) from error
        raise


@contextmanager
def replacing_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """`replacing`, for text; line ends are written as they come."""
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            yield text
        finally:
            text.detach()  # flushes; `replacing` closes the file


def sync_directory(path: Path) -> None:
    """Make a rename in this directory outlive a power cut; Windows has no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def output_error(path: Path, error: OSError) -> OutputError:
    """An OSError in the words of a user: which file, and what the system said."""
    return OutputError(f"{path}: cannot write: {error.strerror or error}")
