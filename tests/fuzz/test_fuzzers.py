"""Builds every tests/fuzz/fuzz_*.c with libFuzzer and lets it run for a few seconds.

A fuzzer's first line names the files of csrc/ it needs, as in tests/c.  ELQR_FUZZ_SECONDS is the
time for each (default 3); a longer hunt: `ELQR_FUZZ_SECONDS=60 pytest tests/fuzz`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CSRC = HERE.parents[1] / "csrc"
FUZZERS = sorted(HERE.glob("fuzz_*.c"))
FLAGS = [
    "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
    "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all",
]  # fmt: skip


def kernel_sources(fuzzer: Path) -> list[Path]:
    """The files of csrc/ that the first line of `fuzzer` names."""
    with fuzzer.open(encoding="utf-8") as lines:
        found = re.fullmatch(r"/\* csrc:(.*)\*/", lines.readline().strip())
    assert found, f"{fuzzer.name}: the first line must be /* csrc: file.c ... */"
    return [CSRC / name for name in found[1].split()]


@pytest.mark.skipif(shutil.which("clang") is None, reason="needs clang: apt-get install clang")
@pytest.mark.parametrize("fuzzer", FUZZERS, ids=lambda fuzzer: fuzzer.stem)
def test_fuzzer_finds_nothing(fuzzer: Path, tmp_path: Path) -> None:
    seconds = int(os.environ.get("ELQR_FUZZ_SECONDS", "3"))
    binary = tmp_path / fuzzer.stem
    sources = [fuzzer, *kernel_sources(fuzzer)]
    build = ["clang", *FLAGS, f"-I{CSRC}", *map(str, sources), "-o", str(binary)]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    # A fixed seed: a failure of the short run can be repeated.
    hunt = [binary, f"-max_total_time={seconds}", "-seed=1", "-timeout=10", "-print_final_stats=1"]
    ran = subprocess.run(
        hunt, capture_output=True, text=True, cwd=tmp_path, timeout=seconds + 120, errors="replace"
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
