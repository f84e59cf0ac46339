"""`read_batch`: columns out, whatever the pictures are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import elqr_fast as ef
from elqr_fast.codes.symbols import encode
from elqr_fast.errors import ConfigError
from elqr_fast.scan.channel import CLASSES
from elqr_fast.scan.scanners import load_scanner


def test_columns(pictures: Any) -> None:
    good = pictures.symbol(pictures.sample, 4)
    crc = pictures.symbol(pictures.changed(pictures.sample, 254), 4)
    check = pictures.symbol(pictures.sealed(pictures.changed(pictures.sample, 29)), 4)
    amount = pictures.symbol(pictures.sealed(pictures.changed(pictures.sample, 120)), 4)
    other = pictures.symbol("9" * 255, 4)
    url = np.pad(pictures.symbol("https://example.jp", 4), 0, constant_values=255)
    url = np.pad(url, [(0, good.shape[0] - url.shape[0])] * 2, constant_values=255)
    blank = np.full_like(good, 255)
    batch = ef.read_batch(np.stack([good, crc, check, amount, other, url, blank]))
    assert batch.verdict.tolist() == [
        "ok", "bad_crc", "bad_check_digit", "amount_mismatch", "not_elqr", "not_elqr", "unreadable",
    ]  # fmt: skip
    assert batch.rung.tolist() == ["native_fast"] * 6 + [""]
    assert batch.digits[0].tobytes().decode() == pictures.sample
    assert not batch.digits[4:].any()
    assert batch.digits[1].any()
    assert batch.errors_corrected.tolist() == [0] * 7
    assert len(batch) == 7


def test_lists_of_any_sizes(pictures: Any) -> None:
    images = [pictures.symbol(pictures.sample, dots) for dots in (3, 4, 6)]
    batch = ef.read_batch(images)
    assert batch.verdict.tolist() == ["ok"] * 3
    assert len(ef.read_batch([])) == 0
    assert len(ef.read_batch(np.zeros((0, 300, 300), np.uint8))) == 0


def test_errors_corrected_are_counted(pictures: Any) -> None:
    image = pictures.symbol(pictures.sample, 4)
    image[100:112, 100:116] = 0
    batch = ef.read_batch(image[None])
    assert batch.verdict[0] == "ok"
    assert batch.errors_corrected[0] > 0


@pytest.mark.parametrize(
    "rois",
    [
        np.zeros((5, 5), np.uint8),
        np.zeros((1, 5, 5), np.uint16),
        [np.zeros(5, np.uint8)],
        ["not an image"],
        np.zeros((1, 1, 40_000), np.uint8),
        np.zeros((1, 0, 5), np.uint8),
    ],
)
def test_what_is_no_batch(rois: Any) -> None:
    with pytest.raises(ConfigError, match="rois"):
        ef.read_batch(rois)


def test_a_profile_says_how_large_modules_are() -> None:
    """At 300 dpi they have 3.5 to 5.1 pixels."""
    profile = load_scanner("grey-300")
    assert profile.module_pixels == pytest.approx((3.54, 5.08), abs=0.01)
    with pytest.raises(ConfigError, match="unknown scanner"):
        ef.read_batch(np.zeros((1, 9, 9), np.uint8), scanner="office")


def test_reading_with_a_profile() -> None:
    modules = encode(["".join(map(str, range(10))) * 25 + "01234"], version=6).modules[0]
    scan = CLASSES["normal-300"].scan(modules, 0)[None]
    found = ef.read_batch(scan, scanner="grey-300")
    assert found.rung[0] == "native_fast"
    assert (found.digits == ef.read_batch(scan).digits).all()
