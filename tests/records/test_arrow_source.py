"""records/arrow_source.py: Parquet files and tables as text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import InputError
from elqr_fast.records.arrow_source import as_text, open_parquet, open_table
from elqr_fast.records.readers import open_notices
from elqr_fast.records.synthetic import make_notices


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["01", "", None], pa.string(), ["01", None, None]),
        (["01"], pa.large_string(), ["01"]),
        (["01", "", None], pa.dictionary(pa.int8(), pa.string()), ["01", None, None]),
        ([12345678901234567890, 0], pa.uint64(), ["12345678901234567890", "0"]),
        ([-1], pa.int8(), ["-1"]),
        ([Decimal(10**20 - 1), None], pa.decimal128(20, 0), ["9" * 20, None]),
        ([date(2026, 4, 30), None], pa.date32(), ["20260430", None]),
        ([date(2026, 4, 30)], pa.date64(), ["20260430"]),
        ([datetime(2026, 4, 30, 23, 59)], pa.timestamp("us"), ["20260430"]),
        ([date(31, 1, 2)], pa.date32(), ["00310102"]),
        ([None], pa.null(), [None]),
    ],
    ids=str,
)
def test_as_text(values: list[Any], kind: pa.DataType, expected: list[str | None]) -> None:
    found = as_text(pa.array(values, kind))
    assert found.type == pa.string()
    assert found.to_pylist() == expected


@pytest.mark.parametrize(
    ("name", "kind", "fits"),
    [
        ("case_key", pa.string(), True),
        ("case_key", pa.uint64(), True),
        ("case_key", pa.decimal128(20, 0), True),
        ("case_key", pa.decimal128(20, 2), False),
        ("case_key", pa.float64(), False),
        ("amount", pa.float32(), False),
        ("amount", pa.bool_(), False),
        ("amount", pa.date32(), False),
        ("due", pa.date32(), True),
        ("due", pa.timestamp("ns"), True),
        ("due", pa.int32(), True),
        ("due", pa.time32("s"), False),
        ("name", pa.dictionary(pa.int8(), pa.string()), True),
        ("name", pa.float64(), False),
    ],
    ids=str,
)
def test_types_that_cannot_hold_a_column_are_refused(
    name: str, kind: pa.DataType, fits: bool
) -> None:
    source = open_table(pa.table({"x": pa.array([None], kind)}))
    if fits:
        source.check({name: 0})
        return
    with pytest.raises(InputError, match=rf"column {name} \(x\): found .*, expected text"):
        source.check({name: 0})


def test_columns_without_text_have_no_header() -> None:
    table = pa.table({"a": [["x"]], "b": [{"c": 1}], "d": [b"x"], "e": [1.5], "f": [True]})
    assert open_table(table).headers == ["", "", "", "e", "f"]


def test_a_parquet_file_gives_what_the_table_gives(tmp_path: Path) -> None:
    table = pa.table({"a": ["1", "髙"], "nested": [[1], [2]], "b": [1, None], "a.b": ["x", "y"]})
    path = tmp_path / "n.parquet"
    pq.write_table(table, path, row_group_size=1)
    positions = [3, 0, 2]
    expected = [{"3": "x", "0": "1", "2": "1"}, {"3": "y", "0": "髙", "2": None}]
    for source in (open_parquet(path), open_table(table)):
        assert [row for b in source.blocks(positions) for row in b.table.to_pylist()] == expected


def test_twins_are_refused(tmp_path: Path) -> None:
    table = pa.table([["1"], ["2"]], names=["a", "a"])
    pq.write_table(table, tmp_path / "n.parquet")
    for opened in (lambda: open_table(table), lambda: open_parquet(tmp_path / "n.parquet")):
        with pytest.raises(InputError, match="more than one column called a"):
            opened()


@pytest.mark.parametrize("content", [b"PAR1", b"a,b\n1,2\n", b"PAR1" + bytes(100) + b"PAR1"])
def test_what_is_no_parquet(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "n.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"n\.parquet: not a Parquet file, or a damaged one"):
        open_parquet(path)


def test_damage_inside_is_found_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    table = pa.table({"a": [f"{n * 7919:020}" for n in range(5000)]})
    pq.write_table(table, path, use_dictionary=False, write_page_checksum=False)
    content = bytearray(path.read_bytes())
    content[4:2000] = bytes(1996)
    path.write_bytes(content)
    source = open_parquet(path)
    with pytest.raises(InputError, match=r"n\.parquet: damaged Parquet file"):
        list(source.blocks([0]))


@pytest.mark.parametrize(
    "columns", [{"a": ["1", "2"], "b": ["1"]}, {"a": ["1", 2]}, {"a": 3}], ids=str
)
def test_what_is_no_table(columns: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="notices in memory: the columns do not make a table"):
        open_table(columns)


def test_a_record_batch_is_a_table() -> None:
    batch = pa.record_batch({"a": ["1"]})
    assert open_table(batch).fingerprint() == open_table({"a": ["1"]}).fingerprint()


def test_the_fingerprint_is_of_the_content() -> None:
    whole = pa.table({"a": ["1", None, "髙", ""], "b": [1, 2, 3, 4]})
    print_of = open_table(whole).fingerprint()
    cut = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    assert open_table(cut).fingerprint() == print_of
    assert open_table(whole.slice(0, 3)).fingerprint() != print_of
    others = (["1", "", "髙", "x"], ["1", None, "高", ""], ["1髙", None, "", ""])
    for other in others:
        assert open_table({"a": other, "b": [1, 2, 3, 4]}).fingerprint() != print_of
    assert open_table(whole.rename_columns(["a", "c"])).fingerprint() != print_of


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_ipc_files_and_streams(kind: str, tmp_path: Path) -> None:
    table = make_notices(50, seed=4)
    path = tmp_path / ("notices.dat" if kind == "file" else "notices.arrow")
    make = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with path.open("wb") as file, make(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=20)
    notices = open_notices(path)
    assert (notices.format, notices.encoding) == ("arrow", None)
    batches = list(notices.batches(7))
    assert pa.Table.from_batches([batch.table for batch in batches]).to_pydict() == {
        name: table[name].to_pylist() for name in batches[0].table.schema.names
    }


def test_a_damaged_arrow_file(tmp_path: Path) -> None:
    path = tmp_path / "notices.arrow"
    path.write_bytes(b"ARROW1\0\0" + bytes(100))
    with pytest.raises(InputError, match=r"notices\.arrow: not an Arrow file"):
        open_notices(path)
