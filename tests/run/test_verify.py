"""run/verify.py: a batch of scans that is interrupted goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from elqr_fast.errors import ConfigError, Interrupted, OutputError
from elqr_fast.run import RunSummary, resume, verify

PrintSlips = Callable[..., RunSummary]


@pytest.fixture
def scans(notices: pa.Table, print_slips: PrintSlips, tmp_path: Path) -> Path:
    print_slips(notices, tmp_path / "scans", chunk_rows=3)
    return tmp_path / "scans"


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elqr_fast.run.segments.SEGMENT_ROWS", 5)


def results(out: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())
    }


class StopAt:
    """A progress callback that plays Ctrl-C at so many pages, and remembers where it began."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.began: int | None = None

    def __call__(self, done: int, total: int) -> None:
        self.began = done if self.began is None else self.began
        if done >= self.pages:
            raise KeyboardInterrupt


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_batch_goes_on_to_the_same_bytes(
    workers: int, scans: Path, notices: pa.Table, tmp_path: Path
) -> None:
    # A table cannot be resumed by `resume`; and the report says what was checked.
    checks = {"ledger": notices} if workers == 1 else {}
    whole = verify(scans, out=tmp_path / "whole", workers=1, **checks)
    assert whole.verdicts == {"ok": 25}
    began = []
    for pages in (7, 13, 14, 22):
        stop = StopAt(pages)
        with pytest.raises(Interrupted, match="the same command again resumes"):
            verify(scans, out=tmp_path / "out", workers=workers, progress=stop)
        began.append(stop.began)
        assert not (tmp_path / "out" / "results.csv").exists()
    assert began == [0, 6, 12, 12]
    if workers == 1:
        summary = verify(scans, out=tmp_path / "out", workers=workers, **checks)
    else:
        summary = resume(tmp_path / "out")
    assert (summary.scans, summary.verdicts) == (25, {"ok": 25})
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert list(results(tmp_path / "out")) == ["report.html", "results.csv", "results.parquet"]


def test_scans_that_changed_since_are_refused(scans: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        verify(scans, out=tmp_path / "out", workers=1, progress=StopAt(13))
    (scans / "slips-000009.pdf").unlink()
    with pytest.raises(ConfigError, match="holds another run: its scans differ"):
        verify(scans, out=tmp_path / "out", workers=1)


def test_a_segment_with_a_flipped_bit_is_read_again(scans: Path, tmp_path: Path) -> None:
    verify(scans, out=tmp_path / "whole", workers=1)
    with pytest.raises(Interrupted):
        verify(scans, out=tmp_path / "out", workers=1, progress=StopAt(19))
    segment = tmp_path / "out" / ".run" / "000002.rows.arrow"
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    stop = StopAt(100)
    verify(scans, out=tmp_path / "out", workers=1, progress=stop)
    assert stop.began == 6
    assert results(tmp_path / "out") == results(tmp_path / "whole")


def test_two_batches_into_one_directory(scans: Path, tmp_path: Path) -> None:
    def start_another(done: int, total: int) -> None:
        verify(scans, out=tmp_path / "out", workers=1)

    with pytest.raises(OutputError, match="another run is writing here"):
        verify(scans, out=tmp_path / "out", workers=1, progress=start_another)


def test_relative_paths_are_resumed_where_they_begin(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Interrupted):
        verify("scans", out="out", workers=1, progress=StopAt(13))
    monkeypatch.chdir(scans)
    with pytest.raises(ConfigError, match=f"go to {tmp_path} for this"):
        resume(tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    assert resume("out").verdicts == {"ok": 25}
