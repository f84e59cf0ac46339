"""records/rejects.py: a private file that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from elqr_fast.errors import FieldError
from elqr_fast.records.rejects import HEADER, write_rejects


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    errors = [
        FieldError(0, "amount", "sum", "12", "13"),
        FieldError(9, "name", "control", "\n", "x"),
    ]
    assert write_rejects(path, errors) == 2
    text = 'row,field,rule,found,expected\r\n1,amount,sum,12,13\r\n10,name,control,"\n",x\r\n'
    assert path.read_bytes() == b"\xef\xbb\xbf" + text.encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_no_errors_leave_the_header(tmp_path: Path) -> None:
    assert write_rejects(tmp_path / "rejects.csv", []) == 0
    assert read(tmp_path / "rejects.csv") == [list(HEADER)]


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_no_cell_is_a_formula(tmp_path: Path, start: str) -> None:
    found = f"{start}HYPERLINK(1)"
    write_rejects(tmp_path / "r.csv", [FieldError(0, "name", "glyph", found, found)])
    assert read(tmp_path / "r.csv")[1][3:] == [f"'{found}", f"'{found}"]


def test_other_texts_are_exact(tmp_path: Path) -> None:
    texts = ["髙﨑㈱", '"', "a,b", "", "1-2", "'"]
    write_rejects(tmp_path / "r.csv", [FieldError(0, "f", "r", text, "e") for text in texts])
    assert [row[3] for row in read(tmp_path / "r.csv")[1:]] == texts


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def errors() -> Iterator[FieldError]:
        yield FieldError(0, "f", "r", "", "")
        raise KeyError("in mid-write")

    with pytest.raises(KeyError):
        write_rejects(tmp_path / "rejects.csv", errors())
    assert list(tmp_path.iterdir()) == []
