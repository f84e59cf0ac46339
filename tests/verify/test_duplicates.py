"""Repeated case keys of a batch."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.verify.duplicates import find_duplicates

KEYS = st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=40)


def table(keys: list[int | None]) -> pa.Table:
    return pa.table(
        {
            "institution": pa.array(
                [None if key is None else f"{key % 2:05d}" for key in keys], pa.string()
            ),
            "case_key": pa.array(
                [None if key is None else f"{key // 2 + 9 * 10**19}" for key in keys], pa.string()
            ),
        }
    )


@given(KEYS, st.integers(1, 40), st.integers(1, 50))
def test_each_later_row_names_the_first(
    keys: list[int | None], table_rows: int, bucket_rows: int
) -> None:
    tables = [table(keys[at : at + table_rows]) for at in range(0, len(keys), table_rows)]
    duplicates = find_duplicates(lambda: tables, len(keys), bucket_rows)
    for row, key in enumerate(keys):
        first = keys.index(key)
        expected = None if key is None or first == row else first
        assert duplicates.first_of(row) == expected
