"""What a report says of a batch, gathered from tables passing by: counts, and the worst slips.

Memory does not grow with the batch.  Only whole numbers are kept, so that the answer does not
depend on where one table ends and the next begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.scan import Verdict
from elqr_fast.verify.rows import CORNERS

#: Columns whose values are counted; "" stands for none.
COUNTED = ("verdict", "rung", "grade_letter", "worst_parameter", "ocr_lines")
#: What a worst slip is shown by: nothing from its payload is among it.
SHOWN = (
    "file", "page", "verdict", "detail", "rung", "version", "grade", "grade_letter",
    "worst_parameter", *CORNERS,
)  # fmt: skip
#: Letters of grades, the best first; "" is a row without one.
LETTERS = ("A", "B", "C", "D", "F", "")
#: Stretches into which a batch is divided to show its grades in the order of its pages.
BINS = 80
#: Slips that are shown: with a fault, and without one but with the lowest grades.
FAULTY, LOWEST = 20, 10
#: Verdicts that are as they should be.
FAULTLESS = (Verdict.OK, Verdict.WITHOUT_CODE)
#: From here on a grade is the best there is.
BEST_GRADE = 4.0

Slip = dict[str, Any]


class Survey:
    """Counts of the rows seen so far, of a batch of `rows`."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
        #: Rows by stretch of the batch and letter, int64 [BINS or fewer, len(LETTERS)].
        self.over_batch = np.zeros((min(rows, BINS), len(LETTERS)), np.int64)
        self._seen = 0
        self._worst: dict[str, pa.Table] = {}

    def passing(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The same tables, in the order of the batch."""
        for table in tables:
            for name in COUNTED:
                self._count(name, table.column(name))
            self._place(table.column("grade_letter"))
            self._keep_worst(table)
            self._seen += table.num_rows
            yield table

    @property
    def verdicts(self) -> dict[str, int]:
        """Counts of the verdicts that came up, in the order of `Verdict`."""
        counts = self.counts["verdict"]
        return {verdict.value: n for verdict in Verdict if (n := counts[verdict.value])}

    def faulty(self) -> list[Slip]:
        """Slips with a fault, FAULTY at most, in the order of `Verdict`, the lowest grade first.

        The verdicts take turns, so that a frequent one does not crowd out a rare one.
        """
        kept = [self._slips(verdict) for verdict in Verdict if verdict not in FAULTLESS]
        turns = [slip for turn in zip_longest(*kept) for slip in turn if slip is not None]
        chosen = {id(slip) for slip in turns[:FAULTY]}
        return [slip for slips in kept for slip in slips if id(slip) in chosen]

    def lowest(self) -> list[Slip]:
        """Slips without a fault, LOWEST at most, the lowest grade first; none of the best grade."""
        slips = self._slips(Verdict.OK)
        below = [slip for slip in slips if slip["grade"] is not None and slip["grade"] < BEST_GRADE]
        return below[:LOWEST]

    def _slips(self, verdict: Verdict) -> list[Slip]:
        table = self._worst.get(verdict.value)
        return [] if table is None else table.to_pylist()

    def _count(self, name: str, column: pa.ChunkedArray) -> None:
        for entry in pc.value_counts(pc.fill_null(column, "")).to_pylist():
            self.counts[name][entry["values"]] += entry["counts"]

    def _place(self, letters: pa.ChunkedArray) -> None:
        """Count letters in the stretches of the batch that these rows fall into."""
        rows = np.arange(self._seen, self._seen + len(letters), dtype=np.int64)
        stretch = rows * len(self.over_batch) // self.rows
        letter = pc.index_in(pc.fill_null(letters, ""), pa.array(LETTERS, pa.string()))
        np.add.at(self.over_batch, (stretch, _numbers(letter)), 1)

    def _keep_worst(self, table: pa.Table) -> None:
        shown = table.select(SHOWN)
        for verdict in pc.unique(table.column("verdict")).to_pylist():
            mine = shown.filter(pc.equal(shown.column("verdict"), verdict))
            self._worst[verdict] = _lowest([*self._worst_so_far(verdict), mine], verdict)

    def _worst_so_far(self, verdict: str) -> list[pa.Table]:
        return [self._worst[verdict]] if verdict in self._worst else []


def _lowest(tables: list[pa.Table], verdict: str) -> pa.Table:
    """The rows of lowest grade, the earlier first where equal; one without a grade counts as the
    lowest if it has a fault, as the best if it has none.
    """
    table = pa.concat_tables(tables)
    ungraded = BEST_GRADE if verdict in FAULTLESS else -1.0
    grades = np.asarray(pc.fill_null(table.column("grade"), pa.scalar(ungraded, pa.float32())))
    return table.take(np.argsort(grades, kind="stable")[: max(FAULTY, LOWEST)]).combine_chunks()


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(column).astype(np.int64)
