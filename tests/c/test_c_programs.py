"""Builds and runs every tests/c/test_*.c under AddressSanitizer and UBSan.

A program's first line names the files of csrc/ it needs, `/* csrc: a.c b.c */` (or `/* csrc: */`),
and the program returns 0 when all is well.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CSRC = HERE.parents[1] / "csrc"
PROGRAMS = sorted(HERE.glob("test_*.c"))
FLAGS = [
    "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
    "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer",
]  # fmt: skip


def kernel_sources(program: Path) -> list[Path]:
    """The files of csrc/ that the first line of `program` names."""
    with program.open(encoding="utf-8") as lines:
        found = re.fullmatch(r"/\* csrc:(.*)\*/", lines.readline().strip())
    assert found, f"{program.name}: the first line must be /* csrc: file.c ... */"
    return [CSRC / name for name in found[1].split()]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_c_program(program: Path, compiler: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}: apt-get install {compiler}")
    binary = tmp_path / program.stem
    sources = [program, *kernel_sources(program)]
    build = [compiler, *FLAGS, f"-I{CSRC}", *map(str, sources), "-o", str(binary), "-lm"]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([binary], capture_output=True, text=True, timeout=120, errors="replace")
    assert ran.returncode == 0, ran.stdout + ran.stderr
