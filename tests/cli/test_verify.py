"""cli/verify.py: the summary, the JSON line and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.records.synthetic import make_notices
from elqr_fast.run import render

Elqr = Callable[..., "object"]


@pytest.fixture(scope="module")
def slips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six slips in a TIFF, their notices beside it."""
    folder = tmp_path_factory.mktemp("slips")
    notices = make_notices(6, seed=5)
    pq.write_table(notices, folder / "notices.parquet")
    render(notices, "maru", folder / "run", to="tiff", dpi=300, workers=1)
    return folder


def test_all_ok(slips: Path, elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr(
        "verify", slips / "run" / "slips-000001.tiff", "--out", tmp_path / "results",
        "--form", "maru", "--ledger", slips / "notices.parquet", "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert "6 slips read: 6 ok" in out
    assert (tmp_path / "results" / "results.csv").is_file()


def test_other_verdicts_give_exit_code_1(slips: Path, elqr: Elqr, tmp_path: Path) -> None:
    short: pa.Table = pq.read_table(slips / "notices.parquet").slice(1)
    pq.write_table(short, tmp_path / "short.parquet")
    code, out, _ = elqr(
        "verify", slips / "run" / "slips-000001.tiff", "--out", tmp_path / "results",
        "--form", "maru", "--ledger", tmp_path / "short.parquet", "--workers", 1, "--json",
    )  # fmt: skip
    values = json.loads(out.splitlines()[-1])
    assert code == 1
    assert (values["scans"], values["verdicts"]) == (6, {"ok": 5, "not_in_ledger": 1})


def test_a_ledger_under_other_headers(slips: Path, elqr: Elqr, tmp_path: Path) -> None:
    ledger: pa.Table = pq.read_table(slips / "notices.parquet")
    ledger = ledger.rename_columns({"case_key": "整理番号", "amount": "請求額"})
    pq.write_table(ledger, tmp_path / "ledger.parquet")
    column_map = tmp_path / "map.toml"
    column_map.write_text('[columns]\ncase_key = "整理番号"\namount = "請求額"\n', encoding="utf-8")
    command = (
        "verify", slips / "run" / "slips-000001.tiff", "--form", "maru", "--workers", 1,
        "--ledger", tmp_path / "ledger.parquet", "--out", tmp_path / "results",
    )  # fmt: skip
    assert elqr(*command)[0] == 3
    code, out, _ = elqr(*command, "--columns", column_map)
    assert code == 0
    assert "6 slips read: 6 ok" in out


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("none.tiff",), 3, "none.tiff"),
        ((), 2, "SCANS"),
        (("none.tiff", "--scanner", "adf-200"), 2, "scanner"),
        (("none.tiff", "--as-of", "soon"), 2, "soon"),
    ],
)
def test_what_cannot_be_done(
    options: tuple[str, ...], code: int, message: str, elqr: Elqr, tmp_path: Path
) -> None:
    found, out, err = elqr("verify", *options, "--out", tmp_path / "results")
    assert (found, out) == (code, "")
    assert message in err
