"""records/encodings.py: the encoding is decided over the whole file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elqr_fast.errors import InputError
from elqr_fast.records import encodings
from elqr_fast.records.encodings import BadByte, find_encoding, first_bad_byte

Writer = Callable[..., Path]
TRICKY = "髙﨑㈱①～－ソ表能ｱｲｳ,\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932"), ("ascii", "utf-8")],
)
def test_auto(csv_file: Writer, written: str, found: str) -> None:
    text = "a,b\n" if written == "ascii" else TRICKY
    assert find_encoding(csv_file(text, written), "auto") == found


def test_a_late_cp932_byte_decides(csv_file: Writer) -> None:
    assert find_encoding(csv_file("a,b\n" * 500_000 + "髙", "cp932"), "auto") == "cp932"


def test_neither_is_said_with_the_place_in_both(csv_file: Writer) -> None:
    path = csv_file("あ,い\n".encode() + b"\xff\xff\n")
    with pytest.raises(InputError) as caught:
        find_encoding(path, "auto")
    assert str(caught.value) == (
        "notices.csv: wrong encoding: not UTF-8 (line 2, byte 8), not CP932 (line 1, byte 2)"
    )


def test_an_encoding_asked_for_is_held_to(csv_file: Writer) -> None:
    with pytest.raises(InputError, match=r"not UTF-8 \(line 1, byte 0\)"):
        find_encoding(csv_file(TRICKY, "cp932"), "utf-8")
    with pytest.raises(InputError, match="not CP932"):
        find_encoding(csv_file("あ".encode() + b"\n"), "cp932")


def test_a_byte_order_mark_is_never_cp932(csv_file: Writer) -> None:
    with pytest.raises(InputError, match=r"wrong encoding: not UTF-8 \(line 2, byte 5\)$"):
        find_encoding(csv_file(b"\xef\xbb\xbfa\n" + "髙".encode("cp932")), "auto")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named(csv_file: Writer, encoding: str) -> None:
    with pytest.raises(InputError, match="UTF-16; save it as CSV UTF-8"):
        find_encoding(
            csv_file("\ufeffa,b\n" if encoding != "utf-16" else "a,b\n", encoding), "auto"
        )


@pytest.mark.parametrize("block", [1, 2, 3, 4, 5, 7, 1000])
@pytest.mark.parametrize(
    ("encoding", "bad"),
    [("utf-8", b"\xff"), ("utf-8", b"\xe3\x81A"), ("utf-8", b"\xe3"), ("cp932", b"\x81\x01")]
    + [("cp932", bytes([stray])) for stray in (0x80, 0xA0, 0xFD, 0xFE, 0xFF)],
)
def test_the_place_does_not_depend_on_the_blocks(
    csv_file: Writer, monkeypatch: pytest.MonkeyPatch, block: int, encoding: str, bad: bytes
) -> None:
    monkeypatch.setattr(encodings, "_BLOCK", block)
    start = "あ髙\nｱ\nい".encode(encoding)
    assert first_bad_byte(csv_file(start + bad), encoding) == BadByte(len(start), 3)
    assert first_bad_byte(csv_file(start), encoding) is None
