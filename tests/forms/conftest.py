"""Forms that differ from a built-in one in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elqr_fast.forms import load_form

Altered = Callable[[str, str], Path]


@pytest.fixture
def altered(tmp_path: Path) -> Altered:
    """Writes the maru form with one text replaced, once; gives the file."""

    def alter(old: str, new: str) -> Path:
        text = Path(load_form("maru").path).read_text("utf-8")
        assert old in text
        path = tmp_path / "altered.toml"
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return alter
