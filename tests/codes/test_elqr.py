"""Payloads against the published vector, an independent re-implementation, and damage."""

from __future__ import annotations

import binascii
import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import elqr_fast as ef
from elqr_fast.codes import elqr
from elqr_fast.errors import ConfigError, FieldError, InputError, PayloadError

VECTOR = (
    "000201010212279600051380001835100000000000000022543572138000582000003504705193143269049553"
    "519501099740460000000054110000225435762262024202400202405312024071080850000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000630532232"
)
NOTICE = {
    "institution": "99740",
    "case_key": "04705193143269049553",
    "confirmation": "519501",
    "levy": "582",
    "amount": "2254357",
    "levy_year": "2024",
    "tax_year": "2024",
    "period": "0",
    "due": "20240531",
    "pay_by": "20240710",
    "office": "460",
}
PAIR_AT = {"upper": 29, "lower": 68}


def columns(**changes: Any) -> dict[str, list[Any]]:
    return {name: [value] for name, value in (NOTICE | changes).items()}


def weighted(digits: str, weights: str) -> int:
    return sum(int(d) * int(weights[i % 16]) for i, d in enumerate(digits))


def pair(data: str) -> str:
    """CD1 CD2 as DOMAIN describes them, written again from the description."""
    cd2 = str(weighted(data, "9181716151413121") % 10)
    return str(weighted(cd2 + data, "2131415161718191") % 11 % 10) + cd2


def crc(digits: str) -> str:
    return f"{binascii.crc_hqx(digits.encode(), 0xFFFF):05}"


def independent(notice: dict[str, str]) -> str:
    """A payload put together by hand."""
    f = {name: value for name, value in notice.items() if value is not None}
    amount = f["amount"].zfill(11)
    upper = f"{f.get('account', '').zfill(11)}{amount}{f.get('fee_bearer', '2')}13800"
    upper += f"{f.get('stamp', '0')}{f['levy'].zfill(3)}00000"
    lower = f"{f['case_key'].zfill(20)}{f['confirmation'].zfill(6)}{f.get('eltax_area', '0')}"
    lower += f"{f['institution'].zfill(5)}{f.get('office', '').zfill(3)}0000000"
    digits = (
        f"00020101021227960005138000183{pair(upper)}{upper}{pair(lower)}{lower}5411{amount}6226"
    )
    digits += f"{f['levy_year']}{f['tax_year']}{f['period'].zfill(2)}{f['due']}{f['pay_by']}"
    digits += f"8085{f.get('tag80', '').zfill(85)}6305"
    return digits + crc(digits)


def text(row: np.ndarray[Any, Any]) -> str:
    return row.tobytes().decode("ascii")


def with_crc(digits: str) -> str:
    return digits[:250] + crc(digits[:250])


def with_checks(digits: str) -> str:
    """`digits` with pairs and CRC put right again."""
    for at, end in ((29, 68), (68, 112)):
        digits = digits[:at] + pair(digits[at + 2 : end]) + digits[at + 2 :]
    return with_crc(digits)


def changed(position: int, digits: str, by: str) -> str:
    return digits[:position] + by + digits[position + len(by) :]


def code_of(digits: str | bytes) -> tuple[str, int]:
    with pytest.raises(PayloadError) as caught:
        ef.parse_payload(digits)
    return caught.value.code, caught.value.position


# ---- Building ------------------------------------------------------------------------------------


def test_vector_is_built() -> None:
    built = ef.build_payloads(columns())
    assert built.errors == []
    assert built.digits.dtype == np.uint8
    assert built.digits.shape == (1, 255)
    assert text(built.digits[0]) == VECTOR == independent(NOTICE)


def digits_of(width: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=1, max_size=width)


notices = st.fixed_dictionaries(
    {
        "institution": digits_of(5),
        "case_key": digits_of(20),
        "confirmation": digits_of(6),
        "levy": digits_of(3),
        "amount": st.integers(1, 99_999_999_999).map(str),
        "levy_year": st.text("0123456789", min_size=4, max_size=4),
        "tax_year": st.text("0123456789", min_size=4, max_size=4),
        "period": digits_of(2),
        "due": st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)),
        "pay_by": st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)),
    },
    optional={
        "office": digits_of(3),
        "account": digits_of(11),
        "fee_bearer": digits_of(1),
        "stamp": digits_of(1),
        "eltax_area": digits_of(1),
        "tag80": digits_of(85),
    },
)


