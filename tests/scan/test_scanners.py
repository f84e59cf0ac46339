"""Scanner profiles: the built-in ones, and what is said of bad ones."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from elqr_fast.errors import ConfigError
from elqr_fast.scan.images import open_pages
from elqr_fast.scan.scanners import expecting, list_scanners, load_scanner, scanner_text

TEXT = scanner_text("grey-300")


def test_built_in() -> None:
    profiles = [load_scanner(name) for name in list_scanners()]
    assert [profile.name for profile in profiles] == list_scanners()
    assert {(profile.dpi, profile.depth) for profile in profiles} == {
        (dpi, depth) for dpi in (200, 240, 300, 400) for depth in ("bilevel", "grey")
    }


def test_blur_has_the_mtf() -> None:
    """The transfer of the sampled Gaussian at a quarter of a cycle a pixel, summed."""
    profile = load_scanner("grey-300")
    for sigma, mtf in zip(profile.blur, reversed(profile.mtf), strict=True):
        xs = [i / 100 for i in range(-1000, 1001)]
        kernel = [math.exp(-x * x / (2 * sigma**2)) for x in xs]
        wave = sum(k * math.cos(math.pi / 2 * x) for k, x in zip(kernel, xs, strict=True))
        assert wave / sum(kernel) == pytest.approx(mtf, abs=1e-4)


def test_modules_of_every_printer_are_in_range() -> None:
    low, high = load_scanner("bilevel-200").module_pixels
    assert low < 0.3175 / 25.4 * 200
    assert high > 0.4022 / 25.4 * 200


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("skew =", "skev =", "skev: unknown key; did you mean 'skew'"),
        ("skew = 0.6", 'skew = "x"', "skew: Expected `float`"),
        ("dpi = 300", "dpi = 72", "dpi: must be 150 to 1200"),
        ("noise = [2.0, 5.0]", "noise = [5.0, 2.0]", "noise: must be"),
        ("mtf = [0.48, 0.72]", "mtf = [0.0, 0.72]", "mtf: must be"),
        ("jpeg_quality = 85", "", "jpeg_quality: JPEG compression needs it"),
        ("jpeg_quality = 85", "jpeg_quality = 0", "jpeg_quality: must be 1 to 100"),
        ('"jpeg"', '"g4"', "jpeg_quality: it is only for"),
        ('depth = "grey"', 'depth = "bilevel"', "threshold: a bilevel scanner needs it"),
        ('depth = "grey"', 'depth = "colour"', "depth: Invalid enum value"),
        ("dpi = 300", "dpi =", "not TOML"),
    ],
)
def test_bad_profiles(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    path = tmp_path / "own.toml"
    path.write_text(TEXT.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=r"own\.toml: ") as caught:
        load_scanner(path)
    assert said in str(caught.value)


def test_unknown_scanner() -> None:
    with pytest.raises(ConfigError, match="did you mean 'grey-300'"):
        load_scanner("gray-300")


def test_pages_without_a_resolution_have_the_scanners() -> None:
    page = np.full((10, 10), 255, np.uint8)
    scanner = load_scanner("grey-240")
    assert [found.dpi for found in expecting(open_pages(page), scanner)] == [(240, 240)]
    assert [found.dpi for found in expecting(open_pages(page, dpi=300), scanner)] == [(300, 300)]
    assert [found.dpi for found in expecting(open_pages(page), None)] == [None]
