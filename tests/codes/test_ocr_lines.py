"""OCR lines: the published vectors, and the same digits as inside the payload."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import elqr_fast as ef
from elqr_fast.codes.ocr_lines import VALUES, check_digits
from elqr_fast.errors import ConfigError, InputError

NOTICES = {
    "institution": ["99740", "1", "99740"],
    "case_key": ["04705193143269049553", "2", "04705193143269049553"],
    "confirmation": ["519501", "3", "519501"],
    "levy": ["582", "4", "5x2"],
    "amount": ["2254357", "5", "2254357"],
    "levy_year": ["2024"] * 3,
    "tax_year": ["2024"] * 3,
    "period": ["0"] * 3,
    "due": ["20240531"] * 3,
    "pay_by": ["20240710"] * 3,
    "office": ["460", None, "460"],
}


@pytest.mark.parametrize(
    ("data", "pair"),
    [
        ("0000000000000000003600226000033421101", "61"),
        ("0018003900100000002457200000AFHJKLPTV", "26"),
        # Both lines of the payload vector (tests/codes/test_elqr.py).
        ("0000000000000002254357213800058200000", "51"),
        ("047051931432690495535195010997404600000000", "35"),
    ],
)
def test_vectors(data: str, pair: str) -> None:
    assert check_digits(data) == pair


def test_the_alphabet_has_the_published_values() -> None:
    letters = {"A": 10, "F": 15, "H": 17, "J": 19, "K": 20, "L": 21, "P": 25, "T": 29, "V": 31}
    signs = {"X": 33, "*": 36, "+": 37, "-": 38, "#": 39}
    assert {str(digit): digit for digit in range(10)} | letters | signs == VALUES


@pytest.mark.parametrize("data", ["00B", "00a", "１00", "0 0"])
def test_a_character_without_a_value_is_refused(data: str) -> None:
    with pytest.raises(InputError, match=r"character [123] of the line"):
        check_digits(data)


def test_lines_are_those_inside_the_payload() -> None:
    lines = ef.ocr_lines(NOTICES)
    digits = ef.build_payloads(NOTICES).digits
    for row in range(2):
        text = digits[row].tobytes().decode()
        assert (lines.upper[row], lines.lower[row]) == (text[29:68], text[68:112])
        assert lines.upper[row][:2] == check_digits(lines.upper[row][2:])
        assert lines.lower[row][:2] == check_digits(lines.lower[row][2:])
    assert (lines.upper[2], lines.lower[2]) == ("", "")
    assert [(error.row, error.field, error.rule) for error in lines.errors] == [
        (2, "levy", "digits")
    ]


def test_dates_are_not_asked_for() -> None:
    wanted = ("institution", "case_key", "confirmation", "levy", "amount")
    lines = ef.ocr_lines({name: NOTICES[name][:1] for name in wanted})
    assert [len(line) for line in lines.upper + lines.lower] == [39, 44]
    with pytest.raises(ConfigError, match="missing columns: amount, levy"):
        ef.ocr_lines({name: NOTICES[name] for name in wanted[:3]})


def test_no_rows() -> None:
    lines = ef.ocr_lines({name: [] for name in NOTICES})
    assert (lines.upper, lines.lower, lines.errors) == ([], [], [])


@given(st.text("".join(VALUES), min_size=1, max_size=60), st.data())
def test_a_changed_character_changes_the_pair(text: str, data: st.DataObject) -> None:
    """CD2 catches a changed digit unless weight and change share a factor of 10; CD1 the rest:
    a pair that stays the same needs both sums to stay, modulo 10 and 11."""
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("0123456789"))
    if text[position] not in "0123456789" or text[position] == other:
        return
    changed = text[:position] + other + text[position + 1 :]
    weight = (9, 1, 8, 1, 7, 1, 6, 1, 5, 1, 4, 1, 3, 1, 2, 1)[position % 16]
    if weight * (int(other) - int(text[position])) % 10 != 0:
        assert check_digits(changed)[1] != check_digits(text)[1]
