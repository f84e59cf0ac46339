"""Which files a batch consists of, and in which order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from elqr_fast.errors import InputError

#: What is taken from a directory; a file named by itself is opened whatever its name.
SUFFIXES = frozenset((".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pdf"))

Scans = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def list_scans(scans: Scans) -> list[str]:
    """The files of a batch: as named, directories replaced by the scans in them, sorted by path.

    A file that is reached twice comes once; a directory without scans stands for itself, so that
    it gets a row that says so.  Raises InputError if a name does not exist or if there is no scan
    at all.
    """
    named = [scans] if isinstance(scans, str | os.PathLike) else list(scans)
    if not named:
        raise InputError("no scans are named")
    once: dict[str, str] = {}
    for name in named:
        for path in _expanded(Path(name)):
            once.setdefault(os.path.realpath(path), os.fspath(path))
    if all(map(os.path.isdir, once)):
        raise InputError(f"{named[0]}: no scans here ({', '.join(sorted(SUFFIXES))})")
    return list(once.values())


def _expanded(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    return (sorted(_in_directory(path)) or [path]) if path.is_dir() else [path]


def _in_directory(path: Path) -> Iterator[Path]:
    for file in path.rglob("*"):
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file():
            yield file
