"""Imports go down the floors of docs/architecture.md, never up and never sideways."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import elqr_fast

PACKAGE = Path(elqr_fast.__file__).parent
FLOORS = [
    {"cli"},
    {"run"},
    {"verify", "criteria", "certify"},
    {"render", "scan"},
    {"forms", "records", "codes"},
    {"builtin", "errors", "files", "markup", "version", "_native"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
# The lowest floor raises through errors.py; nothing else is shared on it.
ALLOWED_SIDEWAYS = {("_native", "errors"), ("builtin", "errors"), ("files", "errors")}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(node: ast.AST) -> list[str]:
    """Absolute names a statement imports; `from elqr_fast import x` gives elqr_fast.x."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, "relative import"
    if node.module == "elqr_fast":
        return [f"elqr_fast.{alias.name}" for alias in node.names]
    return [node.module or ""]


def imported_rooms(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [name for node in ast.walk(tree) for name in imported_modules(node)]
    return {name.split(".")[1] for name in names if name.startswith("elqr_fast.")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for other in imported_rooms(path) - {room}:
        down = LEVEL[room] < LEVEL[other]
        assert down or (room, other) in ALLOWED_SIDEWAYS, f"{room} imports {other}"
