"""One slip's own ink: its values set in their fields, its codes put in their places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elqr_fast.errors import FieldError
from elqr_fast.render.plate import Plate
from elqr_fast.render.scene import BarsAt, Scene, SymbolAt
from elqr_fast.render.setting import FieldSetter, OcrSetter, Unfit
from elqr_fast.render.slips import Slips


@dataclass(frozen=True, slots=True)
class Page:
    """What differs from page to page; `row` is the notice's input row."""

    row: int
    scene: Scene


def compose(plate: Plate, slips: Slips) -> tuple[list[Page], list[FieldError]]:
    """The pages of a batch, in its order; a slip with a text that cannot be set has none.

    Every such text is an error: rule `glyph` (found: the code point), `too_wide` or `format`.
    Linear in the slips.
    """
    composer = _Composer(plate)
    modules = slips.symbols.modules
    pages: list[Page] = []
    errors: list[FieldError] = []
    for index, row in enumerate(slips.rows.tolist()):
        scene, unfit = composer.texts(slips, index)
        if unfit:
            errors += [FieldError(row, *what) for what in unfit]
            continue
        composer.codes(
            scene,
            modules[index] if slips.has_qr[index] else None,
            slips.bars[index] if slips.has_bars[index] else None,
        )
        pages.append(Page(row, scene))
    return pages, errors


class _Composer:
    """Sets slip after slip on one plate."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        fields = [FieldSetter(place, plate.dpi) for place in plate.fields]
        self._setters: list[FieldSetter | OcrSetter] = [
            *fields,
            *(OcrSetter(place) for place in plate.ocr),
        ]
        self._below_bars = [FieldSetter(place, plate.dpi) for place in plate.bar_texts]

    def texts(self, slips: Slips, index: int) -> tuple[Scene, list[tuple[str, str, str, str]]]:
        """A slip's texts; and each that cannot be set, once: field, rule, found, expected.

        A name too long for several boxes is said to be so for the first of them.
        """
        scene = Scene()
        unfit: dict[tuple[str, str], tuple[str, str]] = {}
        for setter in self._setters + (self._below_bars if slips.has_bars[index] else []):
            column = slips.texts.get(setter.source)
            if column is None:
                continue
            try:
                scene.runs += setter.runs(column[index])
            except Unfit as error:
                unfit.setdefault((setter.source, error.rule), (error.found, error.expected))
        return scene, [(*what, *said) for what, said in unfit.items()]

    def codes(
        self, scene: Scene, modules: NDArray[np.uint8] | None, bars: NDArray[np.uint8] | None
    ) -> None:
        """Puts a slip's symbol [41, 41] and its bars [288], if it has any, in their places."""
        qr, place = self._plate.qr, self._plate.bars
        if qr and modules is not None:
            scene.symbols.append(SymbolAt(qr.x, qr.y, qr.module, modules))
        if place and bars is not None:
            scene.bars.append(
                BarsAt(place.x, place.y, place.module, place.height, bars, place.narrower)
            )
