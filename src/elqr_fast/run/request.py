"""What a run was asked for: enough to go on with it from its directory alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from elqr_fast.errors import ConfigError
from elqr_fast.files import replacing
from elqr_fast.records.mapping import ColumnMap
from elqr_fast.run.journal import STATE

FILE = "request.json"


class Request(msgspec.Struct, frozen=True, kw_only=True, tag="render"):
    """The arguments of `render`, paths absolute; `notices` None: a table that was in memory."""

    notices: str | None
    form: str
    to: str
    dpi: int
    layer: str
    verify: str
    draft: bool
    narrower: int
    rows_per_strip: int | None
    share_strips: bool
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


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, tag="verify"):
    """The arguments of `verify`.  The scans' paths are as they were given, for the results show
    them so; `cwd` is where they begin.  `memory`: the ledger or the limits were only there."""

    scans: list[str]
    cwd: str
    form: str | None
    ledger: str | None
    columns: ColumnMap | None = None
    scanner: str | None = None
    as_of: date | None
    min_grade: float | None = None
    workers: int | None
    engine: str
    deadline: float | None
    memory: bool

    def arguments(self, out: Path) -> dict[str, Any]:
        """For `verify`.  Raises ConfigError where only the caller has what it needs."""
        if self.memory:
            raise ConfigError(
                f"{out}: this batch was given what is only in memory; repeat the call that began it"
            )
        relative = not all(Path(scan).is_absolute() for scan in self.scans)
        if relative and Path.cwd() != Path(self.cwd):
            raise ConfigError(f"{out}: go to {self.cwd} for this, where the scans' paths begin")
        values = msgspec.structs.asdict(self)
        del values["memory"], values["cwd"]
        return values


def place_of(source: Any) -> str | None:
    """A file's absolute path; None for what is no file."""
    return str(Path(source).absolute()) if isinstance(source, str | Path) else None


def save_request(out: Path, request: Request | VerifyRequest) -> None:
    with replacing(out / STATE / FILE) as file:
        file.write(msgspec.json.encode(request))


def load_request(out: Path) -> Request | VerifyRequest:
    """Raises ConfigError if there is no run in this directory."""
    try:
        return msgspec.json.decode((out / STATE / FILE).read_bytes(), type=Request | VerifyRequest)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{out}: no run was started here") from error


def load_print_request(out: Path) -> Request:
    """Raises ConfigError too for a batch of scans, which has no slips of its own."""
    request = load_request(out)
    if isinstance(request, VerifyRequest):
        raise ConfigError(f"{out}: a batch of scans was being read here, no slips were printed")
    return request
