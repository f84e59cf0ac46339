"""Millimetres to whole dots, and the codes' modules, which must be whole dots."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

from elqr_fast.errors import FormError
from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import BarCode, Box, Form, Line, Qr
from elqr_fast.render.scene import Rect

#: The eL-QR is a version 6 symbol: 41 modules, and a quiet zone of 4 on each side.
QR_SIDE = 41
QR_QUIET = 4
#: Fewer dots a module do not survive ink spread; 3 is what fits at 240 dpi.
QR_MIN_DOTS = 3

#: Start C, FNC1, 22 pairs, check symbol and stop of the GS1-128; quiet zones of 10 modules.
BAR_MODULES = 288
BAR_QUIET = 10
#: A bar of one dot is as wide as a printer's ink spread.
BAR_MIN_DOTS = 2

#: Devices named when a bar code does not fit.
COMMON_DPI = (200, 240, 300, 360, 400, 480, 600, 720, 1200)


@dataclass(frozen=True, slots=True)
class QrPlace:
    """Where the symbol's first module is, without its quiet zone; `module` dots each."""

    x: int
    y: int
    module: int

    @property
    def quiet(self) -> Rect:
        """The symbol with its quiet zone."""
        margin = QR_QUIET * self.module
        side = QR_SIDE * self.module + 2 * margin
        return Rect(self.x - margin, self.y - margin, side, side)


@dataclass(frozen=True, slots=True)
class BarPlace:
    """Where the first bar is, without its quiet zone; `module` dots a module, `height` dots.

    `narrower` dots are taken off the right edge of every bar to make up for ink spread.
    """

    x: int
    y: int
    module: int
    height: int
    narrower: int = 0

    @property
    def quiet(self) -> Rect:
        """The symbol with its quiet zones."""
        margin = BAR_QUIET * self.module
        return Rect(self.x - margin, self.y, BAR_MODULES * self.module + 2 * margin, self.height)


def to_dots(millimetres: float, dpi: int) -> int:
    """The nearest whole dot, halves upwards."""
    return floor(millimetres * dpi / 25.4 + 0.5)


def to_rect(box: Box, dpi: int) -> Rect:
    """A box with every edge on the nearest dot."""
    x, y = to_dots(box.x, dpi), to_dots(box.y, dpi)
    return Rect(x, y, to_dots(box.right, dpi) - x, to_dots(box.bottom, dpi) - y)


def inner_rect(box: Box, dpi: int) -> Rect:
    """The whole dots that lie inside a box."""
    # A millionth of a dot forgives the rounding of decimal millimetres.
    x, y = (ceil(edge * dpi / 25.4 - 1e-6) for edge in (box.x, box.y))
    right, bottom = (floor(edge * dpi / 25.4 + 1e-6) for edge in (box.right, box.bottom))
    return Rect(x, y, right - x, bottom - y)


def line_rects(line: Line, x: float, y: float, dpi: int) -> list[Rect]:
    """A rule as filled rectangles, centred on its span; (x, y) is the origin in millimetres."""
    weight = max(1, to_dots(line.width, dpi))
    span = line.span
    level = span.y1 == span.y2
    first, last = sorted((span.x1, span.x2)) if level else sorted((span.y1, span.y2))
    along, across = (x, span.y1 + y) if level else (y, span.x1 + x)
    fixed = to_dots(across, dpi) - weight // 2
    return [
        Rect(start, fixed, length, weight) if level else Rect(fixed, start, weight, length)
        for start, length in _dashes(first + along, last + along, line.dash, dpi)
    ]


def _dashes(
    first: float, last: float, dash: tuple[float, float] | None, dpi: int
) -> list[tuple[int, int]]:
    """(start, length) in dots of the inked stretches between two ends in millimetres."""
    ink, gap = dash or (last - first, 1.0)
    count = max(1, ceil((last - first) / (ink + gap)))
    starts = [first + index * (ink + gap) for index in range(count)]
    ends = [min(start + ink, last) for start in starts]
    dots = [
        (to_dots(start, dpi), to_dots(end, dpi)) for start, end in zip(starts, ends, strict=True)
    ]
    return [(start, max(1, end - start)) for start, end in dots]


