"""The ledger: which case keys may be paid, and how much.  It is the notices file itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import Notices, open_notices
from elqr_fast.verify.keys import Keys, pack_keys

Numbers = npt.NDArray[np.int64]
#: Whatever notices can be opened from, or notices already open.
Source: TypeAlias = str | Path | pa.Table | Mapping[str, Any] | Notices

COLUMNS = ("institution", "case_key", "amount")
BATCH_ROWS = 65_536
AMOUNT = "^[0-9]{1,11}$"
#: Of an amount that is no number: it agrees with no slip's.
NO_AMOUNT = 0


class Ledger:
    """Amounts by case key, about 16 bytes a notice: sorted numbers, searched by halving."""

    def __init__(self, keys: Keys, amounts: Numbers) -> None:
        """Of equal keys the first counts, as it is the one that is printed."""
        keep = np.flatnonzero(keys.known)
        order = keep[
            np.lexsort((keys.tail[keep], keys.head[keep]))
        ]  # stable: the first stays first
        head, tail = keys.head[order], keys.tail[order]
        again = np.zeros(len(order), np.bool_)
        again[1:] = (head[1:] == head[:-1]) & (tail[1:] == tail[:-1])
        head, order = head[~again], order[~again]
        self._tails = tail[~again]
        self._amounts = amounts[order]
        heads, starts = np.unique(head, return_index=True)
        stops = np.append(starts[1:], len(head))
        self._spans = dict(zip(heads.tolist(), zip(starts, stops, strict=True), strict=True))

    def __len__(self) -> int:
        return len(self._tails)

    def amounts(self, keys: Keys) -> Numbers:
        """The amount of each key, -1 where the ledger has no such key."""
        found = np.full(len(keys), -1, np.int64)
        for head in np.unique(keys.head[keys.known]).tolist():
            span = self._spans.get(head)
            if span:
                rows = np.flatnonzero(keys.known & (keys.head == head))
                found[rows] = self._search(slice(*span), keys.tail[rows])
        return found

    def _search(self, span: slice, wanted: npt.NDArray[np.uint64]) -> Numbers:
        tails, amounts = self._tails[span], self._amounts[span]
        at = np.minimum(np.searchsorted(tails, wanted), len(tails) - 1)
        return np.where(tails[at] == wanted, amounts[at], np.int64(-1))


def open_ledger(source: Source, columns: ColumnMap | None = None) -> Ledger:
    """Read a ledger: institution, case_key and amount of a notices file or table.

    `columns` says which headers mean them.  Rows without a sound key are left out.  Raises
    InputError if it cannot be read.
    """
    if isinstance(source, Notices):
        notices = source
    else:
        notices = open_notices(source, columns=columns, required=COLUMNS)
    parts = [
        (
            pack_keys(batch.table.column("institution"), batch.table.column("case_key")),
            _amounts(batch.table.column("amount")),
        )
        for batch in notices.batches(BATCH_ROWS, COLUMNS)
    ]
    keys = [part[0] for part in parts]
    return Ledger(
        Keys(
            np.concatenate([key.head for key in keys]),
            np.concatenate([key.tail for key in keys]),
            np.concatenate([key.known for key in keys]),
        ),
        np.concatenate([part[1] for part in parts]),
    )


def _amounts(column: pa.Array) -> Numbers:
    text = column.cast(pa.string())
    sound = pc.fill_null(pc.match_substring_regex(text, AMOUNT), False)
    return np.asarray(pc.if_else(sound, text, str(NO_AMOUNT)).cast(pa.int64()))
