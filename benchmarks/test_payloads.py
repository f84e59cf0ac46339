"""Payloads a second: `ef.build_payloads` and `parse_payloads` beside plain Python and numpy.

    pytest benchmarks/test_payloads.py

100,000 rows (1,000 for plain Python) with all keys and amounts different.  The peers are written
as a careful user would: f-strings and binascii's CRC; whole columns with a table-driven CRC.  They
check no field, elqr_fast checks all.  "kernel" leaves out the reading of the columns; in batches of
1,000 rows it also leaves out what the system needs to hand out 25 MB of fresh memory.  Time is the
thread's own, on one core.
"""

from __future__ import annotations

import binascii
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray

import elqr_fast as ef
from elqr_fast._native import payload as native
from elqr_fast.codes.columns import native_column, select_columns
from elqr_fast.codes.elqr import parse_payloads
from elqr_fast.codes.layout import load_layout

pytestmark = pytest.mark.benchmark(timer=time.thread_time, disable_gc=True)

ROWS = 100_000
PLAIN_ROWS = BATCH_ROWS = 1_000
PEER_SYMBOLS = 20
BUILD = "payloads built, 100,000 rows of text"
BUILD_INTEGERS = "payloads built, 100,000 rows of integers"
PARSE = "payloads parsed, 100,000 rows"
WHOLE = "columns of text to symbols, 100,000 rows"
PREFIX = "00020101021227960005138000183"
WIDTHS = {
    "institution": 5,
    "case_key": 20,
    "confirmation": 6,
    "levy": 3,
    "amount": 11,
    "levy_year": 4,
    "tax_year": 4,
    "period": 2,
    "due": 8,
    "pay_by": 8,
    "office": 3,
}
CD2_WEIGHTS = np.resize([9, 1, 8, 1, 7, 1, 6, 1, 5, 1, 4, 1, 3, 1, 2, 1], 42)
CD1_WEIGHTS = np.resize([1, 3, 1, 4, 1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1, 2], 42)


def integers() -> dict[str, NDArray[np.int64]]:
    """Columns of numbers; case keys of 18 digits, so that they are."""
    random = np.random.default_rng(1)
    dues = np.array([20260630, 20260831, 20261031, 20270131])
    return {
        "institution": np.full(ROWS, 12345),
        "case_key": random.integers(10**17, 10**18, ROWS),
        "confirmation": random.integers(0, 10**6, ROWS),
        "levy": random.integers(0, 10**3, ROWS),
        "amount": random.integers(1, 10**6, ROWS),
        "levy_year": np.full(ROWS, 2026),
        "tax_year": np.full(ROWS, 2026),
        "period": random.integers(1, 5, ROWS),
        "due": random.choice(dues, ROWS),
        "pay_by": random.choice(dues, ROWS),
        "office": np.full(ROWS, 460),
    }


def texts() -> dict[str, list[str]]:
    """The same in text; case keys fill all 20 digits."""
    columns = {name: [str(value) for value in values] for name, values in integers().items()}
    return columns | {"case_key": [f"{10**19 + int(key)}" for key in columns["case_key"]]}


def arrow(columns: Mapping[str, Any]) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})


# ---- Peers ---------------------------------------------------------------------------------------


def pair(data: str) -> str:
    values = [int(character) for character in data]
    cd2 = sum(value * int(CD2_WEIGHTS[i % 16]) for i, value in enumerate(values)) % 10
    cd1 = sum(value * int(CD1_WEIGHTS[i % 16]) for i, value in enumerate(values)) + 2 * cd2
    return f"{cd1 % 11 % 10}{cd2}"


def with_plain_python(columns: Mapping[str, list[str]], rows: int) -> list[str]:
    payloads = []
    for row in range(rows):
        f = {name: columns[name][row].zfill(width) for name, width in WIDTHS.items()}
        upper = f"{'0' * 11}{f['amount']}2138000{f['levy']}00000"
        lower = f"{f['case_key']}{f['confirmation']}0{f['institution']}{f['office']}0000000"
        body = f"{PREFIX}{pair(upper)}{upper}{pair(lower)}{lower}5411{f['amount']}6226"
        body += f"{f['levy_year']}{f['tax_year']}{f['period']}{f['due']}{f['pay_by']}"
        body += f"8085{'0' * 85}6305"
        payloads.append(f"{body}{binascii.crc_hqx(body.encode(), 0xFFFF):05}")
    return payloads


def crc_table() -> NDArray[np.uint16]:
    return np.array([binascii.crc_hqx(bytes([byte]), 0) for byte in range(256)], np.uint16)


def matrix(values: list[str], width: int) -> NDArray[np.uint8]:
    padded = np.char.zfill(np.array(values, "S"), width).astype(f"S{width}")
    return padded.view(np.uint8).reshape(len(values), width)


def put_pair(rows: NDArray[np.uint8], at: int, end: int) -> None:
    data = rows[:, at + 2 : end].astype(np.int32) - 48
    cd2 = data @ CD2_WEIGHTS[: data.shape[1]] % 10
    rows[:, at + 1] = cd2 + 48
    rows[:, at] = (data @ CD1_WEIGHTS[: data.shape[1]] + 2 * cd2) % 11 % 10 + 48


