"""What read_page says about a page, for every verdict a page alone can have."""

from __future__ import annotations

import binascii
from typing import Any

import numpy as np
import pytest

from elqr_fast.errors import InputError
from elqr_fast.scan import Kind, Reading, Rung, Target, Verdict, read_page, read_pages
from elqr_fast.scan.pages import PageImage

PAGE_MM = (210.0, 297.0)
#: Where a code lies well within the target's box.
INSIDE = (67.0, 279.0)
PAID_NOTICE, OFFICE_COPY = (0.0, 183.0, 84.0, 114.0), (84.0, 183.0, 58.0, 114.0)
TARGET = Target((64.0, 277.0, 20.0, 20.0), PAGE_MM, (PAID_NOTICE, OFFICE_COPY))
URL = "https://example.com/pay?id=1"
#: EMVCo's own sample; it names no JPQR account.
EMV = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D1560000000103081234567852044111"
    "5802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016"
    "233030412340603***0708A60086670902ME91320016A0112233449988770708123456786304A13A"
)


def jpqr() -> str:
    """A JPQR code of an invented shop."""

    def tlv(tag: str, value: str) -> str:
        return f"{tag}{len(value):02d}{value}"

    account = tlv("00", "jp.or.paymentsjapan") + tlv("01", "1" * 13)
    account += tlv("02", "0001") + tlv("03", "000001") + tlv("04", "000001")
    body = tlv("00", "01") + tlv("01", "11") + tlv("26", account) + tlv("52", "5812")
    body += tlv("53", "392") + tlv("58", "JP") + tlv("59", "SHOP") + tlv("60", "TOKYO") + "6304"
    return f"{body}{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"


def slip(readings: list[Reading]) -> tuple[Verdict, str]:
    return readings[0].verdict, readings[0].detail


def test_sound_slip(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(pictures.sample, *INSIDE)), target=TARGET, dpi=300)
    assert (reading.verdict, reading.detail) == ("ok", "")
    assert reading.digits == pictures.sample
    assert reading.fields is not None
    assert reading.fields.amount == 2_254_357
    assert reading.fields.case_key == "04705193143269049553"
    assert (reading.version, reading.level, reading.mask) == (6, "M", 2)
    assert (reading.rung, reading.kind, reading.unused_ec) == (Rung.NATIVE_FAST, Kind.ELQR, 1.0)
    assert reading.position is not None
    top_left = np.array(INSIDE) / 25.4 * 300
    assert np.abs(np.array(reading.position[0]) - top_left).max() <= 2
    assert np.abs(np.array(reading.position[2]) - top_left - 4 * 41).max() <= 2


@pytest.mark.parametrize("dpi", [200, 300, 600])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_bilevel_any_way_up(pictures: Any, code: Any, dpi: int, turns: int) -> None:
    page = np.rot90(pictures.page(code(pictures.sample, *INSIDE), dpi=dpi), -turns)
    assert set(np.unique(page)) <= {0, 255}
    [reading] = read_page(np.ascontiguousarray(page), target=TARGET, dpi=dpi)
    assert (reading.verdict, reading.rung) == ("ok", Rung.NATIVE_FAST)
    [alone] = read_page(page, dpi=dpi)
    assert (alone.verdict, alone.rung, alone.digits) == ("ok", Rung.PAGE, pictures.sample)
    assert alone.position is not None
    assert reading.position is not None
    assert np.abs(np.array(alone.position) - np.array(reading.position)).max() <= 4


@pytest.mark.parametrize(
    ("offset", "reseal", "verdict", "at"),
    [
        (120, False, "bad_crc", 250),
        (253, False, "bad_crc", 250),
        (120, True, "amount_mismatch", 116),
        (60, True, "bad_check_digit", 29),  # upper OCR line
        (80, True, "bad_check_digit", 68),  # lower OCR line
        (146, True, "not_elqr", 141),  # the due date becomes 2024-05-41
    ],
)
def test_changed_digit(
    pictures: Any, code: Any, offset: int, reseal: bool, verdict: str, at: int
) -> None:
    digits = pictures.changed(pictures.sample, offset)
    digits = pictures.sealed(digits) if reseal else digits
    [reading] = read_page(pictures.page(code(digits, *INSIDE)), target=TARGET, dpi=300)
    assert reading.verdict == verdict
    assert f"at digit {at}" in reading.detail
    assert reading.digits == digits
    assert reading.fields is None


