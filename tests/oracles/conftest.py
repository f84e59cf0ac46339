"""libtiff, called from C."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

PEER = Path(__file__).resolve().parents[2] / "benchmarks" / "peers" / "libtiff.c"


@pytest.fixture(scope="session")
def libtiff(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """`tiff_decode(file, size, page, strip_bytes, first strip)`."""
    if shutil.which("cc") is None or not list(Path("/usr/include").glob("**/tiffio.h")):
        pytest.skip("needs tiffio.h: apt-get install libtiff-dev")
    library = tmp_path_factory.mktemp("peers") / "libtiff_peer.so"
    build = ["cc", "-O2", "-shared", "-fPIC", str(PEER), "-o", str(library), "-ltiff"]
    subprocess.run(build, check=True)
    loaded = ctypes.CDLL(str(library))
    size = ctypes.c_size_t
    loaded.tiff_decode.argtypes = [
        ctypes.c_char_p, size, ctypes.c_void_p, size, ctypes.c_uint32,
    ]  # fmt: skip
    loaded.tiff_decode.restype = ctypes.c_uint32
    return loaded
