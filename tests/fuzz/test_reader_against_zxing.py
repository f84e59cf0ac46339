"""A hunt for images that the native rungs and zxing-cpp read differently.

Symbols of any version to 12, level and mode go through the print-scan channel and then have parts
painted over, inverted, moved or cut away.  Where both readers read, they must read the same; what
the native reader reads must besides be what was printed.  ELQR_FUZZ_SECONDS is the time (default
3); a seed that fails is named, and repeats by itself.
"""

from __future__ import annotations

import dataclasses
import os
import string
import time

import numpy as np
import numpy.typing as npt
import zxingcpp

import elqr_fast as ef
from elqr_fast._native import reader
from elqr_fast.codes.layout import load_layout
from elqr_fast.scan.channel import CLASSES, Channel

Grey = npt.NDArray[np.uint8]
SECONDS = float(os.environ.get("ELQR_FUZZ_SECONDS", "3"))
ALPHABETS = (string.digits, string.digits + string.ascii_uppercase + " $%*+-./:", string.printable)
#: The box of 45 x 30 mm holds version 12, 65 modules, at 0.34 mm.
VERSIONS = 12


def printed(draw: np.random.Generator) -> tuple[bytes, npt.NDArray[np.uint8]]:
    """Content and modules of a symbol; every other one is an eL-QR in shape: 255 digits, 6-M."""
    if draw.random() < 0.5:
        content = bytes(draw.integers(48, 58, 255).astype(np.uint8))
        return content, ef.encode([content]).modules[0]
    level = str(draw.choice(list("LMQH")))
    alphabet = ALPHABETS[draw.integers(3)].encode()
    content = bytes(draw.choice(list(alphabet), draw.integers(1, 40)).astype(np.uint8))
    smallest = ef.encode([content], level=level).version
    version = int(draw.integers(smallest, VERSIONS + 1))
    return content, ef.encode([content], level=level, version=version).modules[0]


def channel(draw: np.random.Generator) -> Channel:
    name = str(draw.choice(list(CLASSES)))
    jpeg = int(draw.integers(20, 90)) if draw.random() < 0.2 else None
    return dataclasses.replace(CLASSES[name], turns=int(draw.integers(4)), jpeg=jpeg)


def spoil(image: Grey, draw: np.random.Generator) -> Grey:
    """Up to three rectangles painted, inverted or copied from elsewhere; now and then a cut."""
    height, width = image.shape
    for _ in range(draw.integers(4)):
        tall, wide = draw.integers(1, height // 4), draw.integers(1, width // 4)
        y, x = draw.integers(height - tall), draw.integers(width - wide)
        part = image[y : y + tall, x : x + wide]
        what = draw.integers(3)
        if what == 0:
            part[:] = draw.integers(256)
        elif what == 1:
            part[:] = 255 - part
        else:
            up, left = draw.integers(height - tall), draw.integers(width - wide)
            part[:] = image[up : up + tall, left : left + wide].copy()
    if draw.random() < 0.1:
        image = image[: draw.integers(1, height), : draw.integers(1, width)]
    return np.ascontiguousarray(image)


def by_zxing(image: Grey) -> list[bytes]:
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    )
    return [bytes(code.bytes) for code in found]


def test_nothing_is_read_differently() -> None:
    scanner = reader.Scanner(load_layout("elqr-v1").compiled, 2.0, 7.0)
    end, seed, read, both = time.monotonic() + SECONDS, 0, 0, 0
    while time.monotonic() < end or not both:
        draw = np.random.default_rng(seed)
        content, modules = printed(draw)
        image = spoil(channel(draw).scan(modules, seed).copy(), draw)
        effort = int(draw.choice([reader.FAST, reader.ASSISTED]))
        found = reader.read(scanner, image, effort)
        peers = by_zxing(image)
        if found is not None:
            assert found[0] == content, f"seed {seed}: {found[0]!r}, but {content!r} was printed"
            assert set(peers) <= {found[0]}, f"seed {seed}: zxing-cpp reads {peers}"
            read += 1
            both += bool(peers)
        seed += 1
    assert read >= both > 0
