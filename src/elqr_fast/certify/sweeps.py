"""The sweeps: each tolerance alone, ink gain with blur, and how far each may drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from elqr_fast.certify.rates import confirmed, last_good, none_lost_bound, wilson
from elqr_fast.certify.setup import SWEEPS, Setup, set_up
from elqr_fast.errors import ConfigError

HEAT_GAIN = (-90.0, -60.0, -30.0, 0.0, 30.0, 60.0, 90.0, 120.0)
HEAT_BLUR = (0.3, 0.6, 0.9, 1.2, 1.6, 2.0)
#: Where each margin is looked for, from no drift: tolerance, direction, start, end.
MARGINS = (
    ("ink_gain", "more", 0.0, 180.0),
    ("ink_gain", "less", 0.0, -180.0),
    ("blur", "more", 0.3, 4.0),
)
STEPS = 7
#: Where the joint margin of ink gain is looked for.
EDGE_BLUR = (0.3, 0.7, 1.1, 1.5)
#: An edge is bisected with so many scans, and what is found is held to all of them.
QUICK = 1_000
#: A cell that has lost so many is far from good, and known well enough.
MOST_LOST = 30


@dataclass(frozen=True, slots=True)
class Cell:
    """A read rate at one drift, with its 95 % interval (Wilson)."""

    drift: dict[str, float]
    scans: int
    read: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    tolerance: str
    unit: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Margin:
    """The last drift at which none of `scans` was lost; None if some are without any drift.

    `loss_below` bounds the loss there with 95 % confidence: three in `scans`.
    """

    tolerance: str
    direction: str
    unit: str
    value: float | None
    beyond: float
    scans: int
    loss_below: float


@dataclass(frozen=True, slots=True)
class Edge:
    """At this blur in pixels, how far ink may gain more and less: the joint margin."""

    blur: float
    more: Margin
    less: Margin


@dataclass(frozen=True)
class Certificate:
    form: str
    printer_dpi: int
    scanner: str
    dots_per_module: int
    module_mm: float
    seed: int
    normal: Cell
    curves: list[Curve] = field(default_factory=list)
    heat_map: list[list[Cell]] = field(default_factory=list)
    margins: list[Margin] = field(default_factory=list)
    edge: list[Edge] = field(default_factory=list)

    def values(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def certify(
    form: str,
    *,
    printer: int,
    scanner: str,
    scans: int = 500,
    edge_scans: int = 3_000,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Certificate:
    """Sweeps the tolerances of a form printed at `printer` dpi and read with a scanner profile.

    `scans` slips for each cell of the curves and the heat map, fewer where many are lost, up to
    `edge_scans` for each step of the margins.  The same arguments give the same certificate.
    Raises FormError or ConfigError if form, printer, scanner or a number does not fit.
    """
    if not 1 <= scans <= 10**7 or not 1 <= edge_scans <= 10**7 or not 0 <= seed < 2**63:
        raise ConfigError("scans and edge scans must be 1 to 10,000,000, the seed 0 or more")
    setup = set_up(form, printer, scanner, seed)
    progress("scans without drift")
    normal = _cell(setup, {}, scans, seed)
    curves = []
    for tolerance, (_, unit, values) in SWEEPS.items():
        if tolerance == "threshold" and not setup.channel.bilevel:
            continue
        progress(tolerance)
        curves.append(
            Curve(tolerance, unit, [_cell(setup, {tolerance: v}, scans, seed) for v in values])
        )
    progress("ink gain with blur")
    heat_map = [
        [_cell(setup, {"ink_gain": gain, "blur": blur}, scans, seed) for gain in HEAT_GAIN]
        for blur in HEAT_BLUR
    ]
    search = _Search(setup, edge_scans, seed, progress)
    margins = [search.margin(*which) for which in MARGINS]
    edge = [
        Edge(blur, *(search.margin(*which, blur=blur) for which in MARGINS[:2]))
        for blur in EDGE_BLUR
    ]
    return Certificate(
        form, printer, setup.scanner, setup.dots, round(setup.channel.module_mm, 4), seed,
        normal, curves, heat_map, margins, edge,
    )  # fmt: skip


def _cell(setup: Setup, drift: dict[str, float], scans: int, seed: int) -> Cell:
    hits = setup.lost(drift, scans, seed, most=MOST_LOST)
    low, high = wilson(hits.read, hits.scans)
    return Cell(drift, hits.scans, hits.read, hits.read / hits.scans, low, high)


@dataclass(frozen=True)
class _Search:
    """Looks for margins.  A step stops at its first loss: values beyond the edge are cheap."""

    setup: Setup
    scans: int
    seed: int
    progress: Callable[[str], None]

    def margin(
        self, tolerance: str, direction: str, start: float, end: float, **fixed: float
    ) -> Margin:
        """Bisected with `QUICK` scans a step, then held to all, and moved back where that fails."""

        def good(value: float, scans: int) -> bool:
            others = "".join(f", {name} {drift:g}" for name, drift in fixed.items())
            self.progress(f"margin of {tolerance}: {value:.3g}{others}, {scans:,} scans")
            drift = {**fixed, tolerance: value}
            hits = self.setup.lost(drift, scans, self.seed, most=0)
            return hits.read == hits.scans

        width, quick = abs(end - start) / 2**STEPS, min(QUICK, self.scans)
        value = last_good(lambda value: good(value, quick), start, end, STEPS)
        if value is not None:
            value, width = confirmed(lambda value: good(value, self.scans), value, start, width)
        unit, bound = SWEEPS[tolerance][1], none_lost_bound(self.scans)
        return Margin(tolerance, direction, unit, value, width, self.scans, bound)
