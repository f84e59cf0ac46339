"""Words set in boxes, marks drawn, ink boxed."""

from __future__ import annotations

from math import pi

import pytest

from elqr_fast.forms import load_form
from elqr_fast.render.fonts import open_face
from elqr_fast.render.layout import Chain, aligned_runs, baseline_of, block_height, width
from elqr_fast.render.scene import Rect, Scene, Shape
from elqr_fast.render.static import Ink, StaticInk, ink_boxes

FACE = open_face("ipaexg")
CHAIN = Chain([FACE])
AREA = Rect(100, 200, 400, 60)
SIZE = 40.0


def inked(text: str, align: str) -> Rect:
    """The box of all ink of a text set in AREA."""
    runs = aligned_runs(CHAIN.shape(text), SIZE, AREA, baseline_of(AREA, SIZE, 0, 1), align)
    boxes = ink_boxes(Scene(runs=runs), {"ipaexg": FACE})
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return Rect(left, top, right - left, bottom - top)


def test_alignment() -> None:
    # Squares: as much blank before their ink as behind it.
    text = "■■■■■"
    length = width(CHAIN.shape(text)) * SIZE
    assert length == 200
    side = inked(text, "left").x - AREA.x
    assert 0 <= side < 8
    for align, left in [("left", 0), ("center", 100), ("right", 200)]:
        assert inked(text, align).x == AREA.x + left + side
    spread = inked(text, "spread")
    assert spread.x == AREA.x + side
    assert spread.x + spread.width == pytest.approx(AREA.x + AREA.width - side, abs=2)


def test_spread_characters_stand_evenly() -> None:
    (run,) = aligned_runs(CHAIN.shape("納期限"), SIZE, AREA, 0, "spread")
    assert run.offsets == (0, 180, 360)
    (run,) = aligned_runs(CHAIN.shape("印"), SIZE, AREA, 0, "spread")
    assert run.x == AREA.x + 180


def test_japanese_type_stands_in_the_middle() -> None:
    box = inked("国", "center")
    assert abs((box.y + box.height / 2) - (AREA.y + AREA.height / 2)) <= 1.5


def test_lines_are_evenly_apart_around_the_middle() -> None:
    alone = baseline_of(AREA, SIZE, 0, 1)
    first, second = baseline_of(AREA, 20.0, 0, 2), baseline_of(AREA, 20.0, 1, 2)
    assert second - first == 24
    assert block_height(2, 20.0) == 44
    assert (first + second) / 2 == pytest.approx(alone - 0.38 * 20, abs=1)


def drawn(name: str) -> dict[str, Scene]:
    form = load_form(name)
    inks: list[Ink] = StaticInk(form, 300, dict.fromkeys(form.fonts, CHAIN)).draw()
    return {".".join(str(part) for part in ink.key): ink.scene for ink in inks}


@pytest.mark.parametrize("part", ["paid_notice", "office_copy", "receipt"])
def test_every_part_has_its_public_money_mark(part: str) -> None:
    square, round_ = (drawn(name)[f"parts.{part}.title.mark"] for name in ("kaku-mpn", "maru"))
    for scene in (square, round_):
        assert ["".join(run.clusters) for run in scene.runs] == ["公"]
    assert len(square.rects) == 4
    assert not square.shapes
    ((outer, inner),) = (shape.contours for shape in round_.shapes)
    assert not round_.rects
    assert len(outer) == len(inner)
    # 6 mm across, so 71 dots; the polygon is the circle within a thousandth.
    diameter = max(x for x, _ in outer) - min(x for x, _ in outer)
    assert diameter == pytest.approx(6 * 300 / 25.4, abs=1)
    assert ring_area(outer) == pytest.approx(pi * (diameter / 2) ** 2, rel=1e-3)


def ring_area(points: tuple[tuple[float, float], ...]) -> float:
    turned = (*points[1:], points[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, turned, strict=True)) / 2


def test_a_drawing_keeps_its_proportions_in_the_middle_of_its_box() -> None:
    (shape,) = drawn("maru")["parts.paid_notice.marks.0"].shapes
    xs = [x for contour in shape.contours for x, _ in contour]
    ys = [y for contour in shape.contours for _, y in contour]
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    assert across / down == pytest.approx(24 / 14, rel=1e-6)
    assert across == pytest.approx(12 * 300 / 25.4, abs=1)
    middle = (183 + 2.5 + 3.5) * 300 / 25.4
    assert (max(ys) + min(ys)) / 2 == pytest.approx(middle, abs=1)


def test_ink_boxes_hold_every_kind_of_ink() -> None:
    scene = Scene(
        rects=[Rect(1, 2, 3, 4)],
        shapes=[Shape((((10.5, 10.0), (12.0, 10.0), (12.0, 13.5)),))],
        runs=aligned_runs(CHAIN.shape("一 二"), SIZE, AREA, 240, "left"),
    )
    boxes = ink_boxes(scene, {"ipaexg": FACE})
    assert boxes[:2] == [Rect(1, 2, 3, 4), Rect(10, 10, 3, 4)]
    # The blank between has no ink.
    assert len(boxes) == 4
