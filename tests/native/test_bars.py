"""GS1-128 bars, read back by zxing-cpp."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from elqr_fast._native.bars import bars
from elqr_fast.errors import BadCharacterError

SAMPLE = "91948000012345678901234567890005053100450000"


def rows_of(*digits: str) -> NDArray[np.uint8]:
    return np.array([list(text.encode()) for text in digits], np.uint8).reshape(-1, 44)


def read(modules: NDArray[np.uint8]) -> zxingcpp.Barcode:
    """One symbol as a picture: 2 pixels a module, quiet zones of 10 modules, 40 rows."""
    line = np.pad(np.repeat(255 * (1 - modules), 2), 20, constant_values=255)
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Code128)
    found = zxingcpp.read_barcodes(np.tile(line.astype(np.uint8), (40, 1)), formats=formats)
    assert len(found) == 1
    return found[0]


@settings(max_examples=60)
@given(st.text("0123456789", min_size=44, max_size=44))
def test_zxing_reads_a_gs1_128(digits: str) -> None:
    code = read(bars(rows_of(digits))[0])
    assert code.symbology_identifier == "]C1"  # FNC1 first, so GS1-128
    assert code.bytes.decode() == digits


def test_every_pair_of_digits() -> None:
    pairs = "".join(f"{pair:02}" for pair in range(100))
    symbols = [pairs[at : at + 44] for at in (0, 44, 88, 132, 156)]
    for digits, modules in zip(symbols, bars(rows_of(*symbols)), strict=True):
        assert read(modules).bytes.decode() == digits


def test_zxings_own_writer_draws_the_same() -> None:
    written = zxingcpp.create_barcode("(91)" + SAMPLE[2:], zxingcpp.BarcodeFormat.Code128, gs1=True)
    image = np.asarray(written.to_image(scale=1, add_hrt=False, add_quiet_zones=False))
    modules = bars(rows_of(SAMPLE))[0]
    np.testing.assert_array_equal((image[0] < 128).astype(np.uint8), modules)


def test_a_batch_is_its_symbols() -> None:
    batch = rows_of(SAMPLE, SAMPLE[::-1], "0" * 44)
    np.testing.assert_array_equal(
        bars(batch), np.vstack([bars(batch[i : i + 1]) for i in range(3)])
    )
    assert bars(rows_of()).shape == (0, 288)


def test_what_is_no_row_of_digits_is_refused() -> None:
    with pytest.raises(BadCharacterError) as caught:
        bars(rows_of(SAMPLE, SAMPLE[:43] + "x"))
    assert caught.value.item == 1
    with pytest.raises(ValueError, match="43 digits"):
        bars(np.zeros((1, 43), np.uint8))
    with pytest.raises(ValueError, match="dtype"):
        bars(np.zeros((1, 44), np.int64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="contiguous"):
        bars(np.zeros((1, 88), np.uint8)[:, ::2])
