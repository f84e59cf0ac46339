"""run/render.py: a whole run, what it leaves on disk, and that every rerun gives the same."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import ConfigError, FormError, InputError, Interrupted, OutputError
from elqr_fast.render import pdf
from elqr_fast.run import RunSummary

PrintSlips = Callable[..., RunSummary]
Changed = Callable[..., pa.Table]


def hashes(out: Path) -> dict[str, str]:
    """Of every file a user takes from a run's directory."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.iterdir())
        if path.is_file()
    }


def rejects(out: Path) -> list[dict[str, str]]:
    with (out / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_prints_everything_in_chunks(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    summary = print_slips(notices, out)
    assert (summary.notices, summary.printed, summary.rejected) == (25, 25, 0)
    assert (summary.verified, summary.chunks, summary.pages) == (25, 3, 25)
    names = ["slips-000001.pdf", "slips-000002.pdf", "slips-000003.pdf"]
    assert list(hashes(out)) == ["manifest.parquet", "rejects.csv", "run.json", *names]
    assert summary.bytes == sum((out / name).stat().st_size for name in names)
    record = json.loads((out / "run.json").read_bytes())
    assert (record["notices"], record["printed"], record["rejected"]) == (25, 25, 0)
    assert {f["name"]: f["sha256"] for f in record["files"]} == {n: hashes(out)[n] for n in names}
    assert rejects(out) == []


def test_the_manifest_says_where_each_row_went(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    print_slips(changed(notices, {(3, "amount"): "0"}), tmp_path / "run")
    rows = pq.read_table(tmp_path / "run" / "manifest.parquet").to_pylist()
    assert [row["row"] for row in rows] == [*range(3), *range(4, 25)]
    assert [row["page"] for row in rows] == [*range(9), *range(10), *range(5)]
    assert rows[9]["file"] == "slips-000002.pdf"
    assert all(row["read_back"] == "ok" for row in rows)
    assert len({row["case_key_hash"] for row in rows}) == 24


def test_bad_rows_are_rejected_with_their_reasons_and_the_rest_is_printed(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    bad = {
        (0, "amount"): "0",
        (4, "amount"): "-5",
        (8, "amount"): "123456789012",
        (11, "amount"): "many",
        (12, "due"): "20260231",
        (20, "case_key"): None,
        (21, "name"): "𠮟\U000f0000",
    }
    summary = print_slips(changed(notices, bad), tmp_path / "run")
    assert summary.rejected == 7
    assert summary.printed + summary.rejected == summary.notices
    found = {(int(r["row"]), r["field"]) for r in rejects(tmp_path / "run")}
    assert found >= {(row + 1, field) for row, field in bad}
    assert {row for row, _ in found} == {row + 1 for row, _ in bad}
    assert all(r["rule"] and r["expected"] for r in rejects(tmp_path / "run"))


def test_of_equal_case_keys_the_first_row_prints_whatever_the_chunks(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    key = notices["case_key"][2].as_py()
    twice = changed(notices, {(9, "case_key"): key, (23, "case_key"): key})
    for chunk_rows in (5, 10, 50):
        out = tmp_path / str(chunk_rows)
        print_slips(twice, out, chunk_rows=chunk_rows)
        found = [(r["row"], r["field"], r["rule"]) for r in rejects(out)]
        assert found == [("10", "case_key", "duplicate"), ("24", "case_key", "duplicate")]


def test_a_chunk_of_rejects_makes_no_file(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    bad = changed(notices, {(row, "levy"): "x" for row in range(10, 20)})
    summary = print_slips(bad, tmp_path / "run")
    assert (summary.printed, summary.rejected) == (15, 10)
    assert not (tmp_path / "run" / "slips-000002.pdf").exists()


def test_workers_do_not_change_a_byte(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    print_slips(notices, tmp_path / "one", workers=1)
    print_slips(notices, tmp_path / "two", workers=2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


class StopAfter:
    """A progress callback that plays Ctrl-C after so many chunks."""

    def __init__(self, chunks: int) -> None:
        self.left = chunks + 1

    def __call__(self, done: int, total: int) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_an_interrupted_run_resumes_to_the_same_bytes(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    print_slips(notices, tmp_path / "whole")
    out = tmp_path / "stopped"
    with pytest.raises(Interrupted, match="10 of 25 notices done"):
        print_slips(notices, out, progress=StopAfter(1))
    assert [path.name for path in out.glob("*") if path.is_file()] == ["slips-000001.pdf"]
    first = (out / "slips-000001.pdf").stat().st_mtime_ns
    summary = print_slips(notices, out)
    assert (summary.printed, summary.chunks) == (25, 3)
    assert (out / "slips-000001.pdf").stat().st_mtime_ns == first
    assert hashes(out) == hashes(tmp_path / "whole")


@pytest.mark.parametrize("damage", ["torn line", "missing file", "short file", "missing sidecar"])
def test_what_the_journal_lacks_is_done_again(
    damage: str, notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    print_slips(notices, out)
    before = hashes(out)
    journal = out / ".run" / "journal.jsonl"
    if damage == "torn line":
        journal.write_bytes(journal.read_bytes()[:-40])
    elif damage == "missing file":
        (out / "slips-000002.pdf").unlink()
    elif damage == "short file":
        (out / "slips-000002.pdf").write_bytes(b"%PDF")
    else:
        (out / ".run" / "000002.rejects.jsonl").unlink()
    (out / "orphan.pdf.part").write_bytes(b"half")
    print_slips(notices, out)
    assert hashes(out) == before


def test_another_input_in_the_same_directory_is_refused(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    print_slips(notices, tmp_path / "run")
    before = hashes(tmp_path / "run")
    with pytest.raises(ConfigError, match="holds another run: its input differ"):
        print_slips(changed(notices, {(0, "amount"): "1"}), tmp_path / "run")
    with pytest.raises(ConfigError, match="holds another run: its dpi differ"):
        print_slips(notices, tmp_path / "run", dpi=600)
    assert hashes(tmp_path / "run") == before


def test_two_runs_in_one_directory(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    def start_another(done: int, total: int) -> None:
        print_slips(notices, tmp_path / "run")

    with pytest.raises(OutputError, match="another run is writing here"):
        print_slips(notices, tmp_path / "run", progress=start_another)


def test_everything_is_private(notices: pa.Table, print_slips: PrintSlips, tmp_path: Path) -> None:
    out = tmp_path / "run"
    print_slips(notices, out, to="tiff")
    for path in [out, *out.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_pages_in_the_wrong_order_are_printed_again(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_slips(notices, tmp_path / "good")
    write = pdf.write_pdf
    orders = iter([[0, 1, 2, 4, 3, 5, 6, 7, 8, 9]])

    def swap_two_once(plate: Any, pages: list[Any], target: Any) -> int:
        order = next(orders, range(len(pages)))
        return write(plate, [pages[place] for place in order], target)

    monkeypatch.setattr(pdf, "write_pdf", swap_two_once)
    summary = print_slips(notices, tmp_path / "run")
    assert summary.printed == 25
    assert hashes(tmp_path / "run") == hashes(tmp_path / "good")


@pytest.mark.parametrize(("verify", "verified"), [("all", 25), ("sample", 9), ("none", 0)])
def test_verify_says_how_many_were_read_back(
    verify: str, verified: int, notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    assert print_slips(notices, tmp_path / "run", verify=verify).verified == verified


def test_png_gives_a_file_a_slip(
    notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    five = changed(notices.slice(0, 5), {(1, "levy"): "x"})
    summary = print_slips(five, tmp_path / "run", to="png")
    names = [path.name for path in sorted((tmp_path / "run").glob("*.png"))]
    assert names == [f"slip-{row:09d}.png" for row in (1, 3, 4, 5)]
    assert (summary.printed, summary.rejected, summary.verified) == (4, 1, 4)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"to": "docx"}, ConfigError, "to is 'docx'"),
        ({"layer": "ink"}, ConfigError, "layer is 'ink'"),
        ({"verify": "some"}, ConfigError, "verify is 'some'"),
        ({"engine": "dask"}, ConfigError, "engine is 'dask'"),
        ({"deadline": 0}, ConfigError, "deadline is 0"),
        ({"workers": 0}, ConfigError, "workers is 0"),
        ({"chunk_rows": 0}, ConfigError, "chunk_rows is 0"),
        ({"dpi": 240}, FormError, "240"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(
    options: dict[str, Any],
    error: type[Exception],
    message: str,
    notices: pa.Table,
    print_slips: PrintSlips,
    tmp_path: Path,
) -> None:
    with pytest.raises(error, match=message):
        print_slips(notices, tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()


def test_a_missing_column_is_an_input_error(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="case_key"):
        print_slips(notices.drop_columns(["case_key"]), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_directory_that_is_a_file(
    notices: pa.Table, print_slips: PrintSlips, tmp_path: Path
) -> None:
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot write"):
        print_slips(notices, tmp_path / "run")
