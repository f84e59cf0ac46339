"""cli/demo.py: README's first command, on fewer notices."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Elqr = Callable[..., "object"]


def test_the_demo_closes_the_loop(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("demo", "--notices", 20, "--out", tmp_path / "demo")
    assert code == 0
    assert "20 notices: 20 printed, 0 rejected" in out
    assert "20 slips read: 20 ok" in out
    for name in ("notices.csv", "notices.parquet", "slips/run.json", "results/results.csv"):
        assert (tmp_path / "demo" / name).is_file()
        assert (tmp_path / "demo" / name).stat().st_mode & 0o077 == 0


def test_the_json_line(elqr: Elqr, tmp_path: Path) -> None:
    code, out, _ = elqr("demo", "--notices", 3, "--out", tmp_path / "demo", "--json")
    values = json.loads(out.splitlines()[-1])
    assert (code, values["printed"], values["read"]["verdicts"]) == (0, 3, {"ok": 3})


def test_a_second_demo_in_the_same_directory(elqr: Elqr, tmp_path: Path) -> None:
    for _ in range(2):
        code, out, _ = elqr("demo", "--notices", 3, "--out", tmp_path / "demo")
        assert (code, "3 slips read: 3 ok" in out) == (0, True)
    code, _, err = elqr("demo", "--notices", 4, "--out", tmp_path / "demo")
    assert code == 2
    assert "holds another run" in err
