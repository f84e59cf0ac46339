"""Column maps: which header of the user's file feeds which canonical column."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elqr_fast.errors import ConfigError, InputError
from elqr_fast.records.columns import BY_NAME, COLUMNS, default_headers, fold_header
from elqr_fast.records.fixed_source import FixedField, FixedLayout
from elqr_fast.records.normalise import DEFAULT_DATES, date_pattern

ENCODINGS = ("auto", "utf-8", "cp932")
_KEYS = ("encoding", "dates", "columns", "fixed")
_LINE_ENDS = ("\r\n", "\n", "")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How to find the canonical columns in a file; the empty map has the default headers only.

    `headers` gives for some columns the headers to look for (the only ones, in place of the
    defaults); `constants` gives for some columns one text for every row.  `dates` are the forms
    a date may have, tried in order.  `fixed`: the layout of a fixed-length file.  `name` is used
    in messages.
    """

    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: tuple[str, ...] = DEFAULT_DATES
    encoding: str = "auto"
    fixed: FixedLayout | None = None
    name: str = "the default column map"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where each column of a file goes.

    `positions` maps a column's name to its position in the file (canonical columns first, then
    the columns nobody asked for, under their own headers); `constants` are the others.
    """

    positions: Mapping[str, int]
    constants: Mapping[str, str]

    @property
    def canonical(self) -> tuple[str, ...]:
        """The canonical columns present, in their own order."""
        return tuple(
            column.name
            for column in COLUMNS
            if column.name in self.positions or column.name in self.constants
        )

    @property
    def extras(self) -> tuple[str, ...]:
        """Headers of the columns carried along, in the file's order."""
        return tuple(name for name in self.positions if name not in BY_NAME)


