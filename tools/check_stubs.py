"""Compare every .pyi beside a kernel module with the built module (mypy's stubtest).

Run it with the Python that has elqr_fast installed: python tools/check_stubs.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NATIVE = Path(__file__).parent.parent / "src" / "elqr_fast" / "_native"
# Names that Cython gives every module, which no user calls.
CYTHON_OWN = [
    r".*\.__reduce_cython__",
    r".*\.__setstate_cython__",
    r".*\.__test__",
    r".*\.__pyx_.*",
]


def main() -> int:
    modules = [f"elqr_fast._native.{path.stem}" for path in sorted(NATIVE.glob("*.pyi"))]
    allowed = Path("build") / "stubtest-allowed.txt"
    allowed.parent.mkdir(exist_ok=True)
    allowed.write_text("\n".join(CYTHON_OWN) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy.stubtest", "--ignore-unused-allowlist"]
    return subprocess.call([*command, "--allowlist", str(allowed), *modules])


if __name__ == "__main__":
    sys.exit(main())
