"""records/duplicates.py: the rows that are not the first of their key, in little memory too."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.errors import ExitCode, OutputError
from elqr_fast.records.duplicates import find_duplicates
from elqr_fast.records.readers import Notices, open_notices
from elqr_fast.records.synthetic import make_notices

KEY_COLUMNS = ("institution", "case_key")
Key = tuple[str | None, str | None]


def notices_of(keys: list[Key]) -> Notices:
    institutions, cases = zip(*keys, strict=True)
    table = {
        "institution": pa.array(institutions, pa.string()),
        "case_key": pa.array(cases, pa.string()),
    }
    return open_notices(table, required=KEY_COLUMNS)


def by_dict(keys: list[Key]) -> list[int]:
    """The plain answer, one row after another."""
    seen: set[tuple[str, str]] = set()
    found = []
    for row, (institution, case_key) in enumerate(keys):
        cells = (institution or "x", case_key or "x")
        if not all(cell.isascii() and cell.isdigit() for cell in cells):
            continue
        key = (cells[0].zfill(5), cells[1].zfill(20))
        if len(key[0]) > 5 or len(key[1]) > 20:
            continue
        if key in seen:
            found.append(row)
        seen.add(key)
    return found


KEYS = st.lists(
    st.tuples(
        st.sampled_from(["1", "00001", "12345", "99999", "123456", "x", None]),
        st.sampled_from(["7", "07", "9" * 20, "9" * 19 + "8", "1" + "0" * 19, "0", "1" * 21, None])
        | st.integers(0, 30).map(str),
    ),
    min_size=1,
    max_size=60,
)


@given(keys=KEYS, rows=st.integers(1, 70), memory=st.integers(1, 70))
def test_the_same_as_a_dict(keys: list[Key], rows: int, memory: int) -> None:
    found = find_duplicates(notices_of(keys), rows, memory_rows=memory)
    assert found.rows == len(keys)
    assert found.repeats.dtype == np.int64
    assert found.repeats.tolist() == by_dict(keys)


@pytest.mark.parametrize("memory", [100, 999, 10**6])
def test_many_rows(memory: int) -> None:
    table = make_notices(5_000)
    twice = pa.concat_tables([table, table.slice(1_000, 1_500), table.slice(4_999)])
    found = find_duplicates(open_notices(twice), 777, memory_rows=memory)
    assert found.rows == 6_501
    assert found.repeats.tolist() == list(range(5_000, 6_501))


def test_all_rows_the_same() -> None:
    keys: list[Key] = [("1", "2")] * 500
    found = find_duplicates(notices_of(keys), 50, memory_rows=30)
    assert found.repeats.tolist() == list(range(1, 500))


def test_institutions_part_the_keys() -> None:
    found = find_duplicates(notices_of([("1", "2"), ("2", "2"), ("12", "2")]))
    assert found.repeats.tolist() == []


def test_bad_rows_count_as_rows(tmp_path: Any) -> None:
    path = tmp_path / "n.csv"
    path.write_text("institution,case_key\n1,5\n1\n1,6\n1,5\n", encoding="utf-8")
    found = find_duplicates(open_notices(path, required=KEY_COLUMNS), 2)
    assert (found.rows, found.repeats.tolist()) == (4, [3])


def test_a_full_disk_is_an_output_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", full)
    with pytest.raises(OutputError, match="cannot sort the keys there: No space left") as caught:
        find_duplicates(notices_of([("1", "2")]))
    assert caught.value.exit_code is ExitCode.OUTPUT
