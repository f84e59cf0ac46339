"""Pages a second: coding, decoding and composing G4 beside libtiff (called from C) and Pillow.

    pytest benchmarks/test_g4.py

The page is an A4 slip, drawn by slip_page.py.  Coding is that of finished rows; composing starts
from a plate, as a run does: 20 slips with values of their own, in pages of the joined and of the
row-cached kind, with a blit for each character or for two.  Everything stays in memory.  Time is
the thread's own, on one core, so that a busy machine disturbs little.
"""

from __future__ import annotations

import ctypes
import io
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import slip_page
from numpy.typing import NDArray
from PIL import Image

import elqr_fast as ef
from elqr_fast._native import page as kernel

pytestmark = pytest.mark.benchmark(timer=time.thread_time, disable_gc=True)

PEERS = Path(__file__).resolve().parent / "peers"
DPIS = [300, 600, 1200]
STRIPS = 6
SLIPS = 20
Bytes = NDArray[np.uint8]


def work(what: str, dpi: int) -> str:
    return f"{what}, A4 {dpi} dpi"


@pytest.fixture(scope="module", params=DPIS)
def dpi(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def slip(dpi: int) -> slip_page.Slip:
    return slip_page.make_slip(dpi)


@pytest.fixture(scope="session")
def libtiff(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    if shutil.which("cc") is None or not list(Path("/usr/include").glob("**/tiffio.h")):
        pytest.skip("needs tiffio.h: apt-get install libtiff-dev")
    library = tmp_path_factory.mktemp("peers") / "libtiff_peer.so"
    source = PEERS / "libtiff.c"
    subprocess.run(
        ["cc", "-O3", "-shared", "-fPIC", str(source), "-o", str(library), "-ltiff"], check=True
    )
    loaded = ctypes.CDLL(str(library))
    number, size, address = ctypes.c_uint32, ctypes.c_size_t, ctypes.c_void_p
    loaded.tiff_encode.argtypes = [address, number, number, number, address, size]
    loaded.tiff_encode.restype = size
    loaded.tiff_decode.argtypes = [address, size, address, size, number]
    return loaded


def address(array: Bytes) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def coded_by_libtiff(libtiff: ctypes.CDLL, slip: slip_page.Slip, rows_per_strip: int) -> Bytes:
    page, out = slip.page, np.zeros(2 * slip.page.nbytes, np.uint8)
    size = libtiff.tiff_encode(
        address(page), slip.width, slip.height, rows_per_strip, address(out), out.nbytes
    )
    return out[:size].copy()


def test_libtiff_codes(
    race: Callable[..., None], libtiff: ctypes.CDLL, slip: slip_page.Slip, dpi: int
) -> None:
    page, out = slip.page, np.zeros(2 * slip.page.nbytes, np.uint8)
    arguments = (slip.width, slip.height, slip.height, address(out), out.nbytes)
    race(
        work("code a page", dpi), "libtiff (C)", "pages", 1,
        libtiff.tiff_encode, address(page), *arguments,
    )  # fmt: skip


@pytest.mark.parametrize("first", [0, STRIPS - 1], ids=["page", "last strip"])
def test_libtiff_decodes(
    race: Callable[..., None], libtiff: ctypes.CDLL, slip: slip_page.Slip, dpi: int, first: int
) -> None:
    rows_per_strip = -(-slip.height // STRIPS)
    coded = coded_by_libtiff(libtiff, slip, rows_per_strip)
    strip_bytes = rows_per_strip * slip.page.shape[1]
    back = np.zeros(STRIPS * strip_bytes, np.uint8)
    what = "decode a page" if first == 0 else "decode the last of six strips"
    race(
        work(what, dpi), "libtiff (C)", "pages", 1,
        libtiff.tiff_decode, address(coded), coded.nbytes, address(back), strip_bytes, first,
    )  # fmt: skip
    if first == 0:
        np.testing.assert_array_equal(back[: slip.page.nbytes], slip.page.reshape(-1))


def test_pillow(race: Callable[..., None], slip: slip_page.Slip, dpi: int) -> None:
    image = Image.frombytes("1", (slip.width, slip.height), slip.page.tobytes())
    out = io.BytesIO()

    def code() -> None:
        out.seek(0)
        image.save(out, "TIFF", compression="group4")

    race(work("code a page", dpi), "Pillow", "pages", 1, code)


def test_elqr_fast_codes(race: Callable[..., None], slip: slip_page.Slip, dpi: int) -> None:
    race(
        work("code a page", dpi), "elqr_fast", "pages", 1,
        ef.g4_encode, slip.page, slip.width, slip.height,
    )  # fmt: skip


def test_elqr_fast_decodes(race: Callable[..., None], slip: slip_page.Slip, dpi: int) -> None:
    coded = ef.g4_encode(slip.page, slip.width, slip.height)
    race(
        work("decode a page", dpi), "elqr_fast", "pages", 1,
        ef.g4_decode, coded, slip.width, slip.height,
    )  # fmt: skip


def test_elqr_fast_decodes_a_strip(
    race: Callable[..., None], slip: slip_page.Slip, dpi: int
) -> None:
    rows = slip.page[(STRIPS - 1) * -(-slip.height // STRIPS) :]
    coded = ef.g4_encode(rows, slip.width, len(rows))
    race(
        work("decode the last of six strips", dpi), "elqr_fast", "pages", 1,
        ef.g4_decode, coded, slip.width, len(rows),
    )  # fmt: skip


def batch_of_slips(dpi: int, step: int) -> kernel.Batch:
    """Slips on a plate, a blit for every `step` characters of a value."""
    paper = slip_page.Paper(dpi)
    slip_page.draw_static(paper)
    page = slip_page.Variable(paper)
    ends, codes = [], []
    for seed in range(SLIPS):
        slip_page.set_values(page, seed, step)
        ends.append(len(page.blits))
        codes.append(slip_page.random_codes(seed))
    atlas = kernel.Atlas()
    for glyph in page.glyphs:
        atlas.add(np.packbits(glyph, axis=1), glyph.shape[1])
    width, height = paper.image.size
    zones = slip_page.zones(paper)
    return kernel.Batch(
        kernel.Plate(paper.rows(), width, height, zones, qr=page.qr, bars=page.bars),
        atlas,
        np.array(page.blits, np.int32),
        np.array(ends, np.uint64),
        np.array([np.packbits(symbol, axis=1).reshape(-1) for symbol, _ in codes]),
        np.array([bars for _, bars in codes]),
    )


@pytest.mark.parametrize(
    ("who", "step", "method"),
    [
        ("elqr_fast from a plate, row-cached", 1, kernel.ROW_CACHED),
        ("elqr_fast from a plate, joined", 1, kernel.JOINED),
        ("elqr_fast from a plate, joined, pairs", 2, kernel.JOINED),
    ],
    ids=["row-cached", "joined", "pairs"],
)
def test_elqr_fast_composes_and_codes(
    race: Callable[..., None], dpi: int, who: str, step: int, method: int
) -> None:
    batch = batch_of_slips(dpi, step)
    out = np.empty(SLIPS * 300_000, np.uint8)
    ends = np.zeros((SLIPS, 1), np.uint64)

    def code() -> None:
        assert batch.code(out, ends, method=method) == SLIPS

    race(work("code a page", dpi), who, "pages", SLIPS, code)


def test_elqr_fast_draws(race: Callable[..., None], dpi: int) -> None:
    """Added ink into the static page and out again, as for a press that takes bits."""
    batch = batch_of_slips(dpi, 2)
    rows = np.zeros((batch.plate.height, (batch.plate.width + 7) // 8), np.uint8)
    batch.draw(0, rows)
    batch.erase(0, rows)

    def draw() -> None:
        for page in range(SLIPS):
            batch.draw(page, rows, only_added=True)
            batch.erase(page, rows)

    race(work("compose to bits", dpi), "elqr_fast", "pages", SLIPS, draw)
