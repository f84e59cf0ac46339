"""The manifest that printing leaves beside its files: which slip belongs on which page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from elqr_fast.errors import InputError

Numbers = npt.NDArray[np.uint64]

NAME = "manifest.parquet"
NO_MANIFEST = "not a manifest of printed slips"
COLUMNS = ["file", "page", "case_key_hash"]
#: Whether a page has an eL-QR; manifests of versions before lack it, and all their pages have one.
QR = "qr"
#: In place of the hash of a page without an eL-QR.
NO_QR = 0
#: The first 64 bits of a key's hash: two keys of one run agree in them once in 10^19 pairs.
HASH_DIGITS = 16


class Manifest:
    """Hashes of case keys by file and page, about 20 bytes a slip."""

    def __init__(self, path: Path) -> None:
        """Raises InputError if the file is no manifest."""
        self._names: dict[str, int] = {}
        try:
            with pq.ParquetFile(path) as file:
                columns = [*COLUMNS, *({QR} & set(file.schema_arrow.names))]
                parts = [self._part(batch) for batch in file.iter_batches(columns=columns)]
            places, hashes = (np.concatenate(column) for column in zip(*parts, strict=True))
        except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: {NO_MANIFEST}") from error
        order = np.argsort(places, kind="stable")
        self._places = places[order]
        self._hashes = hashes[order]

    def expected(self, file: str, page: int) -> int | None:
        """The hash (its first 64 bits) of the key whose code belongs there, NO_QR for a page that
        is to have none; None if nothing is known.
        """
        index = self._names.get(file)
        if index is None:
            return None
        place = np.uint64(index << 32 | page)
        at = int(np.searchsorted(self._places, place))
        found = at < len(self._places) and self._places[at] == place
        return int(self._hashes[at]) if found else None

    def _part(self, batch: pa.RecordBatch) -> tuple[Numbers, Numbers]:
        """Places and hashes of some rows; a place is file and page in one number."""
        files = batch.column("file").to_pylist()
        index = [self._names.setdefault(name, len(self._names)) for name in files]
        pages = np.asarray(batch.column("page")).astype(np.uint64)
        places = np.array(index, np.uint64) << np.uint64(32) | pages
        hashes = batch.column("case_key_hash").to_pylist()
        expected = np.fromiter(map(short_hash, hashes), np.uint64, len(hashes))
        if QR in batch.schema.names:
            expected[~np.asarray(batch.column(QR)).astype(np.bool_)] = NO_QR
        return places, expected


def short_hash(case_key_hash: str) -> int:
    """A key's hash as `Manifest.expected` gives it."""
    return int(case_key_hash[:HASH_DIGITS], 16)


def check_manifests(scans: Iterable[str]) -> None:
    """Raise InputError if a manifest beside one of the scans is none: before hours of reading."""
    for folder in {Path(scan).parent for scan in scans}:
        path = folder / NAME
        if path.is_file():
            _check(path)


def _check(path: Path) -> None:
    try:
        columns = pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: {NO_MANIFEST}") from error
    if not set(COLUMNS) <= set(columns):
        raise InputError(f"{path}: {NO_MANIFEST}")


class Manifests:
    """The manifests beside a batch's scans; one is kept, as scans come folder by folder."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._manifest: Manifest | None = None

    def expected(self, scan: Path, page: int) -> int | None:
        """See `Manifest.expected`; None too if there is no manifest in the scan's folder.

        Raises InputError if a file of that name is no manifest.
        """
        if scan.parent != self._folder:
            self._folder = scan.parent
            path = scan.parent / NAME
            self._manifest = Manifest(path) if path.is_file() else None
        return self._manifest.expected(scan.name, page) if self._manifest else None
