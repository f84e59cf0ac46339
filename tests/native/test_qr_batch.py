"""The variants of the fast encoder from Python: one with another, with the clear edition, and with
zxing-cpp; and the environment variable that takes features away.

tests/c/test_qr_batch.c compares every variant with the clear edition in all versions.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from elqr_fast._native import symbols as native
from elqr_fast.errors import BadCharacterError, BadVersionError, EmptyError

M = 1
RUNNING = [name for name, runs in native.variants().items() if runs]


def random_digits(n: int, width: int, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(48, 58, (n, width), dtype=np.uint8)


def test_best_is_first_and_portable_always_runs() -> None:
    variants = native.variants()
    assert variants["portable"]
    assert variants["portable-single"]
    assert list(variants).index("portable") > max(
        (list(variants).index(name) for name in ("avx512", "avx2", "neon") if name in variants),
        default=-1,
    )


@pytest.mark.parametrize("name", RUNNING)
def test_equals_zxing(name: str) -> None:
    digits = random_digits(100, 255, seed=6)
    packed, masks = native.encode_variant(name, digits, native.NUMERIC, 6, M, native.AUTOMATIC)
    for i, row in enumerate(digits):
        writer = zxingcpp.create_barcode(
            row.tobytes().decode(), zxingcpp.BarcodeFormat.QRCode, ec_level="M", version=6
        )
        image = np.asarray(writer.to_image(scale=1, add_quiet_zones=False))
        assert (np.unpackbits(packed[i], axis=1, count=41) == (image == 0)).all(), (i, masks[i])


@pytest.mark.parametrize("name", RUNNING)
@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 511, 512, 513, 1000])
def test_equals_portable(name: str, n: int) -> None:
    digits = random_digits(n, 45, seed=n)
    # Mostly constant, as real payloads are: long runs of one digit weigh in the choice of masks.
    digits[:, 10:30] = 48
    arguments = (digits, native.NUMERIC, 2, M, native.AUTOMATIC)
    packed, masks = native.encode_variant(name, *arguments)
    expected, expected_masks = native.encode_variant("portable", *arguments)
    assert (masks == expected_masks).all()
    assert (packed == expected).all()


@pytest.mark.parametrize("name", RUNNING)
def test_names_the_bad_item(name: str) -> None:
    digits = random_digits(130, 255)
    digits[77, 254] = ord("x")
    digits[99, 0] = ord("x")
    with pytest.raises(BadCharacterError) as caught:
        native.encode_variant(name, digits, native.NUMERIC, 6, M, native.AUTOMATIC)
    assert caught.value.item == 77


def test_refuses() -> None:
    digits = random_digits(1, 10)
    with pytest.raises(BadVersionError):
        native.encode_variant("portable", digits, native.NUMERIC, 12, M, 0)
    with pytest.raises(EmptyError):
        native.encode_variant("portable", digits[:0], native.NUMERIC, 1, M, 0)
    with pytest.raises(ValueError, match="list"):
        native.encode_variant("nonesuch", digits, native.NUMERIC, 1, M, 0)


@pytest.mark.parametrize(
    ("disabled", "gone"),
    [
        ("gfni", {"avx512-gfni"}),
        ("vbmi", {"avx512-gfni"}),
        ("avx512", {"avx512-gfni", "avx512", "avx512-single"}),
        ("avx2", {"avx512-gfni", "avx512", "avx512-single", "avx2", "avx2-single"}),
        ("neon,sse2", set(native.variants()) - {"portable", "portable-single"}),
        ("nonesuch", set()),
    ],
)
def test_environment_disables(disabled: str, gone: set[str]) -> None:
    code = (
        "from elqr_fast._native import symbols as native\n"
        "print(*(name for name, runs in native.variants().items() if runs))"
    )
    environment = {**os.environ, "ELQR_DISABLE_CPU": disabled}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == [name for name in RUNNING if name not in gone]
