"""run/audit.py: every way in which a sealed run can be wrong is found and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import ConfigError
from elqr_fast.run import RunSummary, audit

PrintSlips = Callable[..., RunSummary]
Changed = Callable[..., pa.Table]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit") / "run"


@pytest.fixture
def run(
    kept: Path, notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> Path:
    """A sealed run: 25 notices, rows 4 and 13 rejected, three files."""
    if not kept.exists():
        print_slips(changed(notices, {(3, "levy"): "x", (12, "levy"): "x"}), kept)
    return Path(shutil.copytree(kept, tmp_path / "run"))


@pytest.mark.parametrize("to", ["pdf", "tiff", "png"])
def test_a_good_run(
    to: str, notices: pa.Table, changed: Changed, print_slips: PrintSlips, tmp_path: Path
) -> None:
    print_slips(changed(notices.slice(0, 6), {(3, "levy"): "x"}), tmp_path, to=to, chunk_rows=4)
    found = audit(tmp_path)
    assert found.problems == []
    assert (found.notices, found.printed, found.rejected, found.pages) == (6, 5, 1, 5)


def test_a_flipped_bit(run: Path) -> None:
    path = run / "slips-000002.pdf"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert audit(run).problems == ["slips-000002.pdf has other bytes than were written"]


def test_a_page_lost_with_all_hashes_forged(run: Path) -> None:
    """Pages are counted, whatever the hashes say."""
    path = run / "slips-000003.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        del document.pages[1]
        document.save(path)
    assert any("slips-000003.pdf is" in problem for problem in audit(run).problems)


def edit_manifest(run: Path, change: Callable[[list[dict[str, object]]], object]) -> list[str]:
    """The problems after a change of the manifest whose hash in run.json is made right."""
    path = run / "manifest.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    return [problem for problem in audit(run).problems if "sealed" not in problem]


def test_a_slip_missing_from_the_manifest(run: Path) -> None:
    assert edit_manifest(run, lambda rows: rows.pop(5)) == [
        "slips-000001.pdf: 1 of its pages are not in the manifest",
        "row 7 is neither printed nor rejected",
    ]


def test_a_slip_twice_in_the_manifest(run: Path) -> None:
    assert edit_manifest(run, lambda rows: rows.append(dict(rows[0]))) == [
        "manifest.parquet: row 1 is on a page that slips-000001.pdf does not have",
        "row 1 is printed 2 times",
    ]


def test_a_slip_both_printed_and_rejected(run: Path) -> None:
    problems = edit_manifest(run, lambda rows: rows[2].update(row=3))
    assert "row 3 is neither printed nor rejected" in problems
    assert "row 4 is both printed and rejected" in problems


def test_a_row_the_input_does_not_have(run: Path) -> None:
    problems = edit_manifest(run, lambda rows: rows[-1].update(row=99))
    assert "manifest.parquet: row 100 is none of the input's" in problems


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("slips-000001.pdf", "slips-000001.pdf is missing"),
        ("manifest.parquet", "manifest.parquet is missing"),
        ("rejects.csv", "rejects.csv is missing"),
        ("run.json", "run.json is missing: the run is not sealed"),
    ],
)
def test_a_missing_file(name: str, problem: str, run: Path) -> None:
    (run / name).unlink()
    assert problem in audit(run).problems


def test_rejects_with_a_line_less(run: Path) -> None:
    path = run / "rejects.csv"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "row 13 is neither printed nor rejected" in audit(run).problems
    assert "rejects.csv has other bytes than were sealed" in audit(run).problems


def test_a_forged_summary(run: Path) -> None:
    values = json.loads((run / "run.json").read_bytes())
    values["printed"] += 1
    (run / "run.json").write_text(json.dumps(values))
    assert audit(run).problems == ["run.json: printed is not what the journal says"]


def test_files_of_nobody(run: Path) -> None:
    (run / "slips-000009.pdf").write_bytes(b"")
    assert audit(run).problems == ["slips-000009.pdf is not of this run"]


def test_many_problems_are_cut_short(run: Path) -> None:
    problems = edit_manifest(run, lambda rows: rows.clear())
    assert len(problems) == 3 + 20 + 1
    assert problems[-1] == "… and 3 more like these"


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no run was started here"):
        audit(tmp_path)