def test_changed_amount_with_every_later_check_made_right(pictures: Any, code: Any) -> None:
    """Amount changed in both places and the CRC mended: the check digits still tell."""
    digits = pictures.changed(pictures.changed(pictures.sample, 126), 29 + 2 + 11 + 10)
    reading = read_page(pictures.page(code(pictures.sealed(digits), *INSIDE)), dpi=300)[0]
    assert reading.verdict == "bad_check_digit"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(URL, "URL"), (EMV, "EMV payment code"), ("hello", "other"), ("0" * 255, "other")],
)
def test_foreign_code_alone(pictures: Any, code: Any, content: str, kind: str) -> None:
    page = pictures.page(code(content, 40, 220))
    for target in (TARGET, None):
        [reading] = read_page(page, target=target, dpi=300)
        assert slip([reading]) == ("not_elqr", f"a QR code of another kind: {kind}")
        assert (reading.digits, reading.fields, reading.kind) == ("", None, kind)
        assert content not in repr(reading)


def test_jpqr_is_named(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(jpqr(), 40, 220)), dpi=300)
    assert slip([reading]) == ("not_elqr", "a QR code of another kind: JPQR")


def test_elqr_of_wrong_length(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(pictures.sample[:-1], *INSIDE)), dpi=300)
    assert slip([reading])[0] == "not_elqr"
    assert "bad_length" in reading.detail


@pytest.mark.parametrize(("content", "kind"), [(URL, "URL"), (jpqr(), "JPQR"), (None, "eL-QR")])
def test_second_code(pictures: Any, code: Any, content: str | None, kind: str) -> None:
    other = code(content or pictures.sample, 100, 250)  # on the office copy
    own, second = read_page(
        pictures.page(code(pictures.sample, *INSIDE), other), target=TARGET, dpi=300
    )
    assert slip([own]) == ("several_codes", f"also on the page: {kind}")
    assert own.position is not None
    assert own.position[0][0] < 850  # the one in the box
    assert second.verdict == ("not_elqr" if content else "several_codes")


def test_second_code_is_found_without_a_form_but_is_no_fault(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE), code(URL, 100, 250))
    own, second = read_page(page, dpi=300)
    assert slip([own]) == ("ok", "also on the page: URL")
    assert second.verdict == "not_elqr"


def test_another_code_may_be_on_the_receipt(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE), code(URL, 170, 250))
    assert slip(read_page(page, target=TARGET, dpi=300)) == ("ok", "")


def test_the_receipt_of_a_page_that_is_one_slip(pictures: Any, code: Any) -> None:
    """Upside down, the receipt would lie where the paid notice is: the eL-QR tells it does not."""
    target = Target((50.0, 80.0, 20.0, 20.0), (210.0, 114.0), ((0.0, 0.0, 70.0, 114.0),))
    codes = (code(pictures.sample, 52, 82), code(URL, 160, 20))
    page = pictures.page(*codes, size_mm=(210, 114))
    for turned in (page, np.ascontiguousarray(page[::-1, ::-1])):
        assert slip(read_page(turned, target=target, dpi=300)) == ("ok", "")
    page = pictures.page(codes[0], code(URL, 10, 20), size_mm=(210, 114))
    for turned in (page, np.ascontiguousarray(page[::-1, ::-1])):
        own, _ = read_page(turned, target=target, dpi=300)
        assert own.verdict == "several_codes"
    page = pictures.page(codes[0], code(URL, 10, 20), size_mm=(210, 114))
    for turned in (page, np.ascontiguousarray(page[::-1, ::-1])):
        assert slip(read_page(turned, target=target, dpi=300))[0] == "several_codes"


def test_two_slips_on_a_page_without_a_form(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, 150, 280), code(pictures.sample, 20, 200))
    upper, lower = read_page(page, dpi=300)
    assert upper.verdict == lower.verdict == "ok"
    assert upper.position is not None
    assert upper.position[0][0] < 300


def test_outside_the_box(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(pictures.sample, 30, 279)), target=TARGET, dpi=300)
    assert reading.verdict == "outside_box"
    assert reading.digits == pictures.sample


def test_a_page_fed_some_millimetres_off_is_fine(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, INSIDE[0] - 4, INSIDE[1] - 4))
    assert read_page(page, target=TARGET, dpi=300)[0].verdict == "ok"


