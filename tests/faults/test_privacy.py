"""Nobody's name, address or key leaves a run but in the files that are meant to hold them."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from elqr_fast.records.synthetic import write_parquet


@pytest.fixture(scope="module")
def spoken(runs: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """All that a run with rejects, a resume, a status and an audit say, and its directory."""
    tmp_path = tmp_path_factory.mktemp("privacy")
    table = runs.table
    for row, name, text in ((3, "levy", "x"), (5, "amount", "0"), (7, "name", "\U000f0000")):
        values = table[name].to_pylist()
        values[row] = text
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values))
    write_parquet(table, tmp_path / "notices.parquet")
    out = tmp_path / "run"
    render = [
        "render",
        tmp_path / "notices.parquet",
        "--form",
        "maru",
        "--dpi",
        "300",
        "--out",
        out,
    ]
    said = ""
    for command in (
        [*render, "--chunk-rows", "6", "--workers", "2"],
        ["run", "resume", out, "--json"],
        ["run", "audit", out],
        [*render, "--chunk-rows", "7"],
        ["render", tmp_path / "run" / "slips-000001.pdf", "--form", "maru", "--out", out],
    ):
        ended = subprocess.run(
            [sys.executable, "-c", "from elqr_fast.cli import main; main()", *map(str, command)],
            capture_output=True,
            text=True,
        )
        said += ended.stdout + ended.stderr
    return said, out


def test_nothing_that_is_said_or_kept_for_the_machine_names_anybody(
    spoken: tuple[str, Path], runs: Any
) -> None:
    said, out = spoken
    assert "24 notices: 21 printed, 3 rejected" in said
    assert '"event": "progress"' in said
    kept = [out / "run.json", *(out / ".run").glob("*.json*")]
    # rejects hold what was found; that is what they are for, and they are private
    kept = [path for path in kept if "rejects" not in path.name]
    assert len(kept) >= 4
    logged = said + "".join(path.read_text(encoding="utf-8") for path in kept)
    for column in ("name", "address", "case_key", "confirmation"):
        for value in runs.table[column].to_pylist():
            assert value not in logged, column
            assert value.lstrip("0") not in logged, column
    names = " ".join(path.name for path in out.rglob("*"))
    assert not any(key in names for key in runs.table["case_key"].to_pylist())


def test_modes(spoken: tuple[str, Path]) -> None:
    out = spoken[1]
    for path in [out, *out.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
