"""Slips of a batch that carry a case key which an earlier slip carries too.

Every slip with a sound payload counts as earlier, whatever else is wrong with it: two papers that
ask for the same money are two, and somebody has to look at them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from elqr_fast.verify.keys import pack_keys

Rows = npt.NDArray[np.int64]

#: Keys compared at a time; a larger batch is gone through once for every so many.
BUCKET_ROWS = 1_000_000


class Duplicates:
    """Which rows repeat an earlier row's key, and which row that is."""

    def __init__(self, later: Rows, first: Rows) -> None:
        order = np.argsort(later)
        self._later = later[order]
        self._first = first[order]

    def first_of(self, row: int) -> int | None:
        """The first row with this row's key, None if that is this row itself."""
        at = int(np.searchsorted(self._later, row))
        found = at < len(self._later) and self._later[at] == row
        return int(self._first[at]) if found else None


def find_duplicates(
    tables: Callable[[], Iterable[pa.Table]], rows: int, bucket_rows: int = BUCKET_ROWS
) -> Duplicates:
    """Go through a batch's institutions and case keys, as often as memory demands."""
    buckets = max(1, -(-rows // bucket_rows))
    found = [_repeated(*_bucket(tables(), bucket, buckets)) for bucket in range(buckets)]
    later, first = (np.concatenate(column) for column in zip(*found, strict=True))
    return Duplicates(later, first)


def _bucket(
    tables: Iterable[pa.Table], bucket: int, buckets: int
) -> tuple[Rows, npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    """Row numbers and keys of the rows whose key falls into one bucket."""
    parts = [(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint64))]
    first_row = 0
    for table in tables:
        keys = pack_keys(table.column("institution"), table.column("case_key"))
        mine = np.flatnonzero(keys.known & (keys.tail % np.uint64(buckets) == bucket))
        parts.append((mine + first_row, keys.head[mine], keys.tail[mine]))
        first_row += table.num_rows
    rows, head, tail = (np.concatenate(column) for column in zip(*parts, strict=True))
    return rows, head, tail


def _repeated(
    rows: Rows, head: npt.NDArray[np.uint32], tail: npt.NDArray[np.uint64]
) -> tuple[Rows, Rows]:
    """The rows whose key came before, and the first row of that key."""
    order = np.lexsort((tail, head))  # stable: rows of a key stay in order
    rows, head, tail = rows[order], head[order], tail[order]
    opens = np.ones(len(rows), np.bool_)
    opens[1:] = (head[1:] != head[:-1]) | (tail[1:] != tail[:-1])
    first = rows[np.maximum.accumulate(np.where(opens, np.arange(len(rows)), 0))]
    return rows[~opens], first[~opens]
