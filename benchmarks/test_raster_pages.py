"""Slips of a built-in form as raster pages, beside libtiff and Pillow.

    pytest benchmarks/test_raster_pages.py

First in memory: texts set in lines become G4 strips (`PageCoder`, arrays and all, and the kernel
alone); libtiff, called from C, and Pillow get the finished page and only code it.  Then a run, from
a Parquet file to TIFF files on disk, codes made, read-back off; Pillow draws a sample of the same
slips on a ready background, codes' modules given, and saves them as G4.

Time is the processor's, on one core, so that a busy machine disturbs little.  ELQR_BENCH_SLIPS sets
how many slips the run prints.
"""

from __future__ import annotations

import ctypes
import io
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from test_g4 import address, libtiff  # noqa: F401 - a fixture

from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices, write_parquet
from elqr_fast.render.batch import PageBatch, compose_batch
from elqr_fast.render.coder import PageCoder
from elqr_fast.render.pages import Page, compose
from elqr_fast.render.plate import Plate, make_plate
from elqr_fast.render.raster import Rasteriser
from elqr_fast.render.scene import Scene
from elqr_fast.render.slips import prepare
from elqr_fast.render.stamps import bar_dots
from elqr_fast.render.tiff import page_coder
from elqr_fast.run import render

pytestmark = pytest.mark.benchmark(timer=time.process_time, disable_gc=True)

FORM = "maru"
PAGES = 200
DRAWN_BY_PILLOW = 20
SLIPS = int(os.environ.get("ELQR_BENCH_SLIPS", "20000"))
Race = Callable[..., None]


@dataclass(frozen=True)
class Printed:
    """Pages of the form at one resolution."""

    plate: Plate
    pages: list[Page]
    batch: PageBatch
    coder: PageCoder

    def finished(self) -> NDArray[np.uint8]:
        """The first page's packed rows."""
        return Rasteriser(self.plate).bits(self.pages[0]).copy()


def printed(dpi: int) -> Printed:
    form = load_form(FORM)
    plate = make_plate(form, dpi)
    [notices] = make_notices(PAGES).combine_chunks().to_batches()
    ready = prepare(notices, 0, form)
    pages, batch = compose(plate, ready)[0], compose_batch(plate, ready)[0]
    return Printed(plate, pages, batch, page_coder(plate))


@pytest.fixture(scope="module", params=[300, 600, 1200])
def slips(request: pytest.FixtureRequest) -> Printed:
    return printed(request.param)


def work(slips: Printed) -> str:
    return f"a slip of `{FORM}` to G4 in memory, {slips.plate.dpi} dpi"


def test_libtiff(race: Race, slips: Printed, libtiff: ctypes.CDLL) -> None:  # noqa: F811
    page = slips.finished()
    out = np.zeros(2 * page.nbytes, np.uint8)
    arguments = (slips.plate.width, slips.plate.height, slips.coder.rows, address(out), out.nbytes)
    race(
        work(slips), "libtiff (C), the finished page", "pages", 1,
        libtiff.tiff_encode, address(page), *arguments,
    )  # fmt: skip


def test_elqr_fast(race: Race, slips: Printed) -> None:
    def code() -> int:
        return sum(len(coded.data) for coded in slips.coder.code(slips.batch))

    race(work(slips), "elqr_fast, from set lines", "pages", PAGES, code)


def test_elqr_fast_kernel(race: Race, slips: Printed) -> None:
    batch = slips.coder.batch(slips.batch)
    size = sum(len(coded.data) for coded in slips.coder.code(slips.batch))
    out = np.zeros(size + (1 << 20), np.uint8)
    ends = np.zeros((PAGES, slips.coder.native.strips), np.uint64)

    def code() -> None:
        assert batch.code(out, ends) == PAGES

    race(work(slips), "elqr_fast, the kernel alone", "pages", PAGES, code)


class PillowPrinter:
    """Draws slips on a copy of the static page and saves them as G4."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        size = plate.width, plate.height
        static = np.invert(Rasteriser(plate).static)
        self._background = Image.frombytes("1", size, static.tobytes())
        self._fonts: dict[tuple[str, float], ImageFont.FreeTypeFont] = {}

    def save(self, page: Page) -> None:
        image = self._background.copy()
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        self._draw(image, pen, page.scene)
        dpi = self._plate.dpi
        image.save(io.BytesIO(), "TIFF", compression="group4", dpi=(dpi, dpi))

    def _draw(self, image: Image.Image, pen: ImageDraw.ImageDraw, scene: Scene) -> None:
        for run in scene.runs:
            key = run.face, run.size
            if key not in self._fonts:
                path = str(self._plate.faces[run.face].path)
                self._fonts[key] = ImageFont.truetype(path, run.size)
            at = run.x, run.y
            pen.text(at, "".join(run.clusters), fill=0, font=self._fonts[key], anchor="ls")
        for symbol in scene.symbols:
            side = 41 * symbol.module
            dots = Image.fromarray(symbol.modules ^ 1).point(lambda dot: 255 * dot)
            image.paste(dots.resize((side, side), Image.Resampling.NEAREST), (symbol.x, symbol.y))
        for bars in scene.bars:
            line = bar_dots(bars.modules, bars.module, bars.narrower) ^ 1
            block = np.broadcast_to(255 * line, (bars.height, len(line)))
            image.paste(Image.fromarray(np.ascontiguousarray(block)), (bars.x, bars.y))


END_TO_END = f"Parquet to TIFF files, `{FORM}`, 600 dpi"


@pytest.mark.benchmark(min_rounds=1, max_time=1)
def test_pillow_draws_and_codes(race: Race) -> None:
    slips = printed(600)
    printer = PillowPrinter(slips.plate)

    def run() -> None:
        for page in slips.pages[:DRAWN_BY_PILLOW]:
            printer.save(page)

    race(END_TO_END, "Pillow, drawing and G4 only", "slips", DRAWN_BY_PILLOW, run)


@pytest.mark.benchmark(min_rounds=1, max_time=0.001)
@pytest.mark.parametrize("to", ["tiff", "pdf-g4"])
def test_elqr_fast_prints(race: Race, tmp_path: Path, to: str) -> None:
    notices = tmp_path / "notices.parquet"
    write_parquet(make_notices(SLIPS), notices)

    outs = (tmp_path / f"run-{number}" for number in count())

    def run() -> None:
        summary = render(notices, FORM, next(outs), to=to, dpi=600, workers=1, verify="none")
        assert summary.printed == SLIPS

    who = f"elqr_fast, {SLIPS:,} notices, {to}"
    race(END_TO_END, who, "slips", SLIPS, run)
    shutil.rmtree(tmp_path)  # gigabytes
