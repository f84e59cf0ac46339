"""records/csv_source.py: rows, quotes, blocks and row numbers of CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elqr_fast.errors import InputError
from elqr_fast.records import csv_source
from elqr_fast.records.csv_source import open_csv

Writer = Callable[..., Path]
Rows = list[list[str | None]]


def read(path: Path, encoding: str = "auto") -> tuple[Rows, list[int]]:
    """All rows, and the numbers of the bad ones."""
    source = open_csv(path, encoding)
    rows: Rows = []
    bad: list[int] = []
    for block in source.blocks(range(len(source.headers))):
        bad += [item.row for item in block.bad]
        rows += [list(row.values()) for row in block.table.to_pylist()]
    return rows, bad


def test_cells_are_text_and_empty_ones_null(csv_file: Writer) -> None:
    rows, bad = read(csv_file('a,b,c,d\n00000000000000000012,1e5,,""\nNA,null,NaN,true\n'))
    assert rows == [["00000000000000000012", "1e5", None, None], ["NA", "null", "NaN", "true"]]
    assert bad == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
def test_line_ends(csv_file: Writer, end: str, last: bool) -> None:
    text = end.join(["a,b", "1,2", "3,4"]) + (end if last else "")
    assert read(csv_file(text)) == ([["1", "2"], ["3", "4"]], [])


def test_quotes_commas_and_line_ends_in_cells(csv_file: Writer) -> None:
    text = 'a,b\r\n"x, ""y""","1\r\n2"\r\n5" pipe,"z"\r\n'
    assert read(csv_file(text)) == ([['x, "y"', "1\r\n2"], ['5" pipe', "z"]], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings_give_the_same_rows(csv_file: Writer, encoding: str) -> None:
    row = ["髙﨑㈱①～－", "ソ十表能", "ｱｲｳ", '"引用", 凜德塚濵']
    file = io.StringIO()
    csv.writer(file).writerows([["氏名", "b", "c", "d"], row])
    assert open_csv(csv_file(file.getvalue(), encoding), "auto").headers[0] == "氏名"
    assert read(csv_file(file.getvalue(), encoding)) == ([row], [])


def test_blank_lines_are_no_rows(csv_file: Writer) -> None:
    assert read(csv_file("\n\r\na,b\n\n1,2\n\n\n1\n3,4\n\n")) == (
        [["1", "2"], [None, None], ["3", "4"]],
        [1],
    )


def test_tabs_are_seen_in_the_header(csv_file: Writer) -> None:
    assert read(csv_file("a\tb\n1,5\t2\n")) == ([["1,5", "2"]], [])
    assert read(csv_file("a,b\tc\n1,2\n")) == ([["1", "2"]], [])


def test_a_header_may_have_line_ends_in_quotes(csv_file: Writer) -> None:
    path = csv_file('"a\n(b)",c\n1,2\n')
    assert open_csv(path, "auto").headers == ["a\n(b)", "c"]
    assert read(path) == ([["1", "2"]], [])


def test_columns_are_chosen_by_position(csv_file: Writer) -> None:
    source = open_csv(csv_file("a,b,c\n1,2,3\n"), "auto")
    assert [b.table.to_pylist() for b in source.blocks([2, 0])] == [[{"2": "3", "0": "1"}]]


@pytest.mark.parametrize("block", [64, 1000, 1 << 20])
def test_bad_rows_keep_their_places_whatever_the_blocks(
    csv_file: Writer, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", block)
    wrong = {0, 1, 5, *range(40, 90), 198, 199}
    lines = [f"{n},髙" if n not in wrong else f"{n}" if n % 2 else f"{n},x,y" for n in range(200)]
    rows, bad = read(csv_file("a,b\r\n" + "\r\n".join(lines), "cp932"))
    assert bad == sorted(wrong)
    assert rows == [[None, None] if n in wrong else [str(n), "髙"] for n in range(200)]


@pytest.mark.parametrize("good", [0, 1, 7])
@pytest.mark.parametrize("bad", [1, 30, 31, 32, 120])
def test_whole_blocks_of_bad_rows_at_the_end(
    csv_file: Writer, monkeypatch: pytest.MonkeyPatch, good: int, bad: int
) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 48)
    rows, refused = read(csv_file("a,b\n" + "1,2\n" * good + "1\n" * bad))
    assert refused == list(range(good, good + bad))
    assert rows == [["1", "2"]] * good + [[None, None]] * bad


def test_what_was_found_and_expected(csv_file: Writer) -> None:
    (block,) = open_csv(csv_file("a,b,c\n1,2\n1,2,3,4\n"), "auto").blocks([0])
    assert [(item.found, item.expected) for item in block.bad] == [
        ("2 cells", "3 cells"),
        ("4 cells", "3 cells"),
    ]
    assert block.table.num_rows == 2


@pytest.mark.parametrize("block", [64, 65, 66, 67])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_characters_across_block_edges_survive(
    csv_file: Writer, monkeypatch: pytest.MonkeyPatch, block: int, encoding: str
) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", block)
    cells = [["髙﨑ソ表"[: n % 4 + 1], '"能",\n' * (n % 3)] for n in range(300)]
    file = io.StringIO()
    csv.writer(file).writerows([["a", "b"], *cells])
    rows, bad = read(csv_file(file.getvalue(), encoding))
    assert rows == [[a, b or None] for a, b in cells]
    assert bad == []


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,2\n1,"2\n3,4\n5,6\n',
        'a,b\n1,2\n1,"2\n3,4\n5,6',
        'a,b\n1,2\n"1,2\n3,4\n5,6\n',
        'a,b\n1,2\n1,2,"3\n3,4\n5,6\n',
    ],
    ids=["last cell", "no line end", "first cell", "too many"],
)
def test_a_quote_that_never_closes_does_not_swallow_rows(csv_file: Writer, text: str) -> None:
    with pytest.raises(InputError, match="row 2: a quoted cell that is never closed"):
        read(csv_file(text))


def test_a_quote_that_does_not_close_in_a_block_is_refused(
    csv_file: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_source, "_BLOCK", 200)
    text = "a,b\n" + "1,2\n" * 100 + '1,"髙橋花子\n' + "3,4\n" * 100
    with pytest.raises(InputError, match=r"notices\.csv: after row \d+: a quoted cell") as caught:
        read(csv_file(text))
    assert "髙橋" not in str(caught.value)


def test_a_last_cell_may_well_have_line_ends(csv_file: Writer) -> None:
    assert read(csv_file('a,b\n1,"2\n3"\n\n')) == ([["1", "2\n3"]], [])


@pytest.mark.parametrize("content", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_nothing_but_line_ends_is_empty(csv_file: Writer, content: bytes) -> None:
    with pytest.raises(InputError, match=r"notices\.csv: the file is empty"):
        open_csv(csv_file(content), "auto")


# Characters that cp932 writes as others, and the no-break space, which it has not.
ONE_WAY = "¢£¬‖−〜\xa0"
CELLS = st.text(
    st.characters(codec="cp932", exclude_categories=["Cc", "Co"], exclude_characters=ONE_WAY)
    | st.sampled_from('",\n髙﨑㈱①～－ソ'),
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
)
def test_round_trip(tmp_path: Path, rows: list[list[str]], encoding: str) -> None:
    path = tmp_path / "notices.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    assert read(path, "cp932" if encoding == "cp932" else "utf-8") == (
        [[cell or None for cell in row] for row in rows],
        [],
    )
