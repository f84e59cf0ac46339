"""Forms by name or from a file, with errors that say where in the file they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn, get_args, get_type_hints

import msgspec

from elqr_fast.builtin import BuiltIns
from elqr_fast.errors import FormError
from elqr_fast.forms.model import Drawing, Form
from elqr_fast.forms.positions import Key, line_of

_BUILT_IN = BuiltIns("form", "elqr_fast.forms", "builtin", FormError)
_PLACEHOLDERS = files("elqr_fast.forms") / "placeholders.toml"


def list_forms() -> list[str]:
    """The names of the built-in forms."""
    return _BUILT_IN.names()


@cache
def placeholders() -> dict[str, Drawing]:
    """Drawings that stand in for the official marks, where a form does not have these."""
    return msgspec.convert(tomllib.loads(_PLACEHOLDERS.read_text("utf-8")), dict[str, Drawing])


def load_form(name_or_path: str | Path) -> Form:
    """A built-in form by its name, or the form of a TOML file.

    Raises FormError with the file, the line and the key where one is to blame.
    """
    path = _BUILT_IN.locate(name_or_path)
    return parse_form(_BUILT_IN.read(path), path)


def parse_form(text: str, path: Path) -> Form:
    """The form in a TOML text; `path` is for messages and for fonts beside the form."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormError(f"{path}: not TOML: {error}") from error
    if "path" in data:
        fail(text, path, ("path",), "unknown key 'path'")
    try:
        form = msgspec.convert({**data, "path": str(path)}, Form, str_keys=True)
    except msgspec.ValidationError as error:
        _fail_validation(text, path, str(error), error)
    form = msgspec.structs.replace(form, drawings=placeholders() | form.drawings)
    _check(form, text, path)
    return form


def fail(text: str, path: Path, key: Key, message: str, cause: Exception | None = None) -> NoReturn:
    """Raise the FormError for a key of a file, with its line."""
    line = line_of(text, key)
    where = f"{path}:{line}" if line else f"{path}"
    raise FormError(f"{where}: {_dotted(key)}{message}") from cause


def fail_in(form: Form, key: Key, message: str) -> NoReturn:
    """Raise the FormError for a key of a form that was loaded before."""
    path = Path(form.path)
    text = path.read_text("utf-8") if form.path and path.is_file() else ""
    fail(text, path if form.path else Path(form.name), key, message)


def _dotted(key: Key) -> str:
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return f"{words.lstrip('.')}: " if words else ""


def _fail_validation(text: str, path: Path, message: str, cause: Exception) -> NoReturn:
    """Turn msgspec's "… - at `$.a.b[2]`" into file, line, key, and the nearest known key."""
    what, _, where = message.partition(" - at `$")
    # A dictionary's entry is shown as [...], its key by "key in": neither has a line of its own.
    key = tuple(
        int(number) if number else word
        for word, number in re.findall(r"\.?([A-Za-z_]\w*)|\[(\d+)\]", where.strip("`"))
    )
    unknown = re.match(r"Object contains unknown field `(.*)`", what)
    if unknown:
        name = unknown.group(1)
        near = get_close_matches(name, _keys_at(key), n=1)
        hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(_keys_at(key))}"
        fail(text, path, (*key, name), f"unknown key{hint}", cause)
    fail(text, path, key, what, cause)


def _keys_at(key: Key) -> list[str]:
    """The keys that the table at a path may have."""
    kind: Any = Form
    for part in key:
        if isinstance(part, str) and hasattr(kind, "__struct_fields__"):
            kind = get_type_hints(kind).get(part)
        kind = _table_type(kind)
    fields = list(getattr(kind, "__struct_fields__", ()))
    return [field for field in fields if not (kind is Form and field == "path")]


def _table_type(kind: Any) -> Any:
    """The struct inside `list[X]`, `dict[str, X]` or `X | None`."""
    while get_args(kind):
        kind = next((arg for arg in reversed(get_args(kind)) if arg is not type(None)), None)
    return kind


def _check(form: Form, text: str, path: Path) -> None:
    """What the types cannot say, apart from geometry, which is the plate's to check."""
    for claim, table in (("qr", form.qr), ("bar_code", form.bar_code)):
        if (claim in form.claims) != (table is not None):
            state = "is claimed but there is no such table" if table is None else "is not claimed"
            fail(text, path, ("claims",), f"{claim} {state}")
    if "mixed" in form.claims and form.kind == "kaku":
        fail(text, path, ("claims",), "mixed is for maru forms")
    for key, chain in _chains(form):
        if chain not in form.fonts:
            fail(text, path, (*key, "font"), f"no font chain is called {chain!r}")
    for name, items, _, _ in form.areas:
        area = tuple(name.split("."))
        for index, mark in enumerate(items.marks):
            if mark.drawing not in form.drawings:
                fail(text, path, (*area, "marks", index), f"no drawing is called {mark.drawing!r}")
        for index, line in enumerate(items.lines):
            if line.span.x1 != line.span.x2 and line.span.y1 != line.span.y2:
                fail(text, path, (*area, "lines", index), "a line is horizontal or vertical")


def _chains(form: Form) -> Iterator[tuple[Key, str]]:
    """Whatever is set in type, and the font chain it names."""
    for name, items, _, _ in form.areas:
        area = tuple(name.split("."))
        for group in ("texts", "fields", "ocr"):
            for index, item in enumerate(getattr(items, group, ())):
                yield (*area, group, index), item.font
    for name, part in form.parts:
        yield ("parts", name, "title"), part.title.font
    if form.qr:
        yield ("qr", "label"), form.qr.label.font
    for index, field in enumerate(form.bar_code.texts if form.bar_code else ()):
        yield ("bar_code", "texts", index), field.font
