"""The committed templates are what the font gives."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from elqr_fast.codes.ocr_lines import VALUES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    tool = runpy.run_path(str(ROOT / "tools" / "make_ocr_templates.py"))
    if not tool["FONT"].exists():
        pytest.skip("needs OCR-B: apt-get install fonts-ocr-b")
    return tool


def test_every_character_of_a_line_has_a_template(tool: dict[str, Any]) -> None:
    assert tool["CHARACTERS"] == "".join(VALUES)


def test_committed_templates_are_the_font_s(tool: dict[str, Any]) -> None:
    """To a grey or two: another FreeType may round otherwise."""
    committed = (ROOT / "csrc" / "ocr_glyphs.c").read_text(encoding="utf-8")
    made = tool["source"]()
    number = re.compile(r"-?\d+(?:\.\d+)?")
    assert number.sub("n", committed) == number.sub("n", made)
    values = [np.array(number.findall(text), float) for text in (committed, made)]
    assert np.abs(values[0] - values[1]).max() <= 2


def test_templates_have_no_sum(tool: dict[str, Any]) -> None:
    glyphs, likeness = tool["tables"]()
    assert not glyphs.sum(axis=(1, 2)).any()
    assert np.abs(glyphs).max() <= 127
    others = likeness[~np.eye(len(likeness), dtype=bool)]
    assert others.max() < 0.9
