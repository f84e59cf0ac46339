"""G4 against libtiff (through Pillow and its own tools), both ways, and against hostile input."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import elqr_fast as ef
from elqr_fast._native import g4
from elqr_fast.errors import (
    BadCodeError,
    EmptyError,
    KernelError,
    OutOfRangeError,
    TruncatedError,
)

Rows = npt.NDArray[np.uint8]

SHORT, LONG = 3, 4  # TIFF field types
STRIP_OFFSETS, STRIP_BYTES = 273, 279


def tiff_around(coding: bytes, width: int, height: int) -> bytes:
    """A one-strip G4 TIFF, written by hand so that no code under test takes part."""
    entries = [
        (256, LONG, width),
        (257, LONG, height),
        (258, SHORT, 1),
        (259, SHORT, 4),
        (262, SHORT, 0),
        (STRIP_OFFSETS, LONG, 8),
        (278, LONG, height),
        (STRIP_BYTES, LONG, len(coding)),
    ]
    body = coding + b"\0" * (len(coding) % 2)
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + directory + b"\0\0\0\0"


def to_image(rows: Rows, width: int) -> Image.Image:
    return Image.frombytes("1", (width, len(rows)), rows.tobytes())


def decoded_by_libtiff(coding: bytes, width: int, height: int) -> Rows:
    image = Image.open(io.BytesIO(tiff_around(coding, width, height)))
    return ~np.frombuffer(image.tobytes(), np.uint8).reshape(height, -1) & padding_mask(width)


def coded_by_libtiff(rows: Rows, width: int, rows_per_strip: int | None = None) -> list[bytes]:
    """The strips libtiff makes."""
    out = io.BytesIO()
    strip_rows = {278: rows_per_strip or len(rows)}
    to_image(rows, width).save(out, "TIFF", compression="group4", tiffinfo=strip_rows)
    data = out.getvalue()
    with Image.open(io.BytesIO(data)) as image:
        assert image.tag_v2[262] == 1, "Pillow writes BlackIsZero: 1 is black in the coding"
        spans = zip(image.tag_v2[STRIP_OFFSETS], image.tag_v2[STRIP_BYTES], strict=True)
        return [data[start : start + size] for start, size in spans]


def padding_mask(width: int) -> Rows:
    return np.packbits(np.ones(width, np.uint8))


def pack(pixels: npt.ArrayLike) -> Rows:
    return np.packbits(np.asarray(pixels, np.uint8), axis=1)


def noise(width: int, height: int, black: float = 0.5, seed: int = 1) -> Rows:
    return pack(np.random.default_rng(seed).random((height, width)) < black)


def page_like(width: int, height: int, seed: int = 1) -> Rows:
    """Ruled lines, bars, a grid of modules and blobs like letters, as on a slip."""
    random = np.random.default_rng(seed)
    page = np.zeros((height, width), np.uint8)
    page[height // 10 : height // 10 + 3, width // 20 : -width // 20] = 1
    page[:, width // 3 : width // 3 + 2] = 1
    modules = np.kron(random.integers(0, 2, (21, 21), dtype=np.uint8), np.ones((9, 9), np.uint8))
    bars = np.repeat(random.integers(0, 2, 60, dtype=np.uint8), 4)
    for block, x, y in (
        (modules, width // 2, height // 2),
        (np.tile(bars, (90, 1)), width // 8, height // 3),
    ):
        target = page[y : y + block.shape[0], x : x + block.shape[1]]
        target |= block[: target.shape[0], : target.shape[1]]
    for _ in range(60):
        x, y = random.integers(0, width), random.integers(0, height)
        rows, columns = np.ogrid[-y : height - y, -x : width - x]
        distance = rows**2 + columns**2
        page[(distance < 12**2) & (distance > 8**2)] = 1
    return pack(page)


def cases() -> list[tuple[str, Rows, int]]:
    found = [(f"noise {width}", noise(width, 12, seed=width), width) for width in range(1, 101)]
    for width in (2559, 2560, 2561, 2623, 2624, 2625, 4961, 9921):
        found.append((f"noise {width}", noise(width, 6, seed=width), width))
        found.append((f"sparse {width}", noise(width, 40, black=0.001, seed=width), width))
        found.append((f"dense {width}", noise(width, 40, black=0.999, seed=width), width))
        found.append((f"white {width}", pack(np.zeros((5, width))), width))
        found.append((f"black {width}", pack(np.ones((5, width))), width))
    found.append(("page", page_like(1200, 700), 1200))
    return found


CASES = [pytest.param(rows, width, id=name) for name, rows, width in cases()]


@pytest.mark.parametrize(("rows", "width"), CASES)
def test_libtiff_decodes_ours(rows: Rows, width: int) -> None:
    coding = ef.g4_encode(rows, width, len(rows))
    np.testing.assert_array_equal(decoded_by_libtiff(coding, width, len(rows)), rows)


@pytest.mark.parametrize(("rows", "width"), CASES)
def test_ours_decodes_libtiff(rows: Rows, width: int) -> None:
    (coding,) = coded_by_libtiff(rows, width)
    np.testing.assert_array_equal(ef.g4_decode(coding, width, len(rows)), rows)


@pytest.mark.parametrize(("rows", "width"), CASES)
def test_bits_are_those_of_libtiff(rows: Rows, width: int) -> None:
    """T.6 leaves an encoder no choice: the same bits, but for zero bytes after EOFB."""
    (coding,) = coded_by_libtiff(rows, width)
    ours = ef.g4_encode(rows, width, len(rows))
    assert ours.rstrip(b"\0") == coding.rstrip(b"\0")


def test_strips_start_on_white() -> None:
    rows = page_like(1200, 700)
    strips = coded_by_libtiff(rows, 1200, rows_per_strip=128)
    assert len(strips) == 6
    for index, strip in enumerate(strips):
        part = rows[index * 128 : (index + 1) * 128]
        np.testing.assert_array_equal(ef.g4_decode(strip, 1200, len(part)), part)


@pytest.mark.skipif(
    shutil.which("tiffcp") is None, reason="needs tiffcp: apt-get install libtiff-tools"
)
def test_tiffcp_reads_and_writes_the_same(tmp_path: Path) -> None:
    rows, width = page_like(2480, 800), 2480
    source, plain = tmp_path / "g4.tif", tmp_path / "plain.tif"
    source.write_bytes(tiff_around(ef.g4_encode(rows, width, len(rows)), width, len(rows)))
    subprocess.run(["tiffcp", "-c", "none", source, plain], check=True, capture_output=True)
    image = Image.open(plain)
    got = ~np.frombuffer(image.tobytes(), np.uint8).reshape(len(rows), -1) & padding_mask(width)
    np.testing.assert_array_equal(got, rows)


@pytest.mark.skipif(
    shutil.which("fax2tiff") is None, reason="needs fax2tiff: apt-get install libtiff-tools"
)
def test_fax2tiff_reads_the_raw_coding(tmp_path: Path) -> None:
    rows, width = page_like(1728, 500), 1728
    raw, made = tmp_path / "page.g4", tmp_path / "page.tif"
    raw.write_bytes(ef.g4_encode(rows, width, len(rows)))
    command = ["fax2tiff", "-4", "-X", str(width), "-M", "-o", made, raw]
    subprocess.run(command, check=True, capture_output=True)
    image = Image.open(made)
    got = ~np.frombuffer(image.tobytes(), np.uint8).reshape(image.height, -1)
    np.testing.assert_array_equal(got[: len(rows)], rows)


@st.composite
def run_patterns(draw: st.DrawFn) -> tuple[Rows, int]:
    """Rows made of runs, each like the row above with some changes moved a little."""
    width = draw(st.sampled_from([1, 7, 8, 63, 64, 65, 127, 200, 2700, 6000]))
    position = st.integers(0, width)
    changes = draw(st.lists(position, max_size=12))
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        moves = draw(st.lists(st.integers(-5, 5), min_size=len(changes), max_size=len(changes)))
        changes = [min(max(c + m, 0), width) for c, m in zip(changes, moves, strict=True)]
        changes += draw(st.lists(position, max_size=2))
        edges = np.zeros(width + 1, np.uint8)
        for change in changes:
            edges[change] ^= 1
        rows.append(np.bitwise_xor.accumulate(edges)[:width])
    return pack(rows), width


@settings(max_examples=300)
@given(run_patterns())
def test_round_trip_of_run_patterns(pattern: tuple[Rows, int]) -> None:
    rows, width = pattern
    coding = ef.g4_encode(rows, width, len(rows))
    np.testing.assert_array_equal(ef.g4_decode(coding, width, len(rows)), rows)
    np.testing.assert_array_equal(decoded_by_libtiff(coding, width, len(rows)), rows)


def test_padding_bits_do_not_matter() -> None:
    rows = noise(13, 9)
    assert ef.g4_encode(rows | ~padding_mask(13), 13, 9) == ef.g4_encode(rows, 13, 9)


def test_every_truncation_is_refused() -> None:
    rows, width = page_like(300, 120), 300
    whole = ef.g4_encode(rows, width, len(rows))
    for size in range(len(whole) - 3):  # EOFB is the last 24 bits, and not asked for
        with pytest.raises(TruncatedError, match=r"in row \d+ of 120"):
            ef.g4_decode(whole[:size], width, len(rows))


def test_eofb_before_the_last_row_is_refused() -> None:
    rows = noise(40, 10)
    with pytest.raises(TruncatedError, match="in row 10 of 11"):
        ef.g4_decode(ef.g4_encode(rows, 40, 10), 40, 11)


def test_corruption_gives_rows_or_a_status() -> None:
    rows, width = page_like(500, 200), 500
    whole = ef.g4_encode(rows, width, len(rows))
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(2000):
        damaged = bytearray(whole)
        for position in random.integers(0, len(whole), random.integers(1, 4)):
            damaged[position] = random.integers(0, 256)
        try:
            ef.g4_decode(damaged, width, len(rows))
        except KernelError:
            refused += 1
    assert refused > 1000


@settings(max_examples=300)
@given(st.binary(max_size=200), st.integers(1, 300), st.integers(1, 50))
def test_any_bytes_give_rows_or_a_status(data: bytes, width: int, height: int) -> None:
    try:
        rows = ef.g4_decode(data, width, height)
    except (TruncatedError, BadCodeError):
        return
    np.testing.assert_array_equal(rows & ~padding_mask(width), 0)
    again = ef.g4_encode(rows, width, height)
    np.testing.assert_array_equal(ef.g4_decode(again, width, height), rows)


def bits(text: str) -> bytes:
    digits = text.replace(" ", "")
    digits += "0" * (-len(digits) % 8)
    return int("0" + digits, 2).to_bytes(len(digits) // 8, "big")


@pytest.mark.parametrize(
    ("coding", "error"),
    [
        pytest.param("011" + "1" * 16, BadCodeError, id="VR1 past the width"),
        pytest.param("0001" + "1" * 16, BadCodeError, id="pass without b2"),
        pytest.param("0000001111" + "1" * 16, BadCodeError, id="extension"),
        pytest.param("001 10100 011" + "1" * 16, BadCodeError, id="runs of 9 and 4 in 10"),
        pytest.param("001 0000 0000 0000" + "1" * 16, BadCodeError, id="no such white run"),
        pytest.param("001 1111 11 000010" + "1" * 16, BadCodeError, id="VL2 from 10, a0 at 9"),
        pytest.param("001 0111 000000000001 000000000001", TruncatedError, id="EOFB in a row"),
        pytest.param("", TruncatedError, id="nothing"),
    ],
)
def test_impossible_codes(coding: str, error: type[KernelError]) -> None:
    with pytest.raises(error, match="in row 0 of 3"):
        ef.g4_decode(bits(coding), 10, 3)


def test_rows_before_the_fault_are_kept_and_the_rest_is_white() -> None:
    rows = np.full((5, 5), 0xAA, np.uint8)
    good = noise(40, 3)
    coding = ef.g4_encode(good, 40, 3)
    status, decoded = g4.decode(coding, 40, rows)
    assert (status, decoded) == (TruncatedError.status, 3)
    np.testing.assert_array_equal(rows[:3], good)
    np.testing.assert_array_equal(rows[3:], 0)


def test_zero_runs_inside_a_row_cancel() -> None:
    """Some encoders write them; they change no pixel."""
    coding = bits("001 0111 0000110111 001 0111 11 1")  # white 2, black 0, white 2, black 2, V0
    np.testing.assert_array_equal(ef.g4_decode(coding, 8, 1), pack([[0, 0, 0, 0, 1, 1, 0, 0]]))


def test_wrong_sizes_are_refused() -> None:
    rows = noise(16, 4)
    for width, height in ((16, 5), (17, 4), (8, 4)):
        with pytest.raises(ValueError, match="bytes"):
            ef.g4_encode(rows, width, height)
    with pytest.raises(ValueError, match="uint8"):
        ef.g4_encode(rows.astype(np.uint16), 16, 4)
    with pytest.raises(ValueError, match="no image"):
        ef.g4_encode(rows, -1, 4)
    with pytest.raises(EmptyError):
        ef.g4_encode(b"", 16, 0)
    with pytest.raises(EmptyError):
        ef.g4_decode(b"", 0, 3)
    with pytest.raises(OutOfRangeError):
        ef.g4_encode(bytes((1 << 17) + 1), (1 << 20) + 8, 1)


def test_flat_bytes_and_rows_are_the_same() -> None:
    rows = noise(30, 4)
    assert ef.g4_encode(rows.tobytes(), 30, 4) == ef.g4_encode(rows, 30, 4)
    assert ef.g4_encode(np.asfortranarray(rows), 30, 4) == ef.g4_encode(rows, 30, 4)


@pytest.mark.parametrize("disabled", ["", "avx2"])
def test_every_instruction_set_gives_the_same(disabled: str) -> None:
    """In a process of its own, as the processor is asked once."""
    rows, width = page_like(1200, 700), 1200
    coding = ef.g4_encode(rows, width, len(rows))
    program = (
        "import sys; import elqr_fast as ef; data = sys.stdin.buffer.read();"
        f"rows = ef.g4_decode(data, {width}, {len(rows)});"
        f"assert ef.g4_encode(rows, {width}, {len(rows)}) == data;"
        "sys.stdout.buffer.write(rows.tobytes())"
    )
    environment = {**os.environ, "ELQR_DISABLE_CPU": disabled}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, input=coding, capture_output=True, check=True, env=environment)
    assert ran.stdout == rows.tobytes()


def test_strips_that_follow_each_other() -> None:
    """All at once as one by one, turned or not; how many are whole, where one is not."""
    rng = np.random.default_rng(5)
    width, height, strip_rows = 130, 50, 16
    rows = rng.integers(0, 256, (height, 17), np.uint8) & padding_mask(width)
    codings = [g4.encode(rows[top : top + strip_rows], width) for top in range(0, height, 16)]
    coded, places = b"".join([b"\xff", *codings]), []
    for coding in codings:
        places.append((1 + sum(size for _, size in places), len(coding)))
    read = np.zeros_like(rows)
    assert g4.decode_strips(coded, 0, places, width, strip_rows, read, False) == 4
    assert np.array_equal(read, rows)
    assert g4.decode_strips(coded, 0, places, width, strip_rows, read, True) == 4
    assert np.array_equal(~read, rows)
    later = [(at + 1000, size) for at, size in places]
    assert g4.decode_strips(coded, 1000, later, width, strip_rows, read, False) == 4
    assert np.array_equal(read, rows)
    with pytest.raises(ValueError, match="a strip at 1 "):
        g4.decode_strips(coded, 1000, places, width, strip_rows, read, False)
    broken = [*places[:2], (0, 1), places[3]]
    assert g4.decode_strips(coded, 0, broken, width, strip_rows, read, False) == 2
    assert np.array_equal(read[:32], rows[:32])
    for bad in ([(len(coded) - 3, 4)], [(-1, 4)], [(0, -1)]):
        with pytest.raises(ValueError, match="a strip at"):
            g4.decode_strips(coded, 0, bad, width, 16, read[:16], False)
    for count in (0, 2, 9):
        with pytest.raises(ValueError, match="are not 50 rows"):
            g4.decode_strips(coded, 0, [(0, 1)] * count, width, strip_rows, read, False)
    with pytest.raises(ValueError, match="bytes a row"):
        g4.decode_strips(coded, 0, places, width + 8, strip_rows, read, False)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("ink", [0.5, 0.03])
@pytest.mark.parametrize("disabled", ["", "avx2"])
def test_only_a_window_is_drawn(inverted: bool, ink: float, disabled: str) -> None:
    """Rows and pixels outside stay as they were; those inside are as when all is drawn."""
    program = f"""
