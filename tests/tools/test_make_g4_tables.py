"""The committed tables are the generator's, and the generator's are complete prefix codes."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "tools" / "make_g4_tables.py"


def test_header_is_up_to_date() -> None:
    made = subprocess.run([sys.executable, TOOL], check=True, capture_output=True).stdout
    assert made == (ROOT / "csrc" / "g4_tables.h").read_bytes()


@pytest.mark.parametrize("colour", ["WHITE", "BLACK"])
def test_run_codes_fill_all_but_the_zero_prefix(colour: str) -> None:
    """T.4 keeps 00000000 for EOL: with it, and only it, the code lengths fill the whole tree."""
    words: dict[str, list[str]] = {}
    exec(TOOL.read_text(encoding="utf-8").split("HEAD =")[0], words)
    codes = words[f"{colour}_TERMINATING"] + words[f"{colour}_MAKE_UP"] + words["LONG_MAKE_UP"]
    assert len(set(codes)) == 64 + 27 + 13
    assert sum(Fraction(1, 1 << len(code)) for code in codes) == 1 - Fraction(1, 256)
