"""What may not touch: codes with their quiet zones, and the areas a form keeps empty.

Checked on a plate's dots, so on what will be printed, before the first page is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from elqr_fast.forms.loader import fail_in
from elqr_fast.forms.model import Form
from elqr_fast.forms.positions import Key
from elqr_fast.render.scene import Rect


@dataclass(frozen=True, slots=True)
class Area:
    """A box in dots, the key of the form it comes from, and what it is to a reader."""

    key: Key
    what: str
    rect: Rect


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two boxes share a dot."""
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


def inside(inner: Rect, outer: Rect) -> bool:
    """Whether a box lies within another."""
    return (
        inner.x >= outer.x
        and inner.y >= outer.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def check_inside(form: Form, areas: Iterable[Area], page: Rect, dpi: int) -> None:
    """Raise FormError for an area that leaves the page."""
    for area in areas:
        if not inside(area.rect, page):
            fail_in(form, area.key, f"the {area.what} at {_mm(area.rect, dpi)} leaves the page")


def check_disjoint(form: Form, areas: list[Area], dpi: int) -> None:
    """Raise FormError for two areas that share a dot."""
    for index, area in enumerate(areas):
        check_clear(form, [area], areas[index + 1 :], dpi)


def check_clear(form: Form, kept: Iterable[Area], intruders: list[Area], dpi: int) -> None:
    """Raise FormError for an intruder in an area that is kept clear of it."""
    for area in kept:
        for intruder in intruders:
            if overlap(area.rect, intruder.rect):
                fail_in(
                    form,
                    intruder.key,
                    f"the {intruder.what} at {_mm(intruder.rect, dpi)} enters the {area.what} "
                    f"at {_mm(area.rect, dpi)} ({_dotted(area.key)})",
                )


def _mm(rect: Rect, dpi: int) -> str:
    x, y, width, height = (edge * 25.4 / dpi for edge in (rect.x, rect.y, rect.width, rect.height))
    return f"({x:.2f}, {y:.2f}) mm of {width:.2f} × {height:.2f} mm"


def _dotted(key: Key) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)[1:]
