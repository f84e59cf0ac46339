"""A print-scan channel: what a printer, paper and a scanner do to a symbol, repeatable by a seed.

In order: ink gain, paper and ink greys, skew and sampling phase, optical blur, sensor noise,
speckle, streaks along the feed, threshold or JPEG.  It models what makes readers fail, not one
machine.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Grey = npt.NDArray[np.uint8]
Modules = npt.NDArray[np.uint8]
Range = tuple[float, float]

MM_PER_INCH = 25.4
#: The eL-QR's box, 35 x 20 mm, and 5 mm around it: what a reader looks at.
ROI_MM = (45.0, 30.0)
#: 4 dots of a printer of 300 dpi, the smallest module that prints exactly there.
MODULE_MM = 4 * MM_PER_INCH / 300
#: Dots a module while the print is modelled.
FINE = 8


@dataclass(frozen=True, slots=True)
class Channel:
    """One class of scans; a pair is a range from which each scan draws evenly.

    Lengths are in pixels of the scan unless said otherwise, greys in levels of 255.
    """

    dpi: int = 200
    bilevel: bool = False
    #: How far ink spreads over each edge, in modules; negative where it fails to reach it.
    gain: Range = (-0.03, 0.10)
    ink: Range = (15, 50)
    paper: Range = (225, 250)
    #: Degrees, either way.
    skew: Range = (-0.6, 0.6)
    #: Standard deviation of the optics' blur, besides the pixels' own area.
    blur: Range = (0.3, 0.5)
    #: Standard deviation.
    noise: Range = (2, 4)
    #: Specks a square inch, each one to three pixels across, dark or light.
    speckle: Range = (0, 60)
    #: Lines along the feed, one or two pixels wide, over the whole height.
    streaks: Range = (0, 0.1)
    #: The bilevel scanner's level between ink and paper, 0 to 1.
    threshold: Range = (0.45, 0.6)
    jpeg: int | None = None
    #: Quarter turns clockwise.
    turns: int = 0
    module_mm: float = MODULE_MM

    def scan(self, modules: Modules, seed: int) -> Grey:
        """A scan of the box around a symbol: modules [side, side], 1 = dark, to grey [h, w]."""
        padded = np.pad(modules, 6)
        return self.scan_print(np.kron(padded, np.full((FINE, FINE), 255, np.uint8)), seed)

    def scan_print(self, dots: Grey, seed: int, size_mm: Range = ROI_MM) -> Grey:
        """A scan, `size_mm` wide and high, of what is printed somewhere in it: dots [h, w], `FINE`
        of them a module, 255 = ink, to grey [h, w]."""
        draw = np.random.default_rng([seed, self.dpi, self.bilevel])
        ink, paper = draw.uniform(*self.ink), draw.uniform(*self.paper)
        coverage = self._sampled(_printed(dots, draw.uniform(*self.gain)), draw, size_mm)
        grey = paper + (ink - paper) * coverage
        grey += draw.normal(0, draw.uniform(*self.noise), grey.shape)
        self._streak(grey, draw)
        self._speckle(grey, draw)
        if self.bilevel:
            level = ink + draw.uniform(*self.threshold) * (paper - ink)
            grey = np.where(grey < level, 0.0, 255.0)
        page = np.rot90(np.clip(grey, 0, 255).astype(np.uint8), -self.turns)
        return np.ascontiguousarray(page if self.jpeg is None else by_jpeg(page, self.jpeg))

    def _sampled(
        self, fine: Image.Image, draw: np.random.Generator, size_mm: Range
    ) -> npt.NDArray[np.float64]:
        """Ink coverage 0 to 1 of each pixel: the print somewhere in the box, askew."""
        pixel = self.dpi / MM_PER_INCH
        width, height = (round(side * pixel) for side in size_mm)
        scale = FINE / (self.module_mm * pixel)
        angle = math.radians(draw.uniform(*self.skew))
        cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
        slack_x = max(width - fine.width / scale, 0) / 2
        slack_y = max(height - fine.height / scale, 0) / 2
        x = width / 2 + draw.uniform(-slack_x, slack_x)
        y = height / 2 + draw.uniform(-slack_y, slack_y)
        centre_x, centre_y = fine.width / 2, fine.height / 2
        # Pixels integrate over their area, about a Gaussian of 0.29 of them.
        sigma = math.hypot(draw.uniform(*self.blur), 0.29) * scale
        blurred = fine.filter(ImageFilter.GaussianBlur(sigma))
        from_x, from_y = centre_x - cos * x - sin * y, centre_y + sin * x - cos * y
        affine = (cos, sin, from_x, -sin, cos, from_y)
        sampled = blurred.transform(
            (width, height), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fillcolor=0
        )
        return np.asarray(sampled) / 255.0

    def _streak(self, grey: npt.NDArray[np.float64], draw: np.random.Generator) -> None:
        for _ in range(draw.poisson(draw.uniform(*self.streaks))):
            x, wide = draw.integers(0, grey.shape[1]), draw.integers(1, 3)
            grey[:, x : x + wide] += draw.choice([-1, 1]) * draw.uniform(30, 130)

    def _speckle(self, grey: npt.NDArray[np.float64], draw: np.random.Generator) -> None:
        height, width = grey.shape
        inches = width * height / self.dpi**2
        for _ in range(draw.poisson(draw.uniform(*self.speckle) * inches)):
            x, y, size = draw.integers(0, width), draw.integers(0, height), draw.integers(1, 4)
            grey[y : y + size, x : x + size] = draw.choice([20.0, 235.0])


#: Calibrated against zxing-cpp: it reads nearly all of `normal` and about half of `worn`.
CLASSES = {
    "normal-200": Channel(dpi=200),
    "normal-300": Channel(dpi=300),
    "worn-200": Channel(
        dpi=200, gain=(-0.05, 0.2), ink=(30, 70), paper=(200, 240), skew=(-1.2, 1.2),
        blur=(0.45, 0.7), noise=(5, 14), speckle=(0, 350), streaks=(0, 1.8),
    ),
    "worn-300": Channel(
        dpi=300, gain=(-0.05, 0.2), ink=(30, 70), paper=(200, 240), skew=(-1.2, 1.2),
        blur=(0.7, 1.2), noise=(5, 18), speckle=(0, 900), streaks=(0, 3),
    ),
    "worn-bilevel-200": Channel(
        dpi=200, bilevel=True, gain=(-0.05, 0.2), ink=(30, 70), paper=(200, 240), skew=(-1.2, 1.2),
        blur=(0.4, 0.62), noise=(4, 11), speckle=(0, 350), streaks=(0, 1.4),
    ),
    "worn-bilevel-300": Channel(
        dpi=300, bilevel=True, gain=(-0.05, 0.2), ink=(30, 70), paper=(200, 240), skew=(-1.2, 1.2),
        blur=(0.6, 1.0), noise=(5, 15), speckle=(0, 900), streaks=(0, 2),
    ),
}  # fmt: skip


def _printed(dots: Grey, gain: float) -> Image.Image:
    """Ink on paper, 0 to 255, `FINE` dots a module.

    Blurred and cut at a level that moves a straight edge by the gain; corners come out round.
    """
    sigma = 0.25 * FINE
    soft = np.asarray(Image.fromarray(dots).filter(ImageFilter.GaussianBlur(sigma)), np.float64)
    level = 255 * 0.5 * math.erfc(gain * FINE / (sigma * math.sqrt(2)))
    return Image.fromarray(np.where(soft > level, 255, 0).astype(np.uint8))


def by_jpeg(grey: Grey, quality: int) -> Grey:
    """A scan as JPEG of that quality leaves it."""
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
