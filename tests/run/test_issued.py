"""run/issued.py: the issued slips' data, one row a printed slip, by any layout."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from elqr_fast.errors import ConfigError, OutputError
from elqr_fast.records.synthetic import write_parquet
from elqr_fast.run import RunSummary, audit, seal_run

PrintSlips = Callable[..., RunSummary]
Changed = Callable[..., pa.Table]
COLUMNS = """
[[columns]]
title = "機関"
source = "institution"
[[columns]]
title = "納付番号"
source = "case_key"
width = 20
pad = "0"
align = "right"
[[columns]]
title = "氏名"
source = "name"
[[columns]]
title = "版"
const = "01"
"""
FIXED = """
delimiter = ""
encoding = "cp932"
line_end = "\\n"
[[columns]]
source = "el_number"
width = 46
[[columns]]
source = "amount"
width = 11
pad = "0"
align = "right"
[[columns]]
source = "name"
width = 40
"""


@pytest.fixture
def layout(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "issued.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_row_a_printed_slip_in_order_and_none_for_a_rejected_one(
    notices: pa.Table,
    changed: Changed,
    print_slips: PrintSlips,
    layout: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    bad = changed(notices, {(3, "levy"): "x", (24, "case_key"): notices["case_key"][0].as_py()})
    print_slips(bad, tmp_path / "run", issued=layout('encoding = "utf-8-sig"' + COLUMNS))
    text = (tmp_path / "run" / "issued.csv").read_bytes().decode("utf-8-sig")
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["機関", "納付番号", "氏名", "版"]
    kept = [row for row in range(25) if row not in (3, 24)]
    assert rows[1:] == [
        [
            notices["institution"][row].as_py(),
            notices["case_key"][row].as_py().zfill(20),
            notices["name"][row].as_py(),
            "01",
        ]
        for row in kept
    ]
    assert "issued.csv" in json.loads((tmp_path / "run" / "run.json").read_bytes())["records"]
    assert audit(tmp_path / "run").problems == []


def test_fixed_length_in_cp932_and_written_later(
    notices: pa.Table, print_slips: PrintSlips, layout: Callable[[str], Path], tmp_path: Path
) -> None:
    write_parquet(notices, tmp_path / "notices.parquet")
    print_slips(tmp_path / "notices.parquet", tmp_path / "run")
    seal_run(tmp_path / "run", issued=layout(FIXED))
    lines = (tmp_path / "run" / "issued.txt").read_bytes().splitlines()
    assert len(lines) == 25
    assert {len(line) for line in lines} == {97}
    assert [int(line[46:57]) for line in lines] == [int(a.as_py()) for a in notices["amount"]]
    names = [line[57:].decode("cp932").rstrip() for line in lines]
    assert names == notices["name"].to_pylist()
    assert audit(tmp_path / "run").problems == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FIXED.replace("width = 40", "width = 4"), "row 1: name: .* bytes, and the layout has"),
        (FIXED + '[[columns]]\nconst = "髙𠮟"\nwidth = 9', r"U\+20B9F"),
    ],
)
def test_what_has_no_room_ends_the_writing_without_showing_it(
    text: str,
    message: str,
    notices: pa.Table,
    print_slips: PrintSlips,
    layout: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    with pytest.raises(OutputError, match=message) as caught:
        print_slips(notices, tmp_path / "run", issued=layout(text))
    assert not any(name in str(caught.value) for name in notices["name"].to_pylist())
    assert not (tmp_path / "run" / "issued.txt").exists()
    assert not (tmp_path / "run" / "run.json").exists()


def test_a_stand_in_for_characters_the_encoding_lacks(
    notices: pa.Table, print_slips: PrintSlips, layout: Callable[[str], Path], tmp_path: Path
) -> None:
    text = 'encoding = "cp932"\nmissing = "〓"\nheader = false\n[[columns]]\nconst = "髙𠮟a"\n'
    print_slips(notices.slice(0, 2), tmp_path / "run", issued=layout(text))
    content = (tmp_path / "run" / "issued.csv").read_bytes()
    assert content == "髙〓a\r\n髙〓a\r\n".encode("cp932")


@pytest.mark.parametrize(
    ("head", "value", "line"),
    [
        ("", 'a"b', b'"a""b"'),
        ('delimiter = "\\t"', "a,b", b"a,b"),
        ('quote = "all"', "a", b'"a"'),
        ('quote = "none"\nline_end = ""', "a", b"a"),
    ],
)
def test_quoting(
    head: str,
    value: str,
    line: bytes,
    notices: pa.Table,
    print_slips: PrintSlips,
    layout: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    text = f"{head}\nheader = false\n[[columns]]\nconst = '{value}'\n"
    print_slips(notices.slice(0, 1), tmp_path / "run", issued=layout(text))
    assert (tmp_path / "run" / "issued.csv").read_bytes().rstrip(b"\r\n") == line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns = []", "no columns"),
        ("[[columns]]\nwidth = 3", "needs either source or const"),
        ("[[columns]]\nsource = 'name'\nconst = 'x'", "needs either source or const"),
        ("delimiter = ''\n[[columns]]\nsource = 'name'", "needs its width"),
        ("[[columns]]\nsource = 'name'\npad = '〓'", "pad must be one ASCII"),
        ("[[columns]]\nsource = 'name'\ncolour = 1", "colour"),
        ("encoding = 'euc-jp'\n[[columns]]\nsource = 'name'", "encoding"),
        ("[[columns]]\nsource = 'nme'", "asks for the column nme"),
        ("[[", "not a layout"),
    ],
)
def test_wrong_layouts_are_refused_before_anything_is_printed(
    text: str,
    message: str,
    notices: pa.Table,
    print_slips: PrintSlips,
    layout: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match=message):
        print_slips(notices, tmp_path / "run", issued=layout(text))
    assert not (tmp_path / "run").exists()


def test_notices_that_changed_since_are_refused(
    notices: pa.Table, print_slips: PrintSlips, layout: Callable[[str], Path], tmp_path: Path
) -> None:
    write_parquet(notices, tmp_path / "notices.parquet")
    print_slips(tmp_path / "notices.parquet", tmp_path / "run")
    write_parquet(notices.slice(1), tmp_path / "notices.parquet")
    with pytest.raises(ConfigError, match="has changed since the run began"):
        seal_run(tmp_path / "run", issued=layout(FIXED))
