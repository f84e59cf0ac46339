"""The corpus of simulated scans that every rung is held to, made from seeds; no image is kept.

    python tools/corpus.py --refresh     # read it all and write tests/corpus/pins.toml anew

A class is a fault at a resolution, one way up; its scans depend on its name only.  What is pinned
of each is how many of its scans the native rungs (each with those before it) and zxing-cpp read:
tests/corpus fails if fewer are, or if any is misread.  A change that reads more should raise them.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import elqr_fast as ef
from elqr_fast._native import reader as native
from elqr_fast.records.synthetic import make_notices
from elqr_fast.scan.batch import RUNGS, scanner_for
from elqr_fast.scan.channel import CLASSES, MM_PER_INCH, Channel, by_jpeg
from elqr_fast.scan.channel_batch import scan_batch
from elqr_fast.scan.reading import Rung
from elqr_fast.scan.symbols import find_symbols

PINS = Path(__file__).parents[1] / "tests" / "corpus" / "pins.toml"
SCANS = 40
#: Millimetres: the modules that printers of 240 to 1200 dpi make (0.3175 to 0.4022), and a tenth.
MODULES_MM = (0.29, 0.44)

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Fault:
    """A class of scans: its channel, and what is done to the symbol before and the scan after."""

    channel: Channel
    paint: Callable[[Bytes], None] = lambda modules: None
    jpeg: int | None = None


@dataclass
class Score:
    """Scans read right by each rung, those before it included, and how many were misread."""

    hits: dict[str, int] = field(default_factory=dict)
    misreads: int = 0


def _lose_finder(modules: Bytes) -> None:
    """One finder pattern, each in turn, is all ink or all paper."""
    for i, (row, column) in enumerate(((0, 0), (0, 34), (34, 0))):
        modules[i::3, row : row + 7, column : column + 7] = i % 2


def _paint_corner(modules: Bytes) -> None:
    """The alignment pattern's corner is under ink."""
    modules[:, 30:, 32:] = 1


def _worn(dpi: int, *, bilevel: bool) -> Channel:
    """Between the calibrated classes for 200 and 300 dpi; at 400 dpi as at 300 in millimetres."""
    kind = "worn-bilevel" if bilevel else "worn"
    channel = CLASSES[f"{kind}-{200 if dpi < 300 else 300}"]
    if dpi != 400:
        return replace(channel, dpi=dpi)
    low, high = channel.blur
    return replace(channel, dpi=dpi, blur=(low * 4 / 3, high * 4 / 3))


def _upright() -> dict[str, Fault]:
    faults = {}
    for dpi in (200, 240, 300, 400):
        faults[f"normal-grey-{dpi}"] = Fault(Channel(dpi=dpi))
        faults[f"normal-bilevel-{dpi}"] = Fault(Channel(dpi=dpi, bilevel=True))
        faults[f"worn-grey-{dpi}"] = Fault(_worn(dpi, bilevel=False))
        faults[f"worn-bilevel-{dpi}"] = Fault(_worn(dpi, bilevel=True))
    grey, worn = Channel(dpi=300), _worn(300, bilevel=False)
    faint = replace(_worn(300, bilevel=True), threshold=(0.25, 0.4))
    return faults | {
        "lost-finder-300": Fault(grey, paint=_lose_finder),
        "painted-corner-300": Fault(worn, paint=_paint_corner),
        "streaks-300": Fault(replace(grey, streaks=(8, 16))),
        "low-threshold-300": Fault(faint),
        "strong-gain-300": Fault(replace(grey, gain=(0.22, 0.32))),
        "jpeg-200": Fault(_worn(200, bilevel=False), jpeg=20),
    }


def classes() -> dict[str, Fault]:
    """Every fault in each of the four ways up, by name."""
    return {
        f"{name}-{90 * turns}": replace(fault, channel=replace(fault.channel, turns=turns))
        for name, fault in _upright().items()
        for turns in range(4)
    }


def scans(name: str) -> tuple[Bytes, Bytes]:
    """Digits printed [SCANS, 255] and their scans [SCANS, height, width]."""
    fault, seed = classes()[name], zlib.crc32(name.encode())
    digits = ef.build_payloads(make_notices(SCANS, seed)).digits
    modules = ef.encode(digits, version=6).modules.copy()
    fault.paint(modules)
    images = scan_batch(fault.channel, modules, seed=seed)
    if fault.jpeg is not None:
        images = np.stack([by_jpeg(image, fault.jpeg) for image in images])
    return digits, images


def score(name: str) -> Score:
    digits, images = scans(name)
    found, rungs = _natively(images, classes()[name].channel.dpi)
    right = (found == digits).all(axis=1)
    settled = [int((right & (rungs == rung)).sum()) for rung in range(1, len(RUNGS))]
    result = Score(misreads=int((found.any(axis=1) & ~right).sum()))
    for rung, count in zip(RUNGS[1:], np.cumsum(settled), strict=True):
        result.hits[rung.removeprefix("native_")] = int(count)
    peer = [_by_zxing(image, row) for image, row in zip(images, digits, strict=True)]
    result.hits["zxing"] = peer.count(True)
    result.misreads += peer.count(False)
    return result


def _natively(images: Bytes, dpi: int) -> tuple[Bytes, Bytes]:
    """Digits by all native rungs, zeros where there are none, and the rung of each."""
    n, pixel = len(images), dpi / MM_PER_INCH
    digits, corrected = np.zeros((n, 255), np.uint8), np.zeros(n, np.uint16)
    statuses, rungs = np.zeros((2, n), np.uint8)
    scanner = scanner_for(*(round(module * pixel, 1) for module in MODULES_MM))
    native.read_batch(scanner, images, native.ASSISTED, digits, statuses, rungs, corrected)
    return digits, rungs


def _by_zxing(image: Bytes, digits: Bytes) -> bool | None:
    """Whether zxing-cpp, as the ladder asks it, reads the digits or others; None for no code."""
    contents = [symbol.content for symbol in find_symbols(image, Rung.ROI)]
    return digits.tobytes() in contents if contents else None


def read_pins() -> dict[str, dict[str, int]]:
    return tomllib.loads(PINS.read_text(encoding="utf-8"))


def pins_text(scores: Mapping[str, Score]) -> str:
    """A line a class: hits of `SCANS`."""
    lines = [f"# Of {SCANS} scans a class, how many are read: tools/corpus.py --refresh.", ""]
    for name, found in scores.items():
        hits = ", ".join(f"{rung} = {count}" for rung, count in found.hits.items())
        lines.append(f"{name} = {{ {hits} }}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refresh", action="store_true", help="write the pins anew")
    options = parser.parse_args(arguments)
    scores = {name: score(name) for name in classes()}
    if misread := [name for name, found in scores.items() if found.misreads]:
        print("misreads, nothing written:", *misread)
        return 1
    if options.refresh:
        PINS.write_text(pins_text(scores), encoding="utf-8")
    else:
        print(pins_text(scores), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