@settings(max_examples=300)
@given(notices)
def test_equal_to_the_independent_one_and_parsed_back(notice: dict[str, str]) -> None:
    built = ef.build_payloads({name: [value] for name, value in notice.items()})
    assert built.errors == []
    assert text(built.digits[0]) == independent(notice)
    fields = ef.parse_payload(text(built.digits[0]))
    assert fields.amount == int(notice["amount"])
    for name, value in notice.items():
        if name != "amount":
            assert getattr(fields, name) == value.zfill(len(getattr(fields, name)))


@given(st.lists(notices, min_size=1, max_size=80))
@settings(max_examples=30)
def test_rows_do_not_touch_each_other(batch: list[dict[str, str]]) -> None:
    names = {name for notice in batch for name in notice}
    built = ef.build_payloads({name: [notice.get(name) for notice in batch] for name in names})
    assert [text(row) for row in built.digits] == [independent(notice) for notice in batch]


def test_every_kind_of_column_gives_the_same() -> None:
    n = 70  # more than one block of the kernel
    keys = [str(10**19 + 7 * row) for row in range(n)]
    dues = [f"2024{1 + row % 12:02}15" for row in range(n)]
    base: dict[str, list[Any]] = {name: [value] * n for name, value in NOTICE.items()}
    base |= {"case_key": keys, "due": dues}
    numbers = {name: [int(value) for value in values] for name, values in base.items()}
    expected = ef.build_payloads(base).digits
    assert text(expected[69]) == independent(NOTICE | {"case_key": keys[69], "due": dues[69]})
    table = pa.table(base)
    sliced = pa.table({name: ["x", *values, None] for name, values in base.items()}).slice(1, n)
    chunked = pa.concat_tables([table.slice(0, 33), table.slice(33)])
    for given_columns in (
        table,
        table.to_batches()[0],
        sliced,
        chunked,
        numbers,
        {name: tuple(values) for name, values in numbers.items()},
        {name: np.array(values) for name, values in base.items()},
        {name: np.array(values, "S") for name, values in base.items()},
        {name: np.array(values, object) for name, values in numbers.items()},
        {name: np.array(values) for name, values in numbers.items()},  # case_key: uint64
        {name: pa.array(values, pa.large_string()) for name, values in base.items()},
        {name: pa.array(values, pa.string_view()) for name, values in base.items()},
        {name: pa.array(values).dictionary_encode() for name, values in base.items()},
        {name: [Decimal(value) for value in values] for name, values in numbers.items()},
        {name: [*values[:9], *map(int, values[9:])] for name, values in base.items()},
        base | {"amount": np.array(numbers["amount"], np.int32)},
        base | {"name": [object()] * n},
    ):
        built = ef.build_payloads(given_columns)
        assert built.errors == []
        np.testing.assert_array_equal(built.digits, expected)


class DataFrame:
    """What pandas, polars and others have in common: Arrow's C stream."""

    def __init__(self, data: pa.Table | pa.ChunkedArray) -> None:
        self.data = data

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.data.__arrow_c_stream__(requested_schema)


def test_data_frames_and_their_columns() -> None:
    table = pa.table(columns())
    assert text(ef.build_payloads(DataFrame(table)).digits[0]) == VECTOR
    series = {name: DataFrame(table.column(name)) for name in table.column_names}
    assert text(ef.build_payloads(series).digits[0]) == VECTOR


def test_empty_values_take_the_default_or_are_required() -> None:
    built = ef.build_payloads(columns(office=None, fee_bearer="", levy="", case_key=None))
    assert built.errors == [
        FieldError(0, "levy", "required", "", "at most 3 digits, 0 to 9 only"),
        FieldError(0, "case_key", "required", "", "at most 20 digits, 0 to 9 only"),
    ]
    built = ef.build_payloads(columns(office=None, fee_bearer=""))
    fields = ef.parse_payload(text(built.digits[0]))
    assert (fields.office, fields.fee_bearer, fields.account) == ("000", "2", "0" * 11)


