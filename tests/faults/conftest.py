"""Small runs whose workers, files or clocks go wrong."""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.run import RunSummary, render


class Runs:
    """Prints 24 notices, six a chunk, and looks at what came out."""

    rows = 24

    def __init__(self, folder: Path) -> None:
        self.table: pa.Table = make_notices(self.rows, seed=11)
        self.notices = folder / "notices.parquet"
        write_parquet(self.table, self.notices)

    def render(self, out: Path, source: Path | None = None, **options: Any) -> RunSummary:
        settings: dict[str, Any] = {"dpi": 300, "workers": 1, "chunk_rows": 6, **options}
        return render(source or self.notices, "maru", out, **settings)

    def hashes(self, out: Path) -> dict[str, str]:
        """Of every file a user takes from a run's directory."""
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.iterdir())
            if path.is_file()
        }

    def rejects(self, out: Path) -> list[dict[str, str]]:
        with (out / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def leftovers(self, out: Path) -> list[Path]:
        return list(out.rglob("*.part"))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(tmp_path_factory.mktemp("input"))


@pytest.fixture(scope="session")
def good(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of a run in which nothing went wrong."""
    out = tmp_path_factory.mktemp("good") / "run"
    runs.render(out)
    return runs.hashes(out)


@pytest.fixture
def inject(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """inject(fault, rows, once=None): the workers fail on these rows (see faulty_printer)."""

    def inject(fault: str, rows: list[int], once: Path | None = None) -> None:
        monkeypatch.syspath_prepend(Path(__file__).parent)
        import faulty_printer

        marker = None if once is None else str(once)
        maker = partial(faulty_printer.make_faulty, fault, rows, marker)
        monkeypatch.setattr(sys.modules["elqr_fast.run.render"], "make_printer", maker)

    return inject
