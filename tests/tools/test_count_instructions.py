"""The instruction gate: what passes, what fails, and that a count is of the repeats alone."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gate() -> ModuleType:
    path = ROOT / "tools" / "count_instructions.py"
    spec = importlib.util.spec_from_file_location("count_instructions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("recorded", "found", "passes"),
    [
        (1000, 1000, True),
        (1000, 1030, True),
        (1000, 1031, False),
        (1000, 9, True),
        (None, 1, False),
    ],
)
def test_verdict(gate: ModuleType, recorded: int | None, found: int, passes: bool) -> None:
    assert gate.verdict(recorded, found)[0] is passes


def test_a_record_without_its_driver_fails(gate: ModuleType) -> None:
    recorded = {"gone": 5, "here": 5}
    assert gate.compare(recorded, {"here": 5}, partial=False) == ["gone"]
    assert gate.compare(recorded, {"here": 5}, partial=True) == []


def test_every_driver_is_recorded(gate: ModuleType) -> None:
    recorded = json.loads(gate.RECORD.read_text(encoding="utf-8"))["instructions"]
    assert recorded.keys() == {driver.stem for driver in gate.DRIVERS.glob("*.c")}


@pytest.mark.skipif(
    shutil.which("valgrind") is None or shutil.which("gcc") is None,
    reason="needs valgrind and gcc: apt-get install valgrind gcc",
)
def test_a_count_is_of_the_repeats_alone(gate: ModuleType, tmp_path: Path) -> None:
    driver = tmp_path / "loop.c"
    driver.write_text(
        "/* csrc: */\n#include <stdlib.h>\nint main(int argc, char **argv) {\n"
        "    volatile long sink = 0;\n"
        "    long repeats = argc > 1 ? strtol(argv[1], NULL, 10) : 0;\n"
        "    for (long i = 0; i < 1000 * repeats; i++)\n        sink = i;\n"
        "    return (int)(sink & 0);\n}\n",
        encoding="utf-8",
    )
    # A store, an addition, a comparison and a jump, or so: start-up alone is above 100,000.
    assert 2000 < gate.count(driver) < 8000
