"""records/mapping.py: column maps, and which header feeds which column."""

from __future__ import annotations

from pathlib import Path

import pytest

from elqr_fast.errors import ConfigError, ExitCode, InputError
from elqr_fast.records.columns import REQUIRED, default_headers
from elqr_fast.records.mapping import ColumnMap, assign, load_column_map
from elqr_fast.records.normalise import DEFAULT_DATES

JAPANESE = [default_headers(name)[1] for name in REQUIRED]


def load(tmp_path: Path, text: str) -> ColumnMap:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return load_column_map(path)


def test_a_map_of_everything(tmp_path: Path) -> None:
    columns = load(
        tmp_path,
        """
        encoding = "cp932"
        dates = ["YYYY年M月D日"]
        [columns]
        case_key = "管理番号"
        name = ["宛名１", "氏名"]
        office = { const = "012" }
        """,
    )
    assert columns.encoding == "cp932"
    assert columns.dates == ("YYYY年M月D日",)
    assert columns.headers == {"case_key": ("管理番号",), "name": ("宛名１", "氏名")}
    assert columns.constants == {"office": "012"}


def test_an_empty_map_is_the_default(tmp_path: Path) -> None:
    columns = load(tmp_path, "")
    assert (columns.headers, columns.constants) == ({}, {})
    assert (columns.dates, columns.encoding) == (DEFAULT_DATES, "auto")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("encodng = 'cp932'", r"map\.toml: unknown key encodng; did you mean encoding\?"),
        ("[columns]\ncasekey = 'x'", r"map\.toml: unknown column casekey; did you mean case_key\?"),
        ("[columns]\nzzzzzz = 'x'", "unknown column zzzzzz; known: institution, case_key"),
        ("[columns]\nname = 3", r"columns\.name: found 3, expected"),
        ("[columns]\nname = []", r"columns\.name: found \[\], expected"),
        ("[columns]\nname = ' '", r"columns\.name: found ' ', expected"),
        ("[columns]\noffice = { const = 12 }", r'columns\.office: .* expected \{ const = "text"'),
        ("[columns]\noffice = { default = '1' }", r"columns\.office: found .*default"),
        ("columns = 3", "columns: found 3, expected a table"),
        ("dates = []", r"dates: found \[\], expected a list"),
        ("dates = ['YYYY/MM']", "dates: found 'YYYY/MM', expected"),
        ("dates = ['YYYY/MM/DDT']", "dates: found 'YYYY/MM/DDT', expected"),
        ("dates = [3]", "dates: found 3, expected"),
        ("encoding = 'shift_jis'", "encoding: found 'shift_jis', expected auto, utf-8, cp932"),
        ("encoding = ", "not a TOML file in UTF-8"),
    ],
)
def test_what_a_map_may_not_say(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot read the column map"):
        load_column_map(tmp_path / "none.toml")


def test_japanese_and_english_headers_mean_the_same() -> None:
    for headers in (JAPANESE, list(REQUIRED)):
        assert dict(assign(headers, ColumnMap(), REQUIRED, "f").positions) == {
            name: position for position, name in enumerate(REQUIRED)
        }


def test_unknown_columns_are_carried_under_their_own_header() -> None:
    found = assign([*JAPANESE, " 備考 ", "", "備考", "年税額"], ColumnMap(), REQUIRED, "f")
    assert found.extras == ("備考", "年税額")
    assert found.positions["備考"] == len(JAPANESE)
    assert found.canonical == REQUIRED


def test_a_mapped_header_replaces_the_defaults() -> None:
    columns = ColumnMap(headers={"case_key": ("管理番号",)})
    found = assign([*JAPANESE, "管理番号"], columns, REQUIRED, "f")
    assert found.positions["case_key"] == len(JAPANESE)
    assert found.extras == ("案件特定キー",)


def test_one_header_may_feed_two_columns() -> None:
    columns = ColumnMap(headers={"pay_by": ("納期限",)})
    found = assign(JAPANESE[:-1], columns, REQUIRED, "f")
    assert found.positions["pay_by"] == found.positions["due"]


def test_a_constant_stands_in_for_a_column() -> None:
    found = assign(JAPANESE[1:], ColumnMap(constants={"institution": "12345"}), REQUIRED, "f")
    assert found.canonical == REQUIRED
    assert "institution" not in found.positions


def test_a_missing_column_is_named_with_the_headers_left_and_the_way_out() -> None:
    headers = [*JAPANESE[:1], "管理番号", *JAPANESE[2:]]
    with pytest.raises(InputError) as caught:
        assign(headers, ColumnMap(), REQUIRED, "notices.csv")
    message = str(caught.value)
    assert message.startswith("notices.csv: missing column case_key (案件特定キー, 納付番号)")
    assert "headers not used: 管理番号" in message
    assert '[columns] case_key = "your header"' in message
    assert caught.value.exit_code is ExitCode.INPUT


def test_a_first_row_that_is_no_header_is_not_quoted() -> None:
    with pytest.raises(InputError, match="none of the 2 headers is known") as caught:
        assign(["12345", "髙橋花子"], ColumnMap(), REQUIRED, "f")
    assert "髙橋花子" not in str(caught.value)


def test_two_headers_for_one_column_are_refused() -> None:
    with pytest.raises(InputError, match="more than one header for column name: 氏名, 宛名"):
        assign([*JAPANESE, "氏名", "宛名"], ColumnMap(), REQUIRED, "f")


def test_a_mapped_header_must_be_there_even_for_an_optional_column() -> None:
    with pytest.raises(InputError, match="column name: m asks for the header 宛名１"):
        assign(JAPANESE, ColumnMap(headers={"name": ("宛名１",)}, name="m"), REQUIRED, "f")


def test_the_map_in_the_manual_loads(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    columns = load(tmp_path, manual.split("```toml\n")[1].split("```")[0])
    assert columns.headers["name"] == ("宛名１", "宛名")
    assert columns.constants == {"office": "012"}
