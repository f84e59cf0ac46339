"""What every source of notices offers the reader, wherever the rows lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import pyarrow as pa


class BadRow(NamedTuple):
    """A row that could not be taken apart: its index from 0, and what was found and expected."""

    row: int
    found: str
    expected: str


class Block(NamedTuple):
    """Some consecutive rows, as text; a bad row is there too, with nothing but nulls."""

    table: pa.RecordBatch
    bad: list[BadRow]


class Source(Protocol):
    """Rows of text under headers.  Reading again gives the same rows again."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        ...

    @property
    def format(self) -> str: ...

    @property
    def encoding(self) -> str | None: ...

    @property
    def headers(self) -> list[str]: ...

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """The columns at `positions`, named by their position, in blocks of any size."""
        ...

    def fingerprint(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        ...

    def check(self, roles: dict[str, int]) -> None:
        """Refuse columns whose type cannot hold what their name (key) says.  InputError."""
        ...