BROKEN = [
    ("amount", "0", "range"),
    ("amount", 0, "range"),
    ("amount", -5, "range"),
    ("amount", "-5", "digits"),
    ("amount", "100000000000", "length"),
    ("amount", 100_000_000_000, "length"),
    ("amount", "12,345", "digits"),
    ("amount", "１２３", "digits"),
    ("amount", "¥100", "digits"),
    ("amount", " 1", "digits"),
    ("amount", 2**70, "length"),
    ("case_key", "1" * 21, "length"),
    ("case_key", 10**20, "length"),
    ("case_key", "1234567890123456789x", "digits"),
    ("case_key", "x2345678901234567890", "digits"),
    ("case_key", "12345678x0", "digits"),
    ("levy", "1000", "length"),
    ("period", "100", "length"),
    ("levy_year", "24", "length"),
    ("levy_year", 24, "length"),
    ("tax_year", "20245", "length"),
    ("due", "20230229", "date"),
    ("due", "20231301", "date"),
    ("due", "20230431", "date"),
    ("due", "20230400", "date"),
    ("due", "00000101", "date"),
    ("due", "240531", "date"),
    ("due", 240531, "date"),
    ("due", "2024/5/1", "digits"),
    ("due", "19000229", "date"),
    ("pay_by", -20240531, "range"),
    ("stamp", "\x00", "digits"),
    ("stamp", "/", "digits"),
    ("stamp", ":", "digits"),
]


@pytest.mark.parametrize(("field", "value", "rule"), BROKEN)
def test_a_broken_rule_is_named_and_its_row_is_no_payload(
    field: str, value: Any, rule: str
) -> None:
    good = ef.build_payloads(columns()).digits[0]
    three = {name: [entry] * 3 for name, entry in (NOTICE | {"stamp": "0"}).items()}
    usual = int(three[field][0]) if isinstance(value, int) else three[field][0]
    three[field] = [usual, value, usual]
    built = ef.build_payloads(three)
    (error,) = built.errors
    assert (error.row, error.field, error.rule) == (1, field, rule)
    assert error.found == str(value)
    assert error.expected
    assert not built.digits[1].any()
    assert built.valid.tolist() == [True, False, True]
    np.testing.assert_array_equal(built.digits[[0, 2]], [good, good])


def test_every_bad_field_of_every_row_is_reported_in_row_order() -> None:
    rows = 100
    cols = {name: [value] * rows for name, value in NOTICE.items()}
    cols["amount"] = ["0" if row % 2 else "7" for row in range(rows)]
    cols["due"] = ["20240532" if row % 5 == 0 else "20240531" for row in range(rows)]
    errors = ef.build_payloads(cols).errors
    assert [(error.row, error.field) for error in errors] == [
        (row, field)
        for row in range(rows)
        for field, bad in (("amount", row % 2), ("due", row % 5 == 0))
        if bad
    ]


@pytest.mark.parametrize(("day", "real"), [("20000229", True), ("19000229", False)])
def test_leap_years(day: str, real: bool) -> None:
    assert (ef.build_payloads(columns(due=day)).errors == []) is real


def test_the_calendar_is_the_gregorian_one() -> None:
    days = [f"{year}{month:02}{day:02}" for year in (1900, 2000, 2023, 2024)
            for month in range(14) for day in range(33)]  # fmt: skip
    built = ef.build_payloads({name: [v] * len(days) for name, v in NOTICE.items()} | {"due": days})

    def is_real(day: str) -> bool:
        try:
            datetime.date(int(day[:4]), int(day[4:6]), int(day[6:]))
        except ValueError:
            return False
        return True

    assert built.valid.tolist() == [is_real(day) for day in days]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0], "double"),
        ([1, 2.5][1:], "double"),
        ([10**30, 1.5][1:], "double"),
        (np.array([1.0]), "double"),
        (np.array([1.0], object), "double"),
        (pa.array([1.5], pa.float32()), "float"),
        ([True], "bool"),
        ([Decimal("1.5")], "decimal"),
        ([datetime.date(2024, 5, 31)], "date32"),
        ([b"1", object()][1:], "object"),
        (np.array([1j]), "complex"),
        (np.zeros((1, 2), np.int64), "2 dimensions"),
    ],
)
def test_what_is_neither_text_nor_integer_is_refused(values: Any, kind: str) -> None:
    with pytest.raises(ConfigError, match=f"case_key.*{kind}"):
        ef.build_payloads(columns() | {"case_key": values})