import numpy as np
from elqr_fast._native import g4
rng = np.random.default_rng(6)
width, height, strip_rows, inverted = 330, 60, 16, {inverted}
pixels = rng.random((height, width)) < {ink}
pixels[20:23], pixels[30] = pixels[20], False
pixels[31] = True
rows = np.packbits(pixels, axis=1)
codings = [g4.encode(rows[top : top + strip_rows], width) for top in range(0, height, strip_rows)]
sizes = [len(coding) for coding in codings]
places = [(sum(sizes[:i]), size) for i, size in enumerate(sizes)]
wanted = np.packbits(pixels != inverted, axis=1)
for top in (0, 5, 16, 21, 22, 60):
    for columns in (0, 64, 320, 330, 1000):
        read = np.full_like(rows, 0x5A)
        assert g4.decode_strips(
            b"".join(codings), 0, places, width, strip_rows, read, inverted, top, columns
        ) == len(codings)
        within = min(columns // 8, 41)
        assert np.array_equal(read[top:, :within], wanted[top:, :within]), (top, columns)
        assert (read[:top] == 0x5A).all()
        if columns < width:
            assert (read[:, within:] == 0x5A).all()
        else:
            assert np.array_equal(read[top:, 41] >> 6, wanted[top:, 41] >> 6)
"""
    environment = {**os.environ, "ELQR_DISABLE_CPU": disabled}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_a_window_that_is_no_whole_words_is_refused() -> None:
    rows = np.zeros((4, 17), np.uint8)
    coded = g4.encode(rows, 130)
    with pytest.raises(OutOfRangeError):
        g4.decode_strips(coded, 0, [(0, len(coded))], 130, 4, rows, False, 0, 100)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 64, 65, 200])
def test_greys(width: int) -> None:
    """As numpy unpacks bits, of rows that are part of a picture too."""
    rng = np.random.default_rng(width)
    picture = rng.integers(0, 256, (9, 40), np.uint8)
    rows = picture[1:8, 3 : 3 + (width + 7) // 8]
    wanted = 255 * (1 - np.unpackbits(rows, axis=1, count=width))
    assert np.array_equal(g4.grey(rows, width), wanted)
    assert g4.grey(rows[:0], width).shape == (0, width)
    with pytest.raises(ValueError, match="bytes a row"):
        g4.grey(rows, width + 8)
    with pytest.raises(ValueError, match="contiguous"):
        g4.grey(picture[::-1, : (width + 7) // 8], width)


@pytest.mark.parametrize("disabled", ["", "avx2"])
def test_greys_are_the_same_on_every_processor(disabled: str) -> None:
    """Every width up to two blocks of the widest way, in a process that may lack it."""
    program = """if True:
        import numpy as np
        from elqr_fast._native import g4
        picture = np.random.default_rng(3).integers(0, 256, (4, 20), np.uint8)
        for width in range(1, 130):
            rows = picture[:, 2 : 2 + (width + 7) // 8]
            wanted = 255 * (1 - np.unpackbits(rows, axis=1, count=width))
            assert np.array_equal(g4.grey(rows, width), wanted), width
    """
    environment = {**os.environ, "ELQR_DISABLE_CPU": disabled}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
