"""Workers that die, hang, stop or run out of memory; slips and pages that are to blame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elqr_fast.errors import OutputError
from elqr_fast.render import pdf, tiff
from elqr_fast.render.pages import Page
from elqr_fast.run import chunk

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


def spoil_path(operators: str) -> str:
    return operators.replace("1", "2", 1)


def flip_bits(strips: list[bytes]) -> list[bytes]:
    return [bytes([*strip[:-9], strip[-9] ^ 1, *strip[-8:]]) for strip in strips if len(strip) > 9]


@pytest.mark.parametrize(
    ("to", "owner", "name", "spoil"),
    [
        ("pdf", pdf.Content, "_symbol", spoil_path),
        ("tiff", tiff.StripCoder, "strips", flip_bits),
    ],
)
def test_a_page_that_was_spoilt_is_written_again(
    to: str,
    owner: Any,
    name: str,
    spoil: Callable[[Any], Any],
    runs: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs.render(tmp_path / "good", to=to)
    make = getattr(owner, name)
    calls: list[int] = []

    def spoil_third(*arguments: Any) -> Any:
        calls.append(1)
        made = make(*arguments)
        return spoil(made) if len(calls) == 3 else made

    monkeypatch.setattr(owner, name, spoil_third)
    assert runs.render(tmp_path / "run", to=to).printed == 24
    assert len(calls) == 24 + 6  # one chunk was made twice
    assert runs.hashes(tmp_path / "run") == runs.hashes(tmp_path / "good")


def wrong_module(page: Page) -> None:
    modules = page.scene.symbols[0].modules.copy()
    modules[20, 20] ^= 1
    page.scene.symbols[0] = replace(page.scene.symbols[0], modules=modules)


def test_a_slip_that_never_reads_back_is_rejected(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = chunk.compose

    def spoil_row_3(plate: Any, slips: Any) -> Any:
        pages, errors = compose(plate, slips)
        for page in pages:
            if page.row == 3:
                wrong_module(page)
        return pages, errors

    monkeypatch.setattr(chunk, "compose", spoil_row_3)
    assert runs.render(tmp_path / "run").rejected == 1
    [reject] = runs.rejects(tmp_path / "run")
    assert (reject["row"], reject["rule"]) == ("4", "poison")
    assert reject["found"] == "its page does not read back as its record"


def test_when_no_slip_reads_back_the_run_ends_and_keeps_nothing(
    runs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = chunk.compose

    def spoil_all(plate: Any, slips: Any) -> Any:
        pages, errors = compose(plate, slips)
        for page in pages:
            wrong_module(page)
        return pages, errors

    monkeypatch.setattr(chunk, "compose", spoil_all)
    with pytest.raises(OutputError, match="that is not their fault"):
        runs.render(tmp_path / "run", chunk_rows=24)
    assert [path.name for path in (tmp_path / "run").iterdir()] == [".run"]


def test_the_search_keeps_none_of_its_trials(runs: Any, inject: Inject, tmp_path: Path) -> None:
    inject("raise", [9])
    runs.render(tmp_path / "run", to="png")
    names = {path.name for path in (tmp_path / "run").glob("*.png")}
    assert names == {f"slip-{row:09d}.png" for row in range(1, 25) if row != 10}
