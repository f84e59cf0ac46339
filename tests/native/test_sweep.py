"""The sweep of a bilevel page beside zxing-cpp: it may see more than that reads, never less."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import segno
import zxingcpp
from PIL import Image, ImageFilter

from elqr_fast._native.sweep import halve, sweep
from elqr_fast.errors import OutOfRangeError

Grey = npt.NDArray[np.uint8]
BILL = "9191234501234567890123456789002407100012300"
NOWHERE = (0, 0, 0, 0)
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


def swept(page: Grey, own: tuple[int, int, int, int] = NOWHERE, smallest: int = 10) -> Any:
    return sweep(np.packbits(page < 128, axis=1), page.shape[1], own, smallest)[:5]


def with_code(text: str, seed: int, *, inverted: bool = False) -> Grey:
    """A page with lines of something like text, and a code of any size, turned and worn."""
    draw = np.random.default_rng(seed)
    page = np.full((700, 900), 255.0)
    blots = np.random.default_rng(seed + 1).random((70, 300)) < 0.4
    blots[np.arange(70) % 6 > 3] = False
    page[:210] = np.where(np.kron(blots, np.ones((3, 3), bool)), 0, 255)
    modules = np.pad(np.array(list(segno.make_qr(text).matrix), np.uint8), 2)
    fine = Image.fromarray(np.kron(255 * (modules == inverted), np.ones((8, 8))).astype(np.uint8))
    module, angle = draw.uniform(2, 11), draw.uniform(0, 2 * np.pi)
    cos, sin = 8 / module * np.cos(angle), 8 / module * np.sin(angle)
    side = int(1.5 * module * len(modules))
    middle = fine.width / 2
    affine = (cos, sin, middle - (cos + sin) * side / 2, -sin, cos, middle + (sin - cos) * side / 2)
    for image, fill in ((fine.filter(ImageFilter.GaussianBlur(8 / module * 0.4)), 0), (None, 0)):
        source = image or Image.new("L", fine.size, 255)
        picture = source.transform(
            (side, side), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fillcolor=fill
        )
        if image:
            symbol = np.asarray(picture)
        else:
            inside = np.asarray(picture) > 254
    y, x = 210, int(draw.integers(0, 900 - side))
    page[y : y + side, x : x + side][inside] = symbol[inside]
    page += draw.normal(0, draw.uniform(0, 35), page.shape)
    return np.where(page > draw.uniform(90, 165), np.uint8(255), np.uint8(0))


@pytest.mark.parametrize("smallest", [10, 14])
@pytest.mark.parametrize("inverted", [False, True])
def test_no_code_is_missed_that_zxing_reads(inverted: bool, smallest: int) -> None:
    """Every third row searched, and every sixth."""
    texts = ("https://example.com/pay?id=1", "https://a.jp", "0" * 30)
    both = 0
    for seed in range(60):
        page = with_code(texts[seed % 3], seed, inverted=inverted)
        codes = zxingcpp.read_barcodes(
            page, formats=QR, try_rotate=False, try_downscale=False, try_invert=inverted
        )
        if codes:
            both += 1
            assert swept(page, smallest=smallest)[1 if inverted else 0], seed
    assert both > 40


@pytest.mark.parametrize("seed", [5411, 5427, 5443, 5681, 5705, 5791])
def test_light_ones_between_the_rows_that_are_searched_at_first(seed: int) -> None:
    """Worn ones of which every sixth row shows two finder patterns at most."""
    page = with_code(("https://example.com/pay?id=1", "https://a.jp", "0" * 30)[seed % 3], seed,
                     inverted=True)  # fmt: skip
    assert swept(page, smallest=14)[1]


def test_text_and_frames_are_no_codes() -> None:
    page = np.full((600, 900), 255, np.uint8)
    for size in range(12, 60, 6):  # squares in squares, as many characters have them
        page[100 : 100 + size, size * 12 : size * 13] = 0
        page[
            100 + size // 7 : 100 + size - size // 7, size * 12 + size // 7 : size * 13 - size // 7
        ] = 255
        third = size // 7 * 2
        page[100 + third : 100 + size - third, size * 12 + third : size * 13 - third] = 0
    assert swept(page)[:2] == (False, False)
    assert swept(page)[2] > 0


def test_own_symbol_is_not_counted(pictures: Any) -> None:
    page = np.full((400, 600), 255, np.uint8)
    symbol = pictures.symbol(pictures.sample, 3)
    page[50 : 50 + len(symbol), 60 : 60 + len(symbol)] = symbol
    assert swept(page)[0]
    own = (60, 50, 60 + len(symbol), 50 + len(symbol))
    assert swept(page, own)[:3] == (False, False, 0)
    assert not swept(page, smallest=23)[0]


def bars(pictures: Any, bill: str = BILL, dpi: int = 300) -> Grey:
    page = np.full((round(30 / 25.4 * dpi), round(80 / 25.4 * dpi)), 255, np.uint8)
    pictures.draw_bars(page, bill, 8, 8, dpi)
    return page


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("upside_down", [False, True])
def test_bar_code(pictures: Any, dpi: int, upside_down: bool) -> None:
    page = bars(pictures, dpi=dpi)
    found = swept(np.ascontiguousarray(page[::-1, ::-1]) if upside_down else page)
    assert found[3:] == ([BILL + str(pictures.mod10(BILL))], None)


def test_bar_codes_with_ink_gain_and_askew(pictures: Any) -> None:
    wanted = [BILL + str(pictures.mod10(BILL))]
    image = Image.fromarray(bars(pictures, dpi=600))
    for turn in (-2, -1, 1, 2):
        for level in (70, 190):
            turned = image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255).reduce(2)
            assert (
                swept(np.asarray(turned.point(lambda v, level=level: 255 * (v > level))))[3]
                == wanted
            )


def coarse_bars(pictures: Any, bill: str, pixels: float, seed: int) -> Grey:
    """A bar code of so many pixels a module, at any place between them, with a little ink gain, in
    every row a little farther right."""
    draw = np.random.default_rng(seed)
    modules = bars(pictures, bill)[100, 100:] == 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], modules)))) / 2
    places = (edges - edges[0]) * pixels + 20 + draw.random()
    places += np.where(np.arange(len(places)) % 2, 1, -1) * draw.uniform(-0.1, 0.1)
    width, height, fine, slope = int(288 * pixels) + 45, 30, 16, draw.uniform(-0.01, 0.01)
    across = (np.arange(width * fine) + 0.5) / fine
    rows = [np.searchsorted(places + slope * y, across, "right") % 2 for y in range(height)]
    shares = np.array(rows).reshape(height, width, fine).mean(axis=2)
    return np.where(shares > 0.5, np.uint8(0), np.uint8(255))


@pytest.mark.parametrize(("pixels", "least"), [(1.2, 0.95), (4 / 3, 0.95), (1.6, 1.0)])
def test_bar_codes_of_few_pixels_a_module(pictures: Any, pixels: float, least: float) -> None:
    """0.169 mm at 200 dpi are 1.33 pixels, of which zxing-cpp reads next to none."""
    read = by_zxing = 0
    draw, total = np.random.default_rng(8), 60
    for seed in range(total):
        bill = "91" + "".join(map(str, draw.integers(0, 10, 41)))
        page = coarse_bars(pictures, bill, pixels, seed)
        page = np.ascontiguousarray(page[::-1, ::-1]) if seed % 2 else page
        found = swept(page)[3]
        assert found in ([], [bill + str(pictures.mod10(bill))])
        read += found != []
        by_zxing += bool(zxingcpp.read_barcodes(page, zxingcpp.BarcodeFormat.Code128))
    assert read >= least * total
    assert read > 2 * by_zxing


@pytest.mark.parametrize("upside_down", [False, True])
def test_where_the_bars_are(pictures: Any, upside_down: bool) -> None:
    """288 modules of 2 pixels, every third row, also of bars a degree askew."""
    page = bars(pictures)
    page = np.ascontiguousarray(page[::-1, ::-1]) if upside_down else page
    dark = np.argwhere(page == 0)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0) + 1
    [place] = sweep(np.packbits(page < 128, axis=1), page.shape[1], NOWHERE, 10)[5]
    assert place[::2] == (left, right, 0)
    assert right - left == 2 * 288
    assert top <= place[1] < top + 6
    assert bottom - 6 < place[3] <= bottom
    askew = np.asarray(Image.fromarray(page).rotate(-1, Image.Resampling.BICUBIC, fillcolor=255))
    [place] = sweep(np.packbits(askew < 128, axis=1), page.shape[1], NOWHERE, 10)[5]
    across = np.tan(np.radians(1)) * (place[3] - place[1])
    assert place[4] == pytest.approx(-across, abs=2)
    assert abs(place[2] - place[0] - 576) <= 3


@pytest.mark.parametrize("turn", [-3, 3])
def test_bars_askew_end_where_a_row_has_both_ends(pictures: Any, turn: int) -> None:
    page = np.vstack([np.full((40, 945), 255, np.uint8), bars(pictures)])
    turned = Image.fromarray(page).rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)
    for askew in (turned, turned.rotate(180)):
        rows = np.packbits(np.asarray(askew) < 128, axis=1)
        [place] = sweep(rows, askew.width, NOWHERE, 10)[5]
        high = 118 - 576 * np.tan(np.radians(3))
        assert high - 12 < place[3] - place[1] <= high + 6
        assert place[4] == pytest.approx(np.tan(np.radians(turn)) * (place[3] - place[1]), abs=2)


def test_the_place_of_a_bar_code_that_is_there_twice(pictures: Any) -> None:
    page = np.vstack([bars(pictures)] * 2)
    [place] = sweep(np.packbits(page < 128, axis=1), page.shape[1], NOWHERE, 10)[5]
    assert place[3] - place[1] <= 118


def test_what_is_not_read_is_said(pictures: Any) -> None:
    """Code set B, another length, and a symbol that a stroke of a pen crosses."""
    page = bars(pictures)
    struck = page.copy()
    struck[:, 480:500] = 0
    left, top, right, bottom = swept(struck)[4]
    assert abs(left - 104) < 30
    assert top <= 100
    assert bottom >= 200
    assert right > 700
    assert swept(struck)[3] == []
    other = bars(pictures, bill=BILL[:31])
    assert swept(other)[3] == []
    assert swept(other)[4] is not None
    assert swept(np.full((200, 900), 255, np.uint8))[3:] == ([], None)


def test_two_bar_codes(pictures: Any) -> None:
    other = BILL[:-1] + "7"
    page = np.vstack([bars(pictures), bars(pictures, bill=other)])
    wanted = {bill + str(pictures.mod10(bill)) for bill in (BILL, other)}
    assert set(swept(page)[3]) == wanted


def test_arguments_are_checked() -> None:
    rows = np.zeros((4, 3), np.uint8)
    with pytest.raises(ValueError, match="bytes a row"):
        sweep(rows, 25, NOWHERE, 5)
    with pytest.raises(ValueError, match="contiguous"):
        sweep(np.zeros((4, 6), np.uint8)[:, ::2], 24, NOWHERE, 5)
    with pytest.raises(ValueError, match="downwards"):
        sweep(rows[::-1], 24, NOWHERE, 5)
    assert sweep(rows, 17, NOWHERE, 5) == (False, False, 0, [], None, [])


def light_mark(page: Grey, x: int, y: int, module: int = 4) -> None:
    """A finder pattern light on dark, 7 modules across, with a dark module around it."""
    for inset, level in ((-1, 0), (0, 255), (1, 0), (2, 255)):
        side = slice(inset * module, (7 - inset) * module)
        page[y + side.start : y + side.stop, x + side.start : x + side.stop] = level


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (((100, 100), (240, 100), (100, 240)), True),  # a symbol's corners
        (((100, 100), (240, 105), (380, 110)), False),  # as characters in a line of text
        (((100, 100), (600, 100), (100, 240)), False),  # one side much longer
        (((100, 100), (240, 100)), False),
    ],
)
def test_light_ones_need_three_at_corners(
    places: tuple[tuple[int, int], ...], expected: bool
) -> None:
    page = np.full((500, 900), 255, np.uint8)
    page[80:300, 80:700] = 255 * (np.indices((220, 620)).sum(axis=0) // 4 % 2)
    for x, y in places:
        light_mark(page, x, y)
    assert swept(page)[1] is expected


@pytest.mark.parametrize("size", [(2, 2), (3, 5), (64, 9), (65, 64), (200, 31)])
def test_a_page_at_half_its_resolution(size: tuple[int, int]) -> None:
    width, height = size
    dots = np.random.default_rng(width).integers(0, 2, (height, width), np.uint8)
    found = halve(np.packbits(dots, axis=1), width)
    fours = dots[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2)
    expected = fours.sum((1, 3)) >= 2
    assert found.shape == (height // 2, (width // 2 + 7) // 8)
    assert np.array_equal(np.unpackbits(found, axis=1, count=width // 2), expected)


@pytest.mark.parametrize("size", [(1, 9), (9, 1)])
def test_what_cannot_be_halved(size: tuple[int, int]) -> None:
    with pytest.raises(OutOfRangeError):
        halve(np.zeros((size[1], (size[0] + 7) // 8), np.uint8), size[0])


def test_rough_edges_hide_no_code_of_a_page_at_half_its_resolution() -> None:
    """Dots astray as a bilevel scan of 600 dpi has them: all that zxing-cpp reads is seen."""
    both = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        page = np.kron(with_code("https://example.com/pay?id=1", seed), np.ones((2, 2), np.uint8))
        page ^= np.where(draw.random(page.shape) < 0.02, np.uint8(255), np.uint8(0))
        reduced = np.asarray(Image.fromarray(page).reduce(2))
        if not zxingcpp.read_barcodes(reduced, formats=QR):
            continue
        half = halve(np.packbits(page < 128, axis=1), page.shape[1])
        assert sweep(half, page.shape[1] // 2, NOWHERE, 10)[0], seed
        both += 1
    assert both > 20
