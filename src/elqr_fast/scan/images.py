"""Image files in, pages out: TIFF, PNG, JPEG, PDF and arrays; a page is decoded when asked for.

A file that cannot be opened raises `InputError` here; a page that cannot be decoded raises it when
its pixels are asked for, so that the pages around it can still be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from elqr_fast.errors import InputError
from elqr_fast.scan.pages import (
    CHANNELS,
    DEFAULT_LIMITS,
    Decoded,
    Document,
    DropOut,
    Grey,
    Limits,
    PageImage,
    Pixels,
)
from elqr_fast.scan.pdf import PdfPages, looks_like_pdf
from elqr_fast.scan.pictures import PicturePages

#: What a page can come from: a file's path, its bytes, or the pixels themselves.
Source = str | os.PathLike[str] | bytes | bytearray | memoryview | npt.NDArray[np.generic]

#: Darkness of a colour as a scanner's grey channel sees it (ITU-R BT.601), as Pillow has it.
LUMA = (0.299, 0.587, 0.114)


class OpenFile:
    """An image file and its pages; closes the file at the end of a `with` block."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self._document = document

    def __enter__(self) -> OpenFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._document.close()

    @property
    def count(self) -> int:
        return self._document.count

    def pages(self, start: int = 0, stop: int | None = None) -> Iterator[PageImage]:
        """Pages [start, stop); each must be used before the file is closed."""
        for page in islice(range(self.count), start, stop):
            yield PageImage(self.name, page, partial(self._document.load, page))


def open_file(
    source: Source,
    *,
    dpi: float | None = None,
    limits: Limits | None = None,
    drop_out: DropOut = "none",
) -> OpenFile:
    """Open a file of pages, its bytes, or an array.

    `dpi` is what a PDF is rendered at (300 if None) and what an image is taken to have instead of
    what its file says.  Colours become greys as under light of the colour `drop_out`.  Raises
    InputError if the source is none of these or exceeds the limits.
    """
    limits = limits or DEFAULT_LIMITS
    name = "" if not isinstance(source, str | os.PathLike) else shown_path(source)
    try:
        return OpenFile(name, _document(source, dpi, limits, CHANNELS[drop_out]))
    except InputError as error:
        raise InputError(f"{name}: {error}" if name else str(error)) from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error


def open_pages(
    source: Source, *, dpi: float | None = None, limits: Limits | None = None
) -> Iterator[PageImage]:
    """The pages of a file, its bytes, or an array, in order; see `open_file`."""
    with open_file(source, dpi=dpi, limits=limits) as file:
        yield from file.pages()


def shown_path(path: str | os.PathLike[str]) -> str:
    """A path as text that can be written anywhere, whatever bytes the file system allowed."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _document(source: Source, dpi: float | None, limits: Limits, channel: int | None) -> Document:
    if isinstance(source, np.ndarray):
        return ArrayPage(source, dpi, limits, channel)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            raise InputError("a directory without scans")
        with path.open("rb") as file:
            head = file.read(1024)
        content: Path | bytes = path
    else:
        content = bytes(source)
        head = content[:1024]
    if not head:
        raise InputError("the file is empty")
    if looks_like_pdf(head):
        return PdfPages(content, dpi, limits, channel)
    return PicturePages(content, dpi, limits, channel)


class ArrayPage:
    """Pixels the caller has: uint8 or uint16 grey [h, w], RGB [h, w, 3] or bool (True = white)."""

    count = 1

    def __init__(
        self,
        array: npt.NDArray[np.generic],
        dpi: float | None,
        limits: Limits,
        channel: int | None = None,
    ) -> None:
        if array.ndim not in (2, 3):
            raise InputError(f"an array of shape {array.shape} is no page: [h, w] or [h, w, 3]")
        limits.check_pixels(array.shape[1], array.shape[0])
        self._grey = _grey_of_array(array, channel)
        self._dpi = (dpi, dpi) if dpi else None

    def load(self, page: int) -> Pixels:
        return Decoded(self._grey, self._dpi)

    def close(self) -> None:
        return


def _grey_of_array(array: npt.NDArray[np.generic], channel: int | None) -> Grey:
    if array.dtype == np.bool_:
        return np.where(array, np.uint8(255), np.uint8(0))
    if array.dtype == np.uint16:
        return _grey_of_array((array.view(np.uint16) >> 8).astype(np.uint8), channel)
    if array.dtype != np.uint8:
        raise InputError(f"an array of {array.dtype} is no page: uint8, uint16 or bool")
    pixels = array.view(np.uint8)
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] != 3:
        raise InputError(f"an array of {pixels.shape[2]} channels is no page: 1 or 3")
    if channel is not None:
        return np.ascontiguousarray(pixels[:, :, channel])
    return (pixels @ np.array(LUMA, np.float32) + 0.5).astype(np.uint8)
