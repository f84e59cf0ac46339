"""The hunt for misreads: 100,000 scans here, its log, its arithmetic, and that it would see one."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

TOOL = Path(__file__).parents[2] / "tools" / "nightly" / "misreads.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("misreads_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


hunt = _load()
FEW = 5


@pytest.mark.parametrize("part", range(8))
def test_no_misread_in_100_000_scans_by_the_fast_rung(part: int) -> None:
    read: Counter[str] = Counter()
    for chunk in range(50 * part, 50 * (part + 1)):
        outcome = hunt.by_native(chunk, 250, hunt.native.FAST)
        assert outcome.misread == [], f"chunk {chunk}"
        read += outcome.read
    assert read.total() == 12_500
    assert 3_000 < read["native_fast"] < 9_500  # neither harmless nor hopeless


@pytest.mark.parametrize("kind", range(6))
def test_no_misread_by_all_native_rungs(kind: int) -> None:
    """Few, as a scan that nothing reads costs tens of milliseconds."""
    outcome = hunt.by_native(6_000 + kind, 200, hunt.native.ASSISTED)
    assert outcome.misread == []
    assert outcome.read["native_slow"] > 5
    assert outcome.read["native_assisted"] > 5


@pytest.mark.parametrize("kind", range(6))
def test_no_misread_by_the_whole_ladder(kind: int) -> None:
    outcome = hunt.by_ladder(12_000 + kind, 50)
    assert outcome.misread == []
    assert outcome.read.total() == 50


def test_a_misread_would_be_seen() -> None:
    digits = hunt.payloads(1, 3)
    found, sound = digits.copy(), np.array([True, True, False])
    found[1, 200] ^= 1
    found[2] = 0  # nothing was read there, which is no misread
    outcome = hunt.judged(digits, found, sound, ["native_fast", "native_slow", ""])
    assert outcome.misread == [1]
    assert outcome.unread == [2]
    assert outcome.read == {"native_fast": 1, "native_slow": 1, "unread": 1}


def test_a_chunk_depends_on_its_number_only() -> None:
    (digits, images), (same, again) = hunt.scans(7, 3), hunt.scans(7, 3)
    assert np.array_equal(digits, same)
    assert np.array_equal(images, again)
    assert not np.array_equal(images, hunt.scans(7 + len(hunt.CLASSES), 3)[1])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunt, "CHUNK", FEW)


@pytest.mark.usefixtures("small")
def test_a_rerun_does_what_its_log_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    command = ["--log", str(log), "--slow-every", "2", "--scans"]
    assert hunt.main([*command, str(13 * FEW)]) == 0
    whole = log.read_text().splitlines()
    assert [json.loads(line)["chunk"] for line in whole] == list(range(13))
    # Each second round of the classes, the first of all included, is through all native rungs.
    ways = [json.loads(line)["way"] for line in whole]
    assert ways == ["native"] * 6 + ["native_fast"] * 6 + ["native"]
    log.write_text("\n".join([*whole[:3], *whole[4:9], whole[9][:20]]))
    assert hunt.main([*command, str(13 * FEW)]) == 0
    again = log.read_text().splitlines()
    assert sorted(again) == sorted(whole)
    assert f"| native_fast | all | {6 * FEW} |" in capsys.readouterr().out


@pytest.mark.usefixtures("small")
def test_a_misread_in_the_log_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    line = hunt.line_of(0, "native", hunt.Outcome(Counter(native_fast=FEW), [3], []))
    log.write_text(json.dumps(line) + "\n")
    assert hunt.main(["--log", str(log), "--scans", str(FEW)]) == 1
    said = capsys.readouterr().out
    assert "misread: chunk 0, scan 3, normal-200, native" in said
    assert "nan" in said


def test_the_bound() -> None:
    """With the rate at the bound, n scans have no misread one time in twenty."""
    for n in (1, 59, 100_000):
        assert (1 - hunt.upper_bound(0, n)) ** n == pytest.approx(0.05, rel=1e-6)
    assert hunt.upper_bound(0, 10**7) == pytest.approx(3.0e-7, rel=0.01)
    assert math.isnan(hunt.upper_bound(1, 10))
