"""A small batch of valid notices, and a quick way to print it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elqr_fast.records.synthetic import make_notices
from elqr_fast.run import RunSummary, render


@pytest.fixture(scope="session")
def notices() -> pa.Table:
    return make_notices(25, seed=7)


@pytest.fixture
def print_slips() -> Callable[..., RunSummary]:
    """`render` with the form maru at 300 dpi, in this process, ten slips a chunk."""

    def run(source: Any, out: Path, **options: Any) -> RunSummary:
        settings: dict[str, Any] = {"form": "maru", "dpi": 300, "workers": 1, "chunk_rows": 10}
        return render(source, out=out, **settings | options)

    return run


@pytest.fixture
def changed() -> Callable[..., pa.Table]:
    """A table with single cells replaced: changed(table, {(row, column): text})."""

    def replace(table: pa.Table, cells: dict[tuple[int, str], str | None]) -> pa.Table:
        for (row, name), text in cells.items():
            values = table[name].to_pylist()
            values[row] = text
            index = table.schema.get_field_index(name)
            table = table.set_column(index, name, pa.array(values, pa.string()))
        return table

    return replace
