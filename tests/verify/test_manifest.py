"""Which slip belongs on which page."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elqr_fast.errors import InputError
from elqr_fast.verify.manifest import Manifests, check_manifests, short_hash


def case_hash(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def write(folder: Path, rows: list[tuple[str, int, str]], row_group: int = 3) -> None:
    files, pages, hashes = zip(*rows, strict=True)
    columns = {
        "file": pa.array(files, pa.string()),
        "page": pa.array(pages, pa.int32()),
        "row": pa.array(range(len(rows)), pa.int64()),
        "chunk": pa.array([0] * len(rows), pa.int32()),
        "case_key_hash": pa.array(hashes, pa.string()),
    }
    pq.write_table(pa.table(columns), folder / "manifest.parquet", row_group_size=row_group)


def test_pages_of_several_files_and_folders(tmp_path: Path) -> None:
    rows = [(f"b{i % 3}.tif", i // 3, case_hash(i)) for i in range(20)]
    folders = [tmp_path / name for name in ("x", "y", "without")]
    for folder in folders:
        folder.mkdir()
    write(folders[0], rows)
    write(folders[1], [("b0.tif", 0, case_hash(99))])
    check_manifests(str(folder / "a.tif") for folder in folders)
    manifests = Manifests()
    for name, page, expected in rows:
        assert manifests.expected(folders[0] / name, page) == short_hash(expected)
    assert manifests.expected(folders[1] / "b0.tif", 0) == short_hash(case_hash(99))
    assert manifests.expected(folders[0] / "b0.tif", 7) is None
    assert manifests.expected(folders[0] / "other.tif", 0) is None
    assert manifests.expected(folders[2] / "b0.tif", 0) is None


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really"])
def test_broken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"manifest\.parquet: not a manifest"):
        Manifests().expected(tmp_path / "a.tif", 0)
    with pytest.raises(InputError, match=r"manifest\.parquet: not a manifest"):
        check_manifests([str(tmp_path / "a.tif")])


def test_another_table_of_that_name(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "manifest.parquet")
    with pytest.raises(InputError, match="not a manifest"):
        Manifests().expected(tmp_path / "a.tif", 0)
    with pytest.raises(InputError, match="not a manifest"):
        check_manifests([str(tmp_path / "a.tif")])
