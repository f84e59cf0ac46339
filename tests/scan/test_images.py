"""Files in, grey pages out: every format, and every way a file can be broken."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pikepdf
import pytest
from PIL import Image

from elqr_fast.errors import InputError
from elqr_fast.scan import (
    Limits,
    PageImage,
    Target,
    Verdict,
    open_file,
    open_pages,
    read_pages,
)

RAMP = np.tile(np.arange(0, 250, 5, dtype=np.uint8), (40, 1))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def only_page(source: Any, **options: Any) -> PageImage:
    with open_file(source, **options) as file:
        [page] = file.pages()
        page.grey  # noqa: B018 - decodes while the file is open
        return page


def png(width: int, height: int, depth: int = 8) -> bytes:
    """A PNG of this size whose pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def one_page_pdf(content: bytes = b"", size: tuple[float, float] = (595.32, 841.92)) -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=size)
        page.contents_add(content)
        pdf.save(file)
    return file.getvalue()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "packbits"])
def test_tiff_grey_pages(tmp_path: Path, compression: str) -> None:
    pages = [np.roll(RAMP, i) for i in range(5)]
    first, *others = map(Image.fromarray, pages)
    path = tmp_path / "pages.tif"
    first.save(path, save_all=True, append_images=others, compression=compression, dpi=(240, 200))
    for source in (path, path.read_bytes()):
        found = [(page.page, page.dpi, page.grey.copy()) for page in open_pages(source)]
        assert [entry[:2] for entry in found] == [(i, (240, 200)) for i in range(5)]
        assert all(np.array_equal(got[2], page) for got, page in zip(found, pages, strict=True))


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw"])
def test_tiff_bilevel(compression: str) -> None:
    page = np.where(RAMP > 120, np.uint8(255), np.uint8(0))
    image = Image.fromarray(page).convert("1", dither=Image.Dither.NONE)
    assert np.array_equal(only_page(saved(image, "TIFF", compression=compression)).grey, page)


def test_tiff_page_by_itself(tmp_path: Path) -> None:
    """Any page can be read first, whatever pages come before it."""
    pages = [Image.fromarray(np.roll(RAMP, i)) for i in range(9)]
    pages[0].save(tmp_path / "p.tif", save_all=True, append_images=pages[1:])
    with open_file(tmp_path / "p.tif") as file:
        for number in (7, 0, 3):
            [page] = file.pages(number, number + 1)
            assert page.page == number
            assert np.array_equal(page.grey, np.asarray(pages[number]))
        assert list(file.pages(9, 20)) == []


def test_tiff_big_endian_and_big_offsets() -> None:
    """A directory of the other byte order, and one of BigTIFF, written by hand."""
    row = bytes(range(64))
    for order, big in ((">", False), ("<", True)):
        tags = [(256, 4, 64), (257, 4, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 0)]
        tags += [(277, 3, 1), (278, 4, 1), (279, 4, 64)]
        magic = {">": b"MM", "<": b"II"}[order]
        head = 16 if big else 8
        entry = order + ("HHQ" if big else "HHI")
        size = (8 + 20 * len(tags) + 8) if big else (2 + 12 * len(tags) + 4)
        directory = struct.pack(order + ("Q" if big else "H"), len(tags))
        for tag, kind, value in tags:
            value = head + size if tag == 273 else value
            cell = struct.pack(order + ("H" if kind == 3 else "I"), value)
            directory += struct.pack(entry, tag, kind, 1) + cell.ljust(8 if big else 4, b"\0")
        directory += struct.pack(order + ("Q" if big else "I"), 0)
        start = struct.pack(
            order + ("HHHQ" if big else "HI"), *((43, 8, 0, 16) if big else (42, 8))
        )
        page = only_page(magic + start + directory + row)
        assert page.grey.tobytes() == row


