from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

ROW = {
    "institution": "12345",
    "case_key": "00000000000000000123",
    "confirmation": "012345",
    "levy": "001",
    "amount": "12300",
    "levy_year": "2026",
    "tax_year": "2026",
    "period": "01",
    "due": "20260430",
    "pay_by": "20260531",
    "name": "髙﨑　凜",
    "address": "見本市１－２",
}


@pytest.fixture
def row() -> dict[str, str]:
    """A good notice; change what the test is about."""
    return dict(ROW)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes bytes, or text in an encoding, as notices.csv."""

    def write(content: bytes | str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "notices.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def csv_text() -> Callable[..., str]:
    """A CSV text with a header and one row per dict; cells are written as they are."""

    def text(*rows: dict[str, str], end: str = "\r\n") -> str:
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        return end.join(lines) + end

    return text


@pytest.fixture
def batch() -> Callable[..., pa.RecordBatch]:
    """A record batch of text columns from keyword lists."""

    def make(**columns: list[str | None]) -> pa.RecordBatch:
        return pa.record_batch({name: pa.array(c, pa.string()) for name, c in columns.items()})

    return make
