"""records/fixed_source.py: fields by their width in bytes, in both encodings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from elqr_fast.errors import ConfigError, InputError
from elqr_fast.records import fixed_source
from elqr_fast.records.mapping import load_column_map
from elqr_fast.records.readers import Notices, open_notices
from elqr_fast.records.synthetic import make_notices

COLUMNS = (
    ("institution", 5), ("case_key", 20), ("confirmation", 6), ("levy", 3), ("amount", 11),
    ("levy_year", 4), ("tax_year", 4), ("period", 2), ("due", 8), ("pay_by", 8), ("name", 60),
)  # fmt: skip
TABLE = make_notices(40, seed=2).select([name for name, _ in COLUMNS])


def record(row: dict[str, str], encoding: str) -> bytes:
    """As a host system writes it: numbers filled up with zeros, text with blanks."""
    cells = []
    for name, width in COLUMNS:
        cell = row[name].encode(encoding)
        cells.append(cell.ljust(width) if name == "name" else cell.rjust(width, b"0"))
    return b"".join(cells)


def content(encoding: str, line_end: bytes = b"\r\n") -> bytes:
    return b"".join(record(row, encoding) + line_end for row in TABLE.to_pylist())


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Notices]:
    def open_(data: bytes, line_end: str = "\\r\\n", encoding: str = "auto") -> Notices:
        fields = "".join(
            f'  {{ header = "{name}", width = {width} }},\n' for name, width in COLUMNS
        )
        head = f'encoding = "{encoding}"\n[fixed]\nline_end = "{line_end}"\nfields = [\n'
        (tmp_path / "map.toml").write_text(head + fields + "]\n", encoding="utf-8")
        (tmp_path / "notices.dat").write_bytes(data)
        return open_notices(
            tmp_path / "notices.dat", columns=load_column_map(tmp_path / "map.toml")
        )

    return open_


def rows_of(notices: Notices) -> pa.Table:
    return pa.Table.from_batches([batch.table for batch in notices.batches(7)])


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", ""])
@pytest.mark.parametrize("block", [3, 16_384])
def test_the_rows_are_those_that_were_written(
    encoding: str,
    line_end: str,
    block: int,
    opened: Callable[..., Notices],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fixed_source, "_ROWS", block)
    escaped = line_end.replace("\r", "\\r").replace("\n", "\\n")
    notices = opened(content(encoding, line_end.encode()), escaped)
    assert (notices.format, notices.encoding) == ("fixed", encoding)
    found = rows_of(notices).to_pylist()
    for row, written in zip(found, TABLE.to_pylist(), strict=True):
        assert row == {
            name: written[name] if name == "name" else written[name].rjust(width, "0")
            for name, width in COLUMNS
        }


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.removesuffix(b"\r\n"),
        lambda data: data + b"\x1a",
        lambda data: b"\xef\xbb\xbf" + data,
    ],
)
def test_ends_and_beginnings_of_files(
    change: Callable[[bytes], bytes], opened: Callable[..., Notices]
) -> None:
    assert rows_of(opened(change(content("utf-8")))).num_rows == 40


def test_blanks_fill_up_and_a_field_of_blanks_is_nothing(opened: Callable[..., Notices]) -> None:
    rows = [dict(row) for row in TABLE.to_pylist()[:2]]
    rows[0]["name"] = "山田　花子　　"
    rows[1]["name"] = "　 　"
    data = b"".join(record(row, "cp932") + b"\r\n" for row in rows)
    assert rows_of(opened(data))["name"].to_pylist() == ["山田　花子", None]


def test_a_field_that_cuts_a_character_in_two_makes_its_row_bad(
    opened: Callable[..., Notices],
) -> None:
    rows = [bytearray(record(row, "cp932")) for row in TABLE.to_pylist()[:3]]
    # 表 has 0x5C as its second byte; the field before ends within it, the file as a whole is fine.
    rows[1][70:72] = "表".encode("cp932")
    notices = opened(b"".join(bytes(row) + b"\r\n" for row in rows))
    [batch] = notices.batches(10)
    assert [(error.row, error.rule) for error in batch.errors] == [(1, "cells")]
    assert batch.errors[0].found == "pay_by: half a character"
    assert batch.table["case_key"].null_count == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-40], "row 40: 93 bytes, where a record has 133"),
        (lambda data: data[:300] + b"0" + data[300:-1], "row 3: no line end after 131 bytes"),
        (lambda data: b"", "the file is empty"),
    ],
)
def test_files_that_are_not_of_the_layout(
    change: Callable[[bytes], bytes], message: str, opened: Callable[..., Notices]
) -> None:
    with pytest.raises(InputError, match=message):
        rows_of(opened(change(content("cp932"))))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("fixed = 1", "expected fields"),
        ("[fixed]\nfields = []", "no field has a header"),
        ("[fixed]\nfields = [{ width = 3 }]", "no field has a header"),
        ("[fixed]\nfields = [{ header = 'a' }]", "width: expected its number of bytes"),
        ("[fixed]\nfields = [{ header = 'a', width = 0 }]", "width: expected"),
        ("[fixed]\nfields = [{ header = 1, width = 3 }]", "header: expected a text"),
        ("[fixed]\nfields = [{ header = 'a', length = 3 }]", "field 1: expected"),
        ("[fixed]\nline_end = ';'\nfields = [{ header = 'a', width = 3 }]", "fixed.line_end"),
        ("[fixed]\nlineend = ''\nfields = [{ header = 'a', width = 3 }]", "did you mean line_end"),
    ],
)
def test_layouts_that_are_none(toml: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_column_map(tmp_path / "map.toml")
