"""Layouts: which digit of a code means what, read from TOML and compiled for the kernel.

Nothing here knows the eL-QR: the built-in layouts are `layouts/*.toml`, and whoever has a newer
official text passes the path of a file of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from elqr_fast._native import payload as native
from elqr_fast.errors import ConfigError, KernelError

BUILTIN = Path(__file__).parent / "layouts"

# Numbers of csrc/elqr.h.
_KINDS = {"digits": 0, "date": 1}
_PADS = {"left": 0, "right": 1, "none": 2}
_CHECKS = {"ocr-pair": (0, 2), "mod10": (1, 1), "crc16": (2, 5)}
#: Widest field whose values the kernel compares as numbers.
_RANGE_DIGITS = 18


class Part(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A run of digits: exactly one of `literal`, `field` (a name) and `check`."""

    literal: str | None = None
    field: str | None = None
    check: Literal["ocr-pair", "mod10", "crc16"] | None = None
    #: The printed OCR line these digits belong to.
    line: str | None = None


class Field(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The rule of one field; see docs/formats.md for the meaning of each key."""

    width: Annotated[int, msgspec.Meta(ge=1)]
    kind: Literal["digits", "date"] = "digits"
    pad: Literal["left", "right", "none"] = "left"
    minimum: Annotated[int, msgspec.Meta(ge=0)] = 0
    maximum: int | None = None
    default: str | None = None

    @property
    def highest(self) -> int:
        """The largest value, as far as a 64-bit number can say it."""
        by_width = int(10 ** min(self.width, 19)) - 1
        return by_width if self.maximum is None else min(self.maximum, by_width)

    @property
    def default_digits(self) -> str:
        """The digits that stand in a row where no value is given."""
        digits = self.default or ""
        return digits.ljust(self.width, "0") if self.pad == "right" else digits.zfill(self.width)

    def expected(self, rule: str) -> str:
        """What a value has to be, for the message about a broken `rule`."""
        if self.kind == "date":
            return "a date of the calendar, YYYYMMDD"
        if rule == "range" or (rule == "length" and self.minimum > 0):
            return f"{self.minimum} to {self.highest}"
        exact = "exactly" if self.pad == "none" else "at most"
        return f"{exact} {self.width} digits, 0 to 9 only"


class LayoutFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A layout as its TOML file says it."""

    name: str
    length: int
    parts: list[Part]
    fields: dict[str, Field]


@dataclass(frozen=True, eq=False)
class Layout:
    """A layout ready for use.

    `offsets` holds the places of each field (two where it is repeated), in the order of `fields`;
    `spans` the (start, end) of each printed line.
    """

    name: str
    parts: tuple[Part, ...]
    fields: dict[str, Field]
    offsets: dict[str, tuple[int, ...]]
    spans: dict[str, tuple[int, int]]
    template: bytes
    compiled: native.Layout

    @property
    def length(self) -> int:
        """Digits in a row."""
        return self.compiled.length

    @cached_property
    def prefix(self) -> bytes:
        """The digits by which a code of this layout is recognised."""
        return self.template[: self.compiled.prefix]

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each field is first, in a row."""
        return {
            name: slice(start, start + self.fields[name].width)
            for name, (start, *_) in self.offsets.items()
        }

    def lines(self, *names: str) -> Layout:
        """The layout of these printed lines alone, one after the other."""
        parts = [part for name in names for part in self.parts if part.line == name]
        return _compile(f"{self.name}: {' + '.join(names)}", parts, self.fields)

    def only(self, *names: str) -> Layout:
        """The layout of these fields alone, one after the other."""
        parts = [Part(field=name) for name in names]
        return _compile(f"{self.name}: {' + '.join(names)}", parts, self.fields)


def load_layout(source: str | PathLike[str] | Layout) -> Layout:
    """The built-in layout of that name, or the layout in that TOML file, read once per process.

    Raises ConfigError if there is none, or if the file is wrong.
    """
    if isinstance(source, Layout):
        return source
    return _load(str(source))


@cache
def _load(source: str) -> Layout:
    path = Path(source) if source.endswith(".toml") else BUILTIN / f"{source}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        names = ", ".join(sorted(file.stem for file in BUILTIN.glob("*.toml")))
        raise ConfigError(f"layout {source}: cannot be read; built in are {names}") from error
    return parse_layout(text, source)


def parse_layout(text: str, source: str) -> Layout:
    """A layout from TOML text; `source` names it in messages.  Raises ConfigError."""
    try:
        file = msgspec.convert(tomllib.loads(text), LayoutFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"layout {source}: {error}") from error
    layout = _compile(source, file.parts, file.fields)
    if layout.length != file.length:
        raise ConfigError(
            f"layout {source}: its parts have {layout.length} digits, length says {file.length}"
        )
    unused = sorted(file.fields.keys() - layout.fields.keys())
    if unused:
        raise ConfigError(f"layout {source}: no part holds {', '.join(unused)}")
    return replace(layout, name=file.name)


def _compile(source: str, parts: Iterable[Part], fields: dict[str, Field]) -> Layout:
    """Places every part, then hands plain numbers to the kernel, which checks them again."""
    parts = tuple(parts)
    template = b""
    offsets: dict[str, tuple[int, ...]] = {}
    starts: list[int] = []
    for number, part in enumerate(parts, 1):
        digits = _part_digits(part, fields, _fail(source, number))
        if part.field is not None:
            offsets[part.field] = (*offsets.get(part.field, ()), len(template))
        starts.append(len(template))
        template += digits.encode("ascii")
    used = {name: fields[name] for name in offsets}
    for name, places in offsets.items():
        if len(places) > 2:
            raise ConfigError(f"layout {source}: field {name} stands in more than two places")
    spans = _line_spans(source, parts, [*starts, len(template)])
    try:
        compiled = native.Layout(
            template,
            [_field_numbers(used[name], offsets[name]) for name in used],
            [
                _check_numbers(part, start, spans)
                for part, start in zip(parts, starts, strict=True)
                if part.check is not None
            ],
        )
    except (KernelError, ValueError, OverflowError) as error:
        raise ConfigError(f"layout {source}: {error}") from error
    return Layout(source, parts, used, offsets, spans, template, compiled)


def _fail(source: str, number: int) -> Callable[[str], ConfigError]:
    return lambda message: ConfigError(f"layout {source}, part {number}: {message}")


def _part_digits(part: Part, fields: dict[str, Field], fail: Callable[[str], ConfigError]) -> str:
    """The digits of a part in the template."""
    if sum(kind is not None for kind in (part.literal, part.field, part.check)) != 1:
        raise fail("give exactly one of literal, field and check")
    if part.check is not None:
        if part.check == "ocr-pair" and part.line is None:
            raise fail("an ocr-pair needs the line it is over")
        return "0" * _CHECKS[part.check][1]
    digits = part.literal
    if part.field is not None:
        if part.field not in fields:
            raise fail(f"there is no [fields.{part.field}]")
        digits = fields[part.field].default_digits
        _check_field(part.field, fields[part.field], fail)
    if not (digits and digits.isascii() and digits.isdigit()):
        raise fail("a literal or default is one or more digits 0 to 9")
    return digits


def _check_field(name: str, field: Field, fail: Callable[[str], ConfigError]) -> None:
    """What the kernel would leave out without a word."""
    if len(field.default_digits) != field.width:
        raise fail(f"the default of {name} is longer than its width")
    has_range = field.minimum > 0 or field.maximum is not None
    if has_range and (field.kind == "date" or field.width > _RANGE_DIGITS):
        raise fail(f"{name} has a range: only numbers of up to {_RANGE_DIGITS} digits can have one")


def _line_spans(
    source: str, parts: tuple[Part, ...], edges: list[int]
) -> dict[str, tuple[int, int]]:
    """(start, end) of each line's digits, which stand together."""
    spans: dict[str, tuple[int, int]] = {}
    for part, start, end in zip(parts, edges, edges[1:], strict=False):
        if part.line is None:
            continue
        line_start, line_end = spans.get(part.line, (start, start))
        if line_end != start:
            raise ConfigError(f"layout {source}: line {part.line} is in pieces")
        spans[part.line] = (line_start, end)
    return spans


def _field_numbers(
    field: Field, places: tuple[int, ...]
) -> tuple[int, int, int, int, int, bool, int, int]:
    return (
        places[0],
        places[-1],
        field.width,
        _KINDS[field.kind],
        _PADS[field.pad],
        field.default is None,
        field.minimum,
        field.highest,
    )


def _check_numbers(
    part: Part, start: int, spans: dict[str, tuple[int, int]]
) -> tuple[int, int, int, int]:
    assert part.check is not None
    number, width = _CHECKS[part.check]
    if part.line is None:
        return number, start, 0, start
    return number, start, start + width, spans[part.line][1] - start - width