def load_column_map(path: str | Path) -> ColumnMap:
    """Read a column map from TOML.  Raises `ConfigError`; docs/records.md shows the format."""
    path = Path(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the column map: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not a TOML file in UTF-8: {error}") from error
    _refuse_unknown(document, _KEYS, "key", path)
    columns = document.get("columns", {})
    if not isinstance(columns, dict):
        raise ConfigError(f"{path}: columns: found {columns!r}, expected a table")
    _refuse_unknown(columns, BY_NAME, "column", path)
    return ColumnMap(
        headers={
            name: _headers(name, value, path)
            for name, value in columns.items()
            if not isinstance(value, dict)
        },
        constants={
            name: _constant(name, value, path)
            for name, value in columns.items()
            if isinstance(value, dict)
        },
        dates=_dates(document.get("dates", DEFAULT_DATES), path),
        encoding=_encoding(document.get("encoding", "auto"), path),
        fixed=_fixed(document["fixed"], path) if "fixed" in document else None,
        name=str(path),
    )


def assign(
    found: Sequence[str], columns: ColumnMap, required: Collection[str], source: str
) -> Assignment:
    """Decide which of the headers `found` feeds which column.

    Raises `InputError` for a required column that is not there, a header the map names that is
    not there, and two headers that claim one column.
    """
    folded = [fold_header(header) for header in found]
    positions: dict[str, int] = {}
    for column in COLUMNS:
        if column.name in columns.constants:
            continue
        hit = _position(column.name, folded, found, columns, source)
        if hit is not None:
            positions[column.name] = hit
    have = positions.keys() | columns.constants.keys()
    missing = [name for name in BY_NAME if name in required and name not in have]
    if missing:
        raise InputError(_missing_message(missing, found, set(positions.values()), source))
    return Assignment(positions | _extras(found, positions), dict(columns.constants))


def _position(
    name: str, folded: Sequence[str], found: Sequence[str], columns: ColumnMap, source: str
) -> int | None:
    asked = columns.headers.get(name)
    wanted = {fold_header(header) for header in asked or default_headers(name)}
    hits = [position for position, header in enumerate(folded) if header in wanted]
    if len(hits) > 1:
        names = ", ".join(found[hit].strip() for hit in hits)
        raise InputError(
            f"{source}: more than one header for column {name}: {names}; name the one to use in a "
            f'column map: [columns] {name} = "…"'
        )
    if not hits and asked:
        raise InputError(
            f"{source}: column {name}: {columns.name} asks for the header {' or '.join(asked)}, "
            "which is not there"
        )
    return hits[0] if hits else None


def _extras(found: Sequence[str], positions: Mapping[str, int]) -> dict[str, int]:
    """Columns to carry along.  A header seen before, or empty, names nothing and is left out."""
    used = set(positions.values())
    extras: dict[str, int] = {}
    for position, header in enumerate(found):
        name = header.strip()
        if name and position not in used and name not in BY_NAME:
            extras.setdefault(name, position)
    return extras


def _missing_message(
    missing: Sequence[str], found: Sequence[str], used: set[int], source: str
) -> str:
    wanted = "; ".join(f"{name} ({', '.join(default_headers(name)[1:3])})" for name in missing)
    if not used:
        # The first row may be a taxpayer's: it must not reach a log.
        seen = f"none of the {len(found)} headers is known: is the first row the header?"
    else:
        rest = [header.strip() for position, header in enumerate(found) if position not in used]
        seen = f"headers not used: {', '.join(rest) or 'none'}"
    return (
        f"{source}: missing column {wanted}; {seen}; to use another header, give a column map: "
        f'[columns] {missing[0]} = "your header"'
    )


def _refuse_unknown(given: Iterable[str], known: Collection[str], what: str, path: Path) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise ConfigError(f"{path}: unknown {what} {key}; {hint}")


def _headers(name: str, value: Any, path: Path) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values or not all(_is_header(v) for v in values):
        raise ConfigError(
            f'{path}: columns.{name}: found {value!r}, expected "header", ["header", …] or '
            '{ const = "text" }'
        )
    return tuple(values)


def _is_header(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _constant(name: str, value: dict[str, Any], path: Path) -> str:
    if set(value) != {"const"} or not isinstance(value["const"], str) or not value["const"]:
        # An integer is refused as well: TOML would drop its leading zeros.
        raise ConfigError(f'{path}: columns.{name}: found {value!r}, expected {{ const = "text" }}')
    constant: str = value["const"]
    return constant


def _dates(value: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ConfigError(f"{path}: dates: found {value!r}, expected a list of date forms")
    for form in value:
        try:
            date_pattern(form)
        except (TypeError, ValueError):
            raise ConfigError(
                f"{path}: dates: found {form!r}, expected YYYY, MM or M, DD or D, each once, with "
                "separators, such as YYYY/M/D"
            ) from None
    return tuple(value)


def _encoding(value: Any, path: Path) -> str:
    if value not in ENCODINGS:
        raise ConfigError(f"{path}: encoding: found {value!r}, expected {', '.join(ENCODINGS)}")
    return str(value)


def _fixed(value: Any, path: Path) -> FixedLayout:
    if not isinstance(value, dict) or not isinstance(value.get("fields"), list):
        raise ConfigError(f"{path}: fixed: expected fields = [{{ header = …, width = … }}, …]")
    _refuse_unknown(value, ("fields", "line_end"), "key of fixed", path)
    line_end = value.get("line_end", "\r\n")
    if line_end not in _LINE_ENDS:
        raise ConfigError(f'{path}: fixed.line_end: expected "\\r\\n", "\\n" or ""')
    fields = tuple(_field(number, field, path) for number, field in enumerate(value["fields"], 1))
    if not any(field.header for field in fields):
        raise ConfigError(f"{path}: fixed: no field has a header")
    return FixedLayout(fields, line_end)


def _field(number: int, value: Any, path: Path) -> FixedField:
    if not isinstance(value, dict) or set(value) - {"header", "width"}:
        raise ConfigError(f"{path}: fixed: field {number}: expected {{ header = …, width = … }}")
    width, header = value.get("width"), value.get("header", "")
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise ConfigError(f"{path}: fixed: field {number}: width: expected its number of bytes")
    if not isinstance(header, str):
        raise ConfigError(f"{path}: fixed: field {number}: header: expected a text")
    return FixedField(width, header)
