"""The AVX-512 variants, with the instructions emulated where the processor lacks them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "test_avx512.sh"
HEADER = Path("/usr/include/simde/x86/avx512.h")


@pytest.mark.skipif(
    shutil.which("cc") is None or not HEADER.exists(), reason="needs apt-get install libsimde-dev"
)
def test_avx512_equals_the_clear_edition() -> None:
    ran = subprocess.run(["sh", str(SCRIPT)], capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for variant in ("avx512-gfni", "avx512", "avx512-single"):
        assert f"{variant} equals the clear edition" in ran.stdout
