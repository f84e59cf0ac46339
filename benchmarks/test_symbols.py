"""Symbols a second: `ef.encode` beside segno, python-qrcode, zxing-cpp's writer and libqrencode.

    pytest benchmarks/test_symbols.py

Level M, automatic mask, smallest version, a new payload for each symbol, as far as the matrix of
modules: no picture is drawn.  Peers make one symbol a call, as their interfaces have it;
libqrencode is called from C.  `ef.encode` gets an array and writes into a buffer that exists.
Time is the thread's own, on one core, so that a busy machine disturbs little.
"""

from __future__ import annotations

import ctypes
import shutil
import string
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import qrcode
import segno
import zxingcpp
from numpy.typing import NDArray

import elqr_fast as ef

pytestmark = pytest.mark.benchmark(timer=time.thread_time, disable_gc=True)

PEERS = Path(__file__).resolve().parent / "peers"
BATCHES = [1, 16, 256, 4096, 100_000]
#: What, alphabet, characters, version at level M, libqrencode's name for the mode.
WORKS = {
    "eL-QR, 255 digits, 6-M": (string.digits, 255, 6, 0),
    "45 digits, 2-M": (string.digits, 45, 2, 0),
    "60 alphanumerics, 3-M": (string.ascii_uppercase, 60, 3, 1),
    "120 bytes, 7-M": (string.ascii_lowercase, 120, 7, 2),
}


def payloads(work: str, count: int) -> NDArray[np.uint8]:
    """uint8 [count, characters], the same each time."""
    alphabet, width, _, _ = WORKS[work]
    letters = np.frombuffer(alphabet.encode(), np.uint8)
    return letters[np.random.default_rng(1).integers(0, len(letters), (count, width))]


def texts(work: str, count: int) -> list[str]:
    return [row.tobytes().decode() for row in payloads(work, count)]


def with_segno(contents: list[str]) -> None:
    for content in contents:
        _ = segno.make_qr(content, error="m", boost_error=False).matrix


def with_python_qrcode(contents: list[str]) -> None:
    for content in contents:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(content, optimize=0)
        code.make()
        _ = code.modules


def with_zxing_cpp(contents: list[str]) -> None:
    for content in contents:
        zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")


@pytest.fixture(scope="session")
def libqrencode(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    if shutil.which("cc") is None or not Path("/usr/include/qrencode.h").exists():
        pytest.skip("needs qrencode.h: apt-get install libqrencode-dev")
    library = tmp_path_factory.mktemp("peers") / "libqrencode_peer.so"
    source = PEERS / "libqrencode.c"
    build = ["cc", "-O3", "-shared", "-fPIC", str(source), "-o", str(library), "-lqrencode"]
    subprocess.run(build, check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.make_symbols.argtypes = [
        ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int,
    ]  # fmt: skip
    return loaded


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize(
    ("who", "make", "count"),
    [
        ("segno", with_segno, 4),
        ("python-qrcode", with_python_qrcode, 4),
        ("zxing-cpp", with_zxing_cpp, 100),
    ],
    ids=["segno", "python-qrcode", "zxing-cpp"],
)
def test_peer(
    race: Callable[..., None], work: str, who: str, make: Callable[..., Any], count: int
) -> None:
    race(work, who, "symbols", count, make, texts(work, count))


@pytest.mark.parametrize("work", WORKS)
def test_libqrencode(race: Callable[..., None], libqrencode: ctypes.CDLL, work: str) -> None:
    batch = payloads(work, 100)
    mode = WORKS[work][3]
    address = batch.ctypes.data_as(ctypes.c_void_p)

    def make() -> None:
        assert libqrencode.make_symbols(address, batch.shape[1], len(batch), mode) == 0

    race(work, "libqrencode (C)", "symbols", len(batch), make)


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("count", BATCHES)
def test_elqr_fast(race: Callable[..., None], work: str, count: int) -> None:
    # Small batches take turns: a processor would learn the branches of one payload by heart.
    total = max(count, 1024)
    batches = payloads(work, total).reshape(total // count, count, -1)
    out = ef.encode(batches[0]).packed
    version = WORKS[work][2]

    def make() -> None:
        for batch in batches:
            assert ef.encode(batch, out=out).version == version

    race(work, f"elqr_fast, batches of {count:,}", "symbols", total, make)


def test_elqr_fast_from_a_list(race: Callable[..., None]) -> None:
    work = next(iter(WORKS))
    contents = texts(work, 10_000)
    race(work, "elqr_fast, a list of 10,000 str", "symbols", 10_000, ef.encode, contents)