def test_a_float_among_large_integers_is_refused() -> None:
    cols = {name: [value] * 2 for name, value in NOTICE.items()}
    with pytest.raises(ConfigError, match=r"case_key.*float"):
        ef.build_payloads(cols | {"case_key": [10**19, 1.5]})


def test_bytes_that_are_no_utf_8_are_an_error_of_their_row() -> None:
    text = pa.py_buffer(b"12\xff")
    broken = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, 3], np.int32)), text)
    (error,) = ef.build_payloads(columns() | {"case_key": broken}).errors
    assert (error.rule, error.found) == ("digits", "12\ufffd")
    (error,) = ef.build_payloads(columns() | {"case_key": ["12\ud800"]}).errors
    assert (error.rule, error.found) == ("digits", "12?")


def test_missing_columns_are_named_once() -> None:
    cols = columns()
    del cols["levy"], cols["due"]
    with pytest.raises(ConfigError, match="missing columns: levy, due"):
        ef.build_payloads(cols)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ConfigError, match="different numbers of rows"):
        ef.build_payloads(columns() | {"levy": ["1", "2"]})


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError, match="not int"):
        ef.build_payloads(7)


def test_no_rows() -> None:
    built = ef.build_payloads({name: [] for name in NOTICE})
    assert built.digits.shape == (0, 255)
    assert built.errors == []
    assert elqr.parse_payloads(built.digits).fields.num_rows == 0


# ---- Parsing -------------------------------------------------------------------------------------


def test_vector_is_parsed() -> None:
    fields = ef.parse_payload(VECTOR)
    assert fields == ef.parse_payload(VECTOR.encode())
    assert fields == ef.ElqrFields(
        **{**NOTICE, "amount": 2254357, "period": "00"},  # type: ignore[arg-type]
        account="0" * 11,
        fee_bearer="2",
        stamp="0",
        eltax_area="0",
        tag80="0" * 85,
    )
    assert fields.el_number == "99740-0470519314 3269049553-519501-582"
    assert hash(fields) == hash(ef.parse_payload(VECTOR))


def test_every_change_of_one_digit_is_refused() -> None:
    rows = np.frombuffer(VECTOR.encode(), np.uint8)
    damaged = np.repeat(rows[None], 255 * 9, axis=0)
    for position in range(255):
        for change in range(1, 10):
            damaged[position * 9 + change - 1, position] = 48 + (rows[position] - 48 + change) % 10
    parsed = elqr.parse_payloads(damaged)
    assert parsed.statuses.all()
    assert set(map(parsed.code, range(255 * 9))) == {"bad_prefix", "bad_crc"}
    assert parsed.fields.column("amount").null_count == 255 * 9


def test_every_swap_of_neighbours_is_refused() -> None:
    for position in range(254):
        left, right = VECTOR[position : position + 2]
        if left != right:
            code_of(changed(position, VECTOR, right + left))


@pytest.mark.parametrize("position", range(255))
def test_a_byte_that_is_no_digit_is_refused(position: int) -> None:
    expected = "bad_prefix" if position < 29 else "bad_character"
    for byte in (b"\x00", b"/", b":", b"A", b"\xff", b"\xb5"):
        damaged = VECTOR[:position].encode() + byte + VECTOR[position + 1 :].encode()
        assert code_of(damaged) == (expected, position)


