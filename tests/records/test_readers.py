"""records/readers.py: any source as batches of text under canonical names."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import ConfigError, ElqrError, ExitCode, FieldError, InputError
from elqr_fast.records import arrow_source, csv_source
from elqr_fast.records.columns import COLUMNS, default_headers
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.records.readers import Notices, open_notices

Writer = Callable[..., Path]
Text = Callable[..., str]
Row = dict[str, str]


def rows_of(notices: Notices, rows: int = 100) -> list[dict[str, str | None]]:
    return [row for batch in notices.batches(rows) for row in batch.table.to_pylist()]


def test_a_csv(csv_file: Writer, csv_text: Text, row: Row) -> None:
    path = csv_file(csv_text(row), "cp932")
    notices = open_notices(path)
    assert rows_of(notices) == [row]
    assert (notices.name, notices.format, notices.encoding) == ("notices.csv", "csv", "cp932")
    assert notices.columns == tuple(row)
    assert notices.extras == ()
    assert notices.fingerprint() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_japanese_headers(csv_file: Writer, csv_text: Text, row: Row) -> None:
    for pick in (0, -1):
        renamed = {default_headers(name)[1:][pick]: cell for name, cell in row.items()}
        assert rows_of(open_notices(csv_file(csv_text(renamed), "cp932"))) == [row]


def test_a_parquet_with_numbers_and_dates(tmp_path: Path, row: Row) -> None:
    table = pa.table({name: [cell] for name, cell in row.items()})
    table = table.set_column(4, "amount", pa.array([12300]))
    table = table.set_column(8, "due", pa.array([date(2026, 4, 30)]))
    path = tmp_path / "notices.dat"
    pq.write_table(table, path)
    notices = open_notices(path)
    assert (notices.format, notices.encoding) == ("parquet", None)
    assert rows_of(notices) == [row]
    assert notices.fingerprint() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_tables_and_lists_in_memory(row: Row) -> None:
    columns = {name: [cell] for name, cell in row.items()}
    for source in (columns, pa.table(columns), pa.record_batch(columns)):
        notices = open_notices(source)
        assert rows_of(notices) == [row]
        assert (notices.name, notices.format) == ("notices in memory", "table")


def test_columns_are_in_canonical_order_and_extras_behind(row: Row) -> None:
    columns = {"備考": ["x"], **{name: [cell] for name, cell in reversed(row.items())}}
    (batch,) = open_notices(columns).batches(9)
    names = [column.name for column in COLUMNS if column.name in row]
    assert batch.table.schema.names == [*names, "備考"]
    assert set(batch.table.schema.types) == {pa.string()}


def test_only_some_columns(row: Row) -> None:
    notices = open_notices({"備考": ["x"], **{name: [cell] for name, cell in row.items()}})
    (batch,) = notices.batches(9, ("備考", "case_key"))
    assert batch.table.to_pylist() == [{"case_key": row["case_key"], "備考": "x"}]


@pytest.mark.parametrize("rows", [1, 3, 10, 11, 1000])
def test_batches_have_the_rows_asked_for(
    csv_file: Writer, csv_text: Text, row: Row, rows: int
) -> None:
    path = csv_file(csv_text(*[row | {"case_key": str(n)} for n in range(10)]))
    for notices in (open_notices(path), open_notices(pa.Table.from_pylist([row] * 10))):
        for _ in range(2):
            batches = list(notices.batches(rows))
            assert [b.first_row for b in batches] == list(range(0, 10, rows))
            assert [b.table.num_rows for b in batches[:-1]] == [rows] * (len(batches) - 1)
            assert sum(b.table.num_rows for b in batches) == 10


def test_no_batch_without_rows(row: Row) -> None:
    with pytest.raises(ValueError, match="rows: 0"):
        next(open_notices({name: [cell] for name, cell in row.items()}).batches(0))


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_bad_row_is_null_and_reported(
    csv_file: Writer, csv_text: Text, row: Row, rows: int
) -> None:
    lines = csv_text(row, row, row).splitlines()
    lines.insert(2, "1,2,3")
    columns = ColumnMap(constants={"office": "012"})
    notices = open_notices(csv_file("\n".join(lines)), columns=columns)
    batches = list(notices.batches(rows))
    errors = [error for batch in batches for error in batch.errors]
    assert errors == [FieldError(1, "row", "cells", "3 cells", "12 cells")]
    found = [line for batch in batches for line in batch.table.to_pylist()]
    good = row | {"office": "012"}
    assert found == [good, dict.fromkeys(found[0]), good, good]
    for batch in batches:
        inside = range(batch.first_row, batch.first_row + batch.table.num_rows)
        assert all(error.row in inside for error in batch.errors)


def test_cells_are_tidied_by_kind(row: Row) -> None:
    untidy = row | {
        "institution": " １２３４５ ",
        "due": "2026/4/30",
        "pay_by": "2026-05-31",
        "name": "　髙﨑　凜 ",
    }
    expected = row | {"name": "　髙﨑　凜 "}
    assert rows_of(open_notices({name: [cell] for name, cell in untidy.items()})) == [expected]


def test_the_map_says_dates_headers_and_encoding(
    csv_file: Writer, csv_text: Text, row: Row
) -> None:
    odd = {**row, "due": "30.04.2026", "pay_by": "31.05.2026", "番号": row["case_key"]}
    del odd["case_key"]
    columns = ColumnMap(headers={"case_key": ("番号",)}, dates=("DD.MM.YYYY",), encoding="cp932")
    path = csv_file(csv_text(odd), "cp932")
    assert rows_of(open_notices(path, columns=columns)) == [row]
    with pytest.raises(InputError, match="not UTF-8"):
        open_notices(path, columns=columns, encoding="utf-8")


def test_notices_travel_to_workers(csv_file: Writer, csv_text: Text, row: Row) -> None:
    sources = (csv_file(csv_text(row)), {name: [cell] for name, cell in row.items()})
    for source in sources:
        assert rows_of(pickle.loads(pickle.dumps(open_notices(source)))) == [row]


def test_a_ledger_may_need_less(row: Row) -> None:
    notices = open_notices({"case_key": ["1"]}, required=("case_key",))
    assert notices.columns == ("case_key",)


def test_other_columns_are_required_when_asked_for(row: Row) -> None:
    with pytest.raises(InputError, match="missing column title"):
        open_notices({name: [cell] for name, cell in row.items()}, required=("title",))


HEADER = ",".join(column.name for column in COLUMNS if column.required)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (HEADER.encode(), "no notices, only a header"),
        (HEADER.encode() + b"\r\n\r\n", "no notices, only a header"),
        (HEADER.encode() + b"\n\xff\xff\n", "wrong encoding: not UTF-8"),
        (HEADER.replace("case_key", "x").encode() + b"\n", "missing column case_key"),
        ((HEADER + ",案件特定キー\n").encode(), "more than one header for column case_key"),
        (b"PK\x03\x04abc", "an Excel workbook or a ZIP file"),
        (b"PAR1abc", "not a Parquet file, or a damaged one"),
        (bytes(100), "missing column institution .*; none of the 1 headers is known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_files(csv_file: Writer, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^notices\.csv: {message}") as caught:
        open_notices(csv_file(content))
    assert caught.value.exit_code is ExitCode.INPUT


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot read: No such file"):
        open_notices(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot read"):
        open_notices(tmp_path)


def test_no_rows_in_parquet_or_memory(tmp_path: Path, row: Row) -> None:
    table = pa.table({name: pa.array([], pa.string()) for name in row})
    pq.write_table(table, tmp_path / "n.parquet")
    for source in (table, tmp_path / "n.parquet"):
        with pytest.raises(InputError, match="no notices, only a header"):
            open_notices(source)


def test_a_key_in_floating_point_is_refused(tmp_path: Path, row: Row) -> None:
    table = pa.table({name: [cell] for name, cell in row.items() if name != "case_key"})
    pq.write_table(table.append_column("納付番号", pa.array([1e19])), tmp_path / "n.parquet")
    message = r"n\.parquet: column case_key \(納付番号\): found double, expected text, integers"
    with pytest.raises(InputError, match=message):
        open_notices(tmp_path / "n.parquet")


def test_an_unknown_encoding_is_the_callers_mistake(row: Row) -> None:
    with pytest.raises(ConfigError, match="encoding: found 'sjis'"):
        open_notices({}, encoding="sjis")


def test_a_file_that_changes_under_way_is_an_error(
    csv_file: Writer, csv_text: Text, row: Row
) -> None:
    path = csv_file(csv_text(row))
    notices = open_notices(path)
    path.write_bytes(path.read_bytes().replace("髙".encode(), b"\xff\xff"))
    with pytest.raises(ElqrError):
        rows_of(notices)
    path.unlink()
    with pytest.raises(InputError, match="cannot read"):
        rows_of(notices)


def peak_arrow_bytes(path: Path) -> int:
    """What Arrow holds at most between two batches, over what it held before."""
    before = pa.total_allocated_bytes()
    batches = open_notices(path).batches(2000)
    return max(pa.total_allocated_bytes() - before for _ in batches)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, csv_text: Text, row: Row, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The readers hold a fixed number of blocks or batches; small ones show it on a small file.
    monkeypatch.setattr(csv_source, "_BLOCK", 1 << 14)
    monkeypatch.setattr(arrow_source, "_ROWS", 2_000)
    peaks = []
    for count in (20_000, 100_000):
        path = tmp_path / f"n{count}.{suffix}"
        if suffix == "csv":
            header, line = csv_text(row).splitlines()
            path.write_text("\n".join([header, *[line] * count]), encoding="cp932")
        else:
            columns = {name: [f"{cell}{n}" for n in range(count)] for name, cell in row.items()}
            pq.write_table(pa.table(columns), path, row_group_size=5_000)
        peaks.append(peak_arrow_bytes(path))
    assert peaks[1] < peaks[0] * 1.3
