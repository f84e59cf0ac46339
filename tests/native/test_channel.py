"""The channel's kernel against the numpy channel: pixels with noise off, statistics with it on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import elqr_fast as ef
from elqr_fast._native import channel as native
from elqr_fast.errors import OutOfRangeError
from elqr_fast.scan.channel import CLASSES, Channel
from elqr_fast.scan.channel_batch import ranges_of, roi_size, scan_batch

COLUMNS = {
    "institution": ["12345"], "case_key": ["12345678901234567890"], "confirmation": ["123456"],
    "levy": ["123"], "amount": ["45600"], "levy_year": ["2026"], "tax_year": ["2026"],
    "period": ["01"], "due": ["20261130"], "pay_by": ["20261231"],
}  # fmt: skip
SYMBOL = ef.encode(ef.build_payloads(COLUMNS).digits, version=6).modules
QUIET = {"noise": (0, 0), "speckle": (0, 0), "streaks": (0, 0)}


class Middle:
    """In place of a random generator: the middle of every range, no events."""

    def uniform(self, low: float, high: float) -> float:
        return (low + high) / 2

    def normal(self, mean: float, sigma: float, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape)

    def poisson(self, mean: float) -> int:
        return 0


def middles(channel: Channel) -> dict[str, tuple[float, float]]:
    ranges = {name: (sum(pair) / 2,) * 2 for name, pair in ranges_of(channel, 41).items()}
    return ranges | QUIET


def plain(**changed: Any) -> Channel:
    return Channel(**({"gain": (0.03, 0.03), "skew": (0.4, 0.4), "blur": (0.5, 0.5)} | changed))


@pytest.mark.parametrize("dpi", [200, 300, 400])
@pytest.mark.parametrize(
    "changed", [{}, {"gain": (-0.1, -0.1)}, {"gain": (0.2, 0.2)}, {"skew": (-1.2, -1.2)},
                {"blur": (1.2, 1.2)}, {"module_mm": 0.381}], ids=str,
)  # fmt: skip
def test_pixels_as_the_numpy_channel(
    dpi: int, changed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = plain(dpi=dpi, **changed)
    monkeypatch.setattr(np.random, "default_rng", lambda seed: Middle())
    expected = channel.scan(SYMBOL[0], 0).astype(int)
    found = scan_batch(channel, SYMBOL, seed=1, changed=middles(channel))[0].astype(int)
    difference = found - expected
    # 200 greys from ink to paper.  Eight dots a module there and four here, both with corners
    # that turn round: edges differ by hundredths of a module, which more pixels a module show more.
    rms, most = {200: (3.2, 30), 300: (4.1, 40), 400: (4.8, 50)}[dpi]
    assert abs(difference.mean()) < 0.7
    assert np.sqrt((difference**2).mean()) < rms
    assert np.abs(difference).max() < most


def test_noise_is_normal() -> None:
    flat = QUIET | {"noise": (9, 9), "paper": (128, 128), "ink": (128, 128)}
    image = scan_batch(Channel(), SYMBOL, seed=3, changed=flat)[0].astype(float)
    assert abs(image.mean() - 128) < 0.6  # cut to whole greys, not rounded: half a grey less
    assert abs(image.std() - 9) < 0.15
    assert 0.0005 < (np.abs(image - 127.5) > 27).mean() < 0.006  # 0.0027 beyond 3 sigma
    beside = np.corrcoef(image[:, :-1].ravel(), image[:, 1:].ravel())[0, 1]
    below = np.corrcoef(image[:-1].ravel(), image[1:].ravel())[0, 1]
    assert abs(beside) < 0.015
    assert abs(below) < 0.015


@pytest.mark.parametrize("name", CLASSES)
def test_statistics_of_the_classes(name: str) -> None:
    channel = CLASSES[name]
    n = 60
    found = scan_batch(channel, np.repeat(SYMBOL, n, axis=0), seed=11)
    expected = np.stack([channel.scan(SYMBOL[0], seed) for seed in range(n)])
    assert found.shape == expected.shape
    for measure in (np.mean, np.std):
        ours, theirs = (measure(images, axis=(1, 2)) for images in (found, expected))
        spread = np.hypot(ours.std(), theirs.std()) / np.sqrt(n)
        assert abs(ours.mean() - theirs.mean()) < 4.5 * spread + 1.5


def test_a_scan_does_not_depend_on_its_batch() -> None:
    channel, symbols = CLASSES["worn-200"], np.repeat(SYMBOL, 5, axis=0)
    whole = scan_batch(channel, symbols, seed=9)
    parts = [
        scan_batch(channel, symbols[:2], seed=9),
        scan_batch(channel, symbols[2:], seed=9, first=2),
    ]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole[0], whole[1])


def test_damage_paints_over() -> None:
    quiet = middles(CLASSES["normal-300"])
    clean = scan_batch(CLASSES["normal-300"], SYMBOL, seed=1, changed=quiet)
    for parts in (1, 5):
        painted = scan_batch(
            CLASSES["normal-300"], SYMBOL, seed=1, changed=quiet | {"damage": (parts, parts)}
        )
        assert (painted != clean).mean() > 0.001


def test_severity_multiplies_noise_evenly_in_its_logarithm() -> None:
    flat = QUIET | {"noise": (6, 6), "paper": (128, 128), "ink": (128, 128), "severity": (0.5, 8)}
    images = scan_batch(Channel(), np.repeat(SYMBOL, 200, axis=0), seed=5, changed=flat)
    drawn = np.sort(np.log2(images.std(axis=(1, 2)) / 6))
    assert drawn[0] > -1.1
    assert drawn[-1] < 3.1
    even = -1 + 4 * (np.arange(200) + 0.5) / 200
    assert np.abs(drawn - even).max() < 4 * 1.63 / np.sqrt(200)  # Kolmogorov's 1 % limit


def test_modules_are_drawn_for_each_scan() -> None:
    quiet = middles(Channel(dpi=300)) | {"module": (3.75, 4.75)}
    images = scan_batch(Channel(dpi=300), np.repeat(SYMBOL, 40, axis=0), seed=5, changed=quiet)
    width = (images < 128).any(axis=1).sum(axis=1) / 41  # of the symbol's columns
    assert 3.75 < width.min() < 3.9
    assert 4.6 < width.max() < 4.9


def test_turned_as_the_numpy_channel_turns() -> None:
    upright = scan_batch(plain(dpi=200), SYMBOL, seed=4)[0]
    turned = scan_batch(plain(dpi=200, turns=1), SYMBOL, seed=4)[0]
    assert np.array_equal(turned, np.rot90(upright, -1))


def test_refusals() -> None:
    with pytest.raises(OutOfRangeError):
        scan_batch(Channel(), SYMBOL, seed=0, changed={"blur": (0, 99)})
    ranges = np.zeros((16, 2), np.float32)
    with pytest.raises(ValueError, match="side"):
        native.scan(np.zeros((1, 4, 5), np.uint8), 9, 9, False, ranges, 0, 0)
    with pytest.raises(ValueError, match="16"):
        native.scan(np.zeros((1, 4, 4), np.uint8), 9, 9, False, ranges[:3], 0, 0)
    assert len(scan_batch(Channel(), SYMBOL[:0], seed=0)) == 0
    assert roi_size(200) == (354, 236)
