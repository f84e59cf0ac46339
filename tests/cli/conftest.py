"""The command line, called in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from elqr_fast.records.synthetic import make_notices, write_csv


@pytest.fixture(scope="session")
def notices_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve valid notices, CP932, Japanese headers."""
    path = tmp_path_factory.mktemp("notices") / "notices.csv"
    write_csv(make_notices(12, seed=3), path, encoding="cp932")
    return path
