"""What is swept: a form's symbols as its printer makes them, and a scanner's channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from elqr_fast.codes import elqr, symbols
from elqr_fast.errors import ConfigError, FormError
from elqr_fast.forms.loader import load_form
from elqr_fast.records.synthetic import make_notices
from elqr_fast.render.geometry import place_qr
from elqr_fast.scan.batch import read_batch
from elqr_fast.scan.channel import MM_PER_INCH, Channel, Range
from elqr_fast.scan.channel_batch import ranges_of, scan_batch
from elqr_fast.scan.scanners import load_scanner

#: Different slips that are printed.
SLIPS = 250
#: Scans between looks at how many were lost; so few that their 10 MB stay the process's own, where
#: those of all slips would go back to the system each time, which took longer than scanning them.
BATCH = 50
#: An ordinary office printer and paper; a profile has only what the scanner does.
INK: Range = (15, 50)
PAPER: Range = (225, 250)

#: Each tolerance that is swept: the channel's range it sets, its unit, and its values.
SWEEPS: dict[str, tuple[str, str, tuple[float, ...]]] = {
    "ink_gain": ("gain", "um", (-120, -90, -60, -30, 0, 30, 60, 90, 120, 150)),
    "blur": ("blur", "px", (0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0, 2.5)),
    "skew": ("skew", "degrees", (0, 1, 2, 4, 6, 8, 12)),
    "noise": ("noise", "greys", (0, 5, 10, 15, 20, 30, 40)),
    "threshold": ("threshold", "share", (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
    "phase": ("shift_x", "px", (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)),
    "stretch": ("scale_x", "ratio", (0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06)),
    "specks": ("speckle", "an image", (0, 50, 100, 200, 400, 800)),
}


@dataclass(frozen=True, slots=True)
class Hits:
    read: int
    scans: int


@dataclass(frozen=True)
class Setup:
    """A form on a printer, read by a scanner."""

    form: str
    printer: int
    scanner: str
    dots: int
    channel: Channel
    digits: npt.NDArray[np.uint8]
    modules: npt.NDArray[np.uint8]

    def changed(self, drifts: dict[str, float]) -> dict[str, Range]:
        """The channel's ranges with tolerances of `SWEEPS` at these values."""
        ranges = {"shift_x": (-0.5, 0.5), "shift_y": (-0.5, 0.5)}
        for tolerance, value in drifts.items():
            name = SWEEPS[tolerance][0]
            if tolerance == "ink_gain":
                value /= self.channel.module_mm * 1000
            ranges[name] = (value, value)
        return ranges_of(self.channel, self.modules.shape[-1]) | ranges

    def lost(self, drifts: dict[str, float], n: int, seed: int, *, most: int | None = None) -> Hits:
        """Scans up to `n` slips, fewer once more than `most` were not read right."""
        lost = done = 0
        while done < n and (most is None or lost <= most):
            count = min(BATCH, n - done)
            start = done % SLIPS
            images = scan_batch(
                self.channel,
                self.modules[start : start + count],
                seed=seed,
                first=done,
                changed=self.changed(drifts),
            )
            found = read_batch(images).digits
            right = (found == self.digits[start : start + count]).all(axis=1)
            lost += count - int(right.sum())
            done += count
        return Hits(done - lost, done)


def set_up(form: str, printer: int, scanner: str, seed: int) -> Setup:
    """Raises FormError or ConfigError if form, printer and scanner do not fit."""
    model = load_form(form)
    if model.qr is None:
        raise FormError(f"{form}: the form has no eL-QR")
    if not 150 <= printer <= 4800:
        raise ConfigError(f"printer: {printer} dpi; 150 to 4800 are possible")
    dots = place_qr(model, model.qr, printer).module
    profile = load_scanner(scanner)
    channel = Channel(
        dpi=profile.dpi,
        bilevel=profile.depth == "bilevel",
        gain=(0, 0),
        ink=INK,
        paper=PAPER,
        skew=(-profile.skew, profile.skew),
        blur=profile.blur,
        noise=profile.noise,
        speckle=(0, 0),
        streaks=profile.streaks,
        threshold=profile.threshold or (0.5, 0.5),
        module_mm=dots * MM_PER_INCH / printer,
    )
    payloads = elqr.build_payloads(make_notices(SLIPS, seed))
    modules = symbols.encode(payloads.digits, version=6).modules
    return Setup(form, printer, profile.name, dots, channel, payloads.digits, modules)
