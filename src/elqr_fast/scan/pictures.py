"""TIFF, PNG and JPEG through Pillow, any pixel format to 8-bit grey."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeVar, cast

import numpy as np
from PIL import ExifTags, Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from elqr_fast.errors import InputError
from elqr_fast.scan.g4_pages import open_page
from elqr_fast.scan.pages import Decoded, Dpi, Grey, Limits, Pixels
from elqr_fast.scan.tiff_directory import Layout, read_tags
from elqr_fast.scan.tiff_pages import MAGIC as TIFF_MAGIC
from elqr_fast.scan.tiff_pages import FirstPage, page_offsets, page_offsets_of_file

T = TypeVar("T")

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
#: 16 bits of grey, in either byte order.
DEEP = ("I;16", "I;16B", "I;16L", "I;16N")
#: A file that claims less or more was written by software that did not know (72 and 96 are
#: screens, but a scan may have been made so); the reader checks the rest against the form.
SANE_DPI = (50.0, 4800.0)
#: Values of the orientation tag from which on rows and columns are exchanged.
SIDEWAYS = 5
#: What Pillow raises on hostile bytes; warnings too, where the caller made them errors.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    EOFError,
    ArithmeticError,
    LookupError,
    AttributeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,
)


class PicturePages:
    """An open TIFF (any number of pages), PNG or JPEG (one)."""

    def __init__(
        self,
        content: Path | bytes,
        dpi: float | None,
        limits: Limits,
        channel: int | None = None,
    ) -> None:
        self._channel = channel
        self._dpi = (dpi, dpi) if dpi else None
        self._limits = limits
        self._path = str(content) if isinstance(content, Path) else ""
        #: Of a TIFF, how it writes numbers.
        self._layout: Layout | None = None
        self._file: BinaryIO = (
            content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
        )
        try:
            self._kind, self._offsets = self._look()
        except BaseException:
            self._file.close()
            raise

    def _look(self) -> tuple[Callable[[IO[bytes]], Image.Image], list[int]]:
        head = self._file.read(8)
        self._file.seek(0)
        if head[:4] in TIFF_MAGIC:
            self._layout = Layout.of(head[:4])
            if self._path:
                offsets = page_offsets_of_file(self._file, self._path, self._limits)
            else:
                offsets = page_offsets(self._file, self._limits)
            return TiffImagePlugin.TiffImageFile, offsets
        if head.startswith(PNG_MAGIC):
            return PngImagePlugin.PngImageFile, [0]
        if head.startswith(JPEG_MAGIC):
            return JpegImagePlugin.JpegImageFile, [0]
        raise InputError("not a TIFF, PNG, JPEG or PDF file")

    @property
    def count(self) -> int:
        return len(self._offsets)

    def load(self, page: int) -> Pixels:
        return _guarded(lambda: self._quickly(page) or self._decoded(page))

    def _quickly(self, page: int) -> Pixels | None:
        if self._layout is None:
            return None
        return open_page(
            self._file,
            read_tags(self._file, self._offsets[page], self._layout),
            dpi=lambda stated: self._dpi or _sane(stated),
            limits=self._limits,
            otherwise=lambda: _guarded(lambda: self._decoded(page).grey),
        )

    def _decoded(self, page: int) -> Pixels:
        offset = self._offsets[page]
        self._file.seek(0)
        # Not Image.open: its own limit on pixels is a global of the process, and lower than ours.
        file = cast(IO[bytes], FirstPage(self._file, offset)) if offset else self._file
        with self._kind(file) as image:
            self._limits.check_pixels(*image.size)
            dpi = self._dpi or _sane(image.info.get("dpi"))
            on_its_side = image.getexif().get(ExifTags.Base.Orientation, 1) >= SIDEWAYS
            with _no_bomb_warning(image):
                image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return Decoded(
                _grey_of(image, self._channel), dpi[::-1] if dpi and on_its_side else dpi
            )

    def close(self) -> None:
        self._file.close()


@contextmanager
def _no_bomb_warning(image: Image.Image) -> Iterator[None]:
    """Silence Pillow's warning for a page within our limit: A4 at 1200 dpi is above Pillow's."""
    if image.width * image.height <= (Image.MAX_IMAGE_PIXELS or 0):
        yield  # warning filters belong to the process: leave them alone where nothing will warn
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _guarded(decode: Callable[[], T]) -> T:
    """What decoding gives; whatever it raises on hostile bytes becomes InputError."""
    try:
        return decode()
    except InputError:
        raise
    except MemoryError as error:
        raise InputError("the image needs more memory than there is") from error
    except BROKEN as error:
        raise InputError(f"a broken or truncated image ({type(error).__name__})") from error


def _sane(dpi: tuple[Any, Any] | None) -> Dpi | None:
    if dpi is None:
        return None
    across, down = float(dpi[0]), float(dpi[1])
    low, high = SANE_DPI
    return (across, down) if low <= across <= high and low <= down <= high else None


def _grey_of(image: Image.Image, channel: int | None) -> Grey:
    """`channel`: of an image in colours, the only one that counts."""
    if image.mode in DEEP:
        return (np.asarray(image) >> 8).astype(np.uint8)
    if image.mode == "1":
        flat = np.frombuffer(image.tobytes("raw", "L"), np.uint8)
        return flat.reshape(image.height, image.width)
    if image.mode in ("I", "F"):
        raise InputError(f"pixels of 32 bits ({image.mode}) are not a scan")
    if image.has_transparency_data:
        # Paper is white; under full transparency files often hold black.
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    if channel is None or image.mode == "L":
        return np.asarray(image.convert("L"))
    return np.asarray(image.convert("RGB").getchannel(channel))
