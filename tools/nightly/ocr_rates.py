"""How often OCR lines are read, not read, and misread: simulated scans of printed lines.

    python tools/nightly/ocr_rates.py --lines 5000 [--harsh 2]

Lines of random digits with right check digits, drawn by Pillow from the font OCR-B at 600 dpi, go
through every class of the channel: up to 3 mm off their places, askew as the class has it; half
of the lines lie along the feed, so that streaks run through the whole line.  `--harsh` multiplies
noise and speckle.  A misread is a line that counts as read (all characters clear, check digits
right) and is another than the printed one: on a slip a false `cross_mismatch`.  Returns 1 if there
was any.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from elqr_fast._native import ocr as native
from elqr_fast.codes.ocr_lines import check_digits
from elqr_fast.scan.channel import CLASSES, MM_PER_INCH, Channel
from elqr_fast.scan.ocr_lines import LEAST_MARGIN, LEAST_SCORE

FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
#: Dots an inch of the channel's print.
PRINT_DPI = 600
DOTS = PRINT_DPI / MM_PER_INCH
PITCH = 2.54
LENGTHS = (39, 44)
#: What is drawn around a line's middle, and how much more is scanned on each side, in mm.
PRINT_MM = (46 * PITCH, 6.0)
OFF_MM = 3.0
SCAN_MM = (PRINT_MM[0] + 2 * OFF_MM, PRINT_MM[1] + 2 * OFF_MM)
BASELINE_MM = 4.4

#: The channel's, and its normal ones as bilevel scanners have them.
CHANNELS = CLASSES | {
    name.replace("normal", "normal-bilevel"): replace(channel, bilevel=True)
    for name, channel in CLASSES.items()
    if name.startswith("normal")
}

Grey = NDArray[np.uint8]


class Printer:
    """Draws lines of OCR-B size I, ten characters an inch."""

    def __init__(self) -> None:
        self.font = ImageFont.truetype(str(FONT), 10 * PRINT_DPI / 72)

    def dots(self, text: str) -> Grey:
        """Ink is 255; the line's middle is the picture's."""
        width, height = (round(side * DOTS) for side in PRINT_MM)
        picture = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(picture)
        left = (PRINT_MM[0] - len(text) * PITCH) / 2
        for index, character in enumerate(text):
            x = math.floor((left + (index + 0.5) * PITCH) * DOTS)
            pen.text((x, round(BASELINE_MM * DOTS)), character, 255, self.font, anchor="ms")
        return np.where(np.asarray(picture) > 127, 255, 0).astype(np.uint8)


def random_line(draw: np.random.Generator, length: int) -> str:
    data = "".join(map(str, draw.integers(0, 10, length - 2)))
    return check_digits(data) + data


def scan(channel: Channel, dots: Grey, seed: int, *, along_feed: bool) -> Grey:
    """A scan of a drawn line; one along the feed lies a quarter turn clockwise."""
    if not along_feed:
        return channel.scan_print(dots, seed, SCAN_MM)
    turned = np.ascontiguousarray(np.rot90(dots, -1))
    return channel.scan_print(turned, seed, SCAN_MM[::-1])


def frame(grey: Grey, dpi: float, length: int, turns: int) -> tuple[float, ...]:
    """The kernel's frame of a line in the middle of a scan that was turned clockwise."""
    pixel = dpi / MM_PER_INCH
    cos, sin = (1, 0, -1, 0)[turns] * pixel, (0, 1, 0, -1)[turns] * pixel
    u, v = -length * PITCH / 2, BASELINE_MM - PRINT_MM[1] / 2
    x, y = grey.shape[1] / 2 + u * cos - v * sin, grey.shape[0] / 2 + u * sin + v * cos
    return x, y, cos, sin, -sin, cos


def outcome(grey: Grey, dpi: float, text: str, turns: int) -> str:
    """`read`, `misread`, or why a line is unread."""
    found = native.read(grey, frame(grey, dpi, len(text), turns), len(text), PITCH, 1.0)
    if found is None:
        return "not found"
    seen, scores, margins, _ = found
    if min(scores) < LEAST_SCORE or min(margins) < LEAST_MARGIN:
        return "not clear"
    if check_digits(seen[2:]) != seen[:2]:
        return "check digits"
    return "read" if seen == text else "misread"


def rates(name: str, channel: Channel, lines: int, seed: int) -> Counter[str]:
    printer, draw = Printer(), np.random.default_rng([seed, len(name)])
    counts: Counter[str] = Counter()
    for number in range(lines):
        text = random_line(draw, LENGTHS[number % 2])
        along_feed = number % 4 >= 2
        grey = scan(channel, printer.dots(text), seed + number, along_feed=along_feed)
        counts[outcome(grey, channel.dpi, text, int(along_feed))] += 1
    return counts


def harsher(channel: Channel, times: float) -> Channel:
    low, high = channel.noise
    few, many = channel.speckle
    return replace(channel, noise=(low * times, high * times), speckle=(few * times, many * times))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1000, help="of each class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--harsh", type=float, default=1.0, help="times the noise and speckle")
    parser.add_argument("classes", nargs="*", default=list(CHANNELS))
    asked = parser.parse_args()
    misread = 0
    print("| class | lines | read | not clear | check digits wrong | not found | misread |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in asked.classes:
        channel = harsher(CHANNELS[name], asked.harsh)
        counts = rates(name, channel, asked.lines, asked.seed)
        parts = ("read", "not clear", "check digits", "not found")
        shares = " | ".join(f"{100 * counts[part] / asked.lines:.2f} %" for part in parts)
        print(f"| {name} | {asked.lines:,} | {shares} | {counts['misread']} |", flush=True)
        misread += counts["misread"]
    return int(misread > 0)


if __name__ == "__main__":
    sys.exit(main())
