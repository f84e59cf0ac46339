"""Layouts: the built-in ones, one of one's own, and files that are wrong."""

from __future__ import annotations

import binascii
from pathlib import Path

import pytest

import elqr_fast as ef
from elqr_fast.codes.layout import BUILTIN, load_layout, parse_layout
from elqr_fast.errors import ConfigError, PayloadError

ELQR = (BUILTIN / "elqr-v1.toml").read_text(encoding="utf-8")

SMALL = """
name = "small"
length = 16
[[parts]]
literal = "71"
[[parts]]
field = "key"
[[parts]]
field = "kind"
[[parts]]
field = "key"
[[parts]]
check = "crc16"
[fields.key]
width = 3
[fields.kind]
width = 3
default = "007"
maximum = 500
"""


def test_the_places_of_an_el_qr() -> None:
    layout = load_layout("elqr-v1")
    assert layout.length == 255
    assert layout.prefix == b"00020101021227960005138000183"
    assert layout.spans == {"upper": (29, 68), "lower": (68, 112)}
    assert layout.offsets == {
        "account": (31,),
        "amount": (42, 116),
        "fee_bearer": (53,),
        "stamp": (59,),
        "levy": (60,),
        "case_key": (70,),
        "confirmation": (90,),
        "eltax_area": (96,),
        "institution": (97,),
        "office": (102,),
        "levy_year": (131,),
        "tax_year": (135,),
        "period": (139,),
        "due": (141,),
        "pay_by": (149,),
        "tag80": (161,),
    }


def test_tags_and_lengths_of_the_template_are_consistent() -> None:
    """Tag, length, value from the start to the CRC, as an EMV reader would walk."""
    template = load_layout("elqr-v1").template.decode()
    tags, at = [], 0
    while at < len(template):
        tags.append(template[at : at + 2])
        at += 4 + int(template[at + 2 : at + 4])
    assert at == len(template)
    assert tags == ["00", "01", "27", "54", "62", "80", "63"]


def test_a_layout_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    built = ef.build_payloads({"key": ["42", "1"], "kind": [None, 501]}, layout=path)
    digits = "71042007042"
    expected = f"{digits}{binascii.crc_hqx(digits.encode(), 0xFFFF):05}"
    assert built.digits[0].tobytes().decode() == expected
    assert not built.digits[1].any()
    assert [(error.rule, error.expected) for error in built.errors] == [("range", "0 to 500")]


def test_a_changed_official_text_is_a_changed_file(tmp_path: Path) -> None:
    """Tag 80 cut into two fields: no code is touched, and the new field is read back."""
    text = ELQR.replace('field = "tag80"', 'field = "payer"\n[[parts]]\nfield = "tag80"')
    text = text.replace("width = 85", "width = 80") + '\n[fields.payer]\nwidth = 5\ndefault = "0"\n'
    path = tmp_path / "elqr-v2.toml"
    path.write_text(text, encoding="utf-8")
    columns = {
        "institution": [1], "case_key": [2], "confirmation": [3], "levy": [4], "amount": [5],
        "levy_year": [2026], "tax_year": [2026], "period": [1], "due": [20261130],
        "pay_by": [20261231], "payer": [77],
    }  # fmt: skip
    digits = ef.build_payloads(columns, layout=path).digits[0].tobytes()
    assert digits[161:166] == b"00077"
    assert ef.parse_payload(digits, layout=str(path)).others == {"payer": "00077"}
    assert ef.parse_payload(digits).tag80.startswith("00077000")


def test_an_empty_optional_date_is_read_back() -> None:
    text = ELQR.replace('kind = "date"\nwidth = 8', 'kind = "date"\nwidth = 8\ndefault = "0"', 1)
    layout = parse_layout(text, "mine")
    values = {"amount": [5], "due": [None], "pay_by": [20261231]}
    columns = {name: [2026] for name in ("levy_year", "tax_year")} | values
    columns |= {name: [1] for name in ("institution", "case_key", "confirmation", "levy", "period")}
    digits = ef.build_payloads(columns, layout=layout).digits[0].tobytes()
    assert ef.parse_payload(digits, layout=layout).due == "00000000"
    with pytest.raises(PayloadError, match="bad_date at digit 141"):
        ef.parse_payload(digits)


