"""Boxes of scans read a second: `ef.read_batch` and its fast rung beside zxing-cpp, tuned.

    pytest benchmarks/test_reading.py -s

Scans come from `elqr_fast.scan.channel`, cut to the box of 45 x 30 mm around the symbol.  Tuned
means QR Model 2 only, not turned, not scaled down, not inverted: what zxing-cpp is fastest with.
Time is the thread's own, on one core.  `-s` shows the read rates of each class and reader too.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

import elqr_fast as ef
from elqr_fast._native import reader
from elqr_fast.records.synthetic import make_notices
from elqr_fast.scan import Reading, read_page, read_pages
from elqr_fast.scan.batch import scanner_for
from elqr_fast.scan.channel import CLASSES
from elqr_fast.scan.place import Target
from elqr_fast.verify.batch import target_of

pytestmark = pytest.mark.benchmark(timer=time.thread_time, disable_gc=True)

SCANS = 200
PAGES = 16
GRADED = 60
#: Timed on so few that they stay in the processor's cache, as does a box of a page just decoded.
HOT = 8
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@cache
def printed() -> NDArray[np.uint8]:
    """Digits uint8 [SCANS, 255]."""
    columns = {
        "institution": [12345] * SCANS,
        "case_key": [f"{(i + 1) * 7_919_317_421_887:020d}" for i in range(SCANS)],
        "confirmation": list(range(SCANS)),
        "levy": [1] * SCANS,
        "amount": [(i + 1) * 1234 for i in range(SCANS)],
        "levy_year": [2026] * SCANS,
        "tax_year": [2026] * SCANS,
        "period": [1] * SCANS,
        "due": ["20261130"] * SCANS,
        "pay_by": ["20261231"] * SCANS,
    }
    return ef.build_payloads(columns).digits


@cache
def scans(name: str) -> NDArray[np.uint8]:
    modules = ef.encode(printed(), version=6).modules
    return np.stack([CLASSES[name].scan(symbol, seed) for seed, symbol in enumerate(modules)])


def by_zxing(images: Iterable[NDArray[np.uint8]]) -> list[bytes]:
    found = []
    for image in images:
        codes = zxingcpp.read_barcodes(
            image, formats=QR, try_rotate=False, try_downscale=False, try_invert=False
        )
        found.append(bytes(codes[0].bytes) if codes else b"")
    return found


def by_rung(images: NDArray[np.uint8], dpi: int, effort: int) -> NDArray[np.uint8]:
    """Digits [n, 255], zeros where nothing was read."""
    n = len(images)
    digits, corrected = np.zeros((n, 255), np.uint8), np.zeros(n, np.uint16)
    statuses, rungs = np.zeros((2, n), np.uint8)
    scanner = scanner_for(round(0.3 / 25.4 * dpi, 1), round(0.43 / 25.4 * dpi, 1))
    reader.read_batch(scanner, images, effort, digits, statuses, rungs, corrected)
    return digits


@pytest.mark.parametrize("name", ["normal-200", "normal-300"])
@pytest.mark.parametrize("who", ["zxing-cpp", "elqr_fast read_batch", "elqr_fast fast rung"])
def test_clean_boxes(race: Callable[..., None], name: str, who: str) -> None:
    """Boxes that the fast rung and zxing-cpp both read: what is timed is reading, not giving up."""
    images, dpi = scans(name), CLASSES[name].dpi
    both = by_rung(images, dpi, reader.FAST).any(axis=1) & np.array(
        [bool(text) for text in by_zxing(images)]
    )
    images = np.ascontiguousarray(images[both][:HOT])
    functions: dict[str, Callable[[], object]] = {
        "zxing-cpp": lambda: by_zxing(images),
        "elqr_fast read_batch": lambda: ef.read_batch(images),
        "elqr_fast fast rung": lambda: by_rung(images, dpi, reader.FAST),
    }
    race(f"boxes read, {name}", who, "boxes", len(images), functions[who])


@cache
def pages(dpi: int) -> list[bytes]:
    """A4 slips as printed, each a TIFF of one G4 page; of 200 dpi they are made from 300."""
    with TemporaryDirectory() as folder:
        ef.render(make_notices(PAGES), "maru", folder, to="tiff", dpi=300, workers=1)
        [path] = Path(folder).glob("*.tiff")
        with Image.open(path) as image:
            return [_coded(image, page, dpi) for page in range(PAGES)]


def _coded(image: Image.Image, page: int, dpi: int) -> bytes:
    image.seek(page)
    grey = image.convert("L")
    size = (grey.width * dpi // 300, grey.height * dpi // 300)
    scaled = grey.resize(size, Image.Resampling.BOX).point(lambda level: 255 * (level > 127))
    file = io.BytesIO()
    scaled.convert("1").save(file, "TIFF", compression="group4", dpi=(dpi, dpi))
    return file.getvalue()


def pages_by_pillow_and_zxing(files: list[bytes]) -> list[bytes]:
    found = []
    for file in files:
        with Image.open(io.BytesIO(file)) as image:
            found += by_zxing([np.asarray(image.convert("L"))])
    return found


def pages_by_elqr_fast(files: list[bytes], target: Target | None) -> list[Reading]:
    return [read_pages(file, target=target)[0][0][0] for file in files]


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("who", ["Pillow and zxing-cpp", "elqr_fast"])
def test_pages(race: Callable[..., None], dpi: int, who: str) -> None:
    """G4 bytes to a verdict; the peer only reads the code, second codes and bar code aside.

    The form is loaded before, once, as in a batch of any size.
    """
    files, target = pages(dpi), target_of("maru")
    assert all(reading.verdict == "ok" for reading in pages_by_elqr_fast(files, target))
    functions: dict[str, Callable[[], object]] = {
        "Pillow and zxing-cpp": lambda: pages_by_pillow_and_zxing(files),
        "elqr_fast": lambda: pages_by_elqr_fast(files, target),
    }
    race(f"pages read, G4 {dpi} dpi", who, "pages", len(files), functions[who])


def test_read_rates() -> None:
    """The table of docs/reading.md; each class is read at least as well as by zxing-cpp."""
    print("\n| class | zxing-cpp | fast | slow | assisted |\n|---|---:|---:|---:|---:|")
    for name, channel in CLASSES.items():
        images, wanted = scans(name), printed()
        peer = np.mean([text == row.tobytes() for text, row in zip(by_zxing(images), wanted,
                                                                   strict=True)])  # fmt: skip
        rates = []
        for effort in (reader.FAST, reader.SLOW, reader.ASSISTED):
            digits = by_rung(images, channel.dpi, effort)
            right = (digits == wanted).all(axis=1)
            assert (right | ~digits.any(axis=1)).all(), "a misread"
            rates.append(right.mean())
        print(f"| {name} | " + " | ".join(f"{100 * rate:.1f} %" for rate in [peer, *rates]) + " |")
        assert rates[-1] >= peer


def test_grades() -> None:
    """The table of docs/reading.md, "Grade", and how far off an even grid symbols seem that are on
    one; most of what is printed and scanned well must not be graded badly."""
    print("\n| class | read | A | B | C | D | F | GN, median | GN, most |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name, channel in CLASSES.items():
        found = [read_page(image, dpi=channel.dpi)[0].grade for image in scans(name)[:GRADED]]
        grades = [grade for grade in found if grade]
        counts = [sum(grade.letter == letter for grade in grades) for letter in "ABCDF"]
        uneven = [grade.values["grid"] for grade in grades]
        numbers = f"{len(grades)} | " + " | ".join(map(str, counts))
        print(f"| {name} | {numbers} | {np.median(uneven):.2f} | {max(uneven):.2f} |")
        if name == "normal-300":
            assert sum(counts[:3]) == len(grades)
            assert max(uneven) < 0.38, "what costs a grade"
