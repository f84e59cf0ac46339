"""Which encoding a text file has, decided over the whole file and never half-way through a run."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from elqr_fast.errors import InputError

_BLOCK = 1 << 20
# What Python makes of the bytes 80, A0, FD, FE and FF, which CP932 leaves without a character.
_NO_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class BadByte:
    """The first byte that an encoding has no character for: offset from 0, line from 1."""

    offset: int
    line: int

    def __str__(self) -> str:
        return f"line {self.line}, byte {self.offset}"


def find_encoding(path: Path, encoding: str) -> str:
    """`utf-8` or `cp932`, the whole file checked.  Raises `InputError`.

    With `auto`: a byte order mark or a file that is UTF-8 from end to end is UTF-8, any other
    is CP932.  Japanese text in CP932 is practically never valid UTF-8 by chance.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_UTF16):
        raise InputError(f"{path.name}: the text is UTF-16; save it as CSV UTF-8 or as CP932")
    marked = start.startswith(codecs.BOM_UTF8)
    candidates = ("utf-8",) if marked else ("utf-8", "cp932")
    if encoding != "auto":
        candidates = (encoding,)
    problems = []
    for candidate in candidates:
        bad = first_bad_byte(path, candidate)
        if bad is None:
            return candidate
        problems.append(f"not {candidate.upper()} ({bad})")
    raise InputError(f"{path.name}: wrong encoding: {', '.join(problems)}")


def first_bad_byte(path: Path, encoding: str) -> BadByte | None:
    """The first byte that cannot be decoded; reads block by block."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = lines = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            # Bytes of an unfinished character that the decoder still holds; places count them.
            held = len(decoder.getstate()[0])
            place = _bad_place(decoder, block, encoding)
            if place is not None:
                within = max(place - held, 0)
                return BadByte(offset - held + place, lines + block.count(b"\n", 0, within) + 1)
            if not block:
                return None
            offset += len(block)
            lines += block.count(b"\n")


def _bad_place(decoder: codecs.IncrementalDecoder, block: bytes, encoding: str) -> int | None:
    """Where in what the decoder held and `block` the first bad byte is, if one is."""
    try:
        text = decoder.decode(block, final=not block)
    except UnicodeDecodeError as error:
        return error.start
    stray = _NO_CP932.search(text) if encoding == "cp932" else None
    # Every character before it has the length it was read with, one byte or two.
    return len(text[: stray.start()].encode(encoding)) if stray else None
