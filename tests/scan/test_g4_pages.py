"""Pages of G4: decoded here strip by strip, or by Pillow, as the file wants it."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from elqr_fast.errors import InputError
from elqr_fast.scan import open_file, read_pages
from elqr_fast.scan.g4_pages import G4Page
from elqr_fast.scan.pages import Region

RAMP = np.tile(np.arange(0, 250, 5, dtype=np.uint8), (40, 1))


def saved(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format="TIFF", **options)
    return file.getvalue()


def g4_variants() -> dict[str, bytes]:
    """The same picture in G4, plain and as scanners vary it."""
    image = Image.fromarray(np.kron(RAMP > 120, np.ones((7, 3), bool))).convert("1")

    def variant(**tags: Any) -> bytes:
        from PIL.TiffImagePlugin import ImageFileDirectory_v2

        directory = ImageFileDirectory_v2()
        for name, value in tags.items():
            directory[int(name[1:])] = value
        return saved(image, compression="group4", tiffinfo=directory)

    return {
        "one strip": variant(_278=10_000),
        "several strips": variant(_278=16),
        "zero is black": variant(_262=1, _278=16),
        "bits from the right": variant(_266=2),
        "not coded": saved(image),
    }


@pytest.mark.parametrize("name", g4_variants())
def test_g4_as_pillow_decodes_it(name: str) -> None:
    data = g4_variants()[name]
    with Image.open(io.BytesIO(data)) as image:
        expected = np.asarray(image.convert("L"))
    assert set(np.unique(expected)) == {0, 255}
    with open_file(data) as file:
        assert np.array_equal(next(file.pages()).grey, expected)


def test_plain_g4_is_decoded_here_and_the_rest_by_pillow() -> None:
    here = {}
    for name, data in g4_variants().items():
        with open_file(data) as file:
            here[name] = isinstance(next(file.pages()).pixels, G4Page)
    assert here == {
        "one strip": True,
        "several strips": True,
        "zero is black": True,
        "bits from the right": False,
        "not coded": False,
    }


@pytest.mark.parametrize("name", ["one strip", "several strips", "zero is black"])
def test_parts_of_a_g4_page(name: str) -> None:
    """Crops and packed bits are those of the whole page, whatever was decoded before."""
    with open_file(g4_variants()[name]) as file:
        page = next(file.pages())
        parts = {
            box: page.crop(*box) for box in ((0, 0, 9, 9), (70, 100, 130, 300), (-5, 270, 999, 999))
        }
        found = page.pixels.bits((21, 33, 101, 90))
        grey = page.grey
    assert page.size == (grey.shape[1], grey.shape[0]) == (150, 280)
    for (left, top, right, bottom), part in parts.items():
        assert np.array_equal(part, grey[top:bottom, max(left, 0) : right])
    assert found is not None
    rows, begin = found
    assert begin == 16
    assert np.array_equal(np.unpackbits(rows, axis=1)[:, :85], grey[33:90, 16:101] == 0)


def test_only_strips_that_are_looked_at_are_decoded() -> None:
    """Nobody minds that the others are broken."""
    data = bytearray(g4_variants()["several strips"])
    with Image.open(io.BytesIO(bytes(data))) as image:
        offset, size = image.tag_v2[273][9], image.tag_v2[279][9]  # type: ignore[attr-defined]
        expected = np.asarray(image.convert("L"))
    data[offset : offset + size] = bytes(size)
    with open_file(bytes(data)) as file:
        page = next(file.pages())
        assert np.array_equal(page.crop(0, 0, 150, 144), expected[:144])
        with pytest.raises(InputError):
            page.crop(0, 100, 150, 200)


@pytest.mark.parametrize("gap", [0, 300_000])
def test_strips_anywhere_in_the_file(gap: int) -> None:
    """One far from the others, or after those that it comes before."""
    data = g4_variants()["several strips"]
    with Image.open(io.BytesIO(data)) as image:
        tags, expected = image.tag_v2, np.asarray(image.convert("L"))  # type: ignore[attr-defined]
        offsets, sizes = list(tags[273]), tags[279]
    kind = "<" + "HI"[struct.pack(f"<{len(offsets)}H", *offsets) not in data] * len(offsets)
    moved = [*offsets[:3], len(data) + gap, *offsets[4:]]
    strip = data[offsets[3] : offsets[3] + sizes[3]]
    assert data.count(struct.pack(kind, *offsets)) == 1
    data = data.replace(struct.pack(kind, *offsets), struct.pack(kind, *moved)) + bytes(gap) + strip
    with open_file(data) as file:
        page = next(file.pages())
        assert isinstance(page.pixels, G4Page)
        assert page.pixels.bits((0, 0, 150, 280)) is not None
        assert np.array_equal(page.grey, expected)


def big_tiff(strips: list[tuple[int, int]], width: int, rows: int) -> bytes:
    """A BigTIFF of one G4 page whose strips are said to be at these offsets, of these sizes."""
    offsets, sizes = (struct.pack(f"<{len(strips)}Q", *each) for each in zip(*strips, strict=True))
    after = 16 + 8 + 9 * 20 + 8
    entries = [
        (256, 3, 1, width), (257, 3, 1, rows * len(strips)), (258, 3, 1, 1), (259, 3, 1, 4),
        (262, 3, 1, 0), (273, 16, len(strips), after), (277, 3, 1, 1), (278, 3, 1, rows),
        (279, 16, len(strips), after + len(offsets)),
    ]  # fmt: skip
    body = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    head = struct.pack("<2sHHHQQ", b"II", 43, 8, 0, 16, len(entries))
    return head + body + struct.pack("<Q", 0) + offsets + sizes


@pytest.mark.parametrize("at", [10_000, 2**33, 2**63 - 1, 2**64 - 1])
def test_strips_beyond_the_end_of_the_file(at: int) -> None:
    data = big_tiff([(at, 5), (at, 2**64 - 1)], 400, 200)
    with open_file(data) as file:
        page = next(file.pages())
        assert isinstance(page.pixels, G4Page)
        assert page.pixels.bits((0, 0, 9, 9)) is None
    [[reading]], _ = read_pages(data)
    assert reading.verdict == "bad_file"


#: Where `damaged_page` has its code, and a face with nothing else.


@pytest.mark.parametrize("name", ["one strip", "several strips", "zero is black"])
@pytest.mark.parametrize(
    "region", [(0, 0, 150, 280), (10, 100, 60, 280), (70, 150, 300, 300), (0, 280, 5, 300)]
)
def test_what_is_expected_may_be_wrong(name: str, region: Region) -> None:
    """What is asked for is there, whether or not it was expected."""
    data = g4_variants()[name]
    with open_file(data) as file:
        expected = next(file.pages()).grey
        for box in ((20, 120, 50, 200), (0, 0, 150, 280), (60, 10, 140, 90), (20, 120, 50, 200)):
            page = next(file.pages())
            page.pixels.expect(region)
            left, top, right, bottom = box
            assert np.array_equal(page.crop(*box), expected[top:bottom, left:right])
            found = page.pixels.bits((72, 90, 120, 260))
            assert found is not None
            assert np.array_equal(np.unpackbits(found[0], axis=1), expected[90:260, 72:120] == 0)


def test_pages_do_not_share_memory() -> None:
    """A page that somebody still looks at keeps its pixels, however many come after it."""
    data = g4_variants()["several strips"]
    with open_file(data) as file:
        expected = next(file.pages()).grey
        found = next(file.pages()).pixels.bits((0, 0, 150, 280))
        assert found is not None
        rows, before = found[0], found[0].copy()
        for _ in range(3):
            white = Image.new("1", (150, 280), 1)
            with open_file(saved(white, compression="group4")) as other:
                assert next(other.pages()).grey.all()
        assert np.array_equal(rows, before)
        assert np.array_equal(next(file.pages()).grey, expected)