def test_lines_alone() -> None:
    lines = load_layout("elqr-v1").lines("upper", "lower")
    assert lines.length == 39 + 44
    assert lines.spans == {"upper": (0, 39), "lower": (39, 83)}
    assert "due" not in lines.fields


def test_fields_alone() -> None:
    assert load_layout("elqr-v1").only("levy", "amount").template == b"0" * 14


def test_a_layout_is_loaded_once_and_passed_through() -> None:
    layout = load_layout("elqr-v1")
    assert load_layout("elqr-v1") is layout
    assert load_layout(layout) is layout
    assert parse_layout(SMALL, "file.toml").name == "small"


WRONG = [
    ("length = 255", "length = 254", "parts have 255 digits, length says 254"),
    ("length = 255", "length = 255\ncolour = 1", "colour"),
    ("width = 20", "width = 20\ncolor = 1", "color"),
    ("width = 20", "width = 0", "Expected `int` >= 1"),
    ("width = 20", 'width = "20"', "Expected `int`"),
    ('literal = "000201"', 'literal = "00020x"', "part 1: .*digits 0 to 9"),
    ('literal = "000201"', 'literal = ""', "part 1: .*one or more digits"),
    ('literal = "000201"', 'litteral = "000201"', "litteral"),
    ('literal = "000201"', 'literal = "000201"\nfield = "levy"', "part 1: give exactly one"),
    ('check = "crc16"', 'check = "crc32"', "crc32"),
    ('check = "ocr-pair"\nline = "upper"', 'check = "ocr-pair"', "part 6: an ocr-pair needs"),
    ('field = "levy"\nline = "upper"', 'field = "levi"\nline = "upper"', "no \\[fields.levi\\]"),
    ('literal = "5411"', 'field = "amount"', "amount stands in more than two places"),
    ('literal = "5411"', 'literal = "5411"\nline = "upper"', "line upper is in pieces"),
    ('default = "2"', 'default = "22"', "default of fee_bearer is longer"),
    ('default = "2"', 'default = "x"', "digits 0 to 9"),
    ("[fields.levy]", "[fields.spare]\nwidth = 1\n[fields.levy]", "no part holds spare"),
    ('kind = "date"\nwidth = 8', 'kind = "date"\nwidth = 9', "outside the allowed range"),
    ("width = 85", "width = 86", "exceeds the capacity|length says 255"),
    ("width = 85", "width = 87", "exceeds the capacity"),
    ('kind = "date"\nwidth = 8', 'kind = "date"\nwidth = 8\nminimum = 20200101', "due has a range"),
    ("width = 20", "width = 20\nmaximum = 5", "case_key has a range: .* up to 18 digits"),
    ("minimum = 1", "minimum = -1", "Expected `int` >= 0"),
    ('name = "elqr-v1"', "name = ", "Invalid value"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_file_is_refused_with_its_name(old: str, new: str, message: str) -> None:
    assert old in ELQR
    with pytest.raises(ConfigError, match=f"layout mine.toml.*({message})"):
        parse_layout(ELQR.replace(old, new, 1), "mine.toml")


def test_a_crc_has_to_end_the_row() -> None:
    text = SMALL.replace('check = "crc16"', 'check = "crc16"\n[[parts]]\nliteral = "1"')
    with pytest.raises(ConfigError, match="allowed range"):
        parse_layout(text.replace("length = 16", "length = 17"), "small")


@pytest.mark.parametrize("name", ["elqr-v0", "missing/layout.toml"])
def test_an_unknown_layout_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"layout {name}: .*bill128-v1, elqr-v1"):
        load_layout(name)
