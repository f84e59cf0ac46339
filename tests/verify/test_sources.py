"""Which files a batch consists of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elqr_fast.errors import InputError
from elqr_fast.verify.sources import list_scans


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = ("b.tif", "a.PDF", "sub/c.jpeg", "manifest.parquet", ".hidden.png", "x.tif.part")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(paths: list[str], folder: Path) -> list[str]:
    return [os.path.relpath(path, folder) for path in paths]


def test_a_directory_gives_its_scans_in_order(folder: Path) -> None:
    assert names(list_scans(folder), folder) == ["a.PDF", "b.tif", "sub/c.jpeg"]


def test_named_order_counts_and_each_file_comes_once(folder: Path) -> None:
    (folder / "link.tif").symlink_to(folder / "b.tif")
    scans = [folder / "sub", folder / "link.tif", folder, str(folder / "manifest.parquet")]
    found = names(list_scans(scans), folder)
    assert found == ["sub/c.jpeg", "link.tif", "a.PDF", "manifest.parquet"]


def test_an_empty_directory_among_others_stands_for_itself(folder: Path) -> None:
    assert names(list_scans([folder / "empty", folder / "b.tif"]), folder) == ["empty", "b.tif"]


def test_nothing_to_read(folder: Path) -> None:
    with pytest.raises(InputError, match="empty: no scans here"):
        list_scans(folder / "empty")
    with pytest.raises(InputError, match="no scans are named"):
        list_scans([])
    with pytest.raises(InputError, match=r"none\.tif: no such file"):
        list_scans([folder, folder / "none.tif"])
