"""Counts the instructions of each kernel and compares with what is recorded.

    python tools/count_instructions.py              # fails if a kernel needs over 3 % more
    python tools/count_instructions.py --refresh    # records what it finds
    python tools/count_instructions.py qr_batch     # some drivers only

A driver is a small program in benchmarks/instructions/ whose first line names the files of csrc/
it needs, `/* csrc: a.c b.c */`, and whose argument says how often to repeat its work.  Valgrind's
cachegrind counts the instructions of a repeat: unlike time, the count hardly depends on how busy
the machine is.  It does depend on the compiler and on the instruction set that valgrind presents
(at most AVX2), so both are recorded, and where they differ nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DRIVERS = ROOT / "benchmarks" / "instructions"
RECORD = DRIVERS / "counts.json"
FLAGS = ["-O3", "-std=c11", "-g0"]  # as setup.py builds the extension modules
REPEATS = 10
TOLERANCE = 0.03


def compiler() -> str:
    """The compiler to use: $CC, or gcc."""
    return os.environ.get("CC", "gcc")


def machine() -> dict[str, str]:
    """What a count depends on besides the code."""
    version = subprocess.run(
        [compiler(), "--version"], capture_output=True, text=True, check=True
    ).stdout
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text(encoding="utf-8").split() if cpuinfo.exists() else []
    vectors = "avx2" if "avx2" in flags else "baseline"
    return {
        "compiler": version.splitlines()[0],
        "flags": " ".join(FLAGS),
        "machine": f"{platform.machine()} {vectors}",
    }


def build(driver: Path, binary: Path) -> None:
    """Compiles a driver with the kernels that its first line names."""
    with driver.open(encoding="utf-8") as lines:
        named = re.fullmatch(r"/\* csrc:(.*)\*/", lines.readline().strip())
    if named is None:
        sys.exit(f"{driver.name}: the first line must be /* csrc: file.c ... */")
    sources = [ROOT / "csrc" / name for name in named[1].split()]
    command = [compiler(), *FLAGS, f"-I{ROOT / 'csrc'}", driver, *sources, "-o", binary, "-lm"]
    subprocess.run(command, check=True)


def instructions(binary: Path, repeats: int) -> int:
    """Instructions that one run executes, start-up and all."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no"]
    command += ["--cachegrind-out-file=/dev/null", str(binary), str(repeats)]
    run = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"I\s+refs:\s+([\d,]+)", run.stderr)
    if run.returncode or found is None:
        sys.exit(f"{binary.name} failed under valgrind:\n{run.stderr}")
    return int(found[1].replace(",", ""))


def count(driver: Path) -> int:
    """Instructions of one repeat of a driver's work."""
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / driver.stem
        build(driver, binary)
        return round((instructions(binary, REPEATS) - instructions(binary, 0)) / REPEATS)


def verdict(recorded: int | None, found: int) -> tuple[bool, str]:
    """Whether a count passes, and what to say of it."""
    if recorded is None:
        return False, "not recorded: run with --refresh"
    change = found / recorded - 1
    if found > recorded * (1 + TOLERANCE):
        return False, f"{change:+.1%}, more than {TOLERANCE:.0%}"
    if found < recorded * (1 - TOLERANCE):
        return True, f"{change:+.1%}, worth recording with --refresh"
    return True, f"{change:+.1%}"


def compare(recorded: dict[str, int], found: dict[str, int], *, partial: bool) -> list[str]:
    """Prints one line a driver; returns the names that fail."""
    failed = []
    for name, number in found.items():
        passed, words = verdict(recorded.get(name), number)
        print(f"{name:24} {recorded.get(name, '-'):>12} {number:>12}  {words}")
        if not passed:
            failed.append(name)
    missing = [] if partial else sorted(recorded.keys() - found.keys())
    for name in missing:
        print(f"{name:24} is recorded but has no driver: run with --refresh")
    return failed + missing


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="drivers, without .c; all by default")
    parser.add_argument("--refresh", action="store_true", help=f"rewrite {RECORD.name}")
    return parser.parse_args()


def main() -> int:
    """0: no kernel needs more; 1: one does, or its count is not recorded."""
    options = arguments()
    if shutil.which("valgrind") is None:
        print("skipped: needs valgrind: apt-get install valgrind")
        return 0
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    here = machine()
    same = all(record.get(key) == value for key, value in here.items())
    if not same and not options.refresh:
        for key, value in here.items():
            if record.get(key) != value:
                print(f"skipped: recorded with {key} {record.get(key)!r}, here it is {value!r}")
        return 0
    drivers = sorted(DRIVERS.glob("*.c"))
    if options.names:
        drivers = [DRIVERS / f"{name}.c" for name in options.names]
    found = {driver.stem: count(driver) for driver in drivers}
    recorded = record.get("instructions", {}) if same else {}
    failed = compare(recorded, found, partial=bool(options.names))
    if options.refresh:
        kept = recorded if options.names else {}
        counts = dict(sorted((kept | found).items()))
        RECORD.write_text(
            json.dumps(here | {"instructions": counts}, indent=2) + "\n", encoding="utf-8"
        )
        return 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
