"""Workers that die, hang, stop or run out of memory; slips and pages that are to blame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elqr_fast.codes.elqr import build_payloads
from elqr_fast.errors import OutputError
from elqr_fast.render import slips

Inject = Callable[..., None]


@pytest.mark.parametrize("fault", ["die", "stop"])
def test_a_worker_that_fails_once_is_replaced_and_nothing_shows(
    fault: str, runs: Any, good: dict[str, str], inject: Inject, tmp_path: Path
) -> None:
    inject(fault, [9], once=tmp_path / "failed")
    summary = runs.render(tmp_path / "run", workers=2, deadline=5)
    assert (tmp_path / "failed").exists()
    assert (summary.printed, summary.rejected) == (24, 0)
    assert runs.hashes(tmp_path / "run") == good
    assert runs.leftovers(tmp_path / "run") == []


def test_a_slip_that_kills_is_rejected_and_the_rest_is_printed(
    runs: Any, inject: Inject, tmp_path: Path
) -> None:
    inject("die", [9])
    summary = runs.render(tmp_path / "run", workers=2)
    assert (summary.printed, summary.rejected, summary.verified) == (23, 1, 23)
    [reject] = runs.rejects(tmp_path / "run")
    assert (reject["row"], reject["field"], reject["rule"]) == ("10", "slip", "poison")
    assert reject["found"] == "its worker was ended by signal 9"


def test_a_slip_on_which_workers_hang_is_rejected(
    runs: Any, inject: Inject, tmp_path: Path
) -> None:
    inject("hang", [2])
    runs.render(tmp_path / "run", workers=2, chunk_rows=1, deadline=2)
    assert [r["found"] for r in runs.rejects(tmp_path / "run")] == ["it gave no answer in time"]


@pytest.mark.parametrize("fault", ["raise", "memory"])
def test_slips_that_raise_are_rejected_with_the_same_bytes_anywhere(
    fault: str, runs: Any, inject: Inject, tmp_path: Path
) -> None:
    inject(fault, [9, 23])
    for workers, chunk_rows in ((1, 6), (2, 6)) if fault == "raise" else ((1, 6),):
        out = tmp_path / str(workers)
        summary = runs.render(out, workers=workers, chunk_rows=chunk_rows)
        assert (summary.printed, summary.rejected) == (22, 2)
        assert [r["row"] for r in runs.rejects(out)] == ["10", "24"]
        assert "山田" not in str(runs.rejects(out))
    hashes = [runs.hashes(out) for out in tmp_path.iterdir()]
    assert all(found == hashes[0] for found in hashes)


class SpoiltSymbols:
    """The symbol maker, with one module wrong: in every symbol of the payloads it is told.

    Between the maker and the page's bytes nothing looks at the modules again: the read-back must.
    """

    def __init__(self, payloads: Any, times: int | None = None) -> None:
        self.payloads = {row.tobytes() for row in payloads}
        self.left = times
        self._encode = slips.encode

    def __call__(self, digits: Any, **options: Any) -> Any:
        symbols = self._encode(digits, **options)
        for index, row in enumerate(digits):
            if row.tobytes() in self.payloads and self.left != 0:
                symbols.packed[index, 20, 2] ^= 8
                self.left = None if self.left is None else self.left - 1
        return symbols


@pytest.fixture
def payloads(runs: Any) -> Any:
    """Of all notices of the runs: uint8 [24, 255]."""
    return build_payloads(runs.table).digits


@pytest.mark.parametrize("to", ["pdf", "tiff"])
def test_a_page_that_was_spoilt_is_written_again(
    to: str, runs: Any, payloads: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.render(tmp_path / "good", to=to)
    spoilt = SpoiltSymbols(payloads[2:3], times=1)
    monkeypatch.setattr(slips, "encode", spoilt)
    assert runs.render(tmp_path / "run", to=to).printed == 24
    assert spoilt.left == 0
    assert runs.hashes(tmp_path / "run") == runs.hashes(tmp_path / "good")


@pytest.mark.parametrize("to", ["pdf", "tiff"])
def test_a_slip_that_never_reads_back_is_rejected(
    to: str, runs: Any, payloads: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slips, "encode", SpoiltSymbols(payloads[3:4]))
    assert runs.render(tmp_path / "run", to=to).rejected == 1
    [reject] = runs.rejects(tmp_path / "run")
    assert (reject["row"], reject["rule"]) == ("4", "poison")
    assert reject["found"] == "its page does not read back as its record"


def test_when_no_slip_reads_back_the_run_ends_and_keeps_nothing(
    runs: Any, payloads: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slips, "encode", SpoiltSymbols(payloads))
    with pytest.raises(OutputError, match="that is not their fault"):
        runs.render(tmp_path / "run", chunk_rows=24)
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".run"]


def test_the_search_keeps_none_of_its_trials(runs: Any, inject: Inject, tmp_path: Path) -> None:
    inject("raise", [9])
    runs.render(tmp_path / "run", to="png")
    names = {path.name for path in (tmp_path / "run").glob("*.png")}
    assert names == {f"slip-{row:09d}.png" for row in range(1, 25) if row != 10}
