"""The decoder against the writers of zxing-cpp and segno, and the scanner on images they draw."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from elqr_fast._native import reader
from elqr_fast.codes.layout import load_layout
from elqr_fast.errors import BadModeError, BadVersionError, OutOfRangeError, TooDamagedError

Modules = npt.NDArray[np.uint8]
LEVELS = "LMQH"
CONTENT = {
    "numeric": "0123456789" * 3,
    "alphanumeric": "HTTP://EL-QR.JP/$%*+-./: 09AZ",
    "byte": "lower case, and 納付書",
}


def by_segno(content: str | bytes, **options: object) -> Modules:
    symbol = segno.make_qr(content, boost_error=False, **options)
    return np.array([list(row) for row in symbol.matrix], np.uint8)


def by_zxing(content: str, version: int, level: str) -> Modules:
    code = zxingcpp.create_barcode(
        content, zxingcpp.BarcodeFormat.QRCode, ec_level=level, version=version
    )
    image = np.asarray(code.to_image(scale=1, add_quiet_zones=False))
    return np.ascontiguousarray((image == 0).astype(np.uint8))


@pytest.mark.parametrize("version", range(1, 41))
def test_what_segno_writes(version: int) -> None:
    for number, level in enumerate(LEVELS):
        mask = (version + number) % 8
        modules = by_segno("1234567", version=version, error=level, mask=mask, mode="numeric")
        content, *found = reader.decode(modules)
        assert (content, found) == (b"1234567", [version, number, mask, 0, 1.0])


@pytest.mark.parametrize("mode", CONTENT)
def test_every_mode_of_segno(mode: str) -> None:
    text = CONTENT[mode]
    for version in (4, 12, 30):
        modules = by_segno(text, version=version, error="q", mode=mode, encoding="utf-8")
        assert reader.decode(modules)[0] == text.encode()


@pytest.mark.parametrize("version", range(1, 41))
def test_what_zxing_writes(version: int) -> None:
    text = "lower" if version == 1 else "a mixed Text 12345678"[: 6 + 3 * version]
    for number, level in enumerate("LMQH"):
        content, found_version, found_level, _, corrected, _ = reader.decode(
            by_zxing(text, version, level)
        )
        assert (content, found_version, found_level) == (text.encode(), version, number)
        assert corrected == 0


def test_kanji_are_left_to_others() -> None:
    with pytest.raises(BadModeError):
        reader.decode(by_segno("納付書", mode="kanji"))


def test_shapes_that_no_version_has() -> None:
    for shape in ((0, 0), (20, 20), (41, 45), (181, 181), (300, 300)):
        with pytest.raises(BadVersionError):
            reader.decode(np.zeros(shape, np.uint8))
    with pytest.raises(TooDamagedError):
        reader.decode(np.zeros((41, 41), np.uint8))


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), flips=st.integers(0, 400))
def test_no_damage_makes_another_payload(pictures: object, seed: int, flips: int) -> None:
    """Whatever is flipped, what comes out is the payload or fails one of its checks."""
    sample = pictures.sample  # type: ignore[attr-defined]
    modules = by_segno(sample, error="m", mask=seed % 8).copy()
    draw = random.Random(seed)
    for _ in range(flips):
        modules[draw.randrange(41), draw.randrange(41)] ^= 1
    try:
        content = reader.decode(modules)[0]
    except (TooDamagedError, ValueError):
        assert flips > 8
    else:
        assert content == sample.encode()


@pytest.fixture(scope="module")
def scanner() -> reader.Scanner:
    return reader.Scanner(load_layout("elqr-v1").compiled, 2.0, 7.0)


@pytest.mark.parametrize("version", [1, 2, 3, 5, 6, 7, 10, 15, 20])
def test_any_version_from_an_image(scanner: reader.Scanner, version: int) -> None:
    """The native reader and zxing-cpp read the same from a clean image, in every direction."""
    modules = by_segno("any content", version=version, error="m", mode="byte")
    image = np.kron(1 - np.pad(modules, 4), np.full((4, 4), 255, np.uint8)).astype(np.uint8)
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(image, -turns))
        [peer] = zxingcpp.read_barcodes(turned)
        found = reader.read(scanner, turned, reader.FAST)
        assert found is not None
        assert found[0] == bytes(peer.bytes) == b"any content"
        assert found[1:4] == (reader.FAST, False, version)
        x, y = found[8][:2]
        assert abs(x - peer.position.top_left.x) < 4
        assert abs(y - peer.position.top_left.y) < 4


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("ink", [0, 255])
def test_a_streak_along_the_format_information(
    scanner: reader.Scanner, pictures: object, mask: int, ink: int
) -> None:
    """It spoils both copies of it, but not what either has across; whichever way the page lies."""
    symbol = pictures.symbol(pictures.sample, 4, mask)  # type: ignore[attr-defined]
    symbol[:, 4 * 12 : 4 * 13] = ink
    for turns in range(4):
        found = reader.read(scanner, np.ascontiguousarray(np.rot90(symbol, turns)), reader.SLOW)
        assert found is not None
        assert found[0] == pictures.sample.encode()  # type: ignore[attr-defined]
        assert found[5] == mask


def test_rows_far_apart(scanner: reader.Scanner, pictures: object) -> None:
    """A symbol within a page so wide that its rows' distance needs more than 16 bits; up to 2^31
    bytes are what the kernel counts in."""
    symbol = pictures.symbol(pictures.sample, 4, 3)  # type: ignore[attr-defined]
    page = np.full((len(symbol), 40_000), 255, np.uint8)
    page[:, -len(symbol) :] = symbol
    alone = reader.read(scanner, symbol, reader.FAST)
    assert alone is not None
    assert reader.read(scanner, page[:, -len(symbol) :], reader.FAST) == alone
    too_far = np.lib.stride_tricks.as_strided(symbol, symbol.shape, (1 << 31, 1))
    assert reader.read(scanner, too_far, reader.FAST) is None


def test_images_without_a_symbol(scanner: reader.Scanner) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (300, 400), np.uint8)
    for image in (np.zeros((1, 1), np.uint8), np.full((300, 400), 255, np.uint8), noise):
        for effort in (reader.FAST, reader.ASSISTED):
            assert reader.read(scanner, image, effort) is None
    assert reader.read(scanner, np.zeros((0, 5), np.uint8), reader.FAST) is None


def test_views_of_a_page_and_what_is_refused(scanner: reader.Scanner) -> None:
    page = np.full((500, 600), 255, np.uint8)
    image = np.kron(1 - np.pad(by_segno("x", version=2), 4), np.full((4, 4), 255, np.uint8))
    page[100 : 100 + image.shape[0], 200 : 200 + image.shape[1]] = image
    found = reader.read(scanner, page[90:260, 190:370], reader.FAST)
    assert found is not None
    assert found[0] == b"x"
    with pytest.raises(ValueError, match="contiguous"):
        reader.read(scanner, page[:, ::2], reader.FAST)
    with pytest.raises(OutOfRangeError):
        reader.read(scanner, np.zeros((4096, 4096), np.uint8), reader.FAST)
    with pytest.raises(OutOfRangeError):
        reader.read(scanner, page, 4)
    for smallest, largest in ((1.0, 5.0), (5.0, 3.0), (3.0, 50.0), (float("nan"), 4.0)):
        with pytest.raises(OutOfRangeError):
            reader.Scanner(load_layout("elqr-v1").compiled, smallest, largest)
