"""The gate over tools/corpus.py: no rung reads fewer of a class than it did, and none misreads."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

TOOL = Path(__file__).parents[2] / "tools" / "corpus.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpus_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


corpus = _load()
PINS = corpus.read_pins()


def test_every_class_is_pinned() -> None:
    assert list(PINS) == list(corpus.classes())


@pytest.mark.parametrize("name", PINS)
def test_no_rung_reads_fewer(name: str) -> None:
    score = corpus.score(name)
    assert score.misreads == 0
    fewer = {rung: n for rung, n in score.hits.items() if n < PINS[name][rung]}
    assert not fewer, f"pinned: {PINS[name]}"
    assert score.hits["assisted"] >= score.hits["zxing"]


def test_a_fall_and_a_misread_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "normal-grey-200-90"
    digits, images = corpus.scans(name)
    images[0] = 255
    digits[1, 7] ^= 1  # what was printed differs from what is read
    monkeypatch.setattr(corpus, "scans", lambda _: (digits, images))
    score = corpus.score(name)
    assert score.misreads in (1, 2)  # by us, and by zxing-cpp if it reads that scan
    assert score.hits["assisted"] == corpus.SCANS - 2


def test_the_ways_up_are_scans_of_their_own() -> None:
    one, other = (corpus.scans(f"normal-grey-200-{angle}")[1] for angle in (0, 180))
    assert not np.array_equal(one, np.rot90(other, 2, axes=(1, 2)))
    assert np.array_equal(one, corpus.scans("normal-grey-200-0")[1])


def test_a_refresh_pins_what_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {"a": corpus.Score({"fast": 3, "zxing": 1}), "b": corpus.Score({"fast": 2}, 1)}
    monkeypatch.setattr(corpus, "PINS", tmp_path / "pins.toml")
    monkeypatch.setattr(corpus, "classes", lambda: scores)
    monkeypatch.setattr(corpus, "score", scores.__getitem__)
    assert corpus.main(["--refresh"]) == 1
    assert not (tmp_path / "pins.toml").exists()
    assert "nothing written: b" in capsys.readouterr().out
    scores["b"].misreads = 0
    assert corpus.main(["--refresh"]) == 0
    assert corpus.read_pins() == {"a": {"fast": 3, "zxing": 1}, "b": {"fast": 2}}
