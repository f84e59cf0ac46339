"""Looks for misreads: scans of every class, damaged up to unreadable, through the native rungs.

    python tools/nightly/misreads.py --scans 100000 [--start 0]

Each scan is one of the classes of `elqr_fast.scan.channel` with its noise, speckle and streaks made
up to eight times stronger and, every third time, a part of the symbol painted over.  A misread is a
reading that passes every check of the payload and yet holds other digits than were printed.  The
last line of output is a table row: scans, read by each rung, unread, misread.  Returns 1 if there
was a misread, and names its seed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import elqr_fast as ef
from elqr_fast.scan.channel import CLASSES, Channel


def payload(seed: int) -> NDArray[np.uint8]:
    """A payload of its own for each seed, uint8 [1, 255]."""
    draw = np.random.default_rng([seed, 1])
    columns = {
        "institution": [int(draw.integers(0, 10**5))],
        "case_key": [f"{draw.integers(0, 10**18):020d}"],
        "confirmation": [int(draw.integers(0, 10**6))],
        "levy": [int(draw.integers(0, 1000))],
        "amount": [int(draw.integers(1, 10**7))],
        "levy_year": [2026],
        "tax_year": [2026],
        "period": [int(draw.integers(0, 100))],
        "due": ["20261130"],
        "pay_by": ["20261231"],
    }
    return ef.build_payloads(columns).digits


def harsher(channel: Channel, factor: float) -> Channel:
    """The channel with its random damage made stronger."""

    def times(pair: tuple[float, float]) -> tuple[float, float]:
        return pair[0] * factor, pair[1] * factor

    return replace(
        channel,
        noise=times(channel.noise),
        speckle=times(channel.speckle),
        streaks=times(channel.streaks),
    )


def scan(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The digits printed, and their scan."""
    draw = np.random.default_rng([seed, 2])
    digits = payload(seed)
    symbol = ef.encode(digits, version=6).modules[0].copy()
    if seed % 3 == 0:
        row, column, height, width = draw.integers([0, 0, 1, 1], [41, 41, 30, 30])
        symbol[row : row + height, column : column + width] = draw.integers(0, 2)
    channel = list(CLASSES.values())[seed % len(CLASSES)]
    return digits[0], harsher(channel, draw.uniform(0.5, 8)).scan(symbol, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scans", type=int, default=100_000)
    parser.add_argument("--start", type=int, default=0, help="first seed")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for seed in range(options.start, options.start + options.scans):
        digits, image = scan(seed)
        found = ef.read_batch([image])
        verdict, rung = str(found.verdict[0]), str(found.rung[0])
        counts[rung if verdict == "ok" else verdict] += 1
        if verdict == "ok" and not np.array_equal(found.digits[0], digits):
            counts["misread"] += 1
            print(f"misread: seed {seed}, {rung}")
    print(
        f"| {options.scans} | " + " | ".join(f"{k} {v}" for k, v in sorted(counts.items())) + " |"
    )
    return 1 if counts["misread"] else 0


if __name__ == "__main__":
    sys.exit(main())