def test_faults_have_codes_and_positions() -> None:
    assert code_of("") == ("bad_length", 0)
    assert code_of(VECTOR[:-1]) == ("bad_length", 254)
    assert code_of(VECTOR + "0") == ("bad_length", 255)
    assert code_of("9" * 255) == ("bad_prefix", 0)
    assert code_of(changed(250, VECTOR, "32233")) == ("bad_crc", 250)
    assert code_of(changed(250, VECTOR, f"{32232 + 65536:05}")) == ("bad_crc", 250)
    assert code_of(with_crc(changed(29, VECTOR, "61"))) == ("bad_check_digit", 29)
    assert code_of(with_crc(changed(68, VECTOR, "36"))) == ("bad_check_digit", 68)
    assert code_of(with_crc(changed(116, VECTOR, "00002254358"))) == ("amount_mismatch", 116)
    assert code_of(with_checks(changed(42, VECTOR, "00002254358"))) == ("amount_mismatch", 116)
    assert code_of(with_crc(changed(112, VECTOR, "5412"))) == ("bad_prefix", 115)
    assert code_of(with_checks(changed(63, VECTOR, "00001"))) == ("bad_prefix", 67)
    assert code_of(with_crc(changed(141, VECTOR, "20240230"))) == ("bad_date", 141)
    assert code_of(with_crc(changed(149, VECTOR, "00000000"))) == ("bad_date", 149)
    nothing = changed(116, changed(42, VECTOR, "0" * 11), "0" * 11)
    assert code_of(with_checks(nothing)) == ("out_of_range", 42)


def test_digits_that_are_not_ascii_are_refused() -> None:
    assert code_of(VECTOR[:-1] + "２")[0] == "bad_length"


def test_tag_80_may_hold_anything() -> None:
    digits = with_crc(changed(161, VECTOR, "123" + "0" * 81 + "9"))
    assert ef.parse_payload(digits).tag80 == "123" + "0" * 81 + "9"
    assert code_of(changed(245, digits, "8")) == ("bad_crc", 250)


def test_a_batch_is_parsed_into_columns() -> None:
    good = np.frombuffer(VECTOR.encode(), np.uint8)
    rows = np.stack([good, np.zeros(255, np.uint8), np.full(255, 0xE9, np.uint8), good])
    parsed = elqr.parse_payloads(rows)
    assert [parsed.code(row) for row in range(4)] == ["", "bad_prefix", "bad_prefix", ""]
    assert parsed.positions.tolist() == [0, 0, 0, 0]
    parsed.fields.validate(full=True)
    first, second, third, last = parsed.fields.to_pylist()
    assert first == last
    assert first["case_key"] == NOTICE["case_key"]
    assert first["amount"] == 2254357
    assert set(second.values()) == set(third.values()) == {None}


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="254"):
        elqr.parse_payloads(np.zeros((1, 254), np.uint8))


def test_prefix() -> None:
    assert elqr.is_elqr_prefix(VECTOR.encode())
    assert not elqr.is_elqr_prefix(VECTOR[:28].encode())
    assert not elqr.is_elqr_prefix(b"00020101021229300012D156000000000510A93FO3230Q")


# ---- Numbers -------------------------------------------------------------------------------------


def test_el_number() -> None:
    number = elqr.el_number(12345, "12345678901234567890", "123456", 123)
    assert number == "12345-1234567890 1234567890-123456-123"
    assert elqr.el_number(1, 2, 3, 4) == "00001-0000000000 0000000002-000003-004"


@pytest.mark.parametrize("key", ["", "1" * 21, "12x", "１", -1])
def test_el_number_refuses_what_is_no_number_and_keeps_it_to_itself(key: Any) -> None:
    with pytest.raises(InputError, match="case_key") as caught:
        elqr.el_number(1, key, 3, 4)
    assert not str(key) or str(key) not in str(caught.value).replace("1 to 20", "")


def test_key_hash() -> None:
    assert elqr.key_hash("99740", 4705193143269049553) == elqr.key_hash(99740, NOTICE["case_key"])
    # printf 99740-04705193143269049553 | sha256sum
    assert elqr.key_hash("99740", NOTICE["case_key"]) == KEY_HASH


KEY_HASH = "52b28a4297d902e733698b4ae78be6cd"
