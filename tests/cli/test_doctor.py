"""cli/doctor.py and the command as it is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Elqr = Callable[..., "object"]


def test_doctor_names_versions_and_fonts(elqr: Elqr) -> None:
    _, out, _ = elqr("doctor")
    assert out.startswith("elqr_fast 0.")
    assert "zxing-cpp" in out
    assert "font ipaexg: " in out


def test_doctor_tells_how_to_get_a_missing_font(
    elqr: Elqr, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elqr_fast.render import fonts

    monkeypatch.setattr(fonts, "font_folders", list)
    monkeypatch.delenv("ELQR_FONT_PATH", raising=False)
    code, out, _ = elqr("doctor")
    assert (code, "fonts-ocr-b" in out) == (1, True)


def test_help_names_the_exit_codes() -> None:
    script = "from elqr_fast.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True
    )
    assert "Exit codes: 0 all done, 1 done with rejects" in done.stdout