def frame_rects(
    box: Rect, weight: int, stand: Literal["inside", "on", "outside"] = "on"
) -> list[Rect]:
    """The outline of a box, `weight` dots thick, inside, on or outside its edges."""
    half = weight // 2
    before, after = {"inside": (0, weight), "on": (half, half), "outside": (weight, 0)}[stand]
    left, top = box.x - before, box.y - before
    right, bottom = box.x + box.width - after, box.y + box.height - after
    across, down = right + weight - left, bottom - top - weight
    return [
        Rect(left, top, across, weight),
        Rect(left, bottom, across, weight),
        Rect(left, top + weight, weight, down),
        Rect(right, top + weight, weight, down),
    ]


def place_qr(form: Form, qr: Qr, dpi: int) -> QrPlace:
    """The eL-QR in the middle of its box.  Raises FormError, saying what would fit."""
    notice = form.parts.paid_notice.box
    area = inner_rect(qr.box.moved(notice.x, notice.y), dpi)
    across = QR_SIDE + 2 * QR_QUIET
    fits = min(area.width, area.height) // across
    module = qr.module_dots.get(dpi, fits)
    if not QR_MIN_DOTS <= module <= fits:
        wanted = max(module, QR_MIN_DOTS)
        fail_in(
            form,
            ("qr", "module_dots") if dpi in qr.module_dots else ("qr", "box"),
            f"at {dpi} dpi the eL-QR of {wanted} dots a module with its quiet zone takes "
            f"{_mm(wanted * across, dpi)}, "
            f"its box is {qr.box.width:g} × {qr.box.height:g} mm: {_qr_that_fits(fits)}",
        )
    margin = QR_QUIET * module
    return QrPlace(
        area.x + (area.width - module * across) // 2 + margin,
        area.y + (area.height - module * across) // 2 + margin,
        module,
    )


def _qr_that_fits(fits: int) -> str:
    if fits >= QR_MIN_DOTS:
        return f"{QR_MIN_DOTS} to {fits} dots a module fit"
    return f"{QR_MIN_DOTS} dots a module are the least, the box must be larger"


def place_bars(form: Form, bar_code: BarCode, dpi: int, narrower: int = 0) -> BarPlace:
    """The bar code in the middle of its box, each bar `narrower` dots narrower than its modules.

    Raises FormError, saying what would fit.
    """
    notice = form.parts.paid_notice.box
    area = inner_rect(bar_code.box.moved(notice.x, notice.y), dpi)
    across = BAR_MODULES + 2 * BAR_QUIET
    fits = area.width // across
    module = bar_code.module_dots.get(dpi, fits)
    if not BAR_MIN_DOTS <= module <= fits:
        wanted = max(module, BAR_MIN_DOTS)
        fail_in(
            form,
            ("bar_code", "module_dots") if dpi in bar_code.module_dots else ("bar_code", "box"),
            f"at {dpi} dpi the bar code of {wanted} dots a module with its quiet zones takes "
            f"{_mm(wanted * across, dpi)}, its box is {bar_code.box.width:g} mm wide: "
            f"{_bars_that_fit(bar_code.box.width, fits)}",
        )
    if not 0 <= narrower <= module // 2:
        fail_in(
            form,
            ("bar_code", "box"),
            f"at {dpi} dpi a module of the bar code has {module} dots: bars can be 0 to "
            f"{module // 2} dots narrower, not {narrower}",
        )
    left = area.x + (area.width - module * across) // 2 + BAR_QUIET * module
    return BarPlace(left, area.y, module, area.height, narrower)


def _bars_that_fit(width: float, fits: int) -> str:
    if fits >= BAR_MIN_DOTS:
        return f"{BAR_MIN_DOTS} to {fits} dots a module fit"
    across = BAR_MODULES + 2 * BAR_QUIET
    most = {other: floor(width * other / 25.4) // across for other in COMMON_DPI}
    devices = [f"{other} dpi × {dots}" for other, dots in most.items() if dots >= BAR_MIN_DOTS]
    return f"what fits is {', '.join(devices)} dots" if devices else "no common printer fits it"


def _mm(dots: int, dpi: int) -> str:
    return f"{dots * 25.4 / dpi:.2f} mm"


def check_dpi(dpi: int) -> None:
    """Raise FormError for a resolution no plate is made for."""
    if not 200 <= dpi <= 1200:
        raise FormError(f"{dpi} dpi: a plate is made for 200 to 1200 dpi")