def with_numpy(columns: Mapping[str, list[str]]) -> NDArray[np.uint8]:
    rows = np.full((ROWS, 255), 48, np.uint8)
    rows[:, :29] = np.frombuffer(PREFIX.encode(), np.uint8)
    for at, literal in ((53, "213800"), (112, "5411"), (127, "6226"), (157, "8085"), (246, "6305")):
        rows[:, at : at + len(literal)] = np.frombuffer(literal.encode(), np.uint8)
    places = {"amount": 42, "levy": 60, "case_key": 70, "confirmation": 90, "institution": 97,
              "office": 102, "levy_year": 131, "tax_year": 135, "period": 139, "due": 141,
              "pay_by": 149}  # fmt: skip
    for name, at in places.items():
        rows[:, at : at + WIDTHS[name]] = matrix(columns[name], WIDTHS[name])
    rows[:, 116:127] = rows[:, 42:53]
    put_pair(rows, 29, 68)
    put_pair(rows, 68, 112)
    table, crc = crc_table(), np.full(ROWS, 0xFFFF, np.uint16)
    for at in range(250):
        crc = (crc << 8) ^ table[(crc >> 8) ^ rows[:, at]]
    for digit in range(5):
        rows[:, 254 - digit] = crc // 10**digit % 10 + 48
    return rows


# ---- Races ---------------------------------------------------------------------------------------


def kernel(table: pa.Table, batch: int = ROWS) -> Callable[[], None]:
    """A function that builds all rows of the table, `batch` at a time."""
    layout = load_layout("elqr-v1")
    arrays = select_columns(table, layout.fields)

    def batch_from(start: int) -> list[native.Column | None]:
        return [
            native_column(arrays[name].slice(start, batch)) if name in arrays else None
            for name in layout.fields
        ]

    batches = [batch_from(start) for start in range(0, ROWS, batch)]

    def build() -> None:
        for columns in batches:
            native.build(layout.compiled, columns, batch)

    return build


def test_peers_make_the_same() -> None:
    expected = ef.build_payloads(texts()).digits
    np.testing.assert_array_equal(with_numpy(texts()), expected)
    first = [row.tobytes().decode() for row in expected[:PLAIN_ROWS]]
    assert with_plain_python(texts(), PLAIN_ROWS) == first


def test_build_with_plain_python(race: Callable[..., None]) -> None:
    columns = texts()
    race(BUILD, "plain Python", "payloads", PLAIN_ROWS, with_plain_python, columns, PLAIN_ROWS)


def test_build_with_numpy(race: Callable[..., None]) -> None:
    race(BUILD, "numpy", "payloads", ROWS, with_numpy, texts())


def test_build_from_lists(race: Callable[..., None]) -> None:
    race(BUILD, "elqr_fast, lists", "payloads", ROWS, ef.build_payloads, texts())


def test_build_from_arrow(race: Callable[..., None]) -> None:
    race(BUILD, "elqr_fast, Arrow", "payloads", ROWS, ef.build_payloads, arrow(texts()))


def test_build_kernel(race: Callable[..., None]) -> None:
    race(BUILD, "elqr_fast, kernel", "payloads", ROWS, kernel(arrow(texts())))


def test_build_kernel_in_batches(race: Callable[..., None]) -> None:
    function = kernel(arrow(texts()), BATCH_ROWS)
    race(BUILD, "elqr_fast, kernel, batches of 1,000", "payloads", ROWS, function)


def test_build_from_integers(race: Callable[..., None]) -> None:
    race(BUILD_INTEGERS, "elqr_fast, numpy", "payloads", ROWS, ef.build_payloads, integers())


def test_build_kernel_from_integers(race: Callable[..., None]) -> None:
    race(BUILD_INTEGERS, "elqr_fast, kernel", "payloads", ROWS, kernel(arrow(integers())))


def with_segno(columns: Mapping[str, list[str]]) -> None:
    for payload in with_plain_python(columns, PEER_SYMBOLS):
        _ = segno.make_qr(payload, error="m", boost_error=False).matrix


def with_zxing_cpp(columns: Mapping[str, list[str]]) -> None:
    for payload in with_plain_python(columns, PEER_SYMBOLS):
        zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


@pytest.mark.parametrize("peer", [with_segno, with_zxing_cpp], ids=["segno", "zxing-cpp"])
def test_symbols_with_plain_python(
    race: Callable[..., None], peer: Callable[..., None], request: pytest.FixtureRequest
) -> None:
    name = f"plain Python, {request.node.callspec.id}"
    race(WHOLE, name, "symbols", PEER_SYMBOLS, peer, texts())


@pytest.mark.parametrize("batch", [ROWS, 10_000])
def test_symbols(race: Callable[..., None], batch: int) -> None:
    table = arrow(texts())
    parts = [table.slice(start, batch) for start in range(0, ROWS, batch)]
    out = np.empty((batch, 41, 6), np.uint8)

    def make() -> None:
        for part in parts:
            ef.encode(ef.build_payloads(part).digits, version=6, out=out)

    race(WHOLE, f"elqr_fast, batches of {batch:,}", "symbols", ROWS, make)


def test_parse(race: Callable[..., None]) -> None:
    digits = ef.build_payloads(texts()).digits
    race(PARSE, "elqr_fast, columns", "payloads", ROWS, parse_payloads, digits)


def test_parse_kernel(race: Callable[..., None]) -> None:
    digits = ef.build_payloads(texts()).digits
    layout = load_layout("elqr-v1").compiled
    race(PARSE, "elqr_fast, kernel", "payloads", ROWS, native.parse, layout, digits)
