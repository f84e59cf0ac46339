"""A page of an image file, and the rules for opening one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from elqr_fast.errors import InputError

Grey = npt.NDArray[np.uint8]
#: Horizontal and vertical; fax machines have two different ones.
Dpi = tuple[float, float]


#: Pixels [left, right) x [top, bottom), in this order: left, top, right, bottom.
Region = tuple[int, int, int, int]
Bits = npt.NDArray[np.uint8]

#: The colour of the light under which ink of that colour vanishes; of a picture in colours, the
#: channel that has them as such light would.
DropOut = Literal["none", "red", "green", "blue"]
CHANNELS: dict[DropOut, int | None] = {"none": None, "red": 0, "green": 1, "blue": 2}

#: Pixels of a page's longer side: zxing-cpp takes no more.
LONGEST_SIDE = 65_535


@dataclass(frozen=True, slots=True)
class Limits:
    """What is opened at most, so that a hostile header cannot take all memory."""

    #: Pixels of one page: A4 at 1200 dpi has 139 million.
    pixels: int = 150_000_000
    #: Pages of one file.
    pages: int = 100_000
    #: Seconds of processor time that looking for a page's eL-QR may take before dearer ways are
    #: tried no more; asked between the rungs of the ladder.
    seconds: float = 30.0

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


DEFAULT_LIMITS = Limits()


class Clock:
    """How long a page has been worked on by this thread."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds

    def late(self) -> bool:
        return time.thread_time() >= self._end


def clipped(region: Region, size: tuple[int, int]) -> Region:
    """The part of a region that lies on a page of this size."""
    left, top, right, bottom = region
    if left >= 0 and top >= 0 and 0 <= right <= size[0] and 0 <= bottom <= size[1]:
        return region
    return max(left, 0), max(top, 0), min(max(right, 0), size[0]), min(max(bottom, 0), size[1])


def in_rows(grey: Grey) -> Grey:
    """The same pixels, those of a row side by side, as kernels ask: a page may be any view of what
    the caller has."""
    if grey.strides[1] == 1 and grey.strides[0] >= grey.shape[1]:
        return grey
    return np.ascontiguousarray(grey)


class Pixels(Protocol):
    """A page's pixels: 0 is black.  Raises InputError where they cannot be decoded."""

    @property
    def dpi(self) -> Dpi | None:
        """Dots an inch, across and down, as the file says; None if it says nothing."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def grey(self) -> Grey:
        """All of them, uint8 [height, width]."""

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        """Those of [left, right) x [top, bottom), cut at the page's edges."""

    def expect(self, region: Region) -> None:
        """Says that most likely nothing will be asked for above or right of a region."""

    def bits(self, region: Region) -> tuple[Bits, int] | None:
        """Packed rows of a bilevel page's region, 1 = black, and the column these begin with; None
        if the page is grey or the region empty."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page decoded to grey."""

    grey: Grey
    dpi: Dpi | None

    @property
    def size(self) -> tuple[int, int]:
        return self.grey.shape[1], self.grey.shape[0]

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        left, top, right, bottom = clipped((left, top, right, bottom), self.size)
        return self.grey[top:bottom, left:right]

    def expect(self, region: Region) -> None:
        return

    def bits(self, region: Region) -> tuple[Bits, int] | None:
        return None


class PageImage:
    """One page of a file.  `page` counts from 0; the pixels come when first asked for."""

    def __init__(self, file: str, page: int, load: Callable[[], Pixels]) -> None:
        self.file = file
        self.page = page
        #: What the page is taken to have if its file says nothing.
        self.usual_dpi: Dpi | None = None
        self._load = load

    @cached_property
    def pixels(self) -> Pixels:
        return self._load()

    @property
    def grey(self) -> Grey:
        """uint8 [height, width], 0 = black.  Raises InputError if the page is broken."""
        return self.pixels.grey

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.size

    @property
    def dpi(self) -> Dpi | None:
        """Dots an inch, across and down, as the file says, or the usual."""
        return self.pixels.dpi or self.usual_dpi

    def crop(self, left: int, top: int, right: int, bottom: int) -> Grey:
        """The pixels [left, right) x [top, bottom), cut at the page's edges."""
        return self.pixels.crop(left, top, right, bottom)


class Document(Protocol):
    """An open file of pages."""

    @property
    def count(self) -> int: ...

    def load(self, page: int) -> Pixels:
        """Decode one page; raises InputError if it is broken."""

    def close(self) -> None: ...
