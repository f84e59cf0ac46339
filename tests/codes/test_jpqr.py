"""Foreign codes: EMVCo's own sample, a JPQR, and damage."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elqr_fast.codes import jpqr
from elqr_fast.errors import PayloadError

EMVCO = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN"
    "5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412"
    "340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)
ELQR = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553"
    "519501099740460000000054110000225435762262024202400202405312024071080850000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000630532232"
)


def element(key: str, value: str) -> str:
    return f"{key}{len(value):02}{value}"


def finished(body: str) -> str:
    return f"{body}6304{binascii.crc_hqx(f'{body}6304'.encode(), 0xFFFF):04X}"


ACCOUNT = "".join(
    (
        element("00", "jp.or.paymentsjapan"),
        element("01", "0000000000001"),
        element("02", "0001"),
        element("03", "000001"),
        element("04", "000001"),
    )
)
JPQR = finished(
    "000201010211"
    + element("26", ACCOUNT)
    + element("52", "9399")
    + element("53", "392")
    + element("58", "JP")
    + element("59", "CITY HALL")
    + element("60", "OITA")
    + element("64", element("00", "JA") + element("01", "市役所窓口"))
)


def code_of(text: str) -> tuple[str, int]:
    with pytest.raises(PayloadError) as caught:
        jpqr.parse(text)
    return caught.value.code, caught.value.position


def test_emvcos_sample() -> None:
    code = jpqr.parse(EMVCO)
    assert code.name == "最佳运输"
    assert code.city == "BEIJING"
    assert code.fields["54"] == "23.72"
    assert code.templates["29"] == {"00": "D15600000000", "05": "A93FO3230Q"}
    assert code.templates["64"]["02"] == "北京"
    assert not code.is_static
    assert jpqr.is_emv(EMVCO.encode())
    assert not jpqr.is_jpqr(EMVCO.encode())


def test_a_jpqr() -> None:
    code = jpqr.parse(JPQR)
    assert code.is_jpqr
    assert code.is_static
    assert code.name == "市役所窓口"
    assert code.templates["26"]["03"] == "000001"
    assert jpqr.is_jpqr(JPQR.encode())
    assert jpqr.is_emv(JPQR.encode())


def test_an_el_qr_is_neither() -> None:
    assert code_of(ELQR) == ("bad_prefix", 0)
    assert not jpqr.is_emv(ELQR.encode())
    assert not jpqr.is_jpqr(ELQR.encode())


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"https://example.jp/", JPQR.encode()[:-1]])
def test_anything_else_is_neither(data: bytes) -> None:
    assert not jpqr.is_emv(data)
    assert not jpqr.is_jpqr(data)


def test_faults() -> None:
    assert code_of("https://example.jp/") == ("bad_prefix", 0)
    assert code_of(JPQR[:-4] + "0000") == ("bad_crc", len(JPQR) - 4)
    assert code_of(JPQR[:-4] + JPQR[-4:].lower())[0] == "bad_crc"
    assert code_of(JPQR[:-8]) == ("bad_crc", len(JPQR) - 12)
    assert code_of(finished("000201" + "010211" + "010211")) == ("bad_tag", 12)
    assert code_of(finished("000201") + "5802JP") == ("bad_tag", 14)
    assert code_of("000201" + "0x02ab") == ("bad_tag", 6)
    assert code_of("000201" + "５８02JP") == ("bad_tag", 6)
    assert code_of("000201" + "010") == ("bad_tag", 6)
    assert code_of("000201" + "5803JP") == ("bad_length", 8)
    assert code_of("000201" + "5800") == ("bad_length", 8)
    assert code_of("000201" + element("26", "0099jp")) == ("bad_length", 12)
    assert code_of("000201" + element("26", "0001a0001b")) == ("bad_tag", 15)
    assert code_of("000201" * 100) == ("bad_length", 512)


def test_lengths_count_characters_and_the_crc_counts_bytes() -> None:
    text = finished("000201" + element("59", "税務課"))
    assert "5903税務課" in text
    assert jpqr.parse(text).name == "税務課"


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_no_input_raises(data: bytes) -> None:
    jpqr.is_jpqr(data)
    jpqr.is_emv(b"000201" + data)


@given(st.integers(0, len(JPQR) - 1), st.characters(codec="utf-8"))
def test_a_changed_character_is_refused(position: int, character: str) -> None:
    damaged = JPQR[:position] + character + JPQR[position + 1 :]
    assert jpqr.is_emv(damaged.encode()) is (damaged == JPQR)