def tile_data(grey: npt.NDArray[np.uint8], compression: str) -> bytes:
    if compression == "raw":
        return grey.tobytes()
    data = saved(Image.fromarray(grey).convert("1"), "TIFF", compression=compression)
    with Image.open(io.BytesIO(data)) as image:
        [offset], [size] = (image.tag_v2[tag] for tag in (273, 279))  # type: ignore[attr-defined]
    return data[offset : offset + size]


def tiled(grey: npt.NDArray[np.uint8], compression: str) -> bytes:
    """A TIFF in tiles of 64 x 32 pixels, those at the right and the bottom filled up."""
    (height, width), (high, wide) = grey.shape, (32, 64)
    whole = np.pad(grey, ((0, -height % high), (0, -width % wide)))
    tiles = [
        tile_data(whole[y : y + high, x : x + wide], compression)
        for y in range(0, height, high)
        for x in range(0, width, wide)
    ]
    n, coding = len(tiles), {"raw": (8, 1), "group4": (1, 4)}[compression]
    tags = [(256, 1, width), (257, 1, height), (258, 1, coding[0]), (259, 1, coding[1])]
    tags += [(262, 1, 1), (277, 1, 1), (322, 1, wide), (323, 1, high)]
    after = 8 + 2 + 12 * (len(tags) + 2) + 4
    tags += [(324, n, after), (325, n, after + 4 * n)]
    directory = struct.pack("<H", len(tags))
    directory += b"".join(struct.pack("<HHII", tag, 4, count, value) for tag, count, value in tags)
    sizes = [len(tile) for tile in tiles]
    places = after + 8 * n + np.cumsum([0, *sizes[:-1]])
    numbers = struct.pack(f"<I{2 * n}I", 0, *places, *sizes)
    return TIFF_HEAD + directory + numbers + b"".join(tiles)


@pytest.mark.parametrize("compression", ["raw", "group4"])
def test_tiles(compression: str) -> None:
    grey = np.random.default_rng(5).choice(np.array([0, 255], np.uint8), (70, 100))
    data = tiled(grey, compression)
    assert (only_page(data).grey == grey).all()
    [[reading]], _ = read_pages(data[:-200])
    assert reading.verdict in {"bad_file", "unreadable"}