def test_upright_code_where_an_upside_down_page_has_its_box(pictures: Any, code: Any) -> None:
    """Turned by half, the box comes to lie at the top; an upright code there is misplaced."""
    page = pictures.page(code(pictures.sample, 210 - 84 + 3, 2))
    assert read_page(page, target=TARGET, dpi=300)[0].verdict == "outside_box"


def test_page_of_another_size_than_the_form(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, 20, 40), size_mm=(180, 114))
    own = read_page(page, target=TARGET, dpi=300)[0]
    assert slip([own]) == ("ok", "box not checked: the page's size is not the form's")


@pytest.mark.parametrize("stated", [None, 72, 96])
def test_dpi_from_the_page_width_where_the_file_does_not_know(
    pictures: Any, code: Any, stated: int | None
) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE))
    [reading] = read_page(page, target=TARGET, dpi=stated)
    assert (reading.verdict, reading.rung) == ("ok", Rung.NATIVE_FAST)


def test_damage_within_and_beyond_repair(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE))
    x, y = (round(side / 25.4 * 300) for side in INSIDE)
    page[y + 80 : y + 110, x + 40 : x + 70] = 0
    [reading] = read_page(page, target=TARGET, dpi=300)
    assert reading.verdict == "ok"
    assert reading.unused_ec is not None
    assert reading.unused_ec < 1.0
    page[y + 40 : y + 120, x + 40 : x + 164] = 255
    [reading] = read_page(page, target=TARGET, dpi=300)
    assert slip([reading]) == ("unreadable", "a QR code is there, but too damaged to read")


def test_damaged_elqr_beside_a_foreign_code(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE), code(URL, 100, 250))
    x, y = (round(side / 25.4 * 300) for side in INSIDE)
    page[y + 40 : y + 120, x + 40 : x + 164] = 255
    assert read_page(page, target=TARGET, dpi=300)[0].verdict == "not_elqr"


def test_damaged_elqr_in_the_box_and_a_sound_one_beside_it(pictures: Any, code: Any) -> None:
    page = pictures.page(code(pictures.sample, *INSIDE), code(pictures.sample, 100, 250))
    x, y = (round(side / 25.4 * 300) for side in INSIDE)
    page[y + 40 : y + 120, x + 40 : x + 164] = 255
    assert read_page(page, target=TARGET, dpi=300)[0].verdict == "outside_box"


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (3, 3), (40, 40)])
@pytest.mark.parametrize("target", [None, TARGET])
def test_tiny_pages(shape: tuple[int, int], target: Target | None) -> None:
    assert slip(read_page(np.zeros(shape, np.uint8), target=target)) == (
        "unreadable",
        "no QR code found",
    )


def test_arrays_that_are_no_page_are_readings_too() -> None:
    for array in (np.zeros((1, 70_000), np.uint8), np.zeros((9, 9, 2), np.uint8)):
        assert read_page(array)[0].verdict == "bad_file"


@pytest.mark.parametrize("shape", [(2, 65_535), (65_535, 2), (300, 40_000)])
def test_longest_pages(shape: tuple[int, int]) -> None:
    assert read_page(np.zeros(shape, np.uint8))[0].verdict == "unreadable"


def test_larger_symbol_is_named(pictures: Any, code: Any) -> None:
    import segno

    symbol = segno.make_qr(pictures.sample, error="l", version=8, boost_error=False)
    modules = 1 - np.pad(np.array([list(row) for row in symbol.matrix], np.uint8), 4)
    page = np.kron(modules * np.uint8(255), np.ones((4, 4), np.uint8))
    assert slip(read_page(page)) == ("ok", "a symbol 8-L, usual is 6-M")


def test_a_page_that_cannot_be_decoded_is_a_reading() -> None:
    def broken() -> Any:
        raise InputError("a broken or truncated image")

    [reading] = read_page(PageImage("scan.tif", 3, broken), target=TARGET)
    assert slip([reading]) == ("bad_file", "a broken or truncated image")
    assert (reading.file, reading.page) == ("scan.tif", 3)


def test_a_file_that_cannot_be_opened_is_a_reading() -> None:
    [[reading]], count = read_pages(b"no image")
    assert slip([reading]) == ("bad_file", "not a TIFF, PNG, JPEG or PDF file")
    assert (reading.page, count) == (None, 0)


def test_printing_a_reading_shows_no_payer(pictures: Any, code: Any) -> None:
    [reading] = read_page(pictures.page(code(pictures.sample, *INSIDE)), dpi=300)
    assert "04705193143269049553" not in repr(reading)
    assert pictures.sample not in str(reading)
