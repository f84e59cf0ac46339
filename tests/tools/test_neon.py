"""The NEON variant, cross-compiled and run under qemu."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "test_neon.sh"
TOOLS = {
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "qemu-aarch64-static": "qemu-user-static",
}
MISSING = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]


@pytest.mark.skipif(bool(MISSING), reason=f"needs apt-get install {' '.join(MISSING)}")
def test_neon_equals_the_clear_edition() -> None:
    ran = subprocess.run(["sh", str(SCRIPT)], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "neon equals the clear edition" in ran.stdout