@pytest.mark.parametrize(
    ("mode", "convert"),
    [
        ("RGB", lambda i: i.convert("RGB")),
        ("P", lambda i: i.convert("P")),
        ("LA", lambda i: i.convert("LA")),
        ("RGBA", lambda i: i.convert("RGBA")),
        ("I;16", lambda i: Image.fromarray((np.asarray(i).astype(np.uint16) << 8) + 77)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_pixel_formats(mode: str, convert: Callable[[Image.Image], Image.Image], kind: str) -> None:
    image = convert(Image.fromarray(RAMP))
    assert image.mode == mode
    difference = only_page(saved(image, kind)).grey.astype(int) - RAMP
    assert np.abs(difference).max() <= 1


def test_cmyk() -> None:
    image = Image.fromarray(RAMP).convert("CMYK")
    for data in (saved(image, "TIFF"), saved(image, "JPEG", quality=95)):
        assert np.abs(only_page(data).grey.astype(int) - RAMP).max() <= 8


def test_jpeg_colour_and_grey() -> None:
    for mode in ("L", "RGB"):
        data = saved(Image.fromarray(RAMP).convert(mode), "JPEG", quality=95, dpi=(300, 300))
        page = only_page(data)
        assert page.dpi == (300, 300)
        assert np.abs(page.grey.astype(int) - RAMP).max() <= 6


def test_transparency_is_paper() -> None:
    pixels = np.zeros((9, 9, 4), np.uint8)
    pixels[4, 4, 3] = 255
    grey = only_page(saved(Image.fromarray(pixels), "PNG")).grey
    assert grey[4, 4] == 0
    assert (np.delete(grey.ravel(), 40) == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_orientation_tag(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise
    options: dict[str, Any] = {"exif": exif, "dpi": (204, 196)}
    page = only_page(saved(Image.fromarray(RAMP), kind, quality=95, **options))
    assert page.dpi == (196, 204)
    assert page.grey.shape == RAMP.shape[::-1]
    assert np.abs(page.grey.astype(int) - np.rot90(RAMP, -1)).max() <= 6


@pytest.mark.parametrize("dpi", [None, (1, 1), (90_000, 90_000)])
def test_dpi_that_says_nothing(dpi: tuple[int, int] | None) -> None:
    options = {"dpi": dpi} if dpi else {}
    assert only_page(saved(Image.fromarray(RAMP), "PNG", **options)).dpi is None


def test_dpi_of_the_caller_wins() -> None:
    data = saved(Image.fromarray(RAMP), "PNG", dpi=(72, 72))
    assert only_page(data, dpi=400).dpi == (400, 400)


def test_pdf_is_rendered_at_whole_dots() -> None:
    """A4 has 4961 x 7016 dots at 600 dpi, and stays so; one of them is black."""
    data = one_page_pdf(b"0.12 0 0 0.12 0 0 cm 4000.03 200.03 0.94 0.94 re f")
    page = only_page(data, dpi=600)
    assert page.dpi == (600, 600)
    assert page.grey.shape == (7016, 4961)
    assert np.argwhere(page.grey < 128).tolist() == [[7016 - 201, 4000]]
    assert only_page(data).grey.shape == (3508, 2481)


def test_pdf_pages_and_rotation(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for turn in (0, 90):
            pdf.add_blank_page(page_size=(72, 144)).Rotate = turn
        pdf.save(tmp_path / "p.pdf")
    shapes = [page.grey.shape for page in open_pages(tmp_path / "p.pdf", dpi=100)]
    assert shapes == [(200, 100), (100, 200)]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (RAMP, RAMP),
        (RAMP[::2, ::3], RAMP[::2, ::3]),
        (np.dstack([RAMP] * 3), RAMP),
        (RAMP.astype(np.uint16) << 8, RAMP),
        (RAMP > 100, np.where(RAMP > 100, 255, 0)),
    ],
)
def test_arrays(array: Any, expected: Any) -> None:
    assert np.array_equal(only_page(array, dpi=200).grey, expected)


@pytest.mark.parametrize(
    "array", [RAMP.astype(float), np.dstack([RAMP] * 2), RAMP[0], np.zeros((0, 5), np.uint8)]
)
def test_arrays_that_are_no_page(array: Any) -> None:
    with pytest.raises(InputError):
        open_file(array)


GOOD = Image.fromarray(np.random.default_rng(3).integers(0, 256, (200, 200), np.uint8))
TIFF_HEAD = b"II*\0\x08\0\0\0"


def g4_of(width: int, height: int) -> bytes:
    """A directory of one G4 page of that size, whose strip has eight bytes."""
    tags = [(256, width), (257, height), (258, 1), (259, 4), (262, 0), (273, 0), (278, height)]
    cells = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in [*tags, (279, 8)])
    return TIFF_HEAD + struct.pack("<H", len(tags) + 1) + cells + bytes(4)


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "text": (b"no image at all", "not a TIFF, PNG, JPEG or PDF"),
    "bmp": (saved(GOOD, "BMP"), "not a TIFF, PNG, JPEG or PDF"),
    "png cut": (saved(GOOD, "PNG")[:3000], "broken or truncated"),
    "png head only": (saved(GOOD, "PNG")[:20], "broken or truncated"),
    "png without pixels": (png(10, 10), "broken or truncated"),
    "png bomb": (png(100_000, 100_000), "no side may exceed"),
    "png of 40,000 pixels a side": (png(40_000, 40_000, depth=1), "more than the limit"),
    "png that is a thread": (png(70_000, 1), "no side may exceed 65,535"),
    "jpeg cut": (saved(GOOD, "JPEG")[:3000], "broken or truncated"),
    "jpeg head only": (saved(GOOD, "JPEG")[:4], "broken or truncated"),
    "tiff cut": (saved(GOOD, "TIFF")[:1000], "truncated"),
    "tiff G4 cut": (
        saved(GOOD.convert("1"), "TIFF", compression="group4")[:-3000],
        "truncated",
    ),
    "tiff head only": (TIFF_HEAD, "the TIFF is truncated"),
    "tiff without a page": (b"II*\0\0\0\0\0", "the TIFF has no page"),
    "tiff ring": (TIFF_HEAD + b"\0\0\x08\0\0\0", "form a ring"),
    "tiff bomb of one strip": (g4_of(65_000, 65_000), "more than the limit"),
    "tiff that is a thread": (g4_of(70_000, 1), "no side may exceed 65,535"),
    "tiff without tags": (TIFF_HEAD + b"\0\0\0\0\0\0", "broken or truncated"),
    "pdf head only": (b"%PDF-1.7\n", "broken or truncated PDF"),
    "pdf cut": (one_page_pdf()[:200], "broken or truncated PDF"),
    "pdf of five metres": (one_page_pdf(size=(14_400, 14_400)), "more than the limit"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("on_disk", [False, True])
def test_broken_files_get_a_verdict(name: str, on_disk: bool, tmp_path: Path) -> None:
    data, message = BROKEN[name]
    path = tmp_path / "scan"
    path.write_bytes(data)
    pages, _ = read_pages(path if on_disk else data)
    assert [reading.verdict for page in pages for reading in page] == ["bad_file"]
    assert message in pages[0][0].detail


def test_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(InputError, match=r"locked\.pdf: the PDF needs a password"):
        open_file(path)


def test_a_broken_page_among_good_ones(tmp_path: Path) -> None:
    """The second page's strips point past the end of the file; the others are read."""
    path = tmp_path / "p.tif"
    pages = [GOOD.convert("1")] * 3
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="group4")
    with Image.open(path) as image:
        image.seek(1)
        strips = image.tag_v2[273]  # type: ignore[attr-defined]
    data = path.read_bytes()
    assert len(strips) == 1
    needle = struct.pack("<I", strips[0])
    assert data.count(needle) == 1
    path.write_bytes(data.replace(needle, struct.pack("<I", len(data) + 10)))
    verdicts = [page[0].verdict for page in read_pages(path)[0]]
    assert verdicts == ["unreadable", "bad_file", "unreadable"]


def test_limits_are_settings(tmp_path: Path) -> None:
    data = saved(GOOD, "PNG")
    assert only_page(data, limits=Limits(pixels=40_000)).grey.size == 40_000
    with pytest.raises(InputError, match="more than the limit of 39,999"):
        only_page(data, limits=Limits(pixels=39_999))
    with pytest.raises(InputError, match="2 pages are more than the limit of 1"):
        open_file(saved(GOOD, "TIFF", save_all=True, append_images=[GOOD]), limits=Limits(pages=1))


def test_a_page_above_pillows_own_limit_is_read() -> None:
    """A4 at 1200 dpi has 139 million pixels; Pillow warns above 89 million."""
    image = Image.new("1", (9921, 10_000), 1)
    for kind, options in (("TIFF", {"compression": "group4"}), ("PNG", {})):
        assert only_page(saved(image, kind, **options)).grey.shape == (10_000, 9921)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tif: cannot be read: No such file"):
        open_file(tmp_path / "none.tif")
    with pytest.raises(InputError, match="a directory without scans"):
        open_file(tmp_path)


def test_file_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(str(tmp_path), "scan\udcff.png")
    GOOD.save(path)
    with open_file(path) as file:
        assert file.name.endswith("scan\\xff.png")


def mutated(data: bytes, seed: int) -> bytes:
    """A file with a few bytes changed, dropped or cut, mostly near its start."""
    rng = np.random.default_rng(seed)
    content = bytearray(data)
    for _ in range(rng.choice((1, 2, 8))):
        at = int(rng.integers(min(len(content), 300 if rng.random() < 0.5 else len(content))))
        if rng.random() < 0.8:
            content[at] = int(rng.integers(256))
        else:
            del content[at : at + int(rng.integers(1, 9))]
    return bytes(content if rng.random() < 0.9 else content[: rng.integers(1, len(content))])


@pytest.mark.parametrize("kind", ["png", "jpeg", "g4", "lzw", "pdf"])
def test_damaged_files_are_read_right_or_not_at_all(kind: str, pictures: Any) -> None:
    page = np.full((300, 400), 255, np.uint8)
    symbol = pictures.symbol(pictures.sample, 4)
    page[20 : 20 + len(symbol), 50 : 50 + len(symbol)] = symbol
    image = Image.fromarray(page)
    data = {
        "png": lambda: saved(image, "PNG"),
        "jpeg": lambda: saved(image, "JPEG"),
        "g4": lambda: saved(image.convert("1"), "TIFF", compression="group4"),
        "lzw": lambda: saved(image, "TIFF", compression="tiff_lzw"),
        "pdf": lambda: saved(image, "PDF", resolution=300),
    }[kind]()
    assert read_pages(data)[0][0][0].digits == pictures.sample
    verdicts = set()
    for seed in range(60):
        pages, _ = read_pages(mutated(data, seed))
        for reading in (reading for readings in pages for reading in readings):
            verdicts.add(reading.verdict)
            assert reading.verdict in ("ok", "unreadable", "bad_file")
            assert reading.digits in ("", pictures.sample)
    assert "bad_file" in verdicts


DAMAGED_TARGET = Target((5.0, 2.0, 20.0, 20.0), (34.0, 26.0), ((0.0, 0.0, 34.0, 26.0),))


@pytest.mark.parametrize("kind", ["strips", "one strip", "zero is black", "jpeg in tiff", "png"])
def test_damaged_files_of_a_known_form(kind: str, pictures: Any) -> None:
    """Whatever the bytes: a verdict, and what was printed or nothing."""
    page = np.full((307, 402), 255, np.uint8)
    symbol = pictures.symbol(pictures.sample, 4)
    page[20 : 20 + len(symbol), 50 : 50 + len(symbol)] = symbol
    image, bits, dpi = Image.fromarray(page), pictures.bilevel(page), (300, 300)
    g4: dict[str, Any] = {"compression": "group4", "dpi": dpi}
    data = {
        "strips": lambda: saved(bits, "TIFF", tiffinfo={278: 16}, **g4),
        "one strip": lambda: saved(bits, "TIFF", tiffinfo={278: 10_000}, **g4),
        "zero is black": lambda: saved(bits, "TIFF", tiffinfo={262: 1, 278: 64}, **g4),
        "jpeg in tiff": lambda: saved(image, "TIFF", compression="jpeg", dpi=dpi),
        "png": lambda: saved(image, "PNG", dpi=dpi),
    }[kind]()
    assert read_pages(data, target=DAMAGED_TARGET)[0][0][0].verdict == "ok"
    for seed in range(80):
        pages, _ = read_pages(mutated(data, seed), target=DAMAGED_TARGET)
        for reading in (reading for readings in pages for reading in readings):
            assert isinstance(reading.verdict, Verdict)
            assert reading.digits in ("", pictures.sample)


def test_time_is_a_limit() -> None:
    """With none left only the cheapest ways are tried, and the reading says so."""
    noise = np.random.default_rng(1).integers(0, 256, (900, 900), np.uint8)
    [[reading]], _ = read_pages(noise, limits=Limits(seconds=0.0))
    assert (reading.verdict, reading.detail) == ("unreadable", "no QR code found in 0 seconds")
    [[reading]], _ = read_pages(noise)
    assert reading.detail == "no QR code found"
