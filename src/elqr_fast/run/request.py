"""What a run was asked for: enough to go on with it from its directory alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from elqr_fast.errors import ConfigError
from elqr_fast.files import replacing
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.run.journal import STATE

FILE = "request.json"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `render`, paths absolute; `notices` None: a table that was in memory."""

    notices: str | None
    form: str
    to: str
    dpi: int
    layer: str
    verify: str
    draft: bool
    narrower: int
    chunk_rows: int
    encoding: str
    columns: ColumnMap | None
    workers: int | None
    engine: str
    deadline: float | None
    issued: str | None

    def arguments(self, out: Path) -> dict[str, Any]:
        """For `render`.  Raises ConfigError where nobody but the caller has the notices."""
        if self.notices is None:
            raise ConfigError(
                f"{out}: this run prints a table that was in memory; repeat the call that made it"
            )
        values: dict[str, Any] = msgspec.structs.asdict(self)
        return values


def place_of(source: Any) -> str | None:
    """A file's absolute path; None for what is no file."""
    return str(Path(source).absolute()) if isinstance(source, str | Path) else None


def save_request(out: Path, request: Request) -> None:
    with replacing(out / STATE / FILE) as file:
        file.write(msgspec.json.encode(request))


def load_request(out: Path) -> Request:
    """Raises ConfigError if there is no run in this directory."""
    try:
        return msgspec.json.decode((out / STATE / FILE).read_bytes(), type=Request)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{out}: no run was started here") from error
