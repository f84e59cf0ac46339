"""On which line of a TOML file a key stands, so that an error can say so.

The standard reader gives values without positions.  This scan knows tables, arrays of tables, and
arrays with one entry a line, the way forms are written; elsewhere it names the nearest key above.
"""

from __future__ import annotations

import re

Key = tuple[str | int, ...]

_HEADER = re.compile(r"^(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*$")
_KEY = re.compile(r"^([A-Za-z0-9_.\-]+|\"[^\"]*\")\s*=")
_STRING_OR_COMMENT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")


def line_of(toml: str, path: Key) -> int | None:
    """The line, from 1, of the key at `path`, or of the nearest table or array around it."""
    lines = _positions(toml)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _positions(toml: str) -> dict[Key, int]:
    found: dict[Key, int] = {}
    table: Key = ()
    array: Key | None = None
    depth = entries = 0
    for number, raw in enumerate(toml.splitlines(), start=1):
        line = _STRING_OR_COMMENT.sub('""', raw).strip()
        if depth:
            if depth == 1 and line[:1] in ("{", "["):
                found.setdefault((*(array or ()), entries), number)
                entries += 1
        elif header := _HEADER.match(raw.split("#")[0].strip()):
            table = _table(found, header, number)
            found.setdefault(table, number)
            continue
        elif key := _KEY.match(raw.strip()):
            array, entries = (*table, *_split(key.group(1))), 0
            found.setdefault(array, number)
        depth += sum(line.count(open_) for open_ in "[{") - sum(line.count(end) for end in "]}")
    return found


def _split(dotted: str) -> Key:
    return tuple(part.strip().strip('"') for part in dotted.split("."))


def _table(found: dict[Key, int], header: re.Match[str], number: int) -> Key:
    """The path of a table header; one of an array of tables gets the next index."""
    name = _split(header.group(2))
    if header.group(1) == "[":
        return name
    found.setdefault(name, number)
    return (*name, sum(1 for path in found if path[:-1] == name and isinstance(path[-1], int)))
