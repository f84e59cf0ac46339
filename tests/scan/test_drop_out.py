"""Ink of the colour of the scanner's light drops out of pages in colours."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from msgspec.structs import replace
from PIL import Image

from elqr_fast.scan import load_scanner, open_file, read_pages

PAPER, RED, INK = (250, 245, 240), (230, 40, 50), (30, 35, 40)
RAMP = np.tile(np.arange(0, 250, 5, dtype=np.uint8), (40, 1))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def in_colours() -> npt.NDArray[np.uint8]:
    """Paper, red ink and black ink, side by side."""
    return np.repeat(np.array([[PAPER, RED, INK]], np.uint8), 40, axis=1).repeat(60, axis=0)


def pdf_of(pixels: npt.NDArray[np.uint8]) -> bytes:
    return saved(Image.fromarray(pixels), "PDF", resolution=72.0, quality=100, subsampling=0)


@pytest.mark.parametrize("drop_out", ["none", "red", "green", "blue"])
@pytest.mark.parametrize("kind", ["array", "uint16", "png", "palette", "alpha", "tiff", "pdf"])
def test_ink_of_the_colour_of_the_light_drops_out(kind: str, drop_out: Any) -> None:
    pixels = in_colours()
    image = Image.fromarray(pixels)
    source: Any = {
        "array": lambda: pixels,
        "uint16": lambda: pixels.astype(np.uint16) << 8,
        "png": lambda: saved(image, "PNG"),
        "palette": lambda: saved(image.quantize(3), "PNG"),
        "alpha": lambda: saved(image.convert("RGBA"), "PNG"),
        "tiff": lambda: saved(image, "TIFF", compression="tiff_lzw"),
        "pdf": lambda: pdf_of(pixels),
    }[kind]()
    dpi = 72.0 if kind == "pdf" else None
    with open_file(source, dpi=dpi, drop_out=drop_out) as file:
        grey = next(file.pages()).grey
    assert grey.dtype == np.uint8
    assert grey.flags.c_contiguous or kind == "pdf"
    channel = {"none": None, "red": 0, "green": 1, "blue": 2}[drop_out]
    for place, colour in ((20, PAPER), (60, RED), (100, INK)):
        shares = (0.299, 0.587, 0.114)
        luma = sum(c * s for c, s in zip(colour, shares, strict=True))
        wanted = luma if channel is None else colour[channel]
        assert abs(int(grey[30, place]) - wanted) <= (8 if kind == "pdf" else 1)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_without_colours_nothing_drops_out(mode: str) -> None:
    image = Image.fromarray(RAMP).convert(mode)
    data = saved(image, "PNG")
    with open_file(data, drop_out="red") as red, open_file(data) as plain:
        assert np.array_equal(next(red.pages()).grey, next(plain.pages()).grey)


def test_a_code_under_red_ink_is_read_under_red_light(pictures: Any) -> None:
    """A form's red screen over the box, as dark as the code itself to a grey channel."""
    page = np.full((400, 400), 255, np.uint8)
    symbol = pictures.symbol(pictures.sample, 4)
    page[90 : 90 + len(symbol), 90 : 90 + len(symbol)] = symbol
    colours = np.stack([page] * 3, axis=2)
    speckle = np.random.default_rng(2).random((400, 400)) < 0.45
    colours[speckle & (page == 255)] = (255, 0, 0)
    profile = replace(load_scanner("grey-300"), drop_out="red")
    [[reading]], _ = read_pages(colours, scanner=profile)
    assert reading.verdict == "ok"
    [[reading]], _ = read_pages(colours, scanner=load_scanner("grey-300"))
    assert reading.verdict != "ok"
