"""Which notices ask for the same case twice: found once, before a run is cut into chunks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from elqr_fast.errors import OutputError
from elqr_fast.records.readers import Notices

# One sortable record: the key's 25 digits in two numbers, then the row, all big-endian, so that
# the order of the bytes is the order of (key, row).  numpy compares "S" byte by byte, and the
# zeros it takes for padding at the end cannot matter where every record has the same length.
_PARTS = np.dtype([("high", ">u8"), ("low", ">u8"), ("row", ">u8")])
_RECORD = np.dtype("S24")
Records = npt.NDArray[np.bytes_]

#: Rows sorted at a time: 1.6 MB of records, and a few times that while they are sorted.
MEMORY_ROWS = 1 << 16


class Duplicates(NamedTuple):
    """What one pass over the keys finds.

    `rows`: how many notices there are.  `repeats` int64: those that are not the first of their
    (institution, case_key), in ascending order.
    """

    rows: int
    repeats: npt.NDArray[np.int64]


def find_duplicates(
    notices: Notices, rows_per_batch: int = 16_384, *, memory_rows: int = MEMORY_ROWS
) -> Duplicates:
    """Count the notices and find those whose (institution, case_key) an earlier one has.

    Keys are compared zero-padded to 5 and 20 digits.  A row whose key is missing or no number is
    nobody's duplicate: the checks reject it for what it is.  A row that the checks reject still
    counts as the first of its key.

    The keys are read once.  Up to `memory_rows` of them stay in memory; more are sorted in runs
    that go to a private temporary file and are merged.  The answer does not depend on either
    number.  Time grows as n log n; memory with the number of duplicates only.  Raises `OutputError`
    where the temporary directory is full.
    """
    size = memory_rows * _RECORD.itemsize
    try:
        # In memory up to `size`; beyond it a file without a name, its owner's only.
        with tempfile.SpooledTemporaryFile(max_size=size) as file:
            rows, runs = _sorted_runs(notices, rows_per_batch, memory_rows, file)
            found = list(_repeats(_merge(runs)))
    except OSError as error:
        where = tempfile.gettempdir()
        raise OutputError(f"{where}: cannot sort the keys there: {error.strerror}") from error
    return Duplicates(rows, np.sort(np.concatenate([np.empty(0, np.int64), *found])))


class _Run:
    """Sorted records in a file, from record `start` on, taken from the front."""

    def __init__(self, file: IO[bytes], start: int, count: int, block: int) -> None:
        self.buffer: Records = np.empty(0, _RECORD)
        self._file = file
        self._next = start
        self._end = start + count
        self._block = block

    def fill(self) -> bool:
        """Have at least one record in the buffer; False where the run is at its end."""
        if not len(self.buffer) and self._next < self._end:
            self._file.seek(self._next * _RECORD.itemsize)
            count = min(self._block, self._end - self._next)
            self.buffer = np.frombuffer(self._file.read(count * _RECORD.itemsize), _RECORD)
            self._next += count
        return bool(len(self.buffer))

    def take(self, last: bytes) -> Records:
        """Remove and return the buffered records up to and including `last`."""
        count = int(np.searchsorted(self.buffer, np.bytes_(last), side="right"))
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


def _sorted_runs(
    notices: Notices, rows_per_batch: int, memory_rows: int, file: IO[bytes]
) -> tuple[int, list[_Run]]:
    """Write the records to `file` in sorted runs of about `memory_rows`; also counts the rows."""
    rows = 0
    lengths: list[int] = []
    held: list[Records] = []
    for batch in notices.batches(rows_per_batch, ("institution", "case_key")):
        rows += batch.table.num_rows
        held.append(_records(batch.table, batch.first_row))
        if sum(map(len, held)) >= memory_rows:
            lengths.append(_spill(held, file))
    lengths.append(_spill(held, file))
    # Together the runs' buffers hold what one run held.
    block = max(memory_rows // len(lengths), 1)
    ends = np.cumsum(lengths).tolist()
    return rows, [
        _Run(file, end - length, length, block) for end, length in zip(ends, lengths, strict=True)
    ]


def _spill(held: list[Records], file: IO[bytes]) -> int:
    records = np.sort(np.concatenate([np.empty(0, _RECORD), *held]))
    held.clear()
    file.write(records.tobytes())
    return len(records)


def _records(table: pa.RecordBatch, first_row: int) -> Records:
    institution, case_key = (
        pc.utf8_lpad(table.column(name), width=width, padding="0")
        for name, width in (("institution", 5), ("case_key", 20))
    )
    keys = pc.binary_join_element_wise(institution, case_key, "")
    good = pc.fill_null(pc.match_substring_regex(keys, "^[0-9]{25}$"), False)
    keys = keys.filter(good)
    records = np.empty(len(keys), _PARTS)
    records["high"] = pc.cast(pc.utf8_slice_codeunits(keys, 0, 15), pa.uint64()).to_numpy()
    records["low"] = pc.cast(pc.utf8_slice_codeunits(keys, 15, 25), pa.uint64()).to_numpy()
    records["row"] = np.flatnonzero(good.to_numpy(zero_copy_only=False)) + first_row
    return records.view(_RECORD)


def _merge(runs: list[_Run]) -> Iterator[Records]:
    """All records of all runs in order, in blocks."""
    while live := [run for run in runs if run.fill()]:
        # Nothing still in the file comes before the least of the last buffered records.
        last = min(bytes(run.buffer[-1]) for run in live)
        yield np.sort(np.concatenate([run.take(last) for run in live]))


def _repeats(blocks: Iterator[Records]) -> Iterator[npt.NDArray[np.int64]]:
    """The rows whose key is that of the record before."""
    before = np.zeros(1, _PARTS)
    before["high"] = 2**64 - 1  # no key: it would have more than 15 digits
    for block in blocks:
        parts = np.concatenate([before, block.view(_PARTS)])
        same = (parts["high"][1:] == parts["high"][:-1]) & (parts["low"][1:] == parts["low"][:-1])
        yield parts["row"][1:][same].astype(np.int64)
        before = parts[-1:]
