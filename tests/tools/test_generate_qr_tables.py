"""The generated tables are what the rules give, and what another encoder's tables say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from segno import consts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generator() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "generate_qr_tables.py"))


@pytest.mark.parametrize("name", ["qr_tables.c", "gf256_tables.c"])
def test_committed_files_are_up_to_date(generator: dict[str, Any], name: str) -> None:
    committed = (ROOT / "csrc" / name).read_text(encoding="utf-8")
    assert committed == generator["FILES"][name](), "run python tools/generate_qr_tables.py"


def test_blocks_equal_segno(generator: dict[str, Any]) -> None:
    for version in range(1, 41):
        for level in "LMQH":
            blocks = consts.ECC[version][consts.ERROR_MAPPING[level]]
            total = sum(block.num_blocks * block.num_total for block in blocks)
            ec = {block.num_total - block.num_data for block in blocks}
            assert total == generator["total_codewords"](version)
            assert ec == {generator["EC_CODEWORDS_PER_BLOCK"][level][version - 1]}
            count = sum(block.num_blocks for block in blocks)
            assert count == generator["BLOCKS"][level][version - 1]


def test_geometry_equals_segno(generator: dict[str, Any]) -> None:
    for version in range(2, 41):
        positions = generator["alignment_positions"](version)
        assert positions == list(consts.ALIGNMENT_POS[version - 2])


def test_information_equals_segno(generator: dict[str, Any]) -> None:
    words = [
        generator["format_information"](level, mask) for level in "MLHQ" for mask in range(8)
    ]  # by the value of the level's bits, 0 to 3
    assert words == list(consts.FORMAT_INFO)
    versions = [generator["version_information"](version) for version in range(7, 41)]
    assert versions == list(consts.VERSION_INFO)


def test_generators_equal_segno(generator: dict[str, Any]) -> None:
    for degree, polynomial in consts.GEN_POLY.items():
        ours = [generator["LOGARITHM"][c] for c in generator["rs_generator"](degree)]
        assert ours == list(polynomial), degree
