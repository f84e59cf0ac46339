"""A page of an image file, and the rules for opening one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from elqr_fast.errors import InputError

Grey = npt.NDArray[np.uint8]
#: Horizontal and vertical; fax machines have two different ones.
Dpi = tuple[float, float]


#: Pixels of a page's longer side: zxing-cpp takes no more.
LONGEST_SIDE = 65_535


@dataclass(frozen=True, slots=True)
class Limits:
    """What is opened at most, so that a hostile header cannot take all memory."""

    #: Pixels of one page: A4 at 1200 dpi has 139 million.
    pixels: int = 150_000_000
    #: Pages of one file.
    pages: int = 100_000

    def check_pixels(self, width: int, height: int) -> None:
        if width < 1 or height < 1:
            raise InputError(f"an empty image: {width} x {height} pixels")
        if max(width, height) > LONGEST_SIDE:
            raise InputError(f"{width} x {height} pixels: no side may exceed {LONGEST_SIDE:,}")
        if width * height > self.pixels:
            raise InputError(
                f"{width} x {height} pixels are more than the limit of {self.pixels:,}"
            )

    def check_pages(self, pages: int) -> None:
        if pages > self.pages:
            raise InputError(f"{pages:,} pages are more than the limit of {self.pages:,}")


@dataclass(frozen=True, slots=True)
class Pixels:
    """A decoded page: 0 is black; `dpi` is what the file says, None if nothing."""

    grey: Grey
    dpi: Dpi | None


class PageImage:
    """One page of a file.  `page` counts from 0; the pixels come when first asked for."""

    def __init__(self, file: str, page: int, load: Callable[[], Pixels]) -> None:
        self.file = file
        self.page = page
        self._load = load

    @cached_property
    def _pixels(self) -> Pixels:
        return self._load()

    @property
    def grey(self) -> Grey:
        """uint8 [height, width], 0 = black.  Raises InputError if the page is broken."""
        return self._pixels.grey

    @property
    def dpi(self) -> Dpi | None:
        """Dots an inch, across and down, as the file says; None if it says nothing."""
        return self._pixels.dpi

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        """The pixels [left, right) x [top, bottom), cut at the page's edges; a view."""
        return self.grey[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]


class Document(Protocol):
    """An open file of pages."""

    @property
    def count(self) -> int: ...

    def load(self, page: int) -> Pixels:
        """Decode one page; raises InputError if it is broken."""

    def close(self) -> None: ...
